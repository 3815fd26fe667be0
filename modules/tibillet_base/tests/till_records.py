"""A company that sells at a till, for tests on the server."""
import datetime as dt
from decimal import Decimal
from unittest.mock import patch

from tibillet_base import pairing, till_finish, tools

from trytond.modules.account.tests import create_chart, get_fiscalyear
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME
from trytond.tests.tools import activate_modules
from trytond.transaction import Transaction, TransactionError

NOW = dt.datetime(2026, 3, 6, 19, 0, tzinfo=dt.UTC).replace(tzinfo=None)


def _books(config=None):
    run_again(DB_NAME, make_company)


class TillMixin:
    """The clock stands, and a company keeps books that a till can be opened in

    setups: functions that make what the database of each test begins with,
    once for all the tests that begin so.
    """
    __slots__ = ()
    module = 'tibillet_base'
    extras = ()
    setups = (_books,)

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_modules(
            [cls.module, 'sale_point', *cls.extras], *cls.setups)

    def setUp(self):
        super().setUp()
        clock = patch.object(tools, 'now', return_value=NOW)
        clock.start()
        self.addCleanup(clock.stop)

    def get_company(self):
        Company = Pool().get('company.company')
        company, = Company.search([], limit=1)
        return company

    def open_till(self, **values):
        pool = Pool()
        Point = pool.get('sale.point')
        self.beer, self.sandwich = make_products('0.2', '0.1')
        self.cash, self.card = make_methods()
        point = make_till(**values)
        Point.open_till([point])
        return Point(point.id)


def make_company():
    with set_company(create_company()):
        make_books()


def pair(name, **values):
    "Return the key of a new device"
    Device = Pool().get('tibillet.device')
    device, = Device.create([{'name': name, **values}])
    code, = Device.start_pairing([device]).values()
    _, key = Device.claim(pairing.read_code(code))
    return key


def make_till(tax_included=True, code='BAR'):
    "Return a till of the company of the context, closed"
    pool = Pool()
    Journal = pool.get('account.journal')
    Location = pool.get('stock.location')
    Point = pool.get('sale.point')
    journal, = Journal.search([('type', '=', 'revenue')], limit=1)
    storage, = Location.search([('code', '=', 'STO')])
    customer, = Location.search([('code', '=', 'CUS')])
    point, = Point.create([{
                'name': f"Till {code}", 'code': code, 'journal': journal.id,
                'tax_included': tax_included,
                'storage_location': storage.id,
                'customer_location': customer.id,
                }])
    return point


def make_books():
    "Make a chart and the year 2026 for the company of the context"
    pool = Pool()
    Company = pool.get('company.company')
    FiscalYear = pool.get('account.fiscalyear')
    company = Company(Transaction().context['company'])
    create_chart(company)
    fiscalyear = get_fiscalyear(company, today=dt.date(2026, 6, 1))
    fiscalyear.save()
    FiscalYear.create_period([fiscalyear])


def make_tax(rate):
    pool = Pool()
    Account = pool.get('account.account')
    Tax = pool.get('account.tax')
    account, = Account.search([('code', '=', '6.3.6')])
    tax, = Tax.create([{
                'name': f"VAT {rate}", 'description': f"VAT {rate}",
                'type': 'percentage', 'rate': Decimal(rate),
                'invoice_account': account.id,
                'credit_note_account': account.id,
                }])
    return tax


def make_products(*rates):
    "Return a product of each rate"
    pool = Pool()
    Account = pool.get('account.account')
    Category = pool.get('product.category')
    Product = pool.get('product.product')
    Uom = pool.get('product.uom')
    unit, = Uom.search([('name', '=', "Unit")])
    revenue, = Account.search(
        [('type.revenue', '=', True), ('closed', '!=', True)], limit=1)
    products = []
    for rate in rates:
        category, = Category.create([{
                    'name': f"At {rate}", 'accounting': True,
                    'account_revenue': revenue.id,
                    'customer_taxes': [('add', [make_tax(rate).id])],
                    }])
        product, = Product.create([{
                    'template': _template(
                        f"Good at {rate}", unit, category),
                    }])
        products.append(product)
    return products


def _template(name, unit, category):
    pool = Pool()
    Template = pool.get('product.template')
    template, = Template.create([{
                'name': name, 'default_uom': unit.id, 'type': 'goods',
                'salable': True, 'sale_uom': unit.id,
                'account_category': category.id,
                'products': [],
                }])
    return template.id


def make_methods():
    "Return the methods cash and card"
    pool = Pool()
    Account = pool.get('account.account')
    Method = pool.get('sale.point.payment.method')
    account, = Account.search([('code', '=', '1.1.1')])
    return Method.create([
            {'name': tender, 'tender': tender, 'account': account.id}
            for tender in ['cash', 'card']])


def sell(point, product, method, quantity=1, price='3.50'):
    "Return a sale finished through the records, as the form does"
    pool = Pool()
    Sale = pool.get('sale.point.sale')
    list_price, gross_price = till_finish.other_prices(
        Decimal(price), Decimal('0.2'), point.tax_included)
    sale, = Sale.create([{
                'point': point.id,
                'lines': [('create', [{
                                'product': product.id,
                                'quantity': quantity,
                                'unit_list_price': list_price,
                                'unit_gross_price': gross_price,
                                }])],
                }])
    sale.payments = [{'method': method.id, 'amount': sale.total}]
    sale.save()
    Sale.process([sale])
    return sale


def run_again(database, function):
    "Run a function in a transaction, again when it asks for it"
    extras = {}
    while True:
        with Transaction().start(
                database, 0, context={}, **extras) as transaction:
            try:
                result = function()
                transaction.commit()
                return result
            except TransactionError as error:
                transaction.rollback()
                error.fix(extras)
