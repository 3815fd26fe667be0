"""Two managers at one drawer, at the same moment: make test-pg."""
import threading
import uuid
from decimal import Decimal
from unittest.mock import patch

import pytest
from tibillet_base import till_cash
from tibillet_base.exceptions import TillCashError

from trytond import backend
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, TestCase, activate_module
from trytond.transaction import Transaction

from .till_records import make_books, make_methods, make_till, run_again

pytestmark = pytest.mark.postgresql
ROUNDS = 20


class TillCashPostgreSQLTestCase(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module(['tibillet_base', 'sale_point'])
        run_again(DB_NAME, cls.make)

    @classmethod
    def make(cls):
        pool = Pool()
        Account = pool.get('account.account')
        Journal = pool.get('account.journal')
        Type = pool.get('sale.point.cash.transfer.type')
        company = create_company()
        with set_company(company):
            make_books()
            make_methods()
            cls.company = company.id
            journal, = Journal.search([('type', '=', 'cash')], limit=1)
            account, = Account.search([('code', '=', '1.1.1')])
            cls.float, cls.bank = [t.id for t in Type.create([{
                            'name': use, 'journal': journal.id,
                            'account': account.id, 'use': use,
                            } for use in ['float', 'bank']])]

    def make_till(self):
        "Return a till that is open, with 80.00 in its drawer"
        code = uuid.uuid4().hex[:8]

        def function():
            pool = Pool()
            Point = pool.get('sale.point')
            with Transaction().set_context(company=self.company):
                point = make_till(code=code)
                Point.open_till([point])
                self.put(point.id, self.float, '80.00', uuid.uuid4().hex)
            return point.id
        return run_again(DB_NAME, function)

    def put(self, point, type_, amount, name):
        pool = Pool()
        Point = pool.get('sale.point')
        Transfer = pool.get('sale.point.cash.transfer')
        Type = pool.get('sale.point.cash.transfer.type')
        return Transfer.make(
            Point(point), Type(type_), Decimal(amount), "Bag", name).id

    def race(self, point, names):
        "Take 50.00 to the bank under each name at once, return the answers"
        barrier = threading.Barrier(len(names))
        answers = []

        def take(name):
            first = True

            def function():
                nonlocal first
                # The snapshot is taken before any of them goes on.
                self.get_moved(point)
                if first:
                    first = False
                    barrier.wait(120)
                with Transaction().set_context(company=self.company):
                    return self.put(point, self.bank, '50.00', name)
            try:
                answers.append(retried(function))
            except TillCashError:
                answers.append(None)

        threads = [
            threading.Thread(target=take, args=[name]) for name in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def get_moved(self, point):
        pool = Pool()
        Transfer = pool.get('sale.point.cash.transfer')
        return [
            t.amount for t in Transfer.search([('point', '=', point)])]

    def read_moved(self, point):
        return run_again(DB_NAME, lambda: self.get_moved(point))

    def test_two_take_the_same_money(self):
        "Of 80.00 only one takes 50.00, whoever is first"
        for _ in range(ROUNDS):
            point = self.make_till()
            answers = self.race(point, [uuid.uuid4().hex for _ in range(2)])
            self.assertEqual(answers.count(None), 1)
            self.assertEqual(sum(self.read_moved(point)), Decimal('30.00'))

    def test_the_same_twice(self):
        "The same asked twice counts once and has one answer"
        for _ in range(ROUNDS):
            point = self.make_till()
            name = uuid.uuid4().hex
            answers = self.race(point, [name, name])
            self.assertEqual(len(set(answers)), 1)
            self.assertEqual(sum(self.read_moved(point)), Decimal('30.00'))

    def test_control(self):
        "Without the lock of the till both take it: the race is real"
        point = self.make_till()
        with patch.object(till_cash.till_sql, 'lock',
                    till_cash.till_sql.read), \
                patch.object(till_cash.till_sql, 'advance'), \
                patch.object(till_cash.Transfer, '_log'):
            answers = self.race(point, [uuid.uuid4().hex for _ in range(2)])
        self.assertEqual(answers.count(None), 0)
        self.assertEqual(sum(self.read_moved(point)), Decimal('-20.00'))


def retried(function):
    "Run as the dispatcher does: again when the database says so"
    while True:
        try:
            return run_again(DB_NAME, function)
        except backend.DatabaseOperationalError:
            continue
