from collections import defaultdict
from decimal import Decimal

from tibillet_base.partners import matching

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If

from .child import ChildMixin
from .evidence import EvidenceMixin
from .exceptions import (
    CostAccrualError, CostDateError, CostModificationError,
    CostValidationError)
from .of_convention import PartnersMixin
from .settlement import ACCRUAL, Book, Replay

NATURES = [
    ('salary', "Salary"),
    ('fee', "Artist Fee"),
    ('invoice', "Invoice"),
    ('waived', "Waived"),
    ('travel', "Travel"),
    ('communication', "Communication"),
    ('logistics', "Logistics"),
    ('bank_fees', "Bank Fees"),
    ('hosting', "Hosting"),
    ('repair', "Repairs"),
    ('insurance', "Insurance"),
    ('other', "Other"),
    ]
# Fewer people would tell what one of them earns.
PEOPLE_MIN = 3

_states = {
    'readonly': Bool(Eval('entry')),
    }


class Cost(PartnersMixin, ChildMixin, EvidenceMixin, ModelSQL, ModelView):
    "A cost that belongs to no service in particular"
    __name__ = 'tibillet.convention.cost'
    __string__ = "Convention Cost"
    _problem_error = CostValidationError
    _problem_message = 'tibillet_federation.msg_cost'

    convention = fields.Many2One(
        'tibillet.convention', "Convention",
        required=True, ondelete='RESTRICT', states=_states)
    payer = fields.Many2One(
        'party.party', "Borne by", required=True, ondelete='RESTRICT',
        domain=[
            If(Eval('partners', []),
                ('id', 'in', Eval('partners', [])), ()),
            ],
        states=_states,
        help="The partner that has paid it.")
    payer_companies = fields.Function(
        fields.Many2Many(
            'company.company', None, None, "Companies",
            help="The company of who has paid it, "
            "when it keeps its books here."),
        'get_payer_companies', searcher='search_payer_companies')
    date = fields.Date("Date", required=True, states=_states)
    nature = fields.Selection(
        [n for n in NATURES if n[0] != 'waived'], "Nature",
        required=True, sort=False, states=_states)
    description = fields.Char("Description", required=True, states=_states)
    people = fields.Integer(
        "People",
        states={
            'readonly': _states['readonly'],
            'invisible': Eval('nature') != 'salary',
            'required': Eval('nature') == 'salary',
            },
        help="How many people are paid together.")
    consent = fields.Boolean(
        "Consent",
        states={
            'readonly': _states['readonly'],
            'invisible': Eval('nature') != 'salary',
            },
        help="Check if all the people concerned agree "
        "that the partners read the amount.")
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        states=_states,
        help="What it really costs, charges included, excluding tax "
        "when VAT is recovered.")
    entry = fields.Function(
        fields.Many2One(
            'tibillet.convention.entry', "Entry",
            help="What adds it to the pot."),
        'get_entry')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(
                table,
                (table.convention, Index.Equality()),
                (table.date, Index.Range())))
        cls._order = [
            ('date', 'DESC'),
            ('id', 'DESC'),
            ]
        for name in [
                'evidence_line', 'evidence_file', 'evidence_reference',
                'recovered_through']:
            getattr(cls, name).states['readonly'] = _states['readonly']
        cls._buttons.update({
                'accrue': {
                    'invisible': (
                        (Eval('recovered_through') != 'pot')
                        | Bool(Eval('entry'))),
                    'depends': ['recovered_through', 'entry'],
                    },
                })

    @classmethod
    def default_nature(cls):
        return 'hosting'

    @classmethod
    def default_recovered_through(cls):
        return 'none'

    @property
    def evidence_owner(self):
        return self.payer

    @classmethod
    def get_payer_companies(cls, costs, name):
        return {
            c.id: [
                p.company.id for p in c.convention.parties
                if p.party == c.payer and p.company]
            for c in costs}

    @classmethod
    def search_payer_companies(cls, name, clause):
        pool = Pool()
        ConventionParty = pool.get('tibillet.convention.party')
        cost = cls.__table__()
        party = ConventionParty.__table__()
        return [('id', 'in', cost
                .join(party, condition=(
                        (cost.convention == party.convention)
                        & (cost.payer == party.party)))
                .select(
                    cost.id,
                    where=party.company.in_(matching(
                            pool.get('company.company'), name, clause))))]

    @classmethod
    def get_entry(cls, costs, name):
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        entries = dict.fromkeys([c.id for c in costs])
        accruals = cls._get_accruals(costs)
        reversed_ = {
            e.origin for e in Entry.search([
                    ('origin', 'in', [str(a) for a in accruals]),
                    ], order=[])}
        for accrual in accruals:
            # What is undone may be added again.
            if accrual not in reversed_:
                entries[accrual.origin.id] = accrual.id
        return entries

    @classmethod
    def _get_accruals(cls, costs):
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        return Entry.search([
                ('origin', 'in', [str(c) for c in costs]),
                ], order=[])

    def get_rec_name(self, name):
        return self.description

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('description', *clause[1:])]

    @classmethod
    def copy(cls, costs, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('evidence_line')
        default.setdefault('evidence_file')
        default.setdefault('evidence_reference')
        return super().copy(costs, default=default)

    @classmethod
    def validate_fields(cls, costs, field_names):
        super().validate_fields(costs, field_names)
        if 'date' in field_names:
            cls._check_dates(costs)

    def _get_problem(self, field_names):
        problem = super()._get_problem(field_names)
        if problem:
            return problem
        if self.partners and self.payer not in self.partners:
            return 'payer'
        if (field_names & {'nature', 'people', 'consent'}
                and self.nature == 'salary'):
            if not self.consent and (self.people or 0) < PEOPLE_MIN:
                return 'people'
            if (self.people or 0) <= 0:
                return 'nobody'
        if 'people' in field_names and (
                self.people is not None and self.people <= 0):
            return 'nobody'
        if 'amount' in field_names and self.amount <= 0:
            return 'amount'

    def _get_problem_names(self):
        return {
            'cost': self.rec_name,
            'people': PEOPLE_MIN,
            'convention': self.convention.rec_name,
            'payer': self.payer.rec_name,
            'partners': ', '.join(p.rec_name for p in self.partners),
            }

    @classmethod
    def _check_dates(cls, costs):
        "Refuse what is to come, and what a locked statement has shown"
        until = cls._get_locked_until(costs)
        for cost in costs:
            cost._check_date()
            locked = until[cost.convention]
            if locked and cost.date <= locked:
                raise CostModificationError(gettext(
                        'tibillet_federation.msg_cost_locked',
                        cost=cost.rec_name,
                        date=cost.convention.format_date(locked)))

    def _check_date(self):
        convention = self.convention
        if problem := convention.get_date_problem(self.date):
            raise CostDateError(gettext(
                    f'tibillet_federation.msg_cost_date_{problem}',
                    cost=self.rec_name,
                    convention=convention.rec_name,
                    date=convention.format_date(self.date),
                    start=convention.format_date(convention.start)))

    @classmethod
    def _get_locked_until(cls, costs):
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        return {
            c: Statement.get_locked_until(c)
            for c in {c.convention for c in costs}}

    @classmethod
    def check_modification(cls, mode, costs, values=None, external=False):
        super().check_modification(
            mode, costs, values=values, external=external)
        if mode not in {'write', 'delete'}:
            return
        until = cls._get_locked_until(costs)
        if mode == 'delete':
            for accrual in cls._get_accruals(costs):
                raise CostModificationError(gettext(
                        'tibillet_federation.msg_cost_delete',
                        cost=accrual.origin.rec_name))
        for cost in costs:
            locked = until[cost.convention]
            if cost.entry or (locked and cost.date <= locked):
                raise CostModificationError(gettext(
                        'tibillet_federation.msg_cost_modification',
                        cost=cost.rec_name))

    @classmethod
    @ModelView.button
    def accrue(cls, costs):
        "Add the costs to the pot, as the clauses allow"
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        entries = []
        replays = {}
        # What the entries before add, which are not saved yet.
        added = defaultdict(Decimal)
        for cost in costs:
            if not cost.entry and cost.recovered_through == 'pot':
                convention = cost.convention
                if convention not in replays:
                    replays[convention] = Replay(Book(convention)).run()
                year = convention, cost.date.year
                version = cost._check_accrual(
                    replays[convention], added[year])
                added[year] += cost.amount
                entries.append(Entry(
                        convention=cost.convention,
                        date=cost.date,
                        type='accrual',
                        amount=cost.amount,
                        contributor=cost.payer,
                        description=cost.description,
                        origin=cost,
                        version=version))
        Entry.save(entries)

    def _check_accrual(self, replay, added):
        """Return the version that accepts the cost, refuse one it does not

        added: what the year gets at the same time.
        """
        self._check_date()
        convention = self.convention
        version = convention.version_at(self.date)
        values = {'cost': self.rec_name, 'convention': convention.rec_name}
        if not version or self.nature not in (version.accruals or []):
            raise CostAccrualError(gettext(
                    'tibillet_federation.msg_cost_accrual_nature', **values))
        # The recoupment may wait for its statement.
        if (convention.remaining <= 0
                or replay.is_recouped(self.date, ACCRUAL)):
            raise CostAccrualError(gettext(
                    'tibillet_federation.msg_cost_accrual_post', **values))
        ceiling = version.accrual_ceiling
        if ceiling is not None:
            left = ceiling - self._get_accrued() - added
            if self.amount > left:
                raise CostAccrualError(gettext(
                        'tibillet_federation.msg_cost_accrual_ceiling',
                        left=convention.format_amount(left), **values))
        return version

    def _get_accrued(self):
        "Return what is accrued in the year of the cost"
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        entries = Entry.search([
                ('convention', '=', self.convention.id),
                ('type', '=', 'accrual'),
                ], order=[])
        # What is undone later leaves the year of what it undoes.
        return sum((
                e.amount for e in entries
                if (e.origin if isinstance(e.origin, Entry) else e).date.year
                == self.date.year), Decimal(0))
