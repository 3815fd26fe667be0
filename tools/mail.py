"""A mail server on loopback that keeps every message and sends none."""
import contextlib
import socket
import subprocess
import time

from tools import venv
from tools.postgres import free_port
from tools.steps import LOGS, RUN, Stop, end_with_caller

FOLDER = RUN / 'mail'


@contextlib.contextmanager
def sink(folder=FOLDER):
    "Yield the URI of a mail server that keeps its messages in folder/new"
    folder.parent.mkdir(parents=True, exist_ok=True)
    LOGS.mkdir(parents=True, exist_ok=True)
    port = free_port()
    with open(LOGS / 'mail.log', 'wb') as log:
        process = subprocess.Popen([
                venv.python(), '-m', 'aiosmtpd', '-n',
                '-l', f'127.0.0.1:{port}',
                '-c', 'aiosmtpd.handlers.Mailbox', folder],
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, preexec_fn=end_with_caller)
    try:
        _wait(process, port)
        yield f'smtp://127.0.0.1:{port}'
    finally:
        process.terminate()
        process.wait()


def _wait(process, port):
    for _ in range(100):
        if process.poll() is not None:
            break
        with contextlib.suppress(OSError), \
                socket.create_connection(('127.0.0.1', port), 1):
            return
        time.sleep(0.1)
    raise Stop("The mail server on loopback did not start: see .run/log.")
