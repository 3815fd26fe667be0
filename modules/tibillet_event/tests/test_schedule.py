import datetime as dt
import unittest

from tibillet_event import schedule


def date(text):
    return dt.date.fromisoformat(text)


def time(text):
    return dt.time.fromisoformat(text)


def datetime(text):
    return dt.datetime.fromisoformat(text)


class ScheduleTestCase(unittest.TestCase):

    def test_to_utc(self):
        for day, hour, zone, utc in [
                ('2024-11-08', '20:30', 'Europe/Paris', '2024-11-08 19:30'),
                ('2024-07-14', '20:30', 'Europe/Paris', '2024-07-14 18:30'),
                # La Réunion never moves its clocks.
                ('2024-11-08', '20:30', 'Indian/Reunion', '2024-11-08 16:30'),
                ('2024-10-27', '02:30', 'Indian/Reunion', '2024-10-26 22:30'),
                # Last and first minutes around the hour skipped.
                ('2025-03-30', '01:59', 'Europe/Paris', '2025-03-30 00:59'),
                ('2025-03-30', '03:00', 'Europe/Paris', '2025-03-30 01:00'),
                # Last and first minutes around the hour lived twice.
                ('2024-10-27', '01:59', 'Europe/Paris', '2024-10-26 23:59'),
                ('2024-10-27', '03:00', 'Europe/Paris', '2024-10-27 02:00'),
                # Half-hour zones.
                ('2024-11-08', '20:30', 'Asia/Kolkata', '2024-11-08 15:00'),
                ]:
            with self.subTest(day=day, hour=hour, zone=zone):
                self.assertEqual(
                    schedule.to_utc(date(day), time(hour), zone),
                    datetime(utc))
                self.assertEqual(
                    schedule.to_local(datetime(utc), zone),
                    datetime(f'{day} {hour}'))

    def test_to_utc_impossible(self):
        for day, hour, zone, error in [
                ('2025-03-30', '02:00', 'Europe/Paris', 'Missing'),
                ('2025-03-30', '02:59', 'Europe/Paris', 'Missing'),
                ('2024-10-27', '02:00', 'Europe/Paris', 'Repeated'),
                ('2024-10-27', '02:59', 'Europe/Paris', 'Repeated'),
                ('2024-11-03', '01:30', 'America/New_York', 'Repeated'),
                ('2024-03-10', '02:30', 'America/New_York', 'Missing'),
                ]:
            with self.subTest(day=day, hour=hour, zone=zone):
                with self.assertRaises(
                        getattr(schedule, f'{error}TimeError')):
                    schedule.to_utc(date(day), time(hour), zone)

    def test_end_date(self):
        for start, end, expected in [
                ('20:30', '22:30', '2024-11-08'),
                ('20:30', '23:59', '2024-11-08'),
                ('20:30', '00:00', '2024-11-09'),
                ('22:00', '04:00', '2024-11-09'),
                ('20:30', '20:30', '2024-11-09'),
                ]:
            with self.subTest(start=start, end=end):
                self.assertEqual(
                    schedule.end_date(
                        date('2024-11-08'), time(start), time(end)),
                    date(expected))

    def test_doors_date(self):
        for start, doors, expected in [
                ('20:30', '19:30', '2024-11-08'),
                ('20:30', '20:30', '2024-11-08'),
                ('00:30', '23:30', '2024-11-07'),
                ('20:30', '08:30', '2024-11-08'),
                ('20:30', '08:29', None),
                ('20:30', '20:31', None),
                ('20:30', '21:00', None),
                ]:
            with self.subTest(start=start, doors=doors):
                arguments = [date('2024-11-08'), time(start), time(doors)]
                if expected:
                    self.assertEqual(
                        schedule.doors_date(*arguments), date(expected))
                else:
                    with self.assertRaises(ValueError):
                        schedule.doors_date(*arguments)

    def test_repeat(self):
        for first, frequency, interval, count, expected in [
                ('2024-11-08', 'day', 1, 2, ['2024-11-09', '2024-11-10']),
                ('2024-11-08', 'week', 2, 2, ['2024-11-22', '2024-12-06']),
                ('2024-01-31', 'month', 1, 3,
                    ['2024-02-29', '2024-03-31', '2024-04-30']),
                ('2024-12-15', 'month', 1, 1, ['2025-01-15']),
                ('2024-11-08', 'day', 1, 0, []),
                ]:
            with self.subTest(first=first, frequency=frequency):
                self.assertEqual(
                    schedule.repeat(date(first), frequency, interval, count),
                    [date(d) for d in expected])
        with self.assertRaises(ValueError):
            schedule.repeat(date('2024-11-08'), 'day', 0, 1)

    def test_overlaps(self):
        for start, end, other_start, other_end, expected in [
                ('20:00', '22:00', '21:00', '23:00', True),
                ('20:00', '22:00', '20:30', '21:00', True),
                ('20:00', '22:00', '22:00', '23:00', False),
                ('20:00', '22:00', '18:00', '20:00', False),
                ('20:00', '22:00', '20:00', '22:00', True),
                ]:
            with self.subTest(other_start=other_start, other_end=other_end):
                self.assertIs(
                    schedule.overlaps(*(
                            datetime(f'2024-11-08 {hour}') for hour in [
                                start, end, other_start, other_end])),
                    expected)
