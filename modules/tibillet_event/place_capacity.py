"""Add places to performances and retire them, by few statements for many.

Who calls claims the performances first: two people who change one capacity
wait for each other. Sales are not waited for, they take what is free; what
they have taken is never retired.
"""
from sql import Literal, Null
from sql.aggregate import Count, Max
from sql.operators import Exists
from tibillet_base.tools import cursor

from trytond import backend
from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.tools import grouped_slice
from trytond.transaction import Transaction

from . import seating
from .exceptions import (
    AllotmentError, CapacityError, CapacityVenueError, SeatingError)
from .place_sql import (
    clock, for_update, forget_all, is_free, is_offered, is_unnumbered, table)


def claim(performances):
    "Let nobody else change the places of the performances until the end"
    # Changed, not only locked: who has begun before must begin again.
    performance = table('tibillet.performance')
    cursor().execute(*performance.update(
            [performance.write_date, performance.write_uid],
            [clock(), Transaction().user],
            where=fields.SQL_OPERATORS['in'](
                performance.id, sorted({p.id for p in performances}))))


def set_quantity(performance, quantity):
    "Add or retire unnumbered places so that there are as many"
    place = table('tibillet.place')
    performance_id = performance.id
    unnumbered = (
        (place.performance == performance_id) & is_unnumbered(place))
    there = _count(place, unnumbered & ~place.retired)
    if quantity < there:
        _retire_some(performance, place, unnumbered, quantity, there)
    elif quantity > there:
        missing = quantity - there
        missing -= _restore_some(place, unnumbered, missing)
        first = _last_number(performance_id) + 1
        _insert(performance_id, [
                (number, None, None, None, None)
                for number in range(first, first + missing)])
        check_venues([performance_id])
    forget_all([performance_id])


def _retire_some(performance, place, unnumbered, quantity, there):
    taken = _count(
        place,
        unnumbered & ~place.retired & ~is_free(place, clock()))
    if quantity < taken:
        _refuse(performance, quantity, taken)
    statement = cursor()
    link = table('tibillet.place-tibillet.allotment')
    statement.execute(*place.select(
            place.id, where=unnumbered & is_free(place, clock()),
            # What is in no allotment first, then the last ones.
            order_by=[
                Exists(link.select(
                        Literal(1), where=link.place == place.id)),
                place.number.desc],
            limit=there - quantity,
            for_=for_update(skip_locked=True)))
    ids = [id_ for id_, in statement]
    if len(ids) < there - quantity:
        # The others are being taken right now.
        _refuse(performance, quantity, there - len(ids))
    _update(ids, retired=True)


def _refuse(performance, quantity, taken):
    raise CapacityError(gettext(
            'tibillet_event.msg_capacity_taken',
            performance=performance.rec_name,
            quantity=quantity,
            taken=taken))


def _restore_some(place, unnumbered, quantity):
    "Restore as many of the retired places as there are, return how many"
    statement = cursor()
    statement.execute(*place.select(
            place.id, where=unnumbered & place.retired,
            order_by=place.number.asc, limit=quantity))
    ids = [id_ for id_, in statement]
    _update(ids, retired=False)
    return len(ids)


def add_seats(performance, lines):
    """Add the seats of the lines, see seating.plan

    A seat that was retired is restored.
    """
    try:
        seats = seating.plan(lines)
    except ValueError as error:
        raise SeatingError(gettext(
                'tibillet_event.msg_seating', reason=error)) from error
    place = table('tibillet.place')
    statement = cursor()
    statement.execute(*place.select(
            place.zone, place.row, place.seat, place.id, place.retired,
            where=(place.performance == performance.id)
            & ~is_unnumbered(place)))
    there = {tuple(seat): (id_, r) for *seat, id_, r in statement}
    present = [
        ' '.join(s[:3]) for s in seats
        if s[:3] in there and not there[s[:3]][1]]
    if present:
        raise SeatingError(gettext(
                'tibillet_event.msg_seating_present', seat=present[0]))
    _update([there[s[:3]][0] for s in seats if s[:3] in there], retired=False)
    new = [s for s in seats if s[:3] not in there]
    first = _last_number(performance.id) + 1
    _insert(performance.id, [
            (number, *seat) for number, seat in enumerate(new, first)])
    check_venues([performance.id])
    forget_all([performance.id])


