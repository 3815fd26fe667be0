"""Sums of what a till has sold between two of its operations."""
from dataclasses import dataclass, field
from decimal import Decimal

from sql import Cast, Literal, Null
from sql.aggregate import Count, Sum
from sql.conditionals import Case

from trytond import backend
from trytond.tools import sqlite_apply_types

from tibillet.money import half_up

from . import till_sql

ZERO = Decimal(0)


@dataclass
class Part:
    """One line of a closure

    kind: tender, vat, category, outside, discount, deposit, outstanding or
        cash.
    quantity: of payments, of what was sold, of lines that were reduced, or
        of movements of cash.
    label: what names it where no record does.
    """
    kind: str
    method: int = None
    tender: str = None
    tax: int = None
    rate: Decimal = None
    category: int = None
    quantity: Decimal = None
    base: Decimal = None
    vat: Decimal = None
    amount: Decimal = ZERO
    label: str = None


@dataclass
class Totals:
    """What the sales after one operation and up to another amount to

    outside: what is no turnover, as what is loaded on cards; it is in the
        tenders only.
    """
    count: int = 0
    sales: Decimal = ZERO
    returns: Decimal = ZERO
    outside: Decimal = ZERO
    lines: list = field(default_factory=list)

    @property
    def total(self):
        return self.sales - self.returns


def query(select, types, quantum):
    """Return the rows of a query of sums

    types: NUMERIC for the columns that are amounts, None for the others.
    quantum: the smallest amount; SQLite forgets it, and the types.
    """
    if backend.name == 'sqlite':
        sqlite_apply_types(select, types)
    cursor = till_sql.cursor()
    cursor.execute(*select)
    return [
        [
            half_up(value or ZERO, quantum) if type_ else value
            for value, type_ in zip(row, types, strict=True)]
        for row in cursor]


def _compared(amount):
    "Return the column of an amount as something that can be compared"
    # SQLite keeps them as bytes, which are more than any number.
    return Cast(amount, 'NUMERIC') if backend.name == 'sqlite' else amount


def whole(value):
    "Return a quantity of the database, without digits if it has none"
    quantity = Decimal(str(value))
    whole = quantity.to_integral_value()
    return whole if whole == quantity else quantity


def is_in(sale, point, after, last):
    return (
        (sale.point == point) & (sale.operation > after)
        & (sale.operation <= last))


def totals(point, after, last, quantum):
    "Return the totals of the sales of the till after < operation <= last"
    found = Totals()
    _sum_sales(found, point, after, last, quantum)
    found.lines += _tenders(point, after, last, quantum)
    found.lines += _taxes(point, after, last, quantum)
    found.lines += _categories(point, after, last, quantum)
    found.lines += _categories(point, after, last, quantum, outside=True)
    found.lines += _discounts(point, after, last, quantum)
    return found


def _sum_sales(found, point, after, last, quantum):
    sale = till_sql.table('sale.point.sale')
    tax = till_sql.table('tibillet.till.sale.tax')
    amount = tax.base + tax.amount
    each = (sale
        .join(tax, condition=tax.sale == sale.id)
        .select(
            sale.id,
            Sum(Case((tax.rate != Null, amount), else_=0)).as_('amount'),
            Sum(Case((tax.rate == Null, amount), else_=0)).as_('outside'),
            where=is_in(sale, point, after, last),
            group_by=[sale.id]))
    for count, sales, returns, outside in query(each.select(
                Count(each.id).as_('count'),
                Sum(Case((each.amount > 0, each.amount), else_=0)).as_(
                    'sales'),
                Sum(Case((each.amount < 0, -each.amount), else_=0)).as_(
                    'returns'),
                Sum(each.outside).as_('outside')),
            [None, 'NUMERIC', 'NUMERIC', 'NUMERIC'], quantum):
        found.count = count
        found.sales, found.returns, found.outside = sales, returns, outside


def _tenders(point, after, last, quantum):
    sale = till_sql.table('sale.point.sale')
    payment = till_sql.table('sale.point.payment')
    rows = query(sale
        .join(payment, condition=payment.sale == sale.id)
        .select(
            payment.method, payment.tender,
            Count(Case(
                    (_compared(payment.amount) > 0, 1),
                    else_=Null)).as_('quantity'),
            Sum(payment.amount).as_('amount'),
            where=is_in(sale, point, after, last),
            group_by=[payment.method, payment.tender],
            order_by=[payment.tender.asc, payment.method.asc]),
        [None, None, None, 'NUMERIC'], quantum)
    return [
        Part('tender', method=method, tender=tender,
            quantity=Decimal(quantity), amount=amount)
        for method, tender, quantity, amount in rows]


