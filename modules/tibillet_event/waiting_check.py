"""What is asked of who wants to be on a waiting list."""
from sql import Null
from sql.aggregate import Count
from tibillet_base import tools
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.transaction import without_check_access

from . import waiting_person
from .exceptions import PerformanceSaleError, WrongPerformanceError
from .place_sql import clock, is_free, is_offered
from .waiting_exceptions import (
    WaitingAddressError, WaitingClosedError, WaitingFreeError,
    WaitingPersonError, WaitingQuantityError, WaitingTariffError,
    WaitingUnlimitedError)
from .waiting_sql import is_kept, is_waiting


@without_check_access
def get_values(values):
    "Return what else is written of a new entry, or refuse it"
    pool = Pool()
    Performance = pool.get('tibillet.performance')
    if not values.get('performance'):
        # The field is required.
        return {}
    performance, now = Performance(int(values['performance'])), tools.now()
    quantity = values.get('quantity')
    person = _get_person(values)
    _check_performance(performance, now)
    allotment = _get_allotment(values, performance)
    _check_quantity(quantity, performance, allotment)
    _check_tariff(values, performance, quantity)
    _check_free(performance, allotment, now)
    _end_turns(performance)
    return {
        'arrived_at': now,
        'until': performance.waiting_until,
        'person': person,
        # Somebody has one turn for a performance at a time.
        'turn': f'{performance.id}/{person}',
        **dict.fromkeys([
                'hold', 'offered_at', 'offered_until', 'offered',
                'mailed_at', 'taken_at', 'refused_at', 'withdrawn_at',
                'request']),
        }


def _get_person(values):
    email, phone = values.get('email'), values.get('phone')
    mistyped = waiting_person.get_mistyped(email, phone)
    if mistyped:
        raise WaitingAddressError(gettext(
                'tibillet_event.msg_waiting_address', address=mistyped))
    person = waiting_person.get_key(values.get('party'), email, phone)
    if not person:
        raise WaitingPersonError(
            gettext('tibillet_event.msg_waiting_person'))
    return person


def _check_performance(performance, now):
    names = {'performance': performance.rec_name}
    if performance.state != 'on_sale':
        raise PerformanceSaleError(gettext(
                'tibillet_event.msg_performance_not_on_sale', **names))
    if performance.unlimited:
        raise WaitingUnlimitedError(gettext(
                'tibillet_event.msg_waiting_unlimited', **names))
    if performance.waiting_until <= now:
        raise WaitingClosedError(gettext(
                'tibillet_event.msg_waiting_over', **names))


def _get_allotment(values, performance):
    pool = Pool()
    Allotment = pool.get('tibillet.allotment')
    if values.get('allotment') is None:
        return None
    allotment = Allotment(int(values['allotment']))
    if allotment.performance != performance:
        raise WrongPerformanceError(
            gettext('tibillet_event.msg_allotment_performance'))
    return allotment.id


def _check_quantity(quantity, performance, allotment):
    place = table('tibillet.place')
    statement = cursor()
    statement.execute(*place.select(
            Count(place.id),
            where=(place.performance == performance.id) & ~place.retired
            & is_offered(place, allotment)))
    capacity, = statement.fetchone()
    if not isinstance(quantity, int) or not 1 <= quantity <= capacity:
        raise WaitingQuantityError(gettext(
                'tibillet_event.msg_waiting_quantity',
                performance=performance.rec_name, quantity=quantity,
                capacity=capacity))


def _check_tariff(values, performance, quantity):
    pool = Pool()
    Tariff = pool.get('tibillet.tariff')
    if values.get('tariff') is None:
        return
    tariff = Tariff(int(values['tariff']))
    if not tariff.is_of(performance):
        tariff.refuse('performance', performance)
    limits = [n for n in [tariff.order_max, tariff.person_max] if n]
    if limits and quantity > min(limits):
        raise WaitingTariffError(gettext(
                'tibillet_event.msg_waiting_tariff', tariff=tariff.name,
                quantity=quantity, most=min(limits)))


def _check_free(performance, allotment, now):
    "Refuse a list while anybody may have a place without it"
    place = table('tibillet.place')
    statement = cursor()
    statement.execute(*place.select(
            Count(place.id),
            where=(place.performance == performance.id)
            & is_free(place, now) & is_offered(place, allotment)
            & ~is_kept(place, now)))
    free, = statement.fetchone()
    if free:
        raise WaitingFreeError(gettext(
                'tibillet_event.msg_waiting_free',
                performance=performance.rec_name, free=free))


def _end_turns(performance):
    "Let people come back whose offer, or whose list, has expired"
    waiting = table('tibillet.waiting')
    now = tools.now()
    cursor().execute(*waiting.update(
            [waiting.turn], [Null],
            where=(waiting.performance == performance.id)
            & ~is_waiting(waiting, now)
            & ((waiting.offered_until == Null)
                | (waiting.offered_until <= now))))


def set_until(performances):
    "Let those who wait be on the list as long as it lasts now"
    waiting = table('tibillet.waiting')
    for performance in performances:
        cursor().execute(*waiting.update(
                [waiting.until, waiting.write_date],
                [performance.waiting_until, clock()],
                where=(waiting.performance == performance.id)))
    tools.forget(Pool().get('tibillet.waiting'), _ids(performances))


def _ids(performances):
    waiting = table('tibillet.waiting')
    statement = cursor()
    statement.execute(*waiting.select(
            waiting.id, where=fields.SQL_OPERATORS['in'](
                waiting.performance, [p.id for p in performances])))
    return [id_ for id_, in statement]
