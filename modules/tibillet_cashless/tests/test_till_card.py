"""Cards are loaded, pay and are paid back at a till, through HTTP."""
import uuid
from decimal import Decimal as D

from tibillet_cashless.exceptions import WalletMethodError

from trytond.model.exceptions import DomainValidationError
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, RouteTestCase

from .till_cards import LEA, NEW, TOM, CardTillMixin


class TillCardTestCase(CardTillMixin, RouteTestCase):
    made = {}

    def test_evening(self):
        "Léa loads 20, pays two beers twice with two moneys and gets the rest"
        status, data = self.top_up(LEA, '20.00', paid='50')
        self.assertEqual(
            (status, data['total'], data['change']), (200, '20.00', '30.00'))
        self.top_up(LEA, '5.00', money=self.fed)
        self.assertEqual(
            self.balances(LEA), {'OWN': '20.00', 'FED': '5.00'})
        status, data = self.pay(LEA, '2')
        self.assertEqual(status, 200, data)
        self.assertEqual(
            [(m['code'], m['amount'], m['balance']) for m in data['moved']],
            [('OWN', '-7.00', '13.00')])
        # What the venue owes itself first, then what others owe it.
        status, data = self.pay(LEA, '4')
        self.assertEqual(
            [(m['code'], m['amount'], m['balance']) for m in data['moved']],
            [('OWN', '-13.00', '0.00'), ('FED', '-1.00', '4.00')])
        status, data = self.post(
            'redeem', card=LEA, money=self.fed, amount='4.00',
            method=self.cash)
        self.assertEqual((status, data['total']), (200, '-4.00'))
        self.assertEqual(self.balances(LEA), {})

    def test_rest(self):
        "A second card and cash pay what is missing"
        self.top_up(LEA, '2.00')
        self.top_up(TOM, '1.00')
        status, data = self.pay(
            LEA, '1', second=TOM,
            payments=[{'method': self.cash, 'amount': '0.50'}])
        self.assertEqual(status, 200, data)
        self.assertEqual(
            [m['amount'] for m in data['moved']], ['-2.00', '-1.00'])
        self.assertEqual(self.balances(LEA), {})

    def test_again(self):
        "What is asked again is made once, other content is refused"
        asked = {'uuid': str(uuid.uuid4())}
        first = self.top_up(LEA, '10.00', **asked)
        facts = self.facts()
        self.assertEqual(self.top_up(LEA, '10.00', **asked), first)
        for answer in [
                self.top_up(LEA, '12.00', **asked),
                self.top_up(TOM, '10.00', **asked),
                self.pay(LEA, '1', **asked),
                ]:
            self.assertEqual(
                (answer[0], answer[1]['code']), (409, 'uuid_reused'))
        paying = {'uuid': str(uuid.uuid4())}
        first = self.pay(LEA, '1', **paying)
        self.assertEqual(self.pay(LEA, '1', **paying), first)
        self.assertEqual(self.pay(TOM, '1', **paying)[0], 409)
        self.assertEqual(self.balances(LEA), {'OWN': '6.50'})
        self.assertEqual(
            [b - a for a, b in zip(facts, self.facts(), strict=True)],
            [1, 1, 2, 0, 1])
        self.empty(LEA)

    def test_closure(self):
        "What is loaded is no sale; the account owes what is on the cards"
        pool = Pool(DB_NAME)
        Closure = pool.get('tibillet.till.closure')
        Line = pool.get('account.move.line')
        Point = pool.get('sale.point')
        Money = pool.get('tibillet.money')
        self.top_up(LEA, '20.00')
        self.pay(LEA, '2')

        def close():
            point = Point(self.point)
            reading = Closure.get_reading(point)
            closure = Closure.close_till(
                point, {reading.cash_expected: 1}
                if reading.cash_expected else {})
            Closure.post([closure])
            account = Money(self.own).get_account(self.get_company())
            owed = sum(l.credit - l.debit for l in Line.search([
                        ('account', '=', account.id)]))
            point = Point(self.point)
            problems = Point.check_chain(point)[1]
            Point.open_till([point])
            return (
                {l.label: l.amount for l in closure.tenders},
                closure.total, closure.outside, owed, problems,
                sum(l.amount for l in closure.tenders))

        tenders, total, outside, owed, problems, paid = self.act(close)
        self.assertEqual(problems, [])
        self.assertEqual(paid, total + outside)
        self.assertGreaterEqual(tenders['OWN'], D('7.00'))
        # All the tests of this class leave the other cards empty.
        self.assertEqual(owed, sum(
                D(self.balances(card).get('OWN', '0'))
                for card in [LEA, TOM, NEW]))
        self.assertEqual(owed, D('13.00'))
        self.empty(LEA)

    def test_refused(self):
        "What is refused has a code and writes nothing"
        self.top_up(LEA, '10.00')
        facts, balances = self.facts(), self.balances(LEA)
        for answer, status, code in [
                (self.pay(LEA, '3'), 409, 'insufficient'),
                (self.pay(NEW, '1'), 409, 'insufficient'),
                (self.pay('unknown', '1'), 404, 'card_unknown'),
                (self.pay(LEA, '1', second=LEA), 400, 'second_card'),
                (self.pay(LEA, '1', payments=[
                            {'method': self.cash, 'amount': '4.00'}]),
                    400, 'rest'),
                (self.pay(LEA, '1', payments=[
                            {'method': self.methods['OWN'],
                                'amount': '1.00'}]), 400, 'payment'),
                (self.post('sale', lines=[{
                                'product': self.beer, 'quantity': '1',
                                'price': '3.50'}],
                        payments=[{'method': self.methods['OWN'],
                                'amount': '3.50'}]), 400, 'payment'),
                (self.pay(LEA, '-1'), 400, 'amount_sign'),
                (self.pay(7, '1'), 400, 'request_data'),
                (self.pay('', '1'), 400, 'request_data'),
                (self.pay('x' * 101, '1'), 400, 'request_data'),
                (self.top_up(LEA, '200.00'), 409, 'cap'),
                (self.top_up(LEA, '10.00', paid='9.00'), 400, 'payment'),
                (self.top_up(LEA, '0'), 400, 'amount_sign'),
                (self.top_up(LEA, '-5.00'), 400, 'amount_sign'),
                (self.top_up(LEA, '5.005'), 400, 'amount_unit'),
                (self.top_up(LEA, 'NaN'), 400, 'request_data'),
                (self.top_up(LEA, '1e400'), 400, 'request_data'),
                (self.top_up(LEA, '5,00 €'), 400, 'request_data'),
                (self.top_up(LEA, '5', money=2 ** 30), 404, 'money_unknown'),
                (self.post('redeem', card=LEA, money=self.own,
                        amount='10.01', method=self.cash),
                    409, 'insufficient'),
                (self.post('redeem', card=LEA, money=self.own,
                        amount='1.00', method=self.methods['OWN']),
                    400, 'payment'),
                ]:
            with self.subTest(answer=answer):
                self.assertEqual((answer[0], answer[1]['code']),
                    (status, code))
                self.assertTrue(answer[1]['message'])
        self.assertEqual((self.facts(), self.balances(LEA)),
            (facts, balances))
        self.empty(LEA)

    def test_form(self):
        "The form of the till does not pay with what is on no card"
        pool = Pool(DB_NAME)
        Sale = pool.get('sale.point.sale')
        with self.assertRaises(DomainValidationError):
            self.act(lambda: Sale.create([{
                            'point': self.point,
                            'payments': [('create', [{
                                            'method': self.methods['OWN'],
                                            'amount': D(1)}])],
                            }]))

    def test_method(self):
        "A method of a money books on the account of the money"
        pool = Pool(DB_NAME)
        Account = pool.get('account.account')
        Method = pool.get('sale.point.payment.method')

        def change(values):
            Method.write([Method(self.methods['OWN'])], values)

        account, = self.act(
            lambda: [a.id for a in Account.search([('code', '=', '1.1.1')])])
        for values in [
                {'account': account}, {'tender': 'card'}, {'money': None}]:
            with self.subTest(values=values), \
                    self.assertRaises(WalletMethodError):
                self.act(change, values)
