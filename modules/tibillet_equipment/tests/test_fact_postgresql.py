"""Hand-overs and uses stay in the database as recorded: make test-pg."""
import datetime as dt
from decimal import Decimal

import pytest

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import RouteTestCase
from trytond.transaction import Transaction, TransactionError

from .records import create_party, create_product, create_units, move, utc

pytestmark = pytest.mark.postgresql
NOTE = 'tibillet_equipment_custody'
LINE = f'{NOTE}_line'
USE = 'tibillet_equipment_consumable_use'


class FactTestCase(RouteTestCase):
    module = 'tibillet_equipment'

    @classmethod
    def setUpDatabase(cls):
        pool = Pool()
        Consumable = pool.get('tibillet.equipment.consumable')
        Custody = pool.get('tibillet.equipment.custody')
        company = create_company()
        with set_company(company):
            product = create_product()
            festival = create_party("Festival")
            twin = create_party("Festival, again")
            unit, spare = create_units(product, 2)
            note = move('out', [unit], festival, utc('2025-07-01'))
            draft, = Custody.create([{
                        'direction': 'out',
                        'from_party': company.party.id,
                        'to_party': festival.id,
                        'date': utc('2025-08-01'),
                        'lines': [('create', [{'equipment': spare.id}])],
                        }])
            consumable, = Consumable.create([{
                        'product': create_product(
                            name="Cup", type='goods', depreciable=False).id,
                        'date': dt.date(2025, 6, 1),
                        'owner': company.party.id,
                        'quantity': 100,
                        'unit_cost': Decimal('0.80'),
                        }])
            cls.names = {
                'note': note.id, 'draft': draft.id,
                'consumable': consumable.id,
                'festival': festival.id, 'twin': twin.id}

    def setUp(self):
        super().setUp()
        if 'use' not in self.names:
            self.names['use'] = self.use()

    def use(self):
        "Use forty, as the server does: again once the lock is had"
        extras = {}
        while True:
            with Transaction().start(self.db_name, 0, **extras) as opened:
                try:
                    use, = Pool().get('tibillet.equipment.consumable.use'
                        ).create([{
                                'consumable': self.names['consumable'],
                                'date': dt.date(2025, 7, 1),
                                'quantity': 40,
                                'party': self.names['festival'],
                                }])
                    opened.commit()
                    return use.id
                except TransactionError as error:
                    opened.rollback()
                    error.fix(extras)

    def execute(self, *queries):
        "Run the queries, return how many rows the last one met; undo all"
        with Transaction().start(self.db_name, 0) as transaction:
            cursor = transaction.connection.cursor()
            for query in queries:
                cursor.execute(query.format(**self.names))
            met = cursor.rowcount
            transaction.rollback()
            return met

    def test_facts(self):
        "What is recorded is not edited, moved, deleted nor emptied"
        for query in [
                f"UPDATE {NOTE} SET date = '2025-07-02' WHERE id = {{note}}",
                f"UPDATE {NOTE} SET state = 'draft' WHERE id = {{note}}",
                f"UPDATE {NOTE} SET to_party = {{twin}} WHERE id = {{note}}",
                f'DELETE FROM {NOTE} WHERE id = {{note}}',
                f"UPDATE {LINE} SET notes = 'Broken' WHERE custody = {{note}}",
                f'UPDATE {LINE} SET custody = {{draft}} '
                'WHERE custody = {note}',
                f'UPDATE {LINE} SET custody = {{note}} '
                'WHERE custody = {draft}',
                f'INSERT INTO {LINE} (id, custody, equipment) '
                f'SELECT 0, {{note}}, equipment FROM {LINE} '
                'WHERE custody = {draft}',
                f'DELETE FROM {LINE} WHERE custody = {{note}}',
                f'UPDATE {USE} SET quantity = 1 WHERE id = {{use}}',
                f'UPDATE {USE} SET party = {{twin}} WHERE id = {{use}}',
                f'DELETE FROM {USE} WHERE id = {{use}}',
                *(f'TRUNCATE {table} CASCADE' for table in [NOTE, LINE, USE]),
                ]:
            with self.subTest(query), self.assertRaisesRegex(
                    Exception, 'is append-only'):
                self.execute(query)

    def test_draft(self):
        "A note that is not recorded is written and deleted"
        for query in [
                f"UPDATE {NOTE} SET date = '2025-08-02' WHERE id = {{draft}}",
                f"UPDATE {LINE} SET notes = 'New' WHERE custody = {{draft}}",
                f'DELETE FROM {LINE} WHERE custody = {{draft}}',
                f'DELETE FROM {NOTE} WHERE id = {{draft}}',
                ]:
            with self.subTest(query):
                self.assertEqual(self.execute(query), 1)

    def test_merged_party(self):
        "What names a party follows it when it is merged"
        merged = (
            'UPDATE party_party SET replaced_by = {twin} '
            'WHERE id = {festival}')
        for query in [
                f'UPDATE {NOTE} SET to_party = {{twin}} WHERE id = {{note}}',
                f'UPDATE {USE} SET party = {{twin}} WHERE id = {{use}}',
                ]:
            with self.subTest(query):
                self.assertEqual(self.execute(merged, query), 1)
