"""Who is erased has no name on tickets, and the journal stays whole."""
import io
import zipfile
from unittest.mock import patch

from tibillet_base import tools
from tibillet_base.tools import cursor, table
from tibillet_event import ticket_cancel
from tibillet_event.refund import Terms
from tibillet_event.ticket_exceptions import TicketEraseError

from trytond.modules.company.tests import create_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction

from tibillet import verify

from .records import utc
from .ticket_records import D, Person, TicketMixin


class TicketEraseTestCase(TicketMixin, TestCase):

    def sell_to_lea(self):
        Party = Pool().get('party.party')
        self.open_box_office()
        self.lea, self.ana = Party.create([
                {'name': "Léa", 'active': False}, {'name': "Ana"}])
        for name, party in [('lea', self.lea), ('ana', self.ana)]:
            self.sell(
                name, self.item(2), paid='40', person=Person(
                    name, party=party.id, email=f'{name}@example.com'))

    def erase(self, party, at='2099-07-01 12:00'):
        Erase = Pool().get('party.erase', type='wizard')
        session, _, _ = Erase.create()
        erase = Erase(session)
        erase.ask.party = party
        with patch.object(tools, 'now', return_value=utc(at)):
            erase.transition_erase()

    def tickets(self, party):
        Ticket = Pool().get('tibillet.ticket')
        with Transaction().set_context(active_test=False):
            return Ticket.search(
                [('party', '=', party.id)], order=[('id', 'ASC')])

    def names(self, party):
        return [(t.holder, t.email) for t in self.tickets(party)]

    def check_refused(self, at):
        with self.assertRaises(TicketEraseError) as caught:
            self.erase(self.lea, at)
        self.assertIn("Léa", caught.exception.message)
        self.assertIn('BAR-T', caught.exception.message)
        self.assertEqual(
            self.names(self.lea), [('lea', 'lea@example.com')] * 2)

    @with_transaction()
    def test_to_come(self):
        "Who has a ticket for a performance to come is not erased"
        self.sell_to_lea()
        # It ends at 22:30 in Paris.
        self.check_refused('2099-07-10 20:29:59')
        self.erase(self.lea, '2099-07-10 20:30')
        self.assertEqual(self.names(self.lea), [(None, None)] * 2)

    @with_transaction()
    def test_other_company(self):
        "Nor from a company that has sold it nothing"
        self.sell_to_lea()
        other = create_company("Other")
        with Transaction().set_context(
                company=other.id, companies=[other.id]):
            self.check_refused('2099-07-01 12:00')

    @with_transaction()
    def test_cancelled_ticket(self):
        "One that is paid back holds nobody, the other one still does"
        self.sell_to_lea()
        first, second = self.tickets(self.lea)
        ticket_cancel.cancel(
            self.till, 'first', [first.id], self.cash, Terms())
        self.check_refused('2099-07-01 12:00')
        ticket_cancel.cancel(
            self.till, 'second', [second.id], self.cash, Terms())
        self.erase(self.lea)
        self.assertEqual(self.names(self.lea), [(None, None)] * 2)

    @with_transaction()
    def test_cancelled_performance(self):
        "What is not paid back is still owed, long after the date"
        self.sell_to_lea()
        performance = table('tibillet.performance')
        cursor().execute(*performance.update(
                [performance.state], ['cancelled']))
        self.check_refused('2100-07-10 20:30')

    @with_transaction()
    def test_kept(self):
        "Others, numbers, amounts and the journal stay, and are verified"
        Archive = Pool().get('tibillet.till.archive')
        self.sell_to_lea()
        before = [
            (t.number, t.uuid, t.paid, t.state, t.place)
            for t in self.tickets(self.lea)]
        links = [o.link for o in self.operations()]
        self.erase(self.lea, '2099-08-01 12:00')
        self.assertEqual(
            [(t.number, t.uuid, t.paid, t.state, t.place)
                for t in self.tickets(self.lea)], before)
        self.assertEqual(
            self.names(self.ana), [('ana', 'ana@example.com')] * 2)
        self.assertEqual([o.link for o in self.operations()], links)
        self.assertEqual(
            sum(o.paid for o in self.operations()), D('80.00'))
        archive = Archive.make(self.till)
        checked = verify.verify(io.BytesIO(archive.file))
        self.assertEqual(checked.problems, [])
        self.assertEqual(checked.counts['ticket'], 4)
        members = zipfile.ZipFile(io.BytesIO(archive.file))
        texts = [members.read(name) for name in members.namelist()]
        self.assertTrue(any(b'BAR-T000001' in t for t in texts))
        self.assertFalse(any(b'example.com' in t for t in texts))
