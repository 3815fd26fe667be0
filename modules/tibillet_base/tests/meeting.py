"""Make those who race meet before any of them writes.

A control shows what a lock is for: without it several see the same thing, and
all of them write. That they see it at once must not be left to how fast a
machine is.
"""
import contextlib
import threading
import time
from unittest.mock import patch

from trytond.transaction import Transaction

PATIENCE_SECONDS = 120
PAUSE_SECONDS = 0.01


@contextlib.contextmanager
def meeting(target, name, people):
    """Let those who call a function of target wait for each other after it

    people: how many threads; each waits once, who calls again does not.
    Raise AssertionError in all of them when one does not come: something else
    keeps them apart, and the control would show nothing.
    """
    known = getattr(target, name)
    all_, met = threading.Barrier(people), threading.local()

    def call(*args, **kwargs):
        result = known(*args, **kwargs)
        if not hasattr(met, 'once'):
            met.once = True
            try:
                all_.wait(PATIENCE_SECONDS)
            except threading.BrokenBarrierError as error:
                raise AssertionError(
                    f"{people} people never met after {name}") from error
        return result

    with patch.object(target, name, call):
        yield


def wait_for_other(done):
    """Wait until the other one has done, or waits for who calls this

    Who calls keeps his transaction open, and what he has locked with it.
    done: the event that says that the other one has done what he came for.
    """
    cursor = Transaction().connection.cursor()
    late = time.monotonic() + PATIENCE_SECONDS
    while not done.wait(PAUSE_SECONDS):
        cursor.execute(
            'SELECT 1 FROM pg_locks WHERE NOT granted '
            'AND pg_backend_pid() = ANY(pg_blocking_pids(pid))')
        if cursor.fetchone():
            return
        assert time.monotonic() < late, "the other one never came"
