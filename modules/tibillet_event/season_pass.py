"""Season passes: several performances for one price, a ticket for each."""
from sql import Literal
from sql.operators import Exists
from tibillet_base import tools
from tibillet_base.of_company import OfCompanyMixin

from trytond.i18n import gettext
from trytond.model import DeactivableMixin, ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction

from . import limited
from .exceptions import (
    PassBegunError, PassChannelError, PassDateError, PassPastError,
    PassSoldOutError, PassSoonError, PassValidationError, PassWindowError)
from .limited import LimitedMixin
from .pass_rule import ExchangeRule, PassDate, PassRule, RefundRule
from .tariff import CHANNELS, on_clock
from .tariff_price import ZERO

_REFUSALS = {
    'channel': PassChannelError,
    'soon': PassSoonError,
    'over': PassWindowError,
    'past': PassPastError,
    'begun': PassBegunError,
    }


def hours_before(label, when, **states):
    "Return a field of hours before the start of a performance"
    return fields.Integer(
        label,
        domain=['OR',
            (when, '=', None),
            (when, '>=', 0),
            ],
        states=states,
        help="In hours before the start. Leave empty until the start.")


class Pass(
        LimitedMixin, OfCompanyMixin, DeactivableMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.pass'
    __string__ = "Pass"

    name = fields.Char("Name", required=True, translate=True)
    company = fields.Many2One(
        'company.company', "Organiser", required=True, ondelete='RESTRICT',
        states={
            'readonly': Eval('id', -1) >= 0,
            })
    price = Monetary(
        "Price", currency='currency', digits='currency', required=True,
        help="Tax included, for all its dates.")
    dates = fields.One2Many(
        'tibillet.pass.performance', 'season_pass', "Dates",
        order=[('performance.start', 'ASC'), ('id', 'ASC')])
    late = fields.Selection([
            ('prorata', "Less for Each Date"),
            ('full', "The Whole Price"),
            ('closed', "Not Sold Any More"),
            ], "When Dates Have Passed", required=True, sort=False,
        help="A date that was called off is always taken off the price.")
    channels = fields.MultiSelection(
        [c for c in CHANNELS if c[0] != 'quotation'], "Sold",
        required=True, sort=False)
    start = fields.DateTime(
        "On Sale From",
        domain=[
            If(Eval('start') & Eval('end'),
                ('start', '<=', Eval('end')), ()),
            ],
        help="Leave empty to sell at once.")
    end = fields.DateTime(
        "On Sale Until",
        help="Leave empty to sell as long as a date is to come.")
    exchange = fields.Selection([
            ('none', "No"),
            ('event', "For Another Date of the Show"),
            ('any', "For Any Date with a Tariff of Passes"),
            ], "Exchange of a Date", required=True, sort=False)
    exchange_hours = hours_before(
        "Exchanged Until", 'exchange_hours',
        invisible=Eval('exchange') == 'none')
    exchange_number = fields.Integer(
        "Exchanges per Pass",
        domain=['OR',
            ('exchange_number', '=', None),
            ('exchange_number', '>', 0),
            ],
        states={
            'invisible': Eval('exchange') == 'none',
            },
        help="Leave empty for no limit.")
    refund = fields.Selection([
            ('none', "No"),
            ('whole', "The Whole Pass, before its First Date"),
            ('date', "Each Date by Itself"),
            ], "Given Back", required=True, sort=False,
        help="A date that was called off is always given back.")
    refund_hours = hours_before(
        "Given Back Until", 'refund_hours',
        invisible=Eval('refund') == 'none')
    price_now = fields.Function(Monetary(
            "Price Now", currency='currency', digits='currency',
            help="Of the dates that are left; empty when it is not sold."),
        'get_price_now')
    sales = fields.One2Many(
        'tibillet.pass.sale', 'season_pass', "Sold Passes", readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('name', 'ASC'), ('id', 'ASC')]
        cls.number.help = (
            "The most passes sold. Leave empty for no limit.")
        cls.used.string = "Sold Until Now"
        cls.used.help = "Passes with a valid ticket."

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_channels(cls):
        return ['counter']

    @classmethod
    def default_late(cls):
        return 'prorata'

    @classmethod
    def default_exchange(cls):
        return 'none'

    @classmethod
    def default_refund(cls):
        return 'none'

    def get_price_now(self, name):
        rule, now = self.get_rule(), tools.now()
        if rule.get_refusal(next(iter(rule.channels), None), now) is None:
            return sum(p for p in rule.get_parts(now) if p is not None)

    @classmethod
    def get_uses(cls):
        sale = tools.table('tibillet.pass.sale')
        ticket = tools.table('tibillet.ticket')
        return sale, sale.season_pass, Exists(ticket.select(
                Literal(1),
                where=(ticket.pass_sale == sale.id)
                & (ticket.state == 'valid')))

    @classmethod
    def validate_fields(cls, passes, field_names):
        super().validate_fields(passes, field_names)
        for season_pass in passes:
            if season_pass.price < 0:
                raise PassValidationError(gettext(
                        'tibillet_event.msg_pass_price',
                        season_pass=season_pass.rec_name))

    @classmethod
    def copy(cls, passes, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('sales')
        return super().copy(passes, default=default)

    def get_rule(self):
        return PassRule(
            self.price, tuple(
                PassDate(
                    d.performance.id, d.performance.start,
                    max(d.value or ZERO, ZERO),
                    d.performance.state == 'cancelled')
                for d in self.dates),
            frozenset((self.active and self.channels) or []),
            self.late, self.start, self.end, self.currency.rounding)

    @property
    def exchange_rule(self):
        return ExchangeRule(
            self.exchange, self.exchange_hours or 0, self.exchange_number)

    @property
    def refund_rule(self):
        return RefundRule(self.refund, self.refund_hours or 0)

    def refuse(self, refusal):
        "Say why it is not sold, see PassRule.get_refusal"
        values = {'season_pass': self.rec_name}
        if refusal == 'soon':
            values['start'] = self._on_clock(self.start)
        elif refusal == 'over':
            values['end'] = self._on_clock(self.end)
        raise _REFUSALS[refusal](gettext(
                f'tibillet_event.msg_pass_{refusal}', **values))

    def _on_clock(self, instant):
        return on_clock(instant, self.dates[0].performance)


def take(id_, quantity):
    "Count the passes that are sold, refuse more than there are"
    pool = Pool()
    Pass = pool.get('tibillet.pass')
    if not limited.take(Pass, id_, quantity):
        season_pass = Pass(id_)
        raise PassSoldOutError(gettext(
                'tibillet_event.msg_pass_sold_out',
                season_pass=season_pass.rec_name,
                number=season_pass.number, left=season_pass.left))


class PassPerformance(ModelSQL, ModelView):
    __name__ = 'tibillet.pass.performance'
    __string__ = "Pass Performance"

    season_pass = fields.Many2One(
        'tibillet.pass', "Pass", required=True, ondelete='CASCADE')
    company = fields.Function(
        fields.Many2One('company.company', "Organiser"),
        'on_change_with_company')
    currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"), 'on_change_with_currency')
    event = fields.Function(
        fields.Many2One('tibillet.event', "Event"), 'on_change_with_event')
    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True,
        ondelete='RESTRICT',
        domain=[
            ('event.company', '=', Eval('company', -1)),
            ])
    tariff = fields.Many2One(
        'tibillet.tariff', "Tariff", required=True, ondelete='RESTRICT',
        domain=[
            ('event', '=', Eval('event', -1)),
            ('kind', '=', 'pass'),
            ],
        help="Of the kind Pass: its product and its limits are used.")
    value = Monetary(
        "Usual Price", currency='currency', digits='currency', required=True,
        help="The price of the pass is divided as these prices are.")
    part = fields.Function(Monetary(
            "Part Now", currency='currency', digits='currency',
            help="Of the price, for who buys the pass now."), 'get_part')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls.__access__.add('season_pass')
        cls._sql_constraints += [
            ('performance_unique',
                Unique(table, table.season_pass, table.performance),
                'tibillet_event.msg_pass_performance_unique'),
            ]

    @fields.depends('season_pass', '_parent_season_pass.company')
    def on_change_with_company(self, name=None):
        return self.season_pass.company if self.season_pass else None

    @fields.depends('season_pass', '_parent_season_pass.company')
    def on_change_with_currency(self, name=None):
        if self.season_pass and self.season_pass.company:
            return self.season_pass.company.currency

    @fields.depends('performance')
    def on_change_with_event(self, name=None):
        return self.performance.event if self.performance else None

    @fields.depends('performance', 'tariff')
    def on_change_performance(self):
        self.event = self.on_change_with_event()
        if self.tariff and self.tariff.event != self.event:
            self.tariff = None
        if self.performance and not self.tariff:
            self.tariff = self.performance.get_pass_tariff()
            self.on_change_tariff()

    @fields.depends('tariff')
    def on_change_tariff(self):
        if self.tariff:
            self.value = self.tariff.price

    @classmethod
    def get_part(cls, dates, name):
        parts = dict.fromkeys(d.id for d in dates)
        now = tools.now()
        for season_pass in {d.season_pass for d in dates}:
            rule = season_pass.get_rule()
            if any(rule.get_left(now)):
                parts.update(
                    (d.id, p) for d, p in zip(
                        season_pass.dates, rule.get_parts(now), strict=True)
                    if d.id in parts)
        return parts

    def get_rec_name(self, name):
        return self.performance.rec_name

    @classmethod
    def validate_fields(cls, dates, field_names):
        super().validate_fields(dates, field_names)
        for date in dates:
            problem = date._get_problem()
            if problem:
                raise PassDateError(gettext(
                        f'tibillet_event.msg_pass_date_{problem}',
                        performance=date.performance.rec_name,
                        tariff=date.tariff.name))

    def _get_problem(self):
        if self.value < 0:
            return 'value'
        if not self.tariff.is_of(self.performance):
            return 'tariff'
        if self.tariff.free_price or self.tariff.fee_mode != 'none':
            return 'fee'
