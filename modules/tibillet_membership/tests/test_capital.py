import datetime as dt
from decimal import Decimal as D
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st
from tibillet_membership import capital

CENT = D('0.01')
AMOUNTS = st.decimals(0, 10 ** 6, places=2)
DATES = st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1))


def day(text):
    return dt.date.fromisoformat(text) if text else None


class CapitalTestCase(TestCase):

    def test_stands(self):
        # Of ten shares of 20, half is called, a quarter paid.
        subscribed, called, paid = [
            (10, 200, 50, 50, 0), (0, 0, 50, 0, 0), (0, 0, 0, 30, 0)]
        for changes, stands in [
                ([], True),
                ([subscribed, called, paid], True),
                # Called nothing, yet paid.
                ([subscribed, paid], False),
                ([called, paid], False),
                ([subscribed, (-10, -200, -50, -50, 50)], True),
                ([(-10, -200, -50, -50, 50), subscribed], False),
                ([subscribed, (0, 0, 0, 0, -1)], False),
                ([subscribed, (0, 0, 151, 0, 0)], False),
                ([subscribed, (-11, 0, 0, 0, 0)], False),
                ]:
            with self.subTest(changes=changes):
                self.assertEqual(capital.stands(changes), stands)

    def test_to_pay_first(self):
        for subscribed, rate, least in [
                ('100.00', '0.25', '25.00'),
                ('100.00', '1', '100.00'),
                ('50.00', '0.5', '25.00'),
                # Never less than a quarter, were it by a part of a cent.
                ('0.01', '0.25', '0.01'),
                ('15.25', '0.25', '3.82'),
                ('15.30', '0.25', '3.83'),
                ]:
            with self.subTest(subscribed=subscribed, rate=rate):
                self.assertEqual(
                    capital.to_pay_first(D(subscribed), D(rate)), D(least))

    def test_to_call(self):
        quarter, full = (10, '200', '50'), (10, '200', '200')
        for changes, amount, asked in [
                ([], '5.00', '0.00'),
                ([quarter], '5.00', '50.00'),
                ([quarter], '20.00', '150.00'),
                ([full], '5.00', '0.00'),
                # What is paid in full is not asked for again.
                ([full, quarter], '5.00', '50.00'),
                ([quarter, full], '20.00', '150.00'),
                # Calls ask the same of each share, up to the last.
                ([quarter, quarter, (0, '0', '200')], '5.00', '100.00'),
                ([full, quarter, (0, '0', '100')], '20.00', '50.00'),
                ([(10, '200', '150'), quarter, (0, '0', '100')],
                    '20.00', '100.00'),
                # Half of each lot has left.
                ([full, quarter, (-10, '-200', '-125')], '5.00', '25.00'),
                ([quarter, (-10, '-200', '-50')], '5.00', '0.00'),
                # All have left, others come.
                ([full, (-10, '-200', '-200'), quarter], '5.00', '50.00'),
                ]:
            with self.subTest(changes=changes, amount=amount):
                self.assertEqual(
                    capital.to_call(D(amount), capital.get_lots([
                                (n, D(s), D(c)) for n, s, c in changes])),
                    D(asked))

    @given(
        st.lists(st.tuples(
                st.integers(1, 50), st.decimals('0.25', 1, places=2)),
            min_size=1, max_size=5),
        st.lists(st.decimals('0.01', 20, places=2), max_size=5))
    def test_calls(self, subscriptions, amounts):
        "Calls ask of each lot the same a share, until nothing is left"
        changes = [
            (n, n * D(20), (n * D(20) * rate).quantize(CENT))
            for n, rate in subscriptions]
        left = [s - c for _, s, c in changes]
        for amount in [*amounts, D(20)]:
            expected = [
                min(n * amount, rest) for (n, _), rest in zip(
                    subscriptions, left, strict=True)]
            asked = capital.to_call(amount, capital.get_lots(changes))
            self.assertEqual(asked, sum(expected))
            changes.append((0, D(0), asked))
            left = [
                rest - called for rest, called in zip(
                    left, expected, strict=True)]
        self.assertEqual(sum(left), 0)

    def test_oldest_uncalled(self):
        for changes, oldest in [
                ([], None),
                ([('2020-01-01', '100', '25')], '2020-01-01'),
                ([('2020-01-01', '100', '100')], None),
                # A call is first of what is oldest.
                ([('2020-01-01', '100', '25'), ('2022-01-01', '100', '25'),
                    ('2023-01-01', '0', '75')], '2022-01-01'),
                ([('2020-01-01', '100', '25'), ('2022-01-01', '100', '25'),
                    ('2023-01-01', '0', '74')], '2020-01-01'),
                # All have left.
                ([('2020-01-01', '100', '25'), ('2024-01-01', '-100', '-25')],
                    None),
                # What was given keeps its day, older than its entry.
                ([('2022-01-01', '100', '25'), ('2019-05-01', '40', '10')],
                    '2019-05-01'),
                ]:
            with self.subTest(changes=changes):
                self.assertEqual(
                    capital.oldest_uncalled([
                            (day(d), D(s), D(c)) for d, s, c in changes]),
                    day(oldest))

    def test_call_until(self):
        for subscribed, until in [
                ('2020-02-29', '2025-02-28'),
                ('2021-06-15', '2026-06-15'),
                ]:
            with self.subTest(subscribed=subscribed):
                self.assertEqual(
                    capital.call_until(day(subscribed)), day(until))

    def test_floor(self):
        # Changes of the capital, rate and amount of the statutes.
        for changes, rate, amount, top, least in [
                ([], '0.25', '0', '0', '0'),
                (['20000', '-5000', '1000'], '0.25', '0', '20000', '5000'),
                (['20000', '-5000', '9000'], '0.25', '0', '24000', '6000'),
                # Statutes ask for more, never for less.
                (['20000'], '0.5', '0', '20000', '10000'),
                (['20000'], '0.1', '0', '20000', '5000'),
                (['20000'], '0.25', '18500', '20000', '18500'),
                (['0.01'], '0.25', '0', '0.01', '0.01'),
                ]:
            with self.subTest(changes=changes, rate=rate, amount=amount):
                highest = capital.highest(map(D, changes))
                self.assertEqual(highest, D(top))
                self.assertEqual(
                    capital.floor(highest, D(rate), D(amount)), D(least))

    def test_turns(self):
        for level, least, asked, expected in [
                ('1000', '250', [], []),
                ('1000', '250', [('750', '2026-01-01')],
                    [('2026-01-01', '0')]),
                # One cent too much.
                ('1000', '250', [('750.01', '2026-01-01')],
                    [(None, '0.01')]),
                # Nobody overtakes, however little is asked.
                ('1000', '250', [
                        ('500', '2026-01-01'), ('300', '2026-02-01'),
                        ('50', '2026-03-01')], [
                        ('2026-01-01', '0'), (None, '50'), (None, '100')]),
                # Nor does who may leave earlier.
                ('1000', '250', [
                        ('100', '2026-06-01'), ('100', '2026-01-01')], [
                        ('2026-06-01', '0'), ('2026-06-01', '0')]),
                ]:
            with self.subTest(level=level, asked=asked):
                self.assertEqual(
                    capital.turns(
                        D(level), D(least),
                        [(D(a), day(d)) for a, d in asked]),
                    [(day(d), D(m)) for d, m in expected])

    def test_refund(self):
        for paid, subscribed, losses, level, refund in [
                ('100.00', '100.00', '0.00', '1000.00', '100.00'),
                # A tenth of the losses.
                ('100.00', '100.00', '250.00', '1000.00', '75.00'),
                # Losses are borne on what was subscribed, not on what was
                # paid of it.
                ('25.00', '100.00', '100.00', '1000.00', '15.00'),
                # Never less than nothing.
                ('25.00', '100.00', '900.00', '1000.00', '0.00'),
                ('100.00', '100.00', '2000.00', '1000.00', '0.00'),
                # Half a cent of losses counts for one.
                ('10.00', '10.00', '0.05', '100.00', '9.99'),
                ('10.00', '10.00', '0.04', '100.00', '10.00'),
                ]:
            with self.subTest(paid=paid, losses=losses):
                self.assertEqual(
                    capital.refund(
                        D(paid), D(subscribed), D(losses), D(level)),
                    D(refund))

    @given(AMOUNTS, AMOUNTS, st.integers(0, 1000), st.integers(1, 1000))
    def test_part(self, called, more, shares, others):
        "What goes and what stays are the whole, and never more than it"
        total = shares + others
        paid, called = called, called + more
        gone_paid = capital.part(paid, shares, total)
        gone_called = capital.part(called, shares, total)
        self.assertLessEqual(gone_paid, gone_called)
        self.assertLessEqual(paid - gone_paid, called - gone_called)
        self.assertLessEqual(0, paid - gone_paid)
        self.assertEqual(capital.part(called, total, total), called)

    @given(
        st.lists(AMOUNTS, min_size=1, max_size=20),
        st.lists(st.tuples(AMOUNTS, DATES), max_size=20),
        st.decimals(0, 1, places=2), AMOUNTS)
    def test_never_under_the_floor(self, subscribed, asked, rate, amount):
        "Whoever leaves when it is his turn, the capital is above its floor"
        level = sum(subscribed)
        top = capital.highest(subscribed)
        least = capital.floor(top, rate, amount)
        self.assertGreaterEqual(least * 4, top)
        left = level
        turns = capital.turns(level, least, asked)
        self.assertEqual(len(turns), len(asked))
        stopped = False
        for (gone, _), turn in zip(asked, turns, strict=True):
            stopped = stopped or turn.day is None
            self.assertEqual(turn.day is None, stopped)
            if turn.day:
                left -= gone
                self.assertGreaterEqual(left, least)
                self.assertEqual(turn.missing, 0)
        days = [t.day for t in turns if t.day]
        self.assertEqual(days, sorted(days))

    @given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
    def test_refund_bounds(self, paid, more, losses, others):
        subscribed = paid + more
        level = subscribed + others + CENT
        refund = capital.refund(paid, subscribed, losses, level)
        self.assertLessEqual(0, refund)
        self.assertLessEqual(refund, paid)
        self.assertLessEqual(
            refund, capital.refund(paid, subscribed, D(0), level))
