"""What is paid of an invoice, given to what it invoices."""
import unittest
from decimal import Decimal as D
from types import SimpleNamespace
from unittest.mock import patch

from tibillet_federation import statement_paid


class Record(SimpleNamespace):
    __hash__ = object.__hash__


class StatementPaidTestCase(unittest.TestCase):

    def pay(self, prices, total, left):
        "Return what is paid of each price of an invoice that has left to pay"
        invoice = Record(
            id=1, type='out', state='posted', total_amount=D(total),
            amount_to_pay=D(left), lines=[])
        statement = Record(currency=Record(rounding=D('0.01')))
        found = [(
                Record(id=i, payer='association', beneficiary='cooperative'),
                Record(invoice=invoice, price=D(price)))
            for i, price in enumerate(prices)]
        company = Record(party='cooperative')
        with patch.object(statement_paid, 'get_flows', return_value=[
                        ('out', company, 'association', None)]), \
                patch.object(
                    statement_paid, 'get_lines', return_value=found), \
                patch.object(
                    statement_paid, 'get_credited_line', lambda line: line), \
                patch.object(
                    statement_paid, 'get_credits', return_value=[]), \
                patch.object(
                    statement_paid, 'get_price', lambda line: line.price):
            paid = statement_paid.Paid(statement).paid
        return [str(paid[i]) for i in range(len(prices))]

    def test_sum(self):
        "Test that what is paid of lines sums to what is paid of the invoice"
        for prices, total, left, expected in [
                # 100 of 300 to the cent, where a third has no end.
                (['100', '100', '100'], '300', '200',
                    ['33.34', '33.33', '33.33']),
                # 50 of 120 with tax are 41.67 of 100 without.
                (['33.33', '33.33', '33.34'], '120', '70',
                    ['13.89', '13.89', '13.89']),
                # What a correction takes back is paid back beside it.
                (['100', '-50.01'], '50', '25', ['50.00', '-25.00']),
                (['10.01'], '12', '12', ['0.00']),
                (['10.01', '0.01'], '12', '0', ['10.01', '0.01']),
                ]:
            with self.subTest(prices=prices, left=left):
                paid = self.pay(prices, total, left)
                self.assertEqual(paid, expected)
