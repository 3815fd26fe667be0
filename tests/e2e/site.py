"""A server on the demo database, and a browser in front of it.

`pytest -m browser` makes the database (kept by content in .cache/demo),
serves a copy of it on a free port of loopback, and drives the system's
Chromium. Without it those tests are skipped; with CI=true they fail.
"""
import contextlib
import fcntl
import pathlib
import shutil
import tempfile

import pytest

from demo.stories import STORIES
from tests.asked import asked, leave_out
from tools import browser, database, postgres, serve, webclient
from tools.steps import ROOT

TOLD = [name for name, story in STORIES.items() if story.after]
REASON = "needs a Chromium and the web client: make test-e2e"


def ready():
    return bool(browser.executable()) and webclient.installed()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if not ready() or not asked(item.config, 'browser'):
        leave_out(item, 'browser', REASON)


def _kept(*stories):
    "Return the folder of the demo, made once for all processes of a run"
    locks = ROOT / '.cache' / 'locks'
    locks.mkdir(parents=True, exist_ok=True)
    with open(locks / 'demo.lock', 'w') as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        return database.kept(*stories)


@contextlib.contextmanager
def _served(*stories):
    "Give the address of a server on a copy of the demo"
    kept = _kept(*stories)
    with tempfile.TemporaryDirectory(prefix='tibillet-demo-') as folder:
        copy = pathlib.Path(folder) / 'db'
        shutil.copytree(kept, copy)
        port = postgres.free_port()
        with serve.server(copy, port, log='server-e2e'):
            yield f'{serve.address(port)}#{database.NAME}'


@pytest.fixture(scope='session')
def site():
    "The address of a server that the tests share, and leave as it is"
    with _served() as address:
        yield address


@pytest.fixture
def own_site():
    "The address of a server on a copy that a test may change"
    with _served() as address:
        yield address


@pytest.fixture(scope='session')
def told_site():
    "The same, with all the stories of the demo"
    with _served(*TOLD) as address:
        yield address


@pytest.fixture
def own_told_site():
    "The address of a server on a copy of them that a test may change"
    with _served(*TOLD) as address:
        yield address


@pytest.fixture(scope='session')
def chromium():
    from playwright.sync_api import sync_playwright
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(
            executable_path=browser.executable(), args=browser.FLAGS)
        yield running
        running.close()


@pytest.fixture
def client(site, chromium, request):
    "The web client in French; what goes wrong in a page fails the test"
    with _client(site, chromium, request) as client:
        yield client


@pytest.fixture
def own_client(own_site, chromium, request):
    "The same on a copy that the test may change"
    with _client(own_site, chromium, request) as client:
        yield client


@pytest.fixture
def told_client(told_site, chromium, request):
    "The web client where concerts are on sale and the bar is open"
    with _client(told_site, chromium, request) as client:
        yield client


@pytest.fixture
def own_told_client(own_told_site, chromium, request):
    "The same on a copy that the test may change"
    with _client(own_told_site, chromium, request) as client:
        yield client


@contextlib.contextmanager
def _client(site, chromium, request):
    from tests.e2e.client import Client
    context = chromium.new_context(
        locale='fr-FR', viewport={'width': 1600, 'height': 1000},
        accept_downloads=True)
    client = Client(context.new_page(), site)
    yield client
    pictures = ROOT / '.run' / 'pictures'
    pictures.mkdir(parents=True, exist_ok=True)
    client.page.screenshot(path=pictures / f'{request.node.name}.png')
    context.close()
    assert client.wrongs == []
