"""Filter and sort many memberships by their computed states.

What tells the state of one membership (get_state_column) looks its periods up
one by one. Here the periods of all are read once and joined: the same
answers, fast for a list. Who asks about one person searches his memberships,
and then reads their states.
"""
from sql import Null
from sql.aggregate import Max
from sql.conditionals import Case

from trytond.model import fields
from trytond.pool import Pool, PoolMeta

# What a period that counts may be on a date.
_PERIODS = {
    'current': lambda period, date: (period.start <= date) & (
        (period.end == Null) | (period.end >= date)),
    'grace': lambda period, date: (period.start <= date) & (
        period.grace_end >= date),
    'begun': lambda period, date: period.start <= date,
    }


class Membership(metaclass=PoolMeta):
    __name__ = 'tibillet.membership'

    @classmethod
    def domain_state(cls, domain, tables):
        _, operator, value = domain
        Operator = fields.SQL_OPERATORS[operator]
        column = cls._get_state_case(
            tables, {state: state for state, _ in cls.state.selection})
        if operator in {'in', 'not in'}:
            # SQL knows no empty list, and nothing is in None.
            value = [state for state in value if state] or ['']
        return Operator(column, value)

    @classmethod
    def order_state(cls, tables):
        # As the states are listed, not by their names.
        return [cls._get_state_case(tables, {
                    state: rank
                    for rank, (state, _) in enumerate(cls.state.selection)})]

    @classmethod
    def _get_state_case(cls, tables, values):
        "Join the periods of all and return the value of each one's state"
        table, _ = tables[None]
        date = cls._date()
        if 'state_periods' not in tables:
            periods = cls._get_state_periods(date)
            tables['state_periods'] = {
                None: (periods, periods.membership == table.id),
                }
        periods, _ = tables['state_periods'][None]
        return Case(
            (table.cancelled_on <= date, values['cancelled']),
            ((table.accepted_on == Null) | (table.accepted_on > date),
                values['waiting']),
            (periods.is_current == 1, values['current']),
            (periods.is_grace == 1, values['grace']),
            (periods.is_begun == 1, values['expired']),
            # Paid, and not begun yet.
            (periods.membership != Null, values['waiting']),
            else_=values['to_pay'])

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
