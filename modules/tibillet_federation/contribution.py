from collections import defaultdict
from decimal import Decimal

from tibillet_base.tools import sliced

from trytond.i18n import gettext
from trytond.model import (
    Index, ModelSQL, ModelView, Workflow, fields, sequence_ordered)
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If

from tibillet.money import half_up

from .child import ChildMixin
from .evidence import EvidenceMixin
from .exceptions import (
    ContributionModificationError, ContributionValidationError,
    ContributionVerificationError)
from .of_convention import CurrencyMixin
from .settlement import ENTRY, LOCKED, Book, Replay
from .version_line import RATE_DIGITS

NATURES = [
    ('equipment', "Equipment"),
    ('consumable', "Consumables"),
    ('fee', "Fees"),
    ('time', "Time"),
    ('sundry', "Sundry"),
    ]
# What may still come after the ledger counts what is estimated.
EVIDENCE = ['evidence_line', 'evidence_file', 'evidence_reference']


def is_recouped(convention, date, replays):
    """Return if nothing may be added to the pot on the date

    replays: those that are run, by convention.
    """
    if convention.state == 'draft':
        return False
    if convention not in replays:
        replays[convention] = Replay(Book(convention)).run()
    replay = replays[convention]
    # A pot in which nothing was ever is not one that is recouped.
    return replay.is_opened and (
        convention.phase == 'post' or replay.is_recouped(date, ENTRY))


