"""Sell memberships at a till: the only file that does.

    order = membership_writer.sell(
        till, uuid, [Item(membership)], [Paid(cash, Decimal('20.00'))])
    order.periods, order.sale.change

The memberships take their turn, the sale is written at the till
(till_writer), and each payment gives its period, in one transaction: all of
it or nothing. Who sells something else in the same sale prepares the lots,
adds what they sell to the lines of his own, and records them with the sale.

An order is made once for a uuid that its caller has made: the same again
gives the first answer, other content is refused.

Access is not checked here: who calls has done it.
Amounts are Decimals in the currency of the till, tax included.
"""
from dataclasses import dataclass, replace
from decimal import Decimal

from tibillet_base import till_finish, till_sql, till_writer, tools
from tibillet_base.till_product import Facts
from tibillet_base.till_writer import Paid, Sold

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from . import sell_request
from .exceptions import (
    MembershipCompanyError, MembershipEmptyError, MembershipTillError,
    MembershipTwiceError, PeriodRefundError)

ZERO = Decimal(0)


@dataclass(frozen=True)
class Item:
    """A membership to pay

    amount: as before, or the price of the plan, if None.
    """
    membership: int
    amount: Decimal = None


@dataclass(frozen=True)
class Order:
    """The answer to the first request and to each replay

    periods: their ids; sale: None if nothing was to be paid.
    """
    uuid: str
    periods: tuple
    sale: till_writer.Sale = None


@without_check_access
def sell(point, uuid, items, payments):
    "Sell memberships at a till and return the order"
    if not items:
        raise MembershipEmptyError(
            gettext('tibillet_membership.msg_sell_empty'))
    memberships = take_turn(items)
    is_new, found = sell_request.is_new(uuid, point), _find(uuid)
    if found or not is_new:
        return _replay(found, point, uuid, items, payments)
    row = till_sql.read(point)
    lots = prepare(row, uuid, memberships, items)
    sale = None
    if sold := [lot.sold for lot in lots if lot.sold]:
        sale = till_writer.sell(row.id, uuid, sold, payments)
    elif payments:
        # Nothing to pay.
        till_finish.check_nothing(payments, row.company)
    return Order(uuid, record(lots, sale and get_lines(sale)), sale)


def take_turn(items):
    "Let nobody else pay the memberships of items, return them in order"
    pool = Pool()
    Membership = pool.get('tibillet.membership')
    memberships = Membership.browse([int(i.membership) for i in items])
    if len(set(memberships)) < len(memberships):
        raise MembershipTwiceError(
            gettext('tibillet_membership.msg_sell_twice'))
    Membership.take_turn(memberships)
    return memberships


def prepare(row, uuid, memberships, items):
    """Return the lot of each item, with what the till sells of it

    row: of the till; memberships: those of the items, which have their turn.
    """
    pool = Pool()
    Membership = pool.get('tibillet.membership')
    _check_till(row)
    date = till_finish.local_date(tools.now(), row.company)
    with Transaction().set_context(company=row.company):
        Membership.leave_invoices(memberships)
        return [
            Lot(membership, item, row, uuid, date)
            for membership, item in zip(memberships, items, strict=True)]


def _check_till(row):
    pool = Pool()
    Point = pool.get('sale.point')
    if not row.tax_included:
        raise MembershipTillError(gettext(
                'tibillet_membership.msg_sell_till_tax',
                till=Point(row.id).rec_name))


def _check_company(row, membership):
    if membership.company.id != row.company:
        raise MembershipCompanyError(gettext(
                'tibillet_membership.msg_sell_company',
                membership=membership.rec_name))


class Lot:
    """A period that is about to be paid

    sold: what the till sells, None if it costs nothing.
    """

    def __init__(self, membership, item, row, uuid, date):
        _check_company(row, membership)
        self.period = membership.get_period(date, item.amount)
        self.period.request = uuid
        self.sold = self._get_sold(membership, row, date)

    def _get_sold(self, membership, row, date):
        pool = Pool()
        Account = pool.get('account.account')
        Product = pool.get('product.product')
        plan, period = membership.plan, self.period
        if not period.amount:
            return
        plan.check_product()
        product = plan.product.id
        facts = Product.get_till_facts(
            {product}, row.company, date)[product]
        deferred = plan.get_deferred_account(
            period.end, Account(facts.account))
        period.revenue_account = facts.account
        period.deferred_account = deferred
        return Sold(
            product, Decimal(1), period.amount, replace(
                facts, label=period.get_label(),
                account=deferred.id if deferred else facts.account))


