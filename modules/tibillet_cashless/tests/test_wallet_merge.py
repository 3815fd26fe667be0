from tibillet_cashless import wallet_exceptions as errors
from tibillet_cashless import wallet_merge

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)

from .wallet_records import WalletMixin, utc


class WalletMergeTestCase(WalletMixin, TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_cashless')

    def hold(self, card, party):
        with set_company(self.company):
            card.party = party
            card.save()

    def make_party(self, name):
        party = Pool().get('party.party')(name=name)
        party.save()
        return party

    @with_transaction()
    def test_holder(self):
        "An anonymous wallet becomes that of the holder"
        self.make_records()
        lea = self.make_party("Lea")
        card, second = self.cards[:2]
        self.top_up(card.uid, '20.00')
        self.hold(card, lea)
        self.assertEqual(card.wallet.party, lea)
        self.assertEqual(card.wallet.rec_name, "Lea")
        # An empty card gets the wallet of its holder.
        self.hold(second, lea)
        self.assertEqual(second.wallet, card.wallet)
        self.spend(second.uid, '5.00')
        self.assertEqual(self.balance(card.uid), '15.00')

    @with_transaction()
    def test_held_before(self):
        "The wallet of a card that is held is made for its holder"
        self.make_records()
        lea = self.make_party("Lea")
        first, second = self.cards[:2]
        self.hold(first, lea)
        self.hold(second, lea)
        self.assertIsNone(first.wallet)
        self.top_up(first.uid, '20.00')
        self.top_up(second.uid, '10.00')
        self.assertEqual(self.balance(first.uid), '30.00')
        self.assertEqual(self.balance(second.uid), '30.00')

    @with_transaction()
    def test_merge(self):
        "Wallets are merged, their lots keep their dates"
        self.make_records()
        pool = Pool()
        Operation = pool.get('tibillet.wallet.operation')
        lea = self.make_party("Lea")
        first, second = self.cards[:2]
        self.hold(first, lea)
        self.top_up(first.uid, '10.00', now=utc(2024, 6, 1, 12))
        old = self.top_up(second.uid, '20.00', now=utc(2024, 3, 1, 12))
        self.top_up(second.uid, '5.00', now=utc(2024, 8, 1, 12))
        self.grant(second.uid, '2.00', now=utc(2024, 8, 1, 12))
        spent = self.spend(second.uid, '3.00', now=utc(2024, 8, 2, 12))
        anonymous = second.wallet
        self.hold(second, lea)
        self.assertEqual(second.wallet, first.wallet)
        self.assertEqual(anonymous.merged_into, first.wallet)
        self.assertIsNone(anonymous.party)
        self.assertEqual(self.lots(first.uid), [
                ('2024-03-01', '17.00'), ('2024-06-01', '10.00'),
                ('2024-08-01', '5.00')])
        self.assertEqual(self.balance(first.uid, self.gift), '2.00')
        operation, = Operation.search([('kind', '=', 'merge')])
        self.assertEqual(
            sorted(str(m.amount) for m in operation.moves),
            ['-2.00', '-22.00', '2.00', '22.00'])
        # Who names the old wallet finds the new one.
        self.spend(anonymous.id, '1.00')
        self.assertEqual(self.balance(first.uid), '31.00')
        # What is reversed comes back with its date.
        self.reverse(spent.uuid)
        self.assertEqual(self.lots(first.uid), [
                ('2024-03-01', '16.00'), ('2024-03-01', '3.00'),
                ('2024-06-01', '10.00'), ('2024-08-01', '5.00')])
        with self.assertRaises(errors.OperationSpentError):
            self.reverse(old.uuid)
        with self.assertRaises(errors.OperationKindError):
            self.reverse(operation.uuid)

    @with_transaction()
    def test_reverse_loaded(self):
        "What was loaded before the merge is taken back after it"
        self.make_records()
        lea = self.make_party("Lea")
        first, second = self.cards[:2]
        self.hold(first, lea)
        self.top_up(first.uid, '10.00')
        loaded = self.top_up(second.uid, '20.00')
        spent = self.spend(second.uid, '5.00')
        self.hold(second, lea)
        self.reverse(spent.uuid)
        self.assertEqual(self.balance(first.uid), '30.00')
        self.reverse(loaded.uuid)
        self.assertEqual(self.lots(first.uid), [('2024-09-21', '10.00')])

    @with_transaction()
    def test_empty(self):
        "Nothing to move: the wallet is merged without an operation"
        self.make_records()
        lea = self.make_party("Lea")
        first, second = self.cards[:2]
        self.hold(first, lea)
        self.top_up(first.uid, '10.00')
        self.top_up(second.uid, '10.00')
        self.spend(second.uid, '10.00')
        before = self.counts()[1]
        self.hold(second, lea)
        self.assertEqual(self.counts()[1], before)
        self.assertEqual(self.balance(second.uid), '10.00')

    @with_transaction()
    def test_other_holder(self):
        "What a card is for does not change hands with it"
        self.make_records()
        lea, tom = self.make_party("Lea"), self.make_party("Tom")
        card = self.cards[0]
        self.hold(card, lea)
        self.hold(card, tom)
        self.top_up(card.uid, '10.00')
        for party in [lea, None]:
            with self.assertRaises(errors.CardHolderError):
                self.hold(card, party)
            card = Pool().get('tibillet.card')(card.id)
        self.hold(card, tom)

    @with_transaction()
    def test_two_at_once(self):
        "Two cards of one holder at once"
        self.make_records()
        Card = Pool().get('tibillet.card')
        lea = self.make_party("Lea")
        cards = self.cards[:2]
        for card in cards:
            self.top_up(card.uid, '10.00')
        with set_company(self.company):
            Card.write(cards, {'party': lea.id})
        self.assertEqual(self.balance(cards[0].uid), '20.00')
        self.assertEqual(cards[0].wallet, cards[1].wallet)

    @with_transaction()
    def test_company(self):
        "A merge is recorded by a company"
        self.make_records()
        first, second = self.cards[:2]
        self.top_up(first.uid, '10.00')
        self.top_up(second.uid, '10.00')
        with self.assertRaises(errors.WalletMergeCompanyError):
            wallet_merge.merge({first.wallet: second.wallet})

    @with_transaction()
    def test_erase(self):
        "Who is owed something is not forgotten"
        self.make_records()
        pool = Pool()
        Card = pool.get('tibillet.card')
        Erase = pool.get('party.erase', type='wizard')
        lea = self.make_party("Lea")
        card = self.cards[0]
        self.hold(card, lea)
        self.top_up(card.uid, '20.00')
        self.grant(card.uid, '5.00')
        self.assertEqual(
            Card(card.id).balance_text, '20.00 FED · 5.00 GIFT')
        lea.active = False
        lea.save()
        session_id, _, _ = Erase.create()
        erase = Erase(session_id)
        erase.ask.party = lea
        with self.assertRaises(errors.WalletEraseError) as caught:
            erase.transition_erase()
        self.assertIn('20.00 FED', caught.exception.message)
        self.redeem(card.uid, '20.00')
        erase.transition_erase()

    @with_transaction()
    def test_replace_party(self):
        "Two parties found to be one have one wallet"
        self.make_records()
        pool = Pool()
        Replace = pool.get('party.replace', type='wizard')
        lea, double = self.make_party("Lea"), self.make_party("Lea")
        first, second = self.cards[:2]
        self.hold(first, lea)
        self.hold(second, double)
        self.top_up(first.uid, '10.00')
        self.top_up(second.uid, '20.00')
        with set_company(self.company):
            session_id, _, _ = Replace.create()
            replace = Replace(session_id)
            replace.ask.source = double
            replace.ask.destination = lea
            replace.transition_replace()
        Card = pool.get('tibillet.card')
        self.assertEqual(self.balance(first.uid), '30.00')
        self.assertEqual(
            Card(first.id).wallet, Card(second.id).wallet)
