"""What of a quarter is declared, and the receipts for authors."""
import csv
import datetime as dt

from tibillet_event.declaration_exceptions import (
    RightsCostError, RightsReturnError)
from tibillet_event.exceptions import DeclarationMissingError
from tibillet_event.rights_return import get_values

from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction, check_access

from .records import utc
from .return_records import NEXT_DAY
from .show_tax_records import APRIL, ShowTaxMixin
from .ticket_records import D


class DeclarationQuarterTestCase(ShowTaxMixin, TestCase):

    def quarter(self):
        Quarter = Pool().get('tibillet.declaration.quarter')
        quarter, = Quarter.search([])
        return quarter

    def fill(self):
        Address = Pool().get('party.address')
        venue = self.performance.venue
        address, = Address.create([{
                    'party': venue.party.id,
                    'street_unstructured': "1 rue du Sucre",
                    'postal_code': '97410',
                    'city': "Saint-Pierre",
                    }])
        venue.kind, venue.address = 'concert_hall', address
        venue.save()

    @with_transaction()
    def test_quarter(self):
        self.open_show()
        order = self.sell('a', self.item(2), paid='40')
        self.close_till()
        self.close()
        for at, days in [
                (utc('2026-03-07 10:00'), 34), (utc('2026-04-09 10:00'), 1),
                (utc('2026-04-10 10:00'), 0), (utc('2026-04-12 10:00'), -2)]:
            self.at(at)
            self.assertEqual(self.quarter().days, days)
        quarter = self.quarter()
        self.assertEqual(
            (quarter.quarter, quarter.count, quarter.to_send,
                quarter.sent_count, quarter.admission, quarter.due_date),
            ('2026 – 1', 1, 1, 0, 40, dt.date(2026, 4, 10)))
        self.assertEqual(len(quarter.missing.splitlines()), 2)
        with self.assertRaises(DeclarationMissingError):
            quarter.__class__.send([quarter])
        self.fill()
        quarter = self.quarter()
        self.assertIsNone(quarter.missing)
        quarter.__class__.send([quarter])
        self.assertEqual(
            (self.quarter().to_send, self.quarter().sent_count), (0, 1))
        Report = Pool().get(
            'tibillet.declaration.quarter.csv', type='report')
        extension, content, _, _ = Report.execute([quarter.id], {})
        head, row = csv.reader(content.decode('utf-8-sig').splitlines())
        self.assertEqual(
            (extension, row[head.index('recetteTotalBilletterie')]),
            ('csv', '40.00'))
        # What comes after is to send again.
        self.at(NEXT_DAY)
        self.reopen_till()
        self.cancel('back', order.tickets[:1])
        self.close_till()
        self.make_return()
        self.assertEqual(self.quarter().to_send, 1)

    @with_transaction()
    def test_open(self):
        "A show of the quarter that is not closed is said"
        self.open_show()
        self.sell('a', self.item(1), paid='20')
        self.close_till()
        self.close()
        day = dt.date(2026, 3, 20)
        other, = self.performance.__class__.copy(
            [self.performance], default={'date': day, 'end_date': day})
        other.__class__.write([other], {'state': 'on_sale'})
        self.assertIn("Close the performance", self.quarter().missing)

    @with_transaction()
    def test_rights(self):
        "Societies of authors get the receipts, what was paid back taken off"
        self.open_show()
        with self.assertRaises(RightsReturnError):
            get_values(self.performance)
        guest = self.make_tariff("Guest", '0', kind='free')
        order = self.sell('a', self.item(3), paid='60')
        self.sell('b', self.item(2, guest))
        self.close_till()
        self.close()
        self.at(NEXT_DAY)
        self.reopen_till()
        self.cancel('back', order.tickets[:1])
        self.close_till()
        self.make_return()
        event = self.performance.event
        event.works = "La Valse, E. Dupont, 4 min"
        event.save()
        performance = self.performance.__class__(self.performance.id)
        performance.show_cost = D('850.00')
        performance.save()
        sheet = get_values(performance)
        self.assertEqual(
            (sheet['valid'], sheet['free_valid'], sheet['admission'],
                sheet['due_date']),
            (4, 2, 40, dt.date(2026, 3, 16)))
        self.assertEqual(
            [(line[0], line[3], line[4]) for line in sheet['lines']],
            [("Full", 2, 40), ("Guest", 2, 0)])
        self.assertEqual(
            sum(line[5] for line in sheet['lines']), sheet['base'])
        Report = Pool().get('tibillet.performance.rights.csv', type='report')
        extension, content, _, _ = Report.execute([performance.id], {})
        rows = list(csv.reader(content.decode('utf-8-sig').splitlines()))
        self.assertIn(['Cost of the Show', '850.00'], rows)
        self.assertIn(["Works", "La Valse, E. Dupont, 4 min"], rows)
        for name in ['sacem', 'sacd']:
            Report = Pool().get(f'tibillet.performance.{name}', type='report')
            extension, content, _, _ = Report.execute([performance.id], {})
            self.assertEqual((extension, content[:4]), ('pdf', b'%PDF'))

    @with_transaction()
    def test_bad_cost(self):
        self.open_show()
        self.at(APRIL)
        performance = self.performance.__class__(self.performance.id)
        performance.show_cost = D('-0.01')
        with self.assertRaises(RightsCostError):
            performance.save()

    @with_transaction()
    def test_cost_is_not_for_all(self):
        "Who sells tickets does not read what the show costs"
        pool = Pool()
        FieldAccess = pool.get('ir.model.field.access')
        Group = pool.get('res.group')
        User = pool.get('res.user')
        for name, readable in [
                ("Box Office", False), ("Partner", False),
                ("Accountant", True), ("Venue Manager", True)]:
            group, = Group.search([('name', '=', f"TiBillet / {name}")])
            user, = User.create([{
                        'name': name, 'login': name,
                        'groups': [('add', [group.id])],
                        }])
            with Transaction().set_user(user.id), check_access():
                access = FieldAccess.get_access(['tibillet.performance'])
            self.assertEqual(
                access['tibillet.performance']['show_cost']['read'],
                readable, name)
