"""What is locked or adopted stays so in the database: make test-pg."""
import datetime as dt
import hashlib
from decimal import Decimal

import pytest
from tibillet_federation.exceptions import KeptContentError
from tibillet_federation.tests.ledger import LedgerTestCase

from trytond.pool import Pool

pytestmark = pytest.mark.postgresql
STATEMENT = 'tibillet_convention_statement'
LINE = f'{STATEMENT}_line'
ALLOCATION = 'tibillet_convention_allocation'
SIGNATURE = 'tibillet_convention_version_signature'
VERSION = 'tibillet_convention_version'
UNDONE = [
    f"UPDATE {STATEMENT} SET content = '{{{{}}}}' WHERE id = {{statement}}",
    f"UPDATE {STATEMENT} SET hash = NULL WHERE id = {{statement}}",
    f"UPDATE {STATEMENT} SET pot = 0 WHERE id = {{statement}}",
    f"UPDATE {STATEMENT} SET date = '2026-07-01' WHERE id = {{statement}}",
    f"UPDATE {STATEMENT} SET state = 'draft' WHERE id = {{statement}}",
    f"UPDATE {STATEMENT} SET state = 'invoiced', pot = 0 "
    "WHERE id = {statement}",
    f"DELETE FROM {STATEMENT} WHERE id = {{statement}}",
    f"INSERT INTO {STATEMENT} "
    "SELECT (jsonb_populate_record(s, '{{\"id\": 0}}')).* "
    f"FROM {STATEMENT} AS s WHERE id = {{statement}}",
    f"UPDATE {LINE} SET share = 0 WHERE statement = {{statement}}",
    f"UPDATE {LINE} SET statement = {{draft}} WHERE statement = {{statement}}",
    f"DELETE FROM {LINE} WHERE statement = {{statement}}",
    f"UPDATE {ALLOCATION} SET amount = 0 "
    f"WHERE line IN (SELECT id FROM {LINE} WHERE statement = {{statement}})",
    f"UPDATE {ALLOCATION} SET payer = {{twin}} "
    f"WHERE line IN (SELECT id FROM {LINE} WHERE statement = {{statement}})",
    f"DELETE FROM {ALLOCATION} "
    f"WHERE line IN (SELECT id FROM {LINE} WHERE statement = {{statement}})",
    f"TRUNCATE {STATEMENT} CASCADE",
    f"TRUNCATE {LINE} CASCADE",
    f"TRUNCATE {ALLOCATION} CASCADE",
    ]


