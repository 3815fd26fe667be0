"""What a return is made from: the journal of tickets, the sales of the tills,
their closures and the scans. Facts only."""
from collections import defaultdict
from dataclasses import dataclass, field, replace
from decimal import Decimal

from sql import Literal, Null
from sql.conditionals import Coalesce
from tibillet_base.tools import cursor, sliced, table

from trytond.model import fields
from trytond.pool import Pool

from tibillet.shares import split

from .door_check import VALID

ZERO = Decimal(0)
OPERATION = [
    'id', 'kind', 'number', 'link', 'point', 'sale', 'ticket', 'performance',
    'organiser', 'tariff', 'tariff_name', 'tariff_kind', 'admission',
    'vat_rate', 'base', 'vat', 'fee']


@dataclass(frozen=True)
class Sold:
    "A line of a till that an operation has sold, or takes back"
    product: int
    account: int
    tax: int
    rate: Decimal

    @property
    def key(self):
        return self.product, self.account, self.tax


@dataclass(frozen=True)
class Row:
    """An operation of the journal

    made: the kind of the one that it cancels.
    place, service: Sold, of the admission and of the fee.
    order: the line of the sale that is invoiced, None at a till.
    """
    id: int
    kind: str
    number: str
    link: str
    point: int
    sale: int
    ticket: int
    performance: int
    organiser: int
    tariff: int
    tariff_name: str
    tariff_kind: str
    admission: Decimal
    vat_rate: Decimal
    base: Decimal
    vat: Decimal
    fee: Decimal
    made: str
    place: Sold
    service: Sold
    order: int = None

    @property
    def paid(self):
        return self.admission + self.fee

    @property
    def is_back(self):
        return self.kind in {'cancellation', 'exchange_out'}


def read_rows(where):
    """Return the operations, in the order of their numbers at each till

    where: a function of the table of operations and of that of returns.
    """
    operation = table('tibillet.ticket.operation')
    first = table('tibillet.ticket.operation')
    place, service = (table('sale.point.sale.line') for _ in range(2))
    linked = table('tibillet.boxoffice.return-tibillet.ticket.operation')
    statement = cursor()
    statement.execute(*operation
        .join(first, 'LEFT', condition=first.id == operation.cancelled)
        .join(place, 'LEFT', condition=place.id == Coalesce(
                operation.sale_line, first.sale_line))
        .join(service, 'LEFT', condition=service.id == Coalesce(
                operation.fee_line, first.fee_line))
        .join(linked, 'LEFT', condition=linked.operation == operation.id)
        .select(
            *(getattr(operation, name) for name in OPERATION), first.kind,
            *_sold(place), *_sold(service),
            where=where(operation, linked),
            order_by=[operation.point.asc, operation.rank.asc]))
    return _with_orders([
            Row(*values[:-8], *_get_sold(values[-8:]))
            for values in statement.fetchall()])


def _with_orders(rows):
    "Return the rows with what sales that are invoiced have sold"
    pool = Pool()
    Operation = pool.get('tibillet.ticket.operation')
    found = Operation.read_invoiced([row.id for row in rows if not row.place])
    return [
        replace(row, **_get_order(*found[row.id])) if row.id in found else row
        for row in rows]


def _get_order(order, product, account, rate):
    place = Sold(product, account, None, rate) if account else None
    return {'order': order, 'place': place}


def _sold(line):
    return [line.product, line.revenue_account, line.vat_tax, line.vat_rate]


def _get_sold(values):
    for some in [values[:4], values[4:]]:
        yield Sold(*some) if some[0] else None


def read_new(performance, company):
    "Return the operations of a performance that are in no return yet"
    return read_rows(lambda operation, linked: (
            (operation.performance == performance)
            & (operation.company == company)
            & (linked.id == Null)))


