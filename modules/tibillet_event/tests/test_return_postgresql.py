"""Two people who close the same performance, on a real PostgreSQL."""
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock, patch

import pytest
from tibillet_base import tools
from tibillet_base.tests.meeting import meeting
from tibillet_base.tests.till_records import run_again
from tibillet_event import return_series

from trytond import backend
from trytond.exceptions import UserError
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, TestCase
from trytond.transaction import Transaction, TransactionError

from .records import create_sale
from .return_records import NOW, OVER, ReturnMixin

pytestmark = pytest.mark.postgresql
ROUNDS = 5
AT_ONCE = 4
# How often, and when, is tried again what has met another transaction.
TRIES = 40
PAUSE_SECONDS = .1


class ReturnRaceTestCase(ReturnMixin, TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run_again(DB_NAME, cls.make)

    @classmethod
    def make(cls):
        self = cls('make')
        with patch.object(tools, 'now', return_value=NOW):
            self.open_evening()
            cls.company_id = self.company.id
            with set_company(self.company):
                cls.evenings = []
                for number in range(3 * ROUNDS):
                    evening = create_sale(10)
                    self.set_evening(evening)
                    cls.evenings.append(evening.id)
                    # The numbers of the books would hide the race.
                    if number >= ROUNDS:
                        continue
                    tariff = self.make_tariff(
                        "Full", '20.00', event=evening.event.id)
                    self.sell(
                        f'sale-{number}', self.item(1, tariff, evening),
                        paid='20')
            self.close_till()

    def transaction(self, **values):
        return Transaction().start(
            DB_NAME, 1, context={'company': self.company_id}, **values)

    def close_at_once(self, performance, tries):
        "Close as a server does, return what became of each"
        barrier = threading.Barrier(AT_ONCE)

        def run(_):
            barrier.wait(120)
            extras = {}
            for _ in range(tries):
                try:
                    with self.transaction(**extras) as transaction:
                        Performance = Pool().get('tibillet.performance')
                        try:
                            Performance.close([Performance(performance)])
                            transaction.commit()
                            return 'told'
                        except TransactionError as error:
                            transaction.rollback()
                            error.fix(extras)
                except UserError:
                    return 'refused'
                except backend.DatabaseOperationalError:
                    time.sleep(PAUSE_SECONDS)
            return 'broken'

        self.at(OVER)
        with ThreadPoolExecutor(AT_ONCE) as people:
            return Counter(people.map(run, range(AT_ONCE)))

    def numbers(self):
        with self.transaction():
            Return = Pool().get('tibillet.boxoffice.return')
            return [r.number for r in Return.search(
                    [], order=[('number', 'ASC')])]

    def count(self, performance):
        with self.transaction():
            Return = Pool().get('tibillet.boxoffice.return')
            return Return.search(
                [('performance', '=', performance)], count=True)

    def test_closings(self):
        "However many close a performance, it has one return"
        for evening in self.evenings[:2 * ROUNDS]:
            before = len(self.numbers())
            found = self.close_at_once(evening, TRIES)
            self.assertEqual(found, {'told': AT_ONCE})
            self.assertEqual(self.numbers(), [*range(1, before + 2)])
            self.assertEqual(self.count(evening), 1)

    def test_control_without_series(self):
        "Numbered after the last one, without the series, people are refused"
        # Its numbers are unknown to the series: it runs after test_closings.
        def last(company):
            Return = Pool().get('tibillet.boxoffice.return')
            found = Return.search(
                [('company', '=', company)], order=[('number', 'DESC')],
                limit=1)
            number, link = 0, return_series.start('control')
            if found:
                number, link = found[0].number, found[0].link
            return return_series.Series(0, 'control', number, link)

        outcomes = Counter()
        with patch.object(return_series, 'lock', last), \
                patch.object(return_series, 'cursor', Mock()):
            for evening in self.evenings[2 * ROUNDS:]:
                with meeting(return_series, 'lock', AT_ONCE):
                    outcomes += self.close_at_once(evening, TRIES)
        self.assertGreater(outcomes['refused'], 0)

    def test_searches(self):
        "What lists look for is understood by PostgreSQL too"
        with self.transaction():
            pool = Pool()
            Owed = pool.get('tibillet.boxoffice.owed')
            Performance = pool.get('tibillet.performance')
            self.assertEqual(Owed.search([('to_pay', '!=', 0)]), [])
            self.assertEqual(
                Performance.search([('to_return', '=', False)], count=True),
                Performance.search([], count=True)
                - Performance.search([('to_return', '=', True)], count=True))
