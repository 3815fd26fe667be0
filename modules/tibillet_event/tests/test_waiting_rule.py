import unittest

from hypothesis import given
from hypothesis import strategies as st
from tibillet_event.waiting_person import get_key, get_mistyped, get_phone
from tibillet_event.waiting_rule import Wanted, share

SOME, ALL = True, False


class WaitingRuleTestCase(unittest.TestCase):
    "Test who is offered which places"

    def test_share(self):
        for free, wanted, offered in [
                # Nothing is free, nobody waits.
                (0, [(2, SOME)], [0]),
                (3, [], []),
                # In the order of arrival.
                (2, [(2, ALL), (2, ALL)], [2, 0]),
                (4, [(1, ALL), (2, ALL), (2, ALL)], [1, 2, 0]),
                # Who wants all or nothing is passed over and keeps his turn.
                (1, [(2, ALL), (1, ALL)], [0, 1]),
                (3, [(4, ALL), (2, ALL), (2, SOME)], [0, 2, 1]),
                (4, [(4, ALL), (2, ALL)], [4, 0]),
                # Who takes fewer has what is there.
                (1, [(5, SOME), (1, ALL)], [1, 0]),
                (6, [(5, SOME), (1, ALL)], [5, 1]),
                ]:
            with self.subTest(free=free, wanted=wanted):
                offers = share(
                    {place: set() for place in range(free)},
                    [Wanted(i, None, quantity, partial)
                        for i, (quantity, partial) in enumerate(wanted)])
                self.assertEqual(
                    [len(offers.get(i, ())) for i in range(len(wanted))],
                    offered)

    def test_allotments(self):
        "A place in two allotments is for who waits for either, once"
        free = {1: {10}, 2: {10, 20}, 3: set()}
        wanted = [
            Wanted('a', 20, 1, ALL), Wanted('b', 10, 2, SOME),
            Wanted('c', None, 2, SOME), Wanted('d', 30, 1, SOME)]
        self.assertEqual(
            share(free, wanted), {'a': (2,), 'b': (1,), 'c': (3,)})

    def test_choose(self):
        "Seats are chosen by who knows which are side by side"
        self.assertEqual(
            share(
                dict.fromkeys(range(5), ()), [Wanted('a', None, 2, ALL)],
                lambda places, quantity: places[-quantity:]),
            {'a': (3, 4)})

    @given(
        st.integers(0, 30),
        st.lists(st.tuples(st.integers(1, 9), st.booleans()), max_size=12))
    def test_properties(self, free, asked):
        wanted = [Wanted(i, None, q, p) for i, (q, p) in enumerate(asked)]
        offers = share({place: () for place in range(free)}, wanted)
        given_ = [place for places in offers.values() for place in places]
        # No place twice, none from nowhere.
        self.assertEqual(len(given_), len(set(given_)))
        self.assertLessEqual(set(given_), set(range(free)))
        left = free - len(given_)
        for each in wanted:
            quantity = len(offers.get(each.entry, ()))
            self.assertLessEqual(quantity, each.quantity)
            if not each.partial:
                self.assertIn(quantity, {0, each.quantity})
            # Nothing is left that somebody could have.
            if not quantity:
                self.assertLess(left, 1 if each.partial else each.quantity)

    @given(st.lists(st.integers(1, 9), max_size=12), st.integers(0, 30))
    def test_order(self, quantities, free):
        "Nobody has fewer places because somebody came after"
        wanted = [Wanted(i, None, q, ALL) for i, q in enumerate(quantities)]
        places = dict.fromkeys(range(free), ())
        whole = share(places, wanted)
        for i in range(len(wanted)):
            part = share(places, wanted[:i])
            self.assertEqual(
                part, {k: v for k, v in whole.items() if k < i})


class WaitingPersonTestCase(unittest.TestCase):
    "Test what tells people apart"

    def test_key(self):
        for party, email, phone, key in [
                (3, 'lea@example.org', None, 'party:3'),
                (None, ' Lea@Example.org ', '0612345678', 'lea@example.org'),
                (None, None, '06 12.34-56(78)', 'tel:0612345678'),
                (None, '', '0033612345678', 'tel:+33612345678'),
                (None, None, None, None),
                (None, '', '', None),
                ]:
            with self.subTest(party=party, email=email, phone=phone):
                self.assertEqual(get_key(party, email, phone), key)

    def test_phone(self):
        for text in [
                None, '', '12345', 'six', '+', '06 12 34 56 78 or so',
                '1' * 16, '+33+6123456']:
            with self.subTest(text=text):
                self.assertIsNone(get_phone(text))

    def test_mistyped(self):
        for email, phone, mistyped in [
                ('lea@example.org', '0612345678', None),
                (None, None, None),
                ('lea', None, 'lea'),
                ('a@b.org, c@d.org', None, 'a@b.org, c@d.org'),
                (None, 'soon', 'soon'),
                ]:
            with self.subTest(email=email, phone=phone):
                self.assertEqual(get_mistyped(email, phone), mistyped)
