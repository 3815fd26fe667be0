import datetime as dt
import unittest
from decimal import Decimal

from tibillet_event.tariff_price import Price
from tibillet_event.tariff_rule import Rule

D = Decimal


def instant(text):
    return dt.datetime.fromisoformat(text)


OPENS, CLOSES = instant('2026-03-01 09:00'), instant('2026-03-06 19:00')
RULE = Rule(
    frozenset(['counter']), D('20.00'), sale_start=OPENS, sale_end=CLOSES,
    order_min=2, order_max=4)
FREE = Rule(
    frozenset(['online']), D('10.00'), free_price=True, minimum=D('5.00'))


class RuleTestCase(unittest.TestCase):

    def test_refusal(self):
        for rule, quantity, channel, now, price, refusal in [
                (RULE, 2, 'counter', OPENS, None, None),
                (RULE, 2, 'online', OPENS, None, 'channel'),
                (RULE, 2, 'counter', instant('2026-03-01 08:59'), None,
                    'soon'),
                (RULE, 2, 'counter', instant('2026-03-06 18:59'), None,
                    None),
                (RULE, 2, 'counter', CLOSES, None, 'over'),
                (RULE, 1, 'counter', OPENS, None, 'order_min'),
                (RULE, 4, 'counter', OPENS, None, None),
                (RULE, 5, 'counter', OPENS, None, 'order_max'),
                (RULE, 2, 'counter', OPENS, D('20'), None),
                (RULE, 2, 'counter', OPENS, D('19.99'), 'price'),
                (FREE, 0, 'online', OPENS, None, 'order_min'),
                (FREE, 1, 'online', OPENS, D('5.00'), None),
                (FREE, 1, 'online', OPENS, D('4.99'), 'minimum'),
                (FREE, 1, 'online', OPENS, D('-5.00'), 'minimum'),
                (FREE, 1, 'online', OPENS, D('100.00'), None),
                ]:
            with self.subTest(
                    quantity=quantity, channel=channel, now=now, price=price):
                self.assertEqual(
                    rule.get_refusal(quantity, channel, now, price), refusal)

    def test_price(self):
        added = Rule(
            frozenset(), D('20.00'), fee_mode='added', fee_fixed=D('0.50'),
            fee_rate=D('0.035'))
        for rule, price, found in [
                (RULE, None, Price(D('20.00'), D('20.00'))),
                (FREE, D('7.125'), Price(D('7.13'), D('7.13'))),
                (added, None, Price(D('21.20'), D('20.00'), D('1.20'))),
                ]:
            with self.subTest(price=price):
                self.assertEqual(rule.get_price(price), found)
