"""What only a real PostgreSQL can show: make test-pg."""
from unittest.mock import patch

import pytest
from tibillet_federation.tests.ledger import LedgerTestCase

from trytond.exceptions import UserError
from trytond.pool import Pool

pytestmark = pytest.mark.postgresql
TABLE = 'tibillet_convention_entry'


class PostgreSQLTestCase(LedgerTestCase):

    def test_entries_are_facts(self):
        "Test that no SQL edits, deletes or empties the ledger"
        entry = self.perform(self.create_contribution, '1.00')
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
        entry = self.perform(self.create_contribution, '1.00')
        query = f'UPDATE {TABLE} SET contributor = %s WHERE id = %s'
        self.merge(self.party, self.twin)
        self.assertEqual(self.execute(query, self.twin, entry), 1)
        with self.assertRaisesRegex(Exception, 'is append-only'):
            self.execute(query, self.party, entry)
        self.merge(self.party, None)
        self.merge(self.twin, self.party)
        self.assertEqual(self.execute(query, self.party, entry), 1)
        self.merge(self.twin, None)

    def prove(self):
        "Create a cost with its evidence"
        return self.create_cost(
            '10.00', evidence_reference=f"FA-{self.convention}")

    def proven(self):
        return self.count(
            'tibillet.convention.cost',
            ('convention', '=', self.convention))

    def test_evidence_overtaken(self):
        "Test that an evidence proves one of two costs saved at once"
        with self.assertRaisesRegex(
                UserError, "\"Hosting\" uses \"FA-[0-9]+\" already"), \
                self.without_turns():
            self.overtake(self.prove, by=self.prove)
        self.assertEqual(self.proven(), 1)

    def test_evidence_at_once(self):
        "Test that an evidence proves one of several costs saved at once"
        refused = self.at_once(self.prove, 4)
        self.assertEqual(refused, ['EvidenceUsedError'] * 3)
        self.assertEqual(self.proven(), 1)

    def test_evidence_overtaken_without_use(self):
        "Test that it is the unique key that makes the difference"
        with self.start(readonly=True):
            Use = Pool().get('tibillet.convention.evidence.use')
        with patch.object(Use, 'create'), self.without_turns():
            self.assertEqual(self.overtake(self.prove, by=self.prove), 1)
        self.assertEqual(self.proven(), 2)


del LedgerTestCase
