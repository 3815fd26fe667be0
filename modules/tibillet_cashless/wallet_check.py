"""Prove that not a unit was lost: read everything again, change nothing.

The rules of the operations are those that the writer asks (wallet_rules.py);
the sums are made by the database, which gives back only what is broken.
Operations are read a part at a time: memory does not grow with them.
"""
from collections import defaultdict, namedtuple

from sql import Literal, Null, Union, Window
from sql.aggregate import Sum
from sql.conditionals import Coalesce
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.transaction import without_check_access

from . import kinds, wallet_check_books, wallet_rules
from .wallet_rules import HOLDER, Move

# How many operations are read at once, and how many problems are told.
PART = 2000
SHOWN = 20
ZERO = Literal(0)

# kind: a message. name, id: of the record.
Problem = namedtuple('Problem', ['kind', 'name', 'id'])
Result = namedtuple('Result', ['operations', 'problems'])


@without_check_access
def check():
    "Return how many operations were read, and the first problems"
    count, problems = _operations()
    for find in [
            _sums, _uses_of_lots, _uses_of_moves, _foreign_uses, _afters,
            _sources, _merged, _cards, _laws, _books]:
        if len(problems) < SHOWN:
            problems.extend(find())
    return Result(count, problems[:SHOWN])


@without_check_access
def say(problem):
    "Return the sentence of a problem"
    Model = Pool().get(problem.name)
    # What it refers to may be missing altogether.
    record = Model.search([('id', '=', problem.id)])
    return gettext(
        f'tibillet_cashless.msg_wallet_proof_{problem.kind}',
        record=record[0].rec_name if record else problem.id,
        id=problem.id)


def _operations():
    owed = {
        money.id: kinds.KINDS[money.kind].owed
        for money in Pool().get('tibillet.money').search(
            ['OR', ('active', '=', True), ('active', '=', False)])}
    count, last, problems = 0, 0, []
    while rows := _part(last):
        moves = _moves(
            lambda move: (move.operation >= rows[0][0])
            & (move.operation <= rows[-1][0]))
        reverses = [row[2] for row in rows if row[2] is not None]
        reversed_ = _moves(
            lambda move: fields.SQL_OPERATORS['in'](
                move.operation, reverses)) if reverses else {}
        for id_, kind, reversed_id in rows:
            problem = wallet_rules.problem(
                kind, moves.get(id_, []), owed, reversed_.get(reversed_id))
            if problem and len(problems) < SHOWN:
                problems.append(Problem(
                        problem, 'tibillet.wallet.operation', id_))
        count += len(rows)
        last = rows[-1][0]
    return count, problems


def _part(last):
    operation = table('tibillet.wallet.operation')
    return _all(operation.select(
            operation.id, operation.kind, operation.reverses,
            where=operation.id > last, order_by=operation.id.asc,
            limit=PART))


def _moves(where):
    "Return the moves by operation"
    move = table('tibillet.wallet.move')
    moves = defaultdict(list)
    for operation, *values in _all(move.select(
                move.operation,
                *(getattr(move, name) for name in Move._fields),
                where=where(move))):
        moves[operation].append(Move(*values))
    return moves


def _sums():
    "The balance is the sum of its moves, and of what is left of its lots"
    balance, move, lot, hold = (
        table(f'tibillet.wallet.{name}')
        for name in ['balance', 'move', 'lot', 'hold'])
    sums = _union(['wallet', 'money', 'kept', 'moved', 'left', 'held', 'open'],
        balance.select(
            balance.wallet, balance.money, balance.units, ZERO, ZERO,
            balance.held_units, ZERO),
        move.select(
            move.wallet, move.money, ZERO, move.units, ZERO, ZERO, ZERO,
            where=move.side == HOLDER),
        lot.select(
            lot.wallet, lot.money, ZERO, ZERO, lot.left_units, ZERO, ZERO),
        hold.select(
            hold.wallet, hold.money, ZERO, ZERO, ZERO, ZERO, hold.units,
            where=hold.closed_by == Null))
    kept, held = Sum(sums.kept), Sum(sums.held)
    return _problems('sums', 'tibillet.wallet', sums.select(
            sums.wallet,
            group_by=[sums.wallet, sums.money],
            having=(kept != Sum(sums.moved)) | (kept != Sum(sums.left))
            | (held != Sum(sums.open)) | (held < 0) | (kept < held),
            order_by=sums.wallet.asc, limit=SHOWN))


