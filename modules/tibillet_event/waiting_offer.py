"""Offer what is free to the people of a waiting list: the only file that does.

    waiting_offer.make(performance)

An offer is a hold with a longer deadline: what is offered is taken, and is
free again by comparison with now. An entry is offered places once; the uuid
of the hold follows from it, so that offers made twice are made once.

Who makes offers for a performance waits for who makes them already, so that
they are made in the order of arrival. Nobody who sells waits for it.
"""
import datetime as dt
import uuid

from sql import Null
from tibillet_base import tools
from tibillet_base.tools import cursor, forget, table, undone

from trytond.model import fields
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from . import place_writer, seating, waiting_rule
from .exceptions import PlaceError
from .place_sql import clock, for_update, is_free
from .waiting_rule import Wanted
from .waiting_sql import is_waiting


@without_check_access
def make(performance, now=None):
    "Make the offers of a performance, return the entries that have one"
    pool = Pool()
    Performance = pool.get('tibillet.performance')
    Waiting = pool.get('tibillet.waiting')
    performance = Performance(int(performance))
    tools.take_turn(Performance, [performance.id])
    now = now or tools.now()
    if performance.state != 'on_sale' or performance.end <= now:
        return []
    wanted = _get_wanted(performance, now)
    if not wanted:
        return []
    free, rows = _get_free(performance, now)

    def choose(places, quantity):
        return _choose(places, quantity, rows)

    until = min(
        now + dt.timedelta(hours=performance.offer_hours), performance.start)
    offers = waiting_rule.share(free, wanted, choose)
    offered = [
        each.entry for each in wanted if each.entry in offers
        and _offer(performance, each, offers[each.entry], until, now)]
    forget(Waiting, offered)
    entries = Waiting.browse(offered)
    told = [e for e in entries if e.address]
    if told:
        with Transaction().set_context(queue_batch=True):
            Waiting.__queue__.send_offer(told)
    return entries


def _get_wanted(performance, now):
    "Return who waits, in the order of arrival, locked until the end"
    waiting = table('tibillet.waiting')
    statement = cursor()
    statement.execute(*waiting.select(
            waiting.id, waiting.allotment, waiting.quantity, waiting.partial,
            where=(waiting.performance == performance.id)
            & is_waiting(waiting, now),
            order_by=[waiting.arrived_at.asc, waiting.id.asc],
            for_=for_update()))
    return [
        Wanted(id_, allotment, quantity, bool(partial))
        for id_, allotment, quantity, partial in statement]


def _get_free(performance, now):
    """Return the allotments of each free place, and the rows of the seats

    Rows are as seating.choose reads them; places without number come first.
    """
    place = table('tibillet.place')
    link = table('tibillet.place-tibillet.allotment')
    statement = cursor()
    statement.execute(*place
        .join(link, 'LEFT', condition=link.place == place.id)
        .select(
            place.id, place.zone, place.row, place.seat, place.position,
            link.allotment,
            where=(place.performance == performance.id)
            & is_free(place, now),
            order_by=[place.number.asc, place.id.asc]))
    free, seats = {}, {}
    for id_, zone, row, seat, position, allotment in statement:
        allotments = free.setdefault(id_, set())
        if allotment is not None:
            allotments.add(allotment)
        if seat:
            seats[id_] = (zone, row), position
    unnumbered = [id_ for id_ in free if id_ not in seats]
    return {id_: free[id_] for id_ in [*unnumbered, *seats]}, seats


def _choose(places, quantity, seats):
    "Return the best places: side by side, else the first ones"
    chosen = [p for p in places if p not in seats][:quantity]
    if len(chosen) == quantity:
        return chosen
    rows = {}
    for id_ in places:
        if id_ in seats:
            row, position = seats[id_]
            rows.setdefault(row, []).append((id_, position, True))
    return seating.choose(rows.values(), quantity) or places[:quantity]


def _offer(performance, wanted, places, until, now):
    "Hold the places of an offer, return whether they were still free"
    try:
        with undone():
            hold = place_writer.hold_seats(
                performance, wanted.allotment, places,
                get_uuid(wanted.entry), until, now=now, listed=True)
    except PlaceError:
        # Who made them fewer, or sold them, was faster.
        return False
    waiting = table('tibillet.waiting')
    cursor().execute(*waiting.update(
            [waiting.hold, waiting.offered, waiting.offered_at,
                waiting.offered_until, waiting.write_date],
            [hold.id, len(places), now, hold.until, clock()],
            where=waiting.id == wanted.entry))
    return True


def get_uuid(entry):
    "Return the uuid of the hold of the offer of an entry"
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f'tibillet.waiting/{entry}'))


def count(performances, now):
    "Return how many people, and places, are waited for by performance"
    waiting = table('tibillet.waiting')
    counts = {p.id: (0, 0) for p in performances}
    statement = cursor()
    statement.execute(*waiting.select(
            waiting.performance, waiting.quantity,
            where=fields.SQL_OPERATORS['in'](
                waiting.performance, list(counts))
            & is_waiting(waiting, now) & (waiting.quantity != Null)))
    for id_, quantity in statement:
        people, places = counts[id_]
        counts[id_] = people + 1, places + quantity
    return counts
