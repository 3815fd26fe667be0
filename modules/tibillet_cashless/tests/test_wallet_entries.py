import unittest

from hypothesis import given
from hypothesis import strategies as st
from tibillet_cashless.wallet_entries import Group, entries, other

COOP, VENUE, BAKER = 1, 2, 3


class WalletEntriesTestCase(unittest.TestCase):
    "Test to which accounts of a company operations go"

    def test_other(self):
        for owed, issuer, here, account in [
                (True, True, True, 'counter'),
                (True, True, False, 'due'),
                (True, False, True, 'counter'),
                # A gift costs its issuer, wherever it is spent.
                (False, True, True, 'counter'),
                (False, True, False, 'counter'),
                ]:
            with self.subTest(owed=owed, issuer=issuer, here=here):
                self.assertEqual(other(owed, issuer, here), account)
        with self.assertRaises(ValueError):
            other(True, False, False)

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
                Group, st.sampled_from(['spend', 'top_up', 'reverse']),
                st.sampled_from([COOP, VENUE, BAKER]),
                st.integers(-10**12, 10**12))))
    def test_sum(self, groups):
        found = entries(groups, True, True, COOP)
        self.assertEqual(sum(e.units for e in found), 0)
        self.assertEqual(
            sum(e.units for e in found if e.account == 'holders'),
            sum(g.units for g in groups))
