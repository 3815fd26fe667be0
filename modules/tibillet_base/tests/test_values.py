"""What no field may hold, whoever writes it."""
import datetime as dt
import unittest
from decimal import Decimal

from tibillet_base.exceptions import ValueFormError, ValueRangeError
from tibillet_base.values import ValueGuard, is_readable, is_within

from trytond.model import ModelStorage
from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)


class RangeTestCase(unittest.TestCase):

    def test_range(self):
        for kind, value, within in [
                ('numeric', Decimal('9999999999999'), True),
                ('numeric', Decimal('1e13'), False),
                ('numeric', Decimal('-1e13'), False),
                ('numeric', Decimal('0.000001'), True),
                ('numeric', Decimal('NaN'), False),
                ('numeric', Decimal('sNaN'), False),
                ('numeric', Decimal('-Infinity'), False),
                ('numeric', 10 ** 13, False),
                ('numeric', 10 ** 400, False),
                ('numeric', '1e30', False),
                ('numeric', 'NaN', False),
                ('numeric', '12.50', True),
                ('float', 1e12, True),
                ('float', 1.1e12, False),
                ('float', float('nan'), False),
                ('float', float('-inf'), False),
                ('integer', 2 ** 31 - 1, True),
                ('integer', 2 ** 31, False),
                ('integer', -(2 ** 31), False),
                ('integer', None, True),
                ('date', dt.date(1900, 1, 1), True),
                ('date', dt.date(1899, 12, 31), False),
                ('date', dt.date(2199, 12, 31), True),
                ('date', dt.date(2200, 1, 1), False),
                ('date', '9999-12-01', False),
                ('date', '2024-09-14', True),
                ('datetime', dt.datetime(1, 1, 1), False),  # noqa: DTZ001
                ('datetime', dt.datetime(2199, 12, 31), True),  # noqa: DTZ001
                ('timestamp', dt.datetime(9999, 1, 1), False),  # noqa: DTZ001
                # An id is no quantity.
                ('many2one', 10 ** 15, True),
                ('char', '1e30', True),
                ]:
            with self.subTest(kind=kind, value=value):
                self.assertIs(is_within(kind, value), within)


    def test_readable(self):
        for kind, value, readable in [
                ('numeric', '12.50', True),
                ('numeric', 'twelve', False),
                ('numeric', '12,50', False),
                ('numeric', [Decimal(1)], False),
                ('float', '1e3', True),
                ('float', '', False),
                ('integer', '12', True),
                ('integer', '12.5', False),
                ('integer', None, True),
                ('date', '2024-02-29', True),
                ('date', '2025-02-29', False),
                ('date', '2025-13-01', False),
                ('date', {'year': 2025}, False),
                ('timestamp', '2025-01-31 20:30:00', True),
                ('char', 'a\0b', False),
                ('text', 'twelve', True),
                ('multiselection', ['a', 'b'], True),
                ]:
            with self.subTest(kind=kind, value=value):
                self.assertIs(is_readable(kind, value), readable)


class ValueTestCase(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_base')

    @with_transaction()
    def test_refused(self):
        "A value out of range is refused by its name when it is written"
        pool = Pool()
        Currency = pool.get('currency.currency')
        Rate = pool.get('currency.currency.rate')
        currency, = Currency.create([{
                    'name': "Peaksu", 'symbol': 'P', 'code': 'PKS',
                    'rounding': Decimal(1)}])
        values = {
            'date': dt.date(2025, 1, 1), 'rate': Decimal(1),
            'currency': currency.id}
        rate, = Rate.create([values])
        for name, value in [
                ('rate', Decimal('1e30')),
                ('rate', Decimal('NaN')),
                ('date', dt.date(9999, 12, 1)),
                ('date', dt.date(1, 1, 2)),
                ]:
            with self.subTest(name=name, value=value):
                for write in [
                        lambda: Rate.write([rate], {name: value}),
                        lambda: Rate.create([{**values, name: value}]),
                        lambda: Currency.write([currency], {
                                'rates': [('write', [rate.id], {
                                            name: value})]}),
                        ]:
                    with self.assertRaises(ValueRangeError) as caught:
                        write()
                    self.assertIn(
                        getattr(Rate, name).string, caught.exception.message)
        # The standard writes it for a rate that holds since always.
        Rate.write([rate], {'date': dt.date.min})
        with self.assertRaises(ValueRangeError) as caught:
            Currency.write([currency], {'digits': 10 ** 10})
        self.assertEqual(
            caught.exception.message,
            '"10000000000" cannot be the value of "Digits" in "Currency", '
            'type one from -2,147,483,647 to 2,147,483,647.')

    @with_transaction()
    def test_unread(self):
        "What a field cannot read is refused with an example of what it can"
        pool = Pool()
        Currency = pool.get('currency.currency')
        values = {
            'name': "Peaksu", 'symbol': 'P', 'code': 'PKS',
            'rounding': Decimal(1)}
        for name, value, message in [
                ('rounding', 'twelve',
                    '"twelve" cannot be read as the value of "Rounding '
                    'factor" in "Currency", write it as in 12.50.'),
                ('name', "Peak\0su",
                    '"Name" in "Currency" contains a character that cannot '
                    'be kept, the one of code zero. Remove it.'),
                ]:
            with self.subTest(name=name):
                with self.assertRaises(ValueFormError) as caught:
                    Currency.create([{**values, name: value}])
                self.assertEqual(caught.exception.message, message)
        self.assertEqual(
            Currency.search([('code', '=', 'PKS')], count=True), 0)

    @with_transaction()
    def test_every_model(self):
        "The mixin is laid over every model that stores"
        pool = Pool()
        for name, Model in pool.iterobject():
            if issubclass(Model, ModelStorage):
                with self.subTest(model=name):
                    self.assertTrue(issubclass(Model, ValueGuard))
