import unittest
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tibillet_event.refund import Quote, Terms, quote

D = Decimal
amounts = st.integers(0, 100000).map(lambda cents: D(cents) / 100)


class RefundTestCase(unittest.TestCase):

    def test_quote(self):
        for prices, terms, worth, kept in [
                # One of four tickets, nothing kept.
                ([('20.00', '1.20')], {}, '20.00', '0'),
                # The fee is given back too.
                ([('20.00', '1.20')], {'with_fee': True}, '21.20', '0'),
                ([('20.00', '0')] * 2, {'fixed': '3.00'}, '40.00', '3.00'),
                ([('20.00', '0')] * 2, {'per_ticket': '1.50'},
                    '40.00', '3.00'),
                # 10 % of 12.35 is 1.235: half up, ticket by ticket.
                ([('12.35', '0')] * 2, {'rate': '0.1'}, '24.70', '2.48'),
                ([('12.00', '0')], {
                        'fixed': '1', 'per_ticket': '2', 'rate': '0.25'},
                    '12.00', '6.00'),
                # No more is kept than there is.
                ([('2.00', '0')], {'fixed': '5.00'}, '2.00', '2.00'),
                ([('2.00', '0'), ('20.00', '0')], {'per_ticket': '3.00'},
                    '22.00', '5.00'),
                # What was free costs nothing.
                ([('0', '0')], {'fixed': '5', 'per_ticket': '1'}, '0', '0'),
                ([], {'fixed': '5'}, '0', '0'),
                ]:
            with self.subTest(prices=prices, terms=terms):
                found = quote(
                    [(D(a), D(f)) for a, f in prices],
                    Terms(**{
                            k: v if isinstance(v, bool) else D(v)
                            for k, v in terms.items()}))
                self.assertEqual(found, Quote(D(worth), D(kept)))
                self.assertEqual(found.given, D(worth) - D(kept))

    @given(
        st.lists(st.tuples(amounts, amounts), max_size=5), amounts, amounts,
        st.decimals(0, 1, places=4), st.booleans())
    def test_bounds(self, prices, fixed, per_ticket, rate, with_fee):
        found = quote(prices, Terms(fixed, per_ticket, rate, with_fee))
        self.assertGreaterEqual(found.kept, 0)
        self.assertGreaterEqual(found.given, 0)
        self.assertEqual(found.kept + found.given, found.worth)
