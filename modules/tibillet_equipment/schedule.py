"""Depreciation plans: dates and amounts, without database.

A plan is a list of (date, amount): the depreciation booked on date covers
the days since the previous one, date included. Amounts are rounded on what
is cumulated since the start, never one by one, so that a monthly and a
yearly plan give the same net value at each end of year, and the last amount
takes no remainder larger than one unit of the currency. What remains after
some of it is booked is planned again as it was first: what is cumulated moves
by one unit of the currency at most.
"""
import datetime as dt
from calendar import monthrange
from decimal import Decimal
from fractions import Fraction

from tibillet.money import CENT, half_up
from tibillet.terms import add_months, days_360

ONE_DAY = dt.timedelta(1)
MONTHS = {'monthly': 1, 'yearly': 12}


def last_day(start, months):
    """Return the last day of a term of months that starts on start."""
    return add_months(start, months) - ONE_DAY


def closings(start, end, frequency, month=12, day=-1):
    """Return the regular dates of a plan from start to end, both included.

    frequency: 'monthly' or 'yearly'.
    month: last month of the year, for a yearly plan.
    day: 1 or -1, the first or the last day of the month.
    """
    dates = []
    date = dt.date(
        start.year, month if frequency == 'yearly' else start.month, 1)
    while (closing := _day_of_month(date, day)) <= end:
        if closing >= start:
            dates.append(closing)
        date = add_months(date, MONTHS[frequency])
    return dates


def next_closing(date, frequency, month=12, day=-1):
    """Return the first regular date of a plan that is not before date."""
    return closings(
        date, add_months(date, MONTHS[frequency] + 1), frequency, month,
        day)[0]


def period_ends(start, end, frequency, month=12, day=-1):
    """Return the dates of a plan that ends on end, always the last one.

    No date if end is before start.
    """
    if end < start:
        return []
    dates = closings(start, end - ONE_DAY, frequency, month, day)
    return [*dates, end]


def _day_of_month(date, day):
    if day == -1:
        day = monthrange(date.year, date.month)[1]
    return date.replace(day=day)


def term_360(start, end):
    """Return the days in 30/360 from start to end, both included.

    A term of whole months always has thirty days a month, even when it
    ends in a shorter one: from 31 August to 27 February there are 180.
    """
    months = (end.year - start.year) * 12 + end.month - start.month
    for count in [months, months + 1]:
        if count > 0 and last_day(start, count) == end:
            return count * 30
    return days_360(start, end + ONE_DAY)


def linear_360(amount, start, end, dates, quantum=CENT, since=None):
    """Return the plan of amount over the French year of 360 days.

    amount: Decimal, what remains to depreciate from start to end.
    start: first day that nothing depreciates yet, it counts.
    dates: sorted, from period_ends.
    quantum: smallest unit of the currency.
    since: day of putting into service, start if nothing is booked.
    Amounts rounded to zero are left out.
    """
    # PCG art. 214-12: a depreciation plan starts when the good is put into
    # service; the usual practice counts months of thirty days.
    # Whole months since then last thirty days each, also when they end on
    # 27 February: what is counted of them already is taken away.
    since = since or start
    total = term_360(since, end) - days_360(since, start)
    dues = []
    for date in dates:
        if date >= end or total <= 0:
            dues.append(amount)
        else:
            days = min(days_360(start, date + ONE_DAY), total)
            dues.append(half_up(Fraction(amount) * days / total, quantum))
    return _plan(dates, dues)


def by_units(amount, expected, used, quantum=CENT):
    """Return the plan of amount by units of use, as (date, units, amount).

    amount: Decimal, what remains to depreciate.
    expected: units of use that remain to come, a positive integer.
    used: sorted list of (date, units), units of each period; a correction
    may make them negative.
    More units than expected depreciate nothing more.
    Raise ValueError if no unit is expected.
    """
    if expected <= 0:
        raise ValueError(f"{expected} units expected")
    plan = []
    cumulated, due = 0, Decimal(0)
    for date, units in used:
        cumulated += units
        counted = max(0, min(cumulated, expected))
        following = half_up(Fraction(amount) * counted / expected, quantum)
        if units:
            plan.append((date, units, following - due))
        due = following
    return plan


def _plan(dates, dues):
    plan = []
    previous = Decimal(0)
    for date, due in zip(dates, dues):
        if due != previous:
            plan.append((date, due - previous))
        previous = due
    return plan
