"""What a holder is given of a wallet: balances, operations, lots that melt."""
from collections import namedtuple
from itertools import accumulate

from sql.aggregate import Sum
from tibillet_base import reach, tools
from tibillet_base.tools import SHOWN, cursor, table
from tibillet_base.whole_report import WholeReport

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateReport, StateView, Wizard

from tibillet.terms import add_months

from . import melt_show
from .exceptions import WalletStatementError
from .wallet_rules import HOLDER

MONTHS = 12
# opening, closing: amounts. lines: Line. lots: (day, left, melts on).
Account = namedtuple(
    'Account', ['money', 'opening', 'lines', 'closing', 'lots'])
Line = namedtuple('Line', ['date', 'kind', 'party', 'amount', 'balance'])


class WalletStatementStart(ModelView):
    __name__ = 'tibillet.wallet.statement.start'
    __string__ = "Wallet Statement Start"

    wallet = fields.Many2One('tibillet.wallet', "Wallet", states=SHOWN)
    company = fields.Many2One(
        'company.company', "Company", states=SHOWN,
        help="Of the moneys that it issues.")
    from_date = fields.Date(
        "From", required=True,
        domain=[
            ('from_date', '<=', Eval('to_date', None)),
            ])
    to_date = fields.Date(
        "To", required=True, help="The last day.")


class WalletStatement(Wizard):
    __name__ = 'tibillet.wallet.statement'

    start = StateView(
        'tibillet.wallet.statement.start',
        'tibillet_cashless.wallet_statement_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Print", 'print_', 'tryton-print', default=True),
            ])
    print_ = StateReport('tibillet.wallet.statement.page')

    def default_start(self, fields):
        pool = Pool()
        Company = pool.get('company.company')
        company = Company(Transaction().context['company'])
        today = tools.today(company)
        return {
            'wallet': self.record.id if self.record else None,
            'company': company.id,
            'from_date': add_months(today, -MONTHS),
            'to_date': today,
            }

    def do_print_(self, action):
        start = self.start
        if start.from_date > start.to_date:
            raise WalletStatementError(gettext(
                    'tibillet_cashless.msg_wallet_statement_dates'))
        return action, {
            'id': self.record.id,
            'ids': [self.record.id],
            'company': start.company.id,
            'from_date': start.from_date,
            'to_date': start.to_date,
            }


class WalletStatementReport(WholeReport):
    __name__ = 'tibillet.wallet.statement.page'

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Company = pool.get('company.company')
        Wallet = pool.get('tibillet.wallet')
        context = super().get_context(records, header, data)
        if 'company' not in data:
            raise WalletStatementError(gettext(
                    'tibillet_cashless.msg_wallet_statement_dates'))
        if Transaction().user:
            reach.check_companies({'company.company': {data['company']}})
        company, wallet = Company(data['company']), Wallet(int(records[0]))
        context.update(
            wallet=wallet, company=company, from_date=data['from_date'],
            to_date=data['to_date'], today=tools.today(company),
            accounts=get_accounts(
                company, wallet, data['from_date'], data['to_date']),
            debts=[
                debt for debt in wallet.debts
                if debt.operation.company == company and not debt.cancelled])
        return context


@without_check_access
def get_accounts(company, wallet, from_date, to_date):
    "Return the Account of each money of a company that a wallet ever had"
    pool = Pool()
    Money = pool.get('tibillet.money')
    openings = _get_openings(wallet, from_date)
    moves = _get_moves(wallet, from_date, to_date)
    lots = melt_show.find([wallet.id])
    melts = {
        lot: date for found in lots.values()
        for lot, (date, _) in found.items()}
    ids = {*openings, *(m.money.id for m in moves)}
    return [
        _get_account(
            money, openings.get(money.id, 0),
            [m for m in moves if m.money == money], [
                (lot.date, lot.left, melts.get(lot.id))
                for lot in wallet.lots if lot.money == money])
        for money in Money.search([
                ('id', 'in', list(ids)),
                ('issuer', '=', company.party.id),
                ['OR', ('active', '=', True), ('active', '=', False)],
                ], order=[('name', 'ASC')])]


def _get_account(money, opening, moves, lots):
    pool = Pool()
    Operation = pool.get('tibillet.wallet.operation')
    kinds = dict(Operation.kind.get_selection(
            Operation, 'kind', Operation()))
    after = list(accumulate((m.units for m in moves), initial=opening))
    return Account(
        money, money.get_amount(opening), [
            Line(
                m.operation.date, kinds[m.operation.kind],
                m.operation.party.rec_name, m.amount, money.get_amount(units))
            for m, units in zip(moves, after[1:], strict=True)],
        money.get_amount(after[-1]), lots)


def _get_openings(wallet, date):
    "Return the units of each money before a day"
    move, operation = (
        table('tibillet.wallet.move'), table('tibillet.wallet.operation'))
    statement = cursor()
    statement.execute(*move.join(
            operation, condition=operation.id == move.operation).select(
            move.money, Sum(move.units),
            where=(move.wallet == wallet.id) & (move.side == HOLDER)
            & (operation.date < date),
            group_by=move.money))
    return {money: int(units) for money, units in statement}


def _get_moves(wallet, from_date, to_date):
    pool = Pool()
    Move = pool.get('tibillet.wallet.move')
    return Move.search([
            ('wallet', '=', wallet.id),
            ('side', '=', HOLDER),
            ('operation.date', '>=', from_date),
            ('operation.date', '<=', to_date),
            ], order=[('operation.date', 'ASC'), ('id', 'ASC')])
