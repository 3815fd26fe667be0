import unittest
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from tibillet.shares import split, split_units

CENT = Decimal('0.01')


class SharesTestCase(unittest.TestCase):
    "Test divisions by largest remainder"

    def test_split(self):
        for amount, weights, shares in [
                ('100.00', [1, 1, 1], ['33.34', '33.33', '33.33']),
                ('-100.00', [1, 1, 1], ['-33.34', '-33.33', '-33.33']),
                ('9000.00', [30, 70], ['2700.00', '6300.00']),
                ('0.01', [30, 70], ['0.00', '0.01']),
                ('0.01', [1, 1], ['0.01', '0.00']),
                ('0.02', [1, 1, 1], ['0.01', '0.01', '0.00']),
                ('0.00', [1, 2], ['0.00', '0.00']),
                ('10.00', [0, 5, 0], ['0.00', '10.00', '0.00']),
                ('10.00', [Decimal('0.5'), Decimal('0.25'), Decimal('0.25')],
                    ['5.00', '2.50', '2.50']),
                ('10.00', [Fraction(1, 3), Fraction(2, 3)],
                    ['3.33', '6.67']),
                ('19410.00', [Decimal('15560.00'), Decimal('3850.00')],
                    ['15560.00', '3850.00']),
                ('2835.00', [Decimal('15560.00'), Decimal('3850.00')],
                    ['2272.67', '562.33']),
                ]:
            with self.subTest(amount=amount, weights=weights):
                self.assertEqual(
                    [str(s) for s in split(Decimal(amount), weights)],
                    shares)

    def test_quantum(self):
        for amount, quantum, shares in [
                ('100', '1', ['34', '33', '33']),
                ('1.00', '0.05', ['0.35', '0.35', '0.30']),
                ]:
            with self.subTest(quantum=quantum):
                self.assertEqual(
                    split(Decimal(amount), [1, 1, 1], Decimal(quantum)),
                    [Decimal(s) for s in shares])

    def test_refusals(self):
        for amount, weights, error in [
                ('1.00', [], ValueError),
                ('1.00', [0, 0], ValueError),
                ('0.00', [0], ValueError),
                ('1.00', [2, -1], ValueError),
                ('0.005', [1], ValueError),
                ('1.00', [0.5, 0.5], TypeError),
                ]:
            with self.subTest(amount=amount, weights=weights):
                with self.assertRaises(error):
                    split(Decimal(amount), weights)

    @given(
        st.integers(-10 ** 9, 10 ** 9),
        st.lists(st.integers(0, 10 ** 6), min_size=1, max_size=8).filter(any))
    def test_sum(self, units, weights):
        "Test that shares sum, stay within a unit and are null for nothing"
        shares = split_units(units, weights)
        self.assertEqual(sum(shares), units)
        total = sum(weights)
        for share, weight in zip(shares, weights, strict=True):
            self.assertLess(abs(share - Fraction(units * weight, total)), 1)
            if not weight:
                self.assertEqual(share, 0)
        self.assertEqual(split_units(-units, weights), [-s for s in shares])

    @given(
        st.lists(st.integers(0, 10 ** 6), min_size=1, max_size=8).filter(any),
        st.data())
    def test_within_balances(self, balances, data):
        "Test that no one gets more than a balance, and all end together"
        total = sum(balances)
        units = data.draw(st.integers(0, total))
        for share, balance in zip(
                split_units(units, balances), balances, strict=True):
            self.assertLessEqual(share, balance)
        self.assertEqual(split_units(total, balances), balances)

    @given(
        st.integers(0, 10 ** 6),
        st.lists(st.integers(1, 1000), min_size=1, max_size=6),
        st.integers(1, 1000))
    def test_scale(self, units, weights, scale):
        "Test that only the proportions of weights count"
        self.assertEqual(
            split_units(units, weights),
            split_units(units, [Decimal(w * scale) for w in weights]))
