import unittest
from decimal import Decimal

from tibillet_membership import receipt_rules
from tibillet_membership.receipt_rules import Limit

D = Decimal
PERSON = Limit(D('0.25'), D('73'))
COMPANY = Limit(D('0.25'))


class ReceiptRulesTestCase(unittest.TestCase):

    def test_is_small(self):
        for amount, counterpart, expected in [
                ('40', '0', True),
                ('40', '10', True),
                ('40', '10.01', False),
                ('0.01', '0.01', False),
                ('0.03', '0', True),
                ]:
            with self.subTest(amount=amount, counterpart=counterpart):
                self.assertEqual(
                    receipt_rules.is_small(
                        D(amount), D(counterpart), PERSON), expected)

    def test_is_under(self):
        for counterparts, limit, expected in [
                ([], PERSON, True),
                (['73'], PERSON, True),
                (['70', '3.01'], PERSON, False),
                (['5000'], COMPANY, True),
                (['0.01'], Limit(D('0.25'), D(0)), False),
                ]:
            with self.subTest(counterparts=counterparts, limit=limit):
                self.assertEqual(
                    receipt_rules.is_under(map(D, counterparts), limit),
                    expected)

    def test_label(self):
        self.assertEqual(receipt_rules.label(2025, 1), '2025-0001')
        self.assertEqual(receipt_rules.label(2025, 12345), '2025-12345')
