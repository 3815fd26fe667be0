"""Cards at a till: pay a sale, load, pay back. The only file that does.

    answer = till_card.pay(point, uuid, lines, 'EE144274')
    answer.sale.number, answer.wallet.payments[0].value

A sale and what it takes from or puts into a wallet are one transaction, made
once for the uuid of the sale: that of the wallet operation is made of it.
The wallet comes first, then the till: in this order nobody waits for who
waits for him.

Access is not checked here: who calls has done it, and has decided the price.
"""
import uuid as uuids
from dataclasses import dataclass
from decimal import Decimal

from tibillet_base import till_sql, till_writer, tools
from tibillet_base.till_product import Facts
from tibillet_base.till_writer import Paid, Sold

from trytond.i18n import gettext
from trytond.model import ModelSQL, Unique, fields
from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from tibillet.money import half_up

from . import wallet_writer
from .till_method import get_account, get_method
from .wallet_exceptions import CardTillError
from .wallet_fact import WalletFactMixin
from .wallet_request import At

NAMESPACE = uuids.UUID('6f1d5f2c-7d0e-5b9e-9a58-3d4a6d0d3a11')


class WalletOperationSale(WalletFactMixin, ModelSQL):
    __name__ = 'tibillet.wallet.operation-sale.point.sale'

    operation = fields.Many2One(
        'tibillet.wallet.operation', "Operation", required=True,
        ondelete='RESTRICT')
    sale = fields.Many2One(
        'sale.point.sale', "Sale", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('operation_unique', Unique(table, table.operation),
                'tibillet_cashless.msg_wallet_operation_sale_unique'),
            ]


@dataclass(frozen=True)
class Answer:
    "The sale and the operation of the wallet, as they were made first"
    sale: object
    wallet: object


@without_check_access
def pay(point, uuid, lines, card, payments=(), second=None):
    """Sell what cards pay, and the payments the rest

    point: the till, whose prices include VAT.
    lines: till_writer.Sold; payments: till_writer.Paid, without change.
    card, second: the numbers of cards, or the ids of wallets.
    """
    pool = Pool()
    Method = pool.get('sale.point.payment.method')
    row = _read(point)
    quantum, _ = pool.get('sale.point').get_till_settings(row.company)
    paid = wallet_writer.pay(
        At(row.company), _derive(uuid), card, [
            wallet_writer.Sold(
                half_up(line.quantity * line.unit_price, quantum),
                # Gifts would lower the price, which tills do not do yet.
                reducible=False)
            for line in lines],
        rest=sum((p.amount for p in payments), Decimal(0)), second=second)
    methods = Method.get_wallet_methods(row.company)
    return _sell(row, uuid, paid, lines, [
            *(Paid(get_method(methods, share.money), share.value, taken=True)
                for share in paid.payments),
            *payments])


@without_check_access
def top_up(point, uuid, card, money, amount, payments):
    "Load a card with what the payments give, change is made of cash"
    row = _read(point)
    loaded = wallet_writer.top_up(
        At(row.company), _derive(uuid), card, money, amount)
    return _sell(
        row, uuid, loaded, [_get_line(row, money, Decimal(1), amount)],
        payments)


@without_check_access
def redeem(point, uuid, card, money, amount, method):
    "Pay back what is on a card, by a method such as cash"
    row = _read(point)
    redeemed = wallet_writer.redeem(
        At(row.company), _derive(uuid), card, money, amount)
    return _sell(
        row, uuid, redeemed, [_get_line(row, money, Decimal(-1), amount)],
        [Paid(method, -amount)], may_return=True)


def _read(point):
    row = till_sql.read(point)
    if not row.tax_included:
        raise CardTillError(gettext(
                'tibillet_cashless.msg_wallet_till', till=row.code))
    return row


def _derive(uuid):
    "Return the identifier of the operation of a wallet for that of a sale"
    return str(uuids.uuid5(NAMESPACE, uuid))


def _get_line(row, money, quantity, amount):
    "Return the line of what is loaded or paid back, which is no sale"
    pool = Pool()
    ModelData = pool.get('ir.model.data')
    Money = pool.get('tibillet.money')
    return Sold(
        ModelData.get_id('tibillet_cashless', 'product_card'), quantity,
        amount, Facts(
            Money(money).rec_name, None, None,
            get_account(money, row.company),
            ModelData.get_id('tibillet_cashless', 'category_card')))


def _sell(row, uuid, operation, lines, payments, may_return=False):
    known = till_writer.find(uuid)
    sale = till_writer.sell(
        row.id, uuid, lines, payments, may_return=may_return)
    if not known:
        till_sql.insert(WalletOperationSale.__name__, [{
                    'operation': operation.id,
                    'sale': sale.id,
                    'create_uid': Transaction().user,
                    'create_date': tools.now(),
                    }])
    return Answer(sale, operation)
