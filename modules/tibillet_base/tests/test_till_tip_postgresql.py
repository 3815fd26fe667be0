"""The same tips paid out of two drawers, at the same moment: make test-pg."""
import threading
import uuid
from decimal import Decimal
from unittest.mock import patch

import pytest
from tibillet_base import till_tip, till_writer
from tibillet_base.exceptions import TillCashError
from tibillet_base.till_writer import Paid

from trytond import backend
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, TestCase, activate_module
from trytond.transaction import Transaction

from .till_records import make_books, make_methods, make_till, run_again

pytestmark = pytest.mark.postgresql
ROUNDS = 8
TIP = Decimal('5.00')


class TillTipPostgreSQLTestCase(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module(['tibillet_base', 'sale_point'])
        run_again(DB_NAME, cls.make)

    @classmethod
    def make(cls):
        pool = Pool()
        Account = pool.get('account.account')
        Configuration = pool.get('tibillet.till.configuration')
        Journal = pool.get('account.journal')
        Point = pool.get('sale.point')
        Transfer = pool.get('sale.point.cash.transfer')
        Type = pool.get('sale.point.cash.transfer.type')
        company = create_company()
        with set_company(company):
            make_books()
            cash, _ = make_methods()
            cls.company, cls.cash = company.id, cash.id
            journal, = Journal.search([('type', '=', 'cash')], limit=1)
            account, = Account.search([('code', '=', '1.1.1')])
            configuration = Configuration(1)
            configuration.tip_account = account
            configuration.save()
            float_, tips = Type.create([{
                        'name': use, 'journal': journal.id,
                        'account': account.id, 'use': use,
                        } for use in ['float', 'tips']])
            cls.type = tips.id
            points = [
                make_till(code=code) for code in ['BAR', 'TENT']]
            Point.open_till(points)
            cls.points = [p.id for p in points]
            for point in Point.browse(cls.points):
                Transfer.make(
                    point, float_, Decimal('100.00'), "Of the evening",
                    uuid.uuid4().hex)

    def leave(self):
        "Leave 5.00 in each drawer, and owe 5.00 to the staff"
        def function():
            with Transaction().set_context(company=self.company):
                for point in self.points:
                    till_writer.sell(
                        point, uuid.uuid4().hex,
                        till_tip.get_lines(self.company, TIP),
                        [Paid(self.cash, TIP)])
                self.pay(
                    self.points[0], till_tip.get_owed(self.company) - TIP)
        run_again(DB_NAME, function)

    def pay(self, point, amount):
        pool = Pool()
        Point = pool.get('sale.point')
        Transfer = pool.get('sale.point.cash.transfer')
        Type = pool.get('sale.point.cash.transfer.type')
        if amount:
            Transfer.make(
                Point(point), Type(self.type), amount, "Friday",
                uuid.uuid4().hex)

    def race(self):
        "Pay 5.00 out of both drawers at once, return what is owed then"
        barrier = threading.Barrier(2)

        def take(point):
            first = True

            def function():
                nonlocal first
                with Transaction().set_context(company=self.company):
                    # The snapshot is taken before any of them goes on.
                    till_tip.get_owed(self.company)
                    if first:
                        first = False
                        barrier.wait(120)
                    self.pay(point, TIP)
            while True:
                try:
                    return run_again(DB_NAME, function)
                except backend.DatabaseOperationalError:
                    continue
                except TillCashError:
                    return

        threads = [
            threading.Thread(target=take, args=[point])
            for point in self.points]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return run_again(DB_NAME, lambda: till_tip.get_owed(self.company))

    def test_two_drawers(self):
        "What was left is paid once, whoever is first"
        for _ in range(ROUNDS):
            self.leave()
            self.assertEqual(self.race(), Decimal('0.00'))

    def test_with_control(self):
        "Without turns it is paid twice: the race is real"
        self.leave()
        with patch.object(till_tip.tools, 'take_turn'):
            self.assertEqual(self.race(), -TIP)
        # What was paid too much is left again.
        run_again(DB_NAME, self._give_back)

    def _give_back(self):
        with Transaction().set_context(company=self.company):
            till_writer.sell(
                self.points[0], uuid.uuid4().hex,
                till_tip.get_lines(self.company, TIP),
                [Paid(self.cash, TIP)])
