from sql import Literal, Null, Union
from sql.aggregate import Count, Min

from trytond.model import ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.transaction import Transaction

from . import calendars

MONTHS_SHOWN = 24


class MembershipContext(ModelView):
    __name__ = 'tibillet.membership.context'
    __string__ = "Membership Context"

    membership_date = fields.Date(
        "On", help="The date on which states are told; empty for today.")

    @classmethod
    def default_membership_date(cls):
        return Transaction().context.get('membership_date')


class MembershipByMonth(ModelSQL, ModelView):
    __name__ = 'tibillet.membership.by_month'
    __string__ = "Members by Month"

    company = fields.Many2One('company.company', "Company")
    month = fields.Date(
        "Month", help="The last day of the month, or today.")
    members = fields.Integer(
        "Members", help="How many were current on the last day.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('month', 'ASC'), ('id', 'ASC')]

    @classmethod
    def table_query(cls):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        Period = pool.get('tibillet.membership.period')
        days = calendars.month_ends(Membership._date(), MONTHS_SHOWN)
        return Union(*[
                cls._month_query(
                    Membership.__table__(), Period.__table__(), index, day)
                for index, day in enumerate(days)],
            all_=True)

    @classmethod
    def _month_query(cls, membership, period, index, day):
        pool = Pool()
        Period = pool.get('tibillet.membership.period')
        where = (Period.counts(period, day)
            & (period.start <= day)
            & ((period.end == Null) | (period.end >= day))
            & ((membership.cancelled_on == Null)
                | (membership.cancelled_on > day)))
        return period.join(
            membership, condition=period.membership == membership.id).select(
            # One row a month and company.
            (membership.company * MONTHS_SHOWN + index).as_('id'),
            membership.company.as_('company'),
            cls.month.sql_cast(Literal(day)).as_('month'),
            Count(membership.id, distinct=True).as_('members'),
            where=where,
            group_by=membership.company)


class MembershipByState(ModelSQL, ModelView):
    __name__ = 'tibillet.membership.by_state'
    __string__ = "Members by State"

    company = fields.Many2One('company.company', "Company")
    state = fields.Selection('get_states', "State")
    state_string = state.translated('state')
    # A graph shows what is stored.
    state_name = fields.Function(fields.Char("State"), 'get_state_name')
    members = fields.Integer("Members")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('members', 'DESC'), ('id', 'ASC')]

    @classmethod
    def get_states(cls):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        return Membership.fields_get(['state'])['state']['selection']

    def get_state_name(self, name):
        return self.state_string

    @classmethod
    def table_query(cls):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        table = Membership.__table__()
        states = table.select(
            table.id, table.company,
            Membership.get_state_column(
                table, Membership._date()).as_('state'))
        return states.select(
            Min(states.id).as_('id'),
            states.company.as_('company'),
            states.state.as_('state'),
            Count(states.id).as_('members'),
            group_by=[states.company, states.state])
