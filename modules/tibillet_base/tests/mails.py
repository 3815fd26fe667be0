import contextlib
import smtplib
from unittest.mock import patch


@contextlib.contextmanager
def mailbox():
    "Give the list of the messages that are sent meanwhile"
    messages = []

    class Server:
        def __init__(self, *args, **kwargs):
            pass

        def send_message(self, message, from_=None, to=None):
            messages.append(message)
            return {}

        def quit(self):
            pass

        close = quit

    with patch.object(smtplib, 'SMTP', Server):
        yield messages
