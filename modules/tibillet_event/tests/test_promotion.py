"""Codes: what is paid, what is kept of it, and how often."""
import datetime as dt

from tibillet_base import tools
from tibillet_event import ticket_cancel
from tibillet_event.exceptions import (
    PromotionChannelError, PromotionPerformanceError, PromotionSoonError,
    PromotionTariffError, PromotionUnknownError, PromotionUsedError,
    PromotionValidationError, PromotionWindowError)
from tibillet_event.refund import Terms

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction

from .records import create_sale
from .ticket_records import D, TicketMixin

DAY = dt.timedelta(days=1)


class PromotionTestCase(TicketMixin, TestCase):

    def make(self, code='FEU', **values):
        pool = Pool()
        Promotion = pool.get('tibillet.promotion')
        values.setdefault('kind', 'percent')
        if values['kind'] == 'percent':
            values.setdefault('rate', D('0.20'))
        promotion, = Promotion.create([{
                    'code': code, 'company': self.company.id, **values}])
        return promotion

    def taken(self, promotion):
        own = promotion.__table__()
        statement = Transaction().connection.cursor()
        statement.execute(*own.select(
                own.taken, where=own.id == promotion.id))
        return statement.fetchone()[0]

    @with_transaction()
    def test_sums(self):
        "The till, the tickets, the journal and the VAT say the same price"
        self.open_box_office()
        promotion = self.make(' f eu ')
        order = self.sell(
            'code', self.item(3, code='Feu'), self.item(1), paid='68.00')
        Ticket = Pool().get('tibillet.ticket')
        tickets = Ticket.browse([t.id for t in order.tickets])
        self.assertEqual(
            [(t.paid, t.promotion, t.price_before) for t in tickets],
            [(D('16.00'), promotion, D('20.00'))] * 3
            + [(D('20.00'), None, None)])
        self.assertEqual(order.sale.total, D('68.00'))
        operations = self.operations()
        self.assertEqual(
            [o.admission for o in operations], [D('16.00')] * 3 + [D('20')])
        with_code, without = operations[0].sale.lines
        self.assertTrue(with_code.label.endswith(', Full, FEU'))
        self.assertTrue(without.label.endswith(', Full'))
        # 48.00 at 5.5 %: 2.5023
        self.assertEqual(with_code.vat_amount, D('2.50'))
        self.assertEqual(
            sum(o.vat for o in operations[:3]), with_code.vat_amount)
        self.assertTrue(all(
                o.base + o.vat == o.admission for o in operations))
        self.assertEqual(
            (promotion.used, promotion.taken_off), (3, D('12.00')))

    @with_transaction()
    def test_nothing_left_to_pay(self):
        "A code that takes off everything makes free entries"
        self.open_box_office()
        promotion = self.make(kind='amount', amount=D('25.00'))
        order = self.sell('free', self.item(2, code='FEU'))
        self.assertIsNone(order.sale)
        self.assertEqual(
            [(o.kind, o.paid) for o in self.operations()],
            [('free', D(0))] * 2)
        self.assertEqual(promotion.taken_off, D('40.00'))

    @with_transaction()
    def test_number(self):
        "The number is that of valid tickets: a cancelled one gives it back"
        self.open_box_office()
        promotion = self.make(number=3)
        order = self.sell('two', self.item(2, code='FEU'), paid='32.00')
        with self.assertRaises(PromotionUsedError) as caught:
            self.sell('more', self.item(2, code='FEU'), paid='32.00')
        self.assertIn('1', caught.exception.message)
        self.assertEqual(
            (promotion.used, promotion.left, self.taken(promotion)),
            (2, 1, 2))
        ticket_cancel.cancel(
            self.till, 'back', [order.tickets[0].id], self.cash.id, Terms())
        self.assertEqual(
            (promotion.used, promotion.left, self.taken(promotion)),
            (1, 2, None))
        self.sell('again', self.item(2, code='FEU'), paid='32.00')
        with self.assertRaises(PromotionUsedError):
            self.sell('over', self.item(1, code='FEU'), paid='16.00')

    @with_transaction()
    def test_two_lines(self):
        "Both lines of an order count"
        self.open_box_office()
        self.make(number=3)
        reduced = self.make_tariff("Reduced", '10.00')
        with self.assertRaises(PromotionUsedError):
            self.sell(
                'two', self.item(2, code='FEU'),
                self.item(2, reduced, code='FEU'), paid='48.00')

    @with_transaction()
    def test_number_is_changed(self):
        "What was sold without limit counts once there is one"
        self.open_box_office()
        promotion = self.make()
        self.sell('two', self.item(2, code='FEU'), paid='32.00')
        self.assertIsNone(self.taken(promotion))
        Promotion = promotion.__class__
        Promotion.write([promotion], {'number': 3})
        with self.assertRaises(PromotionUsedError):
            self.sell('over', self.item(2, code='FEU'), paid='32.00')
        self.sell('last', self.item(1, code='FEU'), paid='16.00')
        self.assertEqual(self.taken(promotion), 3)
        # Nobody writes it by hand.
        Promotion.write([promotion], {'taken': 0})
        self.assertEqual(self.taken(promotion), 3)
        Promotion.write([promotion], {'number': None})
        self.sell('more', self.item(5, code='FEU'), paid='80.00')
        copy, = Promotion.copy([promotion])
        self.assertEqual((copy.code, copy.used), ('FEU-2', 0))

    @with_transaction()
    def test_refused(self):
        "What a code is not for is refused, and nothing is written"
        self.open_box_office()
        reduced = self.make_tariff("Reduced", '10.00')
        chosen = self.make_tariff(
            "As one can", '10.00', free_price=True, minimum=D('2.00'))
        with set_company(self.company):
            other = create_sale(10)
        now = tools.now()
        for code, values, error in [
                ('OTHER', {'events': [('add', [other.event.id])]},
                    PromotionPerformanceError),
                ('DATE', {'performances': [('add', [other.id])]},
                    PromotionPerformanceError),
                ('REDUCED', {'tariffs': [('add', [reduced.id])]},
                    PromotionTariffError),
                ('ONLINE', {'channels': ['online']}, PromotionChannelError),
                ('SOON', {'start': now + DAY}, PromotionSoonError),
                ('OVER', {'end': now - DAY}, PromotionWindowError),
                ('GONE', {'active': False}, PromotionUnknownError)]:
            self.make(code, **values)
            with self.subTest(code=code), self.assertRaises(error):
                self.sell(code, self.item(1, code=code), paid='16.00')
        with self.assertRaises(PromotionUnknownError):
            self.sell('no', self.item(1, code='NO'), paid='16.00')
        self.make('CHOSEN')
        with self.assertRaises(PromotionTariffError):
            self.sell(
                'chosen', self.item(1, chosen, code='CHOSEN'), paid='8.00')
        self.assertEqual(self.operations(), [])
        self.assertEqual(self.performance.places_sold, 0)
        self.sell(
            'reduced', self.item(1, reduced, code='REDUCED'), paid='8.00')

    @with_transaction()
    def test_wrong(self):
        "What cannot be a promotion"
        self.open_box_office()
        for number, values in enumerate([
                {'rate': D('1.01')}, {'rate': D('0')}, {'rate': D('-0.10')},
                {'kind': 'amount', 'amount': D('0')},
                {'kind': 'amount', 'amount': D('-5.00')},
                {'kind': 'set', 'amount': D('-0.01')}]):
            with self.subTest(**values), self.assertRaises(
                    PromotionValidationError):
                self.make(f'WRONG{number}', **values)

    @with_transaction()
    def test_replay(self):
        "The same order again gives the first answer, and uses nothing"
        self.open_box_office()
        promotion = self.make(number=1)
        first = self.sell('once', self.item(1, code='FEU'), paid='16.00')
        again = self.sell('once', self.item(1, code='FEU'), paid='16.00')
        self.assertEqual(again.tickets, first.tickets)
        self.assertEqual(promotion.used, 1)

    @with_transaction()
    def test_change_is_known(self):
        "A code that is changed is changed for the next order"
        self.open_box_office()
        promotion = self.make()
        self.sell('before', self.item(1, code='FEU'), paid='16.00')
        promotion.rate = D('0.50')
        promotion.save()
        self.sell('after', self.item(1, code='FEU'), paid='10.00')
        self.assertEqual(promotion.taken_off, D('14.00'))
