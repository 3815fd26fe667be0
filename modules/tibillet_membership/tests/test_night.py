"""What the server does by night has no company, and is for each of them."""
import datetime as dt
from decimal import Decimal
from unittest.mock import patch

from tibillet_base import tools
from tibillet_base.tools import each_company
from tibillet_membership import earning, reminder, share_register

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

    @with_transaction()
    def test_check_registers(self):
        "Each night the first entry that was changed is named"
        pool = Pool()
        Capital = pool.get('tibillet.share.capital')
        Class = pool.get('tibillet.share.class')
        Entry = pool.get('tibillet.share.entry')
        Party = pool.get('party.party')
        day = dt.date(2024, 1, 10)
        companies = [create_company("Halle"), create_company("Raffinerie")]
        for company in companies:
            with set_company(company):
                share_class, = Class.create([{
                            'name': "Parts", 'nominal': Decimal('20.00'),
                            }])
                register = share_register.opened(company, day)
                for party in Party.create([{'name': "Lea"}] * 2):
                    register.subscribe(
                        party, share_class, 1, Decimal('20.00'))
        _, second = Entry.search(
            [('company', '=', companies[1].id)], order=[('number', 'ASC')])
        other = Party.create([{'name': "Lea"}])[0]
        table = Entry.__table__()
        for column, value, number in [
                (None, None, None),
                (table.party, other.id, 2),
                (table.since, day + dt.timedelta(days=1), 2),
                (table.holder, None, 2),
                ]:
            with self.subTest(column=column):
                before = getattr(second, column.name) if column else None
                self._change(table, column, second, value)
                Capital.check_registers()
                self.assertEqual(
                    [Capital.of(c).broken_number for c in companies],
                    [None, number])
                self.assertEqual(
                    Capital.of(companies[1]).alert == 'broken', bool(number))
                self._change(
                    table, column, second, getattr(before, 'id', before))

    def _change(self, table, column, record, value):
        if column:
            tools.cursor().execute(*table.update(
                    [column], [value], where=table.id == record.id))
            tools.forget(record.__class__, [record.id])
