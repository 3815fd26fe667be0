import unittest
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from tibillet_federation.due import (
    due_by_part, due_total, paid_rates, to_invoice)

D = Decimal


units = st.integers(0, 10 ** 6).map(lambda units: D(units) / 100)
signed = st.integers(-10 ** 6, 10 ** 6).map(lambda units: D(units) / 100)


class DueTestCase(unittest.TestCase):
    "E8: what a payment of the customer makes due"

    def test_due_total(self):
        # amount, invoiced, payments one after the other, what each makes due
        for amount, invoiced, payments, dues in [
                # 2 835 of a service invoiced 10 800 including tax.
                ('2835', '10800', ['10800'], ['2835']),
                # 2 835 × 3 240 / 10 800 = 850.50
                ('2835', '10800', ['3240', '7560'], ['850.50', '1984.50']),
                ('2835', '10800', ['0'], ['0']),
                # Thirds: 33.33, 66.67, 100.
                ('100', '3000', ['1000', '1000', '1000'],
                    ['33.33', '33.34', '33.33']),
                ('100', '9000', ['1000', '1000'], ['11.11', '11.11']),
                # Many small payments make no cent more: 0.005 half up.
                ('0.02', '8', ['2', '2', '2', '2'],
                    ['0.01', '0', '0.01', '0']),
                # Paid too much, and after all was paid.
                ('100', '3000', ['4000', '500'], ['100', '0']),
                # The bank takes a payment back, then it is paid again.
                ('100', '3000', ['1000', '-1000', '3000'],
                    ['33.33', '-33.33', '100']),
                ('100', '3000', ['3000', '-1000'], ['100', '-33.33']),
                ('100', '3000', ['1000', '-2000'], ['33.33', '-33.33']),
                ('100', '3000', ['-1000'], ['0']),
                # Of what was paid too much, the excess goes back first.
                ('100', '3000', ['4000', '-1500'], ['100', '-16.67']),
                # A correction that gives back.
                ('-350', '3000', ['1000', '2000'], ['-116.67', '-233.33']),
                # Nothing invoiced: nothing to wait for.
                ('100', '0', ['0'], ['100']),
                ('100', '-50', ['-50'], ['100']),
                ('0', '3000', ['1000', '2000'], ['0', '0']),
                ]:
            with self.subTest(amount=amount, payments=payments):
                self.assertEqual(
                    [
                        due_total(
                            D(amount), D(invoiced),
                            sum(map(D, payments[:n]), D(0)))
                        for n in range(1, len(payments) + 1)],
                    [sum(map(D, dues[:n])) for n in range(1, len(dues) + 1)])

    def test_due_by_part(self):
        "Test that each part is due at the rate of what is paid"
        for parts, paid, expected in [
                (['60', '40'], '1500', ['30', '20']),
                (['60', '40'], '3000', ['60', '40']),
                (['60', '40'], '4000', ['60', '40']),
                (['60', '40'], '0', ['0', '0']),
                (['60', '40'], '-10', ['0', '0']),
                (['-60', '-40'], '1500', ['-30', '-20']),
                # A third: 33.33 is due, 20.00 and 13.333.
                (['60', '40'], '1000', ['20.00', '13.33']),
                (['0.01', '99.99'], '1000', ['0.00', '33.33']),
                # 900 to one, 840 back from another: half of each.
                (['900', '-840'], '1500', ['450', '-420']),
                # 60 / 3 = 20.00: 300.00 and -280.00.
                (['900', '-840'], '1000', ['300', '-280']),
                # 0.01 / 3 = 0.00: 10.00 and -9.9967.
                (['30', '-29.99'], '1000', ['10.00', '-10.00']),
                # 0.01 / 2, half up: 0.01.
                (['30.01', '-30'], '1500', ['15.01', '-15.00']),
                # Nothing is left to be paid, and yet each has its part.
                (['900', '-900'], '1500', ['450', '-450']),
                ([], '1500', []),
                ]:
            with self.subTest(parts=parts, paid=paid):
                self.assertEqual(
                    due_by_part(
                        [D(part) for part in parts], D(3000), D(paid)),
                    [D(due) for due in expected])

    def test_paid_rates(self):
        "A credit note pays nothing, set against the invoice or not"
        third = str(D(1) / 3)
        for total, to_pay, credits, left, credited in [
                ('100', '100', [], '0', '0'),
                ('100', '65', [], '0.35', '0'),
                ('100', '0', [], '1', '0'),
                # 30 are credited: 35 of the 70 that are left are paid.
                ('100', '65', [('30', '0')], '0.5', '0'),
                ('100', '35', [('30', '30')], '0.5', '0'),
                ('100', '30', [('30', '0')], '1', '0'),
                ('100', '0', [('30', '30')], '1', '0'),
                ('100', '50', [('20', '20'), ('30', '0')], '0.6', '0'),
                # All of it was paid, 30 are to be given back; 10 of 30; all
                # but 10 were given back.
                ('100', '0', [('30', '0')], '1', '1'),
                ('100', '20', [('30', '0')], '1', third),
                ('100', '0', [('30', '20')], '1', third),
                ('100', '100', [('100', '0')], '0', '0'),
                ('100', '0', [('100', '100')], '0', '0'),
                ('100', '0', [('100', '0')], '0', '1'),
                # A credit note that is not given back yet, or in part.
                ('-30', '-30', [], '0', '0'),
                ('-30', '-20', [], third, '0'),
                ('0', '0', [], '0', '0'),
                ]:
            with self.subTest(total=total, to_pay=to_pay, credits=credits):
                self.assertEqual(
                    paid_rates(D(total), D(to_pay), [
                            (D(amount), D(settled))
                            for amount, settled in credits]),
                    (D(left), D(credited)))

    @given(units, units, units)
    def test_paid_rates_settled(self, total, paid, credited):
        "What is paid does not depend on when the books join a credit note"
        left = max(total - paid, D(0))
        kept, back = paid_rates(total, left, [(credited, D(0))])
        self.assertEqual(
            (kept, back),
            paid_rates(total, left - credited, [(credited, credited)]))
        # What is credited is paid once all that is left is.
        self.assertTrue(not back or kept == 1 or credited >= total)

    def test_due_by_part_not_invoiced(self):
        "Test that nothing is waited for when nothing was invoiced"
        self.assertEqual(
            due_by_part([D(900), D(-840)], D(0), D(0)), [D(900), D(-840)])

    @given(signed, units, signed)
    def test_total(self, amount, invoiced, paid):
        "Test that a total stays between nothing and the amount"
        total = due_total(amount, invoiced, paid)
        self.assertLessEqual(abs(total), abs(amount))
        self.assertGreaterEqual(total * amount, 0)
        if invoiced <= 0 or paid >= invoiced:
            self.assertEqual(total, amount)
        elif paid <= 0:
            self.assertEqual(total, 0)

    @given(st.lists(signed, max_size=5), signed, signed)
    def test_parts(self, parts, invoiced, paid):
        "Test that parts sum to what is due, each in its own direction"
        found = due_by_part(parts, invoiced, paid)
        self.assertEqual(
            sum(found), due_total(sum(parts, D(0)), invoiced, paid))
        rate = 1
        if invoiced > 0:
            rate = min(max(Fraction(paid) / Fraction(invoiced), 0), 1)
        for due, part in zip(found, parts, strict=True):
            self.assertGreaterEqual(due * part, 0)
            self.assertLessEqual(abs(due), abs(part))
            self.assertLess(
                abs(Fraction(due) - Fraction(part) * rate), D('0.01'))

    def test_to_invoice(self):
        "Test that what is due and not invoiced yet is invoiced"
        for amount, due, invoiced, expected in [
                ('100', '33.33', '0', '33.33'),
                ('100', '66.67', '33.33', '33.34'),
                ('100', '100', '66.67', '33.33'),
                ('100', '0', '0', '0'),
                ('100', '100', '100', '0'),
                # The customer took back: nothing is given back yet.
                ('100', '33.33', '66.67', '0'),
                ('-40', '-13.33', '0', '-13.33'),
                ('-40', '-40', '-13.33', '-26.67'),
                ('-40', '-13.33', '-40', '0'),
                ('0', '0', '0', '0'),
                ]:
            with self.subTest(amount=amount, due=due, invoiced=invoiced):
                self.assertEqual(
                    to_invoice(D(amount), D(due), D(invoiced)), D(expected))

    @given(
        st.lists(signed, min_size=1, max_size=5), units.filter(bool),
        st.lists(units, max_size=5))
    def test_instalments(self, parts, invoiced, payments):
        "Test that what is invoiced as customers pay makes the parts"
        done, paid = [D(0)] * len(parts), D(0)
        for payment in [*payments, invoiced]:
            paid += payment
            dues = due_by_part(parts, invoiced, paid)
            left = [
                to_invoice(*values)
                for values in zip(parts, dues, done, strict=True)]
            done = [d + amount for d, amount in zip(done, left, strict=True)]
            for part, amount, total in zip(parts, left, done, strict=True):
                self.assertGreaterEqual(amount * part, 0)
                self.assertLessEqual(abs(total), abs(part))
        self.assertEqual(done, parts)
