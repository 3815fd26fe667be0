"""A till that sells tickets, for tests on the server."""
from decimal import Decimal
from unittest.mock import patch

from tibillet_base import tools
from tibillet_base.tests.till_records import (
    NOW, TillMixin, make_methods, make_products, make_tax, make_till,
    run_again)
from tibillet_event import ticket_writer
from tibillet_event.ticket_writer import Item, Person

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME

from .records import create_sale

D = Decimal


QUANTITY = 100
DEFERRED = "Sold in Advance"
ORGANISERS = "Owed to Organisers"


def _office(config=None):
    with patch.object(tools, 'now', return_value=NOW):
        run_again(DB_NAME, _BoxOffice().make_office)


def _concert(config=None):
    with patch.object(tools, 'now', return_value=NOW):
        run_again(DB_NAME, _BoxOffice().open_box_office)


# A box office with nothing on sale.
OFFICE = (*TillMixin.setups, _office)


class TicketMixin(TillMixin):
    "A box office with a till that is open, and a concert on sale"
    __slots__ = ()
    module = 'tibillet_event'
    setups = (*OFFICE, _concert)

    def open_box_office(self, quantity=QUANTITY, **values):
        """Find the box office that the database begins with, and its concert

        quantity, values: of the concert; another one is made for them.
        """
        pool = Pool()
        Account = pool.get('account.account')
        Method = pool.get('sale.point.payment.method')
        Performance = pool.get('tibillet.performance')
        Point = pool.get('sale.point')
        Product = pool.get('product.product')
        Tariff = pool.get('tibillet.tariff')
        Tax = pool.get('account.tax')
        self.company = self.get_company()
        with set_company(self.company):
            self.product, = Product.search([('name', '=', "Good at 0.2")])
            self.cash, self.card = Method.search([], order=[('id', 'ASC')])
            self.till, = Point.search([])
            self.show_tax, = Tax.search([('name', '=', "VAT 0.055")])
            self.deferred, self.organisers = Account.search(
                [('name', 'in', [DEFERRED, ORGANISERS])],
                order=[('id', 'ASC')])
            concerts = []
            if quantity == QUANTITY and not values:
                concerts = Performance.search([], limit=1)
            if concerts:
                self.performance, = concerts
                self.full, = Tariff.search([])
            else:
                self.performance = create_sale(quantity, **values)
                self.full = self.make_tariff("Full", '20.00')

    def make_office(self):
        self.company = self.get_company()
        with set_company(self.company):
            self.product, = make_products('0.2')
            self.product.template.type = 'service'
            self.product.template.save()
            self.cash, self.card = make_methods()
            self.till = self.make_till()
            self.set_configuration()

    def make_till(self, **values):
        Point = Pool().get('sale.point')
        till = make_till(**values)
        Point.open_till([till])
        return Point(till.id)

    def set_configuration(self):
        pool = Pool()
        Account = pool.get('account.account')
        AdmissionTax = pool.get('tibillet.admission.tax')
        Configuration = pool.get('tibillet.ticket.configuration')
        self.show_tax = make_tax('0.055')
        AdmissionTax.create([{
                    'company': self.company.id,
                    'category': 'show',
                    'tax': self.show_tax.id,
                    }])
        model, = Account.search([
                ('type.revenue', '=', True),
                ('closed', '!=', True),
                ('company', '=', self.company.id)], limit=1)
        self.deferred, self.organisers = Account.copy(
            [model, model], default={'code': lambda d: None})
        Account.write([self.deferred], {'name': DEFERRED})
        Account.write([self.organisers], {'name': ORGANISERS})
        Configuration(
            1, deferred_account=self.deferred,
            organisers_account=self.organisers).save()

    def make_tariff(self, name, price, **values):
        Tariff = Pool().get('tibillet.tariff')
        tariff, = Tariff.create([{
                    'name': name,
                    'event': self.performance.event.id,
                    'product': self.product.id,
                    'price': D(price),
                    **values,
                    }])
        return tariff

    def item(self, quantity=1, tariff=None, performance=None, **values):
        tariff = tariff or self.full
        performance = performance or self.performance
        return Item(performance.id, tariff.id, quantity, **values)

    def sell(
            self, uuid, *items, paid=None, till=None, method=None,
            channel='counter', person=ticket_writer.NOBODY):
        payments = []
        if paid is not None:
            payments.append(ticket_writer.till_writer.Paid(
                    (method or self.cash).id, D(paid)))
        return ticket_writer.sell(
            till or self.till, uuid, items, payments, channel, person)

    def operations(self, **values):
        Operation = Pool().get('tibillet.ticket.operation')
        return Operation.search(
            [(name, '=', value) for name, value in values.items()],
            order=[('id', 'ASC')])


class _BoxOffice(TicketMixin):
    "What makes it in the database that tests begin with"


__all__ = ['D', 'NOW', 'OFFICE', 'Item', 'Person', 'TicketMixin']
