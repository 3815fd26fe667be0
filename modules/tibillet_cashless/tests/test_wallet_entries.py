import unittest

from hypothesis import given
from hypothesis import strategies as st
from tibillet_cashless.wallet_entries import Group, entries, other

COOP, VENUE, BAKER = 1, 2, 3


class WalletEntriesTestCase(unittest.TestCase):
    "Test to which accounts of a company operations go"

    def test_other(self):
        for kind, owed, issuer, here, account in [
                ('spend', True, True, True, 'counter'),
                ('spend', True, True, False, 'due'),
                ('spend', True, False, True, 'counter'),
                # A gift costs its issuer, wherever it is spent.
                ('spend', False, True, True, 'counter'),
                ('spend', False, True, False, 'counter'),
                ('melt', True, True, True, 'melted'),
                ('restore', True, True, True, 'melted'),
                # What a gift was to cost is not an income.
                ('melt', False, True, True, 'counter'),
                ]:
            with self.subTest(
                    kind=kind, owed=owed, issuer=issuer, here=here):
                self.assertEqual(other(kind, owed, issuer, here), account)
        with self.assertRaises(ValueError):
            other('spend', True, False, False)

    def test_melt(self):
        "E8: 37.65 melt, of which 7.65 are given back"
        self.assertEqual([tuple(e) for e in entries(
                    [Group('melt', COOP, -3765), Group('restore', COOP, 765)],
                    True, True, COOP)], [
                ('holders', 'melt', COOP, -3765),
                ('melted', 'melt', COOP, 3765),
                ('holders', 'restore', COOP, 765),
                ('melted', 'restore', COOP, -765),
                ])

    def test_bank(self):
        "E13: 20.00 are charged back, of which 5.00 are left; fees of 1.00"
        groups = [
            Group('chargeback', VENUE, -500),
            Group('chargeback', VENUE, -1500, 'bank'),
            Group('chargeback', VENUE, 1500, 'debt'),
            Group('fee', VENUE, -100, 'bank'),
            Group('fee', VENUE, 100, 'fee'),
            ]
        self.assertEqual(
            [tuple(e) for e in entries(groups, True, True, VENUE)], [
                ('holders', 'chargeback', VENUE, -500),
                ('counter', 'chargeback', VENUE, 2000),
                ('debt', 'chargeback', VENUE, -1500),
                ('counter', 'fee', VENUE, 100),
                ('fees', 'fee', VENUE, -100),
                ])
        # At the issuer, what is left of it only.
        self.assertEqual(
            [tuple(e) for e in entries(groups, True, True, COOP)], [
                ('holders', 'chargeback', VENUE, -500),
                ('due', 'chargeback', VENUE, 500),
                ])

    def test_entries(self):
        "E4 at the issuer: 12.00 were spent at a venue, 4.20 paid back there"
        self.assertEqual([tuple(e) for e in entries(
                    [Group('spend', VENUE, -1200),
                        Group('redeem', BAKER, -420),
                        Group('top_up', COOP, 5000)],
                    True, True, COOP)], [
                ('holders', 'spend', VENUE, -1200),
                ('due', 'spend', VENUE, 1200),
                ('holders', 'redeem', BAKER, -420),
                ('due', 'redeem', BAKER, 420),
                ('holders', 'top_up', COOP, 5000),
                ('counter', 'top_up', COOP, -5000),
                ])

    @given(st.lists(st.builds(
                Group, st.sampled_from(['spend', 'top_up', 'reverse', 'melt']),
                st.sampled_from([COOP, VENUE, BAKER]),
                st.integers(-10**12, 10**12))))
    def test_sum(self, groups):
        found = entries(groups, True, True, COOP)
        self.assertEqual(sum(e.units for e in found), 0)
        self.assertEqual(
            sum(e.units for e in found if e.account == 'holders'),
            sum(g.units for g in groups))
