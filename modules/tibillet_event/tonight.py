"""What the box office looks at in the evening, each list by one query."""
from sql import Literal, Null
from sql.aggregate import Count, Max, Min, Sum
from sql.conditionals import Case, Coalesce
from tibillet_base import tools
from tibillet_base.till_payment import TENDERS
from tibillet_base.tools import table

from trytond.model import ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool

from .place_sql import clock
from .scan import is_outside

# What is not announced, or does not take place, is not of tonight.
STATES = ['on_sale', 'closed']


class Tonight(ModelSQL, ModelView):
    __name__ = 'tibillet.boxoffice.tonight'
    __string__ = "Box Office Tonight"

    company = fields.Many2One('company.company', "Company")
    currency = fields.Many2One('currency.currency', "Currency")
    performance = fields.Many2One('tibillet.performance', "Performance")
    time = fields.Time("Time", format='%H:%M')
    capacity = fields.Integer(
        "Capacity", help="Empty where entry has no limit.")
    places_free = fields.Integer("Free")
    places_held = fields.Integer(
        "Held", help="Taken for a while; they are free again by themselves.")
    places_sold = fields.Integer("Sold")
    people_entered = fields.Integer(
        "Scanned", help="Who have entered at least once.")
    people_inside = fields.Integer(
        "Inside", help="Who have entered and not left.")
    amount = Monetary(
        "Receipts", currency='currency', digits='currency',
        help="Of its tickets, tax and fees included, less what was given "
        "back.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('time', 'ASC'), ('id', 'ASC')]

    @classmethod
    def table_query(cls):
        company = table('company.company')
        event = table('tibillet.event')
        performance = table('tibillet.performance')
        places, people, paid = cls._places(), cls._people(), cls._paid()

        def count(query, name, unlimited=False):
            value = Coalesce(getattr(query, name), 0)
            if unlimited:
                value = Case((performance.unlimited, Null), else_=value)
            return getattr(cls, name).sql_cast(value).as_(name)

        return (performance
            .join(event, condition=event.id == performance.event)
            .join(company, condition=company.id == event.company)
            .join(places, 'LEFT',
                condition=places.performance == performance.id)
            .join(people, 'LEFT',
                condition=people.performance == performance.id)
            .join(paid, 'LEFT', condition=paid.performance == performance.id)
            .select(
                performance.id, event.company, company.currency,
                performance.id.as_('performance'), performance.time,
                count(places, 'capacity', unlimited=True),
                count(places, 'places_free', unlimited=True),
                count(places, 'places_held'), count(places, 'places_sold'),
                count(people, 'people_entered'),
                count(people, 'people_inside'),
                cls.amount.sql_cast(Coalesce(paid.amount, 0)).as_('amount'),
                where=is_tonight(performance)))

    @classmethod
    def _places(cls):
        Performance = Pool().get('tibillet.performance')
        place = table('tibillet.place')
        return place.select(
            place.performance,
            *(column.as_(name) for name, column
                in Performance._count_columns(place).items()),
            where=place.performance.in_(_tonight()),
            group_by=place.performance)

    @classmethod
    def _people(cls):
        ticket = table('tibillet.ticket')

        def count(where):
            return Sum(Case((where, 1), else_=0))

        return ticket.select(
            ticket.performance,
            count(ticket.entered_at != Null).as_('people_entered'),
            count(~is_outside(ticket)).as_('people_inside'),
            where=ticket.performance.in_(_tonight())
            & (ticket.state == 'valid'),
            group_by=ticket.performance)

    @classmethod
    def _paid(cls):
        operation = table('tibillet.ticket.operation')
        return operation.select(
            operation.performance, Sum(operation.paid).as_('amount'),
            where=operation.performance.in_(_tonight())
            & (operation.kind != 'duplicate'),
            group_by=operation.performance)

    def get_rec_name(self, name):
        return self.performance.rec_name


def is_tonight(performance):
    "Return the SQL of what is on today, or has begun before and is not over"
    now = clock()
    return performance.state.in_(STATES) & (
        (performance.date == tools.today())
        | ((performance.start <= now) & (performance.end > now)))


def _tonight():
    performance = table('tibillet.performance')
    return performance.select(
        performance.id, where=is_tonight(performance))


class Taking(ModelSQL, ModelView):
    __name__ = 'tibillet.boxoffice.taking'
    __string__ = "Box Office Taking"

    company = fields.Many2One('company.company', "Company")
    currency = fields.Many2One('currency.currency', "Currency")
    point = fields.Many2One('sale.point', "Till")
    tender = fields.Selection(TENDERS, "Tender", sort=False)
    tender_string = tender.translated('tender')
    sales = fields.Integer("Sales")
    amount = Monetary(
        "Amount", currency='currency', digits='currency',
        help="What was paid since the till was opened, less the change.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [
            ('point', 'ASC'), ('tender', 'ASC'), ('id', 'ASC')]

    @classmethod
    def table_query(cls):
        company = table('company.company')
        closure = table('tibillet.till.closure')
        payment = table('sale.point.payment')
        point = table('sale.point')
        sale = table('sale.point.sale')
        session = table('sale.point.cash.session')
        closed = closure.select(
            Coalesce(Max(closure.last_operation), 0),
            where=closure.point == point.id)
        return (session
            .join(point, condition=point.id == session.point)
            .join(company, condition=company.id == point.company)
            # As the next closure will count them.
            .join(sale, condition=(sale.point == point.id)
                & (sale.operation > closed))
            .join(payment, condition=payment.sale == sale.id)
            .select(
                Min(payment.id).as_('id'), point.company, company.currency,
                point.id.as_('point'), payment.tender,
                Count(sale.id, distinct=True).as_('sales'),
                cls.amount.sql_cast(Sum(payment.amount)).as_('amount'),
                where=(session.state == 'open')
                & ~Coalesce(point.practice, Literal(False)),
                group_by=[
                    point.company, company.currency, point.id,
                    payment.tender]))

    def get_rec_name(self, name):
        return f'{self.point.rec_name}, {self.tender_string}'
