"""Sell the articles of a till to who stands at the counter."""
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from . import till_writer
from .counter import (
    TO_PAY, CounterDoneMixin, CounterMixin, CounterPaymentLineMixin,
    CounterPaymentMixin, CounterStartMixin, SeveralPaymentsMixin,
    get_start_values)
from .exceptions import (
    TillDiscountDeniedError, TillMethodError, TillNoneOpenError)
from .till_sale import is_manager
from .till_screen import check_shown
from .till_writer import Sold
from .tools import SHOWN

ZERO = Decimal(0)
# What is given away whole needs no payment.
NOTHING = {'invisible': (Eval('total', 0) != 0) | ~Eval('sold', False)}
TO_GIVE = {'invisible': Eval('total', 0) >= 0}


class POS(metaclass=PoolMeta):
    __name__ = 'sale.point'

    _reader_buttons = {'sell_articles'}

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons['sell_articles'] = {
            'invisible': (Eval('state') != 'open') | ~Eval('screen'),
            'icon': 'tryton-sale',
            'depends': ['state', 'screen'],
            }

    @classmethod
    @ModelView.button_action('tibillet_base.wizard_till_sell')
    def sell_articles(cls, points):
        pass

    @classmethod
    def get_selling(cls, company):
        "Return a till that is open and has a screen, None if there is none"
        points = cls.search([
                ('company', '=', company.id),
                ('state', '=', 'open'),
                ('screen', '!=', None),
                ('practice', '!=', True),
                ], limit=1)
        return points[0] if points else None


class TillSellStart(CounterStartMixin, ModelView):
    __name__ = 'tibillet.till.sell.start'
    __string__ = "Till Sell Start"

    lines = fields.One2Many('tibillet.till.sell.line', None, "Articles")
    sold = fields.Function(
        fields.Boolean("Sold"), 'on_change_with_sold')

    @fields.depends('lines')
    def on_change_with_total(self, name=None):
        return sum((line.amount or ZERO for line in self.lines or []), ZERO)

    @fields.depends('lines')
    def on_change_with_sold(self, name=None):
        return any(line.quantity for line in self.lines or [])

    @fields.depends('point', 'currency', 'lines')
    def on_change_point(self):
        pool = Pool()
        Line = pool.get('tibillet.till.sell.line')
        found = get_lines(self.point, self.currency)
        if [values['product'] for values in found] != [
                line.product.id for line in self.lines or []]:
            self.lines = [Line(**values) for values in found]

    def get_sold(self):
        "Return what is sold, at the prices that the till shows"
        pool = Pool()
        Screen = pool.get('tibillet.till.screen')
        prices = {
            article.product: article.price
            for article in Screen.get_shown(self.point).articles}
        lines = [
            line.get_sold(prices, self.currency)
            for line in self.lines if line.quantity]
        if any(line.discount for line in lines) and not is_manager():
            raise TillDiscountDeniedError(gettext(
                    'tibillet_base.msg_till_discount_denied'))
        check_shown(self.point, self.uuid, lines)
        return lines


def get_lines(point, currency):
    "Return the values of a line for each article of a till"
    pool = Pool()
    Product = pool.get('product.product')
    Screen = pool.get('tibillet.till.screen')
    if not point:
        return []
    articles = [
        a for a in Screen.get_shown(point).articles if a.price is not None]
    with without_check_access():
        units = {
            p.id: (p.sale_uom or p.default_uom).id
            for p in Product.browse([a.product for a in articles])}
    return [{
            'currency': currency.id,
            'product': article.product,
            'label': article.label,
            'unit': units[article.product],
            'price': currency.round(article.price),
            'deposit': article.deposit,
            } for article in articles]


