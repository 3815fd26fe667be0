"""What a till for practice refuses, and that its chain says what it is."""
import uuid
from decimal import Decimal as D

from tibillet_base import till_finish, till_sql, till_writer
from tibillet_base.exceptions import TillPracticeError
from tibillet_base.till_product import Facts
from tibillet_base.till_writer import Paid, Sold

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .till_records import TillMixin, make_methods, make_products, make_till


class TillPracticeTestCase(TillMixin, TestCase):

    def open_till(self, practice):
        pool = Pool()
        Point = pool.get('sale.point')
        self.beer, = make_products('0.2')
        self.cash, self.card = make_methods()
        point = make_till()
        if practice:
            point.practice = True
            point.save()
        Point.open_till([point])
        return point.id

    def sell(self, point, facts=None, taken=False):
        return till_writer.sell(
            point, str(uuid.uuid4()),
            [Sold(self.beer.id, D(1), D('3.50'), facts)],
            [Paid(self.card.id, D('3.50'), taken=taken)])

    @with_transaction()
    def test_articles_only(self):
        "Tickets, cards and wallets are for the other tills"
        with set_company(self.get_company()):
            point = self.open_till(practice=True)
            account = self.beer.account_revenue_used.id
            facts = Facts("Ticket", None, D(0), account, None)
            for options in [{'facts': facts}, {'taken': True}]:
                with self.subTest(options=options):
                    with self.assertRaises(TillPracticeError):
                        self.sell(point, **options)
            self.assertEqual(self.sell(point).number, 'BAR-000001')

    @with_transaction()
    def test_another_till(self):
        "They are not refused there"
        with set_company(self.get_company()):
            point = self.open_till(practice=False)
            facts = Facts(
                "Ticket", None, D(0), self.beer.account_revenue_used.id, None)
            self.assertEqual(self.sell(point, facts).number, 'BAR-000001')

    @with_transaction()
    def test_chained(self):
        "What the chain holds says whether it was for practice"
        with set_company(self.get_company()):
            row = till_sql.read(self.open_till(practice=True))
        self.assertTrue(row.practice)
        head = dict.fromkeys([
                'number', 'operation', 'uuid', 'date', 'finished_at',
                'cashier'])
        for practice in [True, False]:
            data = till_finish.chained(head, [], [], [], True, practice)
            self.assertEqual(data.get('practice', False), practice)
