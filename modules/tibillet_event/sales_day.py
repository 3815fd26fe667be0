from sql.aggregate import Min, Sum
from sql.conditionals import Case, Coalesce
from sql.functions import AtTimeZone
from tibillet_base.tools import table

from trytond import backend
from trytond.model import ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary

# How many tickets more, or less, there are after an operation of the journal.
TICKETS = {
    'sale': 1, 'free': 1, 'exchange_in': 1,
    'cancellation': -1, 'exchange_out': -1,
    }


class SalesDay(ModelSQL, ModelView):
    __name__ = 'tibillet.boxoffice.day'
    __string__ = "Box Office Day"

    company = fields.Many2One('company.company', "Company")
    currency = fields.Many2One('currency.currency', "Currency")
    performance = fields.Many2One('tibillet.performance', "Performance")
    date = fields.Date("Day", help="Where the company is.")
    tickets = fields.Integer(
        "Tickets", help="Sold, less those that were cancelled.")
    amount = Monetary(
        "Amount", currency='currency', digits='currency',
        help="What was paid for them, tax and fees included.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('date', 'ASC'), ('id', 'ASC')]

    @classmethod
    def table_query(cls):
        company = table('company.company')
        operation = table('tibillet.ticket.operation')
        each = (operation
            .join(company, condition=company.id == operation.company)
            .select(
                operation.id, operation.company, company.currency,
                operation.performance, operation.paid,
                cls.date.sql_cast(
                    _local(operation.at, company.timezone)).as_('date'),
                Case(
                    *((operation.kind == kind, tickets)
                        for kind, tickets in TICKETS.items())
                    ).as_('tickets'),
                where=operation.kind.in_(list(TICKETS))))
        keys = [each.company, each.currency, each.performance, each.date]
        return each.select(
            Min(each.id).as_('id'), *keys,
            cls.tickets.sql_cast(Sum(each.tickets)).as_('tickets'),
            cls.amount.sql_cast(Sum(each.paid)).as_('amount'),
            group_by=keys)


def _local(at, zone):
    "Return the SQL of an instant at the clock of a zone"
    if backend.name != 'postgresql':
        # Which knows no zones: the day is that of UTC.
        return at
    return AtTimeZone(AtTimeZone(at, 'UTC'), Coalesce(zone, 'UTC'))
