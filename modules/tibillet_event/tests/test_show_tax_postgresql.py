"""What is frozen of the tax on shows stays so, on a real PostgreSQL."""
import pytest
from tibillet_base.tools import cursor

from trytond.tests.test_tryton import TestCase, with_transaction

from .show_tax_records import ShowTaxMixin

pytestmark = pytest.mark.postgresql


class ShowTaxTriggerTestCase(ShowTaxMixin, TestCase):

    @with_transaction()
    def test_triggers(self):
        self.open_show()
        self.sell('a', self.item(5), paid='100')
        self.close_till()
        self.close()
        draft = self.worksheet('year')
        worksheet = self.freeze(self.worksheet())
        statements = cursor()
        for query, refused in [
                ("UPDATE tibillet_show_tax SET year = 2025", True),
                ("UPDATE tibillet_show_tax SET state = 'draft'", True),
                ("UPDATE tibillet_show_tax_line SET amount = 0", True),
                ("DELETE FROM tibillet_show_tax_line", True),
                ("TRUNCATE tibillet_show_tax_line", True),
                (f"UPDATE tibillet_show_tax SET year = 2025 "
                    f"WHERE id = {draft.id}", False),
                (f"UPDATE tibillet_show_tax SET write_uid = 1 "
                    f"WHERE id = {worksheet.id}", False),
                ]:
            statements.execute('SAVEPOINT query')
            with self.subTest(query=query):
                if refused:
                    with self.assertRaisesRegex(Exception, 'append-only'):
                        statements.execute(query)
                else:
                    statements.execute(query)
                    self.assertEqual(statements.rowcount, 1)
            statements.execute('ROLLBACK TO SAVEPOINT query')
