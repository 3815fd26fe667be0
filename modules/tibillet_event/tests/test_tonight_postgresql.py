"""The board of tonight where the database knows time zones: make test-pg."""
import datetime as dt

import pytest
from tibillet_base import tools

from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .door_records import D, DoorMixin
from .records import utc

pytestmark = pytest.mark.postgresql
EVENING = utc('2026-03-06 21:30')


class TonightTestCase(DoorMixin, TestCase):

    def open(self, zone):
        self.open_doors(100)
        self.company.timezone = zone
        self.company.save()
        self.at(EVENING)

    def days(self):
        Day = Pool().get('tibillet.boxoffice.day')
        return [
            (day.date.day, day.tickets, day.amount)
            for day in Day.search([])]

    @with_transaction()
    def test_zone(self):
        "The day is that of the company, whatever the season"
        self.open('Europe/Paris')
        self.sell_tickets(1)
        self.at(EVENING + dt.timedelta(hours=2))
        self.sell_tickets(2)
        for zone, days in [
                ('Europe/Paris', [(6, 1, D('20')), (7, 2, D('40'))]),
                ('Indian/Reunion', [(7, 3, D('60'))]),
                ('America/Cayenne', [(6, 3, D('60'))]),
                (None, [(6, 3, D('60'))]),
                ]:
            with self.subTest(zone=zone):
                self.company.timezone = zone
                self.company.save()
                self.assertEqual(self.days(), days)

    @with_transaction()
    def test_board(self):
        "The database answers what the board asks"
        pool = Pool()
        self.open('Europe/Paris')
        self.sell_tickets(2)
        self.performance.date = tools.today()
        self.performance.save()
        Tonight = pool.get('tibillet.boxoffice.tonight')
        Taking = pool.get('tibillet.boxoffice.taking')
        shown, = Tonight.search([])
        self.assertEqual(
            (shown.places_sold, shown.people_entered, shown.amount),
            (2, 0, D('40')))
        taking, = Taking.search([])
        self.assertEqual(
            (taking.tender, taking.sales, taking.amount),
            ('cash', 1, D('40')))
