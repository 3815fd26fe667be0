import datetime as dt
import json
from decimal import Decimal

from sql.aggregate import Sum
from tibillet_base.tools import sliced, today

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, Workflow, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.tools import sqlite_apply_types
from trytond.transaction import Transaction

from tibillet.money import half_up

from .convention_gauge import PART
from .exceptions import (
    StatementComputeError, StatementModificationError, StatementPeriodError)
from .kept_content import KeptContentMixin
from .numbered import NumberedMixin
from .of_convention import CurrencyMixin
from .pot import remaining_of
from .settlement import LOCKED, Book, Replay
from .settlement_figures import dump_balances, load_balances
from .statement_text import get_headline, get_summary

# The days a partner has to contest a line.
CONTEST_DAYS = 15

_states = {
    'readonly': Eval('state') != 'draft',
    }


def _total(name, help=''):
    return fields.Function(
        Monetary(name, currency='currency', digits='currency', help=help),
        'get_total')


class Statement(
        CurrencyMixin, KeptContentMixin, NumberedMixin, Workflow, ModelSQL,
        ModelView):
    __name__ = 'tibillet.convention.statement'
    __string__ = "Convention Statement"

    _sequence_name = 'statement_sequence'

    convention = fields.Many2One(
        'tibillet.convention', "Convention",
        required=True, ondelete='RESTRICT',
        domain=[
            If(Eval('state') == 'draft',
                ('state', '!=', 'draft'),
                ()),
            ],
        states=_states)
    start_date = fields.Date(
        "Start Date", required=True, states=_states)
    end_date = fields.Date(
        "End Date", required=True, states=_states)
    date = fields.Date(
        "Date", required=True,
        states={
            'readonly': ~Eval('state').in_(['draft', 'computed']),
            },
        help="The day it is issued, from which the payment delay runs.")
    due_date = fields.Function(
        fields.Date("Due Date", help="The last day to pay."),
        'get_due_date')
    sent_on = fields.Date(
        "Sent On", readonly=True,
        states={
            'invisible': ~Eval('sent_on'),
            })
    contest_until = fields.Function(
        fields.Date(
            "To Contest Until",
            states={
                'invisible': ~Eval('contest_until'),
                }),
        'on_change_with_contest_until')
    opening_remaining = Monetary(
        "Remaining at Start", currency='currency', digits='currency',
        readonly=True)
    closing_remaining = Monetary(
        "Remaining at End", currency='currency', digits='currency',
        readonly=True)
    pot = Monetary(
        "Pot", currency='currency', digits='currency', readonly=True,
        help="What is to be recouped, at the end of the period.")
    progress = fields.Function(
        fields.Numeric(
            "Progress", digits=(1, 4),
            help="The part of the pot recouped at the end of the period."),
        'on_change_with_progress')
    crossed_on = fields.Date(
        "Recouped On", readonly=True,
        states={
            'invisible': ~Eval('crossed_on'),
            },
        help="The day on which nothing was left to recoup.")
    balances = fields.Text("Balances", readonly=True)
    lines = fields.One2Many(
        'tibillet.convention.statement.line', 'statement', "Lines",
        readonly=True)
    disputes = fields.One2Many(
        'tibillet.convention.statement.dispute', 'statement', "Disputes",
        states={
            'readonly': ~Eval('state').in_(['sent', 'contested', 'answered']),
            })
    approvals = fields.One2Many(
        'tibillet.convention.statement.approval', 'statement', "Approvals",
        states={
            'readonly': ~Eval('state').in_(['sent', 'answered']),
            })
    entry_links = fields.One2Many(
        'tibillet.convention.statement.entry', 'statement', "Entries",
        readonly=True)
    turnover = _total("Turnover")
    excluded = _total("Excluded")
    base = _total("Base")
    recouped = _total("Recouped")
    share = _total("Share")
    retained = _total(
        "Retained", "What the operators keep for themselves.")
    reimbursed = _total(
        "Reimbursed", "The common costs that others have advanced.")
    payable = _total("Payable", "What the operators have to pay.")
    due = _total(
        "Due Today", "What is due of it, by what the customers have paid.")
    summary = fields.Function(
        fields.Text("In One Sentence"), 'get_summary')
    state = fields.Selection([
            ('draft', "Draft"),
            ('computed', "Computed"),
            ('sent', "Sent"),
            ('contested', "Contested"),
            ('answered', "Answered"),
            ('approved', "Approved"),
            ('locked', "Locked"),
            ('invoiced', "Invoiced"),
            ('settled', "Settled"),
            ], "State", required=True, readonly=True, sort=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('convention')
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique', Unique(table, table.number),
                'tibillet_federation.msg_statement_number_unique'),
            ]
        cls._sql_indexes.add(
            Index(
                table,
                (table.convention, Index.Equality()),
                (table.end_date, Index.Range(order='ASC'))))
        cls._order = [
            ('end_date', 'DESC'),
            ('id', 'DESC'),
            ]
        cls._transitions |= {
            ('draft', 'computed'),
            ('computed', 'computed'),
            ('sent', 'computed'),
            ('contested', 'computed'),
            ('answered', 'computed'),
            ('approved', 'computed'),
            ('computed', 'draft'),
            }
        cls._buttons.update({
                'draft': {
                    'invisible': Eval('state') != 'computed',
                    'icon': 'tryton-back',
                    'depends': ['state'],
                    },
                'compute': {
                    'invisible': Eval('state').in_(LOCKED),
                    'icon': If(
                        Eval('state') == 'draft',
                        'tryton-forward', 'tryton-refresh'),
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_date(cls):
        return today()

    @classmethod
    def default_state(cls):
        return 'draft'

    @fields.depends('convention', 'start_date', 'end_date')
    def on_change_convention(self):
        "Follow the last statement by as long a period"
        if not self.convention or self.start_date:
            return
        last = self.__class__.get_last(self.convention)
        if last:
            self.start_date = last.end_date + dt.timedelta(days=1)
        else:
            self.start_date = self.convention.start

    @fields.depends('sent_on')
    def on_change_with_contest_until(self, name=None):
        if self.sent_on:
            return self.sent_on + dt.timedelta(days=CONTEST_DAYS)

    @fields.depends('pot', 'closing_remaining')
    def on_change_with_progress(self, name=None):
        if not self.pot:
            return Decimal(0)
        return half_up((self.pot - self.closing_remaining) / self.pot, PART)

    @classmethod
    def get_due_date(cls, statements, name):
        return {s.id: s._get_due_date() for s in statements}

    def _get_due_date(self, date=None):
        version = self.convention.version_at(self.end_date)
        if version:
            return (date or self.date) + dt.timedelta(
                days=version.payment_days)

    @classmethod
    def get_last(cls, convention):
        statements = cls.search([
                ('convention', '=', convention.id),
                ], order=[('end_date', 'DESC')], limit=1)
        return statements[0] if statements else None

    @classmethod
    def get_locked_until(cls, convention):
        "Return the end of the last locked statement, if there is one"
        statements = cls.search([
                ('convention', '=', convention.id),
                ('state', 'in', LOCKED),
                ], order=[('end_date', 'DESC')], limit=1)
        return statements[0].end_date if statements else None

    @property
    def is_locked(self):
        return self.state in LOCKED

    @classmethod
    def get_total(cls, statements, names):
        pool = Pool()
        Line = pool.get('tibillet.convention.statement.line')
        line = Line.__table__()
        cursor = Transaction().connection.cursor()
        stored = [n for n in names if n != 'due']
        totals = {n: {s.id: Decimal(0) for s in statements} for n in names}
        currencies = {s.id: s.currency for s in statements}
        for sub_ids in sliced(list(currencies)):
            query = line.select(
                line.statement,
                *(Sum(getattr(line, n)).as_(n) for n in stored),
                where=fields.SQL_OPERATORS['in'](
                    line.statement, list(sub_ids)),
                group_by=line.statement)
            sqlite_apply_types(query, [None] + ['NUMERIC'] * len(stored))
            cursor.execute(*query)
            for id, *amounts in cursor:
                for name, amount in zip(stored, amounts, strict=True):
                    totals[name][id] = currencies[id].round(amount)
        if 'due' in names:
            for statement in statements:
                totals['due'][statement.id] = statement.currency.round(
                    sum((l.due for l in statement.lines), Decimal(0)))
        return totals

    @classmethod
    def get_summary(cls, statements, name):
        return {s.id: get_summary(s) for s in statements}

    def get_headline(self, party):
        "Return what the party owes or is owed, by when, in words"
        return get_headline(self, party)

    def get_rec_name(self, name):
        return self.number or f'({self.id})'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('number', *clause[1:])]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state') == 'contested', 'warning',
                    If(Eval('state') == 'settled', 'muted', ''))),
            ]

    @classmethod
    def copy(cls, statements, default=None):
        default = default.copy() if default is not None else {}
        for name in cls._computed_fields | {'disputes', 'approvals'}:
            default.setdefault(name)
        return super().copy(statements, default=default)

    @classmethod
    def validate_fields(cls, statements, field_names):
        super().validate_fields(statements, field_names)
        if field_names & {'convention', 'start_date', 'end_date'}:
            cls._check_periods(statements)

    @classmethod
    def _check_periods(cls, statements):
        for statement in statements:
            convention = statement.convention
            if convention.start and statement.start_date < convention.start:
                raise StatementPeriodError(gettext(
                        'tibillet_federation.msg_statement_before',
                        statement=statement.rec_name,
                        convention=convention.rec_name,
                        start=convention.format_date(convention.start)))
            others = cls.search([
                    ('convention', '=', statement.convention.id),
                    ('start_date', '<=', statement.end_date),
                    ('end_date', '>=', statement.start_date),
                    ('id', '!=', statement.id),
                    ], limit=1)
            if others:
                raise StatementPeriodError(gettext(
                        'tibillet_federation.msg_statement_overlap',
                        statement=statement.rec_name,
                        other=others[0].rec_name,
                        start=statement.convention.format_date(
                            others[0].start_date),
                        end=statement.convention.format_date(
                            others[0].end_date)))

    # What does not belong to the locked content.
    _free_fields = {'state', 'entry_links', 'invoices'}
    # What people may type.
    _typed_fields = {
        'convention', 'start_date', 'end_date', 'date', 'disputes',
        'approvals'}
    # What the buttons write, and take back.
    _computed_fields = {
        'sent_on', 'opening_remaining', 'closing_remaining', 'pot',
        'crossed_on', 'balances', 'lines', 'entry_links', 'hash', 'content'}

    @classmethod
    def check_modification(
            cls, mode, statements, values=None, external=False):
        super().check_modification(
            mode, statements, values=values, external=external)
        wrong = []
        if mode == 'delete':
            wrong = [s for s in statements if s.state != 'draft']
        elif mode == 'write':
            changed = set(values)
            wrong = [
                s for s in statements
                if (s.is_locked and changed - cls._free_fields)
                or (external and changed - cls._typed_fields)
                or (s.state != 'draft' and changed & {
                        'convention', 'start_date', 'end_date'})
                # The parties have read by when to pay.
                or (s.state not in {'draft', 'computed'}
                    and 'date' in changed)]
        for statement in wrong:
            raise StatementModificationError(gettext(
                    'tibillet_federation.msg_statement_modification',
                    statement=statement.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('draft')
    def draft(cls, statements):
        cls._clear(statements)

    @classmethod
    @ModelView.button
    @Workflow.transition('computed')
    def compute(cls, statements):
        pool = Pool()
        Line = pool.get('tibillet.convention.statement.line')
        for statement in statements:
            statement._check_previous()
        cls._clear(statements)
        lines = []
        for statement in statements:
            replay = statement._replay()
            statement._check_excesses(replay)
            lines += Line.from_outcomes(statement, replay)
            statement._set_balances(replay)
        cls.save(statements)
        Line.save(lines)

    @classmethod
    def _clear(cls, statements):
        "Forget what was computed, and who approved it"
        pool = Pool()
        Line = pool.get('tibillet.convention.statement.line')
        Approval = pool.get('tibillet.convention.statement.approval')
        Approval.delete([a for s in statements for a in s.approvals])
        Line.delete([l for s in statements for l in s.lines])
        # What it shows belongs to its lock, which nothing undoes.
        kept = {'lines', 'entry_links'}
        cls.write(
            statements, dict.fromkeys(cls._computed_fields - kept))

    def _check_previous(self):
        "Check that all statements before are locked"
        others = self.search([
                ('convention', '=', self.convention.id),
                ('end_date', '<', self.start_date),
                ('state', 'not in', LOCKED),
                ], order=[('end_date', 'ASC')], limit=1)
        if others:
            raise StatementComputeError(gettext(
                    'tibillet_federation.msg_statement_previous',
                    statement=self.rec_name,
                    previous=others[0].rec_name))
        later = self.search([
                ('convention', '=', self.convention.id),
                ('start_date', '>', self.end_date),
                ('state', 'in', LOCKED),
                ], limit=1)
        if later:
            raise StatementComputeError(gettext(
                    'tibillet_federation.msg_statement_later',
                    statement=self.rec_name,
                    later=later[0].rec_name))

    def _replay(self):
        book = Book(self.convention)
        return Replay(book, until=self.end_date).run()

    def _check_excesses(self, replay):
        "Refuse the entries that the ledger could not hold once locked"
        for entry, excess in replay.excesses:
            convention = self.convention
            reason = 'refused' if entry.type == 'accrual' else 'surplus'
            raise StatementComputeError(gettext(
                    f'tibillet_federation.msg_statement_{reason}',
                    statement=self.rec_name,
                    entry=entry.rec_name,
                    date=convention.format_date(entry.date),
                    excess=convention.format_amount(excess),
                    end=convention.format_date(self.end_date)))

    def _set_balances(self, replay):
        opening, closing = self._get_balances(replay)
        self.balances = json.dumps({
                'opening': dump_balances(opening),
                'closing': dump_balances(closing),
                })
        self.opening_remaining = remaining_of(opening)
        self.closing_remaining = remaining_of(closing)
        self.pot = sum(
            (b.contributed for b in closing if b.recoupable), Decimal(0))
        self.crossed_on = replay.crossed_on

    def _get_balances(self, replay):
        "Return the balances at the start and at the end of the period"
        return replay.get_balances_at(self.start_date), replay.balances

    def _has_balances(self, replay):
        "Return if the replay gives what was computed"
        stored = json.loads(self.balances)
        return (
            [load_balances(stored[n]) for n in ['opening', 'closing']]
            == list(self._get_balances(replay))
            and self.crossed_on == replay.crossed_on)
