from collections import defaultdict
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, Workflow, fields
from trytond.modules.currency.fields import Monetary
from trytond.pyson import Eval, If
from trytond.transaction import Transaction

from . import clauses, words
from .child import ChildMixin
from .exceptions import VersionModificationError, VersionValidationError
from .of_convention import CurrencyMixin
from .version_line import RATE_DIGITS

KINDS = [
    ('flat', "One Rate"),
    ('marginal', "Marginal Scale"),
    ('class', "Rate by Class"),
    ('fixed', "Fixed Amount"),
    ('tiers', "Cascade"),
    ('none', "Nothing"),
    ]
# What a draft may still lack, and a proposal may not.
MISSING = {
    'schedule_missing', 'rate_missing', 'amount_missing', 'brackets_missing',
    'tiers_missing',
    }
EXCLUSIONS = [
    ('human', "Human Costs"),
    ('common', "Common Costs"),
    ('equipment', "Equipment Charged to the Customer"),
    ('rights', "Rights and Levies"),
    ('other', "Other"),
    ]
ACCRUALS = [
    ('hosting', "Hosting"),
    ('bank_fees', "Bank Fees"),
    ('repair', "Repairs"),
    ('insurance', "Insurance"),
    ]

# What a signature or the workflow changes.
WORKFLOW = {
    'state', 'signatures', 'adopted_on', 'adopted_by', 'content', 'hash'}
# Clauses change only while they are a draft.
draft_only = {
    'readonly': Eval('state') != 'draft',
    }


def _schedule_states(phase, *kinds, required=True):
    used = Eval(f'{phase}_kind').in_(list(kinds))
    states = {
        'readonly': Eval('state') != 'draft',
        'invisible': ~used,
        }
    if required:
        states['required'] = used
    return states


def _kind(name):
    return fields.Selection(
        KINDS, name, required=True, sort=False, states=draft_only,
        help="One rate: a percentage of the base.\n"
        "Marginal scale: each bracket counts only for its slice.\n"
        "Rate by class: one rate for the whole base, by its size.\n"
        "Fixed amount: the same for every service.\n"
        "Cascade: each line takes from what the lines above left.\n"
        "Nothing: no share is due.")


def _rate(phase):
    return fields.Numeric(
        "Rate", digits=RATE_DIGITS, states=_schedule_states(phase, 'flat'))


def _amount(phase):
    return Monetary(
        "Amount", currency='currency', digits='currency',
        states=_schedule_states(phase, 'fixed'))


def _floor():
    return Monetary(
        "Minimum", currency='currency', digits='currency', required=True,
        states=draft_only, help="The least that a service gives.")


def _cap():
    return Monetary(
        "Cap", currency='currency', digits='currency', states=draft_only,
        help="The most that a service gives.\n"
        "Leave empty for no limit.")


