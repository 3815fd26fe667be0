"""The months and the years of a till. Dates only."""
import datetime as dt

DAY = dt.timedelta(days=1)
KINDS = ['month', 'year']


def first_day(kind, date):
    "Return the first day of the month or the year of a date"
    return date.replace(day=1, **({'month': 1} if kind == 'year' else {}))


def last_day(kind, date):
    "Return the last day of the month or the year of a date"
    days = 366 if kind == 'year' else 31
    return first_day(
        kind, first_day(kind, date) + dt.timedelta(days=days)) - DAY


def get_ended(since, today):
    """Return the months and the years that have ended before a day

    since: a day of the first of them.
    Return (kind, first day, last day) in the order in which they end, a year
    after its last month. Those without any sale are among them.
    """
    found = []
    for kind in KINDS:
        start = first_day(kind, since)
        while (end := last_day(kind, start)) < today:
            found.append((kind, start, end))
            start = end + DAY
    return sorted(found, key=lambda period: (period[2], period[0]))
