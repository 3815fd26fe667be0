"""A company that sells at a till, for tests through proteus."""
import datetime as dt
from contextlib import contextmanager
from decimal import Decimal
from unittest.mock import patch

from tibillet_base import tools

from proteus import Model, config
from trytond.modules.account.tests.tools import (
    create_chart, create_fiscalyear, create_tax, get_accounts)
from trytond.modules.account_invoice.tests.tools import (
    set_fiscalyear_invoice_sequences)
from trytond.modules.company.tests.tools import create_company
from trytond.modules.currency.tests.tools import get_currency
from trytond.tests.tools import activate_modules

# A Friday evening in Paris.
EVENING = dt.datetime(2026, 3, 6, 19, 0, tzinfo=dt.UTC).replace(tzinfo=None)


def activate(module='tibillet_base', *extras):
    return activate_modules([module, 'sale_point', *extras], _company, _books)


def _company(config=None):
    create_company(currency=get_currency('EUR'))


def _books(config=None):
    create_chart()
    fiscalyear = set_fiscalyear_invoice_sequences(create_fiscalyear(
            today=(dt.date(2026, 1, 1), dt.date(2026, 12, 31))))
    fiscalyear.click('create_period')


@contextmanager
def clock(at):
    "Let the server believe that it is another time, in UTC"
    with patch.object(tools, 'now', return_value=at):
        yield


def make_products():
    "Return beer at 20 %, a sandwich at 10 %, a ticket at 5.5 %, a gift"
    Category = Model.get('product.category')
    Template = Model.get('product.template')
    Uom = Model.get('product.uom')
    unit, = Uom.find([('name', '=', "Unit")])
    accounts = get_accounts()
    products = []
    for name, rate, price, type_ in [
            ("Beer", '0.2', '3.50', 'goods'),
            ("Sandwich", '0.1', '4.20', 'goods'),
            ("Ticket", '0.055', '12.00', 'service'),
            ("Library", None, '1.00', 'service'),
            ]:
        category = Category(name=name, accounting=True)
        category.account_revenue = accounts['revenue']
        if rate:
            tax = create_tax(Decimal(rate))
            tax.name = f'VAT {rate}'
            tax.save()
            category.customer_taxes.append(tax)
        category.save()
        template = Template(name=name, type=type_, default_uom=unit)
        template.salable = True
        template.account_category = category
        template.gross_price = Decimal(price)
        template.save()
        products += template.products
    return products


def make_methods():
    "Return the methods cash and card"
    Method = Model.get('sale.point.payment.method')
    accounts = get_accounts()
    card, = accounts['cash'].duplicate(default={'name': "Cards"})
    methods = []
    for name, tender, account in [
            ("Cash", 'cash', accounts['cash']),
            ("Card", 'card', card),
            ]:
        method = Method(name=name, account=account)
        method.tender = tender
        method.save()
        methods.append(method)
    return methods


def make_till(code="BAR", **values):
    "Return a till that is closed"
    Journal = Model.get('account.journal')
    Location = Model.get('stock.location')
    Point = Model.get('sale.point')
    till = Point(name=f"Till {code}", code=code, **values)
    till.journal, = Journal.find([('type', '=', 'revenue')], limit=1)
    till.storage_location, = Location.find([('code', '=', 'STO')])
    till.customer_location, = Location.find([('code', '=', 'CUS')])
    till.save()
    return till


def make_user(login, *groups):
    "Return the new user of the company in the groups of tibillet_base"
    Company = Model.get('company.company')
    Group = Model.get('res.group')
    User = Model.get('res.user')
    company, = Company.find([])
    user = User(name=login.title(), login=login)
    user.companies.append(company)
    user.company = Company(company.id)
    for group in groups:
        name = group.replace('_', ' ').title()
        user.groups.extend(Group.find([('name', '=', f"TiBillet / {name}")]))
    user.save()
    return user


@contextmanager
def logged_in(user):
    "Act as another user"
    before = config.get_config().user
    config.get_config().user = user.id
    try:
        yield
    finally:
        config.get_config().user = before


def new_sale(till, *lines):
    "Return a sale of (quantity, product), not paid"
    Sale = Model.get('sale.point.sale')
    sale = Sale(point=till)
    for quantity, product in lines:
        line = sale.lines.new()
        line.product = product
        line.quantity = quantity
    sale.save()
    return sale


def pay(sale, method, amount=None):
    "Pay the sale, which finishes it when nothing is left to pay"
    wizard = sale.click('pay')
    wizard.form.method = method
    if amount is not None:
        wizard.form.amount = Decimal(amount)
    wizard.execute('pay')
    sale.reload()
    return sale


def name_differences():
    "Say how the books call cash that is missing or too much, in and out"
    Configuration = Model.get('tibillet.till.configuration')
    Journal = Model.get('account.journal')
    Type = Model.get('sale.point.cash.transfer.type')
    accounts = get_accounts()
    journal, = Journal.find([('type', '=', 'cash')], limit=1)
    types = {}
    waiting, = accounts['cash'].duplicate(default={'name': "On its Way"})
    for name, account, use in [
            ("Shortage", accounts['expense'], None),
            ("Surplus", accounts['revenue'], None),
            ("Float", waiting, 'float'),
            ("Purchase", accounts['expense'], 'out'),
            ("Bank", waiting, 'bank'),
            ("Back", waiting, 'back'),
            ("Tips", accounts['expense'], 'tips'),
            ]:
        types[name] = Type(
            name=name, journal=journal, account=account, use=use)
        types[name].save()
    configuration = Configuration(1)
    configuration.shortage_type = types["Shortage"]
    configuration.surplus_type = types["Surplus"]
    configuration.save()


def move_cash(till, type_, amount, reason):
    "Put cash in the drawer of the till or take it out"
    Type = Model.get('sale.point.cash.transfer.type')
    wizard = till.click('cash_wizard')
    wizard.form.type, = Type.find([('name', '=', type_)])
    wizard.form.amount = Decimal(amount)
    wizard.form.reason = reason
    wizard.execute('move')


def close(till, counted, reason=None):
    "Count the coins and notes {value: quantity} and close the till"
    wizard = till.click('close_wizard')
    for count in wizard.form.counts:
        for value, quantity in counted.items():
            if count.value == Decimal(value):
                count.quantity = quantity
    wizard.execute('check')
    if wizard.state != wizard.end_state:
        wizard.form.reason = reason
        wizard.execute('close')