def retire(places):
    "Retire places that nobody has taken"
    place = table('tibillet.place')
    ids = [p.id for p in places]
    statement = cursor()
    statement.execute(*place.select(
            place.id,
            where=fields.SQL_OPERATORS['in'](place.id, ids)
            & is_free(place, clock()),
            order_by=place.id.asc, for_=for_update()))
    free = {id_ for id_, in statement}
    taken = [p for p in places if p.id not in free]
    if taken:
        raise CapacityError(gettext(
                'tibillet_event.msg_place_retire',
                places=', '.join(p.rec_name for p in taken[:5]),
                taken=len(taken)))
    _update(ids, retired=True)
    forget_all({p.performance.id for p in places})


def restore(places):
    _update([p.id for p in places], retired=False)
    performances = {p.performance.id for p in places}
    check_venues(performances)
    forget_all(performances)


def check_venues(performances):
    "Refuse more places than the venue holds"
    pool = Pool()
    Performance = pool.get('tibillet.performance')
    place = table('tibillet.place')
    performance = table('tibillet.performance')
    venue = table('tibillet.venue')
    statement = cursor()
    statement.execute(*performance
        .join(venue, condition=performance.venue == venue.id)
        .join(place, 'LEFT', condition=(place.performance == performance.id)
            & ~place.retired)
        .select(
            performance.id, Count(place.id), venue.capacity,
            where=fields.SQL_OPERATORS['in'](
                performance.id, list(performances))
            & (venue.capacity != Null),
            group_by=[performance.id, performance.unlimited, venue.capacity],
            having=(Count(place.id) > venue.capacity)
            | performance.unlimited))
    for id_, count, capacity in statement.fetchall():
        record = Performance(id_)
        message = (
            'msg_capacity_unlimited' if record.unlimited
            else 'msg_capacity_venue')
        raise CapacityVenueError(gettext(
                f'tibillet_event.{message}',
                performance=record.rec_name,
                venue=record.venue.rec_name,
                count=count,
                capacity=capacity))


def copy(performance, copies):
    "Give the copies the places and the allotments of the performance"
    pool = Pool()
    Allotment = pool.get('tibillet.allotment')
    place, new = table('tibillet.place'), table('tibillet.performance')
    names = ['number', 'zone', 'row', 'seat', 'position']
    ids = [c.id for c in copies]
    cursor().execute(*place.insert(
            _columns(place), place.join(new, 'CROSS').select(
                new.id, *[getattr(place, n) for n in names],
                Literal(False), Literal(False),
                Literal(Transaction().user), clock(),
                where=(place.performance == performance.id)
                & (place.number != Null) & ~place.retired
                & fields.SQL_OPERATORS['in'](new.id, ids),
                order_by=[new.id, place.number])))
    if not performance.allotments:
        return
    for copy_ in copies:
        # As many allotments as channels, not as places.
        Allotment.copy(performance.allotments, default={
                'performance': copy_.id,
                })
    _copy_links(performance, ids)


def _copy_links(performance, copies):
    link, new = (
        table('tibillet.place-tibillet.allotment') for _ in range(2))
    place, new_place = (table('tibillet.place') for _ in range(2))
    allotment, new_allotment = (
        table('tibillet.allotment') for _ in range(2))
    cursor().execute(*new.insert(
            [new.place, new.allotment], link
            .join(place, condition=link.place == place.id)
            .join(allotment, condition=link.allotment == allotment.id)
            .join(new_place, condition=new_place.number == place.number)
            .join(new_allotment, condition=(
                    new_allotment.name == allotment.name)
                & (new_allotment.performance == new_place.performance))
            .select(
                new_place.id, new_allotment.id,
                where=(allotment.performance == performance.id)
                & fields.SQL_OPERATORS['in'](
                    new_place.performance, copies))))


