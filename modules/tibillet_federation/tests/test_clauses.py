import datetime as dt
import unittest
from dataclasses import replace
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tibillet_federation.clauses import (
    Balance, Bracket, Clauses, Destination, Schedule, Tier, in_force)
from tibillet_federation.schedule import cliffs, reckon
from tibillet_federation.tests import strategies as some

D = Decimal
CENT = D('0.01')
ALL = (Destination('research', D(1)),)


def make_clauses(pre=None, post=None, **values):
    flat = Schedule('flat', rate=D('0.12'))
    values.setdefault('destinations', ALL)
    return Clauses(
        '1', dt.date(2026, 1, 1), pre or Schedule('flat', rate=D('0.35')),
        post or flat, **values)


def scale(kind, *rows, **limits):
    return Schedule(kind, brackets=tuple(
            Bracket(D(up_to) if up_to is not None else None, D(rate))
            for up_to, rate in rows), **limits)


def cascade(*tiers, **limits):
    return Schedule('tiers', tiers=tiers, **limits)


CLASS = scale('class', ('5000', '0.40'), ('20000', '0.30'), (None, '0.15'))


class ClausesTestCase(unittest.TestCase):
    "Test what may be adopted"

    def codes(self, problems):
        return [(p.code, p.where) for p in problems]

    def test_good(self):
        for clauses in [
                make_clauses(),
                make_clauses(max_rate=D(1), local_rate=D(0)),
                make_clauses(max_rate=D(0)),
                make_clauses(CLASS),
                make_clauses(scale('marginal', (None, '0'))),
                make_clauses(Schedule(
                        'fixed', amount=D(0), floor=D(0), cap=D(0))),
                make_clauses(Schedule(
                        'flat', rate=D('0.35'), floor=D(500), cap=D(500))),
                make_clauses(cascade(
                        Tier('a', 'recoup'), Tier('b', 'residual'))),
                make_clauses(cascade(
                        Tier('a', 'cost', beneficiary='x', carry=True),
                        Tier('b', 'fixed', amount=D(5), carry=True))),
                make_clauses(destinations=(
                        Destination('a', D('0.333')),
                        Destination('b', D('0.667')))),
                # Nothing after: nobody to give it to.
                replace(make_clauses(), post=None, destinations=()),
                ]:
            with self.subTest(clauses=clauses):
                self.assertEqual(self.codes(clauses.check()), [])

    def test_problems(self):
        flat = Schedule('flat', rate=D('0.35'))
        for pre, code, where in [
                (replace(flat, floor=D(500), cap=D('499.99')),
                    'floor_above_cap', 'pre'),
                (replace(flat, floor=D(-1)), 'amount_negative', 'pre.floor'),
                (replace(flat, cap=D('0.001')), 'amount_digits', 'pre.cap'),
                (replace(flat, rate=D('1.01')), 'rate_range', 'pre.rate'),
                (replace(flat, rate=D('-0.01')), 'rate_range', 'pre.rate'),
                (replace(flat, rate=None), 'rate_missing', 'pre.rate'),
                (Schedule('other'), 'choice_unknown', 'pre.kind'),
                (Schedule('fixed'), 'amount_missing', 'pre.amount'),
                (Schedule('fixed', amount=D(-5)), 'amount_negative',
                    'pre.amount'),
                (Schedule('class'), 'brackets_missing', 'pre.brackets'),
                (Schedule('marginal'), 'brackets_missing', 'pre.brackets'),
                (scale('class', ('5000', '0.4')), 'brackets_open',
                    'pre.brackets'),
                (scale('class', (None, '0.4'), ('5000', '0.4')),
                    'brackets_open', 'pre.brackets'),
                (scale('class', (None, '0.4'), (None, '0.4')),
                    'brackets_open', 'pre.brackets'),
                (scale('marginal', ('5', '0.4'), ('5', '0.3'), (None, '0')),
                    'brackets_order', 'pre.brackets'),
                (scale('marginal', ('0', '0.4'), (None, '0')),
                    'brackets_order', 'pre.brackets'),
                (scale('marginal', ('5.001', '0.4'), (None, '0')),
                    'amount_digits', 'pre.brackets'),
                (scale('marginal', ('5', '4'), (None, '0')),
                    'rate_range', 'pre.brackets'),
                (cascade(), 'tiers_missing', 'pre.tiers'),
                (cascade(Tier('a', 'other')), 'choice_unknown', 'pre.tiers'),
                (cascade(Tier('a', 'recoup'), Tier('a', 'residual')),
                    'tier_duplicate', 'pre.tiers'),
                (cascade(Tier('a', 'gross_pct')), 'rate_missing',
                    'pre.tiers'),
                (cascade(Tier('a', 'net_pct')), 'rate_missing', 'pre.tiers'),
                (cascade(Tier('a', 'net_pct', rate=D(2))), 'rate_range',
                    'pre.tiers'),
                (cascade(Tier('a', 'fixed')), 'amount_missing', 'pre.tiers'),
                (cascade(Tier('a', 'time', beneficiary='x')),
                    'amount_missing', 'pre.tiers'),
                (cascade(Tier('a', 'cost')), 'tier_beneficiary',
                    'pre.tiers'),
                (cascade(Tier('a', 'time', amount=D(300))),
                    'tier_beneficiary', 'pre.tiers'),
                (cascade(Tier('a', 'residual', carry=True)), 'tier_carry',
                    'pre.tiers'),
                ]:
            with self.subTest(pre=pre):
                self.assertEqual(
                    self.codes(make_clauses(pre).check()), [(code, where)])

    def test_version_problems(self):
        for values, problem in [
                ({'max_rate': D('1.5')}, ('rate_range', 'max_rate')),
                ({'local_rate': D(-1)}, ('rate_range', 'local_rate')),
                ({'exclusions_max_rate': D(2)},
                    ('rate_range', 'exclusions_max_rate')),
                ({'crossing': 'x'}, ('choice_unknown', 'crossing')),
                ({'allocation': 'x'}, ('choice_unknown', 'allocation')),
                ({'local_base': 'x'}, ('choice_unknown', 'local_base')),
                ({'quantum': D(0)}, ('quantum_wrong', 'quantum')),
                ({'destinations': ()}, ('destinations_sum', 'destinations')),
                ({'destinations': (Destination('a', D('0.999')),)},
                    ('destinations_sum', 'destinations')),
                ({'destinations': (
                            Destination('a', D('0.5')),
                            Destination('a', D('0.5')))},
                    ('destination_duplicate', 'destinations')),
                ]:
            with self.subTest(values=values):
                self.assertEqual(
                    self.codes(make_clauses(**values).check()), [problem])
        nothing = replace(make_clauses(), pre=None, post=None)
        self.assertEqual(
            self.codes(nothing.check()), [('schedule_missing', 'pre')])
        # Nothing after, but whole_pre may leave something to divide.
        clauses = replace(
            make_clauses(destinations=(), crossing='whole_pre'), post=None)
        self.assertEqual(
            self.codes(clauses.check()),
            [('destinations_sum', 'destinations')])

    def test_several_problems(self):
        "Test that all are told at once, and no warning before"
        clauses = make_clauses(
            Schedule('flat', rate=D(2), floor=D(5), cap=D(1)),
            destinations=(), max_rate=D(3))
        self.assertEqual(self.codes(clauses.check()), [
                ('rate_range', 'pre.rate'), ('floor_above_cap', 'pre'),
                ('rate_range', 'max_rate'),
                ('destinations_sum', 'destinations')])
        self.assertEqual(clauses.warnings(), [])

    def test_warnings(self):
        flat = Schedule('flat', rate=D('0.35'))
        for clauses, codes in [
                (make_clauses(), []),
                (make_clauses(replace(flat, floor=D(500))),
                    [('floor_takes_all', 'pre')]),
                (make_clauses(
                        replace(flat, floor=D(500)), max_rate=D('0.6')),
                    [('floor_above_max', 'pre')]),
                (make_clauses(
                        replace(flat, floor=D(500)), max_rate=D(0)),
                    [('max_rate_zero', 'max_rate')]),
                (make_clauses(Schedule('fixed', amount=D(300))),
                    [('floor_takes_all', 'pre')]),
                (make_clauses(replace(flat, cap=D(0))),
                    [('cap_zero', 'pre')]),
                (make_clauses(post=replace(flat, rate=D('0.36'))),
                    [('post_above_pre', 'post.rate')]),
                (replace(make_clauses(), pre=None), [('pre_missing', 'pre')]),
                (make_clauses(cascade(Tier('a', 'gross_pct', rate=D(0)))),
                    [('tiers_without_recoup', 'pre')]),
                (make_clauses(cascade(
                            Tier('a', 'recoup'), Tier('b', 'residual'))),
                    [('tier_unreachable', 'pre')]),
                # Once the pot is empty, the next step is reached.
                (make_clauses(post=cascade(
                            Tier('a', 'recoup'), Tier('b', 'residual'))), []),
                (make_clauses(CLASS),
                    [('class_cliff', 'pre'), ('class_cliff', 'pre')]),
                ]:
            with self.subTest(clauses=clauses):
                self.assertEqual(self.codes(clauses.warnings()), codes)

    def test_floor_above_max(self):
        "Test that 500 are reached from 833.34 on at 60 %"
        warning, = make_clauses(
            Schedule('flat', rate=D('0.35'), floor=D(500)),
            max_rate=D('0.6')).warnings()
        self.assertEqual(warning.values['below'], D('833.34'))

    def test_cliffs(self):
        "X12: the bases that pay less than a smaller one"
        for schedule, max_rate, expected in [
                (CLASS, None, [
                        # 2 000 at 5 000; 30 % of 6 666.67 is 2 000.001
                        ('5000', '2000', '1500.003', '6666.67'),
                        ('20000', '6000', '3000.0015', '40000')]),
                # Never higher again.
                (scale('class', ('5000', '0.4'), (None, '0')), None,
                    [('5000', '2000', '0', None)]),
                # Higher again two brackets later: 20 % of 7 500 to 8 000,
                # then 10 % up to 9 000, then 50 %.
                (scale('class', ('5000', '0.4'), ('8000', '0.2'),
                        ('9000', '0.1'), (None, '0.5')), None, [
                        ('5000', '2000', '1000.002', '9000.01'),
                        ('8000', '1600', '800.001', '9000.01')]),
                # Rising rates have none.
                (scale('class', ('5000', '0.1'), (None, '0.2')), None, []),
                # A cap hides the first one, a floor the second.
                (replace(CLASS, cap=D(1500)), None, []),
                (replace(CLASS, cap=D(4000)), None, [
                        ('5000', '2000', '1500.003', '6666.67'),
                        ('20000', '4000', '3000.0015', '26666.67')]),
                (replace(CLASS, floor=D(6000)), None, []),
                (replace(CLASS, floor=D(1800)), None, [
                        ('5000', '2000', '1800', '6666.67'),
                        ('20000', '6000', '3000.0015', '40000')]),
                # A maximum rate below the last one.
                (scale('class', ('5000', '0.2'), ('10000', '0.01'),
                        (None, '0.9')), '0.1', [
                        ('5000', '500', '50.0001', '10000.01')]),
                # The maximum rate makes both sides equal.
                (CLASS, '0.15', []),
                (CLASS, '0.30', [
                        ('20000', '6000', '3000.0015', '40000')]),
                # Equal bounds by a rate of nothing.
                (scale('class', ('5000', '0'), (None, '0')), None, []),
                ]:
            with self.subTest(schedule=schedule, max_rate=max_rate):
                self.assertEqual(
                    cliffs(schedule, D(max_rate) if max_rate else None, CENT),
                    [tuple(D(v) if v else None for v in row)
                        for row in expected])

    @given(some.schedules(['class']), st.none() | some.rates.filter(bool))
    def test_cliffs_are_true(self, schedule, max_rate):
        "Test each end of a cliff, and that there is none elsewhere"
        def share(base):
            return reckon(schedule, 'post', base, max_rate, CENT).after_max

        found = cliffs(schedule, max_rate, CENT)
        for bound, best, after, until in found:
            self.assertEqual(share(bound), best)
            self.assertEqual(share(bound + CENT), after)
            self.assertLess(after, best)
            if until is None:
                self.assertLess(share(D(10) ** 9), best)
            else:
                self.assertGreater(until, bound)
                self.assertGreaterEqual(share(until), best)
                self.assertLess(share(until - CENT), best)
        bounds = {bound for bound, *_ in found}
        for bracket in schedule.brackets[:-1]:
            if bracket.up_to not in bounds:
                self.assertGreaterEqual(
                    share(bracket.up_to + CENT), share(bracket.up_to))

    def test_in_force(self):
        first = make_clauses()
        second = replace(first, effective_from=dt.date(2026, 7, 1))
        for date, expected in [
                (dt.date(2025, 12, 31), None),
                (dt.date(2026, 1, 1), first),
                (dt.date(2026, 6, 30), first),
                (dt.date(2026, 7, 1), second),
                (dt.date(2030, 1, 1), second),
                ]:
            self.assertEqual(in_force([second, first], date), expected)
        self.assertIsNone(in_force([], dt.date(2026, 1, 1)))

    def test_remaining(self):
        for balance, remaining in [
                (Balance('a', D(100)), '100'),
                (Balance('a', D(100), D(40)), '60'),
                (Balance('a', D(100), D(100)), '0'),
                (Balance('a', D(100), D(120)), '0'),
                (Balance('a', D(100), recoupable=False), '0'),
                ]:
            self.assertEqual(balance.remaining, D(remaining))