class LockedTestCase(LedgerTestCase):

    def lock(self, statement):
        Statement = Pool().get('tibillet.convention.statement')
        Statement.lock_content([Statement(statement)])

    def create_locked(self):
        self.perform(self.create_service)
        statement = self.perform(self.create_statement)
        self.perform(self.lock, statement)
        return statement

    def create_draft(self):
        "Create the statement of the next half year, not computed"
        Statement = Pool().get('tibillet.convention.statement')
        statement, = Statement.create([{
                    'convention': self.convention,
                    'start_date': dt.date(2026, 7, 1),
                    'end_date': dt.date(2026, 12, 31),
                    'date': dt.date(2026, 12, 31),
                    }])
        return statement.id

    def show(self, statement):
        with self.start(readonly=True):
            Statement = Pool().get('tibillet.convention.statement')
            statement = Statement(statement)
            return (
                statement.state, statement.content, statement.hash,
                statement.pot, statement.date, [
                    (l.share, [
                        (a.amount, a.payer.id, a.beneficiary.id)
                        for a in l.allocations])
                    for l in statement.lines])

    def test_locked_statement(self):
        "Test that no SQL edits, moves, deletes or empties what is locked"
        statement = self.create_locked()
        draft = self.perform(self.create_draft)
        before = self.show(statement)
        self.assertEqual(before[0], 'locked')
        self.assertTrue(before[-1] and before[-1][0][1])
        for template in UNDONE:
            query = template.format(
                statement=statement, draft=draft, twin=self.twin)
            with self.subTest(query), self.assertRaisesRegex(
                    Exception, 'is append-only'):
                self.execute(query)
            self.assertEqual(self.show(statement), before)

    def copy_line(self, statement, into):
        "Copy the lines of a statement into another by SQL"
        return self.execute(
            f"INSERT INTO {LINE} SELECT (jsonb_populate_record("
            f"line, jsonb_build_object('id', nextval('{LINE}_id_seq'), "
            f"'statement', {into}))).* FROM {LINE} AS line "
            f"WHERE statement = {statement}")

    def test_nothing_joins(self):
        "Test that what is locked takes no line, neither new nor moved"
        statement = self.create_locked()
        draft = self.perform(self.create_draft)
        before = self.show(statement)
        with self.assertRaisesRegex(Exception, 'is append-only'):
            self.copy_line(statement, statement)
        self.assertEqual(self.copy_line(statement, draft), 1)
        with self.assertRaisesRegex(Exception, 'is append-only'):
            self.execute(
                f"UPDATE {LINE} SET statement = %s WHERE statement = %s",
                statement, draft)
        with self.assertRaisesRegex(Exception, 'is append-only'):
            self.execute(
                f"INSERT INTO {ALLOCATION} SELECT (jsonb_populate_record("
                "allocation, jsonb_build_object("
                f"'id', nextval('{ALLOCATION}_id_seq')))).* "
                f"FROM {ALLOCATION} AS allocation "
                f"JOIN {LINE} AS line ON line.id = allocation.line "
                f"WHERE line.statement = {statement}")
        self.assertEqual(self.show(statement), before)
        self.assertEqual(self.execute(
                f"DELETE FROM {LINE} WHERE statement = %s", draft), 1)

    def test_upgrade(self):
        "Test that a later version may widen or drop what a trigger keeps"
        statement = self.create_locked()
        with self.start() as transaction:
            cursor = transaction.connection.cursor()
            for change in [
                    f'ALTER TABLE {LINE} ALTER share TYPE NUMERIC(30, 8)',
                    f'ALTER TABLE {STATEMENT} ALTER hash TYPE TEXT',
                    f'ALTER TABLE {STATEMENT} DROP COLUMN hash']:
                cursor.execute(change)
            transaction.rollback()
        self.assertTrue(self.show(statement)[2])

    def test_goes_on(self):
        "Test that a locked statement is invoiced and settled all the same"
        statement = self.create_locked()
        for state in ['invoiced', 'settled']:
            self.assertEqual(self.execute(
                    f'UPDATE {STATEMENT} SET state = %s WHERE id = %s',
                    state, statement), 1)

    def test_merged_party(self):
        "Test that what was allotted to a party follows it when it is merged"
        statement = self.create_locked()
        query = (
            f'UPDATE {ALLOCATION} SET beneficiary = %s WHERE beneficiary = %s '
            f'AND line IN (SELECT id FROM {LINE} WHERE statement = %s)')
        with self.assertRaisesRegex(Exception, 'is append-only'):
            self.execute(query, self.twin, self.party, statement)
        merge = 'UPDATE party_party SET replaced_by = %s WHERE id = %s'
        self.execute(merge, self.twin, self.party)
        self.addCleanup(self.execute, merge, None, self.party)
        self.assertGreater(
            self.execute(query, self.twin, self.party, statement), 0)

    def test_draft(self):
        "Test that what is not locked is computed again and deleted"
        self.perform(self.create_service)

        def compute():
            Statement = Pool().get('tibillet.convention.statement')
            statement, = Statement.create([{
                        'convention': self.convention,
                        'start_date': dt.date(2026, 1, 1),
                        'end_date': dt.date(2026, 6, 30),
                        'date': dt.date(2026, 6, 30),
                        }])
            Statement.compute([statement])
            Statement.compute([statement])
            lines = len(statement.lines)
            Statement.draft([statement])
            Statement.compute([statement])
            return statement.id, lines

        statement, lines = self.perform(compute)
        self.assertEqual(lines, 1)
        self.assertEqual(self.execute(
                f'DELETE FROM {STATEMENT} WHERE id = %s', statement), 1)

    def create_signed(self):
        "Create clauses of the second half year, signed but not adopted"
        pool = Pool()
        Convention = pool.get('tibillet.convention')
        Version = pool.get('tibillet.convention.version')
        convention = Convention(self.convention)
        version, = Version.copy(convention.versions, {
                'effective_from': dt.date(2026, 7, 1),
                })
        Version.propose([version])
        return version.id, self.sign(version)

    def sign(self, version):
        "Return the first signature of those of all parties"
        Signature = Pool().get('tibillet.convention.version.signature')
        signatures = Signature.create([{
                    'version': version.id,
                    'party': party.id,
                    'signatory': f"For {party.party.name}",
                    'date': dt.date(2026, 6, 1),
                    } for party in version.convention.parties])
        return min(s.id for s in signatures)

    def adopt(self, version):
        Version = Pool().get('tibillet.convention.version')
        Version.adopt([Version(version)])

    def get_adopted(self, version):
        with self.start(readonly=True):
            Version = Pool().get('tibillet.convention.version')
            version = Version(version)
            return version.state, version.hash, version.get_kept_content()

    def test_signature(self):
        "Test that a signature stays once its clauses are adopted"
        version, signature = self.perform(self.create_signed)
        write = f"UPDATE {SIGNATURE} SET signatory = %s WHERE id = %s"
        self.assertEqual(self.execute(write, "Zoé Martin", signature), 1)
        self.perform(self.adopt, version)
        for state in ['adopted', 'superseded']:
            self.execute(
                f'UPDATE {VERSION} SET state = %s WHERE id = %s',
                state, version)
            for query in [
                    f"UPDATE {SIGNATURE} SET signatory = 'Bob' "
                    f"WHERE id = {signature}",
                    f"UPDATE {SIGNATURE} SET date = '2027-01-01' "
                    f"WHERE id = {signature}",
                    f"DELETE FROM {SIGNATURE} WHERE id = {signature}",
                    f"INSERT INTO {SIGNATURE} "
                    "(id, version, party, signatory, date) "
                    f"SELECT id + 1000, version, party, 'Bob', date "
                    f"FROM {SIGNATURE} WHERE id = {signature}",
                    ]:
                with self.subTest(query), self.assertRaisesRegex(
                        Exception, 'is append-only'):
                    self.execute(query)

    def test_adopted(self):
        "Test that no SQL edits or deletes what the parties have adopted"
        version, _ = self.perform(self.create_signed)
        self.assertEqual(
            self.get_adopted(version), ('proposed', None, None))
        self.perform(self.adopt, version)
        before = self.get_adopted(version)
        self.assertEqual(
            before[1:],
            (hashlib.sha256(before[2]).hexdigest(), before[2]))
        for change in [
                "content = '{}'", "hash = NULL", "pre_rate = 0.5",
                "adopted_on = '2026-05-01'", "adopted_by = 'Somebody else'",
                "effective_from = '2026-05-01'",
                "state = 'draft'", "state = 'superseded', post_rate = 0"]:
            with self.subTest(change), self.assertRaisesRegex(
                    Exception, 'is append-only'):
                self.execute(
                    f"UPDATE {VERSION} SET {change} WHERE id = {version}")
        for query in [
                f"DELETE FROM {VERSION} WHERE id = {version}",
                f"INSERT INTO {VERSION} "
                "SELECT (jsonb_populate_record(v, '{\"id\": 0}')).* "
                f"FROM {VERSION} AS v WHERE id = {version}"]:
            with self.subTest(query), self.assertRaisesRegex(
                    Exception, 'is append-only'):
                self.execute(query)
        self.assertEqual(self.get_adopted(version), before)
        # It goes on.
        self.assertEqual(self.execute(
                f"UPDATE {VERSION} SET state = 'superseded' WHERE id = %s",
                version), 1)

    def add_lines(self, version):
        "Give clauses a line of each kind, beside their destination"
        pool = Pool()
        Version = pool.get('tibillet.convention.version')
        Version.draft([Version(version)])
        Version.write([Version(version)], {
                'post_kind': 'tiers',
                'brackets': [('create', [{
                                'phase': 'pre', 'rate': Decimal('0.10'),
                                }])],
                'tiers': [('create', [{
                                'phase': 'post', 'kind': 'fixed',
                                'name': "Hosting",
                                'amount': Decimal('10'),
                                'beneficiary': self.party,
                                }])],
                'articles': [('create', [{
                                'title': "Aim", 'text': "To lend.",
                                }])],
                })
        Version.propose([Version(version)])
        self.sign(Version(version))

    def test_lines(self):
        "Test that the lines of adopted clauses are facts too"
        version, _ = self.perform(self.create_signed)
        self.perform(self.add_lines, version)
        lines = {
            'bracket': 'rate = 0.9', 'tier': 'amount = 999',
            'destination': f'beneficiary = {self.operator}',
            'article': "text = 'Bob'"}
        for kind, change in lines.items():
            # Control: clauses that are not adopted take it.
            table = f'tibillet_convention_version_{kind}'
            self.assertGreater(self.execute(
                    f'UPDATE {table} SET write_date = write_date '
                    'WHERE version = %s', version), 0, kind)
        self.perform(self.adopt, version)
        for kind, change in lines.items():
            table = f'tibillet_convention_version_{kind}'
            for query in [
                    f'UPDATE {table} SET {change} WHERE version = {version}',
                    f'DELETE FROM {table} WHERE version = {version}',
                    f'INSERT INTO {table} SELECT (jsonb_populate_record('
                    f"v, '{{\"id\": 0}}')).* FROM {table} AS v "
                    f'WHERE version = {version} LIMIT 1',
                    ]:
                with self.subTest(query), self.assertRaisesRegex(
                        Exception, 'is append-only'):
                    self.execute(query)
        # Who gets it follows when it is merged.
        query = (
            'UPDATE tibillet_convention_version_tier SET beneficiary = %s '
            'WHERE version = %s')
        merge = 'UPDATE party_party SET replaced_by = %s WHERE id = %s'
        self.execute(merge, self.twin, self.party)
        self.addCleanup(self.execute, merge, None, self.party)
        self.assertEqual(self.execute(query, self.twin, version), 1)

    def test_altered(self):
        "Test that who takes the lock away and writes is found out"
        version, _ = self.perform(self.create_signed)
        self.perform(self.adopt, version)
        table = f'ALTER TABLE {VERSION} {{}} TRIGGER {VERSION}_update'
        self.execute(table.format('DISABLE'))
        self.addCleanup(self.execute, table.format('ENABLE'))
        for change in [
                "content = replace(content, 'Association', 'Somebody else')",
                "hash = NULL"]:
            with self.subTest(change):
                self.execute(
                    f"UPDATE {VERSION} SET {change} WHERE id = %s", version)
                with self.assertRaisesRegex(
                        KeptContentError, "is not what was agreed"):
                    self.get_adopted(version)


del LedgerTestCase
