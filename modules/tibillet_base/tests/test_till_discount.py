"""A discount makes a line less, and all that sums lines with it."""
import csv
import io
import zipfile
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tibillet_base import till_vat, till_writer
from tibillet_base.exceptions import TillDiscountError, TillUUIDError
from tibillet_base.till_finish import Line
from tibillet_base.till_writer import Paid, Sold

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction

from tibillet import verify
from tibillet.money import CENT

from .till_records import TillMixin

D = Decimal
cents = st.integers(0, 100_000).map(lambda units: D(units).scaleb(-2))
sold_lines = st.lists(
    st.tuples(
        st.integers(1, 9), cents, st.sampled_from(['0.2', '0.1', '0.055']),
        st.integers(0, 100)),
    min_size=1, max_size=8)


class TillDiscountTestCase(TillMixin, TestCase):

    def sell(self, *lines, paid='0', uuid='one', **values):
        return till_writer.sell(
            self.point, uuid, list(lines),
            [Paid(self.cash, D(paid))] if D(paid) else [], **values)

    def make(self):
        self.point = self.open_till()
        # 7.00 and 8.40, of which the first is reduced by 2.50.
        self.lines = [
            Sold(self.beer, D(2), D('3.50'), None, D('2.50'), "Gift"),
            Sold(self.sandwich, D(2), D('4.20'))]

    @with_transaction()
    def test_sums(self):
        "VAT is rounded once a rate on what is paid; all sums follow"
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        Move = pool.get('account.move')
        Sale = pool.get('sale.point.sale')
        with set_company(self.get_company()):
            self.make()
            sold = self.sell(*self.lines, paid='13')
            self.assertEqual((sold.total, sold.change), (D('12.90'), D('.10')))
            sale = Sale(sold.id)
            self.assertEqual(
                [(t.rate, t.base, t.amount) for t in sale.taxes],
                [(D('0.2'), D('3.75'), D('0.75')),
                    (D('0.1'), D('7.64'), D('0.76'))])
            beer, sandwich = sale.lines
            self.assertEqual(
                (beer.unit_gross_price, beer.quantity, beer.amount,
                    beer.discount_reason, sandwich.discount),
                (D('3.50'), 2, D('4.50'), "Gift", None))
            self.sell(
                Sold(self.beer, D(1), D('3.50'), None, D('3.50'), "Staff"),
                uuid='two')
            closure = Closure.close_till(self.point, {D('12.90'): 1})
            self.assertEqual(
                (closure.count, closure.total), (2, D('12.90')))
            self.assertEqual(
                [(l.label, l.quantity, l.amount) for l in closure.discounts],
                [("Gift", 1, D('2.50')), ("Staff", 1, D('3.50'))])
            self.assertEqual(
                sum(l.amount for l in closure.categories), D('12.90'))
            Closure.post([closure])
            move, = Move.search([('origin', '=', str(closure))])
            self.assertEqual(
                sum(l.debit for l in move.lines), D('12.90'))

    @with_transaction()
    def test_archive(self):
        "Who checks an archive finds the discounts, and that none was changed"
        pool = Pool()
        Archive = pool.get('tibillet.till.archive')
        with set_company(self.get_company()):
            self.make()
            self.sell(*self.lines, paid='12.90')
            # As before there were discounts.
            self.sell(
                Sold(self.beer, D(1), D('3.50')), paid='3.50', uuid='two')
            self.assertEqual(self.point.check_chain(self.point)[1], [])
            archive = Archive.make(self.point)
            self.assertFalse(archive.problems)
            file = zipfile.ZipFile(io.BytesIO(archive.file))
            self.assertEqual(
                verify.verify(io.BytesIO(archive.file)).problems, [])
            row, = csv.DictReader(io.StringIO(
                    file.read('sale_discounts.csv').decode('utf-8-sig')))
            self.assertEqual(row, {
                    'number': 'BAR-000001', 'line': '1', 'discount': '2.50',
                    'discount_reason': 'Gift'})
            facts = file.read('sale.jsonl').decode().splitlines()
            self.assertEqual(
                ['discounts' in fact for fact in facts], [True, False])
            for change in [
                    '"discount" = 1.50', '"discount_reason" = \'Other\'']:
                with self.subTest(change=change):
                    self.change(change)
                    self.assertEqual(
                        [p.kind for p in self.point.check_chain(
                                self.point)[1]], ['link'])

    def change(self, change):
        Transaction().connection.cursor().execute(
            f'UPDATE "sale_point_sale_line" SET {change} '
            'WHERE "discount" IS NOT NULL')

    @with_transaction()
    def test_replay(self):
        with set_company(self.get_company()):
            self.make()
            first = self.sell(*self.lines, paid='13')
            self.assertEqual(self.sell(*self.lines, paid='13'), first)
            full = Sold(self.beer, D(2), D('3.50'))
            with self.assertRaises(TillUUIDError):
                self.sell(full, self.lines[1], paid='13')

    @with_transaction()
    def test_refused(self):
        "No more than the line, in whole coins, for a reason"
        pool = Pool()
        Sale = pool.get('sale.point.sale')
        with set_company(self.get_company()):
            self.make()
            for quantity, discount, reason in [
                    ('1', '3.51', "Gift"),
                    ('1', '-0.01', "Gift"),
                    ('1', '0.005', "Gift"),
                    ('1', '1.00', ""),
                    ('1', '1.00', "  "),
                    ('-1', '1.00', "Gift"),
                    ('-1', '-3.51', "Gift"),
                    ]:
                with self.subTest(quantity=quantity, discount=discount), \
                        self.assertRaises(TillDiscountError):
                    self.sell(
                        Sold(self.beer, D(quantity), D('3.50'), None,
                            D(discount), reason),
                        paid='2.50', may_return=True)
            self.assertEqual(Sale.search([], count=True), 0)

    @with_transaction()
    def test_back(self):
        "What is taken back is worth what was paid"
        with set_company(self.get_company()):
            self.make()
            back = self.sell(
                Sold(self.beer, D(-2), D('3.50'), None, D('-2.50'), "Gift"),
                paid='-4.50', may_return=True)
            self.assertEqual(back.total, D('-4.50'))

    @given(sold_lines, st.booleans())
    def test_properties(self, found, included):
        "Lines sum to what is paid, to the cent, and none is under zero"
        asked, full, given_ = [], D(0), D(0)
        for quantity, price, rate, part in found:
            line = Line(1, D(quantity), price, price)
            amount = line.full_amount(included, CENT)
            line.discount = D(int(amount * 100) * part // 100) / 100
            full += amount
            given_ += line.discount
            asked.append((rate, D(rate), line.amount(included, CENT)))
        parts, sums = till_vat.split(asked, included)
        paid = sum(base + (vat if included else 0) for base, vat in parts)
        self.assertEqual(paid, full - given_)
        self.assertTrue(all(base >= 0 and vat >= 0 for base, vat in parts))
        for key, (rate, base, vat) in sums.items():
            of_key = [
                part for part, (found_, _, _) in zip(
                    parts, asked, strict=True) if found_ == key]
            self.assertEqual(
                (base, vat), tuple(map(sum, zip(*of_key, strict=True))))
