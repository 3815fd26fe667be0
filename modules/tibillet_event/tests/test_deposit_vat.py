"""The VAT of a deposit, without database."""
import unittest
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tibillet_event.deposit_vat import ZERO, get_contained, get_due

D = Decimal
SCHOOL = {'5.5': (D('227.49'), D('12.51'))}
# A concert and a meal.
BOTH = {'5.5': (D('94.79'), D('5.21')), '20': (D('41.67'), D('8.33'))}


class DepositVatTestCase(unittest.TestCase):

    def test_contained(self):
        for held, total, taxes, contained in [
                ('50.00', '240.00', SCHOOL, {'5.5': ('47.39', '2.61')}),
                ('80.00', '240.00', SCHOOL, {'5.5': ('75.83', '4.17')}),
                ('240.00', '240.00', SCHOOL, {'5.5': ('227.49', '12.51')}),
                ('0.00', '240.00', SCHOOL, {'5.5': ('0.00', '0.00')}),
                ('0.01', '240.00', SCHOOL, {'5.5': ('0.01', '0.00')}),
                # The half of a cent goes up, the base is what is left.
                ('40.00', '80.00', {'5.5': (D('75.83'), D('4.17'))},
                    {'5.5': ('37.91', '2.09')}),
                ('60.00', '150.00', BOTH, {
                        '5.5': ('37.92', '2.08'), '20': ('16.67', '3.33')}),
                # A part of the price without VAT has its part of it.
                ('40.00', '480.00', SCHOOL, {'5.5': ('18.96', '1.04')}),
                ('50.00', '0.00', SCHOOL, {}),
                ]:
            with self.subTest(held=held, total=total):
                self.assertEqual(
                    get_contained(D(held), D(total), taxes), {
                        key: (D(base), D(vat))
                        for key, (base, vat) in contained.items()})

    def test_due(self):
        posted = {'5.5': (D('47.39'), D('2.61'))}
        for held, taxes, due in [
                # Thirty more are paid, all is taken off the invoice, nothing.
                ('80.00', SCHOOL, {'5.5': ('28.44', '1.56')}),
                ('0.00', SCHOOL, {'5.5': ('-47.39', '-2.61')}),
                ('50.00', SCHOOL, {}),
                # The tax of the show has changed meanwhile.
                ('50.00', {'2.1': (D('235.06'), D('4.94'))}, {
                        '2.1': ('48.97', '1.03'),
                        '5.5': ('-47.39', '-2.61')}),
                ]:
            with self.subTest(held=held):
                self.assertEqual(
                    get_due(D(held), D('240.00'), taxes, posted), {
                        key: (D(base), D(vat))
                        for key, (base, vat) in due.items()})

    @given(st.lists(st.integers(0, 15000), max_size=8))
    def test_nothing_is_left(self, amounts):
        "Whatever is paid and given back, VAT sums to what is held"
        posted = {}
        for units in [*amounts, 0]:
            held = D(units) / 100
            for key, due in get_due(
                    held, D('150.00'), BOTH, posted).items():
                before = posted.get(key, (ZERO, ZERO))
                posted[key] = tuple(
                    a + b for a, b in zip(before, due, strict=True))
            self.assertLessEqual(
                abs(sum(sum(p) for p in posted.values()) - held), D('0.01'))
        self.assertFalse(any(any(p) for p in posted.values()))
