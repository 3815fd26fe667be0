"""Calendars of memberships: when a paid period begins and ends.

Dates in, dates out, both days of a period included, without a database.
"""
import calendar
import datetime as dt

from tibillet.terms import add_months

DAY = dt.timedelta(days=1)
# A year that is not leap: a season never starts on 29 February.
COMMON_YEAR = 2001


def is_season_start(month, day):
    "Return whether a season may start on this day every year"
    return (1 <= month <= 12
        and 1 <= day <= calendar.monthrange(COMMON_YEAR, month)[1])


def end(start, unit, count=1, season=(9, 1)):
    """Return the last day of a period that begins on start.

    unit: 'day', 'month' or 'year', counted from start;
        'calendar_month', the month of start being the first of count;
        'civil_year', until 31 December;
        'season', until the day before season;
        'life', without end: None.
    count: number of units, for the first four.
    season: month and day on which each season starts.
    """
    if unit == 'life':
        return None
    if unit == 'civil_year':
        return start.replace(month=12, day=31)
    if unit == 'season':
        return _season_end(start, *season)
    if count < 1:
        raise ValueError(f"a period of {count} {unit} has no end")
    if unit == 'day':
        return start + (count - 1) * DAY
    if unit == 'calendar_month':
        return add_months(start.replace(day=1), count) - DAY
    return _months_end(start, count * {'month': 1, 'year': 12}[unit])


def _months_end(start, months):
    # Code de procédure civile, article 641: a term in months ends on the day
    # of the same number, or on the last of the month if there is none.
    # The first day counts, so that the day before closes a full term.
    same = add_months(start, months)
    if same.day < start.day:
        return same
    return same - DAY


def _season_end(start, month, day):
    if not is_season_start(month, day):
        raise ValueError(f"no season starts on {day}/{month}")
    following = start.replace(month=month, day=day)
    if following <= start:
        following = following.replace(year=start.year + 1)
    return following - DAY


def grace_end(last, grace_days):
    "Return the last day of grace of a period, None if it has no end"
    if last is None:
        return None
    return last + grace_days * DAY


def renewal_start(paid_on, previous_end=None, previous_grace_end=None):
    """Return the first day of the period paid on a date.

    It follows the previous period when it is paid before the grace is over,
    else it begins on the day of payment.
    """
    if previous_end is not None and paid_on <= previous_grace_end:
        return previous_end + DAY
    return paid_on


def month_ends(date, count):
    """Return the last days of count months, oldest first, the last at date.

    The month of date has not ended: date stands for it.
    """
    first = date.replace(day=1)
    return [
        add_months(first, -i) - DAY for i in range(count - 2, -1, -1)
        ] + [date]