class Version(CurrencyMixin, Workflow, ChildMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.convention.version'
    __string__ = "Convention Version"

    convention = fields.Many2One(
        'tibillet.convention', "Convention", required=True,
        ondelete='CASCADE', states=draft_only)
    number = fields.Integer("Number", readonly=True)
    effective_from = fields.Date(
        "In Force From", required=True, states=draft_only,
        help="The first day of the services to which the clauses apply.")

    pre_kind = _kind("Schedule")
    pre_rate = _rate('pre')
    pre_amount = _amount('pre')
    pre_floor = _floor()
    pre_cap = _cap()
    post_kind = _kind("Schedule")
    post_rate = _rate('post')
    post_amount = _amount('post')
    post_floor = _floor()
    post_cap = _cap()
    max_rate = fields.Numeric(
        "Maximum Rate", digits=RATE_DIGITS, states=draft_only,
        help="The most of a base that a share may take, "
        "whatever the minimum.\n"
        "Leave empty for no limit.")
    brackets = fields.One2Many(
        'tibillet.convention.version.bracket', 'version', "Brackets",
        states={
            'readonly': draft_only['readonly'],
            'invisible': ~(
                Eval('pre_kind').in_(['marginal', 'class'])
                | Eval('post_kind').in_(['marginal', 'class'])),
            })
    tiers = fields.One2Many(
        'tibillet.convention.version.tier', 'version', "Cascade",
        states={
            'readonly': draft_only['readonly'],
            'invisible': ~(
                (Eval('pre_kind') == 'tiers')
                | (Eval('post_kind') == 'tiers')),
            })
    destinations = fields.One2Many(
        'tibillet.convention.version.destination', 'version', "Destinations",
        states=draft_only,
        help="What the share after recoupment is used for.")
    local_rate = fields.Numeric(
        "Local Rate", digits=RATE_DIGITS, required=True, states=draft_only,
        help="The part set aside for local associations.")
    local_base = fields.Selection([
            ('post', "Share after Recoupment"),
            ('share', "Whole Share"),
            ], "Local Base", required=True, sort=False,
        states={
            'readonly': draft_only['readonly'],
            'invisible': ~Eval('local_rate', 0),
            })
    crossing = fields.Selection([
            ('split', "Split the Service"),
            ('whole_pre', "Whole Service before Recoupment"),
            ], "Crossing", required=True, sort=False, states=draft_only,
        help="What becomes of the service that finishes the recoupment.")
    allocation = fields.Selection([
            ('remaining', "Remaining Amounts"),
            ('initial', "Initial Contributions"),
            ('priority', "Order of the Parties"),
            ], "Allocation", required=True, sort=False, states=draft_only,
        help="How contributors divide what is recouped.")
    valuation = fields.Selection([
            ('gross', "Including Tax"),
            ('net', "Net of Recoverable VAT"),
            ], "Valuation", required=True, sort=False, states=draft_only,
        help="The amount at which contributions enter the pot.")
    valuation_string = valuation.translated('valuation')
    exclusions = fields.MultiSelection(
        EXCLUSIONS, "Excluded from the Base", sort=False, states=draft_only,
        help="The costs deducted from the turnover "
        "before the share is computed.")
    exclusions_max_rate = fields.Numeric(
        "Exclusions Limit", digits=RATE_DIGITS,
        states={
            'readonly': draft_only['readonly'],
            'invisible': ~Eval('exclusions'),
            },
        help="The most of the turnover that exclusions may take.\n"
        "Leave empty for no limit.")
    due_rule = fields.Selection([
            ('invoice', "On Invoice"),
            ('payments', "Pro Rata of Customer Payments"),
            ], "Due", required=True, sort=False, states=draft_only,
        help="When the share becomes due.")
    payment_days = fields.Integer(
        "Payment Days", required=True, states=draft_only,
        help="The number of days to pay what is due.")
    accruals = fields.MultiSelection(
        ACCRUALS, "Accrued Costs", sort=False, states=draft_only,
        help="The recurring costs that join the pot "
        "before the end of the recoupment.")
    accrual_ceiling = Monetary(
        "Yearly Accrual Ceiling", currency='currency', digits='currency',
        states={
            'readonly': draft_only['readonly'],
            'invisible': ~Eval('accruals'),
            })
    articles = fields.One2Many(
        'tibillet.convention.version.article', 'version', "Articles",
        states=draft_only, help="The clauses in words.")
    warnings = fields.Function(
        fields.Text(
            "Warnings",
            states={
                'invisible': ~Eval('warnings'),
                }),
        'get_warnings')
    state = fields.Selection([
            ('draft', "Draft"),
            ('proposed', "Proposed"),
            ('adopted', "Adopted"),
            ('superseded', "Superseded"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('convention')
        table = cls.__table__()
        cls._sql_constraints += [
            ('effective_from_unique',
                Unique(table, table.convention, table.effective_from),
                'tibillet_federation.msg_version_effective_from_unique'),
            ('number_unique',
                Unique(table, table.convention, table.number),
                'tibillet_federation.msg_version_number_unique'),
            ]
        cls._order = [
            ('convention', 'DESC'),
            ('number', 'DESC'),
            ('id', 'DESC'),
            ]
        cls._buttons.update({
                'copy_version': {
                    'icon': 'tryton-copy',
                    },
                })

    @classmethod
    def default_pre_kind(cls):
        return 'flat'

    @classmethod
    def default_pre_floor(cls):
        return Decimal(0)

    @classmethod
    def default_post_kind(cls):
        return 'flat'

    @classmethod
    def default_post_floor(cls):
        return Decimal(0)

    @classmethod
    def default_local_rate(cls):
        return Decimal(0)

    @classmethod
    def default_local_base(cls):
        return 'post'

    @classmethod
    def default_crossing(cls):
        return 'split'

    @classmethod
    def default_allocation(cls):
        return 'remaining'

    @classmethod
    def default_valuation(cls):
        return 'gross'

    @classmethod
    def default_exclusions(cls):
        return ['human']

    @classmethod
    def default_due_rule(cls):
        return 'payments'

    @classmethod
    def default_payment_days(cls):
        return 30

    @classmethod
    def default_state(cls):
        return 'draft'

    @classmethod
    def get_warnings(cls, versions, name):
        return {v.id: '\n'.join(v._get_warnings()) or None for v in versions}

    def _get_warnings(self):
        "Return the sentences on what signatories should know"
        found = self.get_clauses()
        return self.get_voice().say(found.check() or found.warnings())

    def get_rec_name(self, name):
        if not self.number:
            return gettext('tibillet_federation.msg_version_new')
        return gettext(
            'tibillet_federation.msg_version_rec_name', number=self.number)

    @classmethod
    def search_rec_name(cls, name, clause):
        _, operator, value = clause
        if isinstance(value, str):
            digits = ''.join(filter(str.isdigit, value))
            return [('number', '=', int(digits) if digits else -1)]
        return [('number', operator, value)]

    def get_clauses(self):
        "Return the clauses as the engine reads them"
        return clauses.Clauses(
            label=self.rec_name,
            effective_from=self.effective_from,
            pre=self._get_schedule('pre'),
            post=self._get_schedule('post'),
            max_rate=self.max_rate,
            crossing=self.crossing,
            allocation=self.allocation,
            destinations=tuple(
                clauses.Destination(
                    key=d.key, rate=d.rate, label=d.name,
                    beneficiary=(
                        str(d.beneficiary.id) if d.beneficiary else None))
                for d in self.destinations),
            local_rate=self.local_rate,
            local_base=self.local_base,
            exclusions_max_rate=self.exclusions_max_rate,
            quantum=self.currency.rounding,
            currency_symbol=self.currency.symbol or self.currency.code)

    def _get_schedule(self, phase):
        kind = getattr(self, f'{phase}_kind')
        if kind == 'none':
            return
        return clauses.Schedule(
            kind=kind,
            rate=getattr(self, f'{phase}_rate') if kind == 'flat' else None,
            amount=(
                getattr(self, f'{phase}_amount') if kind == 'fixed'
                else None),
            brackets=tuple(
                clauses.Bracket(up_to=b.up_to, rate=b.rate)
                for b in self.brackets
                if b.phase == phase and kind in {'marginal', 'class'}),
            tiers=tuple(
                t.get_tier() for t in self.tiers
                if t.phase == phase and kind == 'tiers'),
            floor=getattr(self, f'{phase}_floor'),
            cap=getattr(self, f'{phase}_cap'))

    def get_voice(self):
        "Return what puts the clauses and their figures in words"
        return words.Voice(
            Transaction().language,
            symbol=self.currency.symbol or self.currency.code,
            quantum=self.currency.rounding,
            names={t.key: t.name for t in self.tiers})

    def _say(self, problems):
        return '\n'.join(self.get_voice().say(problems))

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('standing') == 'past', 'muted', '')),
            ]

    @classmethod
    def copy(cls, versions, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('number')
        return super().copy(versions, default=default)

    @classmethod
    def on_modification(cls, mode, versions, field_names=None):
        super().on_modification(mode, versions, field_names=field_names)
        if mode == 'create':
            cls._set_number(versions)

    @classmethod
    def _set_number(cls, versions):
        last = defaultdict(int)
        others = cls.search([
                ('convention', 'in', [v.convention.id for v in versions]),
                ('number', '!=', None),
                ])
        for other in others:
            id = other.convention.id
            last[id] = max(last[id], other.number)
        for version in versions:
            if not version.number:
                last[version.convention.id] += 1
                version.number = last[version.convention.id]
        cls.save(versions)

    @classmethod
    def validate_fields(cls, versions, field_names):
        super().validate_fields(versions, field_names)
        if field_names - {*WORKFLOW, 'number'}:
            for version in versions:
                version._check_clauses(draft=version.state == 'draft')

    def _check_clauses(self, draft=False):
        """Refuse clauses that contradict themselves

        draft: accept what is not written yet.
        """
        problems = self.get_clauses().check()
        if draft:
            problems = [
                p for p in problems
                if p.code not in MISSING
                and (p.code != 'destinations_sum' or self.destinations)]
        self.refuse(problems)

    def refuse(self, problems):
        "Raise the problems in words, if there are any"
        if problems:
            raise VersionValidationError(gettext(
                    'tibillet_federation.msg_version_clauses',
                    version=self.rec_name,
                    convention=self.convention.rec_name,
                    problems=self._say(problems)))

    @classmethod
    def check_modification(cls, mode, versions, values=None, external=False):
        super().check_modification(
            mode, versions, values=values, external=external)
        if mode == 'create':
            wrong = [v for v in versions if external and v.state != 'draft']
        elif mode == 'delete':
            wrong = [v for v in versions if v.state != 'draft']
        else:
            wrong = [
                v for v in versions
                if (v.state != 'draft' and set(values) - WORKFLOW)
                or (external and (WORKFLOW - {'signatures'}) & set(values))]
        for version in wrong:
            raise VersionModificationError(gettext(
                    'tibillet_federation.msg_version_modification',
                    version=version.rec_name,
                    convention=version.convention.rec_name))

    @classmethod
    @ModelView.button_action('tibillet_federation.wizard_version_copy')
    def copy_version(cls, versions):
        pass
