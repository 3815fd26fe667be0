"""What only a real PostgreSQL can show: make test-pg."""
import datetime as dt
import threading
from decimal import Decimal
from unittest.mock import patch

import pytest

from trytond import backend
from trytond.exceptions import UserError
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import RouteTestCase
from trytond.transaction import Transaction, TransactionError

pytestmark = pytest.mark.postgresql
TABLE = 'tibillet_convention_entry'


class PostgreSQLTestCase(RouteTestCase):
    module = 'tibillet_federation'

    @classmethod
    def setUpDatabase(cls):
        pool = Pool()
        Convention = pool.get('tibillet.convention')
        Party = pool.get('party.party')
        company = create_company()
        with set_company(company):
            party, twin = Party.create(
                [{'name': "Co-operative"}, {'name': "Co-operative, again"}])
            convention, = Convention.create([{
                        'name': "Ledger",
                        'start': dt.date(2026, 1, 1),
                        'parties': [('create', [{
                                        'party': party.id,
                                        'roles': ['provider'],
                                        'recoups': True,
                                        }])],
                        }])
        cls.company, cls.party, cls.twin = company.id, party.id, twin.id
        cls.convention = convention.id

    def setUp(self):
        super().setUp()
        self.record('contribution', '100.00')

    def record(self, type_, amount):
        "Record an entry as the server does, and return its id"
        extras = {}
        while True:
            with Transaction().start(
                    self.db_name, 0, context={'company': self.company},
                    **extras) as transaction:
                Entry = Pool().get('tibillet.convention.entry')
                try:
                    entry, = Entry.create([{
                                'convention': self.convention,
                                'date': dt.date(2026, 1, 1),
                                'type': type_,
                                'amount': Decimal(amount),
                                'contributor': self.party,
                                }])
                    transaction.commit()
                    return entry.id
                except TransactionError as error:
                    transaction.rollback()
                    error.fix(extras)
                except backend.DatabaseOperationalError:
                    transaction.rollback()

    def execute(self, query, *parameters):
        with Transaction().start(self.db_name, 0) as transaction:
            cursor = transaction.connection.cursor()
            cursor.execute(query, parameters)
            transaction.commit()
            return cursor.rowcount

    def remaining(self):
        with Transaction().start(self.db_name, 0, readonly=True):
            Convention = Pool().get('tibillet.convention')
            return Convention(self.convention).remaining

    def test_entries_are_facts(self):
        "Test that no SQL edits, deletes or empties the ledger"
        entry = self.record('contribution', '1.00')
        for query in [
                f'UPDATE {TABLE} SET amount = 2 WHERE id = {entry}',
                f"UPDATE {TABLE} SET date = '2026-02-01' WHERE id = {entry}",
                f"UPDATE {TABLE} SET type = 'accrual' WHERE id = {entry}",
                f'UPDATE {TABLE} SET contributor = {self.twin} '
                f'WHERE id = {entry}',
                f'DELETE FROM {TABLE} WHERE id = {entry}',
                f'TRUNCATE {TABLE} CASCADE',
                ]:
            before = self.remaining()
            with self.subTest(query), self.assertRaisesRegex(
                    Exception, 'is append-only'):
                self.execute(query)
            self.assertEqual(self.remaining(), before)

    def merge(self, party, other):
        self.execute(
            'UPDATE party_party SET replaced_by = %s WHERE id = %s',
            other, party)

    def test_merged_party(self):
        "Test that the entries of a party follow it when it is merged"
        entry = self.record('contribution', '1.00')
        query = f'UPDATE {TABLE} SET contributor = %s WHERE id = %s'
        self.merge(self.party, self.twin)
        self.assertEqual(self.execute(query, self.twin, entry), 1)
        with self.assertRaisesRegex(Exception, 'is append-only'):
            self.execute(query, self.party, entry)
        self.merge(self.party, None)
        self.merge(self.twin, self.party)
        self.assertEqual(self.execute(query, self.party, entry), 1)
        self.merge(self.twin, None)

    def write_off(self, amount, times):
        "Write the amount off by as many threads at once, return the refused"
        barrier = threading.Barrier(times)
        refused = []

        def write():
            barrier.wait()
            try:
                self.record('write_off', amount)
            except UserError as error:
                refused.append(type(error).__name__)

        threads = [threading.Thread(target=write) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return refused

    def test_write_off_at_once(self):
        "Test that no more than what remains is written off at once"
        remaining = self.remaining()
        refused = self.write_off(-remaining, 4)
        self.assertEqual(refused, ['EntryValidationError'] * 3)
        self.assertEqual(self.remaining(), 0)

    def test_write_off_at_once_without_lock(self):
        "Test that it is the lock that makes the difference"
        remaining = self.remaining()
        waiting = threading.Barrier(2)
        with Transaction().start(self.db_name, 0, readonly=True):
            Convention = Pool().get('tibillet.convention')

        def lock(records):
            waiting.wait(10)

        with patch.object(Convention, 'lock', lock):
            refused = self.write_off(-remaining, 2)
        self.assertEqual(refused, [])
        self.assertLess(self.remaining(), 0)
        self.record('contribution', -2 * self.remaining())


del RouteTestCase
