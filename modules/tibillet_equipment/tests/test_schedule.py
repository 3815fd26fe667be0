import datetime as dt
import unittest
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tibillet_equipment.schedule import (
    by_units, closings, last_day, linear_360, next_closing, period_ends,
    term_360)

from tibillet.money import CENT


def date(text):
    return dt.date.fromisoformat(text)


def plan_360(amount, start, end, frequency='yearly', **options):
    start, end = date(start), date(end)
    return linear_360(
        Decimal(amount), start, end,
        period_ends(start, end, frequency, **options))


class ScheduleTestCase(unittest.TestCase):
    "Test depreciation plans"

    def test_last_day(self):
        for start, months, end in [
                ('2025-09-15', 36, '2028-09-14'),
                ('2025-01-01', 12, '2025-12-31'),
                ('2025-08-31', 6, '2026-02-27'),
                ('2024-02-29', 12, '2025-02-27'),
                ('2024-03-01', 12, '2025-02-28'),
                ]:
            with self.subTest(start=start, months=months):
                self.assertEqual(last_day(date(start), months), date(end))

    def test_period_ends(self):
        for start, end, frequency, options, dates in [
                ('2025-09-15', '2028-09-14', 'yearly', {}, [
                        '2025-12-31', '2026-12-31', '2027-12-31',
                        '2028-09-14']),
                ('2025-09-15', '2028-09-14', 'yearly', {'month': 6}, [
                        '2026-06-30', '2027-06-30', '2028-06-30',
                        '2028-09-14']),
                ('2025-12-31', '2026-12-30', 'yearly', {}, [
                        '2025-12-31', '2026-12-30']),
                ('2025-01-01', '2025-12-31', 'yearly', {}, ['2025-12-31']),
                ('2023-12-15', '2024-03-14', 'monthly', {}, [
                        '2023-12-31', '2024-01-31', '2024-02-29',
                        '2024-03-14']),
                ('2023-12-15', '2024-03-14', 'monthly', {'day': 1}, [
                        '2024-01-01', '2024-02-01', '2024-03-01',
                        '2024-03-14']),
                ('2025-01-31', '2025-01-31', 'monthly', {}, ['2025-01-31']),
                ('2025-02-01', '2025-01-31', 'monthly', {}, []),
                ]:
            with self.subTest(start=start, end=end, frequency=frequency):
                self.assertEqual(
                    period_ends(
                        date(start), date(end), frequency, **options),
                    [date(d) for d in dates])

    def test_closings(self):
        for start, end, frequency, options, dates in [
                ('2025-09-15', '2027-12-30', 'yearly', {}, [
                        '2025-12-31', '2026-12-31']),
                ('2025-09-15', '2027-12-31', 'yearly', {}, [
                        '2025-12-31', '2026-12-31', '2027-12-31']),
                ('2025-12-31', '2025-12-31', 'yearly', {}, ['2025-12-31']),
                ('2024-02-01', '2024-03-30', 'monthly', {}, ['2024-02-29']),
                ('2024-02-02', '2024-03-01', 'monthly', {'day': 1}, [
                        '2024-03-01']),
                ]:
            with self.subTest(start=start, end=end, frequency=frequency):
                self.assertEqual(
                    closings(date(start), date(end), frequency, **options),
                    [date(d) for d in dates])

    def test_next_closing(self):
        for day, frequency, options, closing in [
                ('2025-09-15', 'yearly', {}, '2025-12-31'),
                ('2025-12-31', 'yearly', {}, '2025-12-31'),
                ('2025-07-01', 'yearly', {'month': 6}, '2026-06-30'),
                ('2024-02-29', 'monthly', {}, '2024-02-29'),
                ('2025-01-31', 'monthly', {'day': 1}, '2025-02-01'),
                ('2025-12-02', 'yearly', {'day': 1}, '2026-12-01'),
                ]:
            with self.subTest(day=day, frequency=frequency):
                self.assertEqual(
                    next_closing(date(day), frequency, **options),
                    date(closing))

    def test_term_360(self):
        for start, end, days in [
                ('2025-09-15', '2028-09-14', 1080),
                ('2025-01-01', '2025-12-31', 360),
                ('2024-01-01', '2024-02-29', 60),
                ('2025-01-01', '2025-02-28', 60),
                ('2025-08-31', '2026-02-27', 180),
                ('2025-08-31', '2028-08-30', 1080),
                ('2025-01-31', '2025-01-31', 1),
                ('2025-09-15', '2025-12-31', 106),
                ('2026-01-01', '2028-09-14', 974),
                ]:
            with self.subTest(start=start, end=end):
                self.assertEqual(term_360(date(start), date(end)), days)

    def test_linear_360_yearly(self):
        for amount, start, end, options, plan in [
                # Three years of 83.33 with 106 days in the first.
                ('250.00', '2025-09-15', '2028-09-14', {}, [
                        ('2025-12-31', '24.54'), ('2026-12-31', '83.33'),
                        ('2027-12-31', '83.33'), ('2028-09-14', '58.80')]),
                ('300.00', '2025-01-01', '2027-12-31', {}, [
                        ('2025-12-31', '100.00'), ('2026-12-31', '100.00'),
                        ('2027-12-31', '100.00')]),
                # A leap year weighs no more than another.
                ('300.00', '2024-01-01', '2026-12-31', {}, [
                        ('2024-12-31', '100.00'), ('2025-12-31', '100.00'),
                        ('2026-12-31', '100.00')]),
                # The 31st counts as the 30th: one day in December.
                ('360.00', '2025-12-31', '2026-12-30', {}, [
                        ('2025-12-31', '1.00'), ('2026-12-30', '359.00')]),
                # From 31 August, 121 days of 1080 to the end of the year.
                ('10000.00', '2025-08-31', '2028-08-30', {}, [
                        ('2025-12-31', '1120.37'), ('2026-12-31', '3333.33'),
                        ('2027-12-31', '3333.34'), ('2028-08-30', '2212.96'),
                        ]),
                # A year that closes in June.
                ('360.00', '2025-05-16', '2026-05-15', {'month': 6}, [
                        ('2025-06-30', '45.00'), ('2026-05-15', '315.00')]),
                # Nothing of one cent before it is due.
                ('0.01', '2025-01-01', '2027-12-31', {}, [
                        ('2026-12-31', '0.01')]),
                ('0.00', '2025-01-01', '2027-12-31', {}, []),
                ('-30.00', '2025-01-01', '2027-12-31', {}, [
                        ('2025-12-31', '-10.00'), ('2026-12-31', '-10.00'),
                        ('2027-12-31', '-10.00')]),
                ]:
            with self.subTest(amount=amount, start=start, end=end):
                self.assertEqual(
                    plan_360(amount, start, end, **options),
                    [(date(d), Decimal(a)) for d, a in plan])

    def test_linear_360_monthly(self):
        for amount, start, end, plan in [
                ('100.00', '2024-01-31', '2024-04-30', [
                        ('2024-01-31', '1.10'), ('2024-02-29', '32.97'),
                        ('2024-03-31', '32.96'), ('2024-04-30', '32.97')]),
                ('90.00', '2025-02-01', '2025-04-30', [
                        ('2025-02-28', '30.00'), ('2025-03-31', '30.00'),
                        ('2025-04-30', '30.00')]),
                ('90.00', '2024-02-15', '2024-05-14', [
                        ('2024-02-29', '16.00'), ('2024-03-31', '30.00'),
                        ('2024-04-30', '30.00'), ('2024-05-14', '14.00')]),
                ]:
            with self.subTest(amount=amount, start=start, end=end):
                self.assertEqual(
                    plan_360(amount, start, end, 'monthly'),
                    [(date(d), Decimal(a)) for d, a in plan])

    def test_linear_360_revised(self):
        "What remains is spread over the days that remain"
        # 250.00 less 24.54 posted in 2025, prolonged to the end of 2028.
        self.assertEqual(
            plan_360('225.46', '2026-01-01', '2028-12-31'), [
                (date('2026-12-31'), Decimal('75.15')),
                (date('2027-12-31'), Decimal('75.16')),
                (date('2028-12-31'), Decimal('75.15')),
                ])

    def test_linear_360_again(self):
        "What remains is planned again with the amounts of the first plan"
        for amount, start, end, frequency, booked, lines in [
                # From 31 August to 27 February there are 180 days, of which
                # 59 remain after 31 December and not 57.
                ('3000.00', '2025-08-31', '2026-02-27', 'monthly', 5, [
                        ('2025-08-31', '16.67'), ('2025-09-30', '500.00'),
                        ('2025-10-31', '500.00'), ('2025-11-30', '500.00'),
                        ('2025-12-31', '500.00'), ('2026-01-31', '500.00'),
                        ('2026-02-27', '483.33')]),
                ('1080.00', '2025-02-28', '2028-02-27', 'yearly', 2, [
                        ('2025-12-31', '303.00'), ('2026-12-31', '360.00'),
                        ('2027-12-31', '360.00'), ('2028-02-27', '57.00')]),
                ('360.00', '2025-03-31', '2026-03-30', 'yearly', 1, [
                        ('2025-12-31', '271.00'), ('2026-03-30', '89.00')]),
                ]:
            with self.subTest(start=start, booked=booked):
                plan = [(date(d), Decimal(a)) for d, a in lines]
                self.assertEqual(
                    plan_360(amount, start, end, frequency), plan)
                left = Decimal(amount) - sum(a for _, a in plan[:booked])
                first = plan[booked - 1][0] + dt.timedelta(1)
                self.assertEqual(
                    linear_360(
                        left, first, date(end),
                        period_ends(first, date(end), frequency),
                        since=date(start)),
                    plan[booked:])

    @given(
        st.decimals('100', '100000', places=2),
        st.dates(dt.date(2000, 1, 1), dt.date(2040, 12, 31)),
        st.integers(1, 60),
        st.sampled_from(['monthly', 'yearly']), st.data())
    def test_linear_360_again_invariant(
            self, amount, start, months, frequency, data):
        end = last_day(start, months)
        plan = linear_360(
            amount, start, end, period_ends(start, end, frequency))
        booked = data.draw(st.integers(0, len(plan) - 1))
        first = plan[booked - 1][0] + dt.timedelta(1) if booked else start
        again = linear_360(
            amount - sum(a for _, a in plan[:booked]), first, end,
            period_ends(first, end, frequency), since=start)
        self.assertEqual(
            [d for d, _ in again], [d for d, _ in plan[booked:]])
        apart = Decimal(0)
        for (_, before), (_, after) in zip(plan[booked:], again):
            apart += after - before
            self.assertLessEqual(abs(apart), CENT)
        self.assertEqual(apart, 0)

    def test_linear_360_quantum(self):
        start, end = date('2025-01-01'), date('2027-12-31')
        self.assertEqual(
            linear_360(
                Decimal('1000'), start, end,
                period_ends(start, end, 'yearly'), quantum=Decimal('1')),
            [
                (date('2025-12-31'), Decimal('333')),
                (date('2026-12-31'), Decimal('334')),
                (date('2027-12-31'), Decimal('333')),
                ])

    @given(
        st.decimals('0.01', '100000', places=2),
        st.dates(dt.date(2000, 1, 1), dt.date(2040, 12, 31)),
        st.integers(1, 120))
    def test_linear_360_invariants(self, amount, start, months):
        end = last_day(start, months)
        plans = {
            frequency: linear_360(
                amount, start, end, period_ends(start, end, frequency))
            for frequency in ['monthly', 'yearly']}
        for plan in plans.values():
            self.assertEqual(sum(a for _, a in plan), amount)
            self.assertTrue(all(a > 0 for _, a in plan))
            self.assertEqual([d for d, _ in plan], sorted(
                    {d for d, _ in plan}))
        for year in range(start.year, end.year + 1):
            self.assertEqual(*(
                    sum(a for d, a in plan if d.year <= year)
                    for plan in plans.values()))

    def test_by_units(self):
        for amount, expected, used, plan in [
                ('240.00', 60, [('2025-12-31', 8), ('2026-12-31', 30)], [
                        ('2025-12-31', 8, '32.00'),
                        ('2026-12-31', 30, '120.00')]),
                # Seven days of a hundred: cumulated, then rounded.
                ('100.00', 3, [
                        ('2025-01-31', 1), ('2025-02-28', 1),
                        ('2025-03-31', 1)], [
                        ('2025-01-31', 1, '33.33'),
                        ('2025-02-28', 1, '33.34'),
                        ('2025-03-31', 1, '33.33')]),
                # A month without use is not in the plan.
                ('100.00', 10, [('2025-01-31', 0), ('2025-02-28', 5)], [
                        ('2025-02-28', 5, '50.00')]),
                # More use than expected depreciates nothing more.
                ('100.00', 10, [('2025-01-31', 8), ('2025-02-28', 5),
                        ('2025-03-31', 1)], [
                        ('2025-01-31', 8, '80.00'),
                        ('2025-02-28', 5, '20.00'),
                        ('2025-03-31', 1, '0.00')]),
                # A day declared by mistake comes back.
                ('100.00', 10, [('2025-01-31', 3), ('2025-02-28', -1)], [
                        ('2025-01-31', 3, '30.00'),
                        ('2025-02-28', -1, '-10.00')]),
                ('0.00', 10, [('2025-01-31', 3)], [
                        ('2025-01-31', 3, '0.00')]),
                ('100.00', 10, [], []),
                ]:
            with self.subTest(amount=amount, used=used):
                self.assertEqual(
                    by_units(
                        Decimal(amount), expected,
                        [(date(d), u) for d, u in used]),
                    [(date(d), u, Decimal(a)) for d, u, a in plan])

    def test_by_units_without_expectation(self):
        for expected in [0, -1]:
            with self.assertRaises(ValueError):
                by_units(Decimal('100.00'), expected, [])
