"""How much is expected to melt, month by month, of what is loaded already.

Whole numbers and Decimals, without a database.

What was used before tells how long money waits to be used: a discrete
Kaplan-Meier curve. Each wait is counted in whole months; it ends by a use,
or is still open, which tells that it lasts longer than that and no more.

Of what has waited so many months, the part that will still wait when it may
melt is the curve there divided by the curve here.
"""
from collections import defaultdict, namedtuple
from decimal import Decimal

ONE = Decimal(1)

# months: whole, of a wait. used: how many ended by a use after so many months.
# open: how many have lasted so many months and are not ended.
Wait = namedtuple('Wait', ['months', 'used', 'open'])
# at_risk: waits that lasted so many months at least. part: of all waits, still
# waiting after this month.
Point = namedtuple('Point', ['months', 'at_risk', 'used', 'part'])


def age(start, date):
    "Return the whole months between two days, at least 0"
    months = (date.year - start.year) * 12 + date.month - start.month
    return max(0, months - (date.day < start.day))


def curve(waits):
    """Return the Points of the survival curve, one a month from 0

    waits: Wait, in any order; months may be told twice.
    """
    used, ended = defaultdict(int), defaultdict(int)
    for wait in waits:
        if wait.months < 0 or wait.used < 0 or wait.open < 0:
            raise ValueError(f"{wait}")
        used[wait.months] += wait.used
        ended[wait.months] += wait.used + wait.open
    at_risk, part, points = sum(ended.values()), ONE, []
    for months in range(max(ended, default=-1) + 1):
        if at_risk:
            part *= ONE - Decimal(used[months]) / at_risk
        points.append(Point(months, at_risk, used[months], part))
        at_risk -= ended[months]
    return points


def survival(points, months):
    """Return the part that still waits after so many months, 1 before any

    Beyond what was ever seen it is that of the last month.
    """
    if months <= 0 or not points:
        return ONE
    return points[min(months, len(points)) - 1].part


def expected(points, now, then):
    """Return the part of what waits now that will still wait then

    now, then: whole months of wait.
    None is expected where nothing has ever lasted so long.
    """
    here = survival(points, now)
    if then <= now:
        return ONE
    return survival(points, then) / here if here else Decimal(0)


def is_seen(points, months):
    "Return whether a wait of so many months was ever seen"
    return months <= len(points)


# at_most: units that melt if nothing is used. expected: those of them that
# are expected to. unseen: those of the expected that rest on longer waits
# than were ever seen.
Month = namedtuple('Month', ['at_most', 'expected', 'unseen'])


def forecast(points, loaded):
    """Return the Month of units of each date, Decimals but at_most

    loaded: (date, months it has waited, months when it melts, units).
    """
    sums = {}
    for date, now, then, units in loaded:
        part = units * expected(points, now, then)
        month = sums.get(date, Month(0, Decimal(0), Decimal(0)))
        sums[date] = Month(
            month.at_most + units, month.expected + part,
            month.unseen + (0 if is_seen(points, then) else part))
    return dict(sorted(sums.items()))
