"""What is owed to organisers, and what was paid of it."""
import datetime as dt

from tibillet_event.exceptions import OwedAmountError, OwedPartyError

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .records import give_to
from .return_records import NEXT_DAY, OVER, ReturnMixin
from .ticket_records import D

PAID_ON = dt.date(2026, 3, 20)


class BoxOfficeOwedTestCase(ReturnMixin, TestCase):

    def open_other(self):
        "A concert of Mamasound, whose fees go to La Coop"
        self.open_evening()
        pool = Pool()
        self.earner, = pool.get('party.party').create([{'name': "La Coop"}])
        self.other = create_company("Mamasound")
        give_to(self.other, self.performance.event)

    def sell_all(self):
        self.shared = self.make_tariff(
            "Shared", '20.00', fee_mode='added', fee_fixed=D('1.20'),
            fee_product=self.product.id, fee_party=self.earner.id)
        self.order = self.sell('a', self.item(3, self.shared), paid='63.60')
        self.close_till()
        self.at(OVER)
        return self.make_return()

    def pay(self, dues):
        pool = Pool()
        Journal = pool.get('account.journal')
        Owed = pool.get('tibillet.boxoffice.owed')
        journal, = Journal.search([('type', '=', 'cash')], limit=1)
        with set_company(self.company):
            return Owed.pay(dues, PAID_ON, journal, self.cash.account)

    def dues(self, *domain):
        Owed = Pool().get('tibillet.boxoffice.owed')
        return Owed.search(list(domain), order=[('id', 'ASC')])

    @with_transaction()
    def test_pay(self):
        self.open_other()
        self.sell_all()
        due, fee = self.dues(('to_pay', '!=', 0))
        self.assertEqual(
            (due.party, due.amount, due.paid, due.to_pay),
            (self.other.party, D('60.00'), 0, D('60.00')))
        with self.assertRaises(OwedPartyError):
            self.pay([due, fee])
        move = self.pay([due])
        self.assertEqual((move.state, move.date), ('posted', PAID_ON))
        due, fee = self.dues()
        self.assertEqual((due.paid, due.to_pay), (D('60.00'), 0))
        self.assertEqual(fee.to_pay, D('3.60'))
        self.assertEqual(self.dues(('to_pay', '!=', 0)), [fee])
        self.assertEqual(self.dues(('to_pay', '=', 0)), [due])
        self.assertEqual(self.balance(self.organisers), D('3.60'))
        with self.assertRaises(OwedAmountError):
            self.pay([due])

    @with_transaction()
    def test_cancelled_payment(self):
        "A payment whose move was cancelled is owed again"
        self.open_other()
        self.sell_all()
        move = self.pay(self.dues()[:1])
        cancel = move.cancel()
        Move = Pool().get('account.move')
        Move.post([cancel])
        due = self.dues()[0]
        self.assertTrue(due.payments[0].cancelled)
        self.assertEqual((due.paid, due.to_pay), (0, D('60.00')))
        self.assertEqual(self.dues(('to_pay', '=', 60)), [due])
        self.pay([due])
        self.assertEqual(self.dues()[0].to_pay, 0)

    @with_transaction()
    def test_refund_after(self):
        "A later refund is taken off what is owed by another performance"
        self.open_other()
        self.sell_all()
        self.pay(self.dues()[:1])
        self.at(NEXT_DAY)
        self.reopen_till()
        self.cancel('back', self.order.tickets[:1])
        self.close_till()
        self.make_return()
        refund, = self.dues(('to_pay', '<', 0))
        self.assertEqual((refund.sold, refund.refunded), (0, D('20.00')))
        with self.assertRaises(OwedAmountError):
            self.pay([refund])

    @with_transaction()
    def test_kept(self):
        "The fees that the seller earns are beside what it owes"
        self.open_other()
        own = self.make_tariff(
            "Own fee", '20.00', fee_mode='absorbed', fee_fixed=D('1.50'),
            fee_product=self.product.id, fee_party=self.company.party.id)
        self.sell('a', self.item(2, own), paid='40')
        self.close_till()
        self.at(OVER)
        self.make_return()
        due, = self.dues()
        self.assertEqual((due.amount, due.kept), (D('37.00'), D('3.00')))

    @with_transaction()
    def test_fee_of_organiser(self):
        "Unless somebody else earns the fee, it is the organiser's"
        self.open_other()
        fee = self.make_tariff(
            "Fee", '20.00', fee_mode='added', fee_fixed=D('1.50'),
            fee_product=self.product.id)
        self.sell('a', self.item(2, fee), paid='43')
        self.close_till()
        self.at(OVER)
        made = self.make_return()
        due, = self.dues()
        self.assertEqual(
            (due.party, due.amount, made.owed),
            (self.other.party, D('43.00'), D('43.00')))
        self.assertEqual(self.balance(self.revenue()), 0)
        self.assertEqual(self.balance(self.organisers), D('43.00'))