def _taxes(point, after, last, quantum):
    sale = till_sql.table('sale.point.sale')
    tax = till_sql.table('tibillet.till.sale.tax')
    rows = query(sale
        .join(tax, condition=tax.sale == sale.id)
        .select(
            tax.tax, tax.rate, Sum(tax.base).as_('base'),
            Sum(tax.amount).as_('amount'),
            where=is_in(sale, point, after, last) & (tax.rate != Null),
            group_by=[tax.tax, tax.rate],
            order_by=[tax.rate.desc, tax.tax.asc]),
        [None, None, 'NUMERIC', 'NUMERIC'], quantum)
    return [
        Part('vat', tax=tax_, rate=rate, base=base, vat=vat, amount=base + vat)
        for tax_, rate, base, vat in rows]


def _categories(point, after, last, quantum, outside=False):
    sale = till_sql.table('sale.point.sale')
    line = till_sql.table('sale.point.sale.line')
    rows = query(sale
        .join(line, condition=line.sale == sale.id)
        .select(
            line.category, Sum(line.quantity).as_('quantity'),
            Sum(line.vat_base).as_('base'), Sum(line.vat_amount).as_('vat'),
            where=is_in(sale, point, after, last)
            & (line.vat_rate == Null if outside else line.vat_rate != Null),
            group_by=[line.category],
            order_by=[line.category.asc]),
        [None, None, 'NUMERIC', 'NUMERIC'], quantum)
    return [
        Part('outside' if outside else 'category', category=category,
            quantity=whole(quantity), base=base, vat=vat,
            amount=base + vat)
        for category, quantity, base, vat in rows]


def _discounts(point, after, last, quantum):
    "Return by how much lines were reduced, for each reason"
    sale = till_sql.table('sale.point.sale')
    line = till_sql.table('sale.point.sale.line')
    rows = query(sale
        .join(line, condition=line.sale == sale.id)
        .select(
            line.discount_reason, Count(line.id).as_('quantity'),
            Sum(line.discount).as_('amount'),
            where=is_in(sale, point, after, last) & (line.discount != Null),
            group_by=[line.discount_reason],
            order_by=[line.discount_reason.asc]),
        [None, None, 'NUMERIC'], quantum)
    return [
        Part('discount', label=reason, quantity=Decimal(quantity),
            amount=amount)
        for reason, quantity, amount in rows]


def by_account(point, after, last, quantum):
    "Return (account, tax, base) of what was sold and what was taken back"
    sale = till_sql.table('sale.point.sale')
    line = till_sql.table('sale.point.sale.line')
    # By its name: two parameters are not the same for PostgreSQL.
    sign = Case(
        (line.quantity < 0, Literal(-1)), else_=Literal(1)).as_('sign')
    rows = query(sale
        .join(line, condition=line.sale == sale.id)
        .select(
            line.revenue_account, line.vat_tax, sign,
            Sum(line.vat_base).as_('base'),
            where=is_in(sale, point, after, last),
            group_by=[line.revenue_account, line.vat_tax, sign],
            order_by=[line.revenue_account.asc, line.vat_tax.asc]),
        [None, None, None, 'NUMERIC'], quantum)
    return [(account, tax, base) for account, tax, _, base in rows]


def by_tax(point, after, last, quantum):
    "Return (tax, amount) of sales, then of those that give back"
    sale = till_sql.table('sale.point.sale')
    tax = till_sql.table('tibillet.till.sale.tax')
    sign = Case(
        (_compared(tax.amount) < 0, Literal(-1)),
        else_=Literal(1)).as_('sign')
    rows = query(sale
        .join(tax, condition=tax.sale == sale.id)
        .select(
            tax.tax, sign, Sum(tax.amount).as_('amount'),
            where=is_in(sale, point, after, last) & (tax.tax != Null),
            group_by=[tax.tax, sign],
            order_by=[tax.tax.asc]),
        [None, None, 'NUMERIC'], quantum)
    return [(tax_, amount) for tax_, _, amount in rows]


def by_product(point, after, last, quantum):
    "Return (product, quantity, base) of what left and of what came back"
    sale = till_sql.table('sale.point.sale')
    line = till_sql.table('sale.point.sale.line')
    # By its name: two parameters are not the same for PostgreSQL.
    sign = Case(
        (line.quantity < 0, Literal(-1)), else_=Literal(1)).as_('sign')
    rows = query(sale
        .join(line, condition=line.sale == sale.id)
        .select(
            line.product, sign,
            Sum(line.quantity).as_('quantity'),
            Sum(line.vat_base).as_('base'),
            where=is_in(sale, point, after, last),
            group_by=[line.product, sign],
            order_by=[line.product.asc]),
        [None, None, None, 'NUMERIC'], quantum)
    return [(product, quantity, base) for product, _, quantity, base in rows]