class Contribution(
        CurrencyMixin, Workflow, sequence_ordered(), ChildMixin, EvidenceMixin,
        ModelSQL, ModelView):
    __name__ = 'tibillet.convention.contribution'
    __string__ = "Convention Contribution"
    _problem_error = ContributionValidationError
    _problem_message = 'tibillet_federation.msg_contribution'

    _states = {
        'readonly': Eval('frozen', False),
        }

    convention = fields.Many2One(
        'tibillet.convention', "Convention", required=True,
        ondelete='RESTRICT', states=_states)
    contributor = fields.Many2One(
        'party.party', "Contributor", required=True, ondelete='RESTRICT',
        domain=[
            If(Eval('contributors', []),
                ('id', 'in', Eval('contributors', [])), ()),
            ],
        states=_states, help="Who has paid or given it.")
    contributors = fields.Function(
        fields.Many2Many('party.party', None, None, "Contributors"),
        'on_change_with_contributors')
    date = fields.Date(
        "Date", required=True, states=_states,
        help="The day on which it was brought.")
    nature = fields.Selection(
        NATURES, "Nature", required=True, sort=False, states=_states)
    nature_string = nature.translated('nature')
    description = fields.Char(
        "Description", required=True, states=_states)
    # The two are required by a check whose sentence says what to do.
    quantity = fields.Numeric("Quantity", digits='unit', states=_states)
    unit = fields.Many2One(
        'product.uom', "Unit", required=True, ondelete='RESTRICT',
        states=_states)
    unit_cost = Monetary(
        "Unit Cost", currency='currency',
        states=_states, help="What one unit has cost, without any margin.")
    amount = fields.Function(Monetary(
            "Amount", currency='currency', digits='currency',
            help="Quantity times unit cost."),
        'on_change_with_amount')
    tax_included = fields.Boolean(
        "Tax Included", states=_states,
        help="Check if the unit cost includes VAT.")
    vat_rate = fields.Numeric(
        "VAT Rate", digits=RATE_DIGITS, states=_states,
        help="The VAT of the purchase; leave empty if it has none.")
    vat_recoverable = fields.Boolean(
        "VAT Recoverable",
        states={
            'readonly': _states['readonly'],
            'invisible': ~Eval('vat_rate'),
            },
        help="Check if the contributor recovers the VAT.")
    gross = fields.Function(Monetary(
            "Including Tax", currency='currency', digits='currency'),
        'on_change_with_gross')
    net = fields.Function(Monetary(
            "Net of Recoverable VAT", currency='currency',
            digits='currency'),
        'on_change_with_net')
    valued = fields.Function(Monetary(
            "Valued", currency='currency', digits='currency',
            help="The amount by the valuation of the clauses."),
        'get_valued')
    recoupable = fields.Function(
        fields.Boolean(
            "To Recoup",
            help="Recovered through the pot "
            "for a party that recoups its contributions."),
        'get_recoupable')
    units = fields.Many2Many(
        'tibillet.convention.contribution-tibillet.equipment',
        'contribution', 'equipment', "Units",
        states={
            'invisible': Eval('nature') != 'equipment',
            },
        help="The units of equipment that were brought.")
    recorded = fields.Function(Monetary(
            "In the Ledger", currency='currency', digits='currency',
            help="The amount recorded in the ledger of the convention."),
        'get_recorded')
    frozen = fields.Function(fields.Boolean("Frozen"), 'get_frozen')
    state = fields.Selection([
            ('estimated', "Estimated"),
            ('verified', "Verified"),
            ], "State", required=True, readonly=True, sort=False)
    state_string = state.translated('state')

    del _states

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('convention')
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.convention, Index.Equality())))
        cls.recovered_through.states['readonly'] = Eval('frozen', False)
        for name in EVIDENCE:
            getattr(cls, name).states['readonly'] = (
                Eval('frozen', False) & (Eval('state') == 'verified'))
        cls._order.insert(0, ('convention', 'DESC'))
        cls._transitions |= {
            ('estimated', 'verified'),
            ('verified', 'estimated'),
            }
        cls._buttons.update({
                'verify': {
                    'invisible': Eval('state') != 'estimated',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                'estimate': {
                    'invisible': Eval('state') != 'verified',
                    'readonly': Eval('frozen', False),
                    'icon': 'tryton-undo',
                    'depends': ['state', 'frozen'],
                    },
                })

    @classmethod
    def default_date(cls):
        pool = Pool()
        Date = pool.get('ir.date')
        return Date.today()

    @classmethod
    def default_nature(cls):
        return 'equipment'

    @classmethod
    def default_unit(cls):
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        return ModelData.get_id('product', 'uom_unit')

    @classmethod
    def default_tax_included(cls):
        return True

    @classmethod
    def default_recovered_through(cls):
        return 'pot'

    @classmethod
    def default_state(cls):
        return 'estimated'

    @fields.depends('nature')
    def on_change_nature(self):
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        if self.nature == 'time':
            self.unit = ModelData.get_id('product', 'uom_day')

    @fields.depends('contributor', 'convention', '_parent_convention.parties')
    def on_change_contributor(self):
        if self.convention and self.contributor:
            for line in self.convention.parties or []:
                if line.party == self.contributor:
                    self.vat_recoverable = line.vat_regime == 'subject'

    @fields.depends('convention', '_parent_convention.parties')
    def on_change_with_contributors(self, name=None):
        if self.convention:
            return [
                line.party for line in self.convention.parties or []
                if line.party]
        return []

    @fields.depends('quantity', 'unit_cost', methods=['_round'])
    def on_change_with_amount(self, name=None):
        if self.quantity is not None and self.unit_cost is not None:
            return self._round(self.quantity * self.unit_cost)

    @fields.depends(
        'quantity', 'unit_cost', 'tax_included', 'vat_rate',
        methods=['_round'])
    def on_change_with_gross(self, name=None):
        if self.quantity is None or self.unit_cost is None:
            return
        amount = self.quantity * self.unit_cost
        if not self.tax_included:
            amount *= 1 + (self.vat_rate or 0)
        return self._round(amount)

    @fields.depends(
        'quantity', 'unit_cost', 'tax_included', 'vat_rate',
        'vat_recoverable', methods=['_round'])
    def on_change_with_net(self, name=None):
        if self.quantity is None or self.unit_cost is None:
            return
        amount = self.quantity * self.unit_cost
        factor = 1 + (self.vat_rate or 0)
        if self.tax_included and self.vat_recoverable:
            amount /= factor
        elif not self.tax_included and not self.vat_recoverable:
            amount *= factor
        return self._round(amount)

    @fields.depends('convention', '_parent_convention.currency')
    def _round(self, amount):
        if self.convention and self.convention.currency:
            return half_up(amount, self.convention.currency.rounding)
        return amount

    @classmethod
    def get_valued(cls, contributions, name):
        basis = {}
        for convention in {c.convention for c in contributions}:
            version = convention.reference_version
            basis[convention] = version.valuation if version else 'gross'
        return {
            c.id: getattr(c, basis[c.convention]) for c in contributions}

    @classmethod
    def get_recoupable(cls, contributions, name):
        recoups = {
            (p.convention, p.party)
            for convention in {c.convention for c in contributions}
            for p in convention.parties if p.recoups}
        return {
            c.id: (
                c.recovered_through == 'pot'
                and (c.convention, c.contributor) in recoups)
            for c in contributions}

    @classmethod
    def get_recorded(cls, contributions, name):
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        recorded = dict.fromkeys([c.id for c in contributions], Decimal(0))
        for entry in Entry.search([
                    ('origin', 'in', [str(c) for c in contributions]),
                    ('type', '=', 'contribution'),
                    ], order=[]):
            recorded[entry.origin.id] += entry.amount
        return recorded

    @classmethod
    def get_frozen(cls, contributions, name):
        locked = cls._locked_conventions(contributions)
        return {
            c.id: c.convention in locked
            and bool(c.state == 'verified' or c.recorded)
            for c in contributions}

    @classmethod
    def _locked_conventions(cls, contributions):
        "Return the conventions of which a statement is locked"
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        statements = Statement.search([
                ('convention', 'in', [
                        c.convention.id for c in contributions]),
                ('state', 'in', LOCKED),
                ], order=[])
        return {s.convention for s in statements}

    @classmethod
    def get_totals(cls, conventions):
        """Return the gross and net totals by convention and party ids"""
        totals = defaultdict(lambda: (Decimal(0), Decimal(0)))
        for contribution in cls.search([
                    ('convention', 'in', [c.id for c in conventions]),
                    ], order=[]):
            key = contribution.convention.id, contribution.contributor.id
            gross, net = totals[key]
            totals[key] = (
                gross + (contribution.gross or 0),
                net + (contribution.net or 0))
        return totals

    @property
    def evidence_owner(self):
        return self.contributor

    def get_rec_name(self, name):
        return self.description

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('description', *clause[1:])]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state') == 'estimated', 'warning', '')),
            ]

    @classmethod
    def copy(cls, contributions, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('evidence_line')
        default.setdefault('evidence_file')
        default.setdefault('evidence_reference')
        default.setdefault('units')
        return super().copy(contributions, default=default)

    @classmethod
    def validate_fields(cls, contributions, field_names):
        super().validate_fields(contributions, field_names)
        if field_names & {'recovered_through', 'contributor', 'date'}:
            cls._check_pot(contributions)

    def _get_problem(self, field_names):
        problem = super()._get_problem(field_names)
        if problem:
            return problem
        if 'quantity' in field_names and (
                self.quantity is None or self.quantity <= 0):
            return 'quantity'
        if 'unit_cost' in field_names and (
                self.unit_cost is None or self.unit_cost < 0):
            return 'unit_cost'
        if 'vat_rate' in field_names and not (
                0 <= (self.vat_rate or 0) <= 1):
            return 'vat_rate'
        if ({'units', 'quantity'} & field_names
                and len(self.units) > (self.quantity or 0)):
            return 'units'

    def _get_problem_names(self):
        return {'contribution': self.rec_name}

    @classmethod
    def _check_pot(cls, contributions):
        "Refuse to add to a pot which is recouped, locked or not"
        replays = {}
        for contribution in contributions:
            if contribution.recorded or not contribution.recoupable:
                continue
            if is_recouped(
                    contribution.convention, contribution.date, replays):
                raise ContributionValidationError(gettext(
                        'tibillet_federation.msg_contribution_post',
                        contribution=contribution.rec_name))

    @classmethod
    def check_modification(
            cls, mode, contributions, values=None, external=False):
        super().check_modification(
            mode, contributions, values=values, external=external)
        if mode == 'create':
            for contribution in contributions:
                if contribution.convention.state in {'closing', 'closed'}:
                    raise ContributionModificationError(gettext(
                            'tibillet_federation.msg_contribution_closing',
                            contribution=contribution.rec_name,
                            convention=contribution.convention.rec_name))
        written = (
            cls._get_written(contributions) if mode == 'delete' else set())
        for contribution in contributions:
            refusal = contribution._get_refusal(
                mode, values or {}, external, written)
            if refusal:
                raise ContributionModificationError(gettext(
                        f'tibillet_federation.msg_contribution_{refusal}',
                        contribution=contribution.rec_name,
                        convention=contribution.convention.rec_name))

    def _get_refusal(self, mode, values, external, written):
        "Return why it may not be modified, or nothing"
        changed = set(values)
        if mode == 'create':
            moved = self.state != 'estimated'
        else:
            moved = 'state' in changed
        if external and moved:
            return 'state'
        # The buttons move the state.
        free = {'sequence', 'units', 'state'}
        if self.state == 'estimated':
            free.update(EVIDENCE)
        if mode != 'create' and self.frozen and (
                mode == 'delete' or changed - free):
            return 'modification'
        if mode == 'delete' and self in written:
            return 'written'
        if {'date', 'contributor'} & changed and self.recorded:
            return 'moved'

    @classmethod
    def on_modification(cls, mode, contributions, field_names=None):
        super().on_modification(
            mode, contributions, field_names=field_names)
        if mode == 'write' and field_names & {
                'quantity', 'unit_cost', 'tax_included', 'vat_rate',
                'vat_recoverable', 'contributor', 'recovered_through'}:
            written = cls._get_written(contributions)
            cls.record([
                    c for c in contributions
                    if c.convention.state != 'draft'
                    and (c.state == 'verified' or c in written)])

    @classmethod
    def _get_written(cls, contributions):
        "Return those that have entries, even if they make nothing together"
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        return {
            e.origin for sub_contributions in sliced(contributions)
            for e in Entry.search([
                    ('origin', 'in', [str(c) for c in sub_contributions]),
                    ], order=[])}

    @classmethod
    @ModelView.button
    @Workflow.transition('verified')
    def verify(cls, contributions):
        for contribution in contributions:
            if not contribution.has_evidence:
                raise ContributionVerificationError(gettext(
                        'tibillet_federation.msg_contribution_no_evidence',
                        contribution=contribution.rec_name))
        cls._check_pot(contributions)
        cls.record([
                c for c in contributions if c.convention.state != 'draft'])

    @classmethod
    @ModelView.button
    @Workflow.transition('estimated')
    def estimate(cls, contributions):
        for contribution in contributions:
            if contribution.frozen:
                raise ContributionModificationError(gettext(
                        'tibillet_federation.msg_contribution_modification',
                        contribution=contribution.rec_name,
                        convention=contribution.convention.rec_name))

    @classmethod
    def record(cls, contributions):
        "Bring the ledger to what the contributions are worth"
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        Entry.record_contributions(contributions)
