import datetime as dt
import unittest
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st
from tibillet_cashless import melt_survival
from tibillet_cashless.melt_survival import (
    Month, Wait, curve, expected, survival)

# Ten waits: five end within a month, two in the second, one in the fourth;
# one has lasted two months until now, one five.
WAITS = [Wait(0, 5, 0), Wait(1, 2, 0), Wait(2, 0, 1), Wait(3, 1, 0),
    Wait(5, 0, 1)]
waits = st.lists(
    st.builds(Wait, st.integers(0, 30), st.integers(0, 50),
        st.integers(0, 50)), max_size=20)


class MeltSurvivalTestCase(unittest.TestCase):
    "Test what is expected to melt"

    def test_age(self):
        for start, date, months in [
                ('2025-01-18', '2025-01-18', 0),
                ('2025-01-18', '2025-02-17', 0),
                ('2025-01-18', '2025-02-18', 1),
                ('2024-12-31', '2026-02-28', 13),
                ('2025-01-18', '2024-01-18', 0)]:
            with self.subTest(start=start, date=date):
                self.assertEqual(melt_survival.age(
                        dt.date.fromisoformat(start),
                        dt.date.fromisoformat(date)), months)

    def test_curve(self):
        "By hand: 5/10, then 3/5 of it, then 1/2 of it"
        self.assertEqual(
            [(p.months, p.at_risk, p.used, p.part) for p in curve(WAITS)], [
                (0, 10, 5, D('0.5')), (1, 5, 2, D('0.3')),
                (2, 3, 0, D('0.3')), (3, 2, 1, D('0.15')),
                (4, 1, 0, D('0.15')), (5, 1, 0, D('0.15'))])
        self.assertEqual(curve([]), [])

    def test_expected(self):
        points = curve(WAITS)
        for now, then, part in [
                (0, 1, '0.5'), (0, 2, '0.3'), (1, 2, '0.6'), (2, 4, '0.5'),
                # May melt now.
                (4, 4, '1'), (6, 4, '1'),
                # Beyond what was seen.
                (0, 14, '0.15'), (6, 14, '1')]:
            with self.subTest(now=now, then=then):
                self.assertEqual(expected(points, now, then), D(part))

    def test_all_used(self):
        "What was never seen to wait is not expected to"
        points = curve([Wait(0, 3, 0)])
        self.assertEqual(expected(points, 0, 14), 0)
        self.assertEqual(expected(points, 5, 14), 0)

    def test_no_history(self):
        "Without history all of it is expected to melt"
        self.assertEqual(expected([], 3, 14), 1)

    def test_forecast(self):
        april, may = dt.date(2026, 4, 1), dt.date(2026, 5, 1)
        self.assertEqual(
            melt_survival.forecast(curve(WAITS), [
                    (may, 1, 2, 1000), (april, 4, 4, 500),
                    (may, 0, 2, 1000)]),
            {
                april: Month(500, D(500), D(0)),
                may: Month(2000, D(900), D(0))})

    def test_unseen(self):
        "What waits longer than ever seen is said apart"
        may = dt.date(2026, 5, 1)
        self.assertEqual(
            melt_survival.forecast(curve(WAITS), [
                    (may, 0, 6, 1000), (may, 0, 7, 1000)]),
            {may: Month(2000, D(300), D(150))})
        self.assertEqual(
            melt_survival.forecast([], [(may, 0, 1, 1000)]),
            {may: Month(1000, D(1000), D(1000))})

    def test_wrong(self):
        with self.assertRaises(ValueError):
            curve([Wait(-1, 0, 0)])

    @given(waits)
    def test_falls(self, found):
        parts = [D(1), *(p.part for p in curve(found))]
        self.assertTrue(all(0 <= part <= 1 for part in parts))
        self.assertEqual(parts, sorted(parts, reverse=True))

    @given(waits, st.integers(0, 40), st.integers(0, 40))
    def test_part(self, found, now, then):
        points = curve(found)
        self.assertTrue(0 <= expected(points, now, then) <= 1)
        self.assertLessEqual(survival(points, now + 1), survival(points, now))

    @given(st.lists(st.integers(0, 30), min_size=1, max_size=60))
    def test_without_open_waits(self, months):
        "The curve is then the part of the waits that last longer"
        points = curve([Wait(m, 1, 0) for m in months])
        for point in points:
            self.assertAlmostEqual(
                point.part,
                D(sum(m > point.months for m in months)) / len(months), 20)
