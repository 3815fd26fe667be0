"""Which memberships are expected to be renewed, by the month they end in."""
from sql import Literal, Null, Union
from sql.aggregate import Count, Max, Sum
from tibillet_base.of_company import OfCompanyMixin

from trytond.model import ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool

from tibillet.terms import add_months

MONTHS_SHOWN = 12


class MembershipDue(OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.membership.due'
    __string__ = "Renewals Due"

    company = fields.Many2One('company.company', "Company")
    month = fields.Date("Month", help="The first day of the month.")
    members = fields.Integer(
        "To Renew", help="How many end within the month.")
    amount = Monetary(
        "Expected", currency='currency', digits='currency',
        help="What they paid last.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('month', 'ASC'), ('id', 'ASC')]

    @classmethod
    def table_query(cls):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        first = Membership._date().replace(day=1)
        return Union(*[
                cls._month_query(
                    index, add_months(first, index),
                    add_months(first, index + 1))
                for index in range(MONTHS_SHOWN)],
            all_=True)

    @classmethod
    def _month_query(cls, index, first, following):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        Period = pool.get('tibillet.membership.period')
        day = Membership._date()
        membership, period = Membership.__table__(), Period.__table__()
        other = Period.__table__()
        # For life there is nothing to renew.
        last = other.select(
            other.membership.as_('membership'), Max(other.end).as_('end'),
            where=Period.counts(other, day), group_by=other.membership,
            having=Count(other.id) == Count(other.end))
        return period.join(
            last, condition=(period.membership == last.membership)
            & (period.end == last.end)).join(
            membership, condition=period.membership == membership.id).select(
            # One row a month and company.
            (membership.company * MONTHS_SHOWN + index).as_('id'),
            membership.company.as_('company'),
            cls.month.sql_cast(Literal(first)).as_('month'),
            Count(membership.id).as_('members'),
            cls.amount.sql_cast(Sum(period.amount)).as_('amount'),
            where=Period.counts(period, day)
            & (period.end >= first) & (period.end < following)
            & ((membership.cancelled_on == Null)
                | (membership.cancelled_on > day)),
            group_by=membership.company)
