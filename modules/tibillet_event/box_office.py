"""Sell tickets to who stands at the counter: choose, be paid, print."""
import uuid
from decimal import Decimal

from tibillet_base import tools
from tibillet_base.till_writer import Paid

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction
from trytond.wizard import (
    Button, StateReport, StateTransition, StateView, Wizard)

from . import box_office_code, ticket_writer
from .exceptions import (
    BoxOfficeClosedError, BoxOfficeMethodError, BoxOfficeSeatsError)
from .ticket_writer import Item, Person

ZERO = Decimal(0)
# Clients do not send back what is readonly by itself.
_SHOWN = {'readonly': True}


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    _reader_buttons = {'sell_tickets'}

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons['sell_tickets'] = {
            'invisible': Eval('state') != 'on_sale',
            'icon': 'tryton-sale',
            'depends': ['state'],
            }

    @property
    def is_seated(self):
        "Tell whether it has named seats"
        pool = Pool()
        Place = pool.get('tibillet.place')
        return bool(Place.search([
                    ('performance', '=', self.id),
                    ('seat', '!=', None),
                    ], order=[], limit=1))

    @classmethod
    @ModelView.button_action('tibillet_event.wizard_box_office')
    def sell_tickets(cls, performances):
        pass


class BoxOfficeStart(ModelView):
    __name__ = 'tibillet.boxoffice.start'

    uuid = fields.Char("Identifier", states=_SHOWN)
    company = fields.Many2One('company.company', "Company", states=_SHOWN)
    currency = fields.Many2One('currency.currency', "Currency", states=_SHOWN)
    point = fields.Many2One(
        'sale.point', "Till",
        domain=[
            ('company', '=', Eval('company', -1)),
            ('state', '=', 'open'),
            ],
        help="Nothing is sold before one is open.")
    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True,
        domain=[
            ('state', '=', 'on_sale'),
            ])
    places_free = fields.Function(
        fields.Integer("Free Places"), 'on_change_with_places_free')
    lines = fields.One2Many(
        'tibillet.boxoffice.line', None, "Tariffs")
    seated = fields.Boolean("Named Seats", states=_SHOWN)
    seats = fields.Many2Many(
        'tibillet.place', None, None, "Seats",
        domain=[
            ('performance', '=', Eval('performance', -1)),
            ('state', '=', 'free'),
            ('seat', '!=', None),
            ],
        states={
            'invisible': ~Eval('seated'),
            },
        help="Leave empty to take the best ones side by side.")
    code = fields.Char("Code", help="Of a promotion.")
    code_says = fields.Function(fields.Text(
            "What the Code Does",
            states={
                'invisible': ~Eval('code_says'),
                }),
        'on_change_with_code_says')
    holder = fields.Char("Name", help="Leave empty to sell to anybody.")
    party = fields.Many2One(
        'party.party', "Party",
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    total = fields.Function(Monetary(
            "To Pay", currency='currency', digits='currency'),
        'on_change_with_total')
    received = Monetary(
        "Received in Cash", currency='currency', digits='currency',
        help="Leave empty when it is the exact amount.")
    change = fields.Function(Monetary(
            "Change", currency='currency', digits='currency'),
        'on_change_with_change')

    @fields.depends(
        'performance', '_parent_performance.places_free')
    def on_change_with_places_free(self, name=None):
        return self.performance.places_free if self.performance else None

    @fields.depends(methods=['_set_performance', 'on_change_code'])
    def on_change_performance(self):
        self._set_performance()
        self.on_change_code()

    @fields.depends('performance', 'currency', 'lines', 'seated', 'seats')
    def _set_performance(self):
        pool = Pool()
        Line = pool.get('tibillet.boxoffice.line')
        self.seats = []
        self.seated = False
        self.lines = []
        if self.performance:
            self.seated = self.performance.is_seated
            self.lines = [
                Line(**values) for values in _get_lines(
                    self.performance, self.currency)]

    @fields.depends('code', 'performance', 'lines')
    def on_change_code(self):
        pool = Pool()
        Promotion = pool.get('tibillet.promotion')
        taken, _ = box_office_code.read(
            self.code, self.performance, self.tariffs)
        for line in self.lines or []:
            rule = taken.get(line.tariff)
            line.promotion = Promotion(rule.id) if rule else None
            if line.tariff and not line.free_price:
                line.price = line.tariff.get_price(promotion=rule).paid
            line.amount = line.on_change_with_amount()
        self.lines = self.lines

    @fields.depends('code', 'performance', 'lines', 'currency')
    def on_change_with_code_says(self, name=None):
        taken, refused = box_office_code.read(
            self.code, self.performance, self.tariffs)
        return box_office_code.say(taken, refused, self.currency)

    @property
    def tariffs(self):
        return [line.tariff for line in self.lines or [] if line.tariff]

    @fields.depends('lines')
    def on_change_with_total(self, name=None):
        return sum((line.amount or ZERO for line in self.lines or []), ZERO)

    @fields.depends('received', methods=['on_change_with_total'])
    def on_change_with_change(self, name=None):
        if self.received:
            return max(self.received - self.on_change_with_total(), ZERO)


class BoxOfficeLine(ModelView):
    __name__ = 'tibillet.boxoffice.line'

    currency = fields.Many2One('currency.currency', "Currency", states=_SHOWN)
    tariff = fields.Many2One('tibillet.tariff', "Tariff", states=_SHOWN)
    free_price = fields.Boolean("Free Price", states=_SHOWN)
    promotion = fields.Many2One(
        'tibillet.promotion', "Promotion", states=_SHOWN)
    price = Monetary(
        "Price", currency='currency', digits='currency',
        states={
            'readonly': ~Eval('free_price'),
            })
    quantity = fields.Integer(
        "Places", domain=['OR',
            ('quantity', '=', None),
            ('quantity', '>=', 0),
            ])
    proof = fields.Char("Proof to Look at", states=_SHOWN)
    amount = fields.Function(Monetary(
            "Amount", currency='currency', digits='currency'),
        'on_change_with_amount')

    @fields.depends('tariff', 'free_price', 'promotion', 'price', 'quantity')
    def on_change_with_amount(self, name=None):
        if not self.tariff or not self.quantity:
            return ZERO
        price = self.price if self.free_price else None
        rule = self.promotion.get_rule() if self.promotion else None
        return self.tariff.get_price(price, rule).paid * self.quantity


class BoxOfficePayment(ModelView):
    __name__ = 'tibillet.boxoffice.payment'

    company = fields.Many2One('company.company', "Company", states=_SHOWN)
    currency = fields.Many2One('currency.currency', "Currency", states=_SHOWN)
    total = Monetary(
        "To Pay", currency='currency', digits='currency', states=_SHOWN)
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

    currency = fields.Many2One('currency.currency', "Currency", states=_SHOWN)
    method = fields.Many2One(
        'sale.point.payment.method', "Method", required=True,
        states=_SHOWN)
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


_TO_PAY = {'invisible': Eval('total', 0) <= 0}
_FREE = {'invisible': Eval('total', 0) > 0}


class BoxOffice(Wizard):
    __name__ = 'tibillet.boxoffice'

    start = StateView(
        'tibillet.boxoffice.start',
        'tibillet_event.boxoffice_start_view_form', [
            Button("Close", 'end', 'tryton-cancel'),
            Button("Free Entry", 'free', 'tryton-ok', states=_FREE),
            Button("Several Payments", 'payment', 'tryton-list',
                states=_TO_PAY),
            Button("Cheque", 'cheque', 'tryton-ok', states=_TO_PAY),
            Button("Card", 'card', 'tryton-ok', states=_TO_PAY),
            Button("Cash", 'cash', 'tryton-ok', default=True,
                states=_TO_PAY),
            ])
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

    def default_start(self, fields):
        pool = Pool()
        Company = pool.get('company.company')
        Point = pool.get('sale.point')
        company = Company(Transaction().context['company'])
        performance = self._get_performance()
        point = Point.get_opened(company)
        values = {
            'uuid': str(uuid.uuid4()),
            'company': company.id,
            'currency': company.currency.id,
            'point': point.id if point else None,
            }
        if performance:
            values['performance'] = performance.id
            values['seated'] = performance.is_seated
            values['lines'] = _get_lines(performance, company.currency)
        return values

    def _get_performance(self):
        "Return the one that was clicked on, else the next one"
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        if self.model == Performance and self.record:
            return self.record
        performances = Performance.search([
                ('state', '=', 'on_sale'),
                ('end', '>', tools.now()),
                ], order=[('start', 'ASC')], limit=1)
        return performances[0] if performances else None

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
        methods = Method.search([
                ('company', '=', self.start.company.id),
                ('tender', '=', tender),
                ], limit=1)
        if not methods:
            raise BoxOfficeMethodError(gettext(
                    'tibillet_event.msg_box_office_method_' + tender))
        if amount is None:
            amount = self.start.on_change_with_total()
        return [Paid(methods[0].id, amount)]

    def _sell(self, payments):
        start, party = self.start, self.start.party
        if not start.point:
            raise BoxOfficeClosedError(
                gettext('tibillet_event.msg_box_office_closed'))
        person = Person(
            start.holder or (party.rec_name if party else None),
            party.id if party else None)
        sale = ticket_writer.sell(
            start.point, start.uuid, list(self._get_items()), payments,
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

    def _get_items(self):
        lines = [line for line in self.start.lines if line.quantity]
        code = self.start.code or None
        # Who types a code that is for none of these tariffs is told why.
        is_taken = any(line.promotion for line in lines)
        seats = self._get_seats(sum(line.quantity for line in lines))
        for line in lines:
            price = None
            if line.free_price:
                price = line.price
            some = None
            if seats is not None:
                some = tuple(seats[:line.quantity])
                seats = seats[line.quantity:]
            yield Item(
                self.start.performance.id, line.tariff.id, line.quantity,
                price, seats=some,
                code=code if line.promotion or not is_taken else None)

    def _get_seats(self, quantity):
        "Return the ids of the seats, None where there are none to choose"
        performance = self.start.performance
        if not self.start.seated or not quantity:
            return None
        seats = [s.id for s in self.start.seats or []]
        if not seats:
            known = performance.get_unnumbered()
            if known['quantity'] - known['taken'] >= quantity:
                return None
            seats = [p.id for p in performance.propose_seats(quantity)]
        if len(seats) != quantity:
            raise BoxOfficeSeatsError(gettext(
                    'tibillet_event.msg_box_office_seats',
                    chosen=len(seats), quantity=quantity))
        return seats

    def do_print_(self, action):
        pool = Pool()
        Operation = pool.get('tibillet.ticket.operation')
        ids = [o.ticket.id for o in Operation.search([
                    ('request', '=', self.start.uuid),
                    ], order=[('rank', 'ASC')])]
        return action, {'id': ids[0], 'ids': ids}

    def transition_print_(self):
        return 'end'


def _get_lines(performance, currency):
    "Return the values of a line for each tariff of the counter"
    pool = Pool()
    Tariff = pool.get('tibillet.tariff')
    now = tools.now()
    tariffs = Tariff.search([
            ('event', '=', performance.event.id),
            ['OR',
                ('performances', '=', None),
                ('performances', '=', performance.id),
                ],
            ])
    return [{
            'tariff': tariff.id,
            'currency': currency.id,
            'free_price': tariff.free_price,
            'price': (
                tariff.price if tariff.free_price
                else tariff.get_price().paid),
            'proof': tariff.proof,
            } for tariff in tariffs
        if not tariff.get_rule().get_closed('counter', now)]
