"""What an assembly does with the result of a year, frozen when it is asked."""
from decimal import Decimal
from fractions import Fraction

from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.of_company import OfCompanyMixin

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Workflow, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If
from trytond.report import Report
from trytond.transaction import Transaction, without_check_access

from tibillet.money import half_up
from tibillet.terms import add_months

from . import allocation
from .exceptions import (
    SurplusAccessError, SurplusAmountError, SurplusBoundError,
    SurplusResolutionError, SurplusYearError)
from .share_class import RATE_DIGITS
from .surplus_interest import get_paid_days

ZERO = Decimal(0)
# A fiscal year of a company is never longer.
YEAR_MONTHS = 24
TYPED = {
    'company', 'start', 'end', 'resolution', 'result', 'losses_before',
    'reserves_before', 'subsidies', 'interest_rate', 'other'}
# What is computed when it is proposed.
FROZEN = [
    'capital', 'legal_rate', 'statutory_rate', 'interest_bound', 'available',
    'covered', 'legal', 'statutory', 'interest', 'carried']
ENDED = ['allocated', 'refused']
_typed = {
    'readonly': Eval('state') != 'draft',
    }
_made = {
    'invisible': Eval('state') == 'draft',
    }


def _part(name, help=""):
    "An amount that is computed"
    return Monetary(
        name, currency='currency', digits='currency', readonly=True,
        states=_made, help=help)


