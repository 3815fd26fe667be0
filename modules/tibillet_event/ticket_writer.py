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
from dataclasses import asdict, dataclass
from decimal import Decimal

from tibillet_base import till_sql, till_vat, till_writer, tools
from tibillet_base.till_product import Facts
from tibillet_base.till_writer import Sold
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from tibillet.shares import split

from . import place_writer, tariff_count, ticket_request, ticket_series
from .exceptions import (
    PlaceQuantityError, TicketEmptyError, TicketProductError, TicketTillError)
from .tariff_count import Person

# The places are sold in the transaction that takes them.
HOLD = dt.timedelta(minutes=5)
ZERO = Decimal(0)
NOBODY = Person()

TICKET = [
    'number', 'uuid', 'company', 'performance', 'place', 'tariff', 'hold',
    'paid', 'state', 'prints', 'holder', 'party', 'email']


@dataclass(frozen=True)
class Item:
    """Places at a tariff

    price: of each, for a free price.
    allotment: they are taken from; seats: these very places.
    """
    performance: int
    tariff: int
    quantity: int
    price: Decimal = None
    allotment: int = None
    seats: tuple = None


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
        tariff_count.take(
            lot.tariff, lot.performance, person, lot.item.quantity)
    sale = None
    if sold := [s for lot in lots for s in lot.sold()]:
        sale = till_writer.sell(till.point, uuid, sold, payments)
        _set_sale(lots, sale)
    elif payments:
        # Nothing to pay.
        till_writer.till_finish.check_payments(payments, ZERO)
    tickets = _issue(till, lots, sale, uuid, person, now)
    return Order(uuid, tickets, sale)


class _Till:
    "What is known of a till that sells tickets"

    def __init__(self, point):
        pool = Pool()
        Configuration = pool.get('tibillet.ticket.configuration')
        Point = pool.get('sale.point')
        self.point = Point(int(point))
        self.company = self.point.company
        if not self.point.tax_included:
            raise TicketTillError(gettext(
                    'tibillet_event.msg_ticket_till_tax',
                    till=self.point.rec_name))
        self.configuration = Configuration(1)
        self.quantum = self.company.currency.rounding

    def account(self, name):
        account = self.configuration.get_multivalue(
            name, company=self.company.id)
        if not account:
            raise TicketTillError(gettext(
                    f'tibillet_event.msg_ticket_{name}'))
        return account.id


