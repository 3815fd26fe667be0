"""Two who confirm for the last places, on a real PostgreSQL: make test-pg."""
import datetime as dt
import threading
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from tibillet_base import tools
from tibillet_base.tests.clock import acting_on
from tibillet_base.tests.meeting import meeting
from tibillet_base.tests.till_records import run_again
from tibillet_event import place_writer
from tibillet_event.exceptions import SoldOutError

from trytond import backend
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, TestCase
from trytond.transaction import Transaction

from .records import utc
from .sale_records import SaleMixin

pytestmark = pytest.mark.postgresql
ROUNDS = 5
LAST = 10
DAY = dt.date(2026, 2, 27)
START = utc('2026-02-20 10:00')


class SaleRaceTestCase(SaleMixin, TestCase):
    "Test two quotations that are over and want the same places"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        # Each round, and the control, at a date of its own.
        cls.rounds = run_again(DB_NAME, cls.make)

    @classmethod
    def make(cls):
        self = cls('make')
        with patch.object(tools, 'now', return_value=START):
            self.open_office(LAST)
            cls.company_id, cls.office_id = self.company.id, self.office.id
            return [self.make_round(i) for i in range(ROUNDS + 1)]

    def make_round(self, index):
        "Return two quotations for all the places of a new date"
        Performance = Pool().get('tibillet.performance')
        day = dt.date(2026, 4, 1) + dt.timedelta(days=index)
        date, = Performance.copy([self.performance], default={
                'date': day, 'end_date': day})
        Performance.set_capacity([date], LAST)
        Performance.put_on_sale([date])
        self.performance = Performance(date.id)
        quoted = []
        for days in [1, 3]:
            # When the first one is over.
            self.at(START + dt.timedelta(days=days - 1))
            sale = self.make_sale(
                (LAST, self.school), days=days,
                quotation_date=dt.date(2026, 2, 20))
            quoted.append(self.do(sale, 'quote').id)
        return quoted

    def setUp(self):
        super().setUp()
        self.at(START + dt.timedelta(days=7))
        today = acting_on(DAY)
        today.start()
        self.addCleanup(today.stop)

    def transaction(self, level):
        transaction = Transaction().start(
            DB_NAME, 1, context={'company': self.company_id})
        transaction.connection.cursor().execute(
            f'SET TRANSACTION ISOLATION LEVEL {level}')
        return transaction

    def confirm_both(self, sales, level='REPEATABLE READ'):
        "Confirm both at once as a server does, return what became of each"
        barrier = threading.Barrier(2)

        def run(sale):
            barrier.wait(120)
            # The server tries again what another has changed meanwhile.
            for _ in range(5):
                try:
                    with self.transaction(level) as transaction:
                        Sale = Pool().get('sale.sale')
                        sale_ = Sale(sale)
                        # Dated as it was accepted.
                        sale_.sale_date = sale_.quotation_date
                        sale_.save()
                        Sale.confirm([sale_])
                        transaction.commit()
                        return 'sold'
                except SoldOutError:
                    return 'sold out'
                except backend.DatabaseOperationalError:
                    continue
                except Exception as error:
                    return type(error).__name__
            return 'broken'

        with ThreadPoolExecutor(2) as buyers:
            return sorted(buyers.map(run, sales))

    def tickets_of(self, sales):
        with self.transaction('REPEATABLE READ'):
            Operation = Pool().get('tibillet.ticket.operation')
            operations = Operation.search([
                    ('order_line.sale', 'in', sales)],
                order=[('rank', 'ASC')])
            return [o.ticket.place.id for o in operations]

    def test_last_places(self):
        "One of two has them, the other one is told, each time"
        for sales in self.rounds[:ROUNDS]:
            self.assertEqual(
                self.confirm_both(sales), ['sold', 'sold out'])
            places = self.tickets_of(sales)
            self.assertEqual((len(places), len(set(places))), (LAST, LAST))
        with self.transaction('REPEATABLE READ'):
            Operation = Pool().get('tibillet.ticket.operation')
            ranks = [o.rank for o in Operation.search(
                    [('point', '=', self.office_id)],
                    order=[('rank', 'ASC')])]
        self.assertEqual(ranks, [*range(1, len(ranks) + 1)])

    def test_last_places_without_lock(self):
        "Control: without the lock both take them, the last defence is left"
        with meeting(place_writer, '_lock_some', 2), patch.object(
                place_writer, 'for_update', lambda skip_locked=False: None):
            found = self.confirm_both(self.rounds[-1], 'READ COMMITTED')
        self.assertNotIn('sold out', found)
