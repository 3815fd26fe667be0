import datetime as dt
from decimal import Decimal as D
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st
from tibillet_membership.earned import earned

CENT = D('0.01')
DATES = st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))


def day(text):
    return dt.date.fromisoformat(text)


class EarnedTestCase(TestCase):

    def test_earned(self):
        # What is paid, from, to, and what is earned at the end of dates.
        for amount, start, end, expected in [
                # A year from the first of a month.
                ('36.50', '2026-03-01', '2027-02-28', [
                        ('2026-02-28', '0'),
                        ('2026-03-01', '0.10'),
                        ('2026-03-31', '3.10'),
                        ('2026-12-31', '30.60'),
                        ('2027-02-27', '36.40'),
                        ('2027-02-28', '36.50'),
                        ('2030-01-01', '36.50')]),
                # A leap year: 366 days.
                ('36.60', '2024-01-01', '2024-12-31', [
                        ('2024-02-29', '6.00'),
                        ('2024-12-30', '36.50')]),
                # Half a cent is rounded up.
                ('0.01', '2026-03-01', '2026-03-02', [
                        ('2026-03-01', '0.01')]),
                ('10.00', '2026-03-01', '2026-03-03', [
                        ('2026-03-01', '3.33'),
                        ('2026-03-02', '6.67')]),
                # One day.
                ('5.00', '2026-03-01', '2026-03-01', [
                        ('2026-02-28', '0'),
                        ('2026-03-01', '5.00')]),
                # For nothing.
                ('0', '2026-03-01', '2026-03-31', [
                        ('2026-03-15', '0')]),
                ]:
            for date, so_far in expected:
                with self.subTest(amount=amount, date=date):
                    self.assertEqual(
                        earned(D(amount), day(start), day(end), day(date),
                            CENT),
                        D(so_far))

    @given(
        st.decimals(0, 10000, places=2), st.lists(DATES, min_size=2).map(
            sorted), DATES)
    def test_properties(self, amount, dates, last):
        "What is earned never shrinks, and is the amount at the end"
        start, end = min(dates), max(dates)
        so_far = [
            earned(amount, start, end, date, CENT)
            for date in sorted([*dates, last])]
        self.assertEqual(so_far, sorted(so_far))
        self.assertGreaterEqual(so_far[0], 0)
        self.assertLessEqual(so_far[-1], amount)
        self.assertEqual(earned(amount, start, end, end, CENT), amount)
        for value in so_far:
            self.assertEqual(value, value.quantize(CENT))