class Surplus(OfCompanyMixin, Workflow, ModelSQL, ModelView):
    __name__ = 'tibillet.surplus'
    __string__ = "Surplus"

    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT',
        states=_typed)
    start = fields.Date(
        "First Day", required=True, states=_typed,
        help="Of the fiscal year.")
    end = fields.Date(
        "Last Day", required=True, states=_typed,
        help="Of the fiscal year.")
    resolution = fields.Many2One(
        'tibillet.resolution', "Resolution", ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ('kind', '=', 'surplus'),
            ],
        states={
            'readonly': Eval('state') != 'draft',
            'required': Eval('state') != 'draft',
            },
        help="By which the assembly decides.")
    result = Monetary(
        "Result", currency='currency', digits='currency', required=True,
        states=_typed,
        help="Of the fiscal year, as the accounts say; negative for a loss.")
    losses_before = Monetary(
        "Losses of the Years Before", currency='currency', digits='currency',
        required=True,
        domain=[
            ('losses_before', '>=', 0),
            ],
        states=_typed, help="Which nothing has covered yet.")
    reserves_before = Monetary(
        "Reserves Before", currency='currency', digits='currency',
        required=True,
        domain=[
            ('reserves_before', '>=', 0),
            ],
        states=_typed,
        help="All reserves together; once they reach the capital no legal "
        "reserve is asked.")
    subsidies = Monetary(
        "Subsidies", currency='currency', digits='currency', required=True,
        domain=[
            ('subsidies', '>=', 0),
            ],
        states=_typed,
        help="Of public bodies and associations within the result: no "
        "interest comes from them.")
    interest_rate = fields.Numeric(
        "Interest on Shares", digits=RATE_DIGITS, required=True,
        domain=[
            ('interest_rate', '>=', 0),
            ('interest_rate', '<=', 1),
            ],
        states=_typed, help="For a year, of what is paid up.")
    other = Monetary(
        "Development Reserve", currency='currency', digits='currency',
        required=True,
        domain=[
            ('other', '>=', 0),
            ],
        states=_typed, help="Of what is left; the rest is carried forward.")
    capital = _part("Capital", "Subscribed on the last day.")
    legal_rate = fields.Numeric(
        "Rate of the Legal Reserve", digits=RATE_DIGITS, readonly=True,
        states=_made)
    statutory_rate = fields.Numeric(
        "Rate of the Statutory Reserve", digits=RATE_DIGITS, readonly=True,
        states=_made)
    interest_bound = fields.Numeric(
        "Highest Rate of Interest", digits=(3, 6), readonly=True,
        states={
            'invisible': ~Bool(Eval('interest_bound')),
            },
        help="The mean yield of the bonds of private companies over the "
        "three civil years before the assembly, two points more.")
    available = _part(
        "Available for Interest",
        "What is left after the reserves, without the subsidies.")
    covered = _part("Losses Covered")
    legal = _part("Legal Reserve")
    statutory = _part("Statutory Reserve", "Which is never shared.")
    interest = _part("Interest")
    carried = _part("Carried Forward")
    interests = fields.One2Many(
        'tibillet.surplus.interest', 'surplus', "Interest of Each Member",
        readonly=True,
        states={
            'invisible': ~Eval('interests'),
            })
    reserves_after = fields.Function(Monetary(
            "Reserves After", currency='currency', digits='currency',
            states=_made), 'get_reserves_after')
    reinvested = fields.Function(Monetary(
            "Reinvested", currency='currency', digits='currency',
            states=_made,
            help="What the reserves keep for the project."),
        'get_reinvested')
    state = fields.Selection([
            ('draft', "Draft"),
            ('proposed', "Proposed"),
            ('allocated', "Allocated"),
            ('refused', "Refused"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('end', 'DESC'), ('id', 'DESC')]
        cls._transitions |= {
            ('draft', 'proposed'),
            ('proposed', 'draft'),
            ('proposed', 'allocated'),
            ('proposed', 'refused'),
            }
        state = Eval('state')
        cls._buttons.update({
                'propose': {
                    'invisible': state != 'draft',
                    'icon': 'tryton-forward',
                    'depends': ['state'],
                    },
                'draft': {
                    'invisible': state != 'proposed',
                    'icon': 'tryton-back',
                    'depends': ['state'],
                    },
                'allocate': {
                    'invisible': state != 'proposed',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                'refuse': {
                    'invisible': state != 'proposed',
                    'icon': 'tryton-cancel',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['state', *sorted(TYPED), *FROZEN],
            when="OLD.state IN ('allocated', 'refused')")

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_state(cls):
        return 'draft'

    @classmethod
    def default_subsidies(cls):
        return ZERO

    default_interest_rate = default_other = default_subsidies
    default_losses_before = default_reserves_before = default_subsidies

    @fields.depends('company', 'start', methods=['_get_before'])
    def on_change_start(self):
        "Go on from the year before"
        if before := self._get_before():
            self.losses_before = before.losses_after
            self.reserves_before = before.reserves_after

    @fields.depends('company', 'start')
    def _get_before(self):
        pool = Pool()
        Surplus = pool.get(self.__name__)
        if not (self.company and self.start):
            return None
        found, = Surplus.search([
                ('company', '=', self.company.id),
                ('state', '=', 'allocated'),
                ('end', '<', self.start),
                ], limit=1) or [None]
        return found

    @property
    def losses_after(self):
        return self.losses_before - self.covered - min(self.carried, ZERO)

    def get_reserves_after(self, name):
        if self.legal is not None:
            return self.reserves_before + self.reinvested

    def get_reinvested(self, name):
        if self.legal is not None:
            return self.legal + self.statutory + self.other

    def get_rec_name(self, name):
        return gettext(
            'tibillet_membership.msg_surplus_name',
            end=Report.format_date(self.end))

    @classmethod
    def copy(cls, surpluses, default=None):
        default = default.copy() if default is not None else {}
        for name in [*FROZEN, 'interests', 'resolution']:
            default.setdefault(name)
        default.setdefault('state', 'draft')
        return super().copy(surpluses, default=default)

    @classmethod
    def check_modification(
            cls, mode, surpluses, values=None, external=False):
        super().check_modification(
            mode, surpluses, values=values, external=external)
        for surplus in surpluses:
            if mode == 'create':
                refused = external and surplus.state != 'draft'
            elif mode == 'delete':
                refused = surplus.state != 'draft'
            else:
                refused = bool(
                    surplus.state in ENDED and values.keys() - {'uses'}) or (
                    external and (
                        surplus.state != 'draft' and TYPED & values.keys()
                        or {'state', *FROZEN} & values.keys()))
            if refused:
                raise SurplusAccessError(gettext(
                        'tibillet_membership.msg_surplus_immutable',
                        surplus=surplus.rec_name))

    @classmethod
    def validate_fields(cls, surpluses, field_names):
        super().validate_fields(surpluses, field_names)
        if field_names is None or {'start', 'end'} & field_names:
            for surplus in surpluses:
                if not (surplus.start < surplus.end < add_months(
                            surplus.start, YEAR_MONTHS)):
                    raise SurplusYearError(gettext(
                            'tibillet_membership.msg_surplus_year',
                            surplus=surplus.rec_name))

    @classmethod
    @ModelView.button
    @without_check_access
    @Workflow.transition('proposed')
    def propose(cls, surpluses):
        "Freeze what the assembly is asked"
        pool = Pool()
        Interest = pool.get('tibillet.surplus.interest')
        for surplus in surpluses:
            surplus._check_free()
            surplus._check_announced()
            weights = surplus._freeze()
            surplus.save()
            Interest.make(surplus, weights)

    @classmethod
    @ModelView.button
    @without_check_access
    @Workflow.transition('draft')
    def draft(cls, surpluses):
        pool = Pool()
        Interest = pool.get('tibillet.surplus.interest')
        for surplus in surpluses:
            surplus._check_announced()
        Interest.delete([i for s in surpluses for i in s.interests])
        cls.write(surpluses, dict.fromkeys(FROZEN))

    @classmethod
    @ModelView.button
    @without_check_access
    @Workflow.transition('allocated')
    def allocate(cls, surpluses):
        "Do as the assembly decided, once for a year"
        pool = Pool()
        Company = pool.get('company.company')
        tools.take_turn(
            Company, list({s.company.id for s in surpluses}), 'party')
        for surplus in surpluses:
            surplus._check_free()
            if surplus.resolution.state != 'adopted':
                raise SurplusResolutionError(gettext(
                        'tibillet_membership.msg_surplus_not_adopted',
                        surplus=surplus.rec_name,
                        resolution=surplus.resolution.rec_name))

    @classmethod
    @ModelView.button
    @without_check_access
    @Workflow.transition('refused')
    def refuse(cls, surpluses):
        "Keep what the assembly did not want; the result stays as it is"
        for surplus in surpluses:
            if surplus.resolution.state not in {'rejected', 'withdrawn'} and (
                    surplus.resolution.assembly.state not in {
                        'failed', 'cancelled'}):
                raise SurplusResolutionError(gettext(
                        'tibillet_membership.msg_surplus_not_refused',
                        surplus=surplus.rec_name,
                        resolution=surplus.resolution.rec_name))

    def _check_free(self):
        "Refuse a year that is allocated already, whole or in part"
        pool = Pool()
        Surplus = pool.get(self.__name__)
        for other in Surplus.search([
                    ('company', '=', self.company.id),
                    ('state', '=', 'allocated'),
                    ('start', '<=', self.end),
                    ('end', '>=', self.start),
                    ('id', '!=', self.id),
                    ], limit=1):
            raise SurplusYearError(gettext(
                    'tibillet_membership.msg_surplus_twice',
                    surplus=self.rec_name, other=other.rec_name))

    def _check_announced(self):
        "Refuse to change what members were convened for"
        if not self.resolution:
            raise SurplusResolutionError(gettext(
                    'tibillet_membership.msg_surplus_resolution',
                    surplus=self.rec_name))
        assembly = self.resolution.assembly
        if assembly.state != 'draft':
            raise SurplusResolutionError(gettext(
                    'tibillet_membership.msg_surplus_announced',
                    surplus=self.rec_name, assembly=assembly.rec_name))
        if assembly.date <= self.end:
            raise SurplusYearError(gettext(
                    'tibillet_membership.msg_surplus_end',
                    surplus=self.rec_name, assembly=assembly.rec_name))

    def _freeze(self):
        """Compute where the result goes

        Return for how much each shareholder counts, by party.
        """
        pool = Pool()
        BondYield = pool.get('tibillet.bond.yield')
        Capital = pool.get('tibillet.share.capital')
        if not self.result:
            raise SurplusAmountError(gettext(
                    'tibillet_membership.msg_surplus_nothing',
                    surplus=self.rec_name))
        statutes = Capital.of(self.company)
        quantum = self.company.currency.rounding
        weights, interest = {}, ZERO
        if self.interest_rate:
            bound = BondYield.get_bound(self.resolution.assembly.date)
            if statutes.interest_max is not None:
                bound = min(bound, Fraction(statutes.interest_max))
            self._check_rate(bound)
            self.interest_bound = half_up(bound, Decimal('0.000001'))
            weights = get_paid_days(self, statutes.interest_at_close)
            interest = allocation.get_interest(
                weights.values(), self.interest_rate, bound, self.end,
                quantum)
        self.capital = statutes.get_subscribed(self.end)
        self.legal_rate = statutes.legal_rate
        self.statutory_rate = statutes.statutory_rate
        # As article 16: while they are less than the capital.
        is_filled = self.reserves_before >= self.capital
        rates = {
            'legal_rate': self.legal_rate,
            'statutory_rate': self.statutory_rate,
            'quantum': quantum,
            }
        self.available = allocation.get_available(
            self.result, self.losses_before, self.subsidies, is_filled,
            **rates)
        self._check_missing(interest - self.available)
        left = allocation.allocate(
            self.result, self.losses_before, is_filled, **rates).carried
        self._check_missing(interest + self.other - max(left, ZERO))
        for name, amount in allocation.allocate(
                self.result, self.losses_before, is_filled, interest,
                self.other, **rates)._asdict().items():
            setattr(self, name, amount)
        return weights if interest else {}

    def _check_rate(self, bound):
        if Fraction(self.interest_rate) > bound:
            raise SurplusBoundError(gettext(
                    'tibillet_membership.msg_surplus_rate',
                    surplus=self.rec_name,
                    rate=percent(self.interest_rate),
                    bound=percent(bound)))

    def _check_missing(self, missing):
        if missing > 0:
            raise SurplusAmountError(gettext(
                    'tibillet_membership.msg_surplus_missing',
                    surplus=self.rec_name,
                    missing=Report.format_currency(
                        missing, None, self.currency)))

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state') == 'allocated', 'success',
                    If(Eval('state') == 'refused', 'muted', ''))),
            ]


def percent(rate):
    "Show a rate, with four decimals only if two do not say it"
    exact = half_up(Fraction(rate) * 100, Decimal('0.0001'))
    digits = 2 if exact == half_up(exact) else 4
    number = Report.format_number(exact, None, digits=digits)
    return f'{number}\xa0%'
