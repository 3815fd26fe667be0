from decimal import Decimal
from unittest import TestCase

from tibillet_federation.statement_document import of_hundred

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
                ]:
            with self.subTest(amounts=amounts):
                self.assertEqual(
                    [str(p) for p in of_hundred(
                            [Decimal(a) for a in amounts], CENT)],
                    parts)
