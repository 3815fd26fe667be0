from decimal import Decimal
from unittest import TestCase

from tibillet_federation.statement_document import (
    get_moved, get_set_offs, of_hundred)

CENT = Decimal('0.01')


class OfHundredTestCase(TestCase):
    "Where 100 € go"

    def test_sum(self):
        "The parts sum to 100"
        for amounts, parts in [
                (['1', '1', '1'], ['33.34', '33.33', '33.33']),
                (['2', '0', '1'], ['66.67', '0.00', '33.33']),
                (['900', '0', '3500.01'], ['20.45', '0.00', '79.55']),
                (['0', '0', '0'], ['0', '0', '0']),
                (['50', '-30', '80'], ['50.00', '-30.00', '80.00']),
                (['1', '-2', '4'], ['33.33', '-66.67', '133.33']),
                # The season of the demo: 4.045, 8.742, 1.812 and 85.401.
                (['7200', '15560', '3226', '152014'],
                    ['4.05', '8.74', '1.81', '85.40']),
                ]:
            with self.subTest(amounts=amounts):
                self.assertEqual(
                    [str(p) for p in of_hundred(
                            [Decimal(a) for a in amounts], CENT)],
                    parts)


    def test_moved(self):
        "The parts that are a cent off to sum to 100 are told"
        for amounts, moved in [
                (['1', '1', '1'], [0]),
                (['7200', '15560', '3226', '152014'], [0]),
                (['1', '1', '1', '1', '1', '1'], [4, 5]),
                (['1', '3'], []),
                (['0', '0'], []),
                (['1', '-2', '4'], []),
                ]:
            decimals = [Decimal(a) for a in amounts]
            with self.subTest(amounts=amounts):
                self.assertEqual(
                    get_moved(decimals, of_hundred(decimals, CENT), CENT),
                    moved)


class SetOffTestCase(TestCase):
    "What is left when two owe each other"

    def test_set_off(self):
        for flows, found in [
                ([], []),
                ([('A', 'B', '10')], []),
                ([('A', 'B', '10'), ('B', 'C', '10')], []),
                ([('A', 'B', '10'), ('B', 'A', '4.01')], [('A', 'B', '5.99')]),
                ([('A', 'B', '4.01'), ('B', 'A', '10')], [('B', 'A', '5.99')]),
                ([('B', 'A', '10'), ('A', 'B', '10')], [('A', 'B', '0')]),
                # What is taken back is no debt of the other.
                ([('A', 'B', '10'), ('B', 'A', '-4')], []),
                ([('A', 'B', '-10'), ('B', 'A', '-4')], []),
                ]:
            with self.subTest(flows=flows):
                self.assertEqual(
                    [(p, b, str(a)) for p, b, a in get_set_offs([
                                {'payer': p, 'beneficiary': b, 'amount': a}
                                for p, b, a in flows])],
                    found)
