"""A wallet that one company has used alone is left to nobody."""
from tibillet_cashless import wallet_check
from tibillet_cashless.wallet_exceptions import WalletEraseError
from tibillet_event.personal_data import Whom

from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)

from .personal_records import ADDRESS, PersonalMixin


class PersonalDataTestCase(PersonalMixin, TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module(['tibillet_cashless', 'tibillet_event'])

    def told(self, company):
        Data = Pool().get('tibillet.personal.data', type='wizard')
        return {
            p.name: len(p.records) for p in Data.get_parts(
                Whom(company.id, self.holder.id, ADDRESS))}

    @with_transaction()
    def test_alone(self):
        "What was used here alone names nobody, and is counted all the same"
        self.make_holder()
        self.forget()
        self.assertEqual(self.state(), (None, None, 'blocked', None))
        self.assertEqual(wallet_check.check().problems, [])
        # Once is enough.
        self.forget()
        self.assertEqual(self.state(), (None, None, 'blocked', None))

    @with_transaction()
    def test_cards(self):
        "A card with nothing to tell is as new, one with accepted terms is not"
        pool = Pool()
        Card = pool.get('tibillet.card')
        Party = pool.get('party.party')
        Terms = pool.get('tibillet.money.terms')
        self.make_holder()
        fresh, agreed = self.cards[1:3]
        terms, = Terms.search([])
        self.accept(terms, agreed.uid)
        tom, = Party.create([{'name': "Tom"}])
        Card.write([fresh, agreed], {'party': tom.id})
        self.whom = Whom(self.company.id, tom.id)
        self.forget()
        self.assertEqual(
            [(c.party, c.state) for c in [fresh, agreed]],
            [(None, 'active'), (None, 'blocked')])

    @with_transaction()
    def test_cent(self):
        "A cent that is owed is paid back first"
        self.make_holder()
        self.top_up(self.card.uid, '0.01')
        before = self.state()
        with self.assertRaises(WalletEraseError):
            self.forget()
        self.assertEqual(self.state(), before)
        self.redeem(self.card.uid, '0.01')
        self.forget()
        self.assertEqual(self.state(), (None, None, 'blocked', None))

    @with_transaction()
    def test_shared(self):
        "What another company holds back keeps the wallet and the party"
        self.make_holder()
        other = self.hold_elsewhere()
        told = self.told(other)
        self.assertEqual(told['wallet_operations'], 1)
        self.assertEqual(
            told.keys() & {'cards', 'balances', 'terms', 'notices'}, set())
        self.assertEqual(
            self.told(self.company)['wallet_operations'], 4)
        self.forget()
        self.assertEqual(
            self.state(), (self.holder, self.holder, 'active', None))
        self.assertTrue(self.holder.active)
