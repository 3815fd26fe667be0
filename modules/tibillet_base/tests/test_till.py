"""The till beside the form: what is broken is found, the key is asked for."""
import datetime as dt
from decimal import Decimal
from unittest.mock import patch

from tibillet_base import keys, tools
from tibillet_base.exceptions import (
    FactError, MasterKeyError, TillAccountError, TillClosureError,
    TillConfigurationError, TillPaymentError, TillVATError)

import trytond.config as config
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction

from .till_records import NOW, TillMixin, make_tax, sell


class TillTestCase(TillMixin, TestCase):

    def check_broken(self, point, table, column, value, where, expected):
        "Change what a trigger protects elsewhere, see it named, undo"
        pool = Pool()
        Point = pool.get('sale.point')
        cursor = Transaction().connection.cursor()
        cursor.execute('SAVEPOINT broken')
        cursor.execute(
            f'UPDATE "{table}" SET "{column}" = {value} WHERE {where}')
        self.assertGreaterEqual(cursor.rowcount, 1)
        _, problems = Point.check_chain(point)
        self.assertIn(
            expected, {(p.kind, p.where, p.number) for p in problems})
        cursor.execute('ROLLBACK TO broken')

    @with_transaction()
    def test_broken_chain(self):
        "Whatever is changed, added or removed in the database is named"
        pool = Pool()
        Point = pool.get('sale.point')
        with set_company(self.get_company()):
            point = self.open_till()
            sales = [sell(point, self.beer, self.card) for _ in range(4)]
            count, problems = Point.check_chain(point)
            self.assertEqual((count, problems), (6, []))
            second, last = sales[1].id, sales[-1].id
            for table, column, value, where, expected in [
                    ('sale_point_sale_line', 'vat_base', '1', 'sale = {}',
                        ('link', 'sale', 'BAR-000002')),
                    ('sale_point_sale_line', 'quantity', '2', 'sale = {}',
                        ('link', 'sale', 'BAR-000002')),
                    ('sale_point_payment', 'tender', "'cash'", 'sale = {}',
                        ('link', 'sale', 'BAR-000002')),
                    ('tibillet_till_sale_tax', 'amount', '0', 'sale = {}',
                        ('link', 'sale', 'BAR-000002')),
                    ('sale_point_sale', 'date', "'2026-03-01'", 'id = {}',
                        ('link', 'sale', 'BAR-000002')),
                    ('sale_point_sale', 'signature', "'00'", 'id = {}',
                        ('signature', 'sale', 'BAR-000002')),
                    ('sale_point_sale', 'operation', 'NULL', 'id = {}',
                        ('hole', 'sale', '2')),
                    ]:
                with self.subTest(column=column):
                    self.check_broken(
                        point, table, column, value, where.format(second),
                        expected)
            cursor = Transaction().connection.cursor()
            cursor.execute(f'DELETE FROM sale_point_payment WHERE sale={last}')
            cursor.execute(
                f'DELETE FROM sale_point_sale_line WHERE sale={last}')
            cursor.execute(
                f'DELETE FROM tibillet_till_sale_tax WHERE sale={last}')
            cursor.execute(f'DELETE FROM sale_point_sale WHERE id={last}')
            _, problems = Point.check_chain(point)
            self.assertEqual(
                [(p.kind, p.where, p.number) for p in problems],
                [('end', 'sale', '4')])

    @with_transaction()
    def test_without_key(self):
        "What cannot be signed is not sold"
        with set_company(self.get_company()):
            point = self.open_till()
            for masters in ['', '1:00', 'one:two']:
                with self.subTest(masters=masters), \
                        patch.object(config, 'get', return_value=masters), \
                        self.assertRaises(MasterKeyError):
                    sell(point, self.beer, self.card)

    @with_transaction()
    def test_new_master(self):
        "A new master gives a new key; the sales before stay provable"
        pool = Pool()
        Log = pool.get('tibillet.till.log')
        Point = pool.get('sale.point')
        with set_company(self.get_company()):
            point = self.open_till()
            first = sell(point, self.beer, self.card)
            masters = {**keys.masters(), 2: bytes(range(32))}
            with patch.object(keys, 'masters', return_value=masters):
                second = sell(point, self.beer, self.card)
            self.assertNotEqual(first.key, second.key)
            self.assertEqual(
                [k.version for k in Point(point.id).keys], [2, 1])
            self.assertEqual(
                Log.search([('kind', '=', 'key')], count=True), 2)
            self.assertEqual(Point.check_chain(point)[1], [])

    @with_transaction()
    def test_log_and_keys(self):
        "Nobody changes or deletes an entry of the log or a key"
        pool = Pool()
        Log = pool.get('tibillet.till.log')
        with set_company(self.get_company()):
            point = self.open_till()
            opening, = Log.search([('kind', '=', 'opening')])
            for fact, name in [(opening, 'detail'), (point.keys[0], 'public')]:
                with self.assertRaisesRegex(FactError, fact.rec_name):
                    fact.write([fact], {name: 'x'})
                with self.assertRaisesRegex(FactError, fact.rec_name):
                    fact.delete([fact])

    @with_transaction()
    def test_clock_set_back(self):
        "A clock that goes back is written in the log"
        pool = Pool()
        Log = pool.get('tibillet.till.log')
        with set_company(self.get_company()):
            point = self.open_till()
            sell(point, self.beer, self.card)
            for minutes, count in [(0, 0), (-1, 0), (-2, 1), (0, 1)]:
                tools.now.return_value = NOW + dt.timedelta(minutes=minutes)
                sell(point, self.beer, self.card)
                self.assertEqual(
                    Log.search([('kind', '=', 'clock')], count=True), count)

    @with_transaction()
    def test_tax_excluded(self):
        "At a till without tax in its prices VAT is added once a rate"
        with set_company(self.get_company()):
            point = self.open_till(tax_included=False)
            sale = sell(
                point, self.beer, self.card, quantity=3, price='1.11')
            self.assertEqual(sale.total, Decimal('4.00'))
            self.assertEqual(sale.total_tax, Decimal('0.67'))

    @with_transaction()
    def test_unknown_vat(self):
        "Two rates on a product, or an amount, are no rate"
        pool = Pool()
        Product = pool.get('product.product')
        with set_company(self.get_company()):
            self.open_till()
            category = self.beer.account_category
            for values in [
                    {'customer_taxes': [('add', [make_tax('0.1').id])]},
                    {'customer_taxes': [('remove', [
                                    t.id for t in category.customer_taxes])],
                        'account_revenue': None},
                    ]:
                category.write([category], values)
                with self.subTest(values=values), \
                        self.assertRaises(TillVATError):
                    Product.get_till_facts(
                        [self.beer.id],
                        Transaction().context['company'], NOW.date())

    @with_transaction()
    def test_broken_closure(self):
        "A closure or a log entry that is changed is named"
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        with set_company(self.get_company()):
            point = self.open_till()
            for _ in range(2):
                sell(point, self.beer, self.card)
            closure = Closure.close_till(point, {})
            self.assertEqual(
                point.check_chain(point)[1], [])
            for table, column, value, where, expected in [
                    ('tibillet_till_closure', 'cash_counted', '1',
                        f'id = {closure.id}', ('link', 'closure', '1')),
                    ('tibillet_till_closure', 'total', '1',
                        f'id = {closure.id}', ('total', 'closure', '1')),
                    ('tibillet_till_closure_line', 'amount', '1',
                        f'closure = {closure.id}', ('link', 'closure', '1')),
                    ('tibillet_till_closure', 'number', '2',
                        f'id = {closure.id}', ('hole', 'closure', '1')),
                    ('tibillet_till_log', 'kind', "'drawer'",
                        'number = 2', ('link', 'log', '2')),
                    ('tibillet_till_log', 'number', '99',
                        'number = 2', ('hole', 'log', '2')),
                    ]:
                with self.subTest(table=table, column=column):
                    self.check_broken(
                        point, table, column, value, where, expected)

    @with_transaction()
    def test_posted_once(self):
        "A closure is posted once, and stays as it is"
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        Move = pool.get('account.move')
        StockMove = pool.get('stock.move')
        with set_company(self.get_company()):
            point = self.open_till()
            for _ in range(3):
                sell(point, self.beer, self.card, quantity=2)
            closure = Closure.close_till(point, {})
            self.assertFalse(closure.posted)
            for _ in range(2):
                Closure.post([Closure(closure.id)])
                closure = Closure(closure.id)
                self.assertTrue(closure.posted)
                move, = Move.search([('origin', '=', str(closure))])
                self.assertEqual(closure.move, move)
                self.assertEqual(move.state, 'posted')
                self.assertEqual(
                    sum(line.debit for line in move.lines), Decimal('21.00'))
                stock_move, = StockMove.search(
                    [('origin', '=', str(closure))])
                self.assertEqual(stock_move.quantity, 6)
            with self.assertRaises(FactError):
                Closure.write([closure], {'total': Decimal(0)})
            with self.assertRaises(FactError):
                Closure.delete([closure])

    @with_transaction()
    def test_taken_back(self):
        "What was taken back is counted apart, and its VAT goes back"
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        with set_company(self.get_company()):
            point = self.open_till()
            for quantity in [2, 1, -1]:
                sell(point, self.beer, self.cash, quantity=quantity)
            closure = Closure.close_till(point, {Decimal(1): 7})
            tender, = closure.tenders
            self.assertEqual(
                (tender.quantity, tender.amount), (2, Decimal('7.00')))
            Closure.post([closure])
            move = Closure(closure.id).move
            self.assertEqual(
                sorted((line.debit, line.credit) for line in move.lines
                    if line.account.code == '6.3.6'),
                [(Decimal('0.00'), Decimal('1.75')),
                    (Decimal('0.58'), Decimal('0.00'))])

    @with_transaction()
    def test_closed_account(self):
        "What could not be posted is not sold"
        pool = Pool()
        Account = pool.get('account.account')
        Sale = pool.get('sale.point.sale')
        with set_company(self.get_company()):
            point = self.open_till()
            account = self.beer.account_revenue_used
            Account.write([account], {'closed': True})
            with self.assertRaises(TillAccountError) as caught:
                sell(point, self.beer, self.cash)
            self.assertIn(account.rec_name, caught.exception.message)
            self.assertEqual(Sale.search([('state', '=', 'done')]), [])

    @with_transaction()
    def test_cash_out(self):
        "Of a sale no cash goes out but the change of what has come in"
        pool = Pool()
        Sale = pool.get('sale.point.sale')
        with set_company(self.get_company()):
            point = self.open_till()
            sale, = Sale.create([{
                        'point': point.id,
                        'lines': [('create', [{
                                        'product': self.beer.id,
                                        'quantity': 1,
                                        'unit_list_price': Decimal('2.9167'),
                                        'unit_gross_price': Decimal('3.50'),
                                        }])],
                        'payments': [('create', [
                                    {'method': self.cash.id,
                                        'amount': Decimal('-50.00')},
                                    {'method': self.card.id,
                                        'amount': Decimal('53.50')}])],
                        }])
            with self.assertRaises(TillPaymentError) as caught:
                Sale.process([sale])
            self.assertIn('50.00', caught.exception.message)
            self.assertEqual(Sale(sale.id).state, 'open')

    @with_transaction()
    def test_nothing_sold(self):
        "A day without sales has its closure too, and no move"
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        with set_company(self.get_company()):
            point = self.open_till()
            closure = Closure.close_till(point, {})
            Closure.post([closure])
            closure = Closure(closure.id)
            self.assertEqual(
                (closure.number, closure.count, closure.total),
                (1, 0, Decimal(0)))
            self.assertTrue(closure.posted)
            self.assertIsNone(closure.move)

    @with_transaction()
    def test_close_refused(self):
        "A till is not closed with a count or a difference nobody explains"
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        with set_company(self.get_company()):
            point = self.open_till()
            sell(point, self.beer, self.cash)
            for error, counted, reason in [
                    (TillClosureError, {Decimal(5): -1}, "Why"),
                    (TillClosureError, {Decimal(5): 1}, ""),
                    (TillClosureError, {Decimal(5): 1}, "  "),
                    (TillConfigurationError, {Decimal(5): 1}, "Why"),
                    ]:
                with self.subTest(counted=counted, reason=reason), \
                        self.assertRaises(error):
                    Closure.close_till(point, counted, reason)
            self.assertEqual(Closure.search([]), [])
            Closure.close_till(point, {
                    Decimal(2): 1, Decimal(1): 1, Decimal('0.50'): 1})
            self.assertEqual(point.__class__(point.id).state, 'closed')
