"""What to do with an entry that waiting services leave no room for."""
import datetime as dt

from .settlement import Book, Replay


def get_waiting_problem(entry, excess):
    """Return the code and the values of what to do

    excess: what the entry lowers more than the services leave.
    """
    convention = entry.convention
    values = {
        'entry': entry.rec_name,
        'convention': convention.rec_name,
        }
    left = -entry.amount - excess
    if not isinstance(entry.origin, entry.__class__):
        if left <= 0:
            return 'waiting_nothing', values
        return 'waiting', {
            **values, 'excess': convention.format_amount(excess)}
    undone = entry.origin
    values['reversed'] = undone.rec_name
    last = _get_last_day(entry)
    if last:
        return 'waiting_reversal', {
            **values,
            'first': convention.format_date(undone.date),
            'last': convention.format_date(last)}
    return 'waiting_recouped', {
        **values, 'left': convention.format_amount(max(left, 0))}


def _get_last_day(entry):
    "Return the last day before the services, if it could be undone then"
    replay = Replay(Book(entry.convention))
    first = min(
        [s.date for s in replay.services]
        + [date for date, _ in replay.corrections])
    last = first - dt.timedelta(days=1)
    if last < entry.origin.date:
        return
    for other in replay.entries:
        if other == entry:
            other.date = last
    if not replay.run().excesses:
        return last
