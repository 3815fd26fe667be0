"""Which lots melt, given what their holder was told: without a database.

A notice tells of the lots from whose start it counts: what was loaded, or
used, after it needs another one. The start of a lot is the day from which its
months are counted (demurrage.start).
"""
import datetime as dt
from collections import namedtuple
from functools import lru_cache

from tibillet.terms import add_months

from . import demurrage

# date: on which it was given. until: the last start that it tells of.
Notice = namedtuple('Notice', ['date', 'until'])


def untold(policy, date, lots, active, notices):
    """Return the lots that could melt on a date, and nobody was told of

    policy: demurrage.Policy. date: when a run is due. lots: demurrage.Lot.
    active: the day on which the holder was last there.
    """
    told = max((notice.until for notice in notices), default=None)
    return [
        lot for lot in demurrage.eligible(policy, date, lots, active)
        if told is None or demurrage.start(policy, lot, active) > told]


def melt(policy, date, lots, active, notices, available=None):
    """Return (id, units) of the lots that a run melts, the oldest first

    available: what of them may melt, without what is held; all if None.
    """
    early = [
        notice for notice in notices
        if demurrage.is_noticed(policy, date, notice.date)]
    if not early:
        return []
    until = max(notice.until for notice in early)
    taken = demurrage.melt(
        policy, date, [
            lot for lot in lots
            if demurrage.start(policy, lot, active) <= until],
        active, max(notice.date for notice in early))
    return taken if available is None else _at_most(taken, available)


def _at_most(taken, units):
    "Return the first lots that give at most so many units"
    kept = []
    for id_, part in taken:
        part_ = min(part, units)
        if part_ > 0:
            kept.append((id_, part_))
            units -= part_
    return kept


def melts_on(policy, lots, active, notices, today, done):
    """Return the due date of the run that melts something of each lot, by id

    today: on which a notice may be given, if there is none.
    done: the due date of the last run, the day before the first one without.
    """
    dates = {}
    for lot in lots:
        if demurrage.melts(policy, lot):
            start = demurrage.start(policy, lot, active)
            told = min(
                (n.date for n in notices if n.until >= start), default=None)
            dates[lot.id] = _first_due(
                policy, start, told or max(today, done), done)
    return dates


# Of a million lots, most were loaded on a few hundred days.
@lru_cache(maxsize=10000)
def _first_due(policy, start, noticed, done):
    return max(
        demurrage.first_due(policy, start, noticed), next_date(policy, done))


def coming(policy, lots, active, notices, today, done, until):
    """Yield (date, id, units) that melt if nothing is used any more

    today: on which a notice may be given, if there is none. What is due
        already melts on that day.
    done: as of melts_on. until: the last due date.
    """
    if policy.mode == 'all':
        dates = melts_on(policy, lots, active, notices, today, done)
        for lot in lots:
            if lot.id in dates and dates[lot.id] <= until:
                yield max(dates[lot.id], today), lot.id, lot.left
        return
    # Of what nobody was told, from today on.
    told = [*notices, Notice(max(today, done), dt.date.max)]
    left = list(lots)
    for date in demurrage.due_dates(policy, done, until):
        taken = dict(melt(policy, date, left, active, told))
        for id_, units in taken.items():
            yield max(date, today), id_, units
        left = [
            lot._replace(left=lot.left - taken.get(lot.id, 0))
            for lot in left]
        if not any(demurrage.melts(policy, lot) for lot in left):
            break


def next_date(policy, after):
    "Return the first due date after a day"
    return demurrage.due_dates(policy, after, add_months(after, 2))[0]
