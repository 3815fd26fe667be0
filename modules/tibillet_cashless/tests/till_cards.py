"""A till that takes cards, for tests through HTTP."""
import datetime as dt
import uuid
from decimal import Decimal as D

from tibillet_base import pairing
from tibillet_base.tests.till_records import TillMixin, run_again

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME

LEA, TOM, NEW = 'EE144200', 'EE144201', 'EE144202'


class CardTillMixin(TillMixin):
    "A bar that takes cards, asked through HTTP"
    __slots__ = ()
    module = 'tibillet_cashless'
    made = {}

    def setUp(self):
        super().setUp()
        if not self.made:
            self.made.update(run_again(DB_NAME, self.make))
        vars(self).update(self.made)

    def make(self):
        "A bar that issues its own money and takes that of the federation"
        pool = Pool(DB_NAME)
        Batch = pool.get('tibillet.card.batch')
        Card = pool.get('tibillet.card')
        Party = pool.get('party.party')
        company = self.get_company()
        with set_company(company):
            point = self.open_till()
            coop = Party(name="Coop")
            coop.save()
            methods = {
                code: self.make_money(code, kind, issuer)
                for code, kind, issuer in [
                    ('OWN', 'local', company.party),
                    ('FED', 'federated', coop)]}
            self.make_screen(point)
            batch = Batch(name="First", origin=company.party)
            batch.save()
            Card.save([
                    Card(batch=batch, uid=uid, number=uid[-4:])
                    for uid in [LEA, TOM, NEW]])
            Device = pool.get('tibillet.device')
            device, = Device.create([{'name': "Bar 1", 'point': point.id}])
            code, = Device.start_pairing([device]).values()
            _, key = Device.claim(pairing.read_code(code))
            return {
                'point': point.id, 'key': key, 'beer': self.beer.id,
                'cash': self.cash.id,
                'own': methods['OWN'].money.id,
                'fed': methods['FED'].money.id,
                'methods': {c: m.id for c, m in methods.items()},
                }

    def make_money(self, code, kind, issuer):
        "Return the payment method of a new money that the company takes"
        pool = Pool(DB_NAME)
        Acceptance = pool.get('tibillet.money.acceptance')
        Account = pool.get('account.account')
        Method = pool.get('sale.point.payment.method')
        Money = pool.get('tibillet.money')
        MoneyAccount = pool.get('tibillet.money.account')
        company = self.get_company()
        money = Money(name=code, code=code, kind=kind, issuer=issuer)
        money.on_change_kind()
        money.cap_anonymous = D('150')
        money.save()
        account, = Account.copy(Account.search([('code', '=', '2.1.1')]), {
                'code': code, 'party_required': False})
        MoneyAccount.create([{
                    'money': money.id, 'company': company.id,
                    'account': account.id}])
        Acceptance.create([{
                    'money': money.id, 'party': company.party.id,
                    'from_date': dt.date(2024, 1, 1)}])
        method = Method(
            name=code, tender='wallet', company=company, money=money)
        method.on_change_money()
        method.save()
        return method

    def make_screen(self, point):
        pool = Pool(DB_NAME)
        Screen = pool.get('tibillet.till.screen')
        self.beer.gross_price = D('3.50')
        self.beer.save()
        Screen.create([{
                    'name': "Bar",
                    'points': [('add', [point.id])],
                    'articles': [('create', [{'product': self.beer.id}])],
                    }])

    def act(self, function, *arguments):
        "Do something in the office, in a transaction of its own"
        def done():
            with set_company(self.get_company()):
                return function(*arguments)
        return run_again(DB_NAME, done)

    def post(self, route, **data):
        response = self.client().post(
            f'/{DB_NAME}/tibillet/v1/till/{route}', json={
                'uuid': str(uuid.uuid4()), **data},
            headers={'Authorization': f'Bearer {self.key}'})
        return response.status_code, response.json

    def top_up(self, card, amount, money=None, paid=None, **values):
        return self.post(
            'top-up', card=card, money=money or self.own, amount=amount,
            payments=[{'method': self.cash, 'amount': paid or amount}],
            **values)

    def pay(self, card, quantity, **values):
        return self.post('pay', card=card, lines=[
                {'product': self.beer, 'quantity': quantity,
                    'price': '3.50'}], **values)

    def balances(self, card):
        _, data = self.post('card', card=card)
        return {b['code']: b['balance'] for b in data['balances']}

    def empty(self, *cards):
        "Pay back all that is on cards"
        for card in cards:
            _, data = self.post('card', card=card)
            for balance in data['balances']:
                status, answer = self.post(
                    'redeem', card=card, money=balance['money'],
                    amount=balance['balance'], method=self.cash)
                self.assertEqual(status, 200, answer)

    def facts(self):
        "Return how much there is of what an act writes"
        pool = Pool(DB_NAME)
        return self.act(lambda: [
                pool.get(name).search([], count=True) for name in [
                    'sale.point.sale', 'tibillet.wallet.operation',
                    'tibillet.wallet.move', 'tibillet.wallet.lot',
                    'tibillet.wallet.operation-sale.point.sale']])
