"""Sell tickets to who stands at the counter: choose, be paid, print."""
from decimal import Decimal

from tibillet_base import tools
from tibillet_base.counter import CounterStartMixin, get_start_values
from tibillet_base.tools import SHOWN

from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.wizard import Wizard

from . import box_office_code
from .box_office_payment import SellMixin, check_seats, choose_seats, get_start
from .ticket_writer import Item

ZERO = Decimal(0)


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


class BoxOfficeStart(CounterStartMixin, ModelView):
    __name__ = 'tibillet.boxoffice.start'
    __string__ = "Box Office Start"

    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True,
        domain=[
            ('state', '=', 'on_sale'),
            ])
    places_free = fields.Function(
        fields.Integer("Free Places"), 'on_change_with_places_free')
    lines = fields.One2Many(
        'tibillet.boxoffice.line', None, "Tariffs")
    seated = fields.Boolean("Named Seats", states=SHOWN)
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
            'buyer': True,
            },
        depends=['company'])

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

    @fields.depends(
        'code', 'performance', 'lines',
        methods=['on_change_with_total', 'on_change_with_change'])
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
        # The client counts again what follows from what was typed only.
        self.total = self.on_change_with_total()
        self.change = self.on_change_with_change()

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


class BoxOfficeLine(ModelView):
    __name__ = 'tibillet.boxoffice.line'
    __string__ = "Box Office Line"

    currency = fields.Many2One('currency.currency', "Currency", states=SHOWN)
    tariff = fields.Many2One('tibillet.tariff', "Tariff", states=SHOWN)
    free_price = fields.Boolean("Free Price", states=SHOWN)
    promotion = fields.Many2One(
        'tibillet.promotion', "Promotion", states=SHOWN)
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
    proof = fields.Char("Proof to Look at", states=SHOWN)
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


class BoxOffice(SellMixin, Wizard):
    __name__ = 'tibillet.boxoffice'

    start = get_start(
        'tibillet.boxoffice.start', 'tibillet_event.boxoffice_start_view_form')

    def default_start(self, fields):
        values = get_start_values()
        performance = self._get_performance()
        if performance:
            currency = Pool().get('currency.currency')(values['currency'])
            values['performance'] = performance.id
            values['seated'] = performance.is_seated
            values['lines'] = _get_lines(performance, currency)
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

    def get_items(self):
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
        if not self.start.seated or not quantity:
            return None
        if self.start.seats:
            seats = [s.id for s in self.start.seats]
            check_seats(seats, quantity)
            return seats
        return choose_seats(self.start.performance, quantity)


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