class _Lot:
    "Places of one item, what they cost and where they come from"

    def __init__(self, till, item, uuid, index, channel, now):
        pool = Pool()
        AdmissionTax = pool.get('tibillet.admission.tax')
        Performance = pool.get('tibillet.performance')
        Tariff = pool.get('tibillet.tariff')
        self.till = till
        self.item = item
        self.performance = Performance(int(item.performance))
        self.tariff = Tariff(int(item.tariff))
        self.price = self.tariff.check_sale(
            self.performance, item.quantity, channel, now, item.price)
        self.hold_uuid = str(
            uuids.uuid5(uuids.NAMESPACE_URL, f'{uuid}/{index}'))
        self.tax, self.rate = AdmissionTax.get_tax(
            till.company.id, self.performance)
        self.is_own = self.performance.event.company == till.company
        self.hold = None
        self.line = self.fee_line = self.base = self.vat = None

    def order(self):
        return (self.performance.id, self.tariff.id, self.hold_uuid)

    def take_places(self, now):
        item, until = self.item, now + HOLD
        if item.seats is not None:
            held = place_writer.hold_seats(
                self.performance, item.allotment, item.seats,
                self.hold_uuid, until, now=now)
        else:
            held = place_writer.hold(
                self.performance, item.allotment, item.quantity,
                self.hold_uuid, until, now=now)
        self.hold = place_writer.sell(held.uuid, now=now)

    def sold(self):
        "Return what the till sells, the admission first"
        label = f'{self.performance.rec_name}, {self.tariff.name}'
        quantity = Decimal(self.item.quantity)
        if self.price.admission:
            yield Sold(
                self._product('product'), quantity, self.price.admission,
                self._facts(label))
        if self.price.fee:
            product = self._product('fee_product')
            facts = None
            earner = self.tariff.fee_party
            if earner and earner != self.till.company.party:
                facts = Facts(
                    f'{self.tariff.fee_product.rec_name}, {label}', None,
                    ZERO, self.till.account('organisers_account'), None)
            yield Sold(product, quantity, self.price.fee, facts)

    def _product(self, name):
        product = getattr(self.tariff, name)
        if not product:
            raise TicketProductError(gettext(
                    f'tibillet_event.msg_ticket_{name}',
                    tariff=self.tariff.name))
        return product.id

    def _facts(self, label):
        category = self.tariff.product.account_category
        if not self.is_own:
            # What is sold for another is neither revenue nor VAT of ours.
            return Facts(
                label, None, ZERO, self.till.account('organisers_account'),
                category.id if category else None)
        return Facts(
            label, self.tax, self.rate,
            self.till.account('deferred_account'),
            category.id if category else None)

    def set_line(self, line, vat):
        "Share the VAT of the line of the till between its tickets"
        quantity = self.item.quantity
        if not self.is_own:
            # Of the organiser, who declares it.
            vat = till_vat.of_amount(
                self.price.admission * quantity, self.rate, True,
                self.till.quantum)
        self.line = line
        self.vat = split(vat, [1] * quantity, self.till.quantum)
        self.base = [self.price.admission - v for v in self.vat]

    def operations(self, sale, person, uuid, now):
        "Return the operation of each ticket, not numbered yet"
        performance, tariff = self.performance, self.tariff
        event = performance.event
        places = {p.id: p for p in Pool().get('tibillet.place').browse(
                self.hold.places)}
        free = not self.price.paid
        for index, place in enumerate(self.hold.places):
            yield {
                'company': self.till.company.id,
                'point': self.till.point.id,
                'at': now,
                'kind': 'free' if free else 'sale',
                'user': tools.who(),
                'request': uuid,
                'ticket_uuid': str(uuids.uuid4()),
                'cancelled': None,
                'cancelled_number': None,
                'performance': performance.id,
                'performance_uuid': performance.uuid,
                'tariff': tariff.id,
                'organiser': event.company.id,
                'organiser_name': event.company.party.name,
                'event_name': event.name,
                'performance_name': performance.date_name,
                'starts_at': performance.start,
                'venue_name': performance.venue.name,
                'place_name': places[place].public_name,
                'tariff_name': tariff.name,
                'tariff_kind': tariff.kind,
                'admission': self.price.admission,
                'vat_rate': self.rate,
                'base': self.base[index] if self.base else ZERO,
                'vat': self.vat[index] if self.vat else ZERO,
                'fee': self.price.fee,
                'paid': self.price.paid,
                'sale': sale.id if sale and not free else None,
                'sale_number': sale.number if sale and not free else None,
                'sale_line': self.line,
                'fee_line': self.fee_line,
                }, place


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
    series = ticket_series.lock(till.point)
    stamps = {'create_uid': Transaction().user, 'create_date': now}
    tickets, operations = [], []
    for lot in lots:
        for operation, place in lot.operations(sale, person, uuid, now):
            series.take(operation)
            operations.append(operation)
            tickets.append({
                    'number': operation['number'],
                    'uuid': operation['ticket_uuid'],
                    'company': till.company.id,
                    'performance': lot.performance.id,
                    'place': place,
                    'tariff': lot.tariff.id,
                    'hold': lot.hold.id,
                    'paid': operation['paid'],
                    'state': 'valid',
                    'prints': 0,
                    'holder': person.name,
                    'party': person.party,
                    'email': person.address,
                    **stamps,
                    })
    ids = till_sql.insert('tibillet.ticket', tickets)
    till_sql.insert('tibillet.ticket.operation', [
            {**operation, 'ticket': id_, **stamps}
            for operation, id_ in zip(operations, ids, strict=True)])
    series.advance()
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
