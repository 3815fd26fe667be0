from collections import defaultdict
from dataclasses import dataclass, replace
from decimal import Decimal

from sql.aggregate import Sum
from tibillet_base.append_only import refuse_changes
from tibillet_base.names import search_names
from tibillet_base.tools import sliced

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.tools import sqlite_apply_types
from trytond.transaction import Transaction

from .choice import OfConventionMixin
from .entry_waiting import get_waiting_problem
from .exceptions import (
    EntryDateError, EntryModificationError, EntryReversalError,
    EntryValidationError)
from .of_convention import CurrencyMixin
from .settlement import Book, Replay

# What the sign of an entry is, unless it undoes another one. An adjustment
# goes both ways.
SIGNS = {
    'contribution': 1,
    'accrual': 1,
    'recoupment': -1,
    'indemnity': -1,
    'write_off': -1,
    'buy_back': -1,
    'rental': -1,
    }
POT = ['contribution', 'accrual']
RECOUPED = ['recoupment', 'adjustment']
# What follows something else is corrected there, as the message says.
FOLLOWED = {
    'contribution': 'msg_entry_reverse_contribution',
    **dict.fromkeys(RECOUPED, 'msg_entry_reverse_recoupment'),
    }
# What people record themselves; the rest comes from contributions, costs
# and locked statements.
BY_HAND = ['indemnity', 'write_off', 'buy_back', 'rental']


@dataclass(frozen=True)
class ContributorBalance:
    """What a contributor has put in, recouped, and given up otherwise"""
    contributed: Decimal = Decimal(0)
    recouped: Decimal = Decimal(0)
    credited: Decimal = Decimal(0)

    @property
    def remaining(self):
        return self.contributed - self.recouped - self.credited

    def add(self, type_, amount):
        if type_ in POT:
            return replace(self, contributed=self.contributed + amount)
        if type_ in RECOUPED:
            return replace(self, recouped=self.recouped - amount)
        return replace(self, credited=self.credited - amount)


