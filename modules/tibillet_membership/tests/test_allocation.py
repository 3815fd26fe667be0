import datetime as dt
from decimal import Decimal as D
from fractions import Fraction
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st
from tibillet_membership import allocation

CENT = D('0.01')
AMOUNTS = st.decimals(0, 10 ** 6, places=2)
RATES = st.decimals(0, 1, places=4)


def day(text):
    return dt.date.fromisoformat(text)


class AllocationTestCase(TestCase):

    def test_allocate(self):
        for (result, losses, is_filled, interest, other), expected in [
                # 15 %, then half of what is left: 57.5 %.
                (('10000', 0, False, 0, 0),
                    ('0', '1500', '4250', '0', '0', '4250')),
                # Reserves reach the capital: half only.
                (('10000', 0, True, 0, 0),
                    ('0', '0', '5000', '0', '0', '5000')),
                (('10000', 0, True, '1200', '3800'),
                    ('0', '0', '5000', '1200', '3800', '0')),
                # What was lost before comes first.
                (('10000', '4000', False, 0, 0),
                    ('4000', '900', '2550', '0', '0', '2550')),
                (('3000', '4000', False, 0, 0),
                    ('3000', '0', '0', '0', '0', '0')),
                (('-500', '4000', False, 0, 0),
                    ('0', '0', '0', '0', '0', '-500')),
                # A part of a cent goes to the reserve.
                (('0.01', 0, False, 0, 0),
                    ('0', '0.01', '0', '0', '0', '0')),
                (('0.03', 0, True, 0, 0),
                    ('0', '0', '0.02', '0', '0', '0.01')),
                (('0', 0, False, 0, 0), ('0', '0', '0', '0', '0', '0')),
                ]:
            with self.subTest(result=result, losses=losses):
                self.assertEqual(
                    allocation.allocate(
                        D(result), D(losses), is_filled, D(interest),
                        D(other)),
                    tuple(map(D, expected)))

    def test_allocate_missing(self):
        for result, interest, other in [
                ('10000', '4250.01', '0'),
                ('10000', '4000', '250.01'),
                ('-1', '0.01', '0'),
                ('-1', '0', '0.01'),
                ]:
            with self.subTest(result=result, interest=interest):
                with self.assertRaises(ValueError):
                    allocation.allocate(
                        D(result), interest=D(interest), other=D(other))

    def test_available(self):
        for result, losses, subsidies, is_filled, available in [
                ('10000', '0', '0', False, '4250'),
                ('10000', '0', '4000', False, '2550'),
                ('10000', '4000', '0', False, '2550'),
                ('10000', '0', '10000', False, '0'),
                ('10000', '0', '12000', True, '0'),
                ('10000', '0', '4000', True, '3000'),
                ('-10000', '0', '0', False, '0'),
                ]:
            with self.subTest(result=result, subsidies=subsidies):
                self.assertEqual(
                    allocation.get_available(
                        D(result), D(losses), D(subsidies), is_filled),
                    D(available))

    def test_bound(self):
        self.assertEqual(
            allocation.get_yield_halves(day('2024-06-20')),
            [(2021, 1), (2021, 2), (2022, 1), (2022, 2), (2023, 1),
                (2023, 2)])
        for yields, bound in [
                (['0.002', '0.0027', '0.01325', '0.0251', '0.0314', '0.0337'],
                    Fraction(38025, 1000000)),
                (['0'] * 6, Fraction(2, 100)),
                (['-0.03'] * 6, Fraction(0)),
                ]:
            with self.subTest(yields=yields):
                self.assertEqual(
                    allocation.get_bound([D(y) for y in yields]), bound)

    def test_paid_days(self):
        year = day('2024-01-01'), day('2024-12-31')
        for changes, expected in [
                ([], 0),
                ([('2020-05-01', '100')], 366 * 100),
                ([('2024-01-01', '100')], 366 * 100),
                ([('2024-12-31', '100')], 100),
                ([('2025-01-01', '100')], 0),
                ([('2023-01-01', '100'), ('2024-07-01', '-100')],
                    182 * 100),
                ([('2023-01-01', '50'), ('2024-12-31', '50')],
                    365 * 50 + 100),
                ]:
            with self.subTest(changes=changes):
                self.assertEqual(
                    allocation.get_paid_days(
                        [(day(d), D(p)) for d, p in changes], *year),
                    expected)

    def test_interest(self):
        for days, rate, bound, end, interest in [
                ([366 * 1000], '0.03', '0.04', '2024-12-31', '30.00'),
                ([365 * 1000], '0.03', '0.04', '2025-12-31', '30.00'),
                # A year of fifteen months counts fifteen.
                ([456 * 1000], '0.03', '0.04', '2025-12-31', '37.48'),
                # Half up, but never above the bound.
                ([365 * D('1.50')], '0.01', '0.04', '2025-12-31', '0.02'),
                ([365 * D('1.50')], '0.01', '0.01', '2025-12-31', '0.01'),
                ([], '0.03', '0.04', '2025-12-31', '0'),
                ]:
            with self.subTest(days=days, rate=rate):
                self.assertEqual(
                    allocation.get_interest(
                        days, D(rate), D(bound), day(end)),
                    D(interest))

    def test_year_days(self):
        for end, days in [
                ('2024-12-31', 366), ('2025-12-31', 365),
                ('2024-02-29', 366), ('2025-08-31', 365),
                ('2024-08-31', 366)]:
            with self.subTest(end=end):
                self.assertEqual(allocation.get_year_days(day(end)), days)

    def test_share(self):
        for interest, days, shares in [
                ('1.00', [1, 1, 1], ['0.34', '0.33', '0.33']),
                ('1.00', [1, 1, 4], ['0.17', '0.17', '0.66']),
                ('0.01', [1, 2], ['0', '0.01']),
                ('0', [0, 0], ['0', '0']),
                ('0', [], []),
                ]:
            with self.subTest(interest=interest, days=days):
                self.assertEqual(
                    allocation.share_interest(D(interest), days),
                    [D(s) for s in shares])

    def test_revision(self):
        for results, highest, asked in [
                ([], 1000, False),
                ([-1, -1, -1], 1000, True),
                ([-1, -1], 1000, False),
                ([1, -1, -1, -1], 1000, False),
                ([-500], 1000, True),
                ([-499], 1000, False),
                ([10, -500], 1000, False),
                ([-500], 0, False),
                ]:
            with self.subTest(results=results):
                self.assertIs(
                    allocation.asks_revision(results, highest), asked)

    @given(AMOUNTS, AMOUNTS, st.booleans(), RATES, RATES)
    def test_sum(self, result, losses, is_filled, legal, statutory):
        made = allocation.allocate(
            result, losses, is_filled, legal_rate=legal,
            statutory_rate=statutory)
        self.assertEqual(sum(made), result)
        self.assertGreaterEqual(min(made), 0)
        base = result - made.covered
        if not is_filled:
            self.assertGreaterEqual(made.legal, base * legal)
        self.assertGreaterEqual(
            made.statutory, (base - made.legal) * statutory)
        # No more than a cent above what is asked.
        self.assertLess(
            made.statutory, (base - made.legal) * statutory + CENT)

    @given(AMOUNTS, AMOUNTS, AMOUNTS, st.booleans())
    def test_available_sum(self, result, losses, subsidies, is_filled):
        available = allocation.get_available(
            result, losses, subsidies, is_filled)
        self.assertGreaterEqual(available, 0)
        # All of it may be paid, whatever the subsidies.
        made = allocation.allocate(
            result, losses, is_filled, interest=available)
        self.assertEqual(sum(made), result)

    @given(
        st.lists(AMOUNTS, max_size=20), RATES, RATES,
        st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)))
    def test_interest_bound(self, days, rate, bound, end):
        interest = allocation.get_interest(days, rate, bound, end)
        exact = Fraction(sum(days)) * Fraction(bound) / (
            allocation.get_year_days(end))
        self.assertGreaterEqual(interest, 0)
        self.assertLessEqual(interest, exact)
        shares = allocation.share_interest(interest, days)
        self.assertEqual(sum(shares), interest)
        if interest:
            for share, weight in zip(shares, days, strict=True):
                self.assertLess(
                    abs(Fraction(share) - Fraction(weight) * Fraction(interest)
                        / Fraction(sum(days))), CENT)
