"""Deposits on cups and bottles: given out, taken back, no sale.

What is paid for a deposit is owed to whoever brings the cup back: outside of
the turnover, on an account of its own, without VAT.
"""
from decimal import Decimal

from sql import Null
from sql.aggregate import Sum
from sql.conditionals import Case

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction

from . import till_sql, till_totals
from .exceptions import TillAccountError, TillConfigurationError
from .till_product import Facts

ZERO = Decimal(0)


class Template(metaclass=PoolMeta):
    __name__ = 'product.template'

    deposit = fields.Boolean(
        "Deposit",
        help="Check for what is given back with its price, such as a cup: "
        "it is no sale and has no VAT, and whoever sells may take it back.")


class Product(metaclass=PoolMeta):
    __name__ = 'product.product'

    def _get_till_facts(self, date):
        pool = Pool()
        Configuration = pool.get('tibillet.till.configuration')
        if not self.template.deposit:
            return super()._get_till_facts(date)
        account = Configuration(1).get_multivalue(
            'deposit_account', company=Transaction().context['company'])
        if not account:
            raise TillConfigurationError(gettext(
                    'tibillet_base.msg_till_deposit_account',
                    product=self.rec_name))
        if account.closed:
            raise TillAccountError(gettext(
                    'tibillet_base.msg_till_account',
                    product=self.rec_name, account=account.rec_name))
        return Facts(
            self.rec_name, None, None, account.id,
            self.account_category.id if self.account_category else None,
            deposit=True)


def get_parts(row, after, last, quantum):
    """Return what was given out and taken back, and what is not back yet

    What is not back yet is that of all the tills of the company: cups come
    back where they were not given out.
    """
    moved = _sum(row.company, quantum, row.id, after, last)
    outstanding = {}
    if (moved or after) and not row.practice:
        outstanding = _sum(row.company, quantum)
    parts = []
    for key in sorted(moved, key=lambda key: key[1]):
        for name, (quantity, amount) in zip(
                ['out', 'back'], moved[key], strict=True):
            if quantity:
                parts.append(_part('deposit', name, key[1], quantity, amount))
    for product, label in sorted(
            outstanding, key=lambda key: key[1]):
        (out, paid), (back, given) = outstanding[product, label]
        if out + back or (product, label) in moved:
            parts.append(_part(
                    'outstanding', 'left', label, out + back, paid + given))
    return parts


def _part(kind, name, label, quantity, amount):
    return till_totals.Part(
        kind, quantity=quantity, amount=amount, label=gettext(
            f'tibillet_base.msg_till_deposit_{name}', product=label))


def _sum(company, quantum, point=None, after=0, last=None):
    """Return what went out and what came back of each product

    By (product, label of today): ((quantity, amount), (quantity, amount)).
    """
    pool = Pool()
    Product = pool.get('product.product')
    template = till_sql.table('product.template')
    product = till_sql.table('product.product')
    sale = till_sql.table('sale.point.sale')
    line = till_sql.table('sale.point.sale.line')
    where = (
        (sale.company == company) & (sale.operation != Null)
        & template.deposit & (line.vat_rate == Null))
    if point:
        where &= till_totals.is_in(sale, point, after, last)
    else:
        where &= ~till_sql.is_practice(sale)
    back = line.quantity < 0
    rows = till_totals.query(line
        .join(sale, condition=line.sale == sale.id)
        .join(product, condition=line.product == product.id)
        .join(template, condition=product.template == template.id)
        .select(
            line.product,
            Sum(Case((back, 0), else_=line.quantity)).as_('out'),
            Sum(Case((back, 0), else_=line.vat_base)).as_('paid'),
            Sum(Case((back, line.quantity), else_=0)).as_('back'),
            Sum(Case((back, line.vat_base), else_=0)).as_('given'),
            where=where,
            group_by=[line.product]),
        [None, None, 'NUMERIC', None, 'NUMERIC'], quantum)
    names = {
        p.id: p.rec_name for p in Product.browse([row[0] for row in rows])}
    return {
        (id_, names[id_]): (
            (till_totals.whole(out), paid), (till_totals.whole(back_), given))
        for id_, out, paid, back_, given in rows}
