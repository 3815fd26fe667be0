import datetime as dt
import unittest
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st
from tibillet_cashless import demurrage
from tibillet_cashless.demurrage import Lot

A = Lot(1, dt.date(2024, 9, 21), 765, 'top_up')
B = Lot(2, dt.date(2024, 12, 31), 3000, 'top_up')
ACTIVE = dt.date(2025, 1, 18)
NOTICED = dt.date(2024, 1, 1)

dates = st.dates(dt.date(2023, 1, 1), dt.date(2027, 12, 31))
lots = st.lists(
    st.builds(
        Lot, st.integers(1, 10**6), dates, st.integers(0, 10**6),
        st.sampled_from(['top_up', 'grant', 'reverse'])),
    max_size=6, unique_by=lambda lot: lot.id)
policies = st.builds(
    lambda clock, months, mode, units, rate, day, exempt: demurrage.policy(
        clock, months, mode,
        units if mode == 'fixed' else None,
        rate if mode == 'percent' else None, day, exempt=exempt),
    st.sampled_from(demurrage.CLOCKS), st.integers(1, 24),
    st.sampled_from(demurrage.MODES), st.integers(1, 10**4),
    st.decimals('0.001', '1', places=3), st.integers(1, 31),
    st.sets(st.sampled_from(['grant', 'reverse'])))


def parse(text):
    return dt.date.fromisoformat(text)


def left(lots, taken):
    "Return the lots without what was taken from them"
    taken = dict(taken)
    return [
        lot._replace(left=lot.left - taken.get(lot.id, 0)) for lot in lots]


