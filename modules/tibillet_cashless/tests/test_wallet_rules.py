import unittest

from hypothesis import given
from hypothesis import strategies as st
from tibillet_cashless import wallet_rules
from tibillet_cashless.wallet_rules import RULES, SIDES, Move, problem

FED, GIFT = 1, 2
OWED = {FED: True, GIFT: False}
LEA, TOM = 10, 11


def moves(*rows):
    return [Move(*row) for row in rows]


SPENT = moves(
    (FED, 'holder', LEA, -350), (FED, 'owed', None, 350))

MELTED = moves(
    (FED, 'holder', LEA, -350), (FED, 'melted', None, 350))


LOADED = moves(
    (FED, 'holder', LEA, 2000), (FED, 'issued', None, -2000))
CHARGED = moves(
    (FED, 'holder', LEA, -500), (FED, 'charged', None, 500),
    (FED, 'bank', None, 1500), (FED, 'debt', None, -1500))


class RulesTestCase(unittest.TestCase):

    def test_right(self):
        for kind, rows, reversed_moves in [
                ('top_up', moves(
                        (FED, 'holder', LEA, 2000),
                        (FED, 'issued', None, -2000)), None),
                ('grant', moves(
                        (GIFT, 'holder', LEA, 500),
                        (GIFT, 'issued', None, -500)), None),
                ('spend', SPENT, None),
                ('spend', [*SPENT, *moves(
                            (GIFT, 'holder', LEA, -100),
                            (GIFT, 'used', None, 100))], None),
                ('redeem', moves(
                        (FED, 'holder', LEA, -420),
                        (FED, 'redeemed', None, 420)), None),
                ('melt', MELTED, None),
                ('restore', moves(
                        (FED, 'holder', LEA, 350),
                        (FED, 'melted', None, -350)), MELTED),
                ('merge', moves(
                        (FED, 'holder', LEA, -420),
                        (FED, 'holder', TOM, 420)), None),
                ('reverse', moves(
                        (FED, 'holder', LEA, 350),
                        (FED, 'owed', None, -350)), SPENT),
                # Merged since.
                ('reverse', moves(
                        (FED, 'holder', TOM, 350),
                        (FED, 'owed', None, -350)), SPENT),
                ('fee', moves(
                        (FED, 'bank', None, 100),
                        (FED, 'fee', None, -100)), None),
                # E13: of 20.00, 5.00 are left.
                ('chargeback', CHARGED, LOADED),
                ('chargeback', moves(
                        (FED, 'holder', LEA, -2000),
                        (FED, 'charged', None, 2000)), LOADED),
                ('chargeback', moves(
                        (FED, 'bank', None, 2000),
                        (FED, 'debt', None, -2000)), LOADED),
                ('reverse', moves(*(
                            (m.money, m.side, m.wallet, -m.units)
                            for m in CHARGED)), CHARGED),
                ]:
            with self.subTest(kind=kind):
                self.assertIsNone(problem(kind, rows, OWED, reversed_moves))

    def test_wrong_bank(self):
        for kind, rows, code in [
                ('fee', [(FED, 'holder', LEA, 100), (FED, 'fee', None, -100)],
                    'side'),
                ('fee', [(FED, 'bank', None, -100), (FED, 'fee', None, 100)],
                    'sign'),
                ('fee', [(FED, 'bank', None, 100), (FED, 'debt', None, -100)],
                    'side'),
                # What is left in the wallet is not what the bank has taken.
                ('chargeback', [
                        (FED, 'holder', LEA, -500),
                        (FED, 'bank', None, 2000),
                        (FED, 'debt', None, -1500)], 'sum'),
                # Less than was loaded.
                ('chargeback', [
                        (FED, 'holder', LEA, -500),
                        (FED, 'charged', None, 500)], 'reverse'),
                ('chargeback', [
                        (FED, 'holder', LEA, 2000),
                        (FED, 'charged', None, -2000)], 'sign'),
                ]:
            with self.subTest(kind=kind, code=code):
                self.assertEqual(
                    problem(kind, moves(*rows), OWED, LOADED), code)

    def test_wrong(self):
        for kind, rows, code in [
                ('spend', [], 'empty'),
                ('spend', moves(
                        (FED, 'holder', LEA, -350),
                        (FED, 'owed', None, 349)), 'sum'),
                # A money never pays for another.
                ('spend', moves(
                        (FED, 'holder', LEA, -350),
                        (GIFT, 'used', None, 350)), 'sum'),
                ('spend', moves((FED, 'holder', LEA, 0)), 'zero'),
                ('spend', moves(
                        (FED, 'holder', LEA, 350),
                        (FED, 'owed', None, -350)), 'sign'),
                ('spend', moves(
                        (FED, 'holder', LEA, -350),
                        (FED, 'issued', None, 350)), 'side'),
                ('spend', moves(
                        (FED, 'holder', None, -350),
                        (FED, 'owed', None, 350)), 'side'),
                ('spend', moves(
                        (FED, 'holder', LEA, -350),
                        (FED, 'owed', TOM, 350)), 'side'),
                ('melt', SPENT, 'side'),
                ('melt', moves(
                        (FED, 'holder', LEA, 350),
                        (FED, 'melted', None, -350)), 'sign'),
                ('top_up', moves(
                        (GIFT, 'holder', LEA, 500),
                        (GIFT, 'issued', None, -500)), 'side'),
                ('grant', moves(
                        (FED, 'holder', LEA, 500),
                        (FED, 'issued', None, -500)), 'side'),
                ('merge', moves(
                        (FED, 'holder', LEA, -5),
                        (FED, 'owed', None, 5)), 'side'),
                ('merge', moves(
                        (FED, 'holder', LEA, -5),
                        (FED, 'holder', LEA, 5)), 'merge'),
                ('reverse', moves(
                        (FED, 'holder', LEA, 349),
                        (FED, 'owed', None, -349)), 'reverse'),
                ('reverse', SPENT, 'reverse'),
                ]:
            with self.subTest(kind=kind, code=code):
                self.assertEqual(
                    problem(kind, rows, OWED,
                        SPENT if kind == 'reverse' else None), code)

    def test_table(self):
        for kind, rule in RULES.items():
            with self.subTest(kind=kind):
                self.assertIn(rule.holder, {-1, 0, 1})
                self.assertLessEqual(set(rule.side.values()), set(SIDES))
                self.assertEqual(bool(rule.side), bool(rule.holder))
        self.assertEqual(
            set(wallet_rules.kinds(holder=1)), {'top_up', 'grant'})
        self.assertLessEqual(wallet_rules.REVERSIBLE, set(RULES))

    @given(st.integers(0, 10 ** 9), st.integers(0, 10 ** 9))
    def test_chargeback(self, left, spent):
        "Whatever is left and spent, it is all that was loaded"
        if not left + spent:
            return
        loaded = moves(
            (FED, 'holder', LEA, left + spent),
            (FED, 'issued', None, -left - spent))
        charged = [m for m in moves(
                (FED, 'holder', LEA, -left), (FED, 'charged', None, left),
                (FED, 'bank', None, spent), (FED, 'debt', None, -spent))
            if m.units]
        self.assertIsNone(problem('chargeback', charged, OWED, loaded))
        self.assertEqual(
            problem('chargeback', charged, OWED, moves(
                    (FED, 'holder', LEA, left + spent + 1),
                    (FED, 'issued', None, -left - spent - 1))), 'reverse')

    @given(
        st.sampled_from(sorted(
                wallet_rules.REVERSIBLE - {'fee', 'chargeback'})),
        st.integers(1, 10 ** 9))
    def test_reverse(self, kind, units):
        "The opposite of a right operation is right, the same is not"
        rule = RULES[kind]
        money = FED if True in rule.side else GIFT
        side = rule.side[OWED[money]]
        first = moves(
            (money, 'holder', LEA, rule.holder * units),
            (money, side, None, -rule.holder * units))
        self.assertIsNone(problem(kind, first, OWED))
        back = [m._replace(units=-m.units) for m in first]
        self.assertIsNone(problem('reverse', back, OWED, first))
        self.assertEqual(problem('reverse', first, OWED, first), 'reverse')
        self.assertEqual(problem(kind, back, OWED), 'sign')