class Entry(CurrencyMixin, OfConventionMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.convention.entry'
    __string__ = "Convention Entry"

    _of_convention = ['version']

    convention = fields.Many2One(
        'tibillet.convention', "Convention",
        required=True, ondelete='RESTRICT')
    date = fields.Date("Date", required=True)
    type = fields.Selection([
            ('contribution', "Contribution"),
            ('accrual', "Accrual"),
            ('recoupment', "Recoupment"),
            ('adjustment', "Adjustment"),
            ('indemnity', "Indemnity"),
            ('write_off', "Write-off"),
            ('buy_back', "Buy-back"),
            ('rental', "Outside Rental"),
            ], "Type", required=True, sort=False,
        domain=[
            If(~Eval('origin'), ('type', 'in', BY_HAND), ()),
            ])
    type_string = type.translated('type')
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        help="Positive to raise what is to recoup, negative to lower it.")
    contributor = fields.Many2One(
        'party.party', "Contributor", required=True, ondelete='RESTRICT',
        help="The party whose contribution it raises or lowers.")
    description = fields.Char(
        "Description", required=True, help="Why it is recorded.")
    origin = fields.Reference(
        "Origin", selection='get_origin', readonly=True)
    version = fields.Many2One(
        'tibillet.convention.version', "Clauses", ondelete='RESTRICT',
        domain=[
            ('convention', '=', Eval('convention', -1)),
            ],
        help="The clauses under which the amount was computed.")
    statement_links = fields.One2Many(
        'tibillet.convention.statement.entry', 'entry', "Statement Links",
        readonly=True)
    statement = fields.Function(fields.Many2One(
            'tibillet.convention.statement', "Statement",
            help="The locked statement that shows the entry."),
        'get_statement', searcher='search_statement')
    created_by = fields.Function(
        fields.Char("Created by"), 'get_created_by')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('convention')
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(
                table,
                (table.convention, Index.Equality()),
                (table.date, Index.Range(order='ASC'))))
        cls._order = [
            ('date', 'ASC'),
            ('id', 'ASC'),
            ]
        for name in [
                'convention', 'date', 'type', 'amount', 'contributor',
                'description', 'version']:
            getattr(cls, name).states['readonly'] = Eval('id', -1) >= 0
        cls._buttons.update({
                'reverse_wizard': {
                    'invisible': Eval('type').in_(list(FOLLOWED)),
                    'icon': 'tryton-undo',
                    'depends': ['type'],
                    },
                })

    @classmethod
    def __register__(cls, module_name):
        super().__register__(module_name)
        refuse_changes(
            cls._table,
            columns=[
                'convention', 'date', 'type', 'amount', 'origin', 'version'],
            party_columns=['contributor'])

    @classmethod
    def pot_types(cls):
        "Return the types that make the pot; the others recoup or lower it"
        return list(POT)

    @classmethod
    def _get_origin(cls):
        return [
            'tibillet.convention.entry',
            'tibillet.convention.contribution',
            'tibillet.convention.cost',
            'tibillet.convention.service',
            ]

    @classmethod
    def get_origin(cls):
        pool = Pool()
        IrModel = pool.get('ir.model')
        get_name = IrModel.get_name
        return [(None, '')] + [
            (model, get_name(model)) for model in cls._get_origin()]

    @classmethod
    def get_statement(cls, entries, name):
        pool = Pool()
        Link = pool.get('tibillet.convention.statement.entry')
        statements = dict.fromkeys([e.id for e in entries])
        for sub_entries in sliced(entries):
            for link in Link.search([
                        ('entry', 'in', [e.id for e in sub_entries]),
                        ], order=[]):
                statements[link.entry.id] = link.statement.id
        return statements

    @classmethod
    def search_statement(cls, name, clause):
        path = clause[0][len(name):]
        if not path and clause[2] is None:
            return [('statement_links', clause[1], None)]
        return [('statement_links.statement' + path, *clause[1:])]

    @classmethod
    def get_created_by(cls, entries, name):
        return {
            e.id: e.create_uid.rec_name if e.create_uid else ''
            for e in entries}

    def get_rec_name(self, name):
        return ' '.join(filter(None, [
                    self.type_string, self.description,
                    f'({self.convention.rec_name})']))

    @classmethod
    def search_rec_name(cls, name, clause):
        return search_names(clause, 'description', 'convention.rec_name')

    @classmethod
    def get_balances(cls, conventions, date=None, settled=None):
        """Return the balances of each contributor by convention, in a query

        date: sum the entries until this day only.
        settled: True for what locked statements show, False for the rest.
        The result maps convention ids to {party id: ContributorBalance}.
        """
        pool = Pool()
        Link = pool.get('tibillet.convention.statement.entry')
        entry = cls.__table__()
        link = Link.__table__()
        cursor = Transaction().connection.cursor()

        balances = defaultdict(dict)
        currencies = {c.id: c.currency for c in conventions}
        for sub_conventions in sliced(list(currencies)):
            where = fields.SQL_OPERATORS['in'](
                entry.convention, list(sub_conventions))
            if date is not None:
                where &= entry.date <= date
            if settled is not None:
                linked = entry.id.in_(link.select(link.entry))
                where &= linked if settled else ~linked
            query = entry.select(
                entry.convention,
                entry.contributor,
                entry.type,
                Sum(entry.amount).as_('amount'),
                where=where,
                group_by=[entry.convention, entry.contributor, entry.type])
            sqlite_apply_types(query, [None, None, None, 'NUMERIC'])
            cursor.execute(*query)
            for convention, contributor, type_, amount in cursor:
                balance = balances[convention].get(
                    contributor, ContributorBalance())
                balances[convention][contributor] = balance.add(
                    type_, currencies[convention].round(amount))
        return balances

    @classmethod
    def record_contributions(cls, contributions):
        "Bring the ledger to what each contribution is worth now"
        entries = []
        for contribution in contributions:
            target = (
                contribution.valued if contribution.recoupable
                else Decimal(0))
            amount = (target or 0) - contribution.recorded
            if amount:
                entries.append(cls(
                        convention=contribution.convention,
                        date=contribution.date,
                        type='contribution',
                        amount=amount,
                        contributor=contribution.contributor,
                        description=contribution.description,
                        origin=contribution,
                        version=contribution.convention.reference_version))
        cls.save(entries)
        return entries

    @classmethod
    @ModelView.button_action('tibillet_federation.wizard_entry_reverse')
    def reverse_wizard(cls, entries):
        pass

    @classmethod
    def reverse(cls, entries, date, description):
        "Undo entries by their opposites, and return these"
        reversals = []
        for entry in entries:
            if message := FOLLOWED.get(entry.type):
                raise EntryValidationError(gettext(
                        f'tibillet_federation.{message}',
                        entry=entry.rec_name))
            reversals.append(cls(
                    convention=entry.convention,
                    date=date,
                    type=entry.type,
                    amount=-entry.amount,
                    contributor=entry.contributor,
                    description=description,
                    origin=entry,
                    version=entry.version))
        cls.save(reversals)
        return reversals

    def _check_problem(self, field_names):
        super()._check_problem(field_names)
        if ('type' in field_names and not self.origin
                and self.type not in BY_HAND):
            raise EntryModificationError(gettext(
                    'tibillet_federation.msg_entry_by_hand',
                    entry=self.rec_name))

    @classmethod
    def validate_fields(cls, entries, field_names):
        super().validate_fields(entries, field_names)
        if field_names & {
                'convention', 'date', 'type', 'amount', 'contributor',
                'origin'}:
            for entry in entries:
                entry._check_date()
                entry._check_amount()
            cls._check_remaining(entries)
            cls._check_waiting(entries)

    def _check_date(self):
        # Contributions, costs and services have dates of their own.
        if self.type not in BY_HAND and not isinstance(
                self.origin, self.__class__):
            return
        if problem := self.convention.get_date_problem(self.date):
            raise EntryDateError(gettext(
                    f'tibillet_federation.msg_entry_date_{problem}',
                    entry=self.rec_name,
                    convention=self.convention.rec_name,
                    date=self.convention.format_date(self.date),
                    start=self.convention.format_date(
                        self.convention.start)))

    def _check_amount(self):
        if not self.amount:
            raise EntryValidationError(gettext(
                    'tibillet_federation.msg_entry_zero',
                    entry=self.rec_name))
        if self.contributor not in {
                p.party for p in self.convention.parties if p.recoups}:
            raise EntryValidationError(gettext(
                    'tibillet_federation.msg_entry_contributor',
                    entry=self.rec_name,
                    convention=self.convention.rec_name))
        if isinstance(self.origin, self.__class__):
            self._check_reversal()
        elif self._is_revaluation():
            # Lowering what was counted too high.
            return
        elif self.amount * SIGNS.get(self.type, self.amount) < 0:
            if SIGNS[self.type] > 0:
                message = 'msg_entry_positive'
            else:
                message = 'msg_entry_negative'
            raise EntryValidationError(gettext(
                    f'tibillet_federation.{message}',
                    entry=self.rec_name,
                    amount=self.convention.format_amount(self.amount)))

    def _is_revaluation(self):
        pool = Pool()
        Contribution = pool.get('tibillet.convention.contribution')
        return (self.type == 'contribution'
            and isinstance(self.origin, Contribution))

    def _check_reversal(self):
        reversed_ = self.origin
        if self.date < reversed_.date:
            raise EntryReversalError(gettext(
                    'tibillet_federation.msg_entry_reversal_date',
                    entry=self.rec_name,
                    reversed=reversed_.rec_name,
                    date=self.convention.format_date(reversed_.date)))
        same = all(
            getattr(self, name) == getattr(reversed_, name)
            for name in ['convention', 'type', 'contributor'])
        others = self.search([
                ('origin', '=', str(reversed_)),
                ('id', '!=', self.id),
                ], limit=1)
        if (not same or others
                or self.amount != -reversed_.amount
                or isinstance(reversed_.origin, self.__class__)):
            raise EntryValidationError(gettext(
                    'tibillet_federation.msg_entry_reversal',
                    entry=self.rec_name,
                    reversed=reversed_.rec_name,
                    amount=self.convention.format_amount(
                        -reversed_.amount)))

    @classmethod
    def _check_remaining(cls, entries):
        "Refuse to recoup more than what remains"
        lowered = {
            (e.convention, e.contributor) for e in entries if e.amount < 0}
        if not lowered:
            return
        balances = cls.get_balances({c for c, _ in lowered})
        for convention, contributor in lowered:
            remaining = balances[convention.id][contributor.id].remaining
            if remaining < 0:
                raise EntryValidationError(gettext(
                        'tibillet_federation.msg_entry_remaining',
                        contributor=contributor.rec_name,
                        convention=convention.rec_name,
                        excess=convention.format_amount(-remaining)))

    @classmethod
    def _check_waiting(cls, entries):
        "Refuse to lower more than what waiting services leave"
        lowered = {}
        for entry in entries:
            if entry.amount < 0 and (
                    entry.type in BY_HAND or isinstance(entry.origin, cls)):
                lowered[entry.convention] = entry
        for convention, entry in lowered.items():
            for _, excess in Replay(Book(convention)).run().excesses:
                code, values = get_waiting_problem(entry, excess)
                raise EntryValidationError(gettext(
                        f'tibillet_federation.msg_entry_{code}', **values))

    @classmethod
    def copy(cls, entries, default=None):
        # What it was made of has already been counted.
        for entry in entries:
            raise EntryModificationError(gettext(
                    'tibillet_federation.msg_entry_copy',
                    entry=entry.rec_name))
        return []

    @classmethod
    def check_modification(cls, mode, entries, values=None, external=False):
        super().check_modification(
            mode, entries, values=values, external=external)
        for entry in entries:
            # An entry is a fact: a mistake is corrected by the opposite one.
            if mode in {'write', 'delete'}:
                raise EntryModificationError(gettext(
                        'tibillet_federation.msg_entry_immutable',
                        entry=entry.rec_name))
            if external and (entry.type not in BY_HAND or entry.origin):
                raise EntryModificationError(gettext(
                        'tibillet_federation.msg_entry_by_hand',
                        entry=entry.rec_name))
            if entry.convention.state == 'closed':
                raise EntryModificationError(gettext(
                        'tibillet_federation.msg_entry_closed',
                        entry=entry.rec_name,
                        convention=entry.convention.rec_name))
