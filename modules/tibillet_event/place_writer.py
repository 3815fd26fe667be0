"""Take places, sell them and give them back: the only file that does.

    hold = place_writer.hold(performance, None, 2, uuid, until)
    place_writer.sell(hold.uuid)

Who is sure does both at once, in half the statements (sell_now=True).
Each function is a few statements beside any number of others, for a
READ COMMITTED transaction of a request; under the default level it is as
safe, only more often to be tried again.

A place is taken by a hold, until an instant that is compared with now: no
job frees it. A hold is made once for a uuid that its caller has made: the
same again gives the first answer, other content is refused. What is refused
has a code (see exceptions.py) and leaves nothing written.

Access is not checked here: who calls has done it.
Instants are in UTC; now is the clock of the database unless it is given.
"""
import datetime as dt
import random
import time
from dataclasses import dataclass

from sql import Null
from sql.aggregate import Count
from sql.conditionals import Coalesce
from tibillet_base.tools import cursor, undone

from trytond import backend
from trytond.i18n import gettext
from trytond.model import fields
from trytond.transaction import Transaction

from .exceptions import (
    HoldSoldError, HoldUnsoldError, HoldUntilError, PerformanceOverError,
    PerformanceSaleError, PlaceHoldError, WrongPerformanceError)
from .place_asked import Asked
from .place_locked import Locked
from .place_refusal import get_name, refuse_named, refuse_some
from .place_rows import Hold, give, open_, replay
from .place_sql import (
    clock, for_update, forget, instant, is_free, is_offered, is_unnumbered,
    table)
from .waiting_sql import is_kept, is_open_to

# How often places that others are taking right now are asked for again.
TRIES = 8
WAIT_SECONDS_MAX = 0.05
# Among how many numbers a place is first looked for.
WINDOW = 16


class _Busy(Exception):
    "There are enough places, but others are taking them right now"


def hold(
        performance, allotment, quantity, uuid, until,
        reference=None, now=None, sell_now=False):
    """Hold any of the unnumbered places, all or none

    allotment: the set of places to take from; what is in no allotment if None.
    quantity: how many places.
    until: the instant from which they are free again.
    reference: of the order, shown to the team.
    sell_now: whether they are sold at once.
    """
    asked = Asked(
        performance, allotment, quantity, None, uuid, until, reference,
        sell_now)
    return _hold(asked, _take_some, now)


def hold_seats(
        performance, allotment, seats, uuid, until,
        reference=None, now=None, sell_now=False, listed=False):
    """Hold these very places, all or none

    seats: the places, of the allotment or of none as for hold.
    listed: for somebody of the waiting list, whose turn it is.
    """
    asked = Asked(
        performance, allotment, len(seats), seats, uuid, until, reference,
        sell_now, listed)
    return _hold(asked, _take_named, now)


def extend(uuid, until, now=None):
    "Hold the same places until another instant"
    locked = Locked(uuid, now)
    locked.check_open()
    end = _until(until, locked.now)
    locked.check_places()
    locked.update_places(locked.places, held_until=end)
    locked.update(until=end)
    return locked.answer()


def sell(uuid, now=None):
    "Sell the places of a hold that is still open"
    locked = Locked(uuid, now)
    if not locked.sold_at:
        locked.check_open()
        check_on_sale(locked.performance, locked.now)
        locked.check_places()
        locked.update_places(locked.places, sold=True, held_until=None)
        locked.update(sold_at=locked.now.replace(microsecond=0))
    return locked.answer()


def release(uuid, now=None):
    "Give back the places of a hold that was not sold"
    locked = Locked(uuid, now)
    if locked.sold_at:
        raise HoldSoldError(gettext('tibillet_event.msg_hold_sold'))
    if not locked.released_at:
        locked.update_places(locked.places, hold=None, held_until=None)
        locked.update(released_at=locked.now.replace(microsecond=0))
    return locked.answer()


def free(uuid, places=None):
    """Give back places that were sold by the hold, all of them by default

    Once each: what was sold again meanwhile stays sold.
    """
    locked = Locked(uuid, None)
    if not locked.sold_at:
        raise HoldUnsoldError(gettext('tibillet_event.msg_hold_unsold'))
    ids = locked.places
    if places is not None:
        ids = tuple(sorted(int(p) for p in places))
    if not ids or not set(ids) <= set(locked.places):
        raise PlaceHoldError(gettext('tibillet_event.msg_place_hold'))
    locked.update_places(ids, was_sold=True, hold=None, sold=False)
    return Hold(
        locked.id, locked.uuid, locked.performance, ids, locked.until)


def _hold(asked, take, now):
    for left in reversed(range(TRIES)):
        try:
            with undone(_Busy):
                return _try(asked, take, now, last=not left)
        except _Busy:
            time.sleep(random.uniform(0, WAIT_SECONDS_MAX))


def _try(asked, take, now, last):
    # First, so that the same request sent twice waits for itself.
    id_ = open_(asked, now)
    if id_ is None:
        return replay(asked)
    date = check_on_sale(asked.performance, now)
    until = _until(asked.until, date.now)
    if asked.allotment is not None:
        _check_allotment(asked)
    places = take(asked, id_, until, date, last)
    forget(asked.performance, places)
    return Hold(id_, asked.uuid, asked.performance, tuple(places), until)


