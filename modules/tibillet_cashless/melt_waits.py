"""How long money has waited in wallets, in one statement a money.

Each unit that was loaded is counted once, by the age of its lot in whole
months: on the day it was used; else on the day it melted, or on that of the
question, as a wait that has lasted so long and no more is known of it.

What was taken back, a payment or a melt, has not happened; what goes on in
another wallet has waited since it was loaded. The database sums it: a row a
month is read.
"""
import datetime as dt

from sql import Literal, Null, Union
from sql.aggregate import Sum
from sql.conditionals import Case
from sql.functions import Extract
from tibillet_base.tools import cursor, table

from . import wallet_rules
from .melt_survival import Wait

# What takes out of wallets: used if the holder was there, else not.
ENDED = wallet_rules.kinds(holder=-1)
USED = wallet_rules.kinds(holder=-1, activity=True)
ZERO = Literal(0)


def read(money, date):
    """Return the Waits of a money as they were on a day, that day included

    money: its id.
    """
    statement = cursor()
    rows = Union(
        _loaded(money, date), _taken(money, date), _ended(money, date),
        all_=True)
    statement.execute(*rows.select(
            rows.months, Sum(rows.used), Sum(rows.open),
            group_by=rows.months, order_by=rows.months.asc))
    return [
        Wait(max(0, int(months)), int(used), int(open_))
        for months, used, open_ in statement if used or open_]


def since(money):
    "Return the day of the first lot of a money, None without"
    lot = table('tibillet.wallet.lot')
    statement = cursor()
    # By its order: SQLite would give the least of dates as a text.
    statement.execute(*lot.select(
            lot.date, where=lot.money == money,
            order_by=lot.date.asc, limit=1))
    row = statement.fetchone()
    return row[0] if row else None


def _loaded(money, date):
    "Return the query of what has come in lots, open by now"
    lot, move, operation = (
        table(f'tibillet.wallet.{name}')
        for name in ['lot', 'move', 'operation'])
    return lot.join(move, condition=move.id == lot.move).join(
        operation, condition=operation.id == move.operation).select(
        _months(lot.date, date).as_('months'), ZERO.as_('used'),
        lot.units.as_('open'),
        where=(lot.money == money) & (operation.date <= date))


def _uses(money, date):
    lot, use, move, operation = (
        table(f'tibillet.wallet.{name}')
        for name in ['lot', 'lot.use', 'move', 'operation'])
    join = use.join(lot, condition=lot.id == use.lot).join(
        move, condition=move.id == use.move).join(
        operation, condition=operation.id == move.operation)
    return lot, use, operation, join, (
        (lot.money == money) & (operation.date <= date))


def _taken(money, date):
    "Return the query of what was taken from lots: it is open no more"
    lot, use, _, join, where = _uses(money, date)
    return join.select(
        _months(lot.date, date).as_('months'), ZERO.as_('used'),
        (-use.units).as_('open'), where=where)


def _ended(money, date):
    "Return the query of the waits that have ended"
    lot, use, operation, join, where = _uses(money, date)
    back = table('tibillet.wallet.operation')
    used = operation.kind.in_(USED)
    return join.join(
        back, 'LEFT', condition=(back.reverses == operation.id)
        & (back.date <= date)).select(
        _months(lot.date, operation.date).as_('months'),
        Case((used, use.units), else_=ZERO).as_('used'),
        Case((used, ZERO), else_=use.units).as_('open'),
        where=where & operation.kind.in_(ENDED) & (back.id == Null))


def _months(start, date):
    "Return the whole months between two days, in SQL (melt_survival.age)"
    def part(name):
        end = (
            Literal(getattr(date, name.lower())) if isinstance(date, dt.date)
            else Extract(name, date))
        return end - Extract(name, start)
    return (
        part('YEAR') * 12 + part('MONTH')
        - Case((part('DAY') < 0, 1), else_=0))
