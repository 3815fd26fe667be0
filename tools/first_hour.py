"""Live the first hour of a newcomer: make run, then a browser.

    python -m tools.first_hour

Starts `make run` on a free port, logs in, opens the convention and its
statement, and fails if a page shows an error.
"""
import os
import signal
import subprocess
import sys
import time

from tests.e2e.client import Client
from tools import browser, serve
from tools.database import NAME
from tools.postgres import free_port
from tools.steps import LOGS, ROOT, RUN, Stop, complain, say

PATIENCE = 15 * 60  # seconds
LOG = LOGS / 'first-hour.log'


def _wait(process, port):
    "Return the seconds until the page was served"
    begun = time.monotonic()
    while time.monotonic() - begun < PATIENCE:
        if f'{serve.address(port)}#{NAME}' in LOG.read_text():
            return time.monotonic() - begun
        if process.poll() is not None:
            break
        time.sleep(0.5)
    raise Stop(f"make run did not serve anything:\n{LOG.read_text()}")


def _as_in_a_terminal():
    "Let Ctrl-C end the program: what runs in the background ignores it"
    signal.signal(signal.SIGINT, signal.SIG_DFL)


def _end(process):
    if process.poll() is None:
        # Ctrl-C, as a person would.
        os.killpg(process.pid, signal.SIGINT)
        process.wait(60)


def look(client, pictures):
    "Open what a newcomer opens first, return what was wrong"
    def picture(name):
        client.settle()
        client.page.screenshot(path=pictures / f'{name}.png')

    client.log_in('admin')
    client.wait_menu()
    picture('menu')
    if not (ROOT / 'demo' / '__main__.py').exists():
        say("There is no demo yet: only the menu was looked at.")
        return client.wrongs
    for model, name in [
            ('tibillet.convention', 'convention'),
            ('tibillet.convention.statement', 'statement')]:
        ids = client.search(model)
        if not ids:
            client.wrongs.append(f"the demo has no {model}")
            continue
        client.open(model, ids[0])
        client.tab.locator('.form').first.wait_for()
        picture(name)
    return client.wrongs


def main():
    from playwright.sync_api import sync_playwright
    port = free_port()
    LOGS.mkdir(parents=True, exist_ok=True)
    pictures = RUN / 'pictures'
    pictures.mkdir(exist_ok=True)
    say(f"The first hour: make run on port {port}, then a browser")
    with open(LOG, 'w') as log:
        process = subprocess.Popen(
            ['make', 'run', f'PORT={port}'], cwd=ROOT,
            stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, preexec_fn=_as_in_a_terminal)
    try:
        seconds = _wait(process, port)
        say(f"served after {seconds:.0f} s")
        with sync_playwright() as playwright:
            chromium = playwright.chromium.launch(
                executable_path=browser.executable(), args=browser.FLAGS)
            page = chromium.new_page(
                locale='fr-FR', viewport={'width': 1600, 'height': 1000})
            wrongs = look(
                Client(page, f'{serve.address(port)}#{NAME}'), pictures)
            chromium.close()
    except Stop as reason:
        complain(reason)
        return 1
    finally:
        _end(process)
    for wrong in wrongs:
        say(f"wrong: {wrong}")
    say("The first hour went " + ("wrong." if wrongs else "well."))
    return 1 if wrongs else 0


if __name__ == '__main__':
    sys.exit(main())
