"""Tips: left for the staff with a payment, never turnover, paid out later.

What is left is owed to the staff together: who has sold is not asked.
"""
from decimal import Decimal

from sql import Null
from sql.aggregate import Sum

from trytond.i18n import gettext
from trytond.model import fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction, without_check_access

from . import till_finish, till_sql, till_totals, tools
from .exceptions import (
    TillAccountError, TillCashError, TillConfigurationError, TillTipError)
from .till_product import Facts
from .till_writer import Sold

ZERO = Decimal(0)


def get_account(company):
    "Return the id of the account of tips of a company, None without one"
    pool = Pool()
    Configuration = pool.get('tibillet.till.configuration')
    with Transaction().set_context(company=company):
        account = Configuration(1).get_multivalue(
            'tip_account', company=company)
    return account.id if account else None


@without_check_access
def get_lines(company, tip):
    "Return the line of a tip, none without one, at a till of a company"
    pool = Pool()
    Account = pool.get('account.account')
    ModelData = pool.get('ir.model.data')
    Point = pool.get('sale.point')
    if not tip:
        return []
    quantum, _ = Point.get_till_settings(company)
    if (not tip.is_finite() or tip % quantum
            or not 0 < tip <= quantum * till_finish.CHANGE_MAX):
        raise TillTipError(gettext('tibillet_base.msg_till_tip_amount'))
    id_ = get_account(company)
    if not id_:
        raise TillConfigurationError(gettext(
                'tibillet_base.msg_till_tip_account'))
    label = gettext('tibillet_base.msg_till_tip')
    account = Account(id_)
    if account.closed:
        raise TillAccountError(gettext(
                'tibillet_base.msg_till_account',
                product=label, account=account.rec_name))
    return [Sold(
            ModelData.get_id('tibillet_base', 'product_tip'), Decimal(1),
            tip, Facts(
                label, None, None, id_,
                ModelData.get_id('tibillet_base', 'category_tip')))]


def get_owed(company):
    "Return what was left for the staff of a company and is not paid out yet"
    pool = Pool()
    ModelData = pool.get('ir.model.data')
    Point = pool.get('sale.point')
    quantum, _ = Point.get_till_settings(company)
    sale = till_sql.table('sale.point.sale')
    line = till_sql.table('sale.point.sale.line')
    point = till_sql.table('sale.point')
    transfer = till_sql.table('sale.point.cash.transfer')
    type_ = till_sql.table('sale.point.cash.transfer.type')
    left = till_totals.query(line
        .join(sale, condition=line.sale == sale.id)
        .select(
            Sum(line.vat_base).as_('amount'),
            where=(sale.company == company) & (sale.operation != Null)
            & ~till_sql.is_practice(sale)
            & (line.product == ModelData.get_id(
                    'tibillet_base', 'product_tip'))),
        ['NUMERIC'], quantum)
    paid = till_totals.query(transfer
        .join(point, condition=transfer.point == point.id)
        .join(type_, condition=transfer.type == type_.id)
        .select(
            Sum(transfer.amount).as_('amount'),
            where=(point.company == company) & (type_.use == 'tips')
            & ~till_sql.is_practice(transfer)),
        ['NUMERIC'], quantum)
    return left[0][0] + paid[0][0]


class Transfer(metaclass=PoolMeta):
    __name__ = 'sale.point.cash.transfer'

    @classmethod
    def _get(cls, row, point, type_, amount, reason, uuid):
        pool = Pool()
        Type = pool.get('sale.point.cash.transfer.type')
        transfer = super()._get(row, point, type_, amount, reason, uuid)
        if type_.use == 'tips' and not row.practice:
            # One at a time at all the tills, which pay from one sum.
            tools.take_turn(Type, [type_.id], 'use')
            if type_.account.id != get_account(row.company):
                raise TillCashError(gettext(
                        'tibillet_base.msg_till_tip_type',
                        type=type_.rec_name))
            owed = get_owed(row.company)
            if amount > owed:
                raise TillCashError(gettext(
                        'tibillet_base.msg_till_tip_owed',
                        amount=till_finish.say(amount, row.company),
                        owed=till_finish.say(owed, row.company)))
        return transfer


class TillSellStart(metaclass=PoolMeta):
    __name__ = 'tibillet.till.sell.start'

    tip = Monetary(
        "Tip", currency='currency', digits='currency',
        help="Left for the staff, beside what is sold.")

    @fields.depends('tip')
    def on_change_with_total(self, name=None):
        return super().on_change_with_total(name=name) + (self.tip or ZERO)

    def get_sold(self):
        return [
            *super().get_sold(),
            *get_lines(self.company.id, self.tip)]


class TillSell(metaclass=PoolMeta):
    __name__ = 'tibillet.till.sell'

    def _get_again(self):
        return {**super()._get_again(), 'tip': self.start.tip}