@dataclass(frozen=True)
class _Date:
    """A performance that is on sale

    number: the last of its places that has one.
    """
    now: dt.datetime
    unlimited: bool
    number: int


def check_on_sale(performance, now):
    "Return what is known of the performance, if it is on sale"
    place = table('tibillet.place')
    sale = table('tibillet.performance')
    last = place.select(
        place.number,
        where=(place.performance == performance) & (place.number != Null),
        order_by=place.number.desc, limit=1)
    statement = cursor()
    statement.execute(*sale.select(
            sale.state, sale.end, sale.unlimited, clock().as_('now'),
            Coalesce(last, 0).as_('last'),
            where=sale.id == performance))
    state, end, unlimited, clock_time, number = statement.fetchone()
    time_ = now or instant(clock_time)
    if state != 'on_sale':
        raise PerformanceSaleError(gettext(
                'tibillet_event.msg_performance_not_on_sale',
                performance=get_name(performance)))
    if end <= time_:
        raise PerformanceOverError(gettext(
                'tibillet_event.msg_performance_over',
                performance=get_name(performance)))
    return _Date(time_, unlimited, number)


def _until(until, now):
    if until <= now:
        raise HoldUntilError(gettext('tibillet_event.msg_hold_until'))
    return until.replace(microsecond=0)


def _check_allotment(asked):
    allotment = table('tibillet.allotment')
    statement = cursor()
    statement.execute(*allotment.select(
            allotment.performance, where=allotment.id == asked.allotment))
    if statement.fetchone() != (asked.performance,):
        raise WrongPerformanceError(
            gettext('tibillet_event.msg_allotment_performance'))


def _take_some(asked, hold, until, date, last):
    "Take unnumbered places that nobody else is taking, return their ids"
    place = table('tibillet.place')
    where = (
        (place.performance == asked.performance) & is_unnumbered(place)
        & is_free(place, date.now) & is_offered(place, asked.allotment)
        & ~is_kept(place, date.now))
    window = _window(place, asked, date.number)
    ids = _lock_some(place, where & window, asked.quantity) if window else []
    if len(ids) < asked.quantity:
        ids = _lock_some(place, where, asked.quantity)
    missing = asked.quantity - len(ids)
    if missing and date.unlimited and asked.allotment is None:
        ids += _add(asked.performance, missing)
    elif missing:
        if not last and _are_there(place, where, asked.quantity):
            raise _Busy
        refuse_some(asked, date.now)
    ids.sort()
    give(
        asked, hold, until, ids, place,
        fields.SQL_OPERATORS['in'](place.id, ids))
    return ids


def _window(place, asked, last):
    """Return the SQL of a few numbers somewhere in the performance

    Without statistics of the table the planner would sort all that is free;
    and buyers do not all begin by the same place.
    last: the last number. None if there are few places.
    """
    width = asked.quantity * WINDOW
    if last <= width:
        return None
    start = random.randint(1, last - width + 1)
    return (place.number >= start) & (place.number < start + width)


def _lock_some(place, where, quantity):
    "Lock places that nobody else has locked, return their ids"
    statement = cursor()
    statement.execute(*place.select(
            place.id, where=where,
            order_by=place.number.asc, limit=quantity,
            for_=for_update(skip_locked=True)))
    return [id_ for id_, in statement]


def _are_there(place, where, quantity):
    "Tell whether there are as many places, whoever is taking them"
    some = place.select(place.id, where=where, limit=quantity)
    statement = cursor()
    statement.execute(*some.select(Count(some.id)))
    return statement.fetchone() == (quantity,)


def _add(performance, quantity):
    "Add places to a performance without limit, return their ids"
    place = table('tibillet.place')
    columns = [
        place.performance, place.sold, place.retired, place.create_uid,
        place.create_date]
    row = [performance, False, False, Transaction().user, clock()]
    statement = cursor()
    if backend.name == 'postgresql':
        statement.execute(*place.insert(
                columns, [row] * quantity, returning=[place.id]))
        return [id_ for id_, in statement]
    ids = []
    for _ in range(quantity):
        statement.execute(*place.insert(columns, [row]))
        ids.append(statement.lastrowid)
    return ids


def _take_named(asked, hold, until, date, last):
    "Take the named places if they are still free, return their ids"
    place, other = table('tibillet.place'), table('tibillet.place')
    named = fields.SQL_OPERATORS['in'](place.id, asked.seats)
    # In one order, so that nobody waits for who waits for him.
    locked = place.select(
        place.id,
        where=named & (place.performance == asked.performance)
        & is_free(place, date.now) & is_offered(place, asked.allotment)
        & is_open_to(place, asked, date.now),
        order_by=place.id.asc, for_=for_update())
    given = give(
        asked, hold, until, asked.seats, other,
        # What another has taken meanwhile is not free any more.
        other.id.in_(locked) & is_free(other, date.now))
    if given < asked.quantity:
        refuse_named(asked, hold, date.now)
    return asked.seats