def allot(allotment, quantity, source=None, zone=None, row=None):
    """Add free places to the allotment, the first ones

    source: share the places of this allotment; those in no allotment if None.
    zone, row: only named seats of there; unnumbered places if none is given.
    """
    place = table('tibillet.place')
    where = (
        is_offered(place, source.id if source else None)
        & ~is_offered(place, allotment.id))
    if zone or row:
        where &= ~is_unnumbered(place)
        if zone:
            where &= place.zone == zone
        if row:
            where &= place.row == row
    else:
        where &= is_unnumbered(place)
    ids = _free_places(
        allotment, quantity, place, where, place.number.asc,
        'tibillet_event.msg_allotment_short')
    link = table('tibillet.place-tibillet.allotment')
    for some in grouped_slice(ids, backend.MAX_QUERY_PARAMS // 3):
        cursor().execute(*link.insert(
                [link.place, link.allotment],
                [[id_, allotment.id] for id_ in some]))
    forget_all([allotment.performance.id])


def give_back(allotment, quantity):
    "Take the last free places out of the allotment"
    place = table('tibillet.place')
    ids = _free_places(
        allotment, quantity, place, is_offered(place, allotment.id),
        place.number.desc, 'tibillet_event.msg_allotment_taken')
    link = table('tibillet.place-tibillet.allotment')
    for some in grouped_slice(ids, backend.MAX_QUERY_PARAMS // 2):
        cursor().execute(*link.delete(
                where=(link.allotment == allotment.id)
                & fields.SQL_OPERATORS['in'](link.place, list(some))))
    forget_all([allotment.performance.id])


def _free_places(allotment, quantity, place, where, order, message):
    "Lock as many free places and return their ids, or refuse by the message"
    statement = cursor()
    statement.execute(*place.select(
            place.id,
            where=(place.performance == allotment.performance.id)
            & is_free(place, clock()) & where,
            order_by=order, limit=quantity, for_=for_update()))
    ids = [id_ for id_, in statement]
    if len(ids) < quantity:
        raise AllotmentError(gettext(
                message,
                allotment=allotment.rec_name,
                quantity=quantity,
                free=len(ids)))
    return ids


def remove(performances):
    "Delete all that is about the places of the performances"
    place = table('tibillet.place')
    hold = table('tibillet.place.hold')
    ids = [p.id for p in performances]
    statement = cursor()
    for name, target in [
            ('tibillet.place-tibillet.allotment', place),
            ('tibillet.place.hold-tibillet.place', place),
            ]:
        link = table(name)
        statement.execute(*link.delete(
                where=link.place.in_(target.select(
                        target.id,
                        where=fields.SQL_OPERATORS['in'](
                            target.performance, ids)))))
    for each in [place, hold]:
        statement.execute(*each.delete(
                where=fields.SQL_OPERATORS['in'](each.performance, ids)))


def _count(place, where):
    statement = cursor()
    statement.execute(*place.select(Count(place.id), where=where))
    return statement.fetchone()[0]


def _last_number(performance):
    place = table('tibillet.place')
    statement = cursor()
    statement.execute(*place.select(
            Max(place.number), where=place.performance == performance))
    return statement.fetchone()[0] or 0


def _columns(place):
    return [
        place.performance, place.number, place.zone, place.row, place.seat,
        place.position, place.sold, place.retired, place.create_uid,
        place.create_date]


def _insert(performance, rows):
    place = table('tibillet.place')
    columns = _columns(place)
    end = [False, False, Transaction().user, clock()]
    statement = cursor()
    for some in grouped_slice(
            rows, backend.MAX_QUERY_PARAMS // (len(columns) + 1)):
        statement.execute(*place.insert(
                columns, [[performance, *row, *end] for row in some]))


def _update(ids, **values):
    place = table('tibillet.place')
    for some in grouped_slice(ids, backend.MAX_QUERY_PARAMS // 2):
        cursor().execute(*place.update(
                [getattr(place, name) for name in values],
                list(values.values()),
                where=fields.SQL_OPERATORS['in'](place.id, list(some))))
