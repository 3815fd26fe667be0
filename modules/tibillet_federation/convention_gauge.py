"""Where the recoupment of a convention stands, and what it waits for."""
from collections import defaultdict
from decimal import Decimal

from sql import Literal, Null
from sql.aggregate import Sum
from sql.conditionals import Case, Coalesce
from sql.functions import Round

from trytond.i18n import gettext
from trytond.model import fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.tools import grouped_slice, sqlite_apply_types
from trytond.transaction import Transaction, record_cache_size

from tibillet.money import half_up

from .convention import PHASES

PART = Decimal('0.0001')


class Convention(metaclass=PoolMeta):
    __name__ = 'tibillet.convention'

    contributed = fields.Function(Monetary(
            "Contributed", currency='currency', digits='currency',
            help="The sum of all the contributions, including tax."),
        'get_contributed')
    contributed_net = fields.Function(Monetary(
            "Contributed, Net", currency='currency', digits='currency',
            help="The sum of all the contributions, "
            "net of recoverable VAT."),
        'get_contributed')
    pot = fields.Function(Monetary(
            "Pot", currency='currency', digits='currency',
            help="What is to be recouped: "
            "the contributions and the accepted costs."),
        'get_balance')
    credits = fields.Function(Monetary(
            "Recouped", currency='currency', digits='currency',
            help="What has been recouped, indemnified or given up."),
        'get_balance')
    remaining = fields.Function(Monetary(
            "Remaining", currency='currency', digits='currency',
            help="What is still to be recouped."),
        'get_balance')
    progress = fields.Function(
        fields.Numeric(
            "Progress", digits=(1, 4),
            help="The part of the pot which is recouped."),
        'get_balance')
    phase = fields.Function(
        fields.Selection(
            PHASES, "Phase", sort=False,
            help="Before recoupment while something remains, "
            "after recoupment then."),
        'get_balance', searcher='search_phase')
    open_questions = fields.Function(
        fields.Integer("Open Questions"), 'get_open_questions')
    next_step = fields.Function(
        fields.Char("Next Step"), 'get_next_step')

    @classmethod
    def get_contributed(cls, conventions, names):
        pool = Pool()
        Contribution = pool.get('tibillet.convention.contribution')
        sums = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for (convention, _), amounts in Contribution.get_totals(
                conventions).items():
            sums[convention] = [
                a + b for a, b in zip(sums[convention], amounts)]
        result = {}
        for index, name in enumerate(['contributed', 'contributed_net']):
            if name in names:
                result[name] = {c.id: sums[c.id][index] for c in conventions}
        return result

    @classmethod
    def get_balance(cls, conventions, names):
        "Sum the ledger in one query"
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        entry = Entry.__table__()
        cursor = Transaction().connection.cursor()

        pots = defaultdict(Decimal)
        remainings = defaultdict(Decimal)
        is_pot = entry.type.in_(Entry.pot_types())
        pot = Sum(Case((is_pot, entry.amount), else_=Literal(0)))
        for sub_conventions in grouped_slice(
                conventions, record_cache_size(Transaction())):
            query = entry.select(
                entry.convention,
                pot.as_('pot'),
                Sum(entry.amount).as_('remaining'),
                where=fields.SQL_OPERATORS['in'](
                    entry.convention, [c.id for c in sub_conventions]),
                group_by=entry.convention)
            sqlite_apply_types(query, [None, 'NUMERIC', 'NUMERIC'])
            cursor.execute(*query)
            for id, pot_amount, remaining in cursor:
                pots[id] = pot_amount
                remainings[id] = remaining

        result = {name: {} for name in names}
        for convention in conventions:
            currency = convention.currency
            amount = currency.round(pots[convention.id])
            remaining = currency.round(remainings[convention.id])
            values = {
                'pot': amount,
                'credits': amount - remaining,
                'remaining': remaining,
                'progress': (
                    half_up((amount - remaining) / amount, PART)
                    if amount else Decimal(0)),
                'phase': (
                    None if convention.state == 'draft'
                    else 'pre' if remaining > 0 else 'post'),
                }
            for name in names:
                result[name][convention.id] = values[name]
        return result

    @classmethod
    def search_phase(cls, name, clause):
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        convention = cls.__table__()
        entry = Entry.__table__()
        _, operator, value = clause
        Operator = fields.SQL_OPERATORS[operator]
        # Six digits are more than any currency has: no dust of a float.
        remaining = Round(Coalesce(Sum(entry.amount), 0), 6)
        phase = Case(
            (convention.state == 'draft', Null),
            (remaining > 0, 'pre'),
            else_='post')
        query = convention.join(
            entry, 'LEFT', condition=entry.convention == convention.id
            ).select(
                convention.id,
                group_by=[convention.id, convention.state],
                having=Operator(phase, value))
        return [('id', 'in', query)]

    @classmethod
    def get_open_questions(cls, conventions, name):
        return {
            c.id: sum(1 for q in c.questions if q.state == 'open')
            for c in conventions}

    @classmethod
    def get_next_step(cls, conventions, name):
        return {c.id: c._get_next_step() for c in conventions}

    def _get_next_step(self):
        "Return what the convention waits for, in words"
        if self.state == 'draft':
            problem = self._activation_problem()
            if problem:
                return gettext(
                    f'tibillet_federation.msg_convention_next_{problem}')
            return gettext('tibillet_federation.msg_convention_next_activate')
        if self.state == 'closed':
            return gettext('tibillet_federation.msg_convention_next_closed')
        if self.state == 'closing':
            return gettext('tibillet_federation.msg_convention_next_closing')
        if self.state == 'notice':
            return gettext(
                'tibillet_federation.msg_convention_next_notice',
                end=self.format_date(self.end))
        if self.remaining > 0:
            return gettext(
                'tibillet_federation.msg_convention_next_pre',
                remaining=self.format_amount(self.remaining))
        return gettext('tibillet_federation.msg_convention_next_post')
