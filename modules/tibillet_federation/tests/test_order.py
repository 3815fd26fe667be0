import datetime as dt
import unittest

from tibillet_federation.order import (
    ACCRUAL, CORRECTION, ENTRY, SERVICE, entry_position, natural, position,
    without_undone)

DAY = dt.date(2026, 3, 14)


class OrderTestCase(unittest.TestCase):

    def test_natural(self):
        for numbers in [
                ['9', '10', '100'],
                ['P9', 'P10'],
                ['PREST-2025-010', 'PREST-2026-002'],
                ]:
            with self.subTest(numbers):
                self.assertEqual(
                    sorted(numbers[::-1], key=natural), numbers)

    def test_position(self):
        "Test that the day counts first, then what it is, then its number"
        steps = [
            entry_position(DAY, 'write_off', '12'),
            entry_position(DAY, 'contribution', '101'),
            position(DAY, SERVICE, 'P9', 7),
            position(DAY, SERVICE, 'P10', 2),
            position(DAY, SERVICE, None, 1),
            position(DAY, SERVICE, '', 3),
            position(DAY, CORRECTION, 'P1', 1),
            entry_position(DAY, 'accrual', '5'),
            entry_position(DAY + dt.timedelta(1), 'write_off', '1'),
            ]
        self.assertEqual(sorted(steps[::-1]), steps)
        self.assertEqual(
            [rank for _, rank, *_ in steps], [
                ENTRY, ENTRY, SERVICE, SERVICE, SERVICE, SERVICE, CORRECTION,
                ACCRUAL, ENTRY])

    def test_without_undone(self):
        "Test that what is undone counts neither way, if both are there"
        origins = {'opposite': 'mistake', 'late': 'settled', 'a': 'contract'}
        for entries, left in [
                ([], []),
                (['mistake'], ['mistake']),
                (['mistake', 'a', 'opposite', 'b'], ['a', 'b']),
                (['late', 'b'], ['late', 'b']),
                ]:
            with self.subTest(entries):
                self.assertEqual(
                    without_undone(entries, origins.get), left)
