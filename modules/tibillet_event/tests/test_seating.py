import unittest

from hypothesis import given
from hypothesis import strategies as st
from tibillet_event import seating


def row(text):
    "Return the seats of a row: 'o' is free, 'x' taken, a space an aisle"
    return [
        (position, position, mark == 'o')
        for position, mark in enumerate(text) if mark != ' ']


ROWS = st.lists(
    st.text('ox ', max_size=12), max_size=4).map(
        lambda texts: [
            [((rank, name), position, free)
                for name, position, free in row(text)]
            for rank, text in enumerate(texts)])


class SeatingTestCase(unittest.TestCase):
    "Test names of seats and the choice of some together"

    def test_rows(self):
        for first, last, names in [
                ('A', 'C', ['A', 'B', 'C']),
                ('a', 'b', ['A', 'B']),
                ('Y', 'AB', ['Y', 'Z', 'AA', 'AB']),
                ('F', 'F', ['F']),
                ('1', '3', ['1', '2', '3']),
                ('9', '11', ['9', '10', '11']),
                ]:
            with self.subTest(first=first, last=last):
                self.assertEqual(seating.rows(first, last), names)

    def test_rows_impossible(self):
        for first, last in [
                ('C', 'A'), ('A', '3'), ('', 'A'), ('É', 'F'), ('3', '1'),
                ('1', '201'), ('A-', 'B'),
                ]:
            with self.subTest(first=first, last=last):
                with self.assertRaises(ValueError):
                    seating.rows(first, last)

    def test_numbers(self):
        for first, last, numbering, numbers in [
                (1, 4, 'following', [1, 2, 3, 4]),
                (5, 5, 'following', [5]),
                (1, 6, 'odd', [5, 3, 1]),
                (1, 6, 'even', [2, 4, 6]),
                (1, 6, 'odd_even', [5, 3, 1, 2, 4, 6]),
                (1, 5, 'odd_even', [5, 3, 1, 2, 4]),
                ]:
            with self.subTest(first=first, last=last, numbering=numbering):
                self.assertEqual(
                    seating.numbers(first, last, numbering), numbers)

    def test_numbers_impossible(self):
        for first, last, numbering in [
                (0, 4, 'following'), (4, 1, 'following'), (2, 2, 'odd'),
                (-3, 3, 'following'), (1, 501, 'following'),
                ]:
            with self.subTest(first=first, last=last, numbering=numbering):
                with self.assertRaises(ValueError):
                    seating.numbers(first, last, numbering)

    def test_plan(self):
        self.assertEqual(
            seating.plan([
                    ('Stalls', 'A', 'B', 1, 2, 'following'),
                    # The other side of the aisle of row A.
                    ('Stalls', 'A', 'A', 3, 3, 'following'),
                    ('Balcony', 'A', 'A', 1, 3, 'odd_even'),
                    ]), [
                ('Stalls', 'A', '1', 1),
                ('Stalls', 'A', '2', 2),
                ('Stalls', 'B', '1', 1),
                ('Stalls', 'B', '2', 2),
                ('Stalls', 'A', '3', 4),
                ('Balcony', 'A', '3', 1),
                ('Balcony', 'A', '1', 2),
                ('Balcony', 'A', '2', 3),
                ])

    def test_plan_twice(self):
        with self.assertRaisesRegex(ValueError, 'Stalls A 2'):
            seating.plan([
                    ('Stalls', 'A', 'A', 1, 2, 'following'),
                    ('Stalls', 'A', 'A', 2, 3, 'following'),
                    ])

    def test_choose(self):
        for texts, quantity, chosen in [
                # Centre first.
                (['ooooooo'], 1, [3]),
                (['ooooooo'], 3, [2, 3, 4]),
                # Of two as near to the centre, the left one.
                (['oooooooo'], 3, [2, 3, 4]),
                # No single seat is left, even nearer to the centre.
                (['xoooox'], 2, [1, 2]),
                (['ooooo'], 2, [0, 1]),
                (['ooooo'], 3, [0, 1, 2]),
                (['xooo'], 3, [1, 2, 3]),
                # Unless there is no other way.
                (['xooox'], 2, [1, 2]),
                # An aisle is no neighbour.
                (['oo oo'], 3, []),
                (['oo ooo'], 3, [3, 4, 5]),
                (['oxoxo'], 2, []),
                ([''], 1, []),
                ([], 1, []),
                ]:
            with self.subTest(texts=texts, quantity=quantity):
                self.assertEqual(
                    seating.choose([row(t) for t in texts], quantity), chosen)

    def test_choose_row(self):
        for texts, quantity, chosen in [
                # The first row is the best.
                (['ooooo', 'ooooo'], 5, 0),
                (['oxooo', 'ooooo'], 5, 1),
                # The centre of the next row is better than the far side.
                (['xxxxxxxxoo', 'oooooooooo'], 2, 1),
                # Not of a row far behind.
                (['xxxxoo', 'xxxxxx', 'xxxxxx', 'xxxxxx', 'oooooo'], 2, 0),
                ]:
            with self.subTest(texts=texts, quantity=quantity):
                rows = [
                    [(rank, position, free)
                        for _, position, free in row(text)]
                    for rank, text in enumerate(texts)]
                self.assertEqual(
                    set(seating.choose(rows, quantity)), {chosen})

    def test_choose_none(self):
        for quantity in [0, -1]:
            with self.assertRaises(ValueError):
                seating.choose([row('ooo')], quantity)

    @given(ROWS, st.integers(1, 6))
    def test_choice_is_free_and_together(self, rows, quantity):
        chosen = seating.choose(rows, quantity)
        free = {name: position
            for seats in rows for name, position, is_free in seats if is_free}
        if not chosen:
            # No row has as many free seats side by side.
            for rank, position in free:
                self.assertFalse(all(
                        (rank, position + i) in free
                        for i in range(quantity)))
            return
        self.assertEqual(len(chosen), quantity)
        (rank, start), *_ = chosen
        self.assertEqual(
            chosen, [(rank, start + i) for i in range(quantity)])
        self.assertLessEqual(set(chosen), free.keys())

    @given(ROWS, st.integers(1, 6))
    def test_choice_leaves_no_single_seat_if_it_can(self, rows, quantity):
        chosen = seating.choose(rows, quantity)
        free = {
            name for seats in rows for name, _, is_free in seats if is_free}

        def single(seats):
            left = free - set(seats)
            (rank, start), *_, (_, end) = [*seats, seats[-1]]
            return sum(
                (rank, side) in left
                and (rank, side - 1) not in left
                and (rank, side + 1) not in left
                for side in {start - 1, end + 1})

        if chosen and single(chosen):
            for rank, start in free:
                other = [(rank, start + i) for i in range(quantity)]
                if set(other) <= free:
                    self.assertTrue(single(other))

    @given(st.integers(1, 30), st.integers(0, 40))
    def test_numbers_are_each_there_once(self, first, more):
        last = first + more
        found = seating.numbers(first, last, 'odd_even')
        self.assertEqual(sorted(found), list(range(first, last + 1)))