class TillSellLine(ModelView):
    __name__ = 'tibillet.till.sell.line'
    __string__ = "Till Sell Line"

    currency = fields.Many2One('currency.currency', "Currency", states=SHOWN)
    product = fields.Many2One('product.product', "Product", states=SHOWN)
    label = fields.Char("Article", states=SHOWN)
    unit = fields.Many2One('product.uom', "Unit", states=SHOWN)
    price = Monetary(
        "Price", currency='currency', digits='currency', states=SHOWN)
    deposit = fields.Boolean("Deposit", states=SHOWN)
    quantity = fields.Float(
        "Quantity", digits='unit',
        domain=['OR',
            ('quantity', '=', None),
            ('quantity', '>=', 0),
            ('deposit', '=', True),
            ],
        help="Negative for a deposit that is given back.")
    discount = Monetary(
        "Discount", currency='currency', digits='currency',
        help="For the venue manager to give.")
    reason = fields.Char(
        "Reason of the Discount",
        states={
            'required': Bool(Eval('discount')),
            })
    amount = fields.Function(Monetary(
            "Amount", currency='currency', digits='currency'),
        'on_change_with_amount')

    @fields.depends('quantity', 'price', 'discount', 'currency')
    def on_change_with_amount(self, name=None):
        if not self.quantity or self.price is None or not self.currency:
            return None
        return self.currency.round(
            Decimal(str(self.quantity)) * self.price) - (
            self.discount or ZERO)

    def get_sold(self, prices, currency):
        price = prices.get(self.product.id)
        if price is None or currency.round(price) != self.price:
            # Said to have changed.
            price = self.price
        return Sold(
            self.product.id, Decimal(str(self.quantity)), price, None,
            self.discount or ZERO, self.reason or None)


class TillSellPayment(CounterPaymentMixin, ModelView):
    __name__ = 'tibillet.till.sell.payment'
    __string__ = "Till Sell Payment"

    lines = fields.One2Many(
        'tibillet.till.sell.payment.line', None, "Payments")


class TillSellPaymentLine(CounterPaymentLineMixin, ModelView):
    __name__ = 'tibillet.till.sell.payment.line'
    __string__ = "Till Sell Payment Line"


class TillSellDone(CounterDoneMixin, ModelView):
    __name__ = 'tibillet.till.sell.done'
    __string__ = "Till Sell Done"


class TillSell(SeveralPaymentsMixin, CounterMixin, Wizard):
    __name__ = 'tibillet.till.sell'
    _closed = (TillNoneOpenError, 'tibillet_base.msg_till_none_open')
    _no_method = (TillMethodError, 'tibillet_base.msg_till_no_method_')

    start = StateView(
        'tibillet.till.sell.start',
        'tibillet_base.till_sell_start_view_form', [
            Button("Close", 'end', 'tryton-cancel'),
            Button("Given Away", 'free', 'tryton-ok', states=NOTHING),
            Button("Give Back in Cash", 'give', 'tryton-ok',
                states=TO_GIVE),
            Button("Several Payments", 'payment', 'tryton-list',
                states=TO_PAY),
            Button("Bank Card", 'card', 'tryton-ok', states=TO_PAY),
            Button("Cash", 'cash', 'tryton-ok', default=True,
                states=TO_PAY),
            ])
    payment = StateView(
        'tibillet.till.sell.payment',
        'tibillet_base.till_sell_payment_view_form', [
            Button("Back", 'start', 'tryton-back'),
            Button("Sell", 'several', 'tryton-ok', default=True),
            ])
    done = StateView(
        'tibillet.till.sell.done',
        'tibillet_base.till_sell_done_view_form', [
            Button("Close", 'end', 'tryton-close'),
            Button("Next Sale", 'start', 'tryton-ok', default=True),
            ])

    give = StateTransition()

    def transition_give(self):
        return self._sell(self._pay('cash'))

    def default_start(self, fields):
        pool = Pool()
        Company = pool.get('company.company')
        Point = pool.get('sale.point')
        asked = getattr(self.start, 'uuid', None)
        if asked and not till_writer.find(asked):
            # Back from the payments.
            return self._get_again()
        if self.model == Point:
            point = self.record
        else:
            point = getattr(self.start, 'point', None) or Point.get_selling(
                Company(Transaction().context['company']))
        values = get_start_values(point.company if point else None, point)
        return {
            **values,
            'lines': get_lines(
                point, point.company.currency) if point else [],
            }

    def _get_again(self):
        "Return what was typed"
        start = self.start
        return {
            'uuid': start.uuid,
            'company': start.company.id,
            'currency': start.currency.id,
            'point': start.point.id if start.point else None,
            'lines': [{
                    name: getattr(value, 'id', value)
                    for name, value in (
                        (name, getattr(line, name, None)) for name in [
                            'currency', 'product', 'label', 'unit', 'price',
                            'deposit', 'quantity', 'discount', 'reason',
                            'amount'])
                    } for line in start.lines],
            }

    @without_check_access
    def sell(self, payments):
        start = self.start
        with Transaction().set_context(company=start.company.id):
            self._tell(self._write(start.get_sold(), payments))
        return 'done'

    def _write(self, lines, payments):
        return till_writer.sell(
            self.start.point.id, self.start.uuid, lines, payments)
