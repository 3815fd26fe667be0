"""A ticket at forty doors at once: make test-pg."""
import datetime as dt
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from sql import Literal
from tibillet_base.tests.meeting import meeting
from tibillet_event import door_state, scan_writer, ticket_cancel
from tibillet_event.exceptions import TicketError
from tibillet_event.refund import Terms
from tibillet_event.scan_writer import Asked

from trytond import backend
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, RouteTestCase
from trytond.transaction import Transaction, TransactionError

from .door_records import SHOW, DoorMixin

pytestmark = pytest.mark.postgresql
DOORS = 40


class ScanRaceTestCase(DoorMixin, RouteTestCase):
    "Test many who scan at once"
    module = 'tibillet_event'
    extras = ['sale_point']
    opened = {}
    context = {}

    def setUp(self):
        super().setUp()
        self.crowd = ThreadPoolExecutor(DOORS)
        self.addCleanup(self.crowd.shutdown)
        if not self.opened:
            self.opened.update(self.commit(self.open))
        vars(self).update(self.opened)
        self.context = {'company': self.company.id}
        # The database has a clock of its own: it is before the show.
        self.at(SHOW)
        self.tickets = self.again(self.sell_some)

    def open(self):
        "Return what all the tests use"
        self.open_doors(200)
        return {
            'company': self.company,
            'devices': [
                self.make_gate(f'Gate {i}').id for i in range(DOORS)],
            'till': self.till.id,
            'guest': self.make_tariff("Guest", '0', kind='free'),
            'performance': self.performance,
            'uuid': self.performance.uuid,
            }

    def sell_some(self):
        "Return the codes of new tickets by their ids"
        pool = Pool()
        Ticket = pool.get('tibillet.ticket')
        order = self.sell(str(uuid.uuid4()), self.item(20, self.guest))
        return {
            ticket.id: ticket.code
            for ticket in Ticket.browse([t.id for t in order.tickets])}

    def again(self, act):
        "Do an act as a route does, again when it is lost"
        while True:
            with Transaction().start(
                    DB_NAME, 0, context=self.context) as transaction:
                try:
                    transaction.connection.cursor().execute(
                        'SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
                    result = act()
                    transaction.commit()
                    return result
                except (backend.DatabaseOperationalError, TransactionError):
                    transaction.rollback()
                except TicketError as error:
                    return {'code': error.api_code}

    def at_once(self, acts):
        barrier = threading.Barrier(len(acts))

        def run(act):
            barrier.wait(120)
            return self.again(act)
        return list(self.crowd.map(run, acts))

    def door(self, number, ticket, kind='entry', nonce=None):
        def act():
            pool = Pool()
            Device = pool.get('tibillet.device')
            return scan_writer.scan(
                Device(self.devices[number]), Asked(
                    nonce or str(uuid.uuid4()), kind, self.uuid, SHOW,
                    self.tickets[ticket]))
        return act

    def codes(self, answers):
        return Counter(answer['code'] for answer in answers)

    def execute(self, query, *parameters):
        def act():
            cursor = Transaction().connection.cursor()
            cursor.execute(query, parameters)
            return cursor.fetchall()
        return self.again(act)

    def race(self, ticket):
        return self.codes(self.at_once([
                    self.door(number, ticket) for number in range(DOORS)]))

    def test_same_ticket(self):
        "40 doors scan a ticket at once: one lets in, each keeps its scan"
        for ticket in list(self.tickets)[:10]:
            self.assertEqual(
                self.race(ticket), {'valid': 1, 'already_used': DOORS - 1})
            self.assertEqual(
                self.execute(
                    'SELECT count(*) FROM tibillet_scan WHERE ticket = %s',
                    ticket), [(DOORS,)])

    def test_upload(self):
        "What a door without network has decided is kept, in or out or both"
        minute = dt.timedelta(minutes=1)
        stayed, left, out = list(self.tickets)[:3]

        def asked(ticket, kind, at):
            return Asked(
                str(uuid.uuid4()), kind, self.uuid, at, self.tickets[ticket],
                result='valid')

        for passages, inside in [
                ([(stayed, 'entry', SHOW)], {stayed}),
                ([(left, 'entry', SHOW - minute), (left, 'exit', SHOW)],
                    {stayed}),
                ([(out, 'exit', SHOW)], {stayed})]:
            self.again(lambda passages=passages: scan_writer.upload(
                    Pool().get('tibillet.device')(self.devices[0]),
                    [asked(*passage) for passage in passages]))
            self.assertEqual({id_ for id_, in self.execute(
                        'SELECT id FROM tibillet_ticket WHERE id = ANY(%s) '
                        'AND entered_at IS NOT NULL AND left_at IS NULL',
                        [stayed, left, out])}, inside)

    def without_lock(self):
        return patch.object(door_state.till_sql, 'for_update', lambda: None)

    def test_without_lock(self):
        "The update alone lets one in; who is late asks again"
        with self.without_lock():
            for ticket in list(self.tickets)[:3]:
                self.assertEqual(
                    self.race(ticket),
                    {'valid': 1, 'already_used': DOORS - 1})

    def test_without_guard(self):
        "Without both several doors let the same ticket in"
        ticket = min(self.tickets)
        # Both have found the holder outside before one lets him in.
        with self.without_lock(), meeting(door_state.Doors, 'check', 2), \
                patch.object(
                    scan_writer, 'is_outside', lambda ticket: Literal(True)):
            answers = self.at_once([
                    self.door(0, ticket), self.door(1, ticket)])
        self.assertEqual(self.codes(answers), {'valid': 2})

    def test_same_request(self):
        "The same request sent 20 times at once counts once"
        for ticket in list(self.tickets)[:5]:
            nonce = str(uuid.uuid4())
            answers = self.at_once([self.door(0, ticket, nonce=nonce)] * 20)
            self.assertEqual(self.codes(answers), {'valid': 20})
            self.assertEqual(len({str(answer) for answer in answers}), 1)
            self.assertEqual(
                self.execute(
                    'SELECT count(*) FROM tibillet_scan WHERE ticket = %s',
                    ticket), [(1,)])

    def test_in_and_out(self):
        "Who goes in and out at many gates has been inside in between"
        ticket = min(self.tickets)
        for kind in ['entry', 'exit'] * 3:
            codes = self.codes(self.at_once([
                        self.door(number, ticket, kind)
                        for number in range(10)]))
            self.assertEqual(codes['valid'], 1)

    def test_cancelled_meanwhile(self):
        "A ticket enters or is cancelled, never both"
        def cancel(ticket):
            def act():
                ticket_cancel.cancel(
                    self.till, str(uuid.uuid4()), [ticket], None, Terms())
                return {'code': 'cancelled'}
            return act

        found = Counter()
        for ticket in self.tickets:
            scanned, cancelled = self.at_once(
                [self.door(0, ticket), cancel(ticket)])
            found[scanned['code'], cancelled['code']] += 1
        self.assertLessEqual(found.keys(), {
                ('valid', 'entered'), ('cancelled', 'cancelled')})
        self.assertEqual(
            self.execute(
                'SELECT count(*) FROM tibillet_ticket '
                "WHERE entered_at IS NOT NULL AND state <> 'valid'"),
            [(0,)])

    def test_trigger(self):
        "The database refuses to change a scan"
        self.again(self.door(0, min(self.tickets)))
        for query in [
                "UPDATE tibillet_scan SET result = 'over'",
                'DELETE FROM tibillet_scan',
                'TRUNCATE tibillet_scan']:
            with self.subTest(query=query), \
                    self.assertRaisesRegex(Exception, 'append-only'):
                self.execute(query)


del RouteTestCase
