"""Look at the server with the desktop client, on a screen of memory.

    python -m tools.desktop --port 8000 --model tibillet.convention --id 1
        --picture doc/images/desktop.png

Needs Debian's packages of doc/clients.md, and Xvfb, xdotool and ImageMagick.
The client runs with Debian's Python, which has GTK; pip puts it in
.run/desktop the first time.
"""
import argparse
import contextlib
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time

from demo import logins
from tools import steps
from tools.database import NAME
from tools.steps import ROOT, RUN, Stop, complain

FOLDER = RUN / 'desktop'
SYSTEM_PYTHON = '/usr/bin/python3'
PINS = ['tryton==8.0.9', 'python-dateutil==2.9.0.post0', 'six==1.17.0']
WIDTH, HEIGHT = '1400', '900'
PROGRAMS = ['Xvfb', 'xdotool', 'import']


def install():
    "Put the client in .run/desktop"
    missing = [program for program in PROGRAMS if not shutil.which(program)]
    if missing:
        raise Stop(
            f"{', '.join(missing)} missing: apt-get install xvfb xdotool "
            "imagemagick, with the packages of doc/clients.md.")
    if (FOLDER / 'tryton').exists():
        return
    try:
        steps.run([
                sys.executable, '-m', 'pip', 'install', '--no-deps',
                '--target', FOLDER, *PINS], 'desktop')
    except steps.Failed as failed:
        raise Stop(f"The client could not be installed: {failed.last}")


def configure(home, port, login):
    "Write the client's settings: it would else dial the public demo"
    folder = pathlib.Path(home) / '.config' / 'tryton' / '8.0'
    folder.mkdir(parents=True)
    (folder / 'profiles.cfg').write_text(
        f'[local]\nhost = 127.0.0.1:{port}\ndatabase = {NAME}\n'
        f'username = {login}\n')
    (folder / 'tryton.conf').write_text(
        f'[login]\nprofile = local\nhost = 127.0.0.1:{port}\n'
        f'db = {NAME}\nlogin = {login}\n'
        '[client]\ncheck_version = False\nlang = fr\n')


@contextlib.contextmanager
def screen():
    "Yield the name of a screen of memory"
    read, write = os.pipe()
    process = subprocess.Popen(
        ['Xvfb', '-displayfd', str(write), '-nolisten', 'tcp',
            '-screen', '0', f'{WIDTH}x{HEIGHT}x24'],
        pass_fds=[write], stderr=subprocess.DEVNULL)
    os.close(write)
    try:
        with open(read) as answer:
            yield f':{answer.readline().strip()}'
    finally:
        process.terminate()
        process.wait()


def look(port, login, target, picture):
    "Open a target, as in model/party.party/1, and keep a picture of it"
    with tempfile.TemporaryDirectory() as home, screen() as display:
        configure(home, port, login)
        environment = {
            **os.environ, 'HOME': home, 'DISPLAY': display,
            'PYTHONPATH': str(FOLDER), 'LANG': 'C.UTF-8',
            'LANGUAGE': 'fr', 'NO_AT_BRIDGE': '1',
            'XDG_CONFIG_HOME': f'{home}/.config'}

        def tool(*arguments):
            return subprocess.run(
                ['xdotool', *arguments], env=environment, text=True,
                capture_output=True).stdout

        client = subprocess.Popen([
                SYSTEM_PYTHON, FOLDER / 'bin' / 'tryton',
                f'tryton://127.0.0.1:{port}/{NAME}/{target}'],
            env=environment, stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            # The dialog that asks for the password, then the record.
            _settle(environment)
            tool('type', '--delay', '40', logins.password(login))
            tool('key', 'Return')
            tool('mousemove', WIDTH, HEIGHT)
            _settle(environment)
            _picture(environment, picture)
        finally:
            client.terminate()
            client.wait()


def _shot(environment):
    return subprocess.run(
        ['import', '-window', 'root', 'png:-'], env=environment,
        capture_output=True).stdout


def _settle(environment, patience=60):
    "Wait until the screen shows something and changes no more"
    begun, still, before = time.monotonic(), 0, b''
    while time.monotonic() - begun < patience and still < 3:
        time.sleep(1)
        now = _shot(environment)
        # An empty screen compresses to very little.
        still = still + 1 if now == before and len(now) > 4000 else 0
        before = now


def _picture(environment, picture):
    picture = ROOT / picture
    picture.parent.mkdir(parents=True, exist_ok=True)
    picture.write_bytes(_shot(environment))


def main(arguments=None):
    parser = argparse.ArgumentParser(prog='python -m tools.desktop')
    parser.add_argument('--port', type=int, default=8000)
    parser.add_argument('--login', default='admin')
    parser.add_argument('--model', default='tibillet.convention')
    parser.add_argument('--id', type=int, default=1)
    parser.add_argument('--picture', default='doc/images/desktop.png')
    options = parser.parse_args(arguments)
    try:
        install()
        look(
            options.port, options.login,
            f'model/{options.model}/{options.id}', options.picture)
    except Stop as reason:
        complain(reason)
        return 1


if __name__ == '__main__':
    sys.exit(main())