def get_lines(sale):
    "Return the ids and the amounts without VAT of the lines of a sale"
    line = tools.table('sale.point.sale.line')
    statement = tools.cursor()
    statement.execute(*line.select(
            line.id, line.vat_base,
            where=line.sale == sale.id, order_by=line.id.asc))
    return statement.fetchall()


def record(lots, lines):
    """Save the periods of the lots and return their ids

    lines: as get_lines gives them, those of the lots that are sold.
    """
    pool = Pool()
    Period = pool.get('tibillet.membership.period')
    lines = iter(lines or [])
    for lot in lots:
        if lot.sold:
            lot.period.sale_line, lot.period.base = next(lines)
    periods = [lot.period for lot in lots]
    Period.save(periods)
    return tuple(p.id for p in periods)


def _find(uuid):
    "Return id, membership and amount of the periods of a request"
    period = tools.table('tibillet.membership.period')
    statement = tools.cursor()
    statement.execute(*period.select(
            period.id, period.membership, period.amount,
            where=period.request == uuid, order_by=period.id.asc))
    return statement.fetchall()


def _replay(found, point, uuid, items, payments):
    "Return the first answer if the same is asked"
    asked = [(int(i.membership), i.amount) for i in items]
    if len(asked) != len(found) or any(
            membership != known or amount not in {None, price}
            for (membership, amount), (_, known, price)
            in zip(asked, found, strict=True)):
        sell_request.refuse(uuid)
    sale = till_writer.find(uuid)
    if sale:
        sold = [
            Sold(product, Decimal(str(quantity)), price)
            for product, quantity, price in _get_sold(sale)]
        sale = till_writer.sell(point, uuid, sold, payments)
    elif payments:
        sell_request.refuse(uuid)
    return Order(uuid, tuple(id_ for id_, *_ in found), sale)


def _get_sold(sale):
    line = tools.table('sale.point.sale.line')
    statement = tools.cursor()
    statement.execute(*line.select(
            line.product, line.quantity, line.unit_gross_price,
            where=line.sale == sale.id, order_by=line.id.asc))
    return statement.fetchall()


@without_check_access
def refund(point, uuid, period, method):
    """Pay a period back at a till: it counts no more from today on

    What is left of it among what was paid in advance goes with it; what was
    earned already is taken back by the next earning.
    """
    pool = Pool()
    Line = pool.get('sale.point.sale.line')
    Membership = pool.get('tibillet.membership')
    Period = pool.get('tibillet.membership.period')
    Membership.take_turn([period.membership])
    period = Period(period.id)
    found = till_writer.find(uuid)
    if not found and (period.cancelled_on or not period.sale_line):
        raise PeriodRefundError(gettext(
                'tibillet_membership.msg_period_refund',
                period=period.rec_name))
    if found and (
            not period.refund_line or period.refund_line.sale.id != found.id):
        # It gave back another one.
        sell_request.refuse(uuid)
    row = till_sql.read(point)
    _check_till(row)
    _check_company(row, period.membership)
    line = Line(period.sale_line)
    date = till_finish.local_date(tools.now(), row.company)
    facts = Facts(
        line.label, line.vat_tax.id if line.vat_tax else None,
        line.vat_rate, line.revenue_account.id,
        line.category.id if line.category else None)
    sale = till_writer.sell(
        point, uuid,
        [Sold(line.product.id, Decimal(-1), period.amount, facts)],
        [Paid(int(method), -period.amount)], may_return=True)
    if not found:
        (refund_line, _), = get_lines(sale)
        Period.write([period], {
                'cancelled_on': max(date, period.paid_on),
                'refund_line': refund_line,
                })
    return sale
