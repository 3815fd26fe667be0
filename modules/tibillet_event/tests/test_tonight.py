"""The board of tonight: each figure beside the one that is counted apart."""
import datetime as dt
from unittest.mock import patch

from tibillet_base import tools
from tibillet_event import place_writer, scan_writer, ticket_cancel
from tibillet_event.refund import Terms
from tibillet_event.scan_writer import Asked

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction, check_access

from .door_records import SHOW, D, DoorMixin
from .records import create_sale
from .ticket_records import OFFICE

TODAY = dt.date(2099, 7, 10)


class TonightTestCase(DoorMixin, TestCase):
    setups = OFFICE

    def setUp(self):
        super().setUp()
        self.today = TODAY
        day = patch.object(tools, 'today', lambda company=None: self.today)
        day.start()
        self.addCleanup(day.stop)

    def rows(self, name):
        Model = Pool().get(f'tibillet.boxoffice.{name}')
        return Model.search([])

    @with_transaction()
    def test_performance(self):
        "Sold, held, free, scanned, inside and receipts of an evening"
        self.open_doors(10)
        free = self.make_tariff("Guest", '0', kind='free')
        tickets = self.sell_tickets(3)
        guest, = self.sell_tickets(1, free)
        self.sell_tickets(1, self.make_tariff("Half", '9.50'))
        self.cancel(tickets[2])
        self.at(SHOW)
        place_writer.hold(
            self.performance, None, 2, 'basket',
            SHOW + dt.timedelta(minutes=5), now=SHOW)
        for ticket, kind in [
                (tickets[0], 'entry'), (guest, 'entry'), (guest, 'exit')]:
            answer = scan_writer.scan(self.north, Asked(
                    f'{ticket.id} {kind}', kind, self.performance.uuid,
                    SHOW, ticket.code))
            self.assertTrue(answer['admitted'], answer)
        shown, = self.rows('tonight')
        self.assertEqual(shown.performance, self.performance)
        self.assertEqual(shown.time, dt.time(20, 30))
        self.assertEqual(
            (shown.places_sold, shown.places_held, shown.places_free,
                shown.capacity),
            (4, 2, 4, 10))
        self.assertEqual((shown.people_entered, shown.people_inside), (2, 1))
        self.assertEqual(shown.amount, D('49.50'))

    def cancel(self, ticket):
        ticket_cancel.cancel(
            self.till, 'cancel', [ticket], self.cash, Terms())

    @with_transaction()
    def test_which(self):
        "What is on today, and what has begun before and is not over"
        self.open_doors(10)
        Performance = Pool().get('tibillet.performance')
        self.at(SHOW)
        self.assertEqual(len(self.rows('tonight')), 1)
        self.today = dt.date(2099, 7, 9)
        self.assertEqual(self.rows('tonight'), [])
        # After midnight it is still on.
        self.today = dt.date(2099, 7, 11)
        self.assertEqual(self.rows('tonight'), [])
        self.at(SHOW + dt.timedelta(hours=1))
        self.assertEqual(
            [r.performance for r in self.rows('tonight')],
            [self.performance])
        self.today = TODAY
        performance = Performance(self.performance.id)
        for state, count in [
                ('closed', 1), ('draft', 0), ('postponed', 0),
                ('cancelled', 0)]:
            with self.subTest(state=state):
                performance.state = state
                performance.save()
                self.assertEqual(len(self.rows('tonight')), count)

    @with_transaction()
    def test_unlimited(self):
        "Where entry has no limit, nothing is free or left"
        self.open_doors(0)
        Performance = Pool().get('tibillet.performance')
        Performance.set_capacity([self.performance], 0, unlimited=True)
        self.at(SHOW)
        self.sell_tickets(2, self.make_tariff("Guest", '0', kind='free'))
        shown, = self.rows('tonight')
        self.assertEqual(
            (shown.capacity, shown.places_free, shown.places_sold),
            (None, None, 2))

    @with_transaction()
    def test_takings(self):
        "What was paid at open tills by tender, the change taken off"
        self.open_doors(100)
        with set_company(self.company):
            other = self.make_till(code='DOOR')
        self.sell('a', self.item(2), paid='50')
        self.sell('b', self.item(1), paid='20', method=self.card)
        self.sell('c', self.item(1), paid='20', till=other)
        self.assertEqual(
            [(t.point.code, t.tender, t.sales, t.amount)
                for t in self.rows('taking')], [
                ('BAR', 'cash', 1, D('40')),
                ('BAR', 'card', 1, D('20')),
                ('DOOR', 'cash', 1, D('20'))])

    @with_transaction()
    def test_takings_closed(self):
        "After its Z a till begins anew"
        self.open_doors(100)
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        Point = pool.get('sale.point')
        self.sell('a', self.item(2), paid='40')
        with set_company(self.company):
            till = Point(self.till.id)
            cash = Closure.get_reading(till).cash_expected
            Closure.close_till(till, {cash: 1})
            self.assertEqual(self.rows('taking'), [])
            Point.open_till([Point(self.till.id)])
        self.assertEqual(self.rows('taking'), [])
        self.sell('b', self.item(1), paid='20', method=self.card)
        self.assertEqual(
            [(t.tender, t.amount) for t in self.rows('taking')],
            [('card', D('20'))])

    @with_transaction()
    def test_days(self):
        "What was sold day by day, less what was cancelled on the day it was"
        self.open_doors(100)
        now = tools.now()
        tickets = self.sell_tickets(3)
        self.at(now + dt.timedelta(hours=20))
        self.sell_tickets(1)
        self.cancel(tickets[0])
        self.assertEqual(
            [(d.date, d.tickets, d.amount) for d in self.rows('day')], [
                (now.date(), 3, D('60')),
                (now.date() + dt.timedelta(days=1), 0, D('0'))])

    @with_transaction()
    def test_companies(self):
        "Who acts for another company sees nothing of it"
        pool = Pool()
        User = pool.get('res.user')
        self.open_doors(10)
        self.sell_tickets(1)
        self.at(SHOW)
        other = create_company("Mamasound")
        office = pool.get('ir.model.data').get_id(
            'tibillet_base', 'group_box_office')
        for company, count in [(self.company, 1), (other, 0)]:
            user, = User.create([{
                        'name': f'u{company.id}', 'login': f'u{company.id}',
                        'companies': [('add', [company.id])],
                        'company': company.id,
                        'groups': [('add', [office])],
                        }])
            with Transaction().set_user(user.id), set_company(company), \
                    check_access():
                for name in ['tonight', 'taking', 'day']:
                    with self.subTest(name=name, company=company.rec_name):
                        self.assertEqual(len(self.rows(name)), count)

    @with_transaction()
    def test_queries(self):
        "One statement for all of the performances"
        self.open_doors(10)
        self.at(SHOW)
        create_sale(10)
        self.rows('tonight')
        statements = []
        connection = Transaction().connection
        connection.set_trace_callback(statements.append)
        found = self.rows('tonight')
        connection.set_trace_callback(None)
        self.assertEqual(len(found), 2)
        self.assertEqual(len(statements), 1, statements)
