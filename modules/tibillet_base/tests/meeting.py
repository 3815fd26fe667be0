"""Make those who race meet before any of them writes.

A control shows what a lock is for: without it several see the same thing, and
all of them write. That they see it at once must not be left to how fast a
machine is.
"""
import contextlib
import threading
from unittest.mock import patch

PATIENCE_SECONDS = 120


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
