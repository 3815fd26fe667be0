"""What the terminals of a till sell tickets for.

A till sells the performances that its company organises, produces with others
or sells for others: see event_seller.
"""
from tibillet_base import tools

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import without_check_access

from . import ticket_offer
from .ticket_exceptions import TicketPerformanceError

# Of the next ones; a terminal is for the evenings that come.
PERFORMANCES_MAX = 100


@without_check_access
def get(point):
    "Return the next performances that a till sells, with their tariffs"
    pool = Pool()
    Performance = pool.get('tibillet.performance')
    now = tools.now()
    performances = Performance.search([
            ('state', '=', 'on_sale'),
            ('end', '>', now),
            ticket_offer.is_sold_by(point.company),
            ], order=[('start', 'ASC'), ('id', 'ASC')],
        limit=PERFORMANCES_MAX)
    tariffs = _get_tariffs({p.event.id for p in performances}, now)
    return [{
            'performance': performance.uuid,
            'name': performance.rec_name,
            'start': performance.start,
            'seated': performance.is_seated,
            'free': performance.places_free,
            'tariffs': [
                _say(tariff) for tariff in tariffs
                if tariff.is_of(performance)],
            } for performance in performances]


def _get_tariffs(events, now):
    "Return the tariffs of the counter that are open now"
    pool = Pool()
    Tariff = pool.get('tibillet.tariff')
    return [
        t for t in Tariff.search([('event', 'in', list(events))])
        if not t.get_rule().get_closed('counter', now)]


def _say(tariff):
    return {
        'tariff': tariff.id,
        'name': tariff.name,
        'price': tariff.get_price().paid,
        'free_price': bool(tariff.free_price),
        'minimum': tariff.minimum if tariff.free_price else None,
        'proof': tariff.proof,
        }


def find(point, uuid):
    "Return the id of a performance that the till sells, by its public name"
    company, _ = point.get_identity(point)
    id_ = ticket_offer.find(uuid, company)
    if id_ is None:
        raise TicketPerformanceError(gettext(
                'tibillet_event.msg_ticket_performance', till=point.rec_name))
    return id_


@without_check_access
def propose(point, uuid, quantity):
    "Return the best free seats side by side of a performance"
    pool = Pool()
    Performance = pool.get('tibillet.performance')
    performance = Performance(find(point, uuid))
    return [
        {'seat': place.id, 'name': place.rec_name}
        for place in performance.propose_seats(quantity)]
