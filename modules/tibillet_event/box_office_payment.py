"""How tickets are paid and printed at the counter, whatever is sold."""
import uuid
from decimal import Decimal

from tibillet_base.till_writer import Paid

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction
from trytond.wizard import Button, StateReport, StateTransition, StateView

from . import ticket_writer
from .exceptions import (
    BoxOfficeClosedError, BoxOfficeMethodError, BoxOfficeSeatsError)
from .ticket_writer import Person

ZERO = Decimal(0)
# Clients do not send back what is readonly by itself.
SHOWN = {'readonly': True}


class BoxOfficePayment(ModelView):
    __name__ = 'tibillet.boxoffice.payment'

    company = fields.Many2One('company.company', "Company", states=SHOWN)
    currency = fields.Many2One('currency.currency', "Currency", states=SHOWN)
    total = Monetary(
        "To Pay", currency='currency', digits='currency', states=SHOWN)
    lines = fields.One2Many(
        'tibillet.boxoffice.payment.line', None, "Payments")
    missing = fields.Function(Monetary(
            "Missing", currency='currency', digits='currency'),
        'on_change_with_missing')

    @fields.depends('total', 'lines')
    def on_change_with_missing(self, name=None):
        return (self.total or ZERO) - sum(
            (line.amount or ZERO for line in self.lines or []), ZERO)


class BoxOfficePaymentLine(ModelView):
    __name__ = 'tibillet.boxoffice.payment.line'

    currency = fields.Many2One('currency.currency', "Currency", states=SHOWN)
    method = fields.Many2One(
        'sale.point.payment.method', "Method", required=True,
        states=SHOWN)
    amount = Monetary("Amount", currency='currency', digits='currency')


class BoxOfficeDone(ModelView):
    __name__ = 'tibillet.boxoffice.done'

    currency = fields.Many2One('currency.currency', "Currency", readonly=True)
    number = fields.Char("Sale", readonly=True)
    total = Monetary(
        "Total", currency='currency', digits='currency', readonly=True)
    change = Monetary(
        "Change to Give", currency='currency', digits='currency',
        readonly=True)


TO_PAY = {'invisible': Eval('total', 0) <= 0}
FREE = {'invisible': Eval('total', 0) > 0}


def get_start(model, view):
    "Return the first step of a wizard that sells"
    return StateView(model, view, [
            Button("Close", 'end', 'tryton-cancel'),
            Button("Free Entry", 'free', 'tryton-ok', states=FREE),
            Button("Several Payments", 'payment', 'tryton-list',
                states=TO_PAY),
            Button("Cheque", 'cheque', 'tryton-ok', states=TO_PAY),
            Button("Card", 'card', 'tryton-ok', states=TO_PAY),
            Button("Cash", 'cash', 'tryton-ok', default=True,
                states=TO_PAY),
            ])


class SellMixin:
    """A wizard that sells what its first step says, and prints the tickets

    Its get_items returns what is sold.
    """
    __slots__ = ()

    payment = StateView(
        'tibillet.boxoffice.payment',
        'tibillet_event.boxoffice_payment_view_form', [
            Button("Back", 'start', 'tryton-back'),
            Button("Sell", 'several', 'tryton-ok', default=True),
            ])
    cash = StateTransition()
    card = StateTransition()
    cheque = StateTransition()
    free = StateTransition()
    several = StateTransition()
    done = StateView(
        'tibillet.boxoffice.done',
        'tibillet_event.boxoffice_done_view_form', [
            Button("Print the Tickets", 'print_', 'tryton-print',
                default=True),
            ])
    print_ = StateReport('tibillet.ticket.roll')

    def get_start_values(self):
        "Return what each first step begins with"
        pool = Pool()
        Company = pool.get('company.company')
        Point = pool.get('sale.point')
        company = Company(Transaction().context['company'])
        point = Point.get_opened(company)
        return {
            'uuid': str(uuid.uuid4()),
            'company': company.id,
            'currency': company.currency.id,
            'point': point.id if point else None,
            }

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
                        ('company', '=', self.start.company.id)])],
            }

    def transition_cash(self):
        return self._sell(self._pay(
                'cash', self.start.received or None))

    def transition_card(self):
        return self._sell(self._pay('card'))

    def transition_cheque(self):
        return self._sell(self._pay('cheque'))

    def transition_free(self):
        return self._sell([])

    def transition_several(self):
        return self._sell([
                Paid(line.method.id, line.amount)
                for line in self.payment.lines if line.amount])

    def _pay(self, tender, amount=None):
        "Return the payment of the whole by the method of a tender"
        pool = Pool()
        Method = pool.get('sale.point.payment.method')
        method = Method.get_by_tender(self.start.company, tender)
        if not method:
            raise BoxOfficeMethodError(gettext(
                    'tibillet_event.msg_box_office_method_' + tender))
        if amount is None:
            amount = self.start.on_change_with_total()
        return [Paid(method.id, amount)]

    def _sell(self, payments):
        start, party = self.start, self.start.party
        if not start.point:
            raise BoxOfficeClosedError(
                gettext('tibillet_event.msg_box_office_closed'))
        person = Person(
            start.holder or (party.rec_name if party else None),
            party.id if party else None)
        sale = ticket_writer.sell(
            start.point, start.uuid, list(self.get_items()), payments,
            'counter', person).sale
        if not sale or not sale.change:
            return 'print_'
        self.done.currency = start.currency
        self.done.number = sale.number
        self.done.total = sale.total
        self.done.change = sale.change
        return 'done'

    def default_done(self, fields):
        return {
            'currency': self.done.currency.id,
            'number': self.done.number,
            'total': self.done.total,
            'change': self.done.change,
            }

    def do_print_(self, action):
        pool = Pool()
        Operation = pool.get('tibillet.ticket.operation')
        ids = [o.ticket.id for o in Operation.search([
                    ('request', '=', self.start.uuid),
                    ], order=[('rank', 'ASC')])]
        return action, {'id': ids[0], 'ids': ids}

    def transition_print_(self):
        return 'end'


def choose_seats(performance, quantity):
    """Return the ids of the best seats side by side

    None where there are enough places without a number.
    """
    if not performance.is_seated:
        return None
    known = performance.get_unnumbered()
    if known['quantity'] - known['taken'] >= quantity:
        return None
    seats = [p.id for p in performance.propose_seats(quantity)]
    check_seats(seats, quantity)
    return seats


def check_seats(seats, quantity):
    "Refuse more or fewer seats than tickets"
    if len(seats) != quantity:
        raise BoxOfficeSeatsError(gettext(
                'tibillet_event.msg_box_office_seats',
                chosen=len(seats), quantity=quantity))
