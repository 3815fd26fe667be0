"""What the statements on places have in common."""
import datetime as dt

from sql import For, Literal, Null
from sql.conditionals import Coalesce
from sql.functions import AtTimeZone, CurrentTimestamp
from tibillet_base import tools
from tibillet_base.tools import table

from trytond import backend
from trytond.pool import Pool
from trytond.transaction import Transaction


def clock():
    "Return the SQL of the instant in UTC"
    if backend.name == 'sqlite':
        return Literal(tools.now())
    return AtTimeZone(CurrentTimestamp(), 'UTC')


def instant(value):
    "Return the instant of a column"
    # SQLite gives expressions back as texts.
    if isinstance(value, str):
        return dt.datetime.fromisoformat(value)
    return value


def is_free(place, now):
    "Return the SQL that tells whether a place of the table can be taken"
    return (
        ~place.sold & ~place.retired
        & ((place.held_until == Null) | (place.held_until <= now)))


def is_unnumbered(place):
    "Return the SQL that tells whether a place of the table is not a seat"
    return place.seat == Null


def is_offered(place, allotment):
    """Return the SQL that tells whether a place is in the allotment

    In none of them if allotment is None.
    """
    link = table('tibillet.place-tibillet.allotment')
    where = link.place == place.id
    if allotment is not None:
        where &= link.allotment == allotment
    # One look into the index for each place, not a join that a planner
    # could begin by the other side.
    found = Coalesce(link.select(link.id, where=where, limit=1), 0)
    return found == 0 if allotment is None else found > 0


def for_update(skip_locked=False):
    "Return how rows are locked, None where the database has one writer"
    if backend.name != 'postgresql':
        return None
    if skip_locked:
        return Transaction().database.get_select_for_skip_locked()('UPDATE')
    return For('UPDATE')


def forget(performance, places=(), holds=()):
    "Make the transaction read them anew"
    pool = Pool()
    tools.forget(pool.get('tibillet.place'), places)
    tools.forget(pool.get('tibillet.place.hold'), holds)
    tools.forget(pool.get('tibillet.performance'), [performance])


def forget_all(performances):
    "Make the transaction read the performances and any place anew"
    for cache in Transaction().cache.values():
        cache.get('tibillet.place', {}).clear()
    for performance in performances:
        forget(performance)