def _uses_of_lots():
    "What is missing from a lot is what was taken from it"
    lot, use = table('tibillet.wallet.lot'), table('tibillet.wallet.lot.use')
    sums = _union(['lot', 'units', 'left', 'taken'],
        lot.select(lot.id, lot.units, lot.left_units, ZERO),
        use.select(use.lot, ZERO, ZERO, use.units))
    units, left = Sum(sums.units), Sum(sums.left)
    return _problems('lot', 'tibillet.wallet.lot', sums.select(
            sums.lot,
            group_by=sums.lot,
            having=(units - left != Sum(sums.taken))
            | (left < 0) | (left > units),
            order_by=sums.lot.asc, limit=SHOWN))


def _uses_of_moves():
    "What a move brings is in lots, what it takes is from lots"
    move, lot, use = (
        table(f'tibillet.wallet.{name}')
        for name in ['move', 'lot', 'lot.use'])
    sums = _union(['move', 'moved', 'used'],
        move.select(
            move.id, move.units, ZERO, where=move.side == HOLDER),
        lot.select(lot.move, ZERO, lot.units),
        use.select(use.move, ZERO, -use.units))
    return _problems('move', 'tibillet.wallet.move', sums.select(
            sums.move,
            group_by=sums.move,
            having=Sum(sums.moved) != Sum(sums.used),
            order_by=sums.move.asc, limit=SHOWN))


def _foreign_uses():
    "A move takes from lots of its own wallet and money"
    move, lot, use = (
        table(f'tibillet.wallet.{name}')
        for name in ['move', 'lot', 'lot.use'])
    return _problems('foreign', 'tibillet.wallet.move', use.join(
            lot, condition=lot.id == use.lot).join(
            move, condition=move.id == use.move).select(
            move.id,
            where=(lot.wallet != Coalesce(move.wallet, -1))
            | (lot.money != move.money),
            order_by=move.id.asc, limit=SHOWN))


def _afters():
    "Each move leaves the balance that it says"
    move = table('tibillet.wallet.move')
    window = Window(
        [move.wallet, move.money], order_by=[move.id.asc])
    sums = move.select(
        move.id, move.balance_units,
        Sum(move.units, window=window).as_('after'),
        where=move.side == HOLDER)
    return _problems('after', 'tibillet.wallet.move', sums.select(
            sums.id, where=sums.after != Coalesce(sums.balance_units, -1),
            order_by=sums.id.asc, limit=SHOWN))


def _sources():
    "A lot that goes on in another wallet keeps its day and its money"
    lot, source = (table('tibillet.wallet.lot') for _ in range(2))
    return _problems('source', 'tibillet.wallet.lot', lot.join(
            source, condition=source.id == lot.source).select(
            lot.id,
            where=(lot.date != source.date) | (lot.money != source.money),
            order_by=lot.id.asc, limit=SHOWN))


def _merged():
    "Nothing is left in a wallet that was merged"
    wallet, balance = (
        table('tibillet.wallet'), table('tibillet.wallet.balance'))
    return _problems('merged', 'tibillet.wallet', wallet.join(
            balance, condition=balance.wallet == wallet.id).select(
            wallet.id,
            where=(wallet.merged_into != Null) & (balance.units != 0),
            order_by=wallet.id.asc, limit=SHOWN))


def _cards():
    "No card is for a wallet that was merged, or for that of another"
    wallet, card = table('tibillet.wallet'), table('tibillet.card')
    return _problems('card', 'tibillet.card', card.join(
            wallet, condition=wallet.id == card.wallet).select(
            card.id,
            where=(wallet.merged_into != Null)
            | (Coalesce(wallet.party, -1) != Coalesce(card.party, -1))
            & (card.state != 'replaced'),
            order_by=card.id.asc, limit=SHOWN))


def _laws():
    "What was issued of a money is somewhere"
    balance, move = (
        table('tibillet.wallet.balance'), table('tibillet.wallet.move'))
    sums = _union(['money', 'units'],
        balance.select(balance.money, balance.units),
        move.select(move.money, move.units, where=move.side != HOLDER))
    return _problems('law', 'tibillet.money', sums.select(
            sums.money,
            group_by=sums.money,
            having=Sum(sums.units) != 0,
            order_by=sums.money.asc, limit=SHOWN))


def _books():
    "The books of an issuer owe what is on the cards"
    return [Problem(*found) for found in wallet_check_books.problems(SHOWN)]


def _union(names, *queries):
    "Return the rows of all the queries, their columns so named"
    for query in queries:
        query.columns = [
            column.as_(name)
            for column, name in zip(query.columns, names, strict=True)]
    return Union(*queries, all_=True)


def _problems(kind, name, query):
    return [Problem(kind, name, id_) for id_, in _all(query)]


def _all(query):
    statement = cursor()
    statement.execute(*query)
    return statement.fetchall()
