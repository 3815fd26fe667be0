"""Say why places could not be taken."""
from sql.aggregate import Count
from tibillet_base.tools import cursor

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool

from .exceptions import (
    PlaceAllotmentError, PlaceTakenError, SoldOutError, WrongPerformanceError)
from .place_sql import is_free, is_offered, is_unnumbered, table
from .waiting_exceptions import PlaceWaitedError
from .waiting_sql import is_kept


def refuse_some(asked, now):
    "Tell places that are kept for who waits from places that are taken"
    place = table('tibillet.place')
    statement = cursor()
    statement.execute(*place.select(
            Count(place.id),
            where=(place.performance == asked.performance)
            & is_unnumbered(place) & is_free(place, now)
            & is_offered(place, asked.allotment) & is_kept(place, now)))
    kept, = statement.fetchone()
    if kept >= asked.quantity:
        _refuse_kept(asked)
    raise SoldOutError(gettext(
            'tibillet_event.msg_place_sold_out',
            performance=get_name(asked.performance),
            quantity=asked.quantity))


def _refuse_kept(asked):
    raise PlaceWaitedError(gettext(
            'tibillet_event.msg_place_waited',
            performance=get_name(asked.performance)))


def refuse_named(asked, hold, now):
    place = table('tibillet.place')
    named = fields.SQL_OPERATORS['in'](place.id, asked.seats)
    statement = cursor()
    statement.execute(*place.select(
            place.id, place.performance,
            is_offered(place, asked.allotment).as_('offered'),
            ((place.hold == hold) | is_free(place, now)).as_('free'),
            is_kept(place, now).as_('kept'),
            where=named))
    rows = statement.fetchall()
    if {p for _, p, *_ in rows} != {asked.performance}:
        raise WrongPerformanceError(
            gettext('tibillet_event.msg_place_performance'))
    if not all(offered for _, _, offered, *_ in rows):
        raise PlaceAllotmentError(
            gettext('tibillet_event.msg_place_allotment'))
    taken = [id_ for id_, _, _, free, _ in rows if not free]
    if not taken and not asked.listed and any(kept for *_, kept in rows):
        _refuse_kept(asked)
    raise PlaceTakenError(gettext(
            'tibillet_event.msg_place_taken',
            places=get_names(taken or asked.seats)))


def get_name(performance):
    return Pool().get('tibillet.performance')(performance).rec_name


def get_names(places):
    Place = Pool().get('tibillet.place')
    return ', '.join(p.rec_name for p in Place.browse(places))
