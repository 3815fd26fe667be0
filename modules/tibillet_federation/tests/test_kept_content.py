"What is kept of a statement is not given when somebody has altered it."
import hashlib
import json

from tibillet_federation.exceptions import KeptContentError
from tibillet_federation.kept_content import fingerprint
from tibillet_federation.statement_export import get_shown
from tibillet_federation.tests.ledger import LedgerTestCase

from trytond.pool import Pool
from trytond.transaction import Transaction

REPORTS = ['', '.csv', '.json']


class KeptContentTestCase(LedgerTestCase):

    def lock(self):
        Statement = Pool().get('tibillet.convention.statement')
        self.create_service()
        statement = Statement(self.create_statement())
        Statement.lock_content([statement])
        return statement

    def download(self, statement, kind):
        Report = Pool().get(f'tibillet.convention.statement{kind}', 'report')
        return Report.execute([statement.id], {})

    def write(self, statement, **values):
        "Write as who has the database, and no model, does"
        table = statement.__table__()
        Transaction().connection.cursor().execute(*table.update(
                [getattr(table, name) for name in values],
                [*values.values()], where=table.id == statement.id))
        Transaction().cache.clear()

    def test_locked(self):
        "Test that the file of a locked statement has its fingerprint"
        with self.start() as transaction:
            statement = self.lock()
            _, content, _, _ = self.download(statement, '.json')
            self.assertEqual(
                hashlib.sha256(content).hexdigest(), statement.hash)
            transaction.rollback()

    def test_altered(self):
        "Test that no document is made of what is not what was locked"
        for name, alter in [
                ('content', lambda text: text.replace(
                        'Association', 'Somebody else')),
                ('content', lambda text: None),
                ('hash', lambda text: '0' * 64),
                ('hash', lambda text: None),
                ]:
            with self.start() as transaction:
                statement = self.lock()
                altered = alter(getattr(statement, name))
                self.assertNotEqual(altered, getattr(statement, name))
                self.write(statement, **{name: altered})
                for kind in REPORTS:
                    with self.subTest(name, altered=altered, kind=kind):
                        with self.assertRaisesRegex(
                                KeptContentError, "is not what was agreed"):
                            self.download(statement, kind)
                transaction.rollback()

    def test_sent(self):
        "Test that no document is made of what is not what was sent"
        with self.start() as transaction:
            Statement = Pool().get('tibillet.convention.statement')
            self.create_service()
            statement = Statement(self.create_statement())
            sent = get_shown(statement)
            for content, is_refused in [
                    (None, False),
                    (sent.decode(), False),
                    (sent.decode().replace('Association', 'X'), True),
                    ]:
                self.write(
                    statement, sent_content=content,
                    sent_hash=fingerprint(sent))
                for kind in REPORTS:
                    with self.subTest(content=content, kind=kind):
                        if is_refused:
                            with self.assertRaisesRegex(
                                    KeptContentError, "is not what was"):
                                self.download(statement, kind)
                        else:
                            self.assertTrue(self.download(statement, kind))
            transaction.rollback()

    def test_computed(self):
        "Test that what is not locked is told without any fingerprint"
        with self.start() as transaction:
            Statement = Pool().get('tibillet.convention.statement')
            self.create_service()
            statement = Statement(self.create_statement())
            _, content, _, _ = self.download(statement, '.json')
            self.assertEqual(len(json.loads(content)['lines']), 1)
            self.assertIsNone(statement.get_kept_content())
            transaction.rollback()


del LedgerTestCase
