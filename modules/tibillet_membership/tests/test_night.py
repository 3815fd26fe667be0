"""What the server does by night has no company, and is for each of them."""
from unittest.mock import patch

from tibillet_base.tools import each_company
from tibillet_membership import earning, reminder

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)
from trytond.transaction import Transaction


class NightTestCase(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module(['tibillet_membership', 'account_product'])

    @with_transaction()
    def test_each(self):
        companies = [create_company("Halle"), create_company("Raffinerie")]
        self.assertEqual(list(each_company()), companies)
        with set_company(companies[1]):
            self.assertEqual(list(each_company()), companies[1:])

    @with_transaction()
    def test_tasks(self):
        "The tasks ask for the day of each company"
        pool = Pool()
        Earning = pool.get('tibillet.membership.earning')
        Reminder = pool.get('tibillet.membership.reminder')
        companies = [create_company("Halle"), create_company("Raffinerie")]
        self.assertIsNone(Transaction().context.get('company'))
        with patch.object(
                earning, 'today', side_effect=earning.today) as asked:
            Earning.earn_last_month()
        self.assertEqual([c.args[0] for c in asked.mock_calls], companies)
        Reminder.create([{
                    'name': "Before the End", 'company': company.id,
                    } for company in companies])
        with patch.object(
                reminder, 'today', side_effect=reminder.today) as asked:
            Reminder.remind()
        self.assertEqual([c.args[0] for c in asked.mock_calls], companies)
