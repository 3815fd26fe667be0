"""Dates and hours of performances, as read on the clock of the venue.

Dates, times and names of time zones in, naive UTC date and times out,
without a database.
"""
import datetime as dt
from zoneinfo import ZoneInfo

from tibillet.terms import add_months

# Doors at 23:30 for a start at 00:30 open the evening before; doors at 21:00
# for a start at 20:30 are a mistake.
DOORS_HOURS_MAX = 12
# A year of daily performances; more is a slip of the keyboard.
COPIES_MAX = 366


class MissingTimeError(ValueError):
    "The clock of the zone never shows this hour on this date"


class RepeatedTimeError(ValueError):
    "The clock of the zone shows this hour twice on this date"


def to_utc(date, time, zone):
    """Return the naive UTC date and time of an hour shown in zone.

    zone: name of a time zone, 'Europe/Paris'.
    Raise MissingTimeError in the hour skipped when clocks go forward and
    RepeatedTimeError in the hour lived twice when they go back.
    """
    tzinfo = ZoneInfo(zone)
    shown = dt.datetime.combine(date, time)
    first, second = (
        shown.replace(tzinfo=tzinfo, fold=fold).astimezone(dt.timezone.utc)
        for fold in [0, 1])
    if first != second:
        if first.astimezone(tzinfo).replace(tzinfo=None) != shown:
            raise MissingTimeError(f'{shown} {zone}')
        raise RepeatedTimeError(f'{shown} {zone}')
    return first.replace(tzinfo=None)


def to_local(datetime, zone):
    "Return the naive date and time shown in zone at a naive UTC one"
    return (datetime.replace(tzinfo=dt.timezone.utc)
        .astimezone(ZoneInfo(zone))
        .replace(tzinfo=None))


def end_date(date, time, end_time):
    "Return the date of the first end_time after time on date"
    if end_time <= time:
        return date + dt.timedelta(days=1)
    return date


def doors_date(date, time, doors_time):
    """Return the date of the last doors_time at or before time on date.

    Raise ValueError if it is more than DOORS_HOURS_MAX hours before.
    """
    doors = dt.datetime.combine(date, doors_time)
    start = dt.datetime.combine(date, time)
    if doors > start:
        doors -= dt.timedelta(days=1)
    if start - doors > dt.timedelta(hours=DOORS_HOURS_MAX):
        raise ValueError(f'doors at {doors_time} for a start at {time}')
    return doors.date()


def repeat(date, frequency, interval, count):
    """Return the count dates that follow date every interval of frequency.

    frequency: 'day', 'week' or 'month'.
    Months are counted from date itself: after 31 January come 28 February
    and 31 March.
    """
    if interval < 1:
        raise ValueError("interval must be at least 1")
    steps = [interval * i for i in range(1, count + 1)]
    if frequency == 'month':
        return [add_months(date, step) for step in steps]
    days = {'day': 1, 'week': 7}[frequency]
    return [date + dt.timedelta(days=days * step) for step in steps]


def overlaps(start, end, other_start, other_end):
    "Return whether two spans share an instant; spans that touch do not"
    return start < other_end and other_start < end
