"""What one company holds on a person is its own to tell and to forget."""
import json

from tibillet_base.tools import cursor, table
from tibillet_event.personal_data import Whom
from tibillet_event.ticket_exceptions import TicketEraseError

from trytond.modules.company.tests import create_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .change_records import ChangeMixin
from .return_records import NEXT_DAY
from .ticket_records import Person

ADDRESS = 'lea@example.org'


class PersonalDataTestCase(ChangeMixin, TestCase):

    def open_two(self):
        "Léa has two tickets of the hall, one of which becomes another's"
        pool = Pool()
        Party = pool.get('party.party')
        Ticket = pool.get('tibillet.ticket')
        self.open_concert()
        self.other = create_company("La Halle")
        self.lea, = Party.create([{
                    'name': "Léa",
                    'buyer_companies': [
                        ('add', [self.company.id, self.other.id])],
                    }])
        own, others = self.sell(
            'lea', self.item(2), paid=40, person=Person(
                "Léa", party=self.lea.id, email=ADDRESS)).tickets
        self.own, self.others = Ticket(own.id), Ticket(others.id)
        ticket = table('tibillet.ticket')
        cursor().execute(*ticket.update(
                [ticket.company], [self.other.id],
                where=ticket.id == self.others.id))
        for company in [self.company, self.other]:
            self.agree(company)

    def agree(self, company):
        pool = Pool()
        Consent = pool.get('tibillet.consent')
        Purpose = pool.get('tibillet.consent.purpose')
        purpose, = Purpose.create([{
                    'company': company.id,
                    'name': "Programme",
                    'text': "May we write to you?",
                    }])
        Consent.create([{
                    'purpose': purpose.id,
                    'party': self.lea.id,
                    'email': ADDRESS,
                    'kind': 'given',
                    'way': 'paper',
                    }])

    def whom(self, company=None, party=True, email=ADDRESS):
        return Whom(
            (company or self.company).id, self.lea.id if party else None,
            email)

    def parts(self, whom):
        Data = Pool().get('tibillet.personal.data', type='wizard')
        return {p.name: p.values for p in Data.get_parts(whom)}

    def forget(self, whom):
        Data = Pool().get('tibillet.personal.data', type='wizard')
        Data.forget_person(whom)

    def named(self, ticket):
        ticket = Pool().get('tibillet.ticket')(ticket.id)
        return ticket.holder, ticket.email, ticket.party

    def consents(self, company):
        Consent = Pool().get('tibillet.consent')
        return [
            (c.kind, c.party, c.email) for c in Consent.search([
                    ('company', '=', company.id)], order=[('id', 'ASC')])]

    @with_transaction()
    def test_own(self):
        "Each company tells its own tickets, for the party or the e-mail"
        self.open_two()
        for company, ticket in [
                (self.company, self.own), (self.other, self.others)]:
            for person in [
                    {}, {'party': False}, {'email': None},
                    {'party': False, 'email': ADDRESS.upper()}]:
                with self.subTest(company=company, person=person):
                    parts = self.parts(self.whom(company, **person))
                    self.assertEqual(
                        [t['number'] for t in parts['tickets']],
                        [ticket.number])
                    self.assertEqual(len(parts['operations']), 1)
                    self.assertEqual(len(parts['consents']), 1)
        self.assertEqual(
            self.parts(self.whom(party=False, email='l_a@example.org')), {})
        # It is data for programs.
        json.dumps(self.parts(self.whom()))

    @with_transaction()
    def test_forget(self):
        "What the other company holds stays, to the consent"
        self.open_two()
        with self.assertRaises(TicketEraseError):
            self.forget(self.whom())
        self.assertEqual(self.named(self.own), ("Léa", ADDRESS, self.lea))
        self.at(NEXT_DAY)
        before = [o.link for o in self.operations()]
        self.forget(self.whom())
        self.assertEqual(self.named(self.own), (None, None, None))
        self.assertEqual(self.named(self.others), ("Léa", ADDRESS, self.lea))
        self.assertEqual([o.link for o in self.operations()], before)
        self.assertEqual(
            self.consents(self.company),
            [('given', None, None), ('withdrawn', None, None)])
        self.assertEqual(
            self.consents(self.other), [('given', self.lea, ADDRESS)])
        # She is a buyer of the other one only, which still knows her.
        Party = Pool().get('party.party')
        lea = Party(self.lea.id)
        self.assertEqual(
            (lea.name, list(lea.buyer_companies)), ("Léa", [self.other]))
        self.assertNotIn('tickets', self.parts(self.whom()))
        # The last one erases her.
        self.forget(self.whom(self.other))
        lea = Party(self.lea.id)
        self.assertEqual((lea.name, lea.active), (None, False))

    @with_transaction()
    def test_choice(self):
        "A choice is what a company paid back, to nobody any more"
        Choice = Pool().get('tibillet.performance.choice')
        self.open_two()
        ticket = table('tibillet.ticket')
        cursor().execute(*ticket.update(
                [ticket.company], [self.company.id]))
        self.sell_to("Paul", email='paul@example.org')
        self.change()
        choice = self.choice(party=self.lea.id)
        with self.assertRaises(TicketEraseError):
            self.forget(self.whom())
        self.choose(choice, 'refund')
        self.forget(self.whom(self.other))
        self.assertEqual(Choice(choice.id).email, ADDRESS)
        self.forget(self.whom())
        choice = Choice(choice.id)
        self.assertEqual(
            (choice.holder, choice.email, choice.party, choice.choice,
                choice.amount),
            (None, None, None, 'refund', 40))
        self.assertEqual(
            self.choice(holder="Paul").email, 'paul@example.org')

    @with_transaction()
    def test_known_to_all(self):
        "A party that everybody knows stays, without tickets"
        self.open_two()
        Party = Pool().get('party.party')
        Party.write([self.lea], {
                'buyer_companies': [('remove', [
                            self.company.id, self.other.id])]})
        self.at(NEXT_DAY)
        self.forget(self.whom())
        lea = Party(self.lea.id)
        self.assertEqual((lea.name, lea.active), ("Léa", True))
        self.assertEqual(self.named(self.own), (None, None, None))

    @with_transaction()
    def test_replace(self):
        "Of two buyers that are one, each company keeps its own"
        pool = Pool()
        Buyer = pool.get('tibillet.buyer')
        Party = pool.get('party.party')
        Replace = pool.get('party.replace', type='wizard')
        self.open_two()
        for companies, kept in [
                ([self.company], [self.company, self.other]),
                ([], []),
                ]:
            with self.subTest(companies=companies):
                twin, = Party.create([{
                            'name': "Léa",
                            'buyer_companies': [
                                ('add', [c.id for c in companies])],
                            }])
                session, _, _ = Replace.create()
                replace = Replace(session)
                replace.ask.source, replace.ask.destination = twin, self.lea
                replace.transition_replace()
                self.assertEqual(
                    sorted(b.company.id for b in Buyer.search([
                                ('party', '=', self.lea.id)])),
                    sorted(c.id for c in kept))
