"""A terminal fetches the screen of its till and sells, through HTTP."""
import uuid
from decimal import Decimal as D

from tibillet_base.exceptions import TillScreenError

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, RouteTestCase

from .till_records import TillMixin, pair, run_again


class TillRoutesTestCase(TillMixin, RouteTestCase):
    made = {}

    def setUp(self):
        super().setUp()
        if not self.made:
            self.made.update(run_again(DB_NAME, self.make))
        vars(self).update(self.made)

    def make(self):
        "Return what all the tests use: a bar with beer and sandwiches"
        pool = Pool(DB_NAME)
        Screen = pool.get('tibillet.till.screen')
        with set_company(self.get_company()):
            point = self.open_till()
            for product, price in [
                    (self.beer, '3.50'), (self.sandwich, '4.20')]:
                product.gross_price = D(price)
                product.save()
            screen, = Screen.create([{
                        'name': "Bar",
                        'points': [('add', [point.id])],
                        'articles': [('create', [
                                    {'product': self.beer.id,
                                        'label': "Pint", 'sequence': 1},
                                    {'product': self.sandwich.id,
                                        'sequence': 2}])],
                        }])
            return {
                'point': point.id,
                'screen': screen.id,
                'beer': self.beer.id,
                'sandwich': self.sandwich.id,
                'cash': self.cash.id,
                'card': self.card.id,
                'key': pair("Bar 1", point=point.id),
                'alone': pair("Bar 2"),
                'door': pair("South", kind='door'),
                }

    def act(self, function, *arguments):
        "Do something in the office, in a transaction of its own"
        def done():
            with set_company(self.get_company()):
                return function(*arguments)
        return run_again(DB_NAME, done)

    def post(self, route, key=None, **data):
        response = self.client().post(
            f'/{DB_NAME}/tibillet/v1/till/{route}', json=data,
            headers={'Authorization': f'Bearer {key or self.key}'})
        return response.status_code, response.json

    def sale(self, *lines, paid=None, **values):
        "Return what a sale asks: (product, quantity, price) and the tenders"
        lines = lines or [(self.beer, '2', '3.50')]
        return {
            'uuid': str(uuid.uuid4()),
            'lines': [
                dict(zip(['product', 'quantity', 'price'], line, strict=True))
                for line in lines],
            'payments': [
                {'method': method, 'amount': amount}
                for method, amount in paid or [(self.card, '7.00')]],
            **values}

    def count(self):
        Sale = Pool(DB_NAME).get('sale.point.sale')
        return self.act(lambda: Sale.search([], count=True))

    def test_screen(self):
        status, data = self.post('screen')
        self.assertEqual(status, 200)
        self.assertEqual(data['till'], {
                'code': 'BAR', 'name': "Till BAR", 'state': 'open',
                'tax_included': True, 'currency': 'usd', 'digits': 2,
                'tips': False, 'practice': False})
        self.assertEqual([
                (a['product'], a['label'], a['price'], a['unit'], a['digits'])
                for a in data['articles']], [
                (self.beer, "Pint", '3.50', 'u', 0),
                (self.sandwich, "Good at 0.1", '4.20', 'u', 0)])
        self.assertEqual(
            {m['tender'] for m in data['methods']}, {'cash', 'card'})

    def test_sale(self):
        "A sale is paid in cash, change is given; the same again is the same"
        asked = self.sale(
            (self.beer, '2', '3.50'), (self.sandwich, '1', '4.20'),
            paid=[(self.cash, '20')])
        status, data = self.post('sale', **asked)
        self.assertEqual(
            (status, data['code'], data['total'], data['change']),
            (200, 'ok', '11.20', '8.80'))
        self.assertEqual(len(data['mark']), 4)
        before = self.count()
        self.assertEqual(self.post('sale', **asked), (status, data))
        self.assertEqual(self.count(), before)
        status, data = self.post('sale', **{
                **self.sale(), 'uuid': asked['uuid']})
        self.assertEqual((status, data['code']), (409, 'uuid_reused'))

    def test_deposit(self):
        "A terminal takes back a deposit, in cash, and nothing else"
        def lend(lent):
            pool = Pool(DB_NAME)
            Account = pool.get('account.account')
            Configuration = pool.get('tibillet.till.configuration')
            Product = pool.get('product.product')
            configuration = Configuration(1)
            configuration.deposit_account, = Account.search([
                    ('code', '=', '1.1.1')])
            configuration.save()
            product = Product(self.sandwich)
            product.template.deposit = lent
            product.template.save()

        self.act(lend, True)
        try:
            _, screen = self.post('screen')
            self.assertEqual(
                [a['deposit'] for a in screen['articles']], [False, True])
            for product, method, price, expected in [
                    (self.sandwich, self.cash, '4.20', (200, 'ok')),
                    (self.sandwich, self.card, '4.20', (400, 'payment')),
                    (self.beer, self.cash, '3.50', (403, 'return_denied'))]:
                status, data = self.post('sale', **self.sale(
                        (product, '-1', price),
                        paid=[(method, f'-{price}')]))
                self.assertEqual((status, data['code']), expected)
            status, data = self.post('sale', **self.sale(
                    (self.beer, '2', '3.50'), (self.sandwich, '-1', '4.20'),
                    paid=[(self.card, '2.80')]))
            self.assertEqual((status, data['total']), (200, '2.80'))
        finally:
            self.act(lend, False)

    def test_tip(self):
        "What is left for the staff is paid too, once there is an account"
        def choose(chosen):
            pool = Pool(DB_NAME)
            Account = pool.get('account.account')
            Configuration = pool.get('tibillet.till.configuration')
            configuration = Configuration(1)
            configuration.tip_account = (
                Account.search([('code', '=', '1.1.1')])[0]
                if chosen else None)
            configuration.save()

        asked = self.sale(tip='1.50', paid=[(self.card, '8.50')])
        status, data = self.post('sale', **asked)
        self.assertEqual((status, data['code']), (409, 'till_setting'))
        self.act(choose, True)
        try:
            _, screen = self.post('screen')
            self.assertTrue(screen['till']['tips'])
            status, data = self.post('sale', **asked)
            self.assertEqual((status, data['total']), (200, '8.50'))
            self.assertEqual(self.post('sale', **asked), (status, data))
            for tip in ['-1', '0.005', '1000', 'NaN', [], True]:
                status, data = self.post(
                    'sale', **self.sale(tip=tip, paid=[(self.card, '8.50')]))
                self.assertEqual(status, 400, tip)
            # The same sale without its tip is another one.
            status, data = self.post('sale', **{**asked, 'tip': None})
            self.assertEqual(data['code'], 'uuid_reused')
        finally:
            self.act(choose, False)

    def test_price(self):
        "Nothing is sold at a price that has changed, but what was sold is"
        pool = Pool(DB_NAME)
        Product = pool.get('product.product')

        def price(amount):
            product = Product(self.beer)
            product.gross_price = D(amount)
            product.save()

        asked = self.sale()
        _, sold = self.post('sale', **asked)
        _, screen = self.post('screen')
        self.act(price, '4.00')
        try:
            self.assertEqual(self.post('sale', **asked), (200, sold))
            status, data = self.post('sale', **self.sale())
            self.assertEqual((status, data['code']), (409, 'price_changed'))
            self.assertIn('"Pint"', data['message'])
            _, new = self.post('screen')
            self.assertNotEqual(new['version'], screen['version'])
            self.assertEqual(new['articles'][0]['price'], '4.00')
        finally:
            self.act(price, '3.50')
        _, again = self.post('screen')
        self.assertEqual(again, screen)

    def test_article(self):
        "What is not on the screen is not sold"
        pool = Pool(DB_NAME)
        Article = pool.get('tibillet.till.screen.article')
        beer, = self.act(Article.search, [('product', '=', self.beer)])
        self.act(lambda: Article.delete(Article.browse([beer.id])))
        try:
            before = self.count()
            status, data = self.post('sale', **self.sale())
            self.assertEqual((status, data['code']), (409, 'article_unknown'))
            self.assertEqual(self.count(), before)
        finally:
            self.act(Article.create, [{
                        'screen': self.screen, 'product': self.beer,
                        'label': "Pint", 'sequence': 1}])

    def test_color(self):
        pool = Pool(DB_NAME)
        Article = pool.get('tibillet.till.screen.article')
        article, = self.act(Article.search, [('product', '=', self.beer)])
        for color in ['rouge', '#ZZZZZZ', '#FF00001', '<script>']:
            with self.subTest(color=color), self.assertRaises(
                    TillScreenError):
                self.act(lambda: Article.write(
                        Article.browse([article.id]), {'color': color}))

    def test_refused(self):
        "Bad input of every kind has a code, and nothing is written"
        before = self.count()
        for asked, status, code in [
                (self.sale(uuid='once'), 400, 'request_data'),
                (self.sale(uuid=7), 400, 'request_data'),
                (self.sale(lines='beer'), 400, 'request_data'),
                (self.sale(lines=[1]), 400, 'request_data'),
                (self.sale(lines=[]), 400, 'empty'),
                (self.sale(payments=None), 400, 'request_data'),
                (self.sale(payments=[]), 400, 'payment'),
                *((self.sale((product, '1', '3.50')), 400, 'request_data')
                    for product in [
                        None, True, '1', -1, 0, 2 ** 31, 1.5]),
                (self.sale((2 ** 30, '1', '3.50')), 409, 'article_unknown'),
                *((self.sale((self.beer, quantity, '3.50')),
                        400, 'request_data')
                    for quantity in [
                        None, '', 'NaN', 'Infinity', '1e3', '1e400', '5,00',
                        True, [1], '1\0', '٣', ' 1', '9' * 12]),
                (self.sale((self.beer, '0', '3.50')), 400, 'quantity'),
                (self.sale((self.beer, '0.5', '3.50')), 400, 'quantity'),
                (self.sale((self.beer, '-1', '3.50')), 403, 'return_denied'),
                (self.sale((self.beer, '1', '-3.50')), 409, 'price_changed'),
                (self.sale((self.beer, '1', '3.505')), 409, 'price_changed'),
                (self.sale(paid=[(self.card, '6.99')]), 400, 'payment'),
                (self.sale(paid=[(self.card, '7.005')]), 400, 'payment'),
                (self.sale(paid=[
                            (self.card, '2.505'), (self.cash, '4.495')]),
                    400, 'payment'),
                (self.sale(paid=[(self.cash, '7.001')]), 400, 'payment'),
                (self.sale(paid=[(self.cash, '507.01')]), 400, 'payment'),
                (self.sale(paid=[(self.card, '10.00')]), 400, 'payment'),
                (self.sale(paid=[(self.card, '-7.00')]), 400, 'payment'),
                (self.sale(paid=[(2 ** 30, '7.00')]), 400, 'payment'),
                ]:
            with self.subTest(asked=asked):
                answered, data = self.post('sale', **asked)
                self.assertEqual(
                    (answered, data['code']), (status, code), data)
                self.assertTrue(data['message'])
        self.assertEqual(self.count(), before)

    def test_who(self):
        "A terminal sells at its till; a door sells nothing"
        for key, status, code in [
                (self.alone, 409, 'no_till'),
                (self.door, 403, 'device_kind'),
                ('wrong', 401, 'device_key'),
                ]:
            for route, asked in [('screen', {}), ('sale', self.sale())]:
                with self.subTest(code=code, route=route):
                    answered, data = self.post(route, key=key, **asked)
                    self.assertEqual(
                        (answered, data['code']), (status, code))

    def test_closed(self):
        "At a closed till nothing is sold, and the terminal says so"
        pool = Pool(DB_NAME)
        Closure = pool.get('tibillet.till.closure')
        Point = pool.get('sale.point')
        self.post('sale', **self.sale())

        def close():
            point = Point(self.point)
            cash = Closure.get_reading(point).cash_expected
            Closure.close_till(point, {cash: 1} if cash else {})

        self.act(close)
        try:
            _, screen = self.post('screen')
            self.assertEqual(screen['till']['state'], 'closed')
            status, data = self.post('sale', **self.sale())
            self.assertEqual((status, data['code']), (409, 'till_closed'))
        finally:
            self.act(lambda: Point.open_till([Point(self.point)]))
        status, data = self.post('sale', **self.sale())
        self.assertEqual((status, data['total']), (200, '7.00'))