@dataclass(eq=False)
class Sale:
    """A sale of a till, with the operations of all the performances in it

    lines: (product, account, tax, quantity, base, vat).
    """
    id: int
    lines: list = field(default_factory=list)
    rows: list = field(default_factory=list)
    payments: dict = field(default_factory=lambda: defaultdict(Decimal))
    # Whether what was taken back was left as a gift.
    is_gift: bool = False

    @property
    def total(self):
        return sum((base + vat for *_, base, vat in self.lines), ZERO)

    @property
    def rest(self):
        "What was paid for something else, or kept of a refund"
        return self.total - sum((row.paid for row in self.rows), ZERO)

    def get_parts(self, quantum):
        "Return what was paid and what was kept, by performance"
        paid, retained = defaultdict(Decimal), {}
        for row in self.rows:
            paid[row.performance] += row.paid
        rest = self.rest
        if rest and all(row.is_back for row in self.rows):
            weights = [abs(amount) for amount in paid.values()]
            retained = dict(zip(
                    paid, split(rest, weights, quantum), strict=True))
        return dict(paid), retained

    @property
    def gift(self):
        "The account and the amount of the gift, nothing if there is none"
        for _, account, _, quantity, base, vat in self.lines:
            if self.is_gift and quantity > 0:
                return account, base + vat

    def get_amounts(self, sold, is_back):
        "Return the base and the VAT of the lines where something was sold"
        base = vat = ZERO
        for *key, quantity, base_, vat_ in self.lines:
            if tuple(key) == sold.key and (quantity < 0) == is_back:
                base += base_
                vat += vat_
        return base, vat


def read_sales(ids):
    "Return the Sale of each id"
    sales = {id_: Sale(id_) for id_ in sorted(ids)}
    line = table('sale.point.sale.line')
    payment = table('sale.point.payment')
    statement = cursor()
    for slice_ in sliced(list(sales)):
        some = list(slice_)
        statement.execute(*line.select(
                line.sale, line.product, line.revenue_account, line.vat_tax,
                line.quantity, line.vat_base, line.vat_amount,
                where=fields.SQL_OPERATORS['in'](line.sale, some),
                order_by=line.id.asc))
        for sale, *values in statement.fetchall():
            sales[sale].lines.append(values)
        statement.execute(*payment.select(
                payment.sale, payment.tender, payment.amount,
                where=fields.SQL_OPERATORS['in'](payment.sale, some),
                order_by=payment.id.asc))
        for sale, tender, amount in statement.fetchall():
            sales[sale].payments[tender] += amount
        for row in read_rows(lambda operation, linked, some=some:
                fields.SQL_OPERATORS['in'](operation.sale, some)):
            sales[row.sale].rows.append(row)
        for id_ in _read_gifts(some):
            sales[id_].is_gift = True
    return sales


def _read_gifts(ids):
    "Return the sales in which holders have left what they had paid"
    choice = table('tibillet.performance.choice')
    sale = table('sale.point.sale')
    statement = cursor()
    statement.execute(*sale
        .join(choice, condition=choice.request == sale.uuid)
        .select(
            sale.id,
            where=fields.SQL_OPERATORS['in'](sale.id, ids)
            & (choice.choice == 'give')))
    return [id_ for id_, in statement]


def read_not_posted(ids):
    """Return the tills that have not closed sales, the closures not posted

    ids: of the sales.
    """
    pool = Pool()
    Closure = pool.get('tibillet.till.closure')
    Point = pool.get('sale.point')
    sale = table('sale.point.sale')
    link = table('tibillet.till.closure-sale.point.sale')
    posting = table('tibillet.till.closure.posting')
    statement = cursor()
    points, closures = set(), set()
    for some in sliced(sorted(ids)):
        statement.execute(*sale
            .join(link, 'LEFT', condition=link.sale == sale.id)
            .join(posting, 'LEFT', condition=posting.closure == link.closure)
            .select(
                sale.point, link.closure,
                where=fields.SQL_OPERATORS['in'](sale.id, list(some))
                & (posting.id == Null),
                group_by=[sale.point, link.closure]))
        for point, closure in statement.fetchall():
            if closure:
                closures.add(closure)
            else:
                points.add(point)
    return Point.browse(sorted(points)), Closure.browse(sorted(closures))


def read_passages(performance):
    "Return (instant, ticket, kind) of who was let in or out"
    scan, ticket = table('tibillet.scan'), table('tibillet.ticket')
    statement = cursor()
    # Who was let in with a ticket for another date is not at his own.
    statement.execute(*scan
        .join(ticket, condition=ticket.id == scan.ticket)
        .select(
            scan.at, scan.ticket, scan.kind,
            where=(scan.performance == performance)
            & (ticket.performance == performance)
            & ((scan.result == VALID) | (scan.forced == Literal(True))),
            order_by=[scan.at.asc, scan.id.asc]))
    return statement.fetchall()
