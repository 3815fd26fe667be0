"""What waits for the customers, in the currency of the books."""
import datetime as dt
from decimal import Decimal

from trytond.modules.company.tests import create_company, set_company
from trytond.modules.currency.tests import add_currency_rate, create_currency
from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)


class InvoiceTestCase(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_federation')

    @with_transaction()
    def test_divided(self):
        "What is converted in two makes what was converted once"
        pool = Pool()
        Account = pool.get('account.account')
        Invoice = pool.get('account.invoice')
        dollar = create_currency('USD')
        euro = create_currency('EUR')
        date = dt.date(2026, 7, 1)
        add_currency_rate(dollar, Decimal('1.115'), date)
        add_currency_rate(euro, Decimal('1'), date)
        company = create_company(currency=dollar)
        with set_company(company):
            for type_, total, due, converted in [
                    # 10.01 are 11.16; 3.35 are 3.74 and 6.66 would be 7.43.
                    ('out', '10.01', '3.35', ['3.74', '7.42']),
                    ('in', '10.01', '3.35', ['-3.74', '-7.42']),
                    ('out', '-10.01', '-3.35', ['-3.74', '-7.42']),
                    ('out', '10.01', '3.33', ['3.71', '7.45']),
                    ('out', '10.01', '0.00', ['11.16']),
                    ('out', '10.01', '10.01', ['11.16']),
                    ]:
                invoice = Invoice(
                    company=company, type=type_, currency=euro,
                    account=Account(party_required=False),
                    invoice_date=date, currency_date=date, description=None,
                    total_amount=Decimal(total))
                whole = [invoice._get_move_line(date, Decimal(total))]
                lines = invoice._divide_to_pay(whole, date, Decimal(due))
                with self.subTest(type=type_, total=total, due=due):
                    self.assertEqual(
                        [l.debit - l.credit for l in lines],
                        [Decimal(c) for c in converted])
                    self.assertTrue(
                        all(min(l.debit, l.credit) == 0 for l in lines))
                    self.assertEqual(
                        sum(abs(l.amount_second_currency) for l in lines),
                        abs(Decimal(total)))
