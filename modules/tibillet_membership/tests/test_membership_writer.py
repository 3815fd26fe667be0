import datetime as dt
from unittest.mock import patch

from tibillet_base import till_sql, till_writer
from tibillet_base.exceptions import TillPaymentError, TillUUIDError
from tibillet_base.tests.till_records import make_books, make_till
from tibillet_base.till_writer import Sold
from tibillet_membership import membership_writer
from tibillet_membership.exceptions import (
    MembershipCompanyError, MembershipEmptyError, MembershipPriceError,
    MembershipTillError, PeriodAccessError, PeriodRefundError)

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import RouteTestCase, with_transaction

from .counter_records import CounterMixin, D, Item, Paid


class MembershipWriterTestCase(CounterMixin, RouteTestCase):

    def periods(self):
        return Pool().get('tibillet.membership.period').search([])

    def sales(self):
        return Pool().get('sale.point.sale').search([], count=True)

    @with_transaction()
    def test_replay(self):
        "Test the same again gives the first answer, other content none"
        self.open_counter()
        lea, max_ = self.join("Lea", "Max")
        items = Item(lea.id), Item(max_.id, D('36.50'))
        order = self.sell('a', *items, paid='100.00')
        self.assertEqual(order.sale.change, D('27.00'))
        self.assertEqual(len(order.periods), 2)
        self.assertEqual(self.sell('a', *items, paid='100.00'), order)
        for other, paid in [
                ([Item(lea.id)], '100.00'),
                ([Item(max_.id), Item(lea.id)], '100.00'),
                ([Item(lea.id, D('36.51')), Item(max_.id)], '100.00'),
                (items, '73.00'),
                ]:
            with self.subTest(other=other, paid=paid), \
                    self.assertRaises(TillUUIDError):
                self.sell('a', *other, paid=paid)
        self.assertEqual(len(self.periods()), 2)
        self.assertEqual(self.sales(), 1)

    @with_transaction()
    def test_replay_free(self):
        "Test what costs nothing counts once too"
        self.open_counter()
        self.plan.price = D(0)
        self.plan.save()
        lea, = self.join("Lea")
        order = self.sell('a', Item(lea.id))
        self.assertIsNone(order.sale)
        self.assertEqual(self.sell('a', Item(lea.id)), order)
        self.assertEqual(len(self.periods()), 1)
        with self.assertRaises(TillUUIDError):
            self.sell('a', Item(lea.id), paid='5.00')
        with set_company(self.company):
            other = make_till(code='OTHER')
            Pool().get('sale.point').open_till([other])
        with self.assertRaises(TillUUIDError):
            membership_writer.sell(other, 'a', [Item(lea.id)], [])

    @with_transaction()
    def test_same_request(self):
        "Test a request counts once, even if its periods are not seen yet"
        self.open_counter()
        self.plan.price = D(0)
        self.plan.save()
        lea, max_ = self.join("Lea", "Max")
        self.sell('a', Item(lea.id))
        with patch.object(membership_writer, '_find', return_value=[]), \
                self.assertRaises(TillUUIDError):
            self.sell('a', Item(max_.id))
        self.assertEqual(len(self.periods()), 1)

    @with_transaction()
    def test_refused(self):
        "Test what is refused leaves nothing"
        self.open_counter()
        lea, = self.join("Lea")
        with self.assertRaises(MembershipEmptyError):
            self.sell('a')
        with self.assertRaises(TillPaymentError):
            self.sell('b', Item(lea.id), paid='36.49')
        self.assertFalse(self.periods())
        self.sell('c', Item(lea.id), paid='36.50')
        self.plan.price = D('40.00')
        self.plan.save()
        with self.assertRaises(MembershipPriceError):
            self.sell('d', Item(lea.id), paid='40.00')
        self.sell('e', Item(lea.id, D('40.00')), paid='40.00')
        self.assertEqual(self.sales(), 2)
        self.till.tax_included = False
        with self.assertRaises(MembershipTillError):
            row = till_sql.read(self.till)
            row.tax_included = False
            membership_writer.prepare(row, 'f', [lea], [Item(lea.id)])
        with self.assertRaises(MembershipCompanyError):
            row = till_sql.read(self.till)
            row.company += 1
            membership_writer.Lot(lea, Item(lea.id), row, 'g', None)

    @with_transaction()
    def test_together(self):
        "Test a membership in one sale with something else"
        self.open_counter()
        lea, = self.join("Lea")
        items = [Item(lea.id)]
        memberships = membership_writer.take_turn(items)
        row = till_sql.read(self.till)
        lots = membership_writer.prepare(row, 'a', memberships, items)
        sale = till_writer.sell(
            self.till, 'a', [
                Sold(self.product.id, D(2), D('3.50')),
                *(lot.sold for lot in lots)],
            [Paid(self.cash.id, D('43.50'))])
        lines = membership_writer.get_lines(sale)
        membership_writer.record(lots, lines[1:])
        period, = self.periods()
        self.assertEqual(period.sale.total, D('43.50'))
        self.assertEqual(period.base, D('36.50'))
        self.assertEqual(period.sale_line.revenue_account, self.deferred)

    @with_transaction()
    def test_refund(self):
        "Test a period is given back once, and only if a till sold it"
        self.open_counter()
        Period = Pool().get('tibillet.membership.period')
        lea, max_ = self.join("Lea", "Max")
        self.sell('a', Item(lea.id), paid='36.50')
        period, = self.periods()
        with self.assertRaises(PeriodAccessError):
            Period.cancel_on([period], dt.date(2026, 3, 7))
        sale = membership_writer.refund(self.till, 'b', period, self.cash)
        self.assertEqual(sale.total, D('-36.50'))
        self.assertEqual(
            membership_writer.refund(self.till, 'b', period, self.cash),
            sale)
        with self.assertRaises(PeriodRefundError):
            membership_writer.refund(self.till, 'c', period, self.cash)
        recorded, = max_.pay(dt.date(2026, 3, 6))
        with self.assertRaises(PeriodRefundError):
            membership_writer.refund(self.till, 'd', recorded, self.cash)
        self.assertEqual(self.sales(), 2)

    @with_transaction()
    def test_refund_replay(self):
        "Test a request that gave back a period gives back no other"
        self.open_counter()
        lea, max_ = self.join("Lea", "Max")
        self.sell('a', Item(lea.id), paid='36.50')
        self.sell('b', Item(max_.id), paid='36.50')
        first, second = sorted(self.periods(), key=lambda p: p.id)
        membership_writer.refund(self.till, 'c', first, self.cash)
        with self.assertRaises(TillUUIDError):
            membership_writer.refund(self.till, 'c', second, self.cash)
        self.assertEqual(
            [bool(p.cancelled_on) for p in sorted(
                    self.periods(), key=lambda p: p.id)],
            [True, False])
        self.assertEqual(self.sales(), 3)

    @with_transaction()
    def test_refund_elsewhere(self):
        "Test a period is given back at a till that could have sold it"
        pool = Pool()
        Account = pool.get('account.account')
        Method = pool.get('sale.point.payment.method')
        Point = pool.get('sale.point')
        self.open_counter()
        lea, = self.join("Lea")
        self.sell('a', Item(lea.id), paid='36.50')
        period, = self.periods()
        with set_company(self.company):
            net = make_till(tax_included=False, code='NET')
            Point.open_till([net])
        with self.assertRaises(MembershipTillError):
            membership_writer.refund(net, 'b', period, self.cash)
        company = create_company("Other")
        with set_company(company):
            make_books()
            other = make_till(code='OTHER')
            Point.open_till([other])
            account, = Account.search([
                    ('code', '=', '1.1.1'), ('company', '=', company.id)])
            cash, = Method.copy([self.cash], default={
                    'company': company.id, 'account': account.id})
        with self.assertRaises(MembershipCompanyError):
            membership_writer.refund(other, 'c', period, cash)
        self.assertFalse(period.cancelled_on)
        self.assertEqual(self.sales(), 1)

    @with_transaction()
    def test_as_revenue(self):
        "Test what was invoiced leaves the revenue until it is earned"
        self.open_counter()
        Period = Pool().get('tibillet.membership.period')
        lea, = self.join("Lea")
        revenue = self.product.account_revenue_used
        Period.create([{
                    'membership': lea.id, 'amount': D('36.50'),
                    'base': D('36.50'), 'paid_on': dt.date(2026, 3, 6),
                    'start': dt.date(2026, 4, 1),
                    'end': dt.date(2027, 3, 31),
                    'deferred_account': self.deferred.id,
                    'revenue_account': revenue.id,
                    'as_revenue': True,
                    }])
        for day, amount in [
                ('2026-03-05', None),
                ('2026-03-06', '-36.50'),
                ('2026-04-01', '-36.40'),
                ('2027-03-30', '-0.10'),
                ('2027-03-31', None),
                ]:
            with self.subTest(day=day):
                self.assertEqual(
                    Period.get_earned(
                        self.company, dt.date.fromisoformat(day)),
                    {(self.deferred.id, revenue.id): D(amount)}
                    if amount else {})

    @with_transaction()
    def test_life(self):
        "Test what is paid for life is earned at once"
        self.open_counter()
        self.plan.duration_unit = 'life'
        self.plan.duration_count = None
        self.plan.save()
        lea, = self.join("Lea")
        self.sell('a', Item(lea.id), paid='36.50')
        period, = self.periods()
        self.assertIsNone(period.deferred_account)
        self.assertEqual(
            period.sale_line.revenue_account, period.revenue_account)


del RouteTestCase
