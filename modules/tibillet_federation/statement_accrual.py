"""At the end of a period, what is locked and not invoiced then is accrued.

So is, at the end of each fiscal year that ends with it or later, what still
waits for the customers and is not invoiced then. J7: who receives debits 4181
and credits revenue, who pays debits its expense and credits 4081; the day
after, the opposite. The VAT of the invoice to come goes to 44587 or 44586 when
these accounts are configured. The moves are left in draft, even once there is
an invoice: it comes after the period, whose books they complete.
"""
import datetime as dt
from collections import Counter
from decimal import Decimal

from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction

from .exceptions import StatementInvoiceError
from .invoice import get_flows, get_lines, get_open, get_product, get_tax


class Statement(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.statement'

    accrual_moves = fields.Function(
        fields.Many2Many(
            'account.move', None, None, "Accruals",
            help="What is accrued until it is invoiced."),
        'get_accrual_moves')
    followed_accruals = fields.Function(
        fields.Many2Many(
            'account.move', None, None, "Accruals",
            states={
                'invisible': ~Eval('followed_accruals'),
                },
            help="What is accrued until it is invoiced, "
            "in the books that you follow."),
        'get_followed')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._followed = {
            **cls._followed, 'followed_accruals': 'accrual_moves'}
        cls._buttons.update({
                'accrue': {
                    'invisible': (
                        ~Eval('state').in_(
                            ['locked', 'invoiced', 'settled'])),
                    'depends': ['state'],
                    },
                })

    @classmethod
    def get_accrual_moves(cls, statements, name):
        pool = Pool()
        Move = pool.get('account.move')
        moves = {s.id: [] for s in statements}
        for move in Move.search([
                    ('origin', 'in', [str(s) for s in statements]),
                    ], order=[('date', 'ASC')]):
            moves[move.origin.id].append(move.id)
        return moves

    @classmethod
    @ModelView.button
    def accrue(cls, statements):
        pool = Pool()
        Convention = pool.get('tibillet.convention')
        Move = pool.get('account.move')
        # Two clicks at once make one set of moves.
        Convention.take_turn({s.convention for s in statements})
        moves = []
        for statement in statements:
            found = statement._get_accruals()
            # Of what nobody keeps in books here there is nothing to say.
            if not found and list(get_flows(statement)):
                raise StatementInvoiceError(gettext(
                        'tibillet_federation.msg_statement_nothing_to_accrue',
                        statement=statement.rec_name))
            moves += found
        Move.save(sorted(moves, key=lambda m: m.company.id))

    def _get_accruals(self):
        moves, closings = [], {}
        known = self._get_accrued()
        lines = get_lines(self)
        for type_, company, party, allocations in get_flows(self):
            with Transaction().set_context(company=company.id):
                if company not in closings:
                    closings[company] = self._get_closings(company)
                for date in closings[company]:
                    amounts = get_open(allocations, type_, lines, date)
                    if amounts and (company, date) not in known:
                        moves += self._get_accrual(
                            type_, company, party, amounts, date)
        return moves

    def _get_closings(self, company):
        """Return the days at whose end what is not invoiced is accrued

        The last day of the period, until something is invoiced, and those
        of the fiscal years that have ended since or with it.
        """
        pool = Pool()
        FiscalYear = pool.get('account.fiscalyear')
        years = FiscalYear.search([
                ('company', '=', company.id),
                ('end_date', '>=', self.end_date),
                ('end_date', '<', today(company)),
                ], order=[('end_date', 'ASC')])
        period = [self.end_date] if self.state == 'locked' else []
        return sorted({*period, *(y.end_date for y in years)})

    def _get_accrued(self):
        """Return the (company, day) whose accruals are there

        The day after each are their opposites, which accrue nothing.
        """
        moves = Counter((m.company, m.date) for m in self.accrual_moves)
        accrued = Counter()
        for company, date in sorted(moves, key=lambda key: key[1]):
            accrued[company, date] = (
                moves[company, date]
                - accrued[company, date - dt.timedelta(days=1)])
        return {key for key, number in accrued.items() if number > 0}

    def _get_accrual(self, type_, company, party, by_allocation, date):
        "Return the move of a day, and its opposite of the day after"
        accrued = (
            'accrued_revenue' if type_ == 'out' else 'accrued_expense')
        accrued_account = self._get_accrued_account(
            f'{accrued}_account', company)
        amounts = {}
        for allocation, amount in by_allocation.items():
            product = get_product(allocation, company)
            account = (
                product.account_revenue_used if type_ == 'out'
                else product.account_expense_used)
            amounts[account] = (
                amounts.get(account, Decimal(0)) + amount)
        tax_account = self._get_configured(f'{accrued}_tax_account', company)
        if tax_account:
            amounts[tax_account] = get_tax(
                self, type_, company, party, by_allocation, date)
        amounts = self._convert(amounts, company, date)
        # Revenue is credited, expense is debited.
        sign = -1 if type_ == 'out' else 1
        total = sum(amounts.values(), Decimal(0))
        values = [
            (account, sign * amount, party)
            for account, amount in amounts.items()]
        values.append((accrued_account, -sign * total, party))
        return [
            self._get_move(company, date, values, 1),
            self._get_move(
                company, date + dt.timedelta(days=1), values, -1)]

    def _convert(self, amounts, company, date):
        "Return the amounts in the currency of the books, as of the day"
        pool = Pool()
        Currency = pool.get('currency.currency')
        with Transaction().set_context(date=date):
            return {
                account: Currency.compute(
                    self.currency, amount, company.currency)
                for account, amount in amounts.items()}

    def _get_accrued_account(self, name, company):
        pool = Pool()
        Configuration = pool.get('tibillet.convention.configuration')
        account = self._get_configured(name, company)
        if not account:
            label = Configuration.fields_get([name])[name]['string']
            raise StatementInvoiceError(gettext(
                    'tibillet_federation.msg_statement_account_missing',
                    statement=self.rec_name,
                    account=label,
                    company=company.rec_name))
        return account

    def _get_configured(self, name, company):
        pool = Pool()
        Account = pool.get('account.account')
        Configuration = pool.get('tibillet.convention.configuration')
        account = Configuration(1).get_multivalue(name, company=company.id)
        # In the context of the company.
        return Account(account.id) if account else None

    def _get_move(self, company, date, values, sign):
        pool = Pool()
        Journal = pool.get('account.journal')
        Line = pool.get('account.move.line')
        Move = pool.get('account.move')
        Period = pool.get('account.period')
        journals = Journal.search([('type', '=', 'general')], limit=1)
        if not journals:
            raise StatementInvoiceError(gettext(
                    'tibillet_federation.msg_statement_journal_missing',
                    statement=self.rec_name))
        return Move(
            company=company,
            journal=journals[0],
            period=Period.find(company, date=date),
            date=date,
            origin=self,
            description=gettext(
                'tibillet_federation.msg_accrual_description',
                statement=self.rec_name),
            lines=[
                Line(
                    account=account,
                    debit=max(Decimal(0), sign * amount),
                    credit=max(Decimal(0), -sign * amount),
                    party=party if account.party_required else None)
                for account, amount, party in values if amount])


class Move(metaclass=PoolMeta):
    __name__ = 'account.move'

    @classmethod
    def _get_origin(cls):
        return super()._get_origin() + ['tibillet.convention.statement']
