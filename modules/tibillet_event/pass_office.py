"""Sell season passes at the counter."""
from decimal import Decimal

from tibillet_base import tools
from tibillet_base.counter import CounterStartMixin, get_start_values
from tibillet_base.tools import SHOWN

from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.wizard import Wizard

from .box_office_payment import SellMixin, choose_seats, get_start
from .exceptions import PassError
from .pass_lot import PassItem

ZERO = Decimal(0)


class Pass(metaclass=PoolMeta):
    __name__ = 'tibillet.pass'

    _reader_buttons = {'sell'}

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons['sell'] = {
            'invisible': ~Eval('active', True),
            'icon': 'tryton-sale',
            'depends': ['active'],
            }

    @classmethod
    @ModelView.button_action('tibillet_event.wizard_pass_office')
    def sell(cls, passes):
        pass


class PassOfficeStart(CounterStartMixin, ModelView):
    __name__ = 'tibillet.pass.office.start'
    __string__ = "Pass Office Start"

    season_pass = fields.Many2One('tibillet.pass', "Pass", required=True)
    quantity = fields.Integer(
        "Passes", required=True,
        domain=[
            ('quantity', '>', 0),
            ])
    dates = fields.One2Many(
        'tibillet.pass.office.date', None, "Dates", states=SHOWN)
    says = fields.Function(fields.Text(
            "Why it Is not Sold",
            states={
                'invisible': ~Eval('says'),
                }),
        'on_change_with_says')
    price = fields.Function(Monetary(
            "Price of a Pass", currency='currency', digits='currency'),
        'on_change_with_price')
    holder = fields.Char("Name", help="Whom the tickets are for.")
    party = fields.Many2One(
        'party.party', "Party",
        context={
            'company': Eval('company', -1),
            'buyer': True,
            },
        depends=['company'])

    @fields.depends('season_pass', 'currency', 'dates')
    def on_change_season_pass(self):
        pool = Pool()
        Date = pool.get('tibillet.pass.office.date')
        self.dates = []
        if self.season_pass:
            self.dates = [
                Date(**values)
                for values in get_dates(self.season_pass, self.currency)]

    @fields.depends('season_pass')
    def on_change_with_says(self, name=None):
        if not self.season_pass:
            return None
        refusal = self.season_pass.get_rule().get_refusal(
            'counter', tools.now())
        if not refusal:
            return None
        try:
            self.season_pass.refuse(refusal)
        except PassError as error:
            return error.message

    @fields.depends('dates')
    def on_change_with_price(self, name=None):
        return sum((date.part or ZERO for date in self.dates or []), ZERO)

    @fields.depends('quantity', methods=['on_change_with_price'])
    def on_change_with_total(self, name=None):
        return self.on_change_with_price() * max(self.quantity or 0, 0)


class PassOfficeDate(ModelView):
    __name__ = 'tibillet.pass.office.date'
    __string__ = "Pass Office Date"

    currency = fields.Many2One('currency.currency', "Currency", states=SHOWN)
    performance = fields.Many2One(
        'tibillet.performance', "Performance", states=SHOWN)
    tariff = fields.Many2One('tibillet.tariff', "Tariff", states=SHOWN)
    places_free = fields.Integer("Free Places", states=SHOWN)
    part = Monetary(
        "Part of the Price", currency='currency', digits='currency',
        states=SHOWN, help="Empty for a date that is not in it any more.")


class PassOffice(SellMixin, Wizard):
    __name__ = 'tibillet.pass.office'

    start = get_start(
        'tibillet.pass.office.start',
        'tibillet_event.pass_office_start_view_form')

    def default_start(self, fields):
        pool = Pool()
        Currency = pool.get('currency.currency')
        values = get_start_values()
        values['quantity'] = 1
        season_pass = self._get_pass()
        if season_pass:
            values['season_pass'] = season_pass.id
            values['dates'] = get_dates(
                season_pass, Currency(values['currency']))
        return values

    def _get_pass(self):
        "Return the one that was clicked on, else the only one that is sold"
        pool = Pool()
        Pass = pool.get('tibillet.pass')
        if self.model == Pass and self.record:
            return self.record
        now = tools.now()
        sold = [
            p for p in Pass.search([])
            if not p.get_rule().get_refusal('counter', now)]
        return sold[0] if len(sold) == 1 else None

    def get_items(self):
        start = self.start
        seats = []
        for date in start.dates:
            if date.part is not None:
                some = choose_seats(date.performance, start.quantity)
                if some is not None:
                    seats.append((date.performance.id, tuple(some)))
        yield PassItem(start.season_pass.id, start.quantity, tuple(seats))


def get_dates(season_pass, currency):
    "Return the values of a line for each date of a pass"
    rule, now = season_pass.get_rule(), tools.now()
    parts = [None] * len(season_pass.dates)
    if not rule.get_refusal('counter', now):
        parts = rule.get_parts(now)
    return [{
            'performance': date.performance.id,
            'tariff': date.tariff.id,
            'currency': currency.id,
            'places_free': date.performance.places_free,
            'part': part,
            } for date, part in zip(season_pass.dates, parts, strict=True)]
