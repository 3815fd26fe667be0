"""Cards at a till: pay, load, pay back, cancel. The only file that does.

    answer = till_card.pay(point, uuid, lines, 'EE144274')
    answer.sale.number, answer.wallet.payments[0].value

A sale and what it takes from or puts into a wallet are one transaction, made
once for the uuid of the sale: that of the wallet operation is made of it.
The wallet comes first, then the till: in this order nobody waits for who
waits for him.

What is given (gifts, points, hours) is a discount of the lines, whose reason
names the money; what is owed to its holder is a payment.

Access is not checked here: who calls has done it, and has decided the price.
"""
import datetime as dt
import uuid as uuids
from collections import defaultdict
from dataclasses import dataclass, replace
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
from .wallet_exceptions import CardCancelError, CardSaleError, CardTillError
from .wallet_fact import WalletFactMixin
from .wallet_request import At

# How long the till that has sold may cancel it alone.
CANCEL = dt.timedelta(minutes=15)
NAMESPACE = uuids.UUID('6f1d5f2c-7d0e-5b9e-9a58-3d4a6d0d3a11')


class WalletOperationSale(WalletFactMixin, ModelSQL):
    __name__ = 'tibillet.wallet.operation-sale.point.sale'
    __string__ = "Wallet Operation - Sale"

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

    @classmethod
    def get_operation(cls, sale):
        "Return the operation that was made with a sale, None if there is none"
        links = cls.search([('sale', '=', sale.id)], order=[], limit=1)
        return links[0].operation if links else None


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
    paid = wallet_writer.pay(
        At(row.company), _derive(uuid), card, get_sold(row, lines),
        rest=sum((p.amount for p in payments), Decimal(0)), second=second)
    methods = Method.get_wallet_methods(row.company)
    return _sell(row, uuid, paid, _reduce(lines, paid.reductions), [
            *(Paid(get_method(methods, share.money), share.value, taken=True)
                for share in paid.payments),
            *payments])


@without_check_access
def quote(point, lines, card, second=None):
    "Return what cards would pay of lines, and what would be missing"
    row = _read(point)
    return wallet_writer.quote(
        At(row.company), card, get_sold(row, lines), second)


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


@without_check_access
def cancel(point, uuid, sale):
    """Make the opposite of a sale of the company that cards have paid

    What was spent comes back in its lots, with their dates; what was paid
    otherwise is given back the same way.
    """
    pool = Pool()
    OperationSale = pool.get(WalletOperationSale.__name__)
    Sale = pool.get('sale.point.sale')
    row, sale = _read(point), Sale(int(sale))
    operation = OperationSale.get_operation(sale)
    if not operation or sale.company.id != row.company:
        raise CardSaleError(gettext(
                'tibillet_cashless.msg_wallet_sale', sale=sale.rec_name))
    reversed_ = wallet_writer.reverse(
        At(row.company), _derive(uuid), operation.uuid)
    return _sell(
        row, uuid, reversed_, [_get_opposite(line) for line in sale.lines],
        [
            Paid(method.id, -amount, taken=method.tender == 'wallet')
            for method, amount in _get_paid(sale).items() if amount],
        may_return=True)


@without_check_access
def cancel_own(point, uuid, sale):
    """Cancel a sale that this till has just made

    sale: its uuid.
    """
    pool = Pool()
    Sale = pool.get('sale.point.sale')
    found = till_writer.find(sale)
    made = Sale(found.id) if found else None
    if not made or made.point.id != int(point) or (
            tools.now() - made.finished_at > CANCEL
            and not till_writer.find(uuid)):
        raise CardCancelError(gettext(
                'tibillet_cashless.msg_wallet_cancel',
                minutes=CANCEL.seconds // 60))
    return cancel(point, uuid, made)


def get_sold(row, lines):
    "Return lines of a till as cards pay them"
    pool = Pool()
    Point = pool.get('sale.point')
    Product = pool.get('product.product')
    quantum, _ = Point.get_till_settings(row.company)
    kept = Product.get_never_given({int(line.product) for line in lines})
    return [
        wallet_writer.Sold(
            half_up(line.quantity * line.unit_price, quantum)
            - line.discount,
            reducible=int(line.product) not in kept and (
                not line.facts or line.facts.rate is not None))
        for line in lines]


def _reduce(lines, reductions):
    "Return the lines less what reductions pay of them"
    pool = Pool()
    Money = pool.get('tibillet.money')
    moneys = {m.id: m.rec_name for m in Money.browse(
            [part.money for part in reductions])}
    reduced = []
    for rank, line in enumerate(lines):
        parts = [
            (moneys[part.money], part.lines[rank]) for part in reductions
            if part.lines[rank]]
        names = [line.reason] if line.discount else []
        reduced.append(replace(
                line,
                discount=line.discount + sum(amount for _, amount in parts),
                reason=', '.join([*names, *(name for name, _ in parts)])))
    return reduced


def _get_paid(sale):
    "Return what each method has paid of a sale, less the change"
    paid = defaultdict(Decimal)
    for payment in sale.payments:
        paid[payment.method] += payment.amount
    return paid


def _get_opposite(line):
    return Sold(
        line.product.id, -Decimal(str(line.quantity)),
        line.unit_gross_price, Facts(
            line.label, line.vat_tax.id if line.vat_tax else None,
            line.vat_rate, line.revenue_account.id,
            line.category.id if line.category else None),
        -(line.discount or Decimal(0)), line.discount_reason)


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
