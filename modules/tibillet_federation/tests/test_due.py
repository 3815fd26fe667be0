import datetime as dt
import unittest
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from tibillet_federation.due import (
    Payment, due_by_part, due_by_payment, due_total)

D = Decimal


def pay(*amounts):
    return [
        Payment(dt.date(2026, 1, day), D(amount))
        for day, amount in enumerate(amounts, 1)]


units = st.integers(0, 10 ** 6).map(lambda units: D(units) / 100)
signed = st.integers(-10 ** 6, 10 ** 6).map(lambda units: D(units) / 100)


class DueTestCase(unittest.TestCase):
    "E8: what a payment of the customer makes due"

    def test_due_by_payment(self):
        for amount, invoiced, payments, dues in [
                # 2 835 of a service invoiced 10 800 including tax.
                ('2835', '10800', ['10800'], ['2835']),
                # 2 835 × 3 240 / 10 800 = 850.50
                ('2835', '10800', ['3240', '7560'], ['850.50', '1984.50']),
                ('2835', '10800', ['3240'], ['850.50']),
                ('2835', '10800', [], []),
                # Thirds: the last one takes the cent that is left.
                ('100', '3000', ['1000', '1000', '1000'],
                    ['33.33', '33.33', '33.34']),
                ('100', '9000', ['1000', '1000'], ['11.11', '11.11']),
                # 0.005 half up, but never more than all of it.
                ('0.02', '8', ['2', '2', '2', '2'],
                    ['0.01', '0.01', '0', '0']),
                # Paid too much, and after all was paid.
                ('100', '3000', ['4000', '500'], ['100', '0']),
                # The bank takes a payment back, then it is paid again.
                ('100', '3000', ['1000', '-1000', '3000'],
                    ['33.33', '-33.33', '100']),
                ('100', '3000', ['3000', '-1000'], ['100', '-33.33']),
                ('100', '3000', ['1000', '-2000'], ['33.33', '-33.33']),
                ('100', '3000', ['-1000'], ['0']),
                # A correction that gives back.
                ('-350', '3000', ['1000', '2000'], ['-116.67', '-233.33']),
                # Nothing invoiced: nothing to wait for.
                ('100', '0', ['0'], ['100']),
                ('100', '-50', ['-50'], ['100']),
                ('0', '3000', ['1000', '2000'], ['0', '0']),
                ]:
            with self.subTest(amount=amount, payments=payments):
                found = due_by_payment(
                    D(amount), D(invoiced), pay(*payments))
                self.assertEqual(
                    [due.amount for due in found], [D(due) for due in dues])
                self.assertEqual(
                    [due.total for due in found],
                    [sum(map(D, dues[:n])) for n in range(1, len(dues) + 1)])

    def test_by_date(self):
        "Test that payments count in the order of their dates"
        first, second = pay('1000', '2000')
        found = due_by_payment(D(100), D(3000), [second, first])
        self.assertEqual(
            [(due.date.day, due.amount) for due in found],
            [(1, D('33.33')), (2, D('66.67'))])

    def test_due_total(self):
        for invoiced, payments, total in [
                ('3000', ['1000'], '33.33'),
                ('3000', [], '0'),
                ('0', [], '100'),
                ('3000', ['3000'], '100'),
                ]:
            self.assertEqual(
                due_total(D(100), D(invoiced), pay(*payments)), D(total))

    def test_due_by_part(self):
        "Test that the parts of a due are complete with the last one"
        for parts, payments, expected in [
                (['60', '40'], ['1000', '2000'],
                    [['20.00', '13.33'], ['40.00', '26.67']]),
                (['0.01', '99.99'], ['1000', '2000'],
                    [['0.00', '33.33'], ['0.01', '66.66']]),
                (['60', '40'], ['1500', '-1500', '3000'],
                    [['30', '20'], ['-30', '-20'], ['60', '40']]),
                (['-60', '-40'], ['1500', '1500'],
                    [['-30', '-20'], ['-30', '-20']]),
                (['100'], [], []),
                ]:
            with self.subTest(parts=parts, payments=payments):
                dues = due_by_payment(
                    sum(map(D, parts)), D(3000), pay(*payments))
                self.assertEqual(
                    due_by_part([D(part) for part in parts], dues),
                    [[D(a) for a in row] for row in expected])

    @settings(max_examples=200, deadline=None)
    @given(signed, units, st.lists(signed, max_size=8))
    def test_totals(self, amount, invoiced, payments):
        "Test that a total stays between nothing and the amount"
        dues = due_by_payment(amount, invoiced, pay(*payments))
        self.assertEqual(len(dues), len(payments))
        total = paid = D(0)
        for due, payment in zip(dues, payments, strict=True):
            total += due.amount
            paid += payment
            self.assertEqual(due.total, total)
            self.assertLessEqual(abs(total), abs(amount))
            self.assertGreaterEqual(total * amount, 0)
            if paid >= invoiced:
                self.assertEqual(total, amount)
            elif paid <= 0:
                self.assertEqual(total, 0)

    @settings(max_examples=200, deadline=None)
    @given(
        st.lists(units, min_size=1, max_size=4), units.filter(bool),
        st.lists(signed, max_size=8), st.booleans())
    def test_parts(self, parts, invoiced, payments, back):
        "Test that parts sum to each due and never exceed what is theirs"
        parts = [-part for part in parts] if back else parts
        dues = due_by_payment(sum(parts), invoiced, pay(*payments))
        rows = due_by_part(parts, dues)
        got = [D(0)] * len(parts)
        for due, row in zip(dues, rows, strict=True):
            self.assertEqual(sum(row), due.amount)
            got = [had + new for had, new in zip(got, row, strict=True)]
            for had, part in zip(got, parts, strict=True):
                self.assertLessEqual(abs(had), abs(part))
            if due.total == sum(parts):
                self.assertEqual(got, parts)
            if not due.total:
                self.assertFalse(any(got))
