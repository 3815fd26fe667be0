"""Sell to who stands at the counter: choose, be paid, give the change.

Each module has its own steps, views, buttons and sentences; what they have in
common is here.
"""
import uuid
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction
from trytond.wizard import StateTransition

from .till_writer import Paid
from .tools import SHOWN

ZERO = Decimal(0)
# The states of a button of the first step.
TO_PAY = {'invisible': Eval('total', 0) <= 0}


def get_start_values(company=None, point=None):
    """Return what a step at a till begins with

    company: the one of the context if None.
    point: the till that is open, if there is one, if None.
    """
    pool = Pool()
    Company = pool.get('company.company')
    Point = pool.get('sale.point')
    company = company or Company(Transaction().context['company'])
    point = point or Point.get_opened(company)
    return {
        'uuid': str(uuid.uuid4()),
        'company': company.id,
        'currency': company.currency.id,
        'point': point.id if point else None,
        'closed': None if point else gettext(
            'tibillet_base.msg_counter_closed'),
        }


class CounterStartMixin:
    """The first step: what is sold, at which till and for how much

    Its on_change_with_total returns what is to be paid.
    """
    __slots__ = ()

    uuid = fields.Char("Identifier", states=SHOWN)
    company = fields.Many2One('company.company', "Company", states=SHOWN)
    currency = fields.Many2One('currency.currency', "Currency", states=SHOWN)
    point = fields.Many2One(
        'sale.point', "Till",
        domain=[
            ('company', '=', Eval('company', -1)),
            ('state', '=', 'open'),
            ],
        help="Nothing is sold before one is open.")
    closed = fields.Text(
        "What Is Missing",
        states={
            **SHOWN,
            'invisible': ~Eval('closed') | Bool(Eval('point')),
            })
    total = fields.Function(Monetary(
            "To Pay", currency='currency', digits='currency'),
        'on_change_with_total')
    received = Monetary(
        "Received in Cash", currency='currency', digits='currency',
        help="Leave empty when it is the exact amount.")
    change = fields.Function(Monetary(
            "Change", currency='currency', digits='currency'),
        'on_change_with_change')

    @fields.depends('received', methods=['on_change_with_total'])
    def on_change_with_change(self, name=None):
        if self.received:
            return max(self.received - self.on_change_with_total(), ZERO)


class CounterPaymentMixin:
    "The step where several payments make one: lines, one for each method"
    __slots__ = ()

    company = fields.Many2One('company.company', "Company", states=SHOWN)
    currency = fields.Many2One('currency.currency', "Currency", states=SHOWN)
    total = Monetary(
        "To Pay", currency='currency', digits='currency', states=SHOWN)
    missing = fields.Function(Monetary(
            "Missing", currency='currency', digits='currency'),
        'on_change_with_missing')

    @fields.depends('total', 'lines')
    def on_change_with_missing(self, name=None):
        return (self.total or ZERO) - sum(
            (line.amount or ZERO for line in self.lines or []), ZERO)


class CounterPaymentLineMixin:
    "What one method pays"
    __slots__ = ()

    currency = fields.Many2One('currency.currency', "Currency", states=SHOWN)
    method = fields.Many2One(
        'sale.point.payment.method', "Method", required=True,
        states=SHOWN)
    amount = Monetary("Amount", currency='currency', digits='currency')


class SeveralPaymentsMixin:
    "A wizard whose payment step is a CounterPaymentMixin"
    __slots__ = ()

    several = StateTransition()

    def default_payment(self, fields):
        pool = Pool()
        Method = pool.get('sale.point.payment.method')
        currency = self.start.currency.id
        return {
            'company': self.start.company.id,
            'currency': currency,
            'total': self.start.on_change_with_total(),
            'lines': [{
                    'method': method.id,
                    'currency': currency,
                    } for method in Method.search([
                        ('company', '=', self.start.company.id),
                        # A card is read before it pays.
                        ('tender', '!=', 'wallet'),
                        ])],
            }

    def transition_several(self):
        return self._sell([
                Paid(line.method.id, line.amount)
                for line in self.payment.lines if line.amount])


class CounterDoneMixin:
    "The last step: what was paid and what is to be given back"
    __slots__ = ()

    currency = fields.Many2One('currency.currency', "Currency", readonly=True)
    number = fields.Char("Sale", readonly=True)
    total = Monetary(
        "Total", currency='currency', digits='currency', readonly=True)
    change = Monetary(
        "Change to Give", currency='currency', digits='currency',
        readonly=True)


class CounterMixin:
    """A wizard that sells what its first step says

    Its sell takes the payments, sells and returns the next state.
    _closed, _no_method: the error and the message to raise where no till is
        open, and where nothing is paid that way; the name of the tender
        follows the second.
    """
    __slots__ = ()
    _closed = (None, None)
    _no_method = (None, None)

    cash = StateTransition()
    card = StateTransition()
    cheque = StateTransition()
    free = StateTransition()

    def transition_cash(self):
        return self._sell(self._pay('cash', self.start.received or None))

    def transition_card(self):
        return self._sell(self._pay('card'))

    def transition_cheque(self):
        return self._sell(self._pay('cheque'))

    def transition_free(self):
        return self._sell([])

    def _pay(self, tender, amount=None):
        "Return the payment of the whole by the method of a tender"
        pool = Pool()
        Method = pool.get('sale.point.payment.method')
        method = Method.get_by_tender(self.start.company, tender)
        if not method:
            error, message = self._no_method
            raise error(gettext(message + tender))
        if amount is None:
            amount = self.start.on_change_with_total()
        return [Paid(method.id, amount)]

    def _sell(self, payments):
        if not self.start.point:
            error, message = self._closed
            raise error(gettext(message))
        return self.sell(payments)

    def _tell(self, sale):
        "Fill the last step with a sale, None if nothing was to be paid"
        self.done.currency = self.start.currency
        self.done.number = sale.number if sale else None
        self.done.total = sale.total if sale else ZERO
        self.done.change = sale.change if sale else ZERO

    def default_done(self, fields):
        return {
            'currency': self.done.currency.id,
            'number': self.done.number,
            'total': self.done.total,
            'change': self.done.change,
            }
