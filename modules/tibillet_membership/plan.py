from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import DeactivableMixin, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction

from . import calendars
from .exceptions import (
    MembershipAmountError, MembershipPriceError, PlanSeasonError)

MONTHS = [
    (None, ""),
    ('1', "January"),
    ('2', "February"),
    ('3', "March"),
    ('4', "April"),
    ('5', "May"),
    ('6', "June"),
    ('7', "July"),
    ('8', "August"),
    ('9', "September"),
    ('10', "October"),
    ('11', "November"),
    ('12', "December"),
    ]
COUNTED = ['day', 'month', 'year', 'calendar_month']


class MembershipPlan(DeactivableMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.membership.plan'
    __string__ = "Membership Plan"

    name = fields.Char("Name", required=True, translate=True)
    company = fields.Many2One(
        'company.company', "Company", required=True,
        states={
            'readonly': Eval('id', -1) >= 0,
            })
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    product = fields.Many2One(
        'product.product', "Product", ondelete='RESTRICT',
        domain=[
            ('type', '=', 'service'),
            ],
        context={
            'company': Eval('company', None),
            },
        depends={'company'},
        help="What is sold: its accounts and taxes apply to payments.")
    description = fields.Text("Description", translate=True)
    buyers = fields.Selection([
            ('anyone', "Anyone"),
            ('person', "Persons"),
            ('organisation', "Organisations"),
            ], "Buyers", required=True, sort=False,
        help="Who may become a member with the plan.")
    acceptance = fields.Boolean(
        "Acceptance",
        help="Check if someone must accept the member before the payment.")

    duration_unit = fields.Selection([
            ('day', "Days"),
            ('month', "Months"),
            ('year', "Years"),
            ('calendar_month', "Calendar Months"),
            ('civil_year', "Until the End of the Civil Year"),
            ('season', "Until the End of the Season"),
            ('life', "For Life"),
            ], "Duration", required=True, sort=False,
        help="How long a payment makes a member.")
    duration_count = fields.Integer(
        "Number",
        domain=[
            If(Eval('duration_unit').in_(COUNTED),
                ('duration_count', '>', 0),
                ('duration_count', '=', None)),
            ],
        states={
            'required': Eval('duration_unit').in_(COUNTED),
            'invisible': ~Eval('duration_unit').in_(COUNTED),
            },
        help="How many days, months or years.")
    season_month = fields.Selection(
        MONTHS, "Season Month", sort=False,
        domain=[
            If(Eval('duration_unit') == 'season',
                ('season_month', '!=', None),
                ('season_month', '=', None)),
            ],
        states={
            'required': Eval('duration_unit') == 'season',
            'invisible': Eval('duration_unit') != 'season',
            },
        help="The month in which each season starts.")
    season_day = fields.Integer(
        "Season Day",
        domain=[
            If(Eval('duration_unit') == 'season',
                [('season_day', '>=', 1), ('season_day', '<=', 31)],
                ('season_day', '=', None)),
            ],
        states={
            'required': Eval('duration_unit') == 'season',
            'invisible': Eval('duration_unit') != 'season',
            },
        help="The day on which each season starts.")
    grace_days = fields.Integer(
        "Days of Grace", required=True,
        domain=[
            ('grace_days', '>=', 0),
            ],
        states={
            'invisible': Eval('duration_unit') == 'life',
            },
        help="How long after the end a payment still follows on from it.")

    price_kind = fields.Selection([
            ('fixed', "Fixed"),
            ('free', "Free"),
            ], "Price", required=True, sort=False,
        help="Free: each member chooses what to pay.")
    price = Monetary(
        "Amount", currency='currency', digits='currency',
        domain=[
            If(Eval('price_kind') == 'fixed',
                ('price', '>=', 0),
                ('price', '=', None)),
            ],
        states={
            'required': Eval('price_kind') == 'fixed',
            'invisible': Eval('price_kind') != 'fixed',
            })
    price_min = Monetary(
        "Minimum", currency='currency', digits='currency',
        domain=[
            If(Eval('price_kind') == 'free',
                ('price_min', '>=', 0),
                ('price_min', '=', None)),
            ],
        states={
            'required': Eval('price_kind') == 'free',
            'invisible': Eval('price_kind') != 'free',
            })
    price_suggested = Monetary(
        "Suggestion", currency='currency', digits='currency',
        domain=[
            If(Eval('price_kind') == 'free',
                ['OR',
                    ('price_suggested', '=', None),
                    ('price_suggested', '>=', Eval('price_min', 0)),
                    ],
                ('price_suggested', '=', None)),
            ],
        states={
            'invisible': Eval('price_kind') != 'free',
            },
        help="What is proposed to a member who has not chosen yet.")

    is_gift = fields.Boolean(
        "Gives a Right to a Tax Receipt",
        help="What is paid is a gift, or a contribution without counterpart.")
    counterpart = Monetary(
        "Value of What the Member Gets", currency='currency',
        digits='currency',
        domain=[
            If(Eval('is_gift', False),
                ('counterpart', '>=', 0),
                ('counterpart', '=', None)),
            ],
        states={
            'required': Eval('is_gift', False),
            'invisible': ~Eval('is_gift', False),
            },
        help="For each payment: goods, tickets, what member rates save. "
        "A vote or news of the organisation are none.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order.insert(0, ('name', 'ASC'))

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_buyers(cls):
        return 'anyone'

    @classmethod
    def default_duration_unit(cls):
        return 'year'

    @classmethod
    def default_duration_count(cls):
        return 1

    @classmethod
    def default_grace_days(cls):
        return 0

    @classmethod
    def default_price_kind(cls):
        return 'fixed'

    @fields.depends('company')
    def on_change_with_currency(self, name=None):
        return self.company.currency.id if self.company else None

    @fields.depends(
        'duration_unit', 'duration_count', 'season_month', 'season_day')
    def on_change_duration_unit(self):
        if self.duration_unit in COUNTED:
            self.duration_count = self.duration_count or 1
        else:
            self.duration_count = None
        if self.duration_unit == 'season':
            self.season_month = self.season_month or '9'
            self.season_day = self.season_day or 1
        else:
            self.season_month = self.season_day = None

    @fields.depends('price_kind')
    def on_change_price_kind(self):
        self.price = self.price_min = self.price_suggested = None
        if self.price_kind == 'free':
            self.price_min = Decimal(0)

    @fields.depends('is_gift')
    def on_change_is_gift(self):
        self.counterpart = Decimal(0) if self.is_gift else None

    @classmethod
    def validate_fields(cls, plans, field_names):
        super().validate_fields(plans, field_names)
        if field_names & {'duration_unit', 'season_month', 'season_day'}:
            for plan in plans:
                if (plan.duration_unit == 'season'
                        and not calendars.is_season_start(*plan.season)):
                    raise PlanSeasonError(gettext(
                            'tibillet_membership.msg_plan_season',
                            plan=plan.rec_name))

    @property
    def season(self):
        if self.duration_unit == 'season':
            return int(self.season_month), self.season_day

    def get_period_end(self, start):
        "Return the last day of a period that begins on start"
        return calendars.end(
            start, self.duration_unit, self.duration_count, self.season)

    def get_amount(self, amount=None, before=None):
        """Return the amount to pay for a period, the one asked if it may be

        before: what was paid for the last period, None for the first.
        Without amount, as before; for the first period the price of the
        plan, or what it suggests.
        """
        if amount is None and before is not None:
            self._check_before(before)
        if self.price_kind == 'fixed':
            if amount is not None and amount != self.price:
                raise MembershipAmountError(gettext(
                        'tibillet_membership.msg_plan_amount_fixed',
                        plan=self.rec_name,
                        price=self.format_amount(self.price),
                        amount=self.format_amount(amount)))
            return self.price
        asked = next(
            (a for a in [amount, before, self.price_suggested]
                if a is not None), None)
        if asked is None:
            raise MembershipAmountError(gettext(
                    'tibillet_membership.msg_plan_amount_missing',
                    plan=self.rec_name))
        if asked < self.price_min:
            raise MembershipAmountError(gettext(
                    'tibillet_membership.msg_plan_amount_min',
                    plan=self.rec_name,
                    minimum=self.format_amount(self.price_min),
                    amount=self.format_amount(asked)))
        return asked

    def is_price_kept(self, before):
        "Return whether what was paid last is still what is to be paid"
        if self.price_kind == 'fixed':
            return before == self.price
        return before >= self.price_min

    def _check_before(self, before):
        if not self.is_price_kept(before):
            price = (
                self.price if self.price_kind == 'fixed' else self.price_min)
            raise MembershipPriceError(gettext(
                    f'tibillet_membership.msg_plan_price_{self.price_kind}',
                    plan=self.rec_name,
                    before=self.format_amount(before),
                    price=self.format_amount(price)))

    def format_amount(self, amount):
        pool = Pool()
        Lang = pool.get('ir.lang')
        return Lang.get().currency(amount, self.currency)
