"""Terms: months that end on the 31st, 30/360. Dates only."""
from calendar import monthrange


def add_months(date, months):
    """Return the same day months later, or the last day of a shorter month.

    months: integer of any sign.
    Add to the first date of a series, never to the previous one: 31 January
    gives 28 February, then 31 March again.
    """
    year, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    month += 1
    return date.replace(
        year=year, month=month,
        day=min(date.day, monthrange(year, month)[1]))


def days_360(start, end):
    """Return the days from start, included, to end, excluded, in 30/360.

    Each month has 30 days, each year 360; the 31st counts as the 30th.
    To count a last day, give the day after: the year 2025 goes from
    1 January 2025 to 1 January 2026.
    Additive: a to b plus b to c is a to c, whatever the dates.
    """
    return _position_360(end) - _position_360(start)


def _position_360(date):
    return date.year * 360 + (date.month - 1) * 30 + min(date.day, 30) - 1
