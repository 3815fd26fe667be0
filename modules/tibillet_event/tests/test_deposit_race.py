"""Two who take or give back one deposit, on PostgreSQL: make test-pg."""
import datetime as dt
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from unittest.mock import patch

import pytest
from tibillet_base import tools
from tibillet_base.tests.clock import acting_on
from tibillet_base.tests.till_records import run_again
from tibillet_event.sale_exceptions import DepositAmountError

from trytond import backend
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, TestCase
from trytond.transaction import Transaction, TransactionError

from .records import utc
from .sale_records import SaleMixin

pytestmark = pytest.mark.postgresql
ROUNDS = 5
DAY = dt.date(2026, 2, 27)
NOW = utc('2026-02-27 10:00')
AMOUNT = Decimal('40.00')


class DepositRaceTestCase(SaleMixin, TestCase):
    "Test two who take what is asked once, or give back what is held once"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.unpaid, cls.paid = run_again(DB_NAME, cls.make)

    @classmethod
    def make(cls):
        self = cls('make')
        pool = Pool()
        Account = pool.get('account.account')
        Configuration = pool.get('tibillet.ticket.configuration')
        Journal = pool.get('account.journal')
        with patch.object(tools, 'now', return_value=NOW):
            self.open_office(2 * ROUNDS + 2)
            self.at(NOW)
            with set_company(self.company):
                deposits, = Account.copy([self.deferred], default={
                        'code': lambda d: None})
                vat, = Account.copy([self.deferred], default={
                        'code': lambda d: None})
                Configuration(
                    1, deposit_account=deposits,
                    deposit_vat_account=vat).save()
                journal, = Journal.search([('type', '=', 'cash')], limit=1)
            cls.company_id = self.company.id
            cls.bank_id, cls.journal_id = self.deferred.id, journal.id
            quoted = [self.make_quoted() for _ in range(2 * ROUNDS + 1)]
            with set_company(self.company), acting_on(DAY):
                for sale in quoted[ROUNDS:]:
                    self.move(sale, 'received')
            return quoted[:ROUNDS], quoted[ROUNDS:]

    def make_quoted(self):
        sale = self.make_sale(
            (1, self.school), deposit_asked=AMOUNT, deposit_until=DAY)
        self.do(sale, 'quote')
        return sale.id

    def move(self, sale, kind):
        pool = Pool()
        Account = pool.get('account.account')
        Journal = pool.get('account.journal')
        Sale = pool.get('sale.sale')
        Sale(sale).move_deposit(
            kind, AMOUNT, str(uuid.uuid4()), date=DAY,
            journal=Journal(self.journal_id), account=Account(self.bank_id))

    def setUp(self):
        super().setUp()
        self.at(NOW)
        today = acting_on(DAY)
        today.start()
        self.addCleanup(today.stop)

    def transaction(self, **extras):
        return Transaction().start(
            DB_NAME, 1, context={'company': self.company_id}, **extras)

    def both(self, sale, kind):
        "Do it twice at once as a server does, return what became of each"
        barrier = threading.Barrier(2)

        def run(_):
            barrier.wait(120)
            extras = {}
            # The server tries again what another has changed meanwhile.
            for _ in range(20):
                try:
                    with self.transaction(**extras) as transaction:
                        try:
                            self.move(sale, kind)
                            transaction.commit()
                            return 'done'
                        except TransactionError as error:
                            transaction.rollback()
                            error.fix(extras)
                except DepositAmountError:
                    return 'refused'
                except backend.DatabaseOperationalError:
                    continue
            return 'broken'

        with ThreadPoolExecutor(2) as clerks:
            return sorted(clerks.map(run, range(2)))

    def held(self, sale):
        "Return what is held, and the VAT that was posted of it"
        with self.transaction():
            found = Pool().get('sale.sale')(sale)
            return (
                found.deposit_held, sum(d.vat for d in found.deposits))

    def test_taken_once(self):
        for sale in self.unpaid:
            self.assertEqual(
                self.both(sale, 'received'), ['done', 'refused'])
            held, vat = self.held(sale)
            self.assertEqual(held, AMOUNT)
            self.assertGreater(vat, 0)

    def test_given_back_once(self):
        for sale in self.paid[:ROUNDS]:
            self.assertEqual(
                self.both(sale, 'returned'), ['done', 'refused'])
            self.assertEqual(self.held(sale), (0, 0))

    def test_without_turn(self):
        """Control: without turns and ranks it is given back twice

        Moves stay drafts: where their numbers have no holes, posting them
        makes who comes second begin again too.
        """
        pool = Pool(DB_NAME)
        Move = pool.get('account.move')
        Sale = pool.get('sale.sale')
        sale = self.paid[-1]
        with self.transaction() as transaction:
            transaction.connection.cursor().execute(
                'ALTER TABLE tibillet_sale_deposit DROP CONSTRAINT '
                'tibillet_sale_deposit_rank_unique')
            transaction.commit()
        looked, check = threading.Barrier(2), Sale._check_deposit

        def check_together(record, *args):
            check(record, *args)
            looked.wait(120)

        with patch.object(Sale, '_check_deposit', check_together), \
                patch.object(tools, 'take_turn'), \
                patch.object(Move, 'post'):
            given = self.both(sale, 'returned')
        self.assertEqual(given, ['done'] * 2)
        self.assertEqual(self.held(sale)[0], -AMOUNT)
