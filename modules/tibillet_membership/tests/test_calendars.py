import datetime as dt
import unittest

from tibillet_membership import calendars


def date(text):
    return dt.date.fromisoformat(text) if text else None


class CalendarsTestCase(unittest.TestCase):

    def test_end(self):
        for start, unit, count, expected in [
                ('2024-11-08', 'day', 1, '2024-11-08'),
                ('2024-12-31', 'day', 2, '2025-01-01'),
                ('2024-11-08', 'month', 1, '2024-12-07'),
                ('2024-12-01', 'month', 1, '2024-12-31'),
                # No 31 February: the term closes on the last day.
                ('2025-01-31', 'month', 1, '2025-02-28'),
                ('2024-01-31', 'month', 1, '2024-02-29'),
                ('2024-01-30', 'month', 1, '2024-02-29'),
                ('2024-01-29', 'month', 1, '2024-02-28'),
                ('2024-08-31', 'month', 1, '2024-09-30'),
                ('2024-08-31', 'month', 2, '2024-10-30'),
                ('2024-11-08', 'year', 1, '2025-11-07'),
                ('2024-02-29', 'year', 1, '2025-02-28'),
                ('2024-02-29', 'year', 4, '2028-02-28'),
                ('2025-03-01', 'year', 1, '2026-02-28'),
                ('2023-03-01', 'year', 1, '2024-02-29'),
                ('2024-11-08', 'calendar_month', 1, '2024-11-30'),
                ('2024-11-30', 'calendar_month', 1, '2024-11-30'),
                ('2024-11-08', 'calendar_month', 3, '2025-01-31'),
                ('2024-02-29', 'calendar_month', 12, '2025-01-31'),
                ('2024-01-01', 'civil_year', 1, '2024-12-31'),
                ('2024-12-31', 'civil_year', 1, '2024-12-31'),
                ('2024-11-08', 'life', None, None),
                ]:
            with self.subTest(start=start, unit=unit, count=count):
                self.assertEqual(
                    calendars.end(date(start), unit, count), date(expected))

    def test_end_season(self):
        for start, season, expected in [
                ('2024-09-01', (9, 1), '2025-08-31'),
                ('2024-08-31', (9, 1), '2024-08-31'),
                ('2025-02-10', (9, 1), '2025-08-31'),
                ('2023-09-01', (9, 1), '2024-08-31'),
                ('2024-11-08', (3, 1), '2025-02-28'),
                ('2023-11-08', (3, 1), '2024-02-29'),
                ('2024-02-29', (3, 1), '2024-02-29'),
                ('2024-02-29', (2, 28), '2025-02-27'),
                ('2024-06-15', (6, 15), '2025-06-14'),
                ('2024-06-14', (6, 15), '2024-06-14'),
                ]:
            with self.subTest(start=start, season=season):
                self.assertEqual(
                    calendars.end(date(start), 'season', season=season),
                    date(expected))

    def test_end_refused(self):
        for unit, count, season in [
                ('day', 0, None),
                ('month', 0, None),
                ('year', -1, None),
                ('calendar_month', 0, None),
                ('season', 1, (2, 29)),
                ('season', 1, (4, 31)),
                ('season', 1, (13, 1)),
                ]:
            with self.subTest(unit=unit, count=count, season=season):
                with self.assertRaises(ValueError):
                    calendars.end(date('2024-11-08'), unit, count, season)

    def test_is_season_start(self):
        for month, day, expected in [
                (9, 1, True), (2, 28, True), (2, 29, False), (4, 30, True),
                (4, 31, False), (12, 31, True), (0, 1, False), (13, 1, False),
                (1, 0, False)]:
            with self.subTest(month=month, day=day):
                self.assertIs(calendars.is_season_start(month, day), expected)

    def test_renewal_start(self):
        for paid_on, end, grace_end, expected in [
                ('2024-11-08', None, None, '2024-11-08'),
                # Before the end, on the end, on the last day of grace.
                ('2024-08-01', '2024-08-31', '2024-09-30', '2024-09-01'),
                ('2024-08-31', '2024-08-31', '2024-09-30', '2024-09-01'),
                ('2024-09-30', '2024-08-31', '2024-09-30', '2024-09-01'),
                ('2024-10-01', '2024-08-31', '2024-09-30', '2024-10-01'),
                # Without grace.
                ('2024-08-31', '2024-08-31', '2024-08-31', '2024-09-01'),
                ('2024-09-01', '2024-08-31', '2024-08-31', '2024-09-01'),
                ('2024-09-02', '2024-08-31', '2024-08-31', '2024-09-02'),
                ]:
            with self.subTest(paid_on=paid_on, end=end):
                self.assertEqual(
                    calendars.renewal_start(
                        date(paid_on), date(end), date(grace_end)),
                    date(expected))

    def test_grace_end(self):
        for end, days, expected in [
                ('2024-08-31', 0, '2024-08-31'),
                ('2024-02-28', 1, '2024-02-29'),
                ('2024-12-31', 30, '2025-01-30'),
                (None, 30, None),
                ]:
            with self.subTest(end=end, days=days):
                self.assertEqual(
                    calendars.grace_end(date(end), days), date(expected))

    def test_month_ends(self):
        for day, count, expected in [
                ('2024-03-10', 3, ['2024-01-31', '2024-02-29', '2024-03-10']),
                ('2025-01-31', 2, ['2024-12-31', '2025-01-31']),
                ('2025-01-31', 1, ['2025-01-31']),
                ]:
            with self.subTest(day=day, count=count):
                self.assertEqual(
                    calendars.month_ends(date(day), count),
                    [date(d) for d in expected])
