"""The capital of a co-operative month by month."""
from decimal import Decimal

from sql import Literal, Union
from tibillet_base import tools
from tibillet_base.of_company import OfCompanyMixin

from trytond.model import ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool

from . import calendars, capital, share_register

MONTHS_SHOWN = 24


def _level(name, help=""):
    return fields.Function(Monetary(
            name, currency='currency', digits='currency', help=help),
        'get_levels')


def _get_changes(company):
    "Return date, subscribed and paid of each entry of the register, in order"
    entry = tools.table('tibillet.share.entry')
    cursor = tools.cursor()
    cursor.execute(*entry.select(
            entry.date, entry.subscribed, entry.paid,
            where=(entry.company == company.id)
            & share_register.standing(entry),
            order_by=entry.number.asc))
    return [
        (date, Decimal(str(subscribed)), Decimal(str(paid)))
        for date, subscribed, paid in cursor]


class ShareByMonth(OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.share.by_month'
    __string__ = "Capital by Month"

    company = fields.Many2One('company.company', "Company")
    month = fields.Date(
        "Month", help="The last day of the month, or today.")
    subscribed = _level("Capital", "What members had subscribed.")
    paid = _level("Paid", "What members had paid of it.")
    floor = _level("Floor", "Below which the capital never falls.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('month', 'ASC'), ('id', 'ASC')]

    @classmethod
    def table_query(cls):
        pool = Pool()
        Capital = pool.get('tibillet.share.capital')
        Membership = pool.get('tibillet.membership')
        days = calendars.month_ends(Membership._date(), MONTHS_SHOWN)
        return Union(*[
                cls._month_query(Capital.__table__(), index, day)
                for index, day in enumerate(days)],
            all_=True)

    @classmethod
    def _month_query(cls, table, index, day):
        return table.select(
            # One row a month and company.
            (table.company * MONTHS_SHOWN + index).as_('id'),
            table.company.as_('company'),
            cls.month.sql_cast(Literal(day)).as_('month'))

    @classmethod
    def get_levels(cls, rows, names):
        pool = Pool()
        Capital = pool.get('tibillet.share.capital')
        found = {name: {} for name in names}
        for statutes in Capital.search([
                    ('company', 'in', list({r.company.id for r in rows})),
                    ]):
            entries = _get_changes(statutes.company)
            quantum = statutes.company.currency.rounding
            for row in rows:
                if row.company != statutes.company:
                    continue
                changes = [c for c in entries if c[0] <= row.month]
                subscribed = [change for _, change, _ in changes]
                levels = {
                    'subscribed': sum(subscribed, Decimal(0)),
                    'paid': sum((paid for *_, paid in changes), Decimal(0)),
                    'floor': capital.floor(
                        Decimal(0) + capital.highest(subscribed),
                        statutes.floor_rate, statutes.floor_amount, quantum),
                    }
                for name in names:
                    found[name][row.id] = levels[name]
        return found
