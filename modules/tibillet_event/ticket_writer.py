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
import datetime as dt
import uuid as uuids
from collections import Counter
from dataclasses import asdict, dataclass, replace
from decimal import Decimal

from tibillet_base import till_finish, till_sql, till_vat, till_writer, tools
from tibillet_base.till_writer import Sold
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from tibillet.shares import split

from . import (
    place_writer, promotion, tariff_count, ticket_offer, ticket_request,
    ticket_series)
from .exceptions import PlaceQuantityError, TicketEmptyError, TicketTillError
from .tariff_count import Person

# The places are sold in the transaction that takes them.
HOLD = dt.timedelta(minutes=5)
ZERO = Decimal(0)
NOBODY = Person()

TICKET = [
    'number', 'uuid', 'company', 'performance', 'place', 'tariff', 'hold',
    'paid', 'promotion', 'price_before', 'state', 'prints', 'holder', 'party',
    'email']


@dataclass(frozen=True)
class Item:
    """Places at a tariff

    price: of each, for a free price.
    allotment: they are taken from; seats: these very places.
    code: of a promotion.
    """
    performance: int
    tariff: int
    quantity: int
    price: Decimal = None
    allotment: int = None
    seats: tuple = None
    code: str = None


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

    items: Item; payments: till_writer.Paid.
    channel: one of tariff.CHANNELS.
    person: who they are for.
    """
    for item in items:
        if not isinstance(item.quantity, int) or item.quantity < 1:
            raise PlaceQuantityError(gettext(
                    'tibillet_event.msg_place_quantity',
                    quantity=item.quantity))
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
    till = _Till(point)
    now = tools.now()
    # In one order, so that nobody waits for who waits for him.
    lots = [
        _Lot(till, item, uuid, index, channel, now)
        for index, item in enumerate(items)]
    for lot in sorted(lots, key=_Lot.order):
        lot.take_places(now)
        tariff_count.take(lot.offer, person, lot.item.quantity)
    _take_promotions(lots)
    sale = None
    if sold := [s for lot in lots for s in lot.sold()]:
        sale = till_writer.sell(till.id, uuid, sold, payments)
        _set_sale(lots, sale)
    elif payments:
        # Nothing to pay.
        till_finish.check_payments(payments, ZERO)
    tickets = _issue(till, lots, sale, uuid, person, now)
    return Order(uuid, tickets, sale)


class _Till:
    "What is known of a till that sells tickets"

    def __init__(self, point):
        pool = Pool()
        Point = pool.get('sale.point')
        row = till_sql.read(point)
        self.id, self.company = row.id, row.company
        self.quantum, _ = Point.get_till_settings(row.company)
        if not row.tax_included:
            raise TicketTillError(gettext(
                    'tibillet_event.msg_ticket_till_tax',
                    till=Point(row.id).rec_name))


class _Lot:
    "Places of one item, what they cost and where they come from"

    def __init__(self, till, item, uuid, index, channel, now):
        self.till = till
        self.item = item
        self.offer = ticket_offer.get(
            int(item.performance), int(item.tariff), till.company)
        self.promotion = self._get_promotion(channel, now)
        self.price = self._get_price(channel, now)
        self.hold_uuid = str(
            uuids.uuid5(uuids.NAMESPACE_URL, f'{uuid}/{index}'))
        self.hold = None
        self.line = self.fee_line = self.base = self.vat = None

    def _get_price(self, channel, now):
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        Tariff = pool.get('tibillet.tariff')
        rule, item = self.offer.rule, self.item
        refusal = rule.get_refusal(item.quantity, channel, now, item.price)
        if refusal:
            Tariff(self.offer.tariff).refuse(
                refusal, Performance(self.offer.performance))
        return rule.get_price(item.price, self.promotion)

    def _get_promotion(self, channel, now):
        "Return the PromotionRule of the code, refuse one that is not valid"
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        Promotion = pool.get('tibillet.promotion')
        Tariff = pool.get('tibillet.tariff')
        if not self.item.code:
            return None
        offer = self.offer
        promotion = Promotion.find(self.item.code, offer.organiser)
        refusal = promotion.get_refusal(
            offer.event, offer.performance, offer.tariff, channel, now,
            offer.rule.free_price)
        if refusal:
            Promotion(promotion.id).refuse(
                refusal, Performance(offer.performance),
                Tariff(offer.tariff))
        return promotion

    @property
    def price_before(self):
        "What each would have cost without the code, None if there is none"
        if self.promotion:
            return self.offer.rule.get_price(self.item.price).paid

    def order(self):
        return (self.offer.performance, self.offer.tariff, self.hold_uuid)

    def take_places(self, now):
        item, until = self.item, now + HOLD
        if item.seats is not None:
            held = place_writer.hold_seats(
                self.offer.performance, item.allotment, item.seats,
                self.hold_uuid, until, now=now)
        else:
            held = place_writer.hold(
                self.offer.performance, item.allotment, item.quantity,
                self.hold_uuid, until, now=now)
        self.hold = place_writer.sell(held.uuid, now=now)

    def sold(self):
        "Return what the till sells, the admission first"
        offer, quantity = self.offer, Decimal(self.item.quantity)
        if self.price.admission:
            facts = offer.facts
            if self.promotion:
                facts = replace(
                    facts, label=f'{facts.label}, {self.promotion.code}')
            yield Sold(
                offer.product, quantity, self.price.admission, facts)
        if self.price.fee:
            yield Sold(
                offer.fee_product, quantity, self.price.fee, offer.fee_facts)

    def set_line(self, line, vat):
        "Share the VAT of the line of the till between its tickets"
        quantity = self.item.quantity
        if not self.offer.is_own:
            # Of the organiser, who declares it.
            vat = till_vat.of_amount(
                self.price.admission * quantity, self.offer.rate, True,
                self.till.quantum)
        self.line = line
        self.vat = split(vat, [1] * quantity, self.till.quantum)
        self.base = [self.price.admission - v for v in self.vat]

    def operations(self, sale, user, uuid, now):
        "Return the operation of each ticket, not numbered yet"
        offer = self.offer
        names = _get_place_names(self.hold.places)
        free = not self.price.paid
        for index, place in enumerate(self.hold.places):
            yield {
                'company': self.till.company,
                'point': self.till.id,
                'at': now,
                'kind': 'free' if free else 'sale',
                'user': user,
                'request': uuid,
                'ticket_uuid': str(uuids.uuid4()),
                'cancelled': None,
                'cancelled_number': None,
                'performance': offer.performance,
                'tariff': offer.tariff,
                'organiser': offer.organiser,
                **offer.names,
                'starts_at': offer.starts_at,
                'place_name': names[place],
                'admission': self.price.admission,
                'vat_rate': offer.rate,
                'base': self.base[index] if self.base else ZERO,
                'vat': self.vat[index] if self.vat else ZERO,
                'fee': self.price.fee,
                'paid': self.price.paid,
                'sale': sale.id if sale and not free else None,
                'sale_number': sale.number if sale and not free else None,
                'sale_line': self.line,
                'fee_line': self.fee_line,
                }, place


def _take_promotions(lots):
    "Count the uses of codes, after the places and always in one order"
    uses = Counter()
    for lot in lots:
        if lot.promotion:
            uses[lot.promotion.id] += lot.item.quantity
    for id_, quantity in sorted(uses.items()):
        promotion.take(id_, quantity)


def _get_place_names(ids):
    "Return what tickets say of places, by id"
    place = table('tibillet.place')
    statement = cursor()
    statement.execute(*place.select(
            place.id, place.zone, place.row, place.seat,
            where=fields.SQL_OPERATORS['in'](place.id, list(ids))))
    unreserved = gettext('tibillet_event.msg_place_unreserved')
    return {
        id_: ' '.join([zone, row, seat]) if seat else unreserved
        for id_, zone, row, seat in statement}


def _set_sale(lots, sale):
    line = table('sale.point.sale.line')
    statement = cursor()
    statement.execute(*line.select(
            line.id, line.vat_amount,
            where=line.sale == sale.id, order_by=line.id.asc))
    rows = iter(statement.fetchall())
    for lot in lots:
        if lot.price.admission:
            lot.set_line(*next(rows))
        if lot.price.fee:
            lot.fee_line, _ = next(rows)


def _issue(till, lots, sale, uuid, person, now):
    "Make a ticket of each place"
    series = ticket_series.lock(till.id)
    stamps = {'create_uid': Transaction().user, 'create_date': now}
    user = tools.who()
    tickets, operations = [], []
    for lot in lots:
        for operation, place in lot.operations(sale, user, uuid, now):
            series.take(operation)
            operations.append(operation)
            tickets.append({
                    'number': operation['number'],
                    'uuid': operation['ticket_uuid'],
                    'company': till.company,
                    'performance': lot.offer.performance,
                    'place': place,
                    'tariff': lot.offer.tariff,
                    'hold': lot.hold.id,
                    'paid': operation['paid'],
                    'promotion': lot.promotion.id if lot.promotion else None,
                    'price_before': lot.price_before,
                    'state': 'valid',
                    'prints': 0,
                    'holder': person.name,
                    'party': person.party,
                    'email': person.address,
                    **stamps,
                    })
    ids = till_sql.insert('tibillet.ticket', tickets)
    series.write([
            {**operation, 'ticket': id_}
            for operation, id_ in zip(operations, ids, strict=True)], now)
    return tuple(
        Issued(id_, t['uuid'], t['number'], t['place'])
        for id_, t in zip(ids, tickets, strict=True))


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
