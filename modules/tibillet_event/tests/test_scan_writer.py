"""Tickets at a door: each scan is kept, each holder is inside once."""
import datetime as dt
import json
from dataclasses import replace
from unittest.mock import patch

from tibillet_base import keys, tools
from tibillet_base.exceptions import FactError
from tibillet_event import door_state, scan_writer, ticket_cancel
from tibillet_event.exceptions import (
    DoorGateError, DoorPerformanceError, ScanNonceError, TicketEnteredError)
from tibillet_event.refund import Terms

from trytond.model import fields
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction

from tibillet import ticket_code

from .door_records import DOORS, END, MATINEE, SHOW, DoorMixin
from .records import create_sale

MINUTE = dt.timedelta(minutes=1)


class ScanWriterTestCase(DoorMixin, TestCase):

    def result(self, *args, **kwargs):
        return self.scan(self.north, *args, **kwargs)['code']

    @with_transaction()
    def test_once(self):
        "A ticket enters once, whatever the gate, and again once it has left"
        self.open_doors()
        ticket, = self.sell_tickets()
        self.at(SHOW)
        answer = self.scan(self.north, ticket)
        self.assertEqual(
            (answer['code'], answer['admitted'], answer['number'],
                answer['tariff']),
            ('valid', True, ticket.number, self.full.id))
        self.assertEqual(self.people(), (1, 1))
        self.at(SHOW + 5 * MINUTE)
        answer = self.scan(self.south, ticket)
        self.assertEqual(
            (answer['code'], answer['admitted'], answer['gate'],
                answer['entered_at']),
            ('already_used', False, "North", '2099-07-10T18:00:00.000Z'))
        # On the clock of the venue, in Paris.
        self.assertIn('20:00', answer['message'])
        self.assertIn("North", answer['message'])
        self.assertEqual(self.result(ticket, 'exit'), 'valid')
        self.assertEqual(self.people(), (0, 1))
        self.assertEqual(self.result(ticket, 'exit'), 'not_inside')
        self.assertEqual(self.scan(self.south, ticket)['code'], 'valid')
        self.assertEqual(self.people(), (1, 1))
        ticket = ticket.__class__(ticket.id)
        self.assertEqual(
            (ticket.entered_at, ticket.entered_gate.name, ticket.left_at),
            (SHOW + 5 * MINUTE, "South", None))
        # Refused or not, each one is kept.
        Scan = Pool().get('tibillet.scan')
        self.assertEqual(
            [(s.gate.name, s.kind, s.result, s.forced)
                for s in Scan.search([], order=[('id', 'ASC')])],
            [
                ("North", 'entry', 'valid', False),
                ("South", 'entry', 'already_used', False),
                ("North", 'exit', 'valid', False),
                ("North", 'exit', 'not_inside', False),
                ("South", 'entry', 'valid', False),
                ])

    @with_transaction()
    def test_hours(self):
        "The doors open at their hour and close at the end"
        self.open_doors()
        tickets = self.sell_tickets(2)
        for instant, code in [
                (DOORS - MINUTE, 'too_early'),
                (END, 'over'),
                (DOORS, 'valid')]:
            with self.subTest(instant=instant):
                self.at(instant)
                answer = self.scan(self.north, tickets[0])
                self.assertEqual(answer['code'], code)
        self.at(DOORS - dt.timedelta(days=1))
        answer = self.scan(self.north, tickets[1])
        self.assertEqual(answer['opens_at'], '2099-07-10T16:30:00.000Z')
        self.assertIn('07/10/2099 18:30', answer['message'])
        self.at(END + MINUTE)
        self.assertEqual(self.result(tickets[0], 'exit'), 'valid')

    @with_transaction()
    def test_later(self):
        "A date that is moved keeps its tickets, at its new hours"
        self.open_doors()
        ticket, = self.sell_tickets()
        code = ticket.code
        Performance = Pool().get('tibillet.performance')
        performance = Performance(self.performance.id)
        Performance.put_off([performance])
        self.at(SHOW)
        answer = self.scan(self.north, code)
        self.assertEqual(answer['code'], 'called_off')
        self.assertIn("postponed", answer['message'])
        performance.date += dt.timedelta(days=7)
        performance.end_date += dt.timedelta(days=7)
        performance.save()
        Performance.put_on_sale([performance])
        # On the old date, who comes is told the new one.
        answer = self.scan(self.north, code)
        self.assertEqual(answer['code'], 'too_early')
        self.assertIn("postponed", answer['message'])
        self.assertIn('07/17/2099 18:30', answer['message'])
        self.at(SHOW + dt.timedelta(days=7))
        self.assertEqual(self.result(code), 'valid')
        Performance.call_off([Performance(performance.id)])
        answer = self.scan(self.south, code)
        self.assertEqual(answer['code'], 'called_off')
        self.assertIn("cancelled", answer['message'])

    @with_transaction()
    def test_other_performance(self):
        self.open_doors()
        ticket = self.open_matinee()
        self.at(SHOW)
        answer = self.scan(self.north, ticket)
        self.assertEqual(answer['code'], 'wrong_performance')
        self.assertIn("Matinée", answer['message'])
        self.assertNotIn('number', answer)
        self.at(MATINEE)
        self.assertEqual(
            self.result(ticket, performance=ticket.performance), 'valid')

    @with_transaction()
    def test_false(self):
        "What the box office has not made does not enter, and is kept"
        self.open_doors()
        ticket, = self.sell_tickets()
        self.at(SHOW)
        read = ticket_code.read(ticket.code)
        private = keys.derive(1, 'event', self.performance.event.uuid)
        unknown = replace(read, ticket=self.performance.uuid)
        elsewhere = replace(read, performance=ticket.uuid)
        for text, code in [
                ("https://example.org/menu", 'not_a_ticket'),
                ("", 'not_a_ticket'),
                (ticket.code[:-2], 'not_a_ticket'),
                (ticket_code.encode(read, bytes(32)), 'bad_signature'),
                (ticket_code.encode(elsewhere, private), 'bad_signature'),
                (ticket_code.encode(unknown, private), 'unknown'),
                (ticket.code.lower(), 'valid'),
                ]:
            with self.subTest(text=text, code=code):
                self.assertEqual(self.result(text), code)
        Scan = Pool().get('tibillet.scan')
        scans = Scan.search([], order=[('id', 'ASC')])
        self.assertEqual(scans[0].code, "https://example.org/menu")
        self.assertIsNone(scans[-1].code)
        self.assertEqual(scans[-1].ticket, ticket)

    @with_transaction()
    def test_old_key(self):
        "A ticket signed by an old key still enters"
        self.open_doors()
        ticket, = self.sell_tickets()
        code = ticket.code
        self.at(SHOW)
        masters = {**keys.masters(), 2: bytes(range(32))}
        with patch.object(keys, 'masters', return_value=masters):
            self.assertEqual(self.result(code), 'valid')

    @with_transaction()
    def test_cancelled(self):
        "A cancelled ticket does not enter, who has entered is not cancelled"
        self.open_doors()
        first, second = self.sell_tickets(2)
        code = first.code

        def cancel(uuid, ticket):
            return ticket_cancel.cancel(
                self.till, uuid, [ticket.id], self.cash, Terms())

        cancel('first', first)
        self.at(SHOW)
        self.assertEqual(self.result(code), 'cancelled')
        self.assertEqual(self.result(second), 'valid')
        for kind in ['inside', 'exit']:
            with self.subTest(kind=kind):
                if kind == 'exit':
                    self.assertEqual(self.result(second, 'exit'), 'valid')
                with self.assertRaises(TicketEnteredError) as caught:
                    cancel(kind, second)
                self.assertEqual(caught.exception.api_code, 'entered')
        self.assertEqual(len(self.operations(kind='cancellation')), 1)

    @with_transaction()
    def test_exchanged(self):
        self.open_doors()
        ticket, = self.sell_tickets()
        self.at(SHOW)
        rows = ticket.__table__()
        tools.cursor().execute(*rows.update([rows.state], ['exchanged']))
        self.assertEqual(self.result(ticket.code), 'revoked')

    @with_transaction()
    def test_gate(self):
        "A gate admits its tariffs, and any of the events it has none of"
        self.open_doors()
        guest = self.make_tariff("Guest", '0', kind='free')
        artists = self.make_gate(
            "Artists", tariffs=[('add', [guest.id])])
        full, = self.sell_tickets()
        free, = self.sell_tickets(1, guest)
        matinee = self.open_matinee()
        self.at(SHOW)
        self.assertEqual(self.scan(artists, full)['code'], 'wrong_gate')
        self.assertEqual(self.scan(artists, free)['code'], 'valid')
        self.assertEqual(self.scan(self.north, full)['code'], 'valid')
        self.at(MATINEE)
        answer = self.scan(
            artists, matinee, performance=matinee.performance)
        self.assertEqual(answer['code'], 'valid')

    @with_transaction()
    def test_elsewhere(self):
        "A device scans at its gate, and for what takes place there"
        self.open_doors()
        ticket, = self.sell_tickets()
        other = create_sale(10)
        self.at(SHOW)
        with self.assertRaises(DoorPerformanceError):
            self.scan(self.north, ticket, performance=other)
        Gate = self.north.gate.__class__
        Gate.write([self.north.gate], {'active': False})
        with self.assertRaises(DoorGateError):
            self.scan(self.north, ticket)
        self.north.gate = None
        self.north.save()
        with self.assertRaises(DoorGateError) as caught:
            self.scan(self.north, ticket)
        self.assertEqual(caught.exception.api_code, 'no_gate')
        Scan = Pool().get('tibillet.scan')
        self.assertEqual(Scan.search([], count=True), 0)

    @with_transaction()
    def test_found(self):
        "A ticket that was searched for enters as its code does"
        self.open_doors()
        ticket, = self.sell_tickets()
        self.at(SHOW)
        for uuid, code in [
                (ticket.uuid, 'valid'),
                (ticket.uuid, 'already_used'),
                (self.performance.uuid, 'unknown'),
                ]:
            with self.subTest(uuid=uuid, code=code):
                asked = self.ask('', code=None, ticket=uuid)
                self.assertEqual(
                    scan_writer.scan(self.north, asked)['code'], code)

    @with_transaction()
    def test_replay(self):
        "The same request gets its first answer and counts once"
        self.open_doors()
        ticket, other = self.sell_tickets(2)
        self.at(SHOW)
        asked = self.ask(ticket)
        first = scan_writer.scan(self.north, asked)
        self.at(SHOW + MINUTE)
        self.result(ticket, 'exit')
        self.assertEqual(scan_writer.scan(self.north, asked), first)
        self.assertEqual(self.people(), (0, 1))
        refused = self.ask("menu")
        self.assertEqual(
            scan_writer.scan(self.north, refused),
            scan_writer.scan(self.north, refused))
        with self.assertRaises(ScanNonceError):
            scan_writer.scan(
                self.north, self.ask(other, nonce=asked.nonce))
        # A nonce is of one device.
        self.assertEqual(
            self.scan(self.south, other, nonce=asked.nonce)['code'], 'valid')
        Scan = Pool().get('tibillet.scan')
        self.assertEqual(Scan.search([], count=True), 4)

    @with_transaction()
    def test_fact(self):
        "Nobody changes a scan, nor a ticket by hand"
        self.open_doors()
        ticket, = self.sell_tickets()
        self.at(SHOW)
        self.result(ticket)
        Scan = Pool().get('tibillet.scan')
        scans = Scan.search([])
        for act in [
                lambda: Scan.write(scans, {'result': 'over'}),
                lambda: Scan.delete(scans)]:
            with self.assertRaises(FactError):
                act()

    @with_transaction()
    def test_columns(self):
        "Every stored column of a scan is filled"
        self.open_doors()
        self.at(SHOW)
        asked = self.ask("menu")
        scan_writer.scan(self.north, asked)
        Scan = Pool().get('tibillet.scan')
        row = door_state.Doors(self.north, [asked]).row(
            asked, '', SHOW, {'code': 'valid', 'admitted': True})
        stored = {
            n for n, f in Scan._fields.items()
            if f.sql_type() and not isinstance(f, fields.Function)}
        self.assertEqual(
            stored - {'id', 'write_uid', 'write_date'}, set(row))
        scan, = Scan.search([])
        self.assertEqual(json.loads(scan.answer)['code'], scan.result)

    @with_transaction()
    def test_statements(self):
        "A scan is a few statements"
        self.open_doors()
        ticket, other = self.sell_tickets(2)
        first, second = self.ask(ticket), self.ask(other)
        self.at(SHOW)
        scan_writer.scan(self.north, first)
        statements = []
        connection = Transaction().connection
        connection.set_trace_callback(statements.append)
        scan_writer.scan(self.north, second)
        connection.set_trace_callback(None)
        self.assertLessEqual(len(statements), 5, statements)

    @with_transaction()
    def test_gate_devices(self):
        "A gate is copied without its devices, a device without its gate"
        self.open_doors()
        with set_company(self.company):
            gate = self.north.gate
            copy, = gate.__class__.copy([gate])
            self.assertEqual(copy.devices, ())
            self.assertEqual(copy.rec_name, "Le Bal, North")
            device, = self.north.__class__.copy([self.north])
            self.assertIsNone(device.gate)
