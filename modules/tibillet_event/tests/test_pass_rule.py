"""What a season pass costs and allows, without a database."""
import datetime as dt
import unittest
from decimal import Decimal as D

from hypothesis import given
from hypothesis import strategies as st
from tibillet_event.pass_rule import (
    ExchangeRule, PassDate, PassRule, RefundRule)

FIRST = dt.datetime.fromisoformat('2026-01-10 19:30')
WEEK = dt.timedelta(days=7)
HOUR = dt.timedelta(hours=1)
COUNTER = frozenset(['counter'])


def season(price, values, late='prorata', called_off=(), **other):
    return PassRule(
        D(price), tuple(
            PassDate(i, FIRST + i * WEEK, D(value), i in called_off)
            for i, value in enumerate(values)),
        COUNTER, late, **other)


class PassRuleTestCase(unittest.TestCase):

    def test_parts(self):
        "Five evenings from 10 January, one a week, bought after so many"
        five = ['15', '15', '15', '15', '15']
        for price, values, passed, late, called_off, parts in [
                ('50.00', five, 0, 'prorata', (), ['10.00'] * 5),
                # 50 / 7: the cents that are left go to the first ones.
                ('50.00', ['10', '10', '20', '20', '10'], 0, 'prorata', (),
                    ['7.14', '7.14', '14.29', '14.29', '7.14']),
                ('50.00', five, 1, 'prorata', (),
                    [None, '10.00', '10.00', '10.00', '10.00']),
                # 49.99 x 4 / 5 = 39.992
                ('49.99', five, 1, 'prorata', (),
                    [None, '10.00', '10.00', '10.00', '9.99']),
                ('50.00', five, 1, 'full', (),
                    [None, '12.50', '12.50', '12.50', '12.50']),
                ('50.00', five, 4, 'prorata', (),
                    [None, None, None, None, '10.00']),
                ('50.00', five, 0, 'prorata', (2,),
                    ['10.00', '10.00', None, '10.00', '10.00']),
                # What does not take place is paid by nobody.
                ('50.00', five, 1, 'full', (2,),
                    [None, '13.34', None, '13.33', '13.33']),
                ('50.00', ['0', '0', '0'], 0, 'prorata', (),
                    ['16.67', '16.67', '16.66']),
                ('0.02', ['15', '15', '15'], 0, 'prorata', (),
                    ['0.01', '0.01', '0.00']),
                ('0.00', five, 0, 'prorata', (), ['0.00'] * 5),
                ]:
            with self.subTest(price=price, passed=passed, late=late):
                rule = season(price, values, late, called_off)
                now = FIRST + passed * WEEK - HOUR
                self.assertEqual(
                    rule.get_parts(now),
                    [D(p) if p is not None else None for p in parts])

    @given(
        st.decimals(0, 500, places=2),
        st.lists(st.decimals(0, 60, places=2), min_size=1, max_size=8),
        st.integers(0, 7), st.sampled_from(['prorata', 'full']),
        st.sets(st.integers(0, 7)))
    def test_sum(self, price, values, passed, late, called_off):
        "The parts are whole cents, never negative, never more than the price"
        rule = season(price, values, late, called_off)
        now = FIRST + passed * WEEK
        if rule.get_refusal('counter', now):
            return
        parts = [p for p in rule.get_parts(now) if p is not None]
        self.assertEqual(len(parts), sum(rule.get_left(now)))
        self.assertTrue(all(
                p >= 0 and p == p.quantize(D('0.01')) for p in parts))
        self.assertLessEqual(sum(parts), price)
        if all(rule.get_left(now)) or late == 'full' and not called_off:
            self.assertEqual(sum(parts), price)

    def test_refusal(self):
        day = dt.timedelta(days=1)
        for refusal, when, values in [
                (None, FIRST - day, {}),
                ('soon', FIRST - day, {'start': FIRST - HOUR}),
                ('over', FIRST - day, {'end': FIRST - day}),
                (None, FIRST, {}),
                ('begun', FIRST, {'late': 'closed'}),
                (None, FIRST, {'late': 'closed', 'called_off': {0}}),
                (None, FIRST + WEEK - HOUR, {}),
                ('past', FIRST + WEEK, {}),
                ('past', FIRST - day, {'called_off': {0, 1}}),
                ]:
            with self.subTest(refusal=refusal, **values):
                rule = season('30', ['15', '15'], **values)
                self.assertEqual(rule.get_refusal('counter', when), refusal)
        self.assertEqual(
            season('30', ['15']).get_refusal('online', FIRST - day),
            'channel')

    def test_exchange(self):
        for refusal, rule, hours, values in [
                ('none', ExchangeRule(), 100, {}),
                (None, ExchangeRule('event'), 1, {}),
                ('late', ExchangeRule('event'), 0, {}),
                (None, ExchangeRule('event', 24), 25, {}),
                ('late', ExchangeRule('event', 24), 24, {}),
                ('event', ExchangeRule('event'), 1, {'same_event': False}),
                (None, ExchangeRule('any'), 1, {'same_event': False}),
                (None, ExchangeRule('any', number=1), 1, {'done': 0}),
                ('number', ExchangeRule('any', number=1), 1, {'done': 1}),
                ('number', ExchangeRule('any', number=0), 1, {'done': 0}),
                ]:
            with self.subTest(rule=rule, hours=hours):
                self.assertEqual(
                    rule.get_refusal(FIRST, FIRST - hours * HOUR, **values),
                    refusal)

    def test_refund(self):
        for refusal, rule, hours, whole in [
                ('none', RefundRule(), 100, True),
                (None, RefundRule('whole'), 1, True),
                ('whole', RefundRule('whole'), 1, False),
                ('late', RefundRule('whole'), 0, True),
                (None, RefundRule('date'), 1, False),
                (None, RefundRule('date', 48), 49, False),
                ('late', RefundRule('date', 48), 48, False),
                ]:
            with self.subTest(rule=rule, hours=hours):
                self.assertEqual(
                    rule.get_refusal(
                        [FIRST + WEEK, FIRST], FIRST - hours * HOUR, whole),
                    refusal)
