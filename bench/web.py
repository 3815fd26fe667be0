"""The product's own server in production, and those who ask it.

gunicorn with the files of config/production and two processes, on the
database of the bench; over a socket of this machine, without the proxy.
"""
import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time

from bench.clients import database_server
from bench.machine import ROOT
from tools.postgres import free_port
from tools.steps import end_with_caller

HOST = '127.0.0.1'
PROCESSES = 2
START_SECONDS_MAX = 120
PRODUCTION = ROOT / 'config' / 'production'


@contextlib.contextmanager
def serving(setting):
    "Serve the database of the bench, say so in its setting"
    from trytond import config
    from trytond.tests.test_tryton import DB_NAME
    port = free_port()
    process = subprocess.Popen([
            sys.executable, '-m', 'gunicorn',
            '--config', PRODUCTION / 'gunicorn.conf.py',
            '--bind', f'{HOST}:{port}', '--workers', str(PROCESSES),
            'trytond.application:app'],
        cwd=ROOT, stdin=subprocess.DEVNULL,
        start_new_session=True, preexec_fn=end_with_caller,
        env={
            **os.environ,
            'TRYTOND_CONFIG': str(PRODUCTION / 'trytond.conf'),
            'TRYTOND_DATABASE__URI': config.get('database', 'uri'),
            'TRYTOND_DATABASE_NAMES': DB_NAME,
            'TRYTOND_TIBILLET__MASTERS': config.get('tibillet', 'masters'),
            })
    try:
        _wait(process, port)
        setting['port'] = port
        setting['servers'] = {
            'server': process.pid,
            'PostgreSQL': database_server(),
            }
        yield
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _wait(process, port):
    until = time.monotonic() + START_SECONDS_MAX
    while time.monotonic() < until and process.poll() is None:
        # Each process answers once it has loaded the modules.
        with contextlib.suppress(OSError):
            with socket.create_connection((HOST, port), 1) as asked:
                asked.settimeout(START_SECONDS_MAX)
                asked.sendall(_head('GET', '/', [], 0))
                if asked.recv(1):
                    return
        time.sleep(0.2)
    raise SystemExit("The server did not start.")


class Device:
    "A device that has been paired, with its key"

    def __init__(self, port, key):
        from trytond.tests.test_tryton import DB_NAME
        self.port, self.key = port, key
        self.prefix = f'/{DB_NAME}/tibillet/v1/'

    def post(self, route, data):
        "Return the JSON of the answer"
        body = json.dumps(data).encode()
        head = _head('POST', self.prefix + route, [
                f'Authorization: Bearer {self.key}',
                'Content-Type: application/json'], len(body))
        with socket.create_connection((HOST, self.port)) as asked:
            asked.sendall(head + body)
            answer = b''.join(iter(lambda: asked.recv(1 << 16), b''))
        _, _, text = answer.partition(b'\r\n\r\n')
        return json.loads(text)


def _head(method, path, lines, length):
    return '\r\n'.join([
            f'{method} {path} HTTP/1.1', f'Host: {HOST}',
            'Connection: close', f'Content-Length: {length}',
            *lines, '', '']).encode()
