"""What melts of a wallet, and when: money that is not used loses its value.

Whole numbers of smallest units and dates, without a database. Dates are those
of the clock of the issuer.

A run has a due date, one a month. Who runs late executes each missed due date
once, in order, as if it were that day.
"""
import datetime as dt
from calendar import monthrange
from collections import namedtuple
from decimal import Decimal

from tibillet.money import half_up
from tibillet.terms import add_months

from . import fifo

CLOCKS = ['inactivity', 'lot']
MODES = ['all', 'fixed', 'percent']
# Nobody loses money without having been told a month before.
NOTICE_DAYS_MIN = 30
ONE = Decimal(1)

# clock: 'inactivity', since the holder was last there; 'lot', since each lot
#     was loaded.
# months: without use, after which money melts.
# mode: 'all' of what is eligible, a 'fixed' number of units, or a 'percent'.
# units: those of a fixed run. rate: of a percent run, 0.02 for 2 %.
# day: of the month, on which runs are due; the last one of shorter months.
# notice_days: between the notice and what melts.
# exempt: kinds of the operations whose lots never melt.
Policy = namedtuple('Policy', [
        'clock', 'months', 'mode', 'units', 'rate', 'day', 'notice_days',
        'exempt'])
# kind: of the operation that has made it.
Lot = namedtuple('Lot', ['id', 'date', 'left', 'kind'])


# Convention CCC–Mamasound, draft of 14 September 2024, "monnaie fondante":
# 14 months.
def policy(
        clock='inactivity', months=14, mode='all', units=None, rate=None,
        day=1, notice_days=NOTICE_DAYS_MIN, exempt=()):
    """Return a policy that can be run.

    Raise ValueError if it cannot.
    """
    if clock not in CLOCKS or mode not in MODES:
        raise ValueError(f"unknown: {clock!r}, {mode!r}")
    if months < 1 or not 1 <= day <= 31:
        raise ValueError(f"months {months!r}, day {day!r}")
    if notice_days < NOTICE_DAYS_MIN:
        raise ValueError(f"notice of {notice_days} days")
    if (units is not None) != (mode == 'fixed') or (
            units is not None and units < 1):
        raise ValueError(f"units {units!r}, mode {mode!r}")
    if (rate is not None) != (mode == 'percent') or (
            rate is not None and not 0 < rate <= 1):
        raise ValueError(f"rate {rate!r}, mode {mode!r}")
    return Policy(
        clock, months, mode, units, rate, day, notice_days,
        frozenset(exempt))


def due_dates(policy, after, until):
    """Return the due dates of runs, the oldest first.

    after: excluded, the due date of the last run or the day before the first.
    until: included.
    """
    dates, month = [], after.replace(day=1)
    while month <= until:
        date = _due(policy, month)
        if after < date <= until:
            dates.append(date)
        month = add_months(month, 1)
    return dates


def _due(policy, date):
    "Return the due date of the month of a date"
    return date.replace(
        day=min(policy.day, monthrange(date.year, date.month)[1]))


def melts_on(policy, lots, active, noticed=None):
    """Return the due date of the first run that melts, None if none does.

    active: the day on which the holder was last there.
    noticed: the day of the notice; if None, the first due date that a notice
        may still be given for.
    """
    days = [start(policy, lot, active) for lot in _melting(policy, lots)]
    return first_due(policy, min(days), noticed) if days else None


def first_due(policy, start, noticed=None):
    """Return the due date of the first run that melts what counts from a day

    noticed: as of melts_on.
    """
    after = add_months(start, policy.months)
    if noticed is not None:
        # On the last day of the notice it may melt.
        after = max(after, noticed + dt.timedelta(policy.notice_days - 1))
    return due_dates(policy, after, add_months(after, 2))[0]


def eligible(policy, date, lots, active):
    """Return the lots of which something may melt by a run.

    date: when it is due. active: the day on which the holder was last there.
    """
    return [
        lot for lot in _melting(policy, lots)
        if date > add_months(start(policy, lot, active), policy.months)]


def _melting(policy, lots):
    return [lot for lot in lots if melts(policy, lot)]


def melts(policy, lot):
    "Return whether something of a lot may melt one day"
    return bool(lot.left) and lot.kind not in policy.exempt


def start(policy, lot, active):
    "Return the day from which the months are counted"
    return lot.date if policy.clock == 'lot' else max(active, lot.date)


def is_noticed(policy, date, noticed):
    "Return whether the notice was given early enough for a due date"
    return noticed is not None and (
        noticed + dt.timedelta(policy.notice_days) <= date)


def melt(policy, date, lots, active, noticed):
    """Return (id, units) of the lots that a run melts, the oldest first.

    date: when the run is due.
    lots: Lot, of one wallet and money, as they are after the runs before.
    active: the day on which the holder was last there.
    noticed: the day of the notice, None if there was none.
    Rounding: a percent half up, at least one unit.
    """
    if not is_noticed(policy, date, noticed):
        return []
    found = eligible(policy, date, lots, active)
    units = _units(policy, sum(lot.left for lot in found))
    if not units:
        return []
    return fifo.consume(
        [fifo.Lot(lot.id, lot.date, lot.left) for lot in found], units)


def _units(policy, eligible):
    "Return how many of the eligible units melt"
    if policy.mode == 'fixed':
        return min(policy.units, eligible)
    elif policy.mode == 'percent':
        return min(eligible, max(1, int(half_up(
                        eligible * policy.rate, ONE)))) if eligible else 0
    return eligible
