import unittest
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st
from tibillet_cashless.cascade import (
    PAYING, REDUCING, Fund, Line, Plan, Taken, plan, share, use)

HOUR = Fraction(500, 60)  # 5.00 for an hour of 60 minutes
lines = st.lists(
    st.builds(Line, st.integers(0, 5000), st.booleans()),
    min_size=1, max_size=6)
funds = st.lists(
    st.builds(
        Fund, st.integers(1, 10 ** 6), st.sampled_from(REDUCING + PAYING),
        st.integers(0, 6000), st.sampled_from([1, 5, 15, 100]),
        st.fractions(Fraction(1, 100), 20)),
    max_size=6, unique_by=lambda fund: fund.key)


def taken(*rows):
    return tuple(Taken(*row) for row in rows)


class CascadeTestCase(unittest.TestCase):

    def test_plan(self):
        beer, sandwich = Line(700), Line(500)
        cup = Line(100, reducible=False)
        for name, args, expected in [
                ("one money", ([beer, sandwich], [Fund(1, 'federated', 5000)]),
                    Plan((), taken((1, 1200, 1200, ())), 0)),
                ("nothing", ([beer], []), Plan((), (), 700)),
                ("gifts first, pro rata",
                    ([beer, sandwich], [
                            Fund(1, 'federated', 5000), Fund(2, 'gift', 300)]),
                    Plan(
                        taken((2, 300, 300, (175, 125))),
                        taken((1, 900, 900, ())), 0)),
                ("the nearest first",
                    ([beer, sandwich], [
                            Fund(1, 'federated', 5000), Fund(2, 'local', 300),
                            Fund(3, 'own', 200)]),
                    Plan((), taken(
                            (3, 200, 200, ()), (2, 300, 300, ()),
                            (1, 700, 700, ())), 0)),
                ("gifts do not pay deposits",
                    ([beer, cup], [Fund(2, 'gift', 5000)]),
                    Plan(taken((2, 700, 700, (700, 0))), (), 100)),
                ("the second card pays, and gives nothing",
                    ([beer], [Fund(1, 'federated', 200)],
                        [Fund(3, 'gift', 500), Fund(4, 'own', 500)]),
                    Plan((), taken((1, 200, 200, ()), (4, 500, 500, ())), 0)),
                ("cash for the rest",
                    ([beer], [Fund(1, 'federated', 5000)], (), 300),
                    Plan((), taken((1, 400, 400, ())), 0)),
                ("all in cash", ([beer], [Fund(1, 'own', 9)], (), 700),
                    Plan((), (), 0)),
                ("an hour by the quarter",
                    ([beer], [Fund(2, 'time', 120, 15, HOUR)]),
                    Plan(taken((2, 75, 625, (625,))), (), 75)),
                ("whole tokens only",
                    ([beer], [Fund(2, 'own', 1000, 200)]),
                    Plan((), taken((2, 600, 600, ())), 100)),
                ("gifts, then points, then hours",
                    ([beer], [
                            Fund(1, 'time', 60, 15, HOUR),
                            Fund(2, 'loyalty', 10, 1, Fraction(10)),
                            Fund(3, 'gift', 50)]),
                    Plan(
                        taken(
                            (3, 50, 50, (50,)), (2, 10, 100, (100,)),
                            (1, 60, 500, (500,))), (), 50)),
                ("free lines", ([Line(0), beer], [Fund(2, 'gift', 700)]),
                    Plan(taken((2, 700, 700, (0, 700))), (), 0)),
                ("nothing to pay", ([Line(0)], [Fund(2, 'gift', 700)]),
                    Plan((), (), 0)),
                ]:
            with self.subTest(name):
                self.assertEqual(plan(*args), expected)

    def test_use(self):
        for fund, due, expected in [
                (Fund(1, 'own', 500), 300, (300, 300)),
                (Fund(1, 'own', 200), 300, (200, 200)),
                (Fund(1, 'own', 0), 300, (0, 0)),
                (Fund(1, 'own', 500), 0, (0, 0)),
                # 21 minutes are worth 175 cents, 20 are worth 166.67.
                (Fund(1, 'time', 60, 1, HOUR), 175, (21, 175)),
                (Fund(1, 'time', 60, 1, HOUR), 174, (20, 167)),
                (Fund(1, 'time', 60, 1, HOUR), 167, (20, 167)),
                (Fund(1, 'time', 60, 1, HOUR), 166, (19, 158)),
                # A point that is worth nothing yet is kept.
                (Fund(1, 'loyalty', 1, 1, Fraction(1, 100)), 300, (0, 0)),
                (Fund(1, 'loyalty', 50, 1, Fraction(1, 100)), 300, (50, 1)),
                # 54 points would round to 5 cents too, 50 are worth them.
                (Fund(1, 'loyalty', 90, 1, Fraction(1, 10)), 5, (50, 5)),
                (Fund(1, 'loyalty', 90, 20, Fraction(1, 10)), 5, (40, 4)),
                (Fund(1, 'loyalty', 49, 1, Fraction(1, 10)), 5, (49, 5)),
                ]:
            with self.subTest(fund=fund, due=due):
                self.assertEqual(use(fund, due), expected)

    def test_rest(self):
        for rest in [-1, 701]:
            with self.subTest(rest=rest), self.assertRaises(ValueError):
                plan([Line(700)], [], (), rest)

    @given(lines, funds, funds, st.data())
    def test_properties(self, found, first, second, data):
        total = sum(line.amount for line in found)
        rest = data.draw(st.integers(0, total))
        result = plan(found, first, second, rest)
        reductions, payments, missing = result
        values = sum(t.value for t in reductions + payments)
        self.assertEqual(values + missing + rest, total)
        self.assertGreaterEqual(missing, 0)
        by_key = {
            True: {fund.key: fund for fund in first},
            False: {fund.key: fund for fund in second}}
        for t in reductions:
            fund = by_key[True][t.key]
            self.assertIn(fund.role, REDUCING)
            self.assertEqual(sum(t.shares), t.value)
        # No line is reduced below zero, nor one that is not reducible.
        for index, line in enumerate(found):
            reduced = sum(t.shares[index] for t in reductions)
            self.assertTrue(
                0 <= reduced <= (line.amount if line.reducible else 0))
        for t in reductions + payments:
            self.assertTrue(t.units > 0 and t.value > 0)
        self.assertEqual(
            share(found, [t.value for t in reductions]),
            [t.shares for t in reductions])

    @given(
        st.builds(
            Fund, st.just(1), st.just('time'), st.integers(0, 6000),
            st.sampled_from([1, 5, 15, 100]),
            st.fractions(Fraction(1, 100), 20)),
        st.integers(0, 5000))
    def test_use_properties(self, fund, due):
        "As much as there is, never for more than it is worth"
        units, value = use(fund, due)
        self.assertTrue(0 <= value <= due)
        self.assertTrue(0 <= units <= fund.units)
        self.assertFalse(units % fund.step)
        self.assertLessEqual(abs(units * fund.worth - value), Fraction(1, 2))
        if units and units + fund.step <= fund.units:
            more = (units + fund.step) * fund.worth + Fraction(1, 2)
            # It would pay too much, or nothing more.
            self.assertTrue(more // 1 > due or more // 1 == value)

    @given(lines, funds)
    def test_enough(self, found, first):
        "With enough of a money that divides, nothing is missing"
        total = sum(line.amount for line in found)
        enough = Fund(0, 'federated', total)
        self.assertEqual(plan(found, [*first, enough]).missing, 0)
