import contextlib
import smtplib
from unittest.mock import patch

import trytond.config as config


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


@contextlib.contextmanager
def queued():
    "Leave to a worker, which does not come, what is queued meanwhile"
    before = config.get('queue', 'worker', default='False')
    if not config.has_section('queue'):
        config.add_section('queue')
    config.set('queue', 'worker', 'True')
    try:
        yield
    finally:
        config.set('queue', 'worker', before)
