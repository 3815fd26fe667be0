import datetime as dt
import unittest
from decimal import Decimal

from tibillet_base.instant import shown

from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)

AT = dt.datetime.fromisoformat('2026-06-20T21:30:15.123456')
SECOND = dt.datetime.fromisoformat('2026-06-20T21:30:15')


class InstantTestCase(unittest.TestCase):
    "What people see of instants"

    def test_shown(self):
        "A client gets what it can give back"
        for read, expected in [
                (AT, SECOND),
                ([{'id': 1, 'at': AT}], [{'id': 1, 'at': SECOND}]),
                ([{'log.': [{'at': AT, 'text': "X"}]}],
                    [{'log.': [{'at': SECOND, 'text': "X"}]}]),
                ([{'at': None, 'day': dt.date(2026, 6, 20)}],
                    [{'at': None, 'day': dt.date(2026, 6, 20)}]),
                ([{'amount': Decimal('1.10'), 'ids': (1, 2)}],
                    [{'amount': Decimal('1.10'), 'ids': (1, 2)}]),
                ]:
            with self.subTest(read=read):
                self.assertEqual(shown(read), expected)


class InstantReadTestCase(TestCase):
    "Each model answers so"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_base')

    @with_transaction()
    def test_read(self):
        "Reading and searching answer to the second, the server keeps more"
        pool = Pool()
        Device = pool.get('tibillet.device')
        User = pool.get('res.user')
        for Model in [Device, User]:
            for name in ['read', 'search_read']:
                with self.subTest(model=Model.__name__, name=name):
                    self.assertEqual(
                        Model.__rpc__[name].result([{'at': AT}]),
                        [{'at': SECOND}])