class DemurrageTestCase(unittest.TestCase):
    "Test what melts, and when"

    def test_due_dates(self):
        for day, after, until, expected in [
                (1, '2025-12-31', '2026-03-01',
                    ['2026-01-01', '2026-02-01', '2026-03-01']),
                # The last run is not run again.
                (1, '2026-01-01', '2026-02-28', ['2026-02-01']),
                (1, '2026-02-01', '2026-02-01', []),
                (31, '2026-01-30', '2026-04-29',
                    ['2026-01-31', '2026-02-28', '2026-03-31']),
                (15, '2026-01-15', '2026-01-31', []),
                ]:
            with self.subTest(day=day, after=after, until=until):
                self.assertEqual(
                    demurrage.due_dates(
                        demurrage.policy(day=day), parse(after),
                        parse(until)),
                    [parse(date) for date in expected])

    def test_melt(self):
        "20.00 on 21 September, 30.00 on 31 December, 12.35 spent since"
        for clock, date, expected in [
                # Last there on 18 January: nothing 14 months later, to a day.
                ('inactivity', '2026-03-18', []),
                ('inactivity', '2026-03-19', [(1, 765), (2, 3000)]),
                ('inactivity', '2026-04-01', [(1, 765), (2, 3000)]),
                ('lot', '2025-11-21', []),
                ('lot', '2025-12-01', [(1, 765)]),
                # 31 December and 14 months are 28 February.
                ('lot', '2026-02-28', [(1, 765)]),
                ('lot', '2026-03-01', [(1, 765), (2, 3000)]),
                ]:
            with self.subTest(clock=clock, date=date):
                self.assertEqual(
                    demurrage.melt(
                        demurrage.policy(clock), parse(date), [A, B], ACTIVE,
                        NOTICED), expected)

    def test_months(self):
        for date, after in [
                ('2024-02-29', '2025-04-29'),
                ('2025-01-31', '2026-03-31'),
                ('2024-10-31', '2025-12-31'),
                ('2024-12-30', '2026-02-28'),
                ('2024-12-31', '2026-02-28'),
                ]:
            with self.subTest(date=date):
                lot = Lot(1, parse(date), 100, 'top_up')
                policy = demurrage.policy('lot')
                last = parse(after)
                self.assertEqual(
                    demurrage.eligible(policy, last, [lot], last), [])
                self.assertEqual(
                    demurrage.eligible(
                        policy, last + dt.timedelta(1), [lot], last), [lot])

    def test_percent(self):
        "2 % a month of 300.00: 64.57 in a year, 235.43 are left"
        policy = demurrage.policy(mode='percent', rate=D('0.02'))
        found = [Lot(1, dt.date(2024, 1, 1), 30000, 'top_up')]
        melted = []
        for date in demurrage.due_dates(
                policy, dt.date(2025, 12, 31), dt.date(2026, 12, 31)):
            taken = demurrage.melt(
                policy, date, found, dt.date(2024, 1, 1), NOTICED)
            found = left(found, taken)
            melted.append(sum(units for _, units in taken))
        self.assertEqual((melted[:3], melted[-1]), ([600, 588, 576], 480))
        self.assertEqual((sum(melted), found[0].left), (6457, 23543))

    def test_fixed(self):
        "5.00 a month, the oldest first, until nothing is left"
        policy = demurrage.policy(mode='fixed', units=500)
        found, melted = [A._replace(left=800), B._replace(left=100)], []
        for date in demurrage.due_dates(
                policy, dt.date(2026, 3, 31), dt.date(2026, 6, 30)):
            taken = demurrage.melt(policy, date, found, ACTIVE, NOTICED)
            found = left(found, taken)
            melted.append(taken)
        self.assertEqual(melted, [[(1, 500)], [(1, 300), (2, 100)], []])

    def test_notice(self):
        "Nothing melts before 30 days of notice"
        policy = demurrage.policy()
        for noticed, expected in [
                (None, 0), ('2026-03-03', 0), ('2026-03-02', 3765)]:
            with self.subTest(noticed=noticed):
                taken = demurrage.melt(
                    policy, dt.date(2026, 4, 1), [A, B], ACTIVE,
                    noticed and parse(noticed))
                self.assertEqual(sum(u for _, u in taken), expected)

    def test_melts_on(self):
        for clock, noticed, expected in [
                ('inactivity', None, '2026-04-01'),
                ('inactivity', '2026-03-02', '2026-04-01'),
                ('inactivity', '2026-03-03', '2026-05-01'),
                ('lot', None, '2025-12-01'),
                ]:
            with self.subTest(clock=clock, noticed=noticed):
                self.assertEqual(
                    demurrage.melts_on(
                        demurrage.policy(clock), [A, B], ACTIVE,
                        noticed and parse(noticed)), parse(expected))
        self.assertIsNone(
            demurrage.melts_on(demurrage.policy(), [], ACTIVE))

    def test_exempt(self):
        gift = Lot(3, dt.date(2020, 1, 1), 100, 'grant')
        policy = demurrage.policy(exempt=['grant'])
        self.assertEqual(
            demurrage.melt(
                policy, dt.date(2026, 4, 1), [gift, A], ACTIVE, NOTICED),
            [(1, 765)])
        self.assertIsNone(demurrage.melts_on(policy, [gift], ACTIVE))

    def test_refused(self):
        for values in [
                {'clock': 'moon'}, {'mode': 'some'}, {'months': 0},
                {'day': 0}, {'day': 32}, {'notice_days': 29},
                {'mode': 'fixed'}, {'mode': 'fixed', 'units': 0},
                {'mode': 'percent'}, {'mode': 'percent', 'rate': D(0)},
                {'mode': 'percent', 'rate': D('1.01')}, {'units': 1},
                {'rate': D('0.02')}]:
            with self.subTest(values=values), self.assertRaises(ValueError):
                demurrage.policy(**values)

    @given(policies, dates, lots, dates, st.none() | dates)
    def test_bounds(self, policy, date, lots, active, noticed):
        "Never more than what is eligible, never from what is exempt"
        taken = demurrage.melt(policy, date, lots, active, noticed)
        by_id = {lot.id: lot for lot in lots}
        for id_, units in taken:
            lot = by_id[id_]
            self.assertTrue(0 < units <= lot.left)
            self.assertNotIn(lot.kind, policy.exempt)
            self.assertGreater(date, lot.date)
        if taken:
            self.assertLessEqual(
                noticed + dt.timedelta(policy.notice_days), date)
        if policy.mode == 'all' and taken:
            self.assertEqual(
                demurrage.melt(
                    policy, date, left(lots, taken), active, noticed), [])

    @given(policies, lots, dates, dates)
    def test_melts_on_is_first(self, policy, lots, active, noticed):
        "What the holder reads is the day of the first run that melts"
        day = demurrage.melts_on(policy, lots, active, noticed)
        melting = [
            date for date in demurrage.due_dates(
                policy, dt.date(2022, 12, 31), dt.date(2030, 12, 31))
            if demurrage.melt(policy, date, lots, active, noticed)]
        self.assertEqual(melting[:1], [day] if day else [])

    @given(policies, lots, dates, dates, dates)
    def test_active(self, policy, lots, active, later, date):
        "Who was there later never loses more by a run"
        first, last = sorted([active, later])
        self.assertLessEqual(*(
                sum(units for _, units in demurrage.melt(
                        policy, date, lots, day, NOTICED))
                for day in [last, first]))
