"""Who is erased has chosen nothing by name, and waits for nothing."""
from tibillet_base.tests.mails import mailbox
from tibillet_event import ticket_cancel, waiting_offer
from tibillet_event.refund import Terms
from tibillet_event.ticket_exceptions import TicketEraseError

from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .change_records import NEW, ChangeMixin
from .records import utc
from .return_records import NEXT_DAY
from .ticket_records import Person

BEFORE = utc('2026-03-03 12:00')


class PartyEraseTestCase(ChangeMixin, TestCase):

    def open_with(self, **values):
        Party = Pool().get('party.party')
        self.open_concert(**values)
        self.lea, self.ana = Party.create([
                {'name': "Léa", 'active': False}, {'name': "Ana"}])

    def sell_to_party(self, party, uuid, quantity=1):
        name = party.name.lower().replace('é', 'e')
        order = self.sell(
            uuid, self.item(quantity), paid=20 * quantity, person=Person(
                party.name, party=party.id, email=f'{name}@example.com'))
        return [t.id for t in order.tickets]

    def erase(self, party):
        Erase = Pool().get('party.erase', type='wizard')
        session, _, _ = Erase.create()
        erase = Erase(session)
        erase.ask.party = party
        erase.transition_erase()

    def wait(self, **values):
        Waiting = Pool().get('tibillet.waiting')
        entry, = Waiting.create([{
                    'company': self.company.id,
                    'performance': self.performance.id,
                    'quantity': 1,
                    **values,
                    }])
        return entry

    def messages(self):
        return Pool().get('ir.email').search([])

    @with_transaction()
    def test_choice(self):
        "What was chosen stays, whoever chose it is not named"
        Choice = Pool().get('tibillet.performance.choice')
        Email = Pool().get('ir.email')
        self.open_with()
        self.sell_to_party(self.lea, 'lea', 2)
        self.sell_to_party(self.ana, 'ana')
        self.change()
        for choice in Choice.search([]):
            Email.create([{
                        'resource': str(choice),
                        'recipients': choice.email,
                        'subject': "Cancelled",
                        }])
        self.choose(self.choice(party=self.lea.id), 'refund')
        self.erase(self.lea)
        lea, ana = [
            self.choice(party=p.id) for p in [self.lea, self.ana]]
        self.assertEqual(
            (lea.holder, lea.email, lea.quantity, lea.amount, lea.choice),
            (None, None, 2, 40, 'refund'))
        self.assertEqual(len(lea.operations), 2)
        self.assertEqual((ana.holder, ana.email), ("Ana", 'ana@example.com'))
        message, = self.messages()
        self.assertEqual(message.resource, ana)

    @with_transaction()
    def test_same_address(self):
        "Tickets that were bought for another one with the same address"
        self.open_with()
        self.sell('other', self.item(), paid=20, person=Person(
                "Paul", party=self.ana.id, email='lea@example.com'))
        self.sell_to_party(self.lea, 'lea')
        self.change()
        choice = self.choice(email='lea@example.com')
        self.assertEqual(choice.quantity, 2)
        self.choose(choice, 'refund')
        self.erase(self.lea)
        choice = Pool().get('tibillet.performance.choice')(choice.id)
        self.assertEqual((choice.holder, choice.email), (None, None))

    @with_transaction()
    def test_postponed(self):
        "A ticket for a date that is not known yet lets somebody in"
        self.open_with()
        ticket, = self.sell_to_party(self.lea, 'lea')
        self.change('postponed')
        self.at(NEXT_DAY)
        with self.assertRaises(TicketEraseError):
            self.erase(self.lea)
        ticket_cancel.cancel(
            self.till, 'back', [ticket], self.cash.id, Terms())
        self.erase(self.lea)

    @with_transaction()
    def test_waiting(self):
        "Who waits is off the list, and cannot be told apart any more"
        self.open_with(quantity=1)
        self.at(BEFORE)
        self.sell_to_party(self.ana, 'ana')
        lea = self.wait(party=self.lea.id, email='lea@example.com')
        paul = self.wait(holder="Paul", phone='0612345678')
        self.erase(self.lea)
        Waiting = Pool().get('tibillet.waiting')
        lea, paul = Waiting(lea.id), Waiting(paul.id)
        self.assertEqual(
            (lea.state, lea.email, lea.turn), ('withdrawn', None, None))
        self.assertEqual((paul.state, paul.who), ('waiting', "Paul"))

    @with_transaction()
    def test_offered(self):
        "What was offered is for the next one at once"
        self.open_with(quantity=1)
        self.at(BEFORE)
        ticket, = self.sell_to_party(self.ana, 'ana')
        lea = self.wait(party=self.lea.id, email='lea@example.com')
        paul = self.wait(holder="Paul", phone='0612345678')
        ticket_cancel.cancel(
            self.till, 'back', [ticket], self.cash.id, Terms())
        Waiting = Pool().get('tibillet.waiting')
        waiting_offer.make(self.performance)
        with mailbox():
            Waiting.send_offer([Waiting(lea.id)])
        self.assertEqual(Waiting(lea.id).state, 'offered')
        self.assertEqual(len(self.messages()), 1)
        self.erase(self.lea)
        lea, paul = Waiting(lea.id), Waiting(paul.id)
        self.assertEqual((lea.state, lea.email), ('refused', None))
        self.assertEqual((paul.state, paul.offered), ('offered', 1))
        self.assertEqual(self.messages(), [])

    @with_transaction()
    def test_kept_dates(self):
        "Who keeps the ticket of a new date is not erased before it"
        self.open_with()
        self.sell_to_party(self.lea, 'lea')
        self.change('postponed', hours=NEW)
        self.choose(self.choice(party=self.lea.id), 'keep')
        with self.assertRaises(TicketEraseError):
            self.erase(self.lea)
        self.assertEqual(self.choice(party=self.lea.id).holder, "Léa")
