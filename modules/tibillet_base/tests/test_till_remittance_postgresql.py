"""Two managers who bring the same bag to the bank: make test-pg."""
import datetime as dt
import threading
import uuid
from decimal import Decimal
from unittest.mock import patch

import pytest
from tibillet_base import till_remittance
from tibillet_base.exceptions import TillRemittanceError

from trytond import backend
from trytond.model.exceptions import SQLConstraintError
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, TestCase, activate_module
from trytond.transaction import Transaction

from .till_records import make_books, make_methods, make_till, run_again

pytestmark = pytest.mark.postgresql
ROUNDS = 10


class TillRemittancePostgreSQLTestCase(TestCase):

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
            cls.account = account.id
            cls.float, cls.bank = [t.id for t in Type.create([{
                            'name': use, 'journal': journal.id,
                            'account': account.id, 'use': use,
                            } for use in ['float', 'bank']])]

    def make_bag(self):
        "Return the movement of a bag that waits"

        def function():
            pool = Pool()
            Point = pool.get('sale.point')
            Transfer = pool.get('sale.point.cash.transfer')
            Type = pool.get('sale.point.cash.transfer.type')
            with Transaction().set_context(company=self.company):
                point = make_till(code=uuid.uuid4().hex[:8])
                Point.open_till([point])
                for type_ in [self.float, self.bank]:
                    bag = Transfer.make(
                        Point(point.id), Type(type_), Decimal('50.00'),
                        "Bag", uuid.uuid4().hex)
            return bag.id
        return run_again(DB_NAME, function)

    def remit(self, bag):
        pool = Pool()
        Account = pool.get('account.account')
        Company = pool.get('company.company')
        Remittance = pool.get('tibillet.till.remittance')
        Transfer = pool.get('sale.point.cash.transfer')
        with Transaction().set_context(company=self.company):
            return Remittance.make(
                Company(self.company), 'cash', Transfer(bag).date,
                Account(self.account), [bag]).number

    def race(self, bag):
        "Put the bag on two slips at once, return the answers"
        barrier = threading.Barrier(2)
        answers = []

        def bring():
            first = True

            def function():
                nonlocal first
                # The snapshot is taken before any of them goes on.
                self.count(bag)
                if first:
                    first = False
                    barrier.wait(120)
                return self.remit(bag)
            while True:
                try:
                    answers.append(run_again(DB_NAME, function))
                except backend.DatabaseOperationalError:
                    continue
                except (TillRemittanceError, SQLConstraintError) as error:
                    answers.append(type(error))
                return

        threads = [threading.Thread(target=bring) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return answers

    def count(self, bag):
        pool = Pool()
        Line = pool.get('tibillet.till.remittance.line')
        return Line.search([('transfer', '=', bag)], count=True)

    def test_two_bring_the_same_bag(self):
        "It is on one slip, the other is told so, no number is missing"
        numbers = []
        for _ in range(ROUNDS):
            bag = self.make_bag()
            answers = self.race(bag)
            self.assertIn(TillRemittanceError, answers)
            numbers += [a for a in answers if a is not TillRemittanceError]
            self.assertEqual(run_again(DB_NAME, lambda: self.count(bag)), 1)
        first = min(numbers)
        self.assertEqual(
            sorted(numbers), list(range(first, first + ROUNDS)))

    def test_control(self):
        "Without turns both try it, and only the database refuses the second"
        bag = self.make_bag()
        with patch.object(till_remittance.tools, 'take_turn'):
            answers = self.race(bag)
        self.assertIn(SQLConstraintError, answers)

    def test_triggers(self):
        "No slip is changed around the models"
        run_again(
            DB_NAME, lambda bag=self.make_bag(): self.remit(bag))

        for statement in [
                "UPDATE tibillet_till_remittance SET date = %s",
                "UPDATE tibillet_till_remittance_line SET amount = 1",
                "DELETE FROM tibillet_till_remittance_line",
                "DELETE FROM tibillet_till_remittance"]:
            def function(statement=statement):
                values = (
                    [dt.date(2026, 1, 1)] if '%s' in statement else [])
                Transaction().connection.cursor().execute(statement, values)
            with self.assertRaisesRegex(Exception, "append-only"):
                run_again(DB_NAME, function)
