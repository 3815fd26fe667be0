"""What doors have decided without network, told later."""
import datetime as dt

from tibillet_event import scan_writer, ticket_cancel
from tibillet_event.door_check import CODES
from tibillet_event.exceptions import ScanNonceError
from tibillet_event.refund import Terms

from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .door_records import SHOW, DoorMixin

MINUTE = dt.timedelta(minutes=1)


class ScanUploadTestCase(DoorMixin, TestCase):

    def offline(self, minutes, read, kind='entry', result='valid', **values):
        "Return a scan that a door has decided itself, so long after SHOW"
        return self.ask(
            read, kind, at=SHOW + minutes * MINUTE, result=result, **values)

    def upload(self, device, *asked):
        "Return the code of each scan, and whether it is a conflict"
        return [
            (a['code'], a['conflict'])
            for a in scan_writer.upload(device, asked)]

    def scans(self):
        Scan = Pool().get('tibillet.scan')
        return [
            (s.result, s.forced)
            for s in Scan.search([], order=[('id', 'ASC')])]

    @with_transaction()
    def test_conflict(self):
        "What two doors have let in is told to the second one that speaks"
        self.open_doors()
        ticket, other = self.sell_tickets(2)
        self.at(SHOW + 60 * MINUTE)
        # The door that was first by its clock speaks last.
        self.assertEqual(
            self.upload(
                self.south, self.offline(5, ticket), self.offline(6, other)),
            [('valid', False), ('valid', False)])
        asked = self.offline(0, ticket)
        answer, = scan_writer.upload(self.north, [asked])
        self.assertEqual(
            (answer['code'], answer['admitted'], answer['conflict'],
                answer['gate'], answer['entered_at']),
            ('already_used', True, True, "South",
                '2099-07-10T18:05:00.000Z'))
        self.assertEqual(scan_writer.upload(self.north, [asked]), [answer])
        self.assertEqual(
            self.scans(),
            [('valid', False), ('valid', False), ('already_used', True)])
        # A ticket is one person, whatever has happened.
        self.assertEqual(self.people(), (2, 2))
        self.assertEqual(
            self.scan(self.north, ticket)['code'], 'already_used')

    @with_transaction()
    def test_order(self):
        "Who is inside follows from the hours, not from who speaks first"
        self.open_doors()
        ticket, = self.sell_tickets()
        self.at(SHOW + 60 * MINUTE)
        again = self.offline(45, ticket)
        leaves = self.offline(30, ticket, 'exit')
        self.assertEqual(
            self.upload(self.north, self.offline(0, ticket)),
            [('valid', False)])
        self.assertEqual(
            self.upload(self.south, again, leaves),
            [('valid', False), ('valid', False)])
        self.assertEqual(self.people(), (1, 1))
        Ticket = ticket.__class__
        self.assertEqual(
            Ticket(ticket.id).entered_at, SHOW + 45 * MINUTE)
        self.assertEqual(
            self.upload(self.north, self.offline(50, ticket, 'exit')),
            [('valid', False)])
        self.assertEqual(self.people(), (0, 1))

    @with_transaction()
    def test_late_exit(self):
        "An exit that is told after the next entry does not let anybody out"
        self.open_doors()
        ticket, = self.sell_tickets()
        self.at(SHOW)
        self.scan(self.north, ticket)
        self.at(SHOW + 45 * MINUTE)
        self.assertEqual(
            self.upload(self.north, self.offline(45, ticket)),
            [('already_used', True)])
        self.assertEqual(
            self.upload(self.south, self.offline(30, ticket, 'exit')),
            [('valid', False)])
        self.assertEqual(self.people(), (1, 1))

    @with_transaction()
    def test_lost_answer(self):
        "A scan whose answer was lost counts once, whoever decided then"
        self.open_doors()
        first, second = self.sell_tickets(2)
        self.at(SHOW)
        entered = self.offline(0, first)
        self.assertEqual(
            scan_writer.scan(self.north, entered)['code'], 'valid')
        self.assertEqual(
            self.upload(self.north, entered, entered),
            [('valid', False), ('valid', False)])
        self.scan(self.south, second)
        # The server had refused, the door has let in.
        refused = self.offline(1, second)
        self.assertEqual(
            scan_writer.scan(self.north, refused)['code'], 'already_used')
        for _ in range(2):
            self.assertEqual(
                self.upload(self.north, refused), [('already_used', True)])
        self.assertEqual(
            self.scans(), [
                ('valid', False), ('valid', False),
                ('already_used', False), ('already_used', True)])
        with self.assertRaises(ScanNonceError):
            self.upload(
                self.north, self.offline(0, second, nonce=entered.nonce))

    @with_transaction()
    def test_refused(self):
        "What a door has refused itself is kept and changes nothing"
        self.open_doors()
        ticket, = self.sell_tickets()
        self.at(SHOW + 60 * MINUTE)
        self.assertEqual(
            self.upload(
                self.north,
                self.offline(0, ticket, result='wrong_gate'),
                self.offline(1, "menu", result='not_a_ticket'),
                *(self.offline(2, ticket, result=code)
                    for code in CODES if code != 'valid')),
            [('wrong_gate', False), ('not_a_ticket', False),
                *((code, False) for code in CODES if code != 'valid')])
        self.assertEqual(self.people(), (0, 0))
        self.assertEqual(
            self.scans()[:2], [('wrong_gate', False), ('not_a_ticket', False)])

    @with_transaction()
    def test_nevertheless(self):
        "Who should not have entered is told, and counts at his own date only"
        self.open_doors()
        ticket, cancelled = self.sell_tickets(2)
        matinee = self.open_matinee()
        code = cancelled.code
        ticket_cancel.cancel(
            self.till, 'back', [cancelled.id], self.cash, Terms())
        self.at(SHOW + 60 * MINUTE)
        self.assertEqual(
            self.upload(
                self.north, self.offline(0, code), self.offline(1, matinee),
                self.offline(2, "menu"), self.offline(-300, ticket)),
            [
                ('cancelled', True), ('wrong_performance', True),
                ('not_a_ticket', True), ('too_early', True)])
        self.assertEqual(self.people(), (1, 1))
        performance = matinee.performance.__class__(matinee.performance.id)
        self.assertEqual(performance.people_entered, 0)

    @with_transaction()
    def test_clock(self):
        "A clock that is ahead does not shut a ticket in"
        self.open_doors()
        ticket, = self.sell_tickets()
        self.at(SHOW)
        self.assertEqual(
            self.upload(self.north, self.offline(60 * 24 * 300, ticket)),
            [('valid', False)])
        Scan = Pool().get('tibillet.scan')
        scan, = Scan.search([])
        self.assertEqual(scan.at, SHOW)
        self.assertGreater(scan.device_at, SHOW)
        self.at(SHOW + MINUTE)
        self.assertEqual(
            self.scan(self.north, ticket, 'exit')['code'], 'valid')

    @with_transaction()
    def test_nothing(self):
        self.open_doors()
        self.assertEqual(scan_writer.upload(self.north, []), [])
