import unittest
from decimal import Decimal

from tibillet_base import till_vat

D = Decimal


class TillVATTestCase(unittest.TestCase):

    def test_included(self):
        "VAT in the price is rounded once a rate and shared to the cent"
        for rate, amounts, vats, vat in [
                ('0.2', ['3.50'], ['0.58'], '0.58'),
                # 3 times 0.58 would be 1.74.
                ('0.2', ['3.50', '3.50', '3.50'],
                    ['0.58', '0.59', '0.58'], '1.75'),
                ('0.055', ['12.00', '12.00', '12.00'],
                    ['0.63', '0.62', '0.63'], '1.88'),
                ('0.021', ['10.00'], ['0.21'], '0.21'),
                # The half of a cent goes up, 0.03 / 6 = 0.005.
                ('0.2', ['0.03'], ['0.01'], '0.01'),
                ('0.2', ['-0.03'], ['-0.01'], '-0.01'),
                ('0.2', ['0.02', '0.01'], ['0.00', '0.01'], '0.01'),
                ('0.2', ['3.50', '-3.50'], ['0.58', '-0.58'], '0.00'),
                ('0', ['3.50'], ['0.00'], '0.00'),
                ('0.2', ['0.00'], ['0.00'], '0.00'),
                ]:
            with self.subTest(rate=rate, amounts=amounts):
                parts, sums = till_vat.split(
                    [('a', D(rate), D(a)) for a in amounts], True)
                self.assertEqual([v for _, v in parts], [D(v) for v in vats])
                self.assertEqual(
                    [b + v for b, v in parts], [D(a) for a in amounts])
                total = sum(map(D, amounts))
                self.assertEqual(
                    sums, {'a': (D(rate), total - D(vat), D(vat))})

    def test_excluded(self):
        "VAT on top of the price is rounded once a rate"
        parts, sums = till_vat.split(
            [('a', D('0.055'), D('1.10')), ('b', D('0.2'), D('2.00')),
                ('a', D('0.055'), D('1.10'))], False)
        self.assertEqual(parts, [
                (D('1.10'), D('0.06')), (D('2.00'), D('0.40')),
                (D('1.10'), D('0.06'))])
        self.assertEqual(sums, {
                'a': (D('0.055'), D('2.20'), D('0.12')),
                'b': (D('0.2'), D('2.00'), D('0.40'))})

    def test_nothing(self):
        self.assertEqual(till_vat.split([], True), ([], {}))
