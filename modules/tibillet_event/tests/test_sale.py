"""Tickets sold by quotation, which holds their places."""
import datetime as dt

from tibillet_event.exceptions import (
    PlaceTakenError, PromotionUnknownError, SoldOutError, TariffChannelError,
    TariffPersonError)
from tibillet_event.sale_exceptions import (
    ReturnInvoiceError, SaleChangedError, SaleOverError, SaleQuantityError,
    SaleSoldError, SaleValidityError)

from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .records import STALLS, PlaceMixin, give_to, utc
from .return_records import OVER
from .sale_records import SaleMixin
from .ticket_records import D


class SaleTestCase(PlaceMixin, SaleMixin, TestCase):
    "Test tickets of sales"

    @with_transaction()
    def test_quotation(self):
        "Test a quotation holds its places, and gives them back"
        self.open_office(40)
        sale = self.make_sale((30, self.school))
        self.assertEqual(sale.total_amount, D('240.00'))
        sale = self.do(sale, 'quote')
        line, = sale.lines
        self.assertEqual(line.hold_state, 'held')
        self.assertEqual(line.place_vat, D('12.51'))
        self.assertEqual(line.amount, D('227.49'))
        self.assertEqual(sale.tax_amount, D('12.51'))
        self.assertEqual(sale.total_amount, D('240.00'))
        self.assertEqual(self.counts(self.performance)[1:3], (10, 30))
        sale = self.do(sale, 'draft')
        self.assertEqual(self.counts(self.performance)[1:3], (40, 0))
        sale = self.do(sale, 'quote')
        self.assertEqual(self.counts(self.performance)[1:3], (10, 30))
        self.do(sale, 'cancel')
        self.assertEqual(self.counts(self.performance)[1:3], (40, 0))

    @with_transaction()
    def test_confirm(self):
        "Test what is confirmed is sold, numbered in the series, invoiced"
        Operation = Pool().get('tibillet.ticket.operation')
        Point = Pool().get('sale.point')
        self.open_office(40)
        sale = self.do(
            self.make_sale((30, self.school)), 'quote', 'confirm')
        with self.assertRaises(SaleSoldError):
            self.do(sale, 'draft')
        sale = self.do(sale, 'process')
        self.assertEqual(self.counts(self.performance)[1:4], (10, 0, 30))
        tickets = self.tickets(sale)
        self.assertEqual(len(tickets), 30)
        self.assertEqual({t.party for t in tickets}, {self.party})
        operations = Operation.search([], order=[('rank', 'ASC')])
        self.assertEqual(
            [o.number for o in operations],
            [f'OFF-T{i:06d}' for i in range(1, 31)])
        self.assertEqual({o.sale_number for o in operations}, {sale.number})
        self.assertEqual(
            (sum(o.admission for o in operations),
                sum(o.vat for o in operations)), (D('240.00'), D('12.51')))
        self.assertEqual(Point.check_chain(self.office)[1], [])
        invoice, = self.invoices(sale)
        self.assertEqual(
            (invoice.untaxed_amount, invoice.tax_amount,
                invoice.total_amount),
            (D('227.49'), D('12.51'), D('240.00')))
        self.assertEqual(invoice.lines[0].account, self.deferred)

    @with_transaction()
    def test_cancel_some(self):
        "Test four of thirty tickets are credited by a linked line"
        self.open_office(40)
        sale = self.do(
            self.make_sale((30, self.school)), 'quote', 'confirm', 'process')
        self.post(sale)
        self.cancel('four', self.tickets(sale)[:4])
        self.assertEqual(self.counts(self.performance)[1:4], (14, 0, 26))
        self.do(sale, 'process')
        invoice, credit = self.post(sale)
        self.assertEqual(credit.total_amount, D('-32.00'))
        self.assertEqual(credit.lines[0].quantity, -4)
        self.assertEqual(
            [line.origin for line in [*invoice.lines, *credit.lines]],
            [sale.lines[0]] * 2)
        self.assertEqual(len(self.invoices(sale)), 2)
        self.assertEqual(
            len([t for t in self.tickets(sale) if t.state == 'valid']), 26)

    @with_transaction()
    def test_return(self):
        "Test the return counts what was invoiced, and balances"
        self.open_office(40)
        sale = self.do(
            self.make_sale((30, self.school)), 'quote', 'confirm', 'process')
        self.sell('two', self.item(2), paid='40.00')
        self.close_till()
        with self.assertRaises(ReturnInvoiceError):
            self.close()
        self.post(sale)
        self.cancel('four', self.tickets(sale)[:4])
        self.do(sale, 'process')
        with self.assertRaises(ReturnInvoiceError):
            self.close()
        self.post(sale)
        made = self.close()
        self.assertEqual(
            (made.valid, made.admission, made.received),
            (28, D('248.00'), D('248.00')))
        self.assertEqual(
            self.lines(made, 'tender', 'tender', 'amount'),
            [('cash', D('40.00')), ('invoice', D('208.00'))])
        self.assertEqual(self.balance(self.deferred), 0)
        self.assertEqual(
            self.balance(self.revenue()), made.base)

    @with_transaction()
    def test_expired(self):
        "Test an expired quotation takes places again, or is refused"
        self.open_office(40)
        later = dt.date(2026, 3, 20)
        self.performance.date = self.performance.end_date = later
        self.performance.save()
        first = self.do(self.make_sale((30, self.school)), 'quote')
        second = self.do(self.make_sale((10, self.school)), 'quote')
        self.at(utc('2026-03-07 23:59'))
        self.assertEqual(self.counts(self.performance)[1:3], (0, 40))
        # The end of the tenth day.
        self.at(utc('2026-03-08 00:00'))
        self.assertEqual(
            [s.lines[0].hold_state for s in [first, second]],
            ['expired'] * 2)
        self.do(first, 'confirm')
        self.assertEqual(len(self.tickets(first)), 30)
        self.do(self.make_sale((5, self.school), days=20), 'quote')
        with self.assertRaises(SoldOutError):
            self.do(second, 'confirm')
        self.assertEqual(self.tickets(second), [])

    @with_transaction()
    def test_changed(self):
        "Test a quotation that is over is not sold at another price"
        self.open_office(40)
        later = dt.date(2026, 3, 20)
        self.performance.date = self.performance.end_date = later
        self.performance.save()
        kept, over = (
            self.do(self.make_sale((2, self.school), days=days), 'quote')
            for days in [20, 10])
        self.at(utc('2026-03-08 00:00'))
        self.school.price = D('9.00')
        self.school.save()
        self.do(kept, 'confirm')
        self.assertEqual(
            [t.paid for t in self.tickets(kept)], [D('8.00')] * 2)
        with self.assertRaises(SaleChangedError):
            self.do(over, 'confirm')
        over = self.do(over, 'draft')
        over.quotation_validity = dt.timedelta(days=20)
        over.save()
        self.do(over, 'quote', 'confirm')
        self.assertEqual(
            [t.paid for t in self.tickets(over)], [D('9.00')] * 2)

    @with_transaction()
    def test_refused(self):
        "Test what a tariff or a quotation refuses holds nothing"
        self.open_office(40)
        personal = self.make_tariff(
            "Member", '10.00', channels=['quotation'], person_max=2)
        for error, line, values in [
                (TariffChannelError, (2, self.full), {}),
                (SaleQuantityError, (0, self.school), {}),
                (SaleQuantityError, (-2, self.school), {}),
                (SoldOutError, (41, self.school), {}),
                (PromotionUnknownError, (
                        2, self.school, {'promotion_code': 'NOEL'}), {}),
                (SaleValidityError, (2, self.school), {
                        'quotation_validity': None}),
                (SaleOverError, (2, self.school), {
                        'quotation_date': dt.date(2026, 2, 1)}),
                ]:
            with self.subTest(error=error.__name__, line=line[0]):
                sale = self.make_sale(line, **values)
                self.check_nothing_written(
                    self.performance, error, self.do, sale, 'quote')
        sale = self.do(self.make_sale((3, personal)), 'quote')
        with self.assertRaises(TariffPersonError):
            self.do(sale, 'confirm')

    @with_transaction()
    def test_code(self):
        "Test a code lowers the price and counts its uses"
        Promotion = Pool().get('tibillet.promotion')
        self.open_office(40)
        promotion, = Promotion.create([{
                    'code': 'ECOLE', 'company': self.company.id,
                    'kind': 'percent', 'rate': D('0.25'), 'number': 3,
                    'channels': ['quotation'],
                    }])
        code = {'promotion_code': 'ecole'}
        sale = self.do(
            self.make_sale((3, self.school, code)), 'quote', 'confirm')
        self.assertEqual(
            [(t.paid, t.price_before) for t in self.tickets(sale)],
            [(D('6.00'), D('8.00'))] * 3)
        self.assertEqual(Promotion(promotion.id).left, 0)

    @with_transaction()
    def test_seats(self):
        "Test the seats that were chosen are held and sold"
        self.open_office(0, lines=STALLS)
        seats = self.seats(self.performance)[:2]
        chosen = {'seats': seats}
        sale = self.do(self.make_sale((2, self.school, chosen)), 'quote')
        with self.assertRaises(PlaceTakenError):
            self.do(self.make_sale((2, self.school, chosen)), 'quote')
        self.do(sale, 'confirm')
        self.assertEqual([t.place for t in self.tickets(sale)], list(seats))

    @with_transaction()
    def test_free(self):
        "Test free places have tickets and are not invoiced"
        self.open_office(40)
        guest = self.make_tariff(
            "Guest", '0', kind='free', product=None, channels=['quotation'])
        sale = self.do(
            self.make_sale((2, guest)), 'quote', 'confirm', 'process')
        self.assertEqual(len(self.tickets(sale)), 2)
        self.assertEqual(self.invoices(sale), [])

    @with_transaction()
    def test_organiser(self):
        "Test what is sold for another organiser is owed to it"
        Company = Pool().get('company.company')
        Party = Pool().get('party.party')
        self.open_office(40)
        party, = Party.create([{'name': "Les Tréteaux"}])
        other, = Company.create([{
                    'party': party.id, 'currency': self.company.currency.id}])
        give_to(other, self.performance.event)
        sale = self.do(
            self.make_sale((3, self.school)), 'quote', 'confirm', 'process')
        self.assertEqual(sale.total_amount, D('24.00'))
        invoice, = self.post(sale)
        self.assertEqual(
            [(line.account, line.amount) for line in invoice.lines],
            [(self.organisers, D('24.00'))])
        self.at(OVER)
        made = self.make_return()
        self.assertEqual(
            [(due.party, due.amount) for due in made.dues],
            [(party, D('24.00'))])

    @with_transaction()
    def test_cents(self):
        "Test the invoice is the tickets to the cent, whatever was cancelled"
        self.open_office(40)
        # No base has a VAT of 5.5 % that makes 8.33 with it.
        odd = self.make_tariff("Odd", '8.33', channels=['quotation'])
        sale = self.do(
            self.make_sale((7, odd)), 'quote', 'confirm', 'process')
        self.post(sale)
        for index in range(3):
            self.cancel(f'one-{index}', [self.tickets(sale)[index]])
            self.do(sale, 'process')
            self.post(sale)
        operations = self.operations(company=self.company.id)
        invoices = self.invoices(sale)
        self.assertEqual(
            (sum(i.untaxed_amount for i in invoices),
                sum(i.tax_amount for i in invoices),
                sum(i.total_amount for i in invoices)),
            (sum(o.base for o in operations),
                sum(o.vat for o in operations), D('33.32')))
        self.assertEqual(
            self.balance(self.deferred), sum(o.base for o in operations))
