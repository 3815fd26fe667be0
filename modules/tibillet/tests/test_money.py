import unittest
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tibillet.money import from_units, half_up, to_units

QUANTA = ['0.01', '1', '0.001', '0.05', '0.10', '5']


class MoneyTestCase(unittest.TestCase):
    "Test rounding and smallest units"

    def test_half_up(self):
        for amount, quantum, rounded in [
                ('2916.725', '0.01', '2916.73'),  # half even gives .72
                ('2916.715', '0.01', '2916.72'),
                ('2916.7249', '0.01', '2916.72'),
                ('-2916.725', '0.01', '-2916.73'),
                ('0.005', '0.01', '0.01'),
                ('-0.005', '0.01', '-0.01'),
                ('-0.004', '0.01', '0.00'),
                ('0', '0.01', '0.00'),
                ('7', '0.01', '7.00'),
                ('0.5', '1', '1'),
                ('1.5', '1', '2'),
                ('2.5', '1', '3'),
                ('1.024', '0.05', '1.00'),
                ('1.025', '0.05', '1.05'),
                ('1.075', '0.05', '1.10'),
                ('1.04', '0.10', '1.0'),
                ('1.05', '0.10', '1.1'),
                ('2916.725', '0.0100', '2916.73'),
                ('12.5', '5', '15'),
                ('1E+3', '0.01', '1000.00'),
                # Too big for any book: typed, shown, and then refused.
                ('1E+30', '0.01', '1.000000000000000000000000000E+30'),
                ('-1E+30', '1', '-1.000000000000000000000000000E+30'),
                ]:
            with self.subTest(amount=amount, quantum=quantum):
                result = half_up(Decimal(amount), Decimal(quantum))
                # The text shows the digits and the sign of zero too.
                self.assertEqual(str(result), rounded)

    def test_half_up_exact(self):
        "Test rounding fractions and integers"
        for amount, rounded in [
                (Fraction(1, 3), '0.33'),
                (Fraction(2, 3), '0.67'),
                (Fraction(1, 200), '0.01'),
                (Fraction(-1, 200), '-0.01'),
                (Fraction(10 ** 40 - 1, 2 * 10 ** 42), '0.00'),
                (3, '3.00'),
                ]:
            with self.subTest(amount=amount):
                self.assertEqual(str(half_up(amount)), rounded)

    def test_units(self):
        for amount, quantum, units in [
                ('19410.00', '0.01', 1941000),
                ('-0.01', '0.01', -1),
                ('0', '0.01', 0),
                ('7', '1', 7),
                ('1.15', '0.05', 23),
                ]:
            with self.subTest(amount=amount):
                self.assertEqual(
                    to_units(Decimal(amount), Decimal(quantum)), units)
                self.assertEqual(
                    from_units(units, Decimal(quantum)), Decimal(amount))

    def test_refusals(self):
        for call, error in [
                (lambda: to_units(Decimal('0.005')), ValueError),
                (lambda: to_units(Decimal('1.01'), Decimal('0.05')),
                    ValueError),
                (lambda: half_up(0.1), TypeError),
                (lambda: half_up(0.1, Decimal('0.05')), TypeError),
                (lambda: half_up(Decimal(1), Decimal(0)), ValueError),
                (lambda: half_up(Decimal(1), Decimal('-0.01')), ValueError),
                (lambda: half_up(Decimal(1), 0.01), TypeError),
                (lambda: half_up(Decimal('1.5'), 1), TypeError),
                (lambda: from_units(1.0), TypeError),
                (lambda: from_units(Decimal(1)), TypeError),
                ]:
            with self.assertRaises(error):
                call()

    @given(
        st.decimals(
            min_value=-10 ** 12, max_value=10 ** 12, places=6),
        st.sampled_from(QUANTA))
    def test_nearest(self, amount, quantum):
        "Test that the result is a multiple, at most half a unit away"
        quantum = Decimal(quantum)
        result = half_up(amount, quantum)
        to_units(result, quantum)
        self.assertLessEqual(abs(result - amount) * 2, quantum)
        self.assertEqual(half_up(-amount, quantum), -result)
        self.assertEqual(half_up(Fraction(amount), quantum), result)
