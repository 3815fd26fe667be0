"""Serve a database on loopback until Ctrl-C."""
import contextlib
import errno
import os
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request

from tools import database, mail, steps, venv, webclient
from tools.steps import LOGS, ROOT, Stop, end_with_caller, say

HOST = '127.0.0.1'
START_SECONDS = 90


def address(port):
    return f'http://{HOST}:{port}/'


def number(text):
    "Return the port that the caller wrote"
    if not text.isdigit() or not 0 < int(text) < 65536:
        raise Stop(
            f"'{text}' is no port: choose one between 1024 and 65535, as in "
            "'make run PORT=8123'.")
    return int(text)


def check(port):
    "Refuse a port that cannot be served"
    with socket.socket() as attempt:
        attempt.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            attempt.bind((HOST, port))
        except OSError as error:
            if error.errno == errno.EACCES:
                raise Stop(
                    f"Port {port} is reserved to the system: choose one "
                    "above 1023, as in 'make run PORT=8123'.")
            raise Stop(
                f"Port {port} is in use by another program: stop it or "
                f"choose another port, as in 'make run PORT={port + 1}'.")


@contextlib.contextmanager
def server(folder, port, log='server'):
    "Run the server on the database of a folder"
    LOGS.mkdir(parents=True, exist_ok=True)
    with mail.sink() as mail_uri, open(LOGS / f'{log}.log', 'wb') as output:
        process = subprocess.Popen([
                venv.python(), '-m', 'gunicorn', '--bind', f'{HOST}:{port}',
                # SQLite is served by one process, with a few threads.
                '--worker-class', 'gthread', '--workers', '1',
                '--threads', '8', '--timeout', '300',
                '--graceful-timeout', '3', '--no-control-socket',
                'tools.application:app'],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=output, stderr=output,
            # Ctrl-C is for the caller, which then ends the server.
            start_new_session=True, preexec_fn=end_with_caller,
            env={
                **os.environ, **database.environment(folder),
                'TRYTOND_DATABASE_NAMES': database.NAME,
                'TRYTOND_LOGGING_CONFIG': 'config/logging.conf',
                'TRYTOND_WEB__ROOT': str(webclient.root()),
                'TRYTOND_EMAIL__URI': mail_uri})
        try:
            _wait(process, port, log)
            yield process
        finally:
            process.terminate()
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()


def _wait(process, port, log):
    deadline = time.monotonic() + START_SECONDS
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError):
            with urllib.request.urlopen(address(port), timeout=30) as page:
                if page.status == 200:
                    return
        time.sleep(0.2)
    raise Stop(
        f"The server did not start; why is in "
        f"{steps.shown(LOGS / f'{log}.log')}.")


def forever(port):
    "Serve the database of the first hour, saying where and for whom"
    with steps.step("Starting the server"):
        serving = server(database.FOLDER, port)
        process = serving.__enter__()
    try:
        _welcome(port)
        while process.poll() is None:
            time.sleep(0.5)
        raise Stop(
            "The server stopped by itself; why is in .run/log/server.log.")
    finally:
        serving.__exit__(None, None, None)


def _welcome(port):
    from demo import logins
    say()
    say(f"  {address(port)}#{database.NAME}")
    say()
    stories = database.Database().stamp['stories']
    entries = [
        login for login in logins.LOGINS
        if stories or login.login == 'admin']
    for login in entries:
        say(f"  {login.login:<12} {login.password:<12} {login.role}")
    say()
    if stories:
        say("  What to look at first:")
        for number, sentence in enumerate(logins.FIRST, 1):
            say(f"  {number}. {sentence}")
        say()
    say(f"  Messages sent by the demo are kept in "
        f"{steps.shown(mail.FOLDER)}, none leaves this machine.")
    say("  Ctrl-C stops the server and keeps the data.")
