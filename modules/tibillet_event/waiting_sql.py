"""Which places are kept for the people of a waiting list.

A free place is kept while somebody waits for a place of its kind: those that
sell to anybody leave it, by a condition of the statement that takes it. So
nothing has to be marked when a place becomes free, be it by a cancellation,
by more places or by the clock alone, and no row is shared by those who buy.
"""
from sql import Literal, Null
from sql.conditionals import Coalesce

from .place_sql import is_offered, table


def is_waiting(waiting, now):
    "Return the SQL that tells whether an entry waits for an offer"
    return (
        (waiting.offered_at == Null) & (waiting.withdrawn_at == Null)
        & (waiting.until > now))


def is_kept(place, now):
    "Return the SQL that tells whether somebody waits for such a place"
    waiting = table('tibillet.waiting')
    link = table('tibillet.place-tibillet.allotment')
    # One look into the index for each place, as is_offered.
    found = waiting.select(
        waiting.id,
        where=(waiting.performance == place.performance)
        & is_waiting(waiting, now)
        & (((waiting.allotment == Null) & is_offered(place, None))
            | waiting.allotment.in_(link.select(
                    link.allotment, where=link.place == place.id))),
        limit=1)
    return Coalesce(found, 0) > 0


def is_open_to(place, asked, now):
    "Return the SQL that tells whether who asks may have a free place"
    return Literal(True) if asked.listed else ~is_kept(place, now)
