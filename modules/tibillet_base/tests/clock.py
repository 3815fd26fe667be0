"""The day on which scenarios, the demo and the benchmarks act.

The server asks `ir.date` for the day and never the context, which the client
writes: only who runs the server's code can tell it another day.
"""
from unittest.mock import patch

from trytond.ir.date import Date


def acting_on(day):
    "Act in this process as if today were the day, a context manager"
    return patch.object(
        Date, 'today', staticmethod(lambda timezone=None: day))
