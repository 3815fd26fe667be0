import unittest
from decimal import Decimal

from tibillet_equipment.low_value import treatment


class LowValueTestCase(unittest.TestCase):
    "Test when a good is an asset"

    def test_treatment(self):
        for cost, threshold, object_of_activity, result in [
                ('250.00', '500.00', False, ('expense', 'low_value')),
                ('250.00', '500.00', True, ('asset', 'object_of_activity')),
                ('500.00', '500.00', False, ('expense', 'low_value')),
                ('500.01', '500.00', False, ('asset', 'above_threshold')),
                ('500.01', '500.00', True, ('asset', 'object_of_activity')),
                ('0.01', '0.00', False, ('asset', 'above_threshold')),
                ('0.00', '0.00', False, ('expense', 'low_value')),
                ('0.01', None, False, ('asset', 'no_threshold')),
                ]:
            with self.subTest(cost=cost, threshold=threshold):
                self.assertEqual(
                    treatment(
                        Decimal(cost),
                        Decimal(threshold) if threshold else None,
                        object_of_activity),
                    result)
