import json
from decimal import Decimal

from tibillet_base.tools import sliced

from trytond.i18n import gettext
from trytond.model import (
    Index, ModelSQL, ModelView, Unique, fields, sequence_ordered)
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If

from .due import due_by_part, due_total
from .exceptions import StatementModificationError
from .settlement import LOCKED
from .settlement_figures import Part, get_figures, get_voice

PHASES = [
    ('pre', "Before Recoupment"),
    ('crossing', "Crossing"),
    ('post', "After Recoupment"),
    ]
LIMITS = [
    ('pre.floor', "Minimum"),
    ('pre.cap', "Cap"),
    ('pre.max_rate', "Maximum Rate"),
    ('pre.base', "Base"),
    ('post.floor', "Minimum after Recoupment"),
    ('post.cap', "Cap after Recoupment"),
    ('post.max_rate', "Maximum Rate after Recoupment"),
    ('post.base', "Base after Recoupment"),
    ]
RATE_DIGITS = (16, 6)


def _amount(name, help='', required=True):
    return Monetary(
        name, currency='currency', digits='currency', required=required,
        readonly=True, help=help)


class StatementLine(sequence_ordered(), ModelSQL, ModelView):
    __name__ = 'tibillet.convention.statement.line'
    __string__ = "Convention Statement Line"

    statement = fields.Many2One(
        'tibillet.convention.statement', "Statement",
        required=True, readonly=True, ondelete='CASCADE')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    kind = fields.Selection([
            ('service', "Service"),
            ('adjustment', "Adjustment"),
            ], "Kind", required=True, readonly=True, sort=False,
        help="An adjustment corrects a service of a locked statement: "
        "its amounts are differences.")
    date = fields.Date(
        "Date", required=True, readonly=True,
        help="The date of the service, or of what corrects it.")
    service = fields.Many2One(
        'tibillet.convention.service', "Service",
        required=True, readonly=True, ondelete='RESTRICT')
    version = fields.Many2One(
        'tibillet.convention.version', "Clauses",
        required=True, readonly=True, ondelete='RESTRICT')
    phase = fields.Selection(
        PHASES, "Phase", required=True, readonly=True, sort=False)
    turnover = _amount(
        "Turnover", "What the customer pays for, excluding tax.")
    excluded = _amount(
        "Excluded", "What is deducted from the turnover.")
    base = _amount("Base", "The turnover less what is excluded.")
    opening_remaining = _amount(
        "Remaining Before", "What was to be recouped before the service.")
    pre_share = _amount(
        "Full Share before Recoupment",
        "What the whole service gives before recoupment.", required=False)
    post_share = _amount(
        "Full Share after Recoupment",
        "What the whole service gives after recoupment.", required=False)
    hits = fields.MultiSelection(
        LIMITS, "Limits", readonly=True, sort=False,
        help="The limits that changed the share.")
    alpha = fields.Numeric(
        "Part before Recoupment", digits=RATE_DIGITS, required=True,
        readonly=True,
        help="The part of the service that counts before recoupment.")
    recouped = _amount(
        "Recouped", "The part of the share that recoups contributions.")
    tiers = _amount("Cascade", "What the cascade pays.")
    local = _amount("Local Fund")
    destinations = _amount(
        "Destinations", "What research, hosting and the like receive.")
    share = _amount("Share")
    reimbursed = _amount(
        "Reimbursed", "The common costs that others have advanced.")
    retained = _amount(
        "Retained", "What the operator keeps for itself.")
    payable = _amount("Payable", "What the operator has to pay.")
    effective_rate = fields.Numeric(
        "Effective Rate", digits=RATE_DIGITS, readonly=True,
        help="The share divided by the base.")
    closing_remaining = _amount(
        "Remaining After", "What is to be recouped after the service.")
    figures = fields.Text("Figures", readonly=True)
    explanation = fields.Function(
        fields.Text(
            "Explanation",
            help="How the share is computed, to be checked by hand."),
        'get_explanation')
    due = fields.Function(Monetary(
            "Due Today", currency='currency', digits='currency',
            help="What is due of the payable part, "
            "by what the customer has paid."),
        'get_due')
    allocations = fields.One2Many(
        'tibillet.convention.allocation', 'line', "Allocations",
        readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('statement')
        table = cls.__table__()
        cls._sql_constraints += [
            ('service_unique',
                Unique(
                    table, table.statement, table.service, table.kind,
                    table.date),
                'tibillet_federation.msg_statement_line_unique'),
            ]
        cls._sql_indexes.add(Index(table, (table.service, Index.Equality())))
        cls._order.insert(0, ('statement', 'DESC'))

    @fields.depends('statement', '_parent_statement.currency')
    def on_change_with_currency(self, name=None):
        return self.statement.currency if self.statement else None

    @property
    def data(self):
        "The steps of the computation, which are not in fields"
        return json.loads(self.figures)

    @property
    def parts(self):
        "The Parts of what the operator gives back, to who gets them today"
        pool = Pool()
        Party = pool.get('party.party')
        return [
            Part(
                kind, key, name, Party(beneficiary).current.id,
                Decimal(amount), mode)
            for kind, key, name, beneficiary, amount, mode
            in self.data['parts']]

    @classmethod
    def get_explanation(cls, lines, name):
        voices = {
            c: get_voice(c) for c in {l.statement.convention for l in lines}}
        return {
            l.id: '\n'.join(
                voices[l.statement.convention].say(l.data['sentences']))
            for l in lines}

    @classmethod
    def get_due(cls, lines, name):
        payments = cls.get_payments(lines)
        due = {}
        for line in lines:
            due[line.id] = line.payable
            if line.id in payments:
                due[line.id] = due_total(
                    line.payable, *payments[line.id], line.currency.rounding)
        return due

    def divide_due(self, amounts, payments):
        """Return what is due of each of the amounts

        payments: what get_payments returns.
        """
        if self.id not in payments:
            return amounts
        return due_by_part(
            amounts, *payments[self.id], self.currency.rounding)

    @classmethod
    def get_payments(cls, lines):
        """Return what customers owe and have paid, excluding tax

        By line, for those that are due by what the customers pay.
        """
        pool = Pool()
        Turnover = pool.get('tibillet.convention.service.turnover')
        lines = [l for l in lines if l.version.due_rule == 'payments']
        zero = Decimal(0), Decimal(0)
        totals = {l.service.id: zero for l in lines}
        for sub_ids in sliced(list(totals)):
            for turnover in Turnover.search([
                        ('service', 'in', list(sub_ids)),
                        ('included', '=', True),
                        ], order=[('service', 'ASC')]):
                invoiced, paid = totals[turnover.service.id]
                totals[turnover.service.id] = (
                    invoiced + turnover.amount, paid + turnover.paid)
        return {l.id: totals[l.service.id] for l in lines}

    @classmethod
    def get_settled(cls, services):
        "Return the line of each service that a locked statement shows"
        found = {}
        for sub_services in sliced(services):
            for line in cls.search([
                        ('service', 'in', [s.id for s in sub_services]),
                        ('kind', '=', 'service'),
                        ('statement.state', 'in', LOCKED),
                        ], order=[]):
                found[line.service.id] = line
        return found

    def get_rec_name(self, name):
        return ' - '.join([self.statement.rec_name, self.service.rec_name])

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('service.rec_name', *clause[1:])]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual',
                If(Eval('phase') == 'crossing', 'success', '')),
            ]

    @classmethod
    def check_modification(cls, mode, lines, values=None, external=False):
        super().check_modification(
            mode, lines, values=values, external=external)
        # A line is computed, and is a fact once its statement is locked.
        for line in lines:
            if external or line.statement.is_locked:
                raise StatementModificationError(gettext(
                        'tibillet_federation.msg_statement_line_immutable',
                        line=line.rec_name,
                        statement=line.statement.rec_name))

    @classmethod
    def from_outcomes(cls, statement, replay):
        "Return the lines of what the engine answered, not saved"
        return [
            cls(
                statement=statement,
                sequence=sequence,
                kind=outcome.kind,
                date=outcome.date,
                service=outcome.service,
                version=outcome.version,
                **get_figures(outcome))
            for sequence, outcome in enumerate(replay.outcomes, 1)]

    @property
    def key(self):
        "What must be the same for a line to be the same"
        return (self.kind, self.date, self.service.id, self.version.id,
            json.loads(self.figures))

    def get_entries(self):
        "Return what the line writes in the ledger, not saved"
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        convention = self.statement.convention
        type_ = 'recoupment' if self.kind == 'service' else 'adjustment'
        return [
            Entry(
                convention=convention,
                date=self.date,
                type=type_,
                amount=-Decimal(amount),
                contributor=int(contributor),
                description=self.service.rec_name,
                origin=self.service,
                version=self.version)
            for contributor, amount in self.data['recouped_by'].items()]

    def get_allocations(self):
        "Return who gets what of the line, not saved"
        pool = Pool()
        Allocation = pool.get('tibillet.convention.allocation')
        return [
            Allocation(
                line=self,
                payer=self.service.operator,
                beneficiary=part.beneficiary,
                kind=part.kind,
                key=part.key,
                name=part.name,
                amount=part.amount,
                mode=part.mode)
            for part in self.parts]
