"""What a place costs, to whom, when and where it is sold."""
from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, ModelSQL, ModelView, fields, sequence_ordered)
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval, If
from trytond.transaction import Transaction

from . import schedule
from .exceptions import (
    TariffChannelError, TariffPerformanceError, TariffPriceError,
    TariffQuantityError, TariffSoonError, TariffValidationError,
    TariffWindowError)
from .tariff_price import ZERO
from .tariff_rule import Rule

CHANNELS = [
    ('online', "Online"),
    ('counter', "Counter"),
    ('partner', "Partner"),
    ('quotation', "Quotation"),
    ]
KINDS = [
    ('full', "Full Price"),
    ('reduced', "Reduced Price"),
    ('pass', "Pass"),
    ('free', "Free Entry"),
    ]
RATE_DIGITS = (16, 4)
# The error of each refusal of an order.
_REFUSALS = {
    'performance': TariffPerformanceError,
    'channel': TariffChannelError,
    'soon': TariffSoonError,
    'over': TariffWindowError,
    'order_min': TariffQuantityError,
    'order_max': TariffQuantityError,
    'price': TariffPriceError,
    'minimum': TariffPriceError,
    }


class Tariff(DeactivableMixin, sequence_ordered(), ModelSQL, ModelView):
    __name__ = 'tibillet.tariff'
    __string__ = "Tariff"

    name = fields.Char("Name", required=True, translate=True)
    event = fields.Many2One(
        'tibillet.event', "Event", required=True, ondelete='CASCADE',
        states={
            'readonly': Eval('id', -1) >= 0,
            })
    company = fields.Function(
        fields.Many2One('company.company', "Organiser"),
        'on_change_with_company', searcher='search_company')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    performances = fields.Many2Many(
        'tibillet.tariff-tibillet.performance', 'tariff', 'performance',
        "Performances",
        domain=[
            ('event', '=', Eval('event', -1)),
            ],
        help="Leave empty for all the performances of the event.")
    kind = fields.Selection(
        KINDS, "Kind", required=True, sort=False,
        help="As the receipts of a show are declared.")
    product = fields.Many2One(
        'product.product', "Product", ondelete='RESTRICT',
        domain=[
            ('type', '=', 'service'),
            ],
        context={
            'company': Eval('company', -1),
            },
        depends=['company'],
        help="What sales call the place; its accounts are used.")
    price = Monetary(
        "Price", currency='currency', digits='currency', required=True,
        states={
            'readonly': Eval('kind') == 'free',
            },
        help="Tax included. When the buyer chooses, it is the suggestion.")
    free_price = fields.Boolean(
        "Free Price",
        states={
            'invisible': Eval('kind') == 'free',
            },
        help="Check if the buyer chooses what to pay.")
    minimum = Monetary(
        "Minimum", currency='currency', digits='currency',
        states={
            'invisible': ~Eval('free_price'),
            'required': Bool(Eval('free_price')),
            },
        help="The least that a buyer pays when choosing.")
    fee_mode = fields.Selection([
            ('none', "None"),
            ('added', "Added to the Price"),
            ('absorbed', "Within the Price"),
            ], "Service Fee", required=True, sort=False,
        states={
            'invisible': Eval('kind') == 'free',
            })
    fee_fixed = Monetary(
        "Fee per Place", currency='currency', digits='currency',
        states={
            'invisible': Eval('fee_mode', 'none') == 'none',
            })
    fee_rate = fields.Numeric(
        "Fee Rate", digits=RATE_DIGITS,
        domain=['OR',
            ('fee_rate', '=', None),
            [
                ('fee_rate', '>=', 0),
                ('fee_rate', '<=', 1),
                ],
            ],
        states={
            'invisible': Eval('fee_mode', 'none') == 'none',
            },
        help="A part of the price, which joins the fee per place.")
    fee_party = fields.Many2One(
        'party.party', "Fee Earned by", ondelete='RESTRICT',
        states={
            'invisible': Eval('fee_mode', 'none') == 'none',
            },
        context={
            'company': Eval('company', -1),
            },
        depends=['company'],
        help="Leave empty when the organiser earns it.")
    fee_product = fields.Many2One(
        'product.product', "Fee Product", ondelete='RESTRICT',
        domain=[
            ('type', '=', 'service'),
            ],
        states={
            'invisible': Eval('fee_mode', 'none') == 'none',
            },
        context={
            'company': Eval('company', -1),
            },
        depends=['company'],
        help="What sales call the fee; its accounts and VAT are used.")
    paid = fields.Function(Monetary(
            "To Pay", currency='currency', digits='currency',
            help="What a buyer pays for a place, fee included."),
        'on_change_with_paid')
    channels = fields.MultiSelection(
        CHANNELS, "Sold", sort=False,
        states={
            'required': Eval('kind') != 'pass',
            },
        help="Leave empty for what is sold in season passes only.")
    sale_start = fields.DateTime(
        "On Sale From",
        domain=[
            If(Eval('sale_start') & Eval('sale_end'),
                ('sale_start', '<=', Eval('sale_end')), ()),
            ],
        help="Leave empty to sell as soon as the performance is on sale.")
    sale_end = fields.DateTime(
        "On Sale Until",
        help="Leave empty to sell until the performance is over.")
    number = fields.Integer(
        "Limited To",
        domain=['OR',
            ('number', '=', None),
            ('number', '>', 0),
            ],
        help="The most places sold at this tariff for a performance.")
    order_min = fields.Integer(
        "Minimum per Order",
        domain=['OR',
            ('order_min', '=', None),
            ('order_min', '>', 0),
            ])
    order_max = fields.Integer(
        "Maximum per Order",
        domain=['OR',
            ('order_max', '=', None),
            ('order_max', '>', 0),
            ])
    person_max = fields.Integer(
        "Maximum per Person",
        domain=['OR',
            ('person_max', '=', None),
            ('person_max', '>', 0),
            ],
        help="For a performance, in all the orders of the person.")
    proof = fields.Char(
        "Proof Asked", translate=True,
        help="What is shown at the door, such as a student card.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('event')
        cls._order.insert(0, ('event', 'ASC'))

    @classmethod
    def default_kind(cls):
        return 'full'

    @classmethod
    def default_fee_mode(cls):
        return 'none'

    @classmethod
    def default_channels(cls):
        return ['online', 'counter']

    @fields.depends('event', '_parent_event.company')
    def on_change_with_company(self, name=None):
        if self.event and self.event.company:
            return self.event.company.id
        return Transaction().context.get('company')

    @classmethod
    def search_company(cls, name, clause):
        return [('event.' + clause[0], *clause[1:])]

    @fields.depends(methods=['on_change_with_company'])
    def on_change_with_currency(self, name=None):
        pool = Pool()
        Company = pool.get('company.company')
        company = self.on_change_with_company()
        if company is not None and company >= 0:
            return Company(company).currency.id

    @fields.depends('kind', 'price', 'free_price', 'fee_mode', 'channels')
    def on_change_kind(self):
        if self.kind == 'free':
            self.price = ZERO
            self.free_price = False
            self.fee_mode = 'none'
        elif self.kind == 'pass':
            self.free_price = False
            self.fee_mode = 'none'
            self.channels = []

    @fields.depends(
        'price', 'currency', methods=['get_price'])
    def on_change_with_paid(self, name=None):
        if self.price is not None and self.currency:
            return self.get_price().paid

    @fields.depends(
        'active', 'channels', 'price', 'free_price', 'minimum', 'sale_start',
        'sale_end', 'order_min', 'order_max', 'currency', 'fee_mode',
        'fee_fixed', 'fee_rate')
    def get_price(self, price=None, promotion=None):
        """Return the Price of a place with its fee

        price: what the buyer chose, that of the tariff by default.
        promotion: the PromotionRule of a code.
        """
        return self.get_rule().get_price(price, promotion)

    @property
    def _has_fee(self):
        return self.fee_mode in {'added', 'absorbed'}

    @classmethod
    def validate_fields(cls, tariffs, field_names):
        super().validate_fields(tariffs, field_names)
        for tariff in tariffs:
            problem = tariff._get_problem()
            if problem:
                raise TariffValidationError(gettext(
                        f'tibillet_event.msg_tariff_{problem}',
                        tariff=tariff.rec_name))

    def _get_problem(self):
        if min(self.price, self.minimum or 0, self.fee_fixed or 0) < 0:
            return 'negative'
        if self.kind == 'free' and (self.price or self._has_fee):
            return 'free'
        if self.free_price and self.minimum > self.price:
            return 'suggestion'
        if (self.order_min and self.order_max
                and self.order_min > self.order_max):
            return 'order'
        if (self.order_min and self.person_max
                and self.order_min > self.person_max):
            return 'person'

    @classmethod
    def copy(cls, tariffs, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('performances')
        return super().copy(tariffs, default=default)

    def check_sale(self, performance, quantity, channel, now, price=None):
        """Return the Price of each place, refuse what the tariff does not

        performance: what is bought; quantity: how many places.
        channel: where they are bought.
        now: the instant, in UTC.
        price: what the buyer chooses to pay for each, for a free price.
        What counts other orders (number, person_max) is not looked at here.
        """
        if not self.is_of(performance):
            self.refuse('performance', performance)
        rule = self.get_rule()
        refusal = rule.get_refusal(quantity, channel, now, price)
        if refusal:
            self.refuse(refusal, performance)
        return rule.get_price(price)

    def is_of(self, performance):
        return performance.event == self.event and (
            not self.performances or performance in self.performances)

    def get_rule(self):
        return Rule(
            channels=frozenset((self.active and self.channels) or []),
            price=self.price,
            free_price=bool(self.free_price),
            minimum=self.minimum or ZERO,
            sale_start=self.sale_start,
            sale_end=self.sale_end,
            order_min=self.order_min,
            order_max=self.order_max,
            fee_mode=self.fee_mode,
            fee_fixed=self.fee_fixed or ZERO,
            fee_rate=self.fee_rate or ZERO,
            quantum=self.currency.rounding)

    def refuse(self, refusal, performance):
        "Say why an order is refused, see Rule.get_refusal"
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        Error = _REFUSALS[refusal]
        values = {
            'tariff': self.name,
            'performance': performance.rec_name,
            'least': self.order_min or 1,
            'most': self.order_max,
            }
        if refusal == 'soon':
            values['start'] = on_clock(self.sale_start, performance)
        elif refusal == 'over':
            values['end'] = on_clock(self.sale_end, performance)
        elif refusal in {'price', 'minimum'}:
            values[refusal] = lang.currency(
                getattr(self, refusal), self.currency)
        raise Error(gettext(
                f'tibillet_event.msg_tariff_{refusal}', **values))


class TariffPerformance(ModelSQL):
    __name__ = 'tibillet.tariff-tibillet.performance'
    __string__ = "Tariff - Performance"

    tariff = fields.Many2One(
        'tibillet.tariff', "Tariff", required=True, ondelete='CASCADE')
    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True,
        ondelete='CASCADE')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('tariff')


class Event(metaclass=PoolMeta):
    __name__ = 'tibillet.event'

    tariffs = fields.One2Many('tibillet.tariff', 'event', "Tariffs")


def on_clock(instant, performance):
    "Return an instant as the people of the venue read it"
    pool = Pool()
    Lang = pool.get('ir.lang')
    local = schedule.to_local(instant, performance.venue.timezone)
    return f'{Lang.get().strftime(local.date())} {local:%H:%M}'
