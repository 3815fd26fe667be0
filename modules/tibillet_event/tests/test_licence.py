"""The licences of organisers: until when they hold, and on tickets."""
import datetime as dt

from tibillet_base.tests.clock import acting_on
from tibillet_event.exceptions import LicenceDateError, LicenceWarning

from trytond.model.modelsql import SQLConstraintError
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .records import create_sale
from .ticket_records import TicketMixin

date = dt.date


class LicenceTestCase(TicketMixin, TestCase):

    def make(self, since, until, company=None, **values):
        Licence = Pool().get('tibillet.licence')
        licence, = Licence.create([{
                    'company': (company or self.get_company()).id,
                    'category': '3',
                    'number': 'PLATESV-R-2026-000123',
                    'since': since,
                    'until': until,
                    **values}])
        return licence

    @with_transaction()
    def test_state(self):
        "A licence is to be renewed 90 days before it ends"
        with set_company(self.get_company()):
            licence = self.make(date(2026, 3, 1), date(2031, 2, 28))
            for day, state in [
                    (date(2026, 2, 28), 'coming'),
                    (date(2026, 3, 1), 'valid'),
                    (date(2030, 11, 30), 'valid'),
                    (date(2030, 12, 1), 'expiring'),
                    (date(2031, 2, 28), 'expiring'),
                    (date(2031, 3, 1), 'expired'),
                    ]:
                with self.subTest(day=day), acting_on(day):
                    self.assertEqual(licence.on_change_with_state(), state)

    @with_transaction()
    def test_five_years(self):
        Licence = Pool().get('tibillet.licence')
        licence = Licence(since=date(2026, 3, 1), until=None)
        licence.on_change_since()
        self.assertEqual(licence.until, date(2031, 2, 28))

    @with_transaction()
    def test_refused(self):
        "It ends after it starts, and is entered once"
        company = self.get_company()
        with set_company(company):
            for until in [date(2026, 2, 1), date(2026, 3, 1)]:
                with self.assertRaises(LicenceDateError):
                    self.make(date(2026, 3, 1), until, number=str(until))
            self.make(date(2026, 3, 1), date(2031, 2, 28))
            with self.assertRaises(SQLConstraintError):
                self.make(date(2026, 4, 1), date(2031, 3, 31))

    @with_transaction()
    def test_put_on_sale(self):
        "A show on a day without licence is asked about, once declared"
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        with set_company(self.get_company()):
            # Six shows a year need none.
            performance = create_sale(10)
            Performance.draft([performance])
            licence = self.make(date(2090, 1, 1), date(2099, 7, 9))
            with self.assertRaises(LicenceWarning) as refused:
                Performance.put_on_sale([performance])
            self.assertIn('PLATESV-R-2026-000123', refused.exception.message)
            self.assertEqual(Performance(performance.id).state, 'draft')
            licence.until = date(2099, 7, 10)
            licence.save()
            Performance.put_on_sale([performance])
            self.assertEqual(performance.state, 'on_sale')

    @with_transaction()
    def test_ticket(self):
        "Tickets say the licences of the organiser on the day of the sale"
        pool = Pool()
        Ticket = pool.get('tibillet.ticket.page', type='report')
        self.open_box_office()
        with set_company(self.company):
            # They are sold on 6 March 2026.
            for number, since, until, category in [
                    ('PLATESV-R-2021-000003', (2021, 3, 6), (2026, 3, 5), '3'),
                    ('PLATESV-R-2026-000003', (2026, 3, 6), (2031, 3, 5), '3'),
                    ('PLATESV-R-2025-000001', (2025, 1, 1), (2026, 3, 6), '1'),
                    ]:
                self.make(
                    date(*since), date(*until), number=number,
                    category=category)
            with set_company(create_company("Autre")):
                other, = pool.get('company.company').search([
                        ('party.name', '=', "Autre")])
                self.make(
                    date(2026, 1, 1), date(2030, 1, 1), company=other,
                    number='PLATESV-R-2026-000009')
            self.sell('order', self.item(1), paid='20')
            ticket, = pool.get('tibillet.ticket').search([])
            context = Ticket.get_context([ticket], {}, {})
            self.assertEqual(
                context['numbers'](ticket),
                'PLATESV-R-2025-000001, PLATESV-R-2026-000003')
