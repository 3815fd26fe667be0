"""Start a PostgreSQL when pytest is asked for the tests that need one.

`pytest -m postgresql` starts a server on loopback before anything of trytond
is imported, and stops it at the end. Without it those tests are skipped, with
the reason; with CI=true they fail.
"""
import contextlib
import os

import pytest

from tests.asked import asked, leave_out
from tools import postgres
from tools.steps import Stop

REASON = "needs PostgreSQL: make test-pg"

_server = contextlib.ExitStack()


def given():
    return os.environ.get(
        'TRYTOND_DATABASE__URI', '').startswith('postgresql')


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config):
    if hasattr(config, 'workerinput') or given():
        return
    if not asked(config, 'postgresql') or not postgres.binaries():
        return
    try:
        uri = _server.enter_context(postgres.running())
    except Stop as reason:
        raise pytest.UsageError(str(reason)) from reason
    os.environ.update(postgres.environment(uri))


def pytest_unconfigure(config):
    _server.close()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item):
    if not given():
        leave_out(item, 'postgresql', REASON)
