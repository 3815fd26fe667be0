"""Quotations that hold places, for tests on the server."""
import datetime as dt

from tibillet_base.tests.clock import acting_on

from trytond.modules.account_invoice.tests import set_invoice_sequences
from trytond.modules.company.tests import set_company
from trytond.pool import Pool

from .return_records import ReturnMixin


class SaleMixin(ReturnMixin):
    "A school that asks for places of an evening"
    __slots__ = ()
    extras = ('sale',)

    def open_office(self, quantity=100, **values):
        pool = Pool()
        Configuration = pool.get('tibillet.ticket.configuration')
        Party = pool.get('party.party')
        Point = pool.get('sale.point')
        self.open_evening(quantity, **values)
        FiscalYear = pool.get('account.fiscalyear')
        with set_company(self.company):
            fiscalyear, = FiscalYear.search([])
            set_invoice_sequences(fiscalyear).save()
            # Nobody sells at it.
            self.office, = Point.copy([self.till], default={
                    'name': "Office", 'code': 'OFF'})
            Configuration(1, sales_point=self.office).save()
            self.product.template.salable = True
            self.product.template.sale_uom = self.product.default_uom
            self.product.template.save()
            self.school = self.make_tariff(
                "School", '8.00', kind='reduced', channels=['quotation'])
            self.party, = Party.create([{
                        'name': "Collège Vauban",
                        'addresses': [('create', [{}])],
                        }])

    def make_sale(self, *lines, days=10, **values):
        "Return a draft; lines: (quantity, tariff, other values)"
        pool = Pool()
        Line = pool.get('sale.line')
        Sale = pool.get('sale.sale')
        sale = Sale(
            company=self.company, party=self.party, **{
                'quotation_date': dt.date(2026, 2, 25),
                'quotation_validity': dt.timedelta(days=days),
                'invoice_method': 'order', **values})
        sale.on_change_party()
        sale.lines = []
        for quantity, tariff, *others in lines:
            line = Line(
                type='line', sale=sale, performance=self.performance,
                tariff=tariff, quantity=quantity)
            line.on_change_tariff()
            for name, value in (others[0] if others else {}).items():
                setattr(line, name, value)
            line.on_change_quantity()
            sale.lines = [*sale.lines, line]
        sale.save()
        return sale

    def do(self, sale, *acts, day=dt.date(2026, 2, 27)):
        Sale = Pool().get('sale.sale')
        with set_company(self.company), acting_on(day):
            for act in acts:
                getattr(Sale, act)([Sale(sale.id)])
        return Sale(sale.id)

    def invoices(self, sale):
        Sale = Pool().get('sale.sale')
        return sorted(Sale(sale.id).invoices, key=int)

    def post(self, sale, date=dt.date(2026, 3, 1)):
        "Post the invoices of a sale that are drafts"
        Invoice = Pool().get('account.invoice')
        with set_company(self.company):
            drafts = [i for i in self.invoices(sale) if i.state == 'draft']
            Invoice.write(drafts, {'invoice_date': date})
            Invoice.post(drafts)
        return self.invoices(sale)

    def tickets(self, sale):
        Ticket = Pool().get('tibillet.ticket')
        return Ticket.search([
                ('operations.order_line.sale', '=', sale.id),
                ], order=[('id', 'ASC')])
