"""Filter and sort many memberships by their computed states.

What tells the state of one membership (get_state_column) looks its periods up
one by one. Here the periods of all are read once: the same answers, fast.
"""
from sql import Literal, Null
from sql.aggregate import Max
from sql.conditionals import Case

from trytond.model import fields
from trytond.pool import Pool, PoolMeta


class Membership(metaclass=PoolMeta):
    __name__ = 'tibillet.membership'

    @classmethod
    def domain_state(cls, domain, tables):
        _, operator, value = domain
        states = {value} if operator in {'=', '!='} else value
        if operator not in {'=', '!=', 'in', 'not in'}:
            Operator = fields.SQL_OPERATORS[operator]
            return Operator(cls.column_state(tables), value)
        table, _ = tables[None]
        conditions = _Conditions(cls, table)
        expression = Literal(False)
        for state in states:
            if state:
                expression |= getattr(conditions, state)
        return ~expression if operator in {'!=', 'not in'} else expression

    @classmethod
    def order_state(cls, tables):
        table, _ = tables[None]
        date = cls._date()
        if 'state_periods' not in tables:
            periods = cls._get_state_periods(date)
            tables['state_periods'] = {
                None: (periods, periods.membership == table.id),
                }
        periods, _ = tables['state_periods'][None]
        # As the states are listed, not by their names.
        rank = [state for state, _ in cls.state.selection].index
        return [Case(
                (table.cancelled_on <= date, rank('cancelled')),
                ((table.accepted_on == Null) | (table.accepted_on > date),
                    rank('waiting')),
                (periods.is_current == 1, rank('current')),
                (periods.is_grace == 1, rank('grace')),
                (periods.is_begun == 1, rank('expired')),
                (periods.membership != Null, rank('waiting')),
                else_=rank('to_pay'))]

    @classmethod
    def _get_state_periods(cls, date):
        "Return the query of what the periods of each membership tell"
        pool = Pool()
        Period = pool.get('tibillet.membership.period')
        period = Period.__table__()

        def any_(name):
            return Max(Case(
                    (_PERIODS[name](period, date), 1), else_=0)).as_(
                f'is_{name}')

        return period.select(
            period.membership, *map(any_, _PERIODS),
            where=Period.counts(period, date), group_by=period.membership)


# What a period that counts may be on a date.
_PERIODS = {
    'current': lambda period, date: (period.start <= date) & (
        (period.end == Null) | (period.end >= date)),
    'grace': lambda period, date: (period.start <= date) & (
        period.grace_end >= date),
    'begun': lambda period, date: period.start <= date,
    }


class _Conditions:
    "That a membership is in each of the states, as names of the states"

    def __init__(self, Membership, table):
        self.table = table
        self.date = Membership._date()

    def _has(self, name=None):
        pool = Pool()
        Period = pool.get('tibillet.membership.period')
        period = Period.__table__()
        where = Period.counts(period, self.date)
        if name:
            where &= _PERIODS[name](period, self.date)
        return self.table.id.in_(
            period.select(period.membership, where=where))

    @property
    def cancelled(self):
        column = self.table.cancelled_on
        return (column != Null) & (column <= self.date)

    @property
    def _accepted(self):
        column = self.table.accepted_on
        return ~self.cancelled & (column != Null) & (column <= self.date)

    @property
    def waiting(self):
        column = self.table.accepted_on
        return (~self.cancelled & ((column == Null) | (column > self.date))
            | self._accepted & self._has() & ~self._has('begun'))

    @property
    def to_pay(self):
        return self._accepted & ~self._has()

    @property
    def current(self):
        return self._accepted & self._has('current')

    @property
    def grace(self):
        return self._accepted & self._has('grace') & ~self._has('current')

    @property
    def expired(self):
        return (self._accepted & self._has('begun')
            & ~self._has('grace') & ~self._has('current'))
