"""Codes that take something off the price of tickets."""
from decimal import Decimal

from sql.aggregate import Sum
from tibillet_base import tools
from tibillet_base.of_company import OfCompanyMixin

from trytond.cache import Cache
from trytond.i18n import gettext
from trytond.model import DeactivableMixin, ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction, without_check_access

from tibillet.money import half_up

from . import limited
from .exceptions import (
    PromotionChannelError, PromotionPerformanceError, PromotionSoonError,
    PromotionTariffError, PromotionUnknownError, PromotionUsedError,
    PromotionValidationError, PromotionWindowError)
from .limited import LimitedMixin
from .promotion_rule import PromotionRule, normal
from .tariff import CHANNELS, RATE_DIGITS, on_clock

ZERO = Decimal(0)
KINDS = [
    ('percent', "Percentage Off"),
    ('amount', "Amount Off"),
    ('set', "Price"),
    ]
_REFUSALS = {
    'performance': PromotionPerformanceError,
    'tariff': PromotionTariffError,
    'channel': PromotionChannelError,
    'soon': PromotionSoonError,
    'over': PromotionWindowError,
    }


class Promotion(
        LimitedMixin, OfCompanyMixin, DeactivableMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.promotion'
    __string__ = "Promotion"
    _rec_name = 'code'

    code = fields.Char(
        "Code", required=True,
        help="Capitals, small letters and spaces are all the same.")
    name = fields.Char("Name", help="Whom it is for, or what it is about.")
    company = fields.Many2One(
        'company.company', "Organiser", required=True, ondelete='RESTRICT',
        states={
            'readonly': Eval('id', -1) >= 0,
            })
    kind = fields.Selection(KINDS, "Kind", required=True, sort=False)
    rate = fields.Numeric(
        "Taken Off", digits=RATE_DIGITS,
        states={
            'invisible': Eval('kind') != 'percent',
            'required': Eval('kind') == 'percent',
            },
        help="A part of the price.")
    amount = Monetary(
        "Amount", currency='currency', digits='currency',
        states={
            'invisible': Eval('kind') == 'percent',
            'required': Eval('kind') != 'percent',
            },
        help="Tax included: what is taken off, or the price itself.")
    channels = fields.MultiSelection(
        CHANNELS, "Taken", required=True, sort=False)
    start = fields.DateTime(
        "From",
        domain=[
            If(Eval('start') & Eval('end'),
                ('start', '<=', Eval('end')), ()),
            ],
        help="Leave empty to take it at once.")
    end = fields.DateTime(
        "Until", help="Leave empty to take it as long as tickets are sold.")
    events = fields.Many2Many(
        'tibillet.promotion-tibillet.event', 'promotion', 'event', "Events",
        domain=[
            ('company', '=', Eval('company', -1)),
            ])
    performances = fields.Many2Many(
        'tibillet.promotion-tibillet.performance', 'promotion',
        'performance', "Performances",
        domain=[
            ('event.company', '=', Eval('company', -1)),
            ])
    tariffs = fields.Many2Many(
        'tibillet.promotion-tibillet.tariff', 'promotion', 'tariff',
        "Tariffs",
        domain=[
            ('event.company', '=', Eval('company', -1)),
            ('kind', 'not in', ['free', 'pass']),
            ('free_price', '!=', True),
            ])
    taken_off = fields.Function(Monetary(
            "Taken Off in All", currency='currency', digits='currency',
            help="What the valid tickets would have cost more."),
        'get_taken_off')

    _rules_cache = Cache('tibillet.promotion.rules', context=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('code_unique', Unique(table, table.company, table.code),
                'tibillet_event.msg_promotion_code_unique'),
            ]
        cls._order = [('code', 'ASC'), ('id', 'ASC')]
        cls.number.help = (
            "The most tickets sold with the code. Leave empty for no limit.")
        cls.used.help = "The valid tickets that were sold with it."

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_kind(cls):
        return 'percent'

    @classmethod
    def default_channels(cls):
        return ['online', 'counter']

    def get_rec_name(self, name):
        return f'{self.code} – {self.name}' if self.name else self.code

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('code', *clause[1:]),
            ('name', *clause[1:]),
            ]

    @classmethod
    def get_uses(cls):
        ticket = tools.table('tibillet.ticket')
        return ticket, ticket.promotion, ticket.state == 'valid'

    @classmethod
    def get_taken_off(cls, promotions, name):
        ticket = tools.table('tibillet.ticket')
        quantums = {p.id: p.currency.rounding for p in promotions}
        found = dict.fromkeys(quantums, ZERO)
        statement = tools.cursor()
        for some in tools.sliced(list(found)):
            statement.execute(*ticket.select(
                    ticket.promotion, Sum(ticket.price_before - ticket.paid),
                    where=fields.SQL_OPERATORS['in'](
                        ticket.promotion, list(some))
                    & (ticket.state == 'valid'),
                    group_by=ticket.promotion))
            # SQLite sums floats.
            found.update(
                (id_, half_up(Decimal(str(amount)), quantums[id_]))
                for id_, amount in statement)
        return found

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        if values.get('code'):
            values['code'] = normal(values['code'])
        if values.get('kind') == 'percent':
            values['amount'] = None
        elif values.get('kind'):
            values['rate'] = None
        return values

    @classmethod
    def validate_fields(cls, promotions, field_names):
        super().validate_fields(promotions, field_names)
        for promotion in promotions:
            problem = promotion._get_problem()
            if problem:
                raise PromotionValidationError(gettext(
                        f'tibillet_event.msg_promotion_{problem}',
                        code=promotion.code))

    def _get_problem(self):
        if self.kind == 'percent':
            if not 0 < (self.rate or 0) <= 1:
                return 'rate'
        elif self.kind == 'amount':
            if (self.amount or 0) <= 0:
                return 'amount'
        elif (self.amount or 0) < 0:
            return 'price'

    @classmethod
    def on_modification(cls, mode, promotions, field_names=None):
        super().on_modification(mode, promotions, field_names=field_names)
        cls._rules_cache.clear()

    @classmethod
    def copy(cls, promotions, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('code', lambda data: _free_code(cls, data))
        return super().copy(promotions, default=default)

    def get_rule(self):
        return PromotionRule(
            self.id, self.code, self.kind,
            self.rate if self.kind == 'percent' else self.amount,
            frozenset(self.channels or []),
            *(frozenset(r.id for r in getattr(self, name))
                for name in ['events', 'performances', 'tariffs']),
            self.start, self.end)

    @classmethod
    @without_check_access
    def find(cls, code, company):
        """Return the PromotionRule of a code of an organiser

        Raise PromotionUnknownError if there is none.
        """
        key = (company, normal(code))
        rule = cls._rules_cache.get(key)
        if rule is None:
            found = cls.search([
                    ('company', '=', company),
                    ('code', '=', key[1]),
                    ])
            if not found:
                raise PromotionUnknownError(gettext(
                        'tibillet_event.msg_promotion_unknown', code=code))
            rule = cls._rules_cache.set(key, found[0].get_rule())
        return rule

    def refuse(self, refusal, performance, tariff):
        "Say why a code is refused, see PromotionRule.get_refusal"
        values = {
            'code': self.code,
            'performance': performance.rec_name,
            'tariff': tariff.name,
            }
        if refusal == 'soon':
            values['start'] = on_clock(self.start, performance)
        elif refusal == 'over':
            values['end'] = on_clock(self.end, performance)
        raise _REFUSALS[refusal](gettext(
                f'tibillet_event.msg_promotion_{refusal}', **values))


    def get_used_error(self):
        return PromotionUsedError(gettext(
                'tibillet_event.msg_promotion_used',
                code=self.code, number=self.number, left=self.left))


def _free_code(Promotion, data):
    "Return a code that no other promotion has"
    number = 2
    while True:
        code = f"{data['code']}-{number}"
        if not Promotion.search([
                    ('company', '=', data['company']),
                    ('code', '=', code),
                    ('active', 'in', [True, False]),
                    ], limit=1):
            return code
        number += 1


def take(id_, quantity):
    "Count the uses of a promotion, refuse more than it allows"
    pool = Pool()
    Promotion = pool.get('tibillet.promotion')
    if not limited.take(Promotion, id_, quantity):
        raise Promotion(id_).get_used_error()


# Without the last of what it is for, a code would be taken everywhere: that
# is not deleted before the code is changed.


class PromotionEvent(ModelSQL):
    __name__ = 'tibillet.promotion-tibillet.event'
    __string__ = "Promotion - Event"

    promotion = fields.Many2One(
        'tibillet.promotion', "Promotion", required=True, ondelete='CASCADE')
    event = fields.Many2One(
        'tibillet.event', "Event", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('promotion')


class PromotionPerformance(ModelSQL):
    __name__ = 'tibillet.promotion-tibillet.performance'
    __string__ = "Promotion - Performance"

    promotion = fields.Many2One(
        'tibillet.promotion', "Promotion", required=True, ondelete='CASCADE')
    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True,
        ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('promotion')


class PromotionTariff(ModelSQL):
    __name__ = 'tibillet.promotion-tibillet.tariff'
    __string__ = "Promotion - Tariff"

    promotion = fields.Many2One(
        'tibillet.promotion', "Promotion", required=True, ondelete='CASCADE')
    tariff = fields.Many2One(
        'tibillet.tariff', "Tariff", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('promotion')
