"""What waits for a deposit slip."""
from dataclasses import dataclass
from datetime import date as Date
from decimal import Decimal

from sql import Null
from sql.aggregate import Count
from sql.operators import Mod

from trytond.model import fields
from trytond.pool import Pool

from . import till_sql, tools

ZERO = Decimal(0)
# The field of a line of a slip, by the kind of the slip.
FIELDS = {'cash': 'transfer', 'cheque': 'payment'}


@dataclass(frozen=True)
class Waiting:
    """A bag of cash or a cheque

    amount: what the bank gets; negative if it was put back in the drawer.
    turn: how often it was on a slip, or on the opposite of one.
    """
    id: int
    date: Date
    label: str
    amount: Decimal
    turn: int


def waiting(company, kind):
    "Return what is on no slip that stands, the oldest first"
    found = _bags(company) if kind == 'cash' else _cheques(company)
    turns = _turns(FIELDS[kind], [id_ for id_, _, _, _ in found])
    return [
        Waiting(id_, date, label, amount, turns.get(id_, 0))
        for id_, date, label, amount in found]


def _bags(company):
    pool = Pool()
    Transfer = pool.get('sale.point.cash.transfer')
    return [
        (t.id, t.date, t.rec_name, -t.amount) for t in Transfer.search([
                ('point.company', '=', company.id),
                ('point.practice', '!=', True),
                ('type.use', 'in', ['bank', 'back']),
                ('id', 'not in', _taken('transfer')),
                ], order=[('date', 'ASC'), ('id', 'ASC')])]


def _cheques(company):
    pool = Pool()
    Payment = pool.get('sale.point.payment')
    return [
        (p.id, p.sale.date, p.sale.rec_name, p.amount)
        for p in Payment.search([
                ('sale.company', '=', company.id),
                ('sale.operation', '!=', None),
                ('sale.point.practice', '!=', True),
                ('tender', '=', 'cheque'),
                ('id', 'not in', _taken('payment')),
                ], order=[('id', 'ASC')])]


def _taken(name):
    "Select what is on a slip that stands: once more than on its opposites"
    line = till_sql.table('tibillet.till.remittance.line')
    column = getattr(line, name)
    return line.select(
        column, where=column != Null, group_by=[column],
        having=Mod(Count(line.id), 2) == 1)


def _turns(name, ids):
    "Return on how many slips each was"
    line = till_sql.table('tibillet.till.remittance.line')
    column = getattr(line, name)
    cursor = till_sql.cursor()
    turns = {}
    for sub_ids in tools.sliced(ids):
        cursor.execute(*line.select(
                column, Count(line.id),
                where=fields.SQL_OPERATORS['in'](column, list(sub_ids)),
                group_by=[column]))
        turns.update(cursor)
    return turns
