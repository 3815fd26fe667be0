"""Gifts, points and hours make the lines of a sale less, through HTTP."""
import datetime as dt
import uuid
from decimal import Decimal as D
from unittest.mock import patch

from tibillet_base import tools
from tibillet_base.tests.till_records import NOW
from tibillet_cashless import wallet_writer
from tibillet_cashless.wallet_request import At

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, RouteTestCase

from .till_cards import LEA, CardTillMixin


class TillGiftTestCase(CardTillMixin, RouteTestCase):
    made = {}

    def setUp(self):
        super().setUp()
        self.addCleanup(self.empty_all)

    def make(self):
        "The bar of the parent takes gifts, and hours at 4.00 each"
        pool = Pool(DB_NAME)
        Acceptance = pool.get('tibillet.money.acceptance')
        Money = pool.get('tibillet.money')
        Screen = pool.get('tibillet.till.screen')
        made = super().make()
        company = self.get_company()
        with set_company(company):
            moneys = {}
            for code, kind, unit, parity in [
                    ('GIFT', 'gift', None, None),
                    ('H', 'time', "hour", D('4.00'))]:
                money = Money(name=code, code=code, kind=kind, unit=unit)
                money.on_change_kind()
                money.save()
                Acceptance.create([{
                            'money': money.id, 'party': company.party.id,
                            'parity': parity,
                            'from_date': dt.date(2024, 1, 1)}])
                moneys[code] = money.id
            self.sandwich.gross_price = D('4.20')
            self.sandwich.save()
            template, = self.sandwich.template.copy(
                [self.sandwich.template],
                {'name': "Cup", 'without_gifts': True})
            cup, = template.products
            cup.gross_price = D('4.20')
            cup.save()
            screen, = Screen.search([])
            Screen.write([screen], {'articles': [('create', [
                                {'product': self.sandwich.id},
                                {'product': cup.id}])]})
        return {
            **made, 'sandwich': self.sandwich.id, 'cup': cup.id,
            'company': company.id, 'gift': moneys['GIFT'],
            'hours': moneys['H'],
            }

    def grant(self, amount, money=None, card=LEA):
        self.act(lambda: wallet_writer.grant(
                At(self.company), str(uuid.uuid4()), card,
                money or self.gift, D(amount)))

    def buy(self, *lines, **values):
        prices = {self.beer: '3.50', self.sandwich: '4.20', self.cup: '4.20'}
        return self.post('pay', card=LEA, lines=[
                {'product': product, 'quantity': quantity,
                    'price': prices[product]}
                for product, quantity in lines], **values)

    def read(self, number):
        "Return lines, VAT and payments of a sale"
        pool = Pool(DB_NAME)
        Sale = pool.get('sale.point.sale')

        def read():
            sale, = Sale.search([('number', '=', number)])
            return (
                [(l.amount, l.discount, l.discount_reason)
                    for l in sale.lines],
                [(t.rate, t.base, t.amount) for t in sale.taxes],
                [(p.method.name, p.amount) for p in sale.payments])
        return self.act(read)

    def lots(self):
        "Return what is left of each lot, the oldest first"
        pool = Pool(DB_NAME)
        Lot = pool.get('tibillet.wallet.lot')
        return self.act(lambda: [
                (l.date, l.money.code, l.left) for l in Lot.search(
                    [], order=[('id', 'ASC')])])

    def problems(self):
        pool = Pool(DB_NAME)
        Point = pool.get('sale.point')
        return self.act(lambda: Point.check_chain(Point(self.point))[1])

    def test_two_rates(self):
        "3.00 of gifts on 3.50 at 20 % and 4.20 at 10 %, own money the rest"
        self.top_up(LEA, '20.00')
        self.grant('3.00')
        status, data = self.buy((self.beer, '1'), (self.sandwich, '1'))
        self.assertEqual(status, 200, data)
        self.assertEqual(data['total'], '4.70')
        self.assertEqual(
            [(m['code'], m['amount']) for m in data['moved']],
            [('GIFT', '-3.00'), ('OWN', '-4.70')])
        # 3.00 * 3.50 / 7.70 = 1.364 and 3.00 * 4.20 / 7.70 = 1.636
        self.assertEqual(self.read(data['number']), (
                [(D('2.14'), D('1.36'), 'GIFT'),
                    (D('2.56'), D('1.64'), 'GIFT')],
                # 2.14 / 1.2 = 1.783 and 2.56 / 1.1 = 2.327
                [(D('0.2'), D('1.78'), D('0.36')),
                    (D('0.1'), D('2.33'), D('0.23'))],
                [('OWN', D('4.70'))]))
        self.assertEqual(self.problems(), [])

    def empty_all(self):
        "Leave nothing on the card"
        for code, balance in self.balances(LEA).items():
            if code in {'OWN', 'FED'}:
                self.post(
                    'redeem', card=LEA, amount=balance, method=self.cash,
                    money=self.own if code == 'OWN' else self.fed)
            else:
                money = self.gift if code == 'GIFT' else self.hours
                self.act(lambda money=money, balance=balance:
                    wallet_writer.spend(
                        At(self.company), str(uuid.uuid4()), LEA,
                        [(money, D(balance))]))
        self.assertEqual(self.balances(LEA), {})

    def test_larger(self):
        "A gift of more than the sale pays all of it, and the rest stays"
        self.grant('10.00')
        status, data = self.buy((self.beer, '2'))
        self.assertEqual((status, data['total']), (200, '0.00'), data)
        self.assertEqual(self.balances(LEA), {'GIFT': '3.00'})
        self.assertEqual(self.read(data['number']), (
                [(D('0.00'), D('7.00'), 'GIFT')],
                [(D('0.2'), D('0.00'), D('0.00'))], []))
        self.assertEqual(self.problems(), [])

    def test_two_gifts(self):
        "Gifts come first, then hours; the reason names both"
        self.grant('1.00')
        self.grant('0.50', self.hours)
        status, data = self.buy(
            (self.beer, '1'),
            payments=[{'method': self.cash, 'amount': '0.50'}])
        self.assertEqual((status, data['total']), (200, '0.50'), data)
        self.assertEqual(
            self.read(data['number'])[0],
            [(D('0.50'), D('3.00'), 'GIFT, H')])
        self.assertEqual(self.balances(LEA), {})

    def test_never_given(self):
        "A deposit is not paid by gifts"
        self.grant('10.00')
        status, data = self.buy((self.cup, '1'))
        self.assertEqual((status, data['code']), (409, 'insufficient'))
        self.top_up(LEA, '4.20')
        status, data = self.buy((self.cup, '1'), (self.beer, '1'))
        self.assertEqual((status, data['total']), (200, '4.20'), data)
        self.assertEqual(
            [line[1] for line in self.read(data['number'])[0]],
            [None, D('3.50')])

    def test_again(self):
        "The same again has the same answer, whatever is left on the card"
        self.grant('3.00')
        self.top_up(LEA, '20.00')
        asked = {'uuid': str(uuid.uuid4())}
        first = self.buy((self.beer, '2'), **asked)
        self.grant('5.00')
        self.assertEqual(first[1]['total'], '4.00')
        self.assertEqual(self.buy((self.beer, '2'), **asked), first)
        self.assertEqual(
            self.buy((self.beer, '1'), **asked)[1]['code'], 'uuid_reused')

    def test_cancel(self):
        "A sale that is cancelled gives back the lots, with their dates"
        before = NOW - dt.timedelta(days=30)
        with patch.object(tools, 'now', return_value=before):
            self.grant('2.00')
        self.grant('2.00')
        self.top_up(LEA, '10.00')
        lots, balances = self.lots(), self.balances(LEA)
        sold = {'uuid': str(uuid.uuid4())}
        status, data = self.buy(
            (self.beer, '2'), (self.sandwich, '1'), **sold,
            payments=[{'method': self.cash, 'amount': '1.20'}])
        self.assertEqual((status, data['total']), (200, '7.20'), data)
        asked = {'uuid': str(uuid.uuid4()), 'sale': sold['uuid']}
        status, back = self.post('cancel', **asked)
        self.assertEqual((status, back['total']), (200, '-7.20'), back)
        self.assertEqual((self.lots(), self.balances(LEA)), (lots, balances))
        lines, taxes, payments = self.read(data['number'])
        self.assertEqual(self.read(back['number']), (
                [(-amount, -discount, reason)
                    for amount, discount, reason in lines],
                [(rate, -base, -vat) for rate, base, vat in taxes],
                [(name, -amount) for name, amount in payments]))
        self.assertEqual(self.post('cancel', **asked), (status, back))
        status, again = self.post('cancel', sale=sold['uuid'])
        self.assertEqual((status, again['code']), (409, 'reversed'))
        self.assertEqual(self.problems(), [])

    def test_cancel_refused(self):
        "The till cancels what it has just sold; nothing is written else"
        self.top_up(LEA, '10.00')
        sold = {'uuid': str(uuid.uuid4())}
        self.buy((self.beer, '1'), **sold)
        cash = {'uuid': str(uuid.uuid4())}
        self.post(
            'sale', **cash,
            lines=[{
                    'product': self.beer, 'quantity': '1', 'price': '3.50'}],
            payments=[{'method': self.cash, 'amount': '3.50'}])
        facts = self.facts()
        later = NOW + dt.timedelta(minutes=16)
        with patch.object(tools, 'now', return_value=later):
            answers = [self.post('cancel', sale=sold['uuid'])]
        answers += [
            self.post('cancel', sale=str(uuid.uuid4())),
            self.post('cancel', sale=cash['uuid']),
            self.post('cancel', sale='x'),
            ]
        self.assertEqual(
            [(status, data['code']) for status, data in answers], [
                (403, 'cancel_denied'), (403, 'cancel_denied'),
                (409, 'no_card_sale'), (400, 'request_data')])
        self.assertEqual(self.facts(), facts)
