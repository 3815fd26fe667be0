"""Prove that the books owe to the holders what is on their cards.

Of the issuers that have accounts: what the liability account says, and what
is not in the books yet, is what is in the wallets, to the cent. A move that
puts on the account anything else than cards have moved is named.
"""
from collections import defaultdict, namedtuple

from sql import Literal, Null, Union
from sql.aggregate import Count, Sum
from sql.functions import Round
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.transaction import without_check_access

from . import kinds, wallet_posting_sql
from .wallet_posting_sql import LINK
from .wallet_rules import HOLDER

# point: of the till, None for what no till has recorded.
# units: what came into wallets.
Waiting = namedtuple('Waiting', ['account', 'point', 'operations', 'units'])


def problems(limit):
    "Return (kind, model, id) of what breaks, at most so many of each account"
    found = []
    for accounts in _by_account().values():
        moves = _moves(accounts, limit)
        if moves:
            found.extend(('books', 'account.move', id_) for id_ in moves)
        elif _booked(accounts) + _unposted(accounts) != _held(accounts):
            found.append(
                ('liability', 'tibillet.money.account', accounts[0].id))
    return found


@without_check_access
def say_waiting():
    "Return a sentence for each till whose operations are not in the books"
    pool = Pool()
    sentences = []
    for accounts in _by_account().values():
        for waiting in _get_waiting(accounts):
            till = None
            if waiting.point:
                till = pool.get('sale.point')(waiting.point).rec_name
            money = waiting.account.money
            sentences.append(gettext(
                    'tibillet_cashless.msg_wallet_proof_waiting',
                    company=waiting.account.company.rec_name,
                    till=till or gettext(
                        'tibillet_cashless.msg_wallet_proof_no_till'),
                    operations=waiting.operations,
                    amount=money.say(waiting.units)))
    return sentences


def _by_account():
    "Return the accounts of moneys of their issuers, by account of the books"
    Account = Pool().get('tibillet.money.account')
    found = defaultdict(list)
    for account in Account.search([
                ('money.kind', 'in', kinds.kinds(owed=True)),
                ], order=[('id', 'ASC')]):
        if account.money.issuer == account.company.party:
            found[account.account].append(account)
    return found


def _lines(account):
    "Return the query of what is posted on an account, by move, in units"
    line, move = table('account.move.line'), table('account.move')
    return line.join(move, condition=move.id == line.move).select(
        line.move.as_('move'),
        Round((line.credit - line.debit)
            * account.money.scale).as_('units'),
        where=(line.account == account.account.id)
        & (move.state == 'posted'))


def _linked(accounts):
    "Return the query of what is linked, by the move of its posting"
    link, posting, move = (
        table(name) for name in [
            LINK, 'tibillet.wallet.posting', 'tibillet.wallet.move'])
    return link.join(posting, condition=posting.id == link.posting).join(
        move, condition=(move.operation == link.operation)
        & (move.money == link.money)).select(
        posting.move.as_('move'), move.units.as_('units'),
        where=(link.company == accounts[0].company.id)
        & fields.SQL_OPERATORS['in'](
            link.money, [a.money.id for a in accounts])
        & (move.side != HOLDER))


def _moves(accounts, limit):
    "Return the moves that are not what is linked to them"
    sums = Union(_lines(accounts[0]), _linked(accounts), all_=True)
    return [id_ for id_, in _all(sums.select(
                sums.move,
                where=sums.move != Null,
                group_by=sums.move,
                having=Sum(sums.units) != 0,
                order_by=sums.move.asc, limit=limit))]


def _booked(accounts):
    lines = _lines(accounts[0])
    return _sum(lines.select(Sum(lines.units)))


def _held(accounts):
    balance = table('tibillet.wallet.balance')
    return _sum(balance.select(
            Sum(balance.units),
            where=fields.SQL_OPERATORS['in'](
                balance.money, [a.money.id for a in accounts])))


def _unposted(accounts):
    return sum(waiting.units for waiting in _get_waiting(accounts))


def _get_waiting(accounts):
    "Return what is not in the books, by money and till"
    Posting = Pool().get('tibillet.wallet.posting')
    found = []
    for account in accounts:
        move, operation, join, where = wallet_posting_sql.pending(
            wallet_posting_sql.scope(account))
        till = Posting.get_till(operation)
        rows = join.select(
            (Literal(None) if till is None else till).as_('point'),
            operation.id.as_('operation'), move.units.as_('units'),
            where=where)
        found.extend(
            Waiting(account, point, count, -int(units))
            for point, count, units in _all(rows.select(
                    rows.point, Count(rows.operation, distinct=True),
                    Sum(rows.units),
                    group_by=rows.point, order_by=rows.point.asc)))
    return found


def _sum(query):
    (units,), = _all(query)
    return int(units or 0)


def _all(query):
    statement = cursor()
    statement.execute(*query)
    return statement.fetchall()
