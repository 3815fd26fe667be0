import datetime as dt
import unittest

from hypothesis import given
from hypothesis import strategies as st

from tibillet.terms import add_months, days_360

day = dt.date.fromisoformat
dates = st.dates(dt.date(1990, 1, 1), dt.date(2090, 12, 31))


class TermsTestCase(unittest.TestCase):
    "Test terms"

    def test_add_months(self):
        for date, months, result in [
                ('2025-09-15', 14, '2026-11-15'),
                ('2025-01-31', 1, '2025-02-28'),
                ('2024-01-31', 1, '2024-02-29'),
                ('2025-01-31', 2, '2025-03-31'),
                ('2025-03-31', -1, '2025-02-28'),
                ('2025-01-15', -1, '2024-12-15'),
                ('2025-01-15', 0, '2025-01-15'),
                ('2024-02-29', 12, '2025-02-28'),
                ('2024-02-29', 48, '2028-02-29'),
                ('2025-08-31', 13, '2026-09-30'),
                ('2025-12-31', 12, '2026-12-31'),
                ]:
            with self.subTest(date=date, months=months):
                self.assertEqual(add_months(day(date), months), day(result))

    def test_days_360(self):
        for start, end, days in [
                # 250 EUR over 36 months from 15 September 2025: 106 days of
                # 1 080, 24.54 EUR for the first year.
                ('2025-09-15', '2026-01-01', 106),
                ('2025-01-01', '2026-01-01', 360),
                ('2025-09-15', '2028-09-15', 1080),
                ('2025-01-31', '2025-02-01', 1),
                ('2025-01-30', '2025-02-01', 1),
                ('2025-02-28', '2025-03-01', 3),
                ('2024-02-29', '2024-03-01', 2),
                ('2025-02-01', '2025-03-01', 30),
                ('2025-03-01', '2025-03-31', 29),
                ('2025-03-01', '2025-03-01', 0),
                ('2025-03-02', '2025-03-01', -1),
                ]:
            with self.subTest(start=start, end=end):
                self.assertEqual(days_360(day(start), day(end)), days)

    @given(dates, st.integers(-600, 600))
    def test_add_months_counts(self, date, months):
        "Test that the month is the right one and the day never later"
        result = add_months(date, months)
        self.assertEqual(
            (result.year - date.year) * 12 + result.month - date.month,
            months)
        self.assertLessEqual(result.day, date.day)

    @given(dates, dates, dates)
    def test_days_360_adds_up(self, first, second, third):
        self.assertEqual(
            days_360(first, second) + days_360(second, third),
            days_360(first, third))
