"""The rows of a hold: made once, with the places that it is given."""
import datetime as dt
from dataclasses import dataclass

from sql import Conflict, Literal, With
from tibillet_base import tools
from tibillet_base.tools import cursor

from trytond import backend
from trytond.i18n import gettext
from trytond.transaction import Transaction

from .exceptions import HoldUUIDError
from .place_sql import clock, table


@dataclass(frozen=True)
class Hold:
    "What a hold took: the answer to the first request and to each replay"
    id: int
    uuid: str
    performance: int
    places: tuple
    until: dt.datetime


def open_(asked, now):
    "Return the id of a new hold, None if there is one of the same uuid"
    sold_at = None
    if asked.sell_now:
        sold_at = (now or tools.now()).replace(microsecond=0)
    new = table('tibillet.place.hold')
    returning = backend.name == 'postgresql'
    statement = cursor()
    statement.execute(*new.insert(
            [new.uuid, new.performance, new.allotment, new.quantity,
                new.named, new.until, new.sold_at, new.reference,
                new.create_uid, new.create_date], [[
                    asked.uuid, asked.performance, asked.allotment,
                    asked.quantity, asked.seats is not None,
                    asked.until.replace(microsecond=0), sold_at,
                    asked.reference, Transaction().user, clock()]],
            on_conflict=Conflict(new, indexed_columns=[new.uuid]),
            returning=[new.id] if returning else None))
    if returning:
        row = statement.fetchone()
        return row[0] if row else None
    return statement.lastrowid if statement.rowcount else None


def replay(asked):
    first = table('tibillet.place.hold')
    statement = cursor()
    statement.execute(*first.select(
            first.id, first.until, first.performance, first.allotment,
            first.quantity, first.named,
            where=first.uuid == asked.uuid))
    id_, until, *content = statement.fetchone()
    places = places_of(id_)
    if not asked.is_same(*content, places):
        raise HoldUUIDError(gettext(
                'tibillet_event.msg_hold_uuid_reused', uuid=asked.uuid))
    return Hold(id_, asked.uuid, asked.performance, places, until)


def give(asked, hold, until, ids, place, where):
    "Let the hold have the places, return how many it could have"
    link = table('tibillet.place.hold-tibillet.place')
    taken = place.update(
        [place.hold, place.held_until, place.sold],
        [hold, None, True] if asked.sell_now else [hold, until, False],
        where=where)
    columns = [link.hold, link.place]
    statement = cursor()
    if backend.name == 'postgresql':
        taken.returning = [place.id]
        taken = With(query=taken)
        statement.execute(*link.insert(
                columns, taken.select(
                    Literal(hold), taken.id, order_by=taken.id.asc),
                with_=[taken]))
        return statement.rowcount
    statement.execute(*taken)
    given = statement.rowcount
    if given == len(ids):
        statement.execute(*link.insert(columns, [[hold, id_] for id_ in ids]))
    return given


def places_of(hold):
    "Return the ids of what the hold took, in the order it was given"
    link = table('tibillet.place.hold-tibillet.place')
    statement = cursor()
    statement.execute(*link.select(
            link.place, where=link.hold == hold, order_by=link.id.asc))
    return tuple(id_ for id_, in statement)
