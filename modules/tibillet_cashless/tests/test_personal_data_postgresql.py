"""Facts let the holder be forgotten, and nothing else: make test-pg."""
import psycopg
import pytest
from tibillet_base.tools import cursor

from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)

from .personal_records import PersonalMixin

pytestmark = pytest.mark.postgresql


class PersonalDataPostgreSQLTestCase(PersonalMixin, TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module(['tibillet_cashless', 'tibillet_event'])

    @with_transaction()
    def test_forget(self):
        "Triggers let the address go and keep what the notice said"
        self.make_holder()
        self.forget()
        self.assertEqual(self.state(), (None, None, 'blocked', None))
        with self.assertRaises(psycopg.DatabaseError):
            cursor().execute('UPDATE tibillet_melt_notice SET units = 0')

    @with_transaction()
    def test_shared(self):
        "A hold of another company keeps the holder"
        self.make_holder()
        self.hold_elsewhere()
        self.forget()
        self.assertEqual(
            self.state(), (self.holder, self.holder, 'active', None))
