"""The one writer gives the same rows as the form, once a uuid."""
import datetime as dt
from decimal import Decimal
from unittest.mock import patch

from tibillet_base import till_writer, tools
from tibillet_base.exceptions import (
    TillClosedError, TillDayError, TillEmptyError, TillPaymentError,
    TillPriceError, TillQuantityError, TillReturnError, TillUUIDError)
from tibillet_base.till_writer import Paid, Sold

from trytond.model import fields
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction

from .till_records import NOW, TillMixin, make_till

D = Decimal
# What two sales of the same do not share, and what a second write leaves.
OWN = {
    'id', 'sale', 'uuid', 'number', 'operation', 'link', 'signature',
    'create_date', 'write_date', 'write_uid'}
# Columns that the form fills and that a finished sale leaves empty.
EMPTY = {'sale.point.sale': {'move'}}


def is_stored(field):
    return field.sql_type() and not isinstance(field, fields.Function)


class TillWriterTestCase(TillMixin, TestCase):

    def rows(self, sale):
        "Return what the database holds of the sale, by model"
        pool = Pool()
        found = {}
        cursor = Transaction().connection.cursor()
        for name in till_writer.COLUMNS:
            table = pool.get(name).__table__()
            column = (
                table.id if name == 'sale.point.sale' else table.sale)
            columns = [
                n for n, f in pool.get(name)._fields.items()
                if is_stored(f) and n not in OWN]
            cursor.execute(*table.select(
                    *(getattr(table, n) for n in columns),
                    where=column == sale, order_by=table.id.asc))
            found[name] = [
                dict(zip(columns, row, strict=True))
                for row in cursor.fetchall()]
        return found

    @with_transaction()
    def test_columns(self):
        "Every stored column of a sale is filled by the writer, or known"
        pool = Pool()
        for name, columns in till_writer.COLUMNS.items():
            with self.subTest(model=name):
                stored = {
                    n for n, f in pool.get(name)._fields.items()
                    if is_stored(f)}
                self.assertEqual(
                    stored - {'id', 'write_uid', 'write_date'}
                    - EMPTY.get(name, set()),
                    {*columns, *till_writer.STAMPS})

    @with_transaction()
    def test_same_rows(self):
        "The form and the writer leave the same in the database"
        self.check_same_rows(True)

    @with_transaction()
    def test_same_rows_tax_excluded(self):
        "They do so where prices are without VAT"
        self.check_same_rows(False)

    def check_same_rows(self, included):
        pool = Pool()
        Sale = pool.get('sale.point.sale')
        with set_company(self.get_company()):
            point = self.open_till(tax_included=included)
            written = till_writer.sell(
                point, 'first', [
                    Sold(self.beer, D(3), D('3.50')),
                    Sold(self.sandwich, D(2), D('4.20')),
                    Sold(self.beer, D(1), D('3.49'))],
                [Paid(self.card, D('5.00')), Paid(self.cash, D('25.00'))])
            lines = []
            for product, quantity, price, rate in [
                    (self.beer, 3, '3.50', '0.2'),
                    (self.sandwich, 2, '4.20', '0.1'),
                    (self.beer, 1, '3.49', '0.2')]:
                list_price, gross_price = (
                    till_writer.till_finish.other_prices(
                        D(price), D(rate), included))
                lines.append({
                        'product': product.id,
                        'quantity': quantity,
                        'unit_list_price': list_price,
                        'unit_gross_price': gross_price,
                        })
            sale, = Sale.create([{
                        'point': point.id,
                        'lines': [('create', lines)],
                        'payments': [('create', [
                                    {'method': method.id,
                                        'amount': D(amount)}
                                    for method, amount in [
                                        (self.card, '5.00'),
                                        (self.cash, '25.00'),
                                        (self.cash, -written.change)]])],
                        }])
            Sale.process([sale])
            sale = Sale(sale.id)
            self.assertEqual(sale.state, 'done')
            self.assertEqual(sale.total, written.total)
            self.assertEqual(sale.change, written.change)
            self.assertEqual(self.rows(sale.id), self.rows(written.id))
            self.assertEqual(
                point.check_chain(point), (4, []))

    @with_transaction()
    def test_replay(self):
        "The same uuid counts once, with another content it is refused"
        with set_company(self.get_company()):
            point = self.open_till()
            other = make_till(code='B2')
            other.open_till([other])
            beer = [Sold(self.beer, D(2), D('3.50'))]
            cash = [Paid(self.cash, D('10.00'))]
            first = till_writer.sell(point, 'one', beer, cash)
            self.assertEqual(first.number, 'BAR-000001')
            self.assertEqual(first.change, D('3.00'))
            self.assertEqual(
                till_writer.sell(point, 'one', beer, cash), first)
            for till, lines, payments in [
                    (point, beer * 2, cash),
                    (point, [Sold(self.beer, D(1), D('3.50'))], cash),
                    (point, [Sold(self.beer, D(2), D('3.40'))], cash),
                    (point, [Sold(self.sandwich, D(2), D('3.50'))], cash),
                    (point, beer, [Paid(self.cash, D('7.00'))]),
                    (point, beer, [Paid(self.card, D('10.00'))]),
                    (other, beer, cash),
                    ]:
                with self.subTest(till=till.code, lines=lines), \
                        self.assertRaises(TillUUIDError):
                    till_writer.sell(till, 'one', lines, payments)
            second = till_writer.sell(point, 'two', beer, cash)
            self.assertEqual(second.operation, 2)

    @with_transaction()
    def test_refused(self):
        "What is refused leaves nothing: no number is lost"
        pool = Pool()
        Point = pool.get('sale.point')
        with set_company(self.get_company()):
            point = self.open_till()

            def sold(quantity='1', price='3.50'):
                return [Sold(self.beer, D(quantity), D(price))]

            def paid(amount='3.50', method=self.card):
                return [Paid(method, D(amount))]

            for error, lines, payments in [
                    (TillEmptyError, [], []),
                    (TillQuantityError, sold('0'), paid()),
                    (TillReturnError, sold('-1'), paid('-3.50')),
                    (TillPriceError, sold(price='-0.01'), paid('-0.01')),
                    (TillPaymentError, sold(), paid('3.49')),
                    (TillPaymentError, sold(), []),
                    # A card gives no change.
                    (TillPaymentError, sold(), paid('5.00')),
                    (TillPaymentError, sold(), [
                            *paid('5.00'), *paid('-1.50', self.cash)]),
                    (TillPaymentError, sold(), paid(method=10 ** 6)),
                    (TillPaymentError, sold(), [*paid(), *paid('0')]),
                    ]:
                with self.subTest(lines=lines, payments=payments):
                    with self.assertRaises(error) as raised:
                        till_writer.sell(point, 'bad', lines, payments)
                    self.assertTrue(raised.exception.api_code)
            self.assertFalse(Point(point.id).counter)
            # A price of zero is a sale too, and a return by who may.
            free = till_writer.sell(point, 'free', sold(price='0'), [])
            self.assertEqual((free.operation, free.total), (1, D(0)))
            back = till_writer.sell(
                point, 'back', sold('-1'), paid('-3.50', self.cash),
                may_return=True)
            self.assertEqual((back.total, back.change), (D('-3.50'), D(0)))
            tools.now.return_value = NOW + dt.timedelta(hours=25)
            with self.assertRaises(TillDayError):
                till_writer.sell(point, 'late', sold(), paid())
            tools.now.return_value = NOW
            closed = make_till(code='B2')
            with self.assertRaises(TillClosedError) as raised:
                till_writer.sell(closed, 'closed', sold(), paid())
            self.assertEqual(raised.exception.api_code, 'till_closed')

    @with_transaction()
    def test_statements(self):
        "A sale takes about a dozen statements"
        with set_company(self.get_company()):
            point = self.open_till()
            lines = [
                Sold(self.beer, D(2), D('3.50')),
                Sold(self.sandwich, D(1), D('4.20'))]
            paid = [Paid(self.cash, D('20.00'))]
            till_writer.sell(point, 'warm', lines, paid)
            with patch.object(
                    till_writer.till_sql, 'cursor',
                    side_effect=till_writer.till_sql.cursor) as cursor:
                till_writer.sell(point, 'hot', lines, paid)
            self.assertLessEqual(cursor.call_count, 12)
