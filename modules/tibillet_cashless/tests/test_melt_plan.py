import datetime as dt
import unittest
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st
from tibillet_cashless import demurrage, melt_plan
from tibillet_cashless.melt_plan import Notice

from .test_demurrage import ACTIVE, A, B, dates, lots, policies

RUN = dt.date(2026, 4, 1)
EARLY = dt.date(2026, 3, 2)
notices = st.lists(st.builds(Notice, dates, dates), max_size=4)


class MeltPlanTestCase(unittest.TestCase):
    "Test what melts of who was told"

    def test_notice(self):
        policy = demurrage.policy()
        for told, until, melted in [
                (EARLY, ACTIVE, [(1, 765), (2, 3000)]),
                # A day late.
                (EARLY + dt.timedelta(1), ACTIVE, []),
                # Used since: another notice is needed.
                (EARLY, ACTIVE - dt.timedelta(1), []),
                ]:
            with self.subTest(told=told, until=until):
                self.assertEqual(melt_plan.melt(
                        policy, RUN, [A, B], ACTIVE, [Notice(told, until)]),
                    melted)
        self.assertEqual(melt_plan.melt(policy, RUN, [A, B], ACTIVE, []), [])

    def test_lot(self):
        "D2: each lot has its own notice"
        policy = demurrage.policy('lot')
        first = Notice(dt.date(2025, 10, 25), A.date)
        self.assertEqual(melt_plan.melt(
                policy, dt.date(2025, 12, 1), [A, B], ACTIVE, [first]),
            [(1, 765)])
        self.assertEqual(melt_plan.melt(
                policy, dt.date(2026, 3, 1), [B], ACTIVE, [first]), [])
        self.assertEqual(melt_plan.untold(
                policy, dt.date(2026, 3, 1), [B], ACTIVE, [first]), [B])
        second = Notice(dt.date(2026, 1, 30), B.date)
        self.assertEqual(melt_plan.melt(
                policy, dt.date(2026, 3, 1), [B], ACTIVE, [first, second]),
            [(2, 3000)])

    def test_held(self):
        "What is held for a table does not melt"
        told = [Notice(EARLY, ACTIVE)]
        policy = demurrage.policy()
        for available, melted in [
                (3765, [(1, 765), (2, 3000)]), (800, [(1, 765), (2, 35)]),
                (765, [(1, 765)]), (0, [])]:
            with self.subTest(available=available):
                self.assertEqual(melt_plan.melt(
                        policy, RUN, [A, B], ACTIVE, told, available), melted)

    def test_melts_on(self):
        policy = demurrage.policy()
        for told, today, done, expected in [
                # D1, with or without the notice.
                ([Notice(EARLY, ACTIVE)], EARLY, '2026-03-01', '2026-04-01'),
                ([], dt.date(2025, 6, 1), '2025-05-31', '2026-04-01'),
                # Told of too late for April.
                ([], dt.date(2026, 3, 15), '2026-03-01', '2026-05-01'),
                # Only a part melted in April.
                ([Notice(EARLY, ACTIVE)], RUN, '2026-04-01', '2026-05-01'),
                ]:
            with self.subTest(today=today, done=done):
                self.assertEqual(melt_plan.melts_on(
                        policy, [B], ACTIVE, told, today,
                        dt.date.fromisoformat(done)),
                    {2: dt.date.fromisoformat(expected)})

    def test_percent(self):
        "D4: 2 % of 300.00, twelve months"
        policy = demurrage.policy(mode='percent', rate=D('0.02'))
        left, melted = 30000, []
        for _ in range(12):
            (_, part), = melt_plan.melt(
                policy, RUN, [B._replace(left=left)], ACTIVE,
                [Notice(EARLY, ACTIVE)])
            melted.append(part)
            left -= part
        self.assertEqual(
            (melted[:3], melted[-1], left), ([600, 588, 576], 480, 23543))

    @given(policies, dates, lots, dates, notices)
    def test_never_without_notice(self, policy, date, lots, active, told):
        taken = melt_plan.melt(policy, date, lots, active, told)
        by_id = {lot.id: lot for lot in lots}
        for id_, part in taken:
            lot = by_id[id_]
            start = demurrage.start(policy, lot, active)
            self.assertTrue(0 < part <= lot.left)
            self.assertTrue(any(
                    notice.until >= start and notice.date + dt.timedelta(
                        policy.notice_days) <= date for notice in told))

    @given(policies, dates, lots, dates, notices, st.integers(0, 10**6))
    def test_available(self, policy, date, lots, active, told, available):
        whole = melt_plan.melt(policy, date, lots, active, told)
        taken = melt_plan.melt(policy, date, lots, active, told, available)
        self.assertEqual(
            sum(part for _, part in taken),
            min(available, sum(part for _, part in whole)))

    @given(policies, lots, dates, notices, dates)
    def test_shown_is_not_too_late(self, policy, lots, active, told, today):
        "Nothing melts before the day that is shown"
        shown = melt_plan.melts_on(
            policy, lots, active, told, today, today - dt.timedelta(1))
        for date in demurrage.due_dates(
                policy, today, today + dt.timedelta(800)):
            for id_, _ in melt_plan.melt(policy, date, lots, active, told):
                self.assertLessEqual(shown[id_], date)

    def test_coming(self):
        "D2: each lot melts by its own clock; percent goes on every month"
        done = dt.date(2025, 1, 31)
        for values, until, expected in [
                ({'clock': 'lot'}, '2026-12-31', [
                    ('2025-12-01', 1, 765), ('2026-03-01', 2, 3000)]),
                ({'clock': 'lot'}, '2026-02-28', [('2025-12-01', 1, 765)]),
                ({}, '2026-12-31', [
                    ('2026-04-01', 1, 765), ('2026-04-01', 2, 3000)]),
                ({'clock': 'lot', 'exempt': {'grant'}}, '2026-12-31', [
                    ('2025-12-01', 1, 765), ('2026-03-01', 2, 3000)]),
                ({'clock': 'lot', 'mode': 'fixed', 'units': 500},
                    '2026-02-28', [
                    ('2025-12-01', 1, 500), ('2026-01-01', 1, 265)]),
                ({'clock': 'lot', 'mode': 'percent', 'rate': D('0.5')},
                    '2026-01-31', [
                    ('2025-12-01', 1, 383), ('2026-01-01', 1, 191)]),
                ]:
            with self.subTest(values=values, until=until):
                self.assertEqual([
                        (str(date), id_, units) for date, id_, units
                        in melt_plan.coming(
                            demurrage.policy(**values), [A, B], ACTIVE, [],
                            dt.date(2025, 2, 1), done,
                            dt.date.fromisoformat(until))], expected)

    def test_coming_late(self):
        "What is due already melts today"
        self.assertEqual(
            list(melt_plan.coming(
                    demurrage.policy(), [B], ACTIVE, [Notice(EARLY, ACTIVE)],
                    dt.date(2026, 4, 15), dt.date(2026, 3, 1),
                    dt.date(2027, 1, 1))),
            [(dt.date(2026, 4, 15), 2, 3000)])

    @given(policies, lots, dates, dates, st.data())
    def test_coming_melts(self, policy, lots, active, today, data):
        "It is what the runs melt of who is told today and uses nothing"
        told = [Notice(today, max([active, *(lot.date for lot in lots)]))]
        until = today + dt.timedelta(900)
        done = today - dt.timedelta(data.draw(st.integers(0, 60)))
        left, melted = list(lots), []
        for date in demurrage.due_dates(policy, done, until):
            taken = melt_plan.melt(policy, date, left, active, told)
            melted.extend(
                (max(date, today), id_, units) for id_, units in taken)
            left = [
                lot._replace(left=lot.left - dict(taken).get(lot.id, 0))
                for lot in left]
        self.assertEqual(
            sorted(melt_plan.coming(
                    policy, lots, active, [], today, done, until)),
            sorted(melted))
