import datetime as dt
import unittest

from hypothesis import given
from hypothesis import strategies as st
from tibillet_equipment.capacity import (
    Demand, busy, free, serviceable, shortage)


def july(day):
    return dt.date(2026, 7, day) if day else None


def demands(*values):
    return [Demand(july(s), july(e), q) for s, e, q in values]


class CapacityTestCase(unittest.TestCase):
    "Test days when units are short"

    def test_shortage(self):
        always = [None] * 17
        for units, others, asked, result in [
                # 10 units from the 10th to the 12th, one day of buffer.
                (always, [(10, 13, 10)], (13, 15, 9), (13, 2)),
                (always, [(10, 13, 10)], (13, 15, 7), None),
                (always, [(10, 13, 10)], (14, 16, 9), None),
                (always, [], (1, 31, 17), None),
                (always, [], (1, 31, 18), (1, 1)),
                ([], [], (1, 1, 1), (1, 1)),
                # The shortage begins in the middle.
                (always, [(5, 5, 8), (8, 9, 9)], (1, 20, 9), (8, 1)),
                # Two demands one after the other do not add up.
                (always, [(1, 3, 10), (4, 6, 10)], (1, 6, 7), None),
                (always, [(1, 3, 10), (3, 6, 10)], (1, 6, 7), (3, 10)),
                # What is late is busy until it comes back.
                (always, [(1, None, 10)], (20, 21, 8), (20, 1)),
                (always, [(1, None, 10)], (20, 21, 7), None),
                # A unit counts from its first day.
                ([july(11)] * 3, [], (10, 12, 3), (10, 3)),
                ([july(10)] * 3, [], (10, 12, 3), None),
                ([None, july(11)], [], (11, 12, 2), None),
                ]:
            with self.subTest(others=others, asked=asked):
                day, missing = result or (None, None)
                start, end, _ = asked
                self.assertEqual(
                    shortage(
                        units, demands(*others, asked),
                        july(start), july(end)),
                    (july(day), missing) if result else None)

    def test_free(self):
        for units, others, start, end, number in [
                ([None] * 17, [(10, 13, 10)], 13, 15, 7),
                ([None] * 17, [(10, 13, 10)], 14, 15, 17),
                ([None] * 17, [(10, 13, 10), (12, 14, 9)], 9, 15, 0),
                ([], [], 1, 2, 0),
                ]:
            with self.subTest(others=others, start=start, end=end):
                self.assertEqual(
                    free(units, demands(*others), july(start), july(end)),
                    number)

    days = st.integers(1, 31)

    @given(
        st.lists(st.one_of(st.none(), days), max_size=8),
        st.lists(st.tuples(
                days, st.one_of(st.none(), days), st.integers(1, 5))),
        days, days)
    def test_shortage_day_by_day(self, units, others, start, end):
        units = [july(d) for d in units]
        others = demands(*others)
        expected = None
        numbers = [0]
        for day in range(start, end + 1):
            left = (
                serviceable(units, july(day)) - busy(others, july(day)))
            numbers.append(left)
            if left < 0 and not expected:
                expected = july(day), -left
        if start <= end:
            self.assertEqual(
                shortage(units, others, july(start), july(end)), expected)
            self.assertEqual(
                free(units, others, july(start), july(end)),
                max(0, min(numbers[1:])))
