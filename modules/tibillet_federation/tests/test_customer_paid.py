"What the customer has paid of a line, as its statement says it."
import datetime as dt
import unittest
from decimal import Decimal
from types import SimpleNamespace

from tibillet_federation.statement_text import _get_customer

CORRECTED = dt.date(2026, 7, 1)


def turnover(paid, included=True, correction_date=None):
    return SimpleNamespace(
        paid=Decimal(paid), included=included,
        correction_date=correction_date)


class CustomerPaidTestCase(unittest.TestCase):

    def test_customer(self):
        "Test that only what the share is taken of is counted"
        hire, bar = turnover('3000.00'), turnover('1000.00', included=False)
        more = turnover('500.00', correction_date=CORRECTED)
        for kind, turnovers, expected in [
                ('service', [], '0'),
                ('service', [hire], '3000.00'),
                ('service', [hire, bar], '3000.00'),
                ('service', [bar], '0'),
                ('service', [hire, more], '3000.00'),
                ('adjustment', [hire, bar, more], '500.00'),
                ]:
            line = SimpleNamespace(
                kind=kind, date=CORRECTED,
                service=SimpleNamespace(turnovers=turnovers))
            with self.subTest(kind, turnovers=turnovers):
                self.assertEqual(_get_customer(line), Decimal(expected))
