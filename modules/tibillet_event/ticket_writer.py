"""Sell tickets: the only file that does.

    order = ticket_writer.sell(
        till, uuid, [Item(performance, tariff, 2)],
        [Paid(cash, Decimal('40.00'))], 'counter')
    order.tickets, order.sale.change

One READ COMMITTED transaction (routes.api with hot=True): the places are
taken (place_writer), the limits counted (tariff_count), the sale written at
the till (till_writer), and each ticket is an operation of the till's series.
All of it or nothing.

An order is made once for a uuid that its caller has made: the same again
gives the first answer, other content is refused. What is refused has a code
(see exceptions.py).

Access is not checked here: who calls has done it.
Amounts are Decimals in the currency of the till, tax included.
"""
from collections import defaultdict
from dataclasses import asdict, dataclass

from tibillet_base import till_finish, till_sql, till_writer, tools
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.transaction import Transaction, without_check_access

from . import pass_lot, tariff_count, ticket_lot, ticket_request, ticket_series
from .exceptions import PlaceQuantityError, TicketEmptyError
from .offered_lot import OfferedItem, OfferedLot
from .pass_lot import PassItem, PassOrder
from .sale_lot import CHANNEL, SaleLot
from .tariff_count import Person
from .ticket_lot import Item, Lot, Till

__all__ = [
    'NOBODY', 'Issued', 'Item', 'Order', 'PassItem', 'Person', 'sell',
    'sell_order']

NOBODY = Person()

TICKET = [
    'number', 'uuid', 'company', 'performance', 'place', 'tariff', 'hold',
    'paid', 'promotion', 'price_before', 'pass_sale', 'state', 'prints',
    'holder', 'party', 'email']


@dataclass(frozen=True)
class Issued:
    id: int
    uuid: str
    number: str
    place: int


@dataclass(frozen=True)
class Order:
    """The answer to the first request and to each replay

    sale: that of the till, None if nothing was to be paid.
    """
    uuid: str
    tickets: tuple
    sale: till_writer.Sale = None


@without_check_access
def sell(point, uuid, items, payments, channel, person=NOBODY):
    """Sell tickets at a till and return the order

    items: Item and PassItem; payments: till_writer.Paid.
    channel: one of tariff.CHANNELS.
    person: who they are for.
    """
    _check_quantities(items)
    asked = {
        'kind': 'sell',
        'point': int(point),
        'items': [asdict(item) for item in items],
        'payments': [asdict(payment) for payment in payments],
        'channel': channel,
        'person': asdict(person),
        }
    if not ticket_request.is_new(uuid, asked):
        return _replay(point, uuid)
    if not items:
        raise TicketEmptyError(gettext('tibillet_event.msg_ticket_empty'))
    till = Till(point)
    now = tools.now()
    lots, passes = _get_lots(till, items, uuid, channel, now)
    sold = [s for lot in lots for s in lot.sold()]
    if not sold:
        till_finish.check_nothing(payments, till.company)
    _take(lots, person, now)
    pass_lot.take(passes)
    series, sale = ticket_series.lock(till.id), None
    if sold:
        sale = till_writer.add(series.row, uuid, sold, payments)
        ticket_lot.set_sale(lots, sale)
    tickets = _issue(series, lots, sale, uuid, person, now)
    return Order(uuid, tickets, sale)


@without_check_access
def sell_order(point, uuid, items, person):
    """Sell the tickets of a sale that is invoiced and return the Order

    point: the till that numbers them; items: SaleItem.
    """
    _check_quantities(items)
    if not ticket_request.is_new(uuid, {
                'kind': 'order',
                'point': int(point),
                'items': [asdict(item) for item in items],
                'person': asdict(person),
                }):
        return _replay(point, uuid)
    till, now = Till(point), tools.now()
    lots = [
        SaleLot(till, item, f'{uuid}/{index}', CHANNEL, now)
        for index, item in enumerate(items)]
    _take(lots, person, now)
    series = ticket_series.lock(till.id)
    return Order(uuid, _issue(series, lots, None, uuid, person, now))


def _check_quantities(items):
    for item in items:
        if not isinstance(item.quantity, int) or item.quantity < 1:
            raise PlaceQuantityError(gettext(
                    'tibillet_event.msg_place_quantity',
                    quantity=item.quantity))


def _take(lots, person, now):
    "Take the places and count them"
    # In one order, so that nobody waits for who waits for him.
    for lot in sorted(lots, key=lambda lot: lot.rank):
        lot.take_places(now)
        tariff_count.take(lot.offer, person, lot.item.quantity)
    ticket_lot.take_promotions(lots)


def _get_lots(till, items, uuid, channel, now):
    "Return the lots of all the items, and the passes that some are of"
    lots, passes = [], []
    for index, item in enumerate(items):
        own = f'{uuid}/{index}'
        if isinstance(item, PassItem):
            passes.append(PassOrder(till, item, own, channel, now))
            lots += passes[-1].lots
        else:
            Class = OfferedLot if isinstance(item, OfferedItem) else Lot
            lots.append(Class(till, item, own, channel, now))
    return lots, passes


def _issue(series, lots, sale, uuid, person, now):
    "Make a ticket of each place, in the series of the locked till"
    stamps = {'create_uid': Transaction().user, 'create_date': now}
    user = tools.who()
    tickets, operations, of_passes = [], [], defaultdict(list)
    for lot in lots:
        for operation, place in lot.operations(sale, user, uuid, now):
            series.take(operation)
            operations.append(operation)
            tickets.append({**lot.ticket(operation, place, person), **stamps})
            if lot.order:
                of_passes[lot.order, lot].append(tickets[-1])
    _issue_passes(of_passes, stamps)
    ids = till_sql.insert('tibillet.ticket', tickets)
    series.write([
            {**operation, 'ticket': id_}
            for operation, id_ in zip(operations, ids, strict=True)], now)
    return tuple(
        Issued(id_, t['uuid'], t['number'], t['place'])
        for id_, t in zip(ids, tickets, strict=True))


def _issue_passes(of_passes, stamps):
    "Write the passes, and give each a ticket of each of its dates"
    for (order, _), tickets in of_passes.items():
        if order.sales is None:
            order.make_sales([t['number'] for t in tickets], stamps)
        for ticket, sale in zip(tickets, order.sales, strict=True):
            ticket['pass_sale'] = sale


def _replay(point, uuid):
    "Return the first answer"
    operation = table('tibillet.ticket.operation')
    ticket = table('tibillet.ticket')
    statement = cursor()
    statement.execute(*operation
        .join(ticket, condition=ticket.id == operation.ticket)
        .select(
            ticket.id, ticket.uuid, ticket.number, ticket.place,
            where=operation.request == uuid, order_by=operation.rank.asc))
    tickets = tuple(Issued(*row) for row in statement.fetchall())
    return Order(uuid, tickets, till_writer.find(uuid))
