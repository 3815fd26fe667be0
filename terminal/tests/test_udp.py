"""A card and a reader in two processes, where nfcpy is installed.

Where it is not, the terminal says so: the server does without it.
"""
import importlib.util
import os
import socket
import subprocess
import sys

from tools.steps import ROOT

NUMBER = '0312345678ABCDEF'
PATIENCE_SECONDS = 60
READ = """
from terminal import readers
from terminal.exceptions import ReaderError
try:
    print(readers.one(
        readers.cards('udp', {'port': %d, 'target': '212F'})))
except ReaderError as error:
    print(error.sentence)
"""


def free_port():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as found:
        found.bind(('127.0.0.1', 0))
        return found.getsockname()[1]


def test_two_processes():
    port = free_port()
    installed = importlib.util.find_spec('nfc') is not None
    env = {**os.environ, 'PYTHONPATH': os.pathsep.join(
            [str(ROOT / 'modules'), str(ROOT)])}
    card = installed and subprocess.Popen([
            sys.executable, '-m', 'terminal.tests.udp_card', str(port),
            NUMBER], cwd=ROOT, env=env)
    try:
        reader = subprocess.run(
            [sys.executable, '-c', READ % port], cwd=ROOT, env=env,
            capture_output=True, text=True, timeout=PATIENCE_SECONDS)
    finally:
        if card:
            card.kill()
            card.wait()
    assert reader.stdout.strip() == (
        NUMBER if installed else 'reader_library'), reader.stderr
