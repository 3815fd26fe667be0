"""What only a real PostgreSQL can show: make test-pg."""
import datetime as dt
import threading
import time
from decimal import Decimal
from unittest.mock import patch

import pytest
from tibillet_base.tests.meeting import PATIENCE_SECONDS, meeting

from trytond import backend
from trytond.exceptions import UserError
from trytond.modules.account.tests import get_fiscalyear
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import RouteTestCase
from trytond.transaction import Transaction, TransactionError

from .records import (
    create_booking, create_party, create_product, create_units, move, utc)

pytestmark = pytest.mark.postgresql
DAYS = [dt.date(2099, month, 10) for month in [7, 8, 9, 10]]


class PostgreSQLTestCase(RouteTestCase):
    module = 'tibillet_equipment'

    @classmethod
    def setUpDatabase(cls):
        cls.company = create_company()
        with set_company(cls.company):
            product = create_product()
            festival = create_party("Festival")
            Equipment = Pool().get('tibillet.equipment')
            unit, = create_units(product, 1)
            Equipment.create_assets([unit])
            Equipment.run_assets([unit])
            move('out', [unit], festival, utc('2025-07-01'))
            create_units(product, 10)
            cls.product, cls.festival = product.id, festival.id
            cls.company = cls.company.id

    def book(self, day, *quantities):
        "Return the ids of new draft bookings of the same day"
        with Transaction().start(
                self.db_name, 0, context={'company': self.company}):
            pool = Pool()
            Party = pool.get('party.party')
            Product = pool.get('product.product')
            return [
                create_booking(
                    Party(self.festival), Product(self.product), quantity,
                    day, day).id
                for quantity in quantities]

    def click(self, model, button, ids):
        "Click on a button of each record at the same time, as a client does"
        threads = [
            threading.Thread(target=self._click, args=(model, button, id_))
            for id_ in ids]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def confirm(self, bookings):
        "Confirm the bookings at the same time, return their states"
        model = 'tibillet.equipment.booking'
        self.click(model, 'confirm', bookings)
        with Transaction().start(self.db_name, 0, readonly=True):
            Booking = Pool().get(model)
            return sorted(b.state for b in Booking.browse(bookings))

    def create_assets(self):
        "Create the assets of a unit twice at once, return how many it has"
        model = 'tibillet.equipment'
        with Transaction().start(
                self.db_name, 0, context={'company': self.company}):
            unit, = create_units(create_product(), 1)
            unit = unit.id
        self.click(model, 'create_assets', [unit, unit])
        with Transaction().start(
                self.db_name, 0, context={'company': self.company},
                readonly=True):
            Equipment = Pool().get(model)
            return len(Equipment(unit).assets)

    def _click(self, model, button, id_):
        extras = {}
        while True:
            try:
                with Transaction().start(
                        self.db_name, 0, context={'company': self.company},
                        **extras):
                    Model = Pool().get(model)
                    getattr(Model, button)([Model(id_)])
                return
            except TransactionError as error:
                error.fix(extras)
            except backend.DatabaseOperationalError:
                time.sleep(0.1)  # the other one has the lock
            except UserError:
                return

    def test_race(self):
        "Of two bookings at the same time one is refused"
        self.assertEqual(
            self.confirm(self.book(DAYS[0], 6, 6)), ['confirmed', 'draft'])

    def test_race_without_lock(self):
        "Without the lock both are confirmed: the race is real"
        Booking = Pool(self.db_name).get('tibillet.equipment.booking')
        with patch.object(Booking, 'lock'), meeting(
                Booking, 'check_capacity', 2):
            self.assertEqual(
                self.confirm(self.book(DAYS[1], 6, 6)),
                ['confirmed', 'confirmed'])

    def write_line(self, booking):
        "Book one more of a booking that is confirmed meanwhile, return both"
        started, confirmed = threading.Event(), threading.Event()
        refused = []

        def write():
            while True:
                try:
                    with Transaction().start(
                            self.db_name, 0,
                            context={'company': self.company}):
                        pool = Pool()
                        Booking = pool.get('tibillet.equipment.booking')
                        Line = pool.get('tibillet.equipment.booking.line')
                        # What is read first is what the transaction sees.
                        Booking(booking).state
                        started.set()
                        assert confirmed.wait(PATIENCE_SECONDS)
                        Line.create([{
                                    'booking': booking,
                                    'product': self.product,
                                    'quantity': 10,
                                    }])
                    return
                except backend.DatabaseOperationalError:
                    time.sleep(0.1)
                except UserError as error:
                    refused.append(type(error).__name__)
                    return

        thread = threading.Thread(target=write)
        thread.start()
        assert started.wait(PATIENCE_SECONDS)
        self.confirm([booking])
        confirmed.set()
        thread.join()
        with Transaction().start(self.db_name, 0, readonly=True):
            Booking = Pool().get('tibillet.equipment.booking')
            record = Booking(booking)
            return record.state, sum(l.quantity for l in record.lines), refused

    def test_line(self):
        "A booking that is confirmed takes no line that was begun before"
        booking, = self.book(DAYS[2], 1)
        self.assertEqual(
            self.write_line(booking),
            ('confirmed', 1, ['BookingModificationError']))

    def test_line_without_turn(self):
        "Without its turn it takes more than there are: the race is real"
        booking, = self.book(DAYS[3], 1)
        with patch('tibillet_equipment.booking.take_turn'):
            self.assertEqual(
                self.write_line(booking), ('confirmed', 11, []))

    def test_assets(self):
        "Of two clicks at the same time one creates the assets"
        self.assertEqual(self.create_assets(), 1)

    def test_assets_without_lock(self):
        "Without the lock both create them: the race is real"
        Equipment = Pool(self.db_name).get('tibillet.equipment')
        with patch.object(Equipment, 'lock'), meeting(
                Equipment, 'check_asset', 2):
            self.assertEqual(self.create_assets(), 2)

    def change_line(self, query, posted):
        "Run the query on a line of an asset, posted or planned"
        extras = {}
        while True:
            try:
                with Transaction().start(
                        self.db_name, 0, context={'company': self.company},
                        **extras) as opened:
                    try:
                        return self._change_line(opened, query, posted)
                    finally:
                        opened.rollback()
            except TransactionError as error:
                error.fix(extras)

    def _change_line(self, opened, query, posted):
        pool = Pool()
        Company = pool.get('company.company')
        Journal = pool.get('account.journal')
        Line = pool.get('account.asset.line')
        Move = pool.get('account.move')
        line, *_ = Line.search([])
        if posted:
            fiscalyear = get_fiscalyear(
                Company(self.company), today=dt.date(2025, 7, 1))
            fiscalyear.save()
            fiscalyear.create_period([fiscalyear])
            journal, *_ = Journal.search([('type', '=', 'asset')])
            move, = Move.create([{
                        'journal': journal.id,
                        'period': fiscalyear.periods[0].id,
                        'date': fiscalyear.periods[0].start_date,
                        }])
            Line.write([line], {'move': move.id})
        cursor = opened.connection.cursor()
        cursor.execute(query.format(line.id))
        return cursor.rowcount

    def test_posted_line(self):
        "The database itself keeps what is posted of a unit, not its plan"
        for query in [
                'UPDATE account_asset_line SET depreciation = 1 '
                'WHERE id = {}',
                'UPDATE account_asset_line SET move = NULL WHERE id = {}',
                'DELETE FROM account_asset_line WHERE id = {}',
                ]:
            with self.subTest(query):
                self.assertEqual(self.change_line(query, False), 1)
                with self.assertRaisesRegex(Exception, 'is append-only'):
                    self.change_line(query, True)

    def test_board(self):
        "The years of the books are computed by the database"
        with Transaction().start(self.db_name, 0, readonly=True):
            Depreciation = Pool().get('tibillet.equipment.depreciation')
            self.assertEqual(
                [(r.year, r.cost, r.depreciation, r.net_value)
                    for r in Depreciation.search([])], [
                    ('2025', Decimal('250.00'), Decimal('83.33'),
                        Decimal('166.67')),
                    ('2026', Decimal('250.00'), Decimal('83.34'),
                        Decimal('83.33')),
                    ('2027', Decimal('250.00'), Decimal('83.33'),
                        Decimal('0.00')),
                    ])

    def test_searchers(self):
        "Custodians and partners are found by the database"
        with Transaction().start(self.db_name, 0, readonly=True):
            pool = Pool()
            Company = pool.get('company.company')
            Equipment = pool.get('tibillet.equipment')
            Party = pool.get('party.party')
            self.assertEqual(
                [u.code for u in Equipment.search([
                            ('custodian', '=', self.festival)])],
                ['EQ-00001'])
            self.assertEqual(
                Equipment.search([
                        ('custodian', '!=', self.festival),
                        ('product', '=', self.product),
                        ], count=True), 10)
            self.assertEqual(
                {p.id for p in Party.search([
                            ('equipment_partners', 'in', [self.festival])])},
                {self.festival, Company(self.company).party.id})


del RouteTestCase
