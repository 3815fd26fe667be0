import unittest
from decimal import Decimal as D
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from tibillet_cashless.units import (
    UNITS_MAX, AmountError, digits, from_units, to_units)


class UnitsTestCase(unittest.TestCase):

    def test_to_units(self):
        for amount, scale, step, expected in [
                (D('12.35'), 100, 1, 1235),
                (D('12.3500'), 100, 1, 1235),
                (D('0.01'), 100, 1, 1),
                (D('1E+3'), 100, 1, 100000),
                (12, 100, 1, 1200),
                (D('0.25'), 60, 15, 15),
                (Fraction(1, 3), 60, 1, 20),
                (1, 1, 1, 1),
                (D(UNITS_MAX) / 100, 100, 1, UNITS_MAX),
                ]:
            with self.subTest(amount=amount):
                units = to_units(amount, scale, step)
                self.assertEqual(units, expected)
                self.assertIsInstance(units, int)

    def test_refused(self):
        for amount, scale, step, code in [
                (D('0.00'), 100, 1, 'sign'),
                (D('-5.00'), 100, 1, 'sign'),
                (D('-0.00'), 100, 1, 'sign'),
                (D('5.005'), 100, 1, 'unit'),
                (D('1E-400'), 100, 1, 'unit'),
                (D('NaN'), 100, 1, 'number'),
                (D('sNaN'), 100, 1, 'number'),
                (D('Infinity'), 100, 1, 'number'),
                (5.0, 100, 1, 'number'),
                (True, 100, 1, 'number'),
                ('5,00 €', 100, 1, 'number'),
                (None, 100, 1, 'number'),
                (D('1E+400'), 100, 1, 'limit'),
                (D(UNITS_MAX) / 100 + D('0.01'), 100, 1, 'limit'),
                (D('0.2'), 60, 15, 'step'),
                (D('1.50'), 100, 100, 'step'),
                ]:
            with self.subTest(amount=amount, scale=scale):
                with self.assertRaises(AmountError) as caught:
                    to_units(amount, scale, step)
                self.assertEqual(caught.exception.code, code)

    def test_from_units(self):
        for units, scale, expected in [
                (1235, 100, '12.35'),
                (-350, 100, '-3.50'),
                (0, 100, '0.00'),
                (90, 60, '1.50'),
                (20, 60, '0.33'),
                (100, 60, '1.67'),
                (7, 1, '7'),
                (1234, 1000, '1.234'),
                ]:
            with self.subTest(units=units, scale=scale):
                self.assertEqual(str(from_units(units, scale)), expected)

    def test_digits(self):
        for scale, expected in [
                (1, 0), (10, 1), (100, 2), (1000, 3), (60, 2), (5, 2)]:
            with self.subTest(scale=scale):
                self.assertEqual(digits(scale), expected)

    @given(
        st.integers(1, UNITS_MAX), st.sampled_from([1, 10, 100, 1000]))
    def test_back(self, units, scale):
        self.assertEqual(to_units(from_units(units, scale), scale), units)
