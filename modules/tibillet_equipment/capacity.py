"""Whether there are enough units on each day, without database.

Days are whole. A demand is busy from its first to its last day, both
included, the buffer after it counted in; a demand without last day is busy
until its units come back.
"""
from collections import namedtuple

# by: who or what makes it, for the caller.
Demand = namedtuple(
    'Demand', ['start', 'end', 'quantity', 'by'], defaults=[None])


def is_busy(demand, day):
    return demand.start <= day and (demand.end is None or day <= demand.end)


def busy(demands, day):
    """Return how many units are busy on the day."""
    return sum(
        d.quantity for d in demands if is_busy(d, day))


def serviceable(units, day):
    """Return how many units are there on the day.

    units: first day of service of each unit, None if it always was.
    """
    return sum(1 for first in units if first is None or first <= day)


def shortage(units, demands, start, end):
    """Return the first day between start and end when units are short.

    Return (day, missing) or None.
    units: first day of service of each unit that can serve.
    demands: all of them, the one to check included.
    """
    # Units only come, so a shortage begins where a demand does.
    days = {start}
    days.update(d.start for d in demands if start < d.start <= end)
    for day in sorted(days):
        missing = busy(demands, day) - serviceable(units, day)
        if missing > 0:
            return day, missing
    return None


def free(units, demands, start, end):
    """Return how many units are free on all the days from start to end."""
    days = {start}
    days.update(d.start for d in demands if start < d.start <= end)
    return max(0, min(
            serviceable(units, day) - busy(demands, day) for day in days))
