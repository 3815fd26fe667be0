"""A database of before gets its public identifiers: make test-pg."""
from uuid import UUID

import pytest
from tibillet_base.tools import cursor

from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)
from trytond.transaction import Transaction

from .agenda_records import Season

pytestmark = pytest.mark.postgresql


class UpdateTestCase(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_event')

    @with_transaction()
    def test_update(self):
        pool = Pool()
        season = Season()
        season.create_dates(3)
        Transaction().cache.clear()
        for name in [
                'tibillet.performance', 'tibillet.venue', 'ir.configuration']:
            with self.subTest(name=name):
                Model = pool.get(name)
                statement = cursor()
                statement.execute(
                    f'ALTER TABLE {Model._table} DROP COLUMN uuid')
                Model.__register__('tibillet_event')
                statement.execute(f'SELECT uuid FROM {Model._table}')
                uuids = [UUID(text) for text, in statement]
                self.assertEqual(len(set(uuids)), len(uuids))
                self.assertGreater(len(uuids), 0)
                statement.execute(
                    'SELECT is_nullable FROM information_schema.columns '
                    "WHERE table_name = %s AND column_name = 'uuid'",
                    (Model._table,))
                self.assertEqual(statement.fetchone(), ('NO',))
