import datetime as dt
import unittest

from hypothesis import given
from hypothesis import strategies as st
from tibillet_cashless.fifo import Lot, LotsMissing, consume

# Loaded on 21 September and on 31 December 2024.
A = Lot(1, dt.date(2024, 9, 21), 2000)
B = Lot(2, dt.date(2024, 12, 31), 3000)
lots = st.lists(
    st.builds(
        Lot, st.integers(1, 10 ** 6),
        st.dates(dt.date(2024, 1, 1), dt.date(2026, 12, 31)),
        st.integers(0, 10 ** 6)),
    max_size=20, unique_by=lambda lot: lot.id)


class FifoTestCase(unittest.TestCase):

    def test_consume(self):
        "The oldest lot gives first"
        for found, units, expected in [
                ([A, B], 1235, [(1, 1235)]),
                ([B, A], 1235, [(1, 1235)]),
                ([A, B], 2000, [(1, 2000)]),
                ([A, B], 2001, [(1, 2000), (2, 1)]),
                ([A, B], 5000, [(1, 2000), (2, 3000)]),
                # What is empty is not touched.
                ([A._replace(left=0), B], 1, [(2, 1)]),
                # Of one day: in the order they were recorded.
                ([B._replace(id=9), B], 3001, [(2, 3000), (9, 1)]),
                ]:
            with self.subTest(lots=found, units=units):
                self.assertEqual(consume(found, units), expected)

    def test_missing(self):
        for found, units, missing in [
                ([A, B], 5001, 1),
                ([], 1, 1),
                ([A._replace(left=0)], 5, 5),
                ]:
            with self.subTest(lots=found, units=units):
                with self.assertRaises(LotsMissing) as caught:
                    consume(found, units)
                self.assertEqual(caught.exception.missing, missing)

    def test_nothing(self):
        for units in [0, -1]:
            with self.subTest(units=units), self.assertRaises(ValueError):
                consume([A], units)

    @given(lots, st.data())
    def test_properties(self, found, data):
        total = sum(lot.left for lot in found)
        if not total:
            return
        units = data.draw(st.integers(1, total))
        taken = consume(found, units)
        left = {lot.id: lot.left for lot in found}
        self.assertEqual(sum(part for _, part in taken), units)
        for id_, part in taken:
            self.assertTrue(0 < part <= left[id_])
        # All that is older than the last lot taken is empty.
        by_id = {lot.id: lot for lot in found}
        ends = [(by_id[id_].date, id_) for id_, _ in taken]
        self.assertEqual(ends, sorted(ends))
        given_ = dict(taken)
        for lot in found:
            if (lot.date, lot.id) < ends[-1]:
                self.assertEqual(given_.get(lot.id, 0), lot.left)

    @given(lots, st.data())
    def test_two_steps(self, found, data):
        "Two payments take what one of both would take"
        total = sum(lot.left for lot in found)
        if total < 2:
            return
        first = data.draw(st.integers(1, total - 1))
        second = data.draw(st.integers(1, total - first))
        once = dict(consume(found, first + second))
        one = dict(consume(found, first))
        two = dict(consume(
                [lot._replace(left=lot.left - one.get(lot.id, 0))
                    for lot in found], second))
        self.assertEqual(once, {
                id_: one.get(id_, 0) + two.get(id_, 0)
                for id_ in one.keys() | two.keys()})
