"""A till beside twenty others who sell at it: make test-pg."""
import threading
import uuid
from decimal import Decimal
from unittest.mock import patch

import pytest
from tibillet_base import till_sql, till_writer
from tibillet_base.exceptions import TillClosedError
from tibillet_base.till_writer import Paid, Sold

from trytond import backend
from trytond.exceptions import UserError
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, TestCase, activate_module
from trytond.transaction import Transaction

from .meeting import meeting
from .till_records import (
    make_books, make_methods, make_products, make_till, run_again)

pytestmark = pytest.mark.postgresql
SELLERS = 20
EACH = 10


class TillPostgreSQLTestCase(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module(['tibillet_base', 'sale_point'])
        run_again(DB_NAME, cls.make)

    @classmethod
    def make(cls):
        company = create_company()
        with set_company(company):
            make_books()
            cls.company = company.id
            cls.product = make_products('0.2')[0].id
            cash, card = make_methods()
            cls.card = card.id

    def make_till(self):
        code = uuid.uuid4().hex[:8]

        def function():
            pool = Pool()
            Point = pool.get('sale.point')
            with Transaction().set_context(company=self.company):
                point = make_till(code=code)
                Point.open_till([point])
            return point.id
        return run_again(DB_NAME, function)

    def sell(self, point, name, price='3.50'):
        "Write a sale as a route does, return its number"
        with Transaction().start(
                DB_NAME, 0, context={'company': self.company}) as transaction:
            cursor = transaction.connection.cursor()
            cursor.execute('SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
            sale = till_writer.sell(
                point, name,
                [Sold(self.product, Decimal(1), Decimal(price))],
                [Paid(self.card, Decimal(price))])
            transaction.commit()
            return sale.operation

    def race(self, point, names):
        "Let each seller sell under his own names at once"
        sold, errors = [], []
        barrier = threading.Barrier(len(names))

        def seller(mine):
            barrier.wait(120)
            for name in mine:
                try:
                    sold.append(self.sell(point, name))
                except (backend.DatabaseIntegrityError, UserError,
                        backend.DatabaseOperationalError) as error:
                    errors.append(error)

        threads = [
            threading.Thread(target=seller, args=[mine]) for mine in names]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return sold, errors

    def check(self, point):
        def function():
            pool = Pool()
            Point = pool.get('sale.point')
            return Point.check_chain(Point(point))
        return run_again(DB_NAME, function)

    def execute(self, query, *parameters):
        with Transaction().start(DB_NAME, 0) as transaction:
            cursor = transaction.connection.cursor()
            cursor.execute(query, parameters)
            transaction.commit()
            return cursor.rowcount

    def names(self):
        return [
            [str(uuid.uuid4()) for _ in range(EACH)] for _ in range(SELLERS)]

    def test_numbers(self):
        "Twenty sell at one till: no hole, no error, a chain that holds"
        point = self.make_till()
        sold, errors = self.race(point, self.names())
        self.assertEqual(errors, [])
        self.assertEqual(sorted(sold), list(range(1, SELLERS * EACH + 1)))
        _, problems = self.check(point)
        self.assertEqual(problems, [])

    def test_numbers_control(self):
        "The same without the lock of the till loses sales"
        point = self.make_till()
        with patch.object(till_sql, 'for_update', return_value=None), \
                meeting(till_sql, 'lock', 2):
            sold, errors = self.race(
                point, [[str(uuid.uuid4())] for _ in range(2)])
        self.assertEqual((sold, len(errors)), ([1], 1))

    def test_same_uuid(self):
        "Twenty send the same sale: it counts once, all get its number"
        point = self.make_till()
        sold, errors = self.race(point, [[str(uuid.uuid4())]] * SELLERS)
        self.assertEqual((sold, errors), ([1] * SELLERS, []))

    def test_closed_meanwhile(self):
        "Who sells while the till is closed is in the Z, or refused"
        point = self.make_till()
        results = {}

        def close():
            def function():
                pool = Pool()
                Closure = pool.get('tibillet.till.closure')
                Point = pool.get('sale.point')
                closure = Closure.close_till(Point(point), {})
                return closure.last_operation
            while 'last' not in results:
                try:
                    results['last'] = run_again(DB_NAME, function)
                except backend.DatabaseOperationalError:
                    # Another sold since the snapshot of this transaction.
                    results['again'] = results.get('again', 0) + 1

        closer = threading.Thread(target=close)
        starter = threading.Timer(0.1, closer.start)
        starter.start()
        sold, errors = self.race(point, self.names())
        starter.join()
        closer.join()
        self.assertEqual(
            {type(error) for error in errors} - {TillClosedError}, set())
        self.assertEqual(len(sold) + len(errors), SELLERS * EACH)
        self.assertEqual(sorted(sold), list(range(1, results['last'] + 1)))
        _, problems = self.check(point)
        self.assertEqual(problems, [])

    def test_facts(self):
        "No SQL edits, deletes or empties what a till has done"
        point = self.make_till()
        self.sell(point, str(uuid.uuid4()))
        where = f'(SELECT id FROM sale_point_sale WHERE point = {point})'
        for query in [
                f'UPDATE sale_point_sale SET date = %s WHERE point = {point}',
                'UPDATE sale_point_sale SET state = \'open\' '
                f'WHERE point = {point}',
                f'DELETE FROM sale_point_sale WHERE point = {point}',
                'TRUNCATE sale_point_sale CASCADE',
                'UPDATE sale_point_sale_line SET quantity = 2 '
                f'WHERE sale IN {where}',
                f'DELETE FROM sale_point_sale_line WHERE sale IN {where}',
                'UPDATE sale_point_payment SET amount = 2 '
                f'WHERE sale IN {where}',
                f'DELETE FROM sale_point_payment WHERE sale IN {where}',
                'UPDATE tibillet_till_sale_tax SET base = 2 '
                f'WHERE sale IN {where}',
                'UPDATE tibillet_till_log SET kind = \'drawer\' '
                f'WHERE point = {point}',
                f'DELETE FROM tibillet_till_log WHERE point = {point}',
                'UPDATE tibillet_till_key SET public = \'00\' '
                f'WHERE point = {point}',
                f'UPDATE sale_point SET counter = 0 WHERE id = {point}',
                f'UPDATE sale_point SET code = \'X\' WHERE id = {point}',
                f'UPDATE sale_point SET practice = true WHERE id = {point}',
                f'DELETE FROM sale_point WHERE id = {point}',
                ]:
            parameters = ['2026-01-01'] if '%s' in query else []
            with self.subTest(query), self.assertRaisesRegex(
                    Exception, 'append-only|foreign key'):
                self.execute(query, *parameters)
        # What is not done yet is still written.
        self.assertEqual(
            self.execute(
                f'UPDATE sale_point SET name = name WHERE id = {point}'), 1)
        self.assertEqual(self.check(point)[1], [])

    def test_rows_added(self):
        "No SQL adds a row to a sale that its till has counted"
        point = self.make_till()
        for _ in range(2):
            self.sell(point, str(uuid.uuid4()))
        sale = f'(SELECT min(id) FROM sale_point_sale WHERE point = {point})'
        tables = {
            'sale_point_sale_line':
                "sale, product, quantity, unit_list_price, unit_gross_price",
            'sale_point_payment': "sale, method, amount, tender",
            'tibillet_till_sale_tax': "sale, tax, rate, base, amount",
            }
        for table, columns in tables.items():
            copied = (
                f'INSERT INTO {table} ({columns}) SELECT {columns} '
                f'FROM {table} WHERE sale = {sale}')
            with self.subTest(table), self.assertRaisesRegex(
                    Exception, 'append-only'):
                self.execute(copied)
        self.assertEqual(self.check(point)[1], [])
        # A sale that is open takes rows, and gives none to what is finished.
        open_ = self.make_open_sale(point)
        self.assertEqual(self.execute(
                'INSERT INTO sale_point_sale_line (sale, product, quantity, '
                'unit_list_price, unit_gross_price) '
                'VALUES (%s, %s, 1, 1, 1)', open_, self.product), 1)
        with self.assertRaisesRegex(Exception, 'append-only'):
            self.execute(
                f'UPDATE sale_point_sale_line SET sale = {sale} '
                'WHERE sale = %s', open_)

    def make_open_sale(self, point):
        def function():
            pool = Pool()
            Sale = pool.get('sale.point.sale')
            with Transaction().set_context(company=self.company):
                sale, = Sale.create([{
                            'company': self.company,
                            'point': point,
                            }])
            return sale.id
        return run_again(DB_NAME, function)
