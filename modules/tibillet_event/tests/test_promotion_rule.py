"""What a code takes off, without a database."""
import datetime as dt
import unittest
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st
from tibillet_event.promotion_rule import PromotionRule, normal
from tibillet_event.tariff_rule import Rule

NOON = dt.datetime.fromisoformat('2026-03-06 12:00')
HOUR = dt.timedelta(hours=1)
COUNTER = frozenset(['counter'])
cents = st.decimals(0, 500, places=2)


def rule(kind='percent', value='0.20', **values):
    values.setdefault('channels', COUNTER)
    return PromotionRule(1, 'FEU', kind, D(value), **values)


class PromotionRuleTestCase(unittest.TestCase):

    def test_normal(self):
        for written, kept in [
                ('feu', 'FEU'), (' Feu 20 ', 'FEU20'), ('été', 'ÉTÉ'),
                ('e\u0301te\u0301', 'ÉTÉ'), ('', ''), (None, ''),
                ('ＦＥＵ', 'FEU')]:
            with self.subTest(written=written):
                self.assertEqual(normal(written), kept)

    def test_refusal(self):
        "event 1 and its date 11, tariff 5, at noon, at the counter"
        for refusal, values in [
                (None, {}),
                (None, {'events': {1}}),
                (None, {'performances': {11}}),
                (None, {'events': {2}, 'performances': {11}}),
                ('performance', {'events': {2}}),
                ('performance', {'performances': {12}}),
                (None, {'tariffs': {5, 6}}),
                ('tariff', {'tariffs': {6}}),
                ('channel', {'channels': {'online'}}),
                (None, {'start': NOON}),
                ('soon', {'start': NOON + HOUR}),
                ('over', {'end': NOON}),
                (None, {'end': NOON + HOUR}),
                ('performance', {'events': {2}, 'end': NOON}),
                ]:
            with self.subTest(**values):
                self.assertEqual(
                    rule(**values).get_refusal(1, 11, 5, 'counter', NOON),
                    refusal)
        self.assertEqual(
            rule().get_refusal(1, 11, 5, 'counter', NOON, free_price=True),
            'tariff')

    def test_price(self):
        "A tariff of 15.00 with a fee of 0.50 and 2 %, on top or within"
        for kind, value, mode, paid, fee in [
                ('percent', '0.20', 'none', '12.00', '0'),
                ('percent', '0.20', 'added', '12.74', '0.74'),
                ('percent', '0.20', 'absorbed', '12.00', '0.74'),
                ('percent', '1', 'added', '0', '0'),
                ('percent', '0.333', 'none', '10.00', '0'),
                ('amount', '5', 'none', '10.00', '0'),
                ('amount', '15.01', 'none', '0', '0'),
                ('set', '9.90', 'none', '9.90', '0'),
                ('set', '0', 'none', '0', '0'),
                # Who has a code never pays more for it.
                ('set', '20', 'none', '15.00', '0'),
                ]:
            with self.subTest(kind=kind, value=value, mode=mode):
                tariff = Rule(
                    COUNTER, D('15.00'), fee_mode=mode, fee_fixed=D('0.50'),
                    fee_rate=D('0.02'))
                found = tariff.get_price(promotion=rule(kind, value))
                self.assertEqual((found.paid, found.fee), (D(paid), D(fee)))

    @given(
        cents, st.sampled_from(['percent', 'amount', 'set']),
        st.decimals(0, 1, places=4), st.sampled_from(
            ['none', 'added', 'absorbed']), cents)
    def test_never_more(self, price, kind, value, mode, fee):
        "Between nothing and what it costs without, in whole cents"
        tariff = Rule(COUNTER, price, fee_mode=mode, fee_fixed=fee)
        if kind != 'percent':
            value = (value * 1000).quantize(D('0.01'))
        found = tariff.get_price(
            promotion=PromotionRule(1, 'FEU', kind, value, COUNTER))
        self.assertEqual(found.paid, found.admission + found.fee)
        self.assertEqual(found.paid, found.paid.quantize(D('0.01')))
        self.assertTrue(0 <= found.paid <= tariff.get_price().paid)
