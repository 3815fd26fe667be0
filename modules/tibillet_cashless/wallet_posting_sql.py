"""Which operations of a money are not in the books of a company, in SQL.

An operation and a money are linked to their posting once in a company. What
is on the side of the holder is the opposite of the other sides: a merge, which
has none, moves nothing in the books.
"""
from collections import namedtuple

from sql import Literal, Null
from sql.aggregate import Count, Sum
from sql.conditionals import Case
from sql.operators import Exists
from tibillet_base import tools
from tibillet_base.tools import cursor, table

from trytond.pool import Pool
from trytond.transaction import Transaction

from . import kinds
from .wallet_entries import Group
from .wallet_rules import HOLDER, OWN

# company, party: of the books and its party. owed: whether the money is.
Scope = namedtuple('Scope', ['company', 'party', 'money', 'issuer', 'owed'])

LINK = 'tibillet.wallet.posting.link'


def scope(account):
    "Return the scope of a liability account of a money"
    return Scope(
        account.company.id, account.company.party.id, account.money.id,
        account.money.issuer.id, kinds.KINDS[account.money.kind].owed)


def pending(scope):
    "Return tables, join and condition of what is not linked"
    move, operation, link = (
        table(name) for name in [
            'tibillet.wallet.move', 'tibillet.wallet.operation', LINK])
    join = move.join(
        operation, condition=operation.id == move.operation).join(
        link, 'LEFT', condition=(link.operation == move.operation)
        & (link.money == move.money) & (link.company == scope.company))
    where = (
        (move.money == scope.money) & (move.side != HOLDER)
        & (link.id == Null))
    if scope.issuer != scope.party:
        where &= move.party == scope.party
    else:
        # Who books what a payment costs, and who is owed, is where it was.
        where &= (move.party == scope.party) | ~move.side.in_(list(OWN))
    return move, operation, join, where


def _pending(scope):
    "Return what is not linked, and will not be by the closure of a till"
    Posting = Pool().get('tibillet.wallet.posting')
    move, operation, join, where = pending(scope)
    till = Posting.get_till(operation)
    if scope.owed and till is not None:
        where &= (move.party != scope.party) | ~Exists(till)
    return move, operation, join, where


def dates(scope, until):
    "Return the days of what is not in the books yet, the oldest first"
    _, operation, join, where = _pending(scope)
    statement = cursor()
    statement.execute(*join.select(
            operation.date,
            where=where & (operation.date <= until),
            group_by=operation.date, order_by=operation.date.asc))
    return [date for date, in statement]


def count(scope, until):
    "Return how many operations are not in the books yet"
    _, operation, join, where = _pending(scope)
    statement = cursor()
    statement.execute(*join.select(
            Count(operation.id, distinct=True),
            where=where & (operation.date <= until)))
    return statement.fetchone()[0]


def link(scope, posting, date):
    "Link to a posting what is of a day and in no other one"
    move, operation, join, where = _pending(scope)
    _insert(join.select(
            *_columns(move.operation, move.money, scope.company, posting),
            distinct=True, where=where & (operation.date == date)))


def _posted(company):
    """Return tables, join and condition of what closures have posted

    As far as it is not linked in the company.
    """
    move, money, of_sale, of_closure, closure, posted, link = (
        table(name) for name in [
            'tibillet.wallet.move', 'tibillet.money',
            'tibillet.wallet.operation-sale.point.sale',
            'tibillet.till.closure-sale.point.sale',
            'tibillet.till.closure', 'tibillet.till.closure.posting', LINK])
    join = of_sale.join(
        of_closure, condition=of_closure.sale == of_sale.sale).join(
        closure, condition=closure.id == of_closure.closure).join(
        posted, condition=posted.closure == closure.id).join(
        move, condition=move.operation == of_sale.operation).join(
        money, condition=money.id == move.money).join(
        link, 'LEFT', condition=(link.operation == move.operation)
        & (link.money == move.money) & (link.company == company.id))
    where = (
        (closure.company == company.id) & (move.side != HOLDER)
        & (move.party == company.party.id) & (link.id == Null)
        & money.kind.in_(kinds.kinds(owed=True)))
    return closure, move, join, where


def closures(company):
    "Return the ids of the closures that have posted what is not linked"
    closure, _, join, where = _posted(company)
    statement = cursor()
    statement.execute(*join.select(
            closure.id, where=where,
            group_by=closure.id, order_by=closure.id.asc))
    return [id_ for id_, in statement]


def link_closure(company, posting, id_):
    "Link to a posting what a closure has put in the books"
    closure, move, join, where = _posted(company)
    _insert(join.select(
            *_columns(move.operation, move.money, company.id, posting),
            distinct=True, where=where & (closure.id == id_)))


def _columns(operation, money, company, posting):
    return (
        operation, money, Literal(company), Literal(posting),
        Literal(Transaction().user), Literal(tools.now()))


def _insert(query):
    new = table(LINK)
    cursor().execute(*new.insert(
            [new.operation, new.money, new.company, new.posting,
                new.create_uid, new.create_date], query))


def groups(posting):
    "Return the groups of operations that are linked to a posting"
    move, operation, link = (
        table(name) for name in [
            'tibillet.wallet.move', 'tibillet.wallet.operation', LINK])
    # A move and its opposite are both told.
    statement = cursor()
    rows = link.join(
        move, condition=(move.operation == link.operation)
        & (move.money == link.money)).join(
        operation, condition=operation.id == link.operation).select(
        operation.kind.as_('kind'), move.party.as_('party'),
        Case((move.side.in_(list(OWN)), move.side)).as_('side'),
        move.units.as_('units'),
        where=(link.posting == posting) & (move.side != HOLDER))
    out = Sum(Case((rows.units > 0, rows.units), else_=0))
    in_ = Sum(Case((rows.units < 0, rows.units), else_=0))
    by = [rows.kind, rows.party, rows.side]
    statement.execute(*rows.select(
            *by, out, in_, group_by=by,
            order_by=[rows.kind.asc, rows.party.asc, rows.side.asc]))
    return [
        Group(kind, party, -int(units), side)
        for kind, party, side, *both in statement for units in both if units]
