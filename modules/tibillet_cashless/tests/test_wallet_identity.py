"""Whose a wallet is, which card is read, and what its moneys are."""
from decimal import Decimal as D

from tibillet_cashless.exceptions import CardNumberError, MoneyAccessError
from tibillet_cashless.wallet_exceptions import WalletSecondError
from tibillet_cashless.wallet_writer import Sold

from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)

from .wallet_records import WalletMixin


class WalletIdentityTestCase(WalletMixin, TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_cashless')

    @with_transaction()
    def test_two_cards(self):
        "All the cards of a holder have the same wallet"
        self.make_records()
        pool = Pool()
        Card = pool.get('tibillet.card')
        for card in self.cards[:2]:
            card.party = self.baker
        Card.save(self.cards[:2])
        self.top_up(self.lea, '5.00')
        answer = self.spend(self.tom, '2.00')
        self.assertEqual(answer.moved[0].balance, D('3.00'))
        with self.assertRaises(WalletSecondError):
            self.call(
                'pay', self.lea, [Sold(D('4.00'))], at=self.at_venue,
                second=self.tom)

    @with_transaction()
    def test_loaded_money(self):
        "What somebody has on a card does not become something else"
        self.make_records()
        pool = Pool()
        Money = pool.get('tibillet.money')
        points = self.make_money(
            "Points", 'PTS', 'loyalty', unit="point", issuer=self.coop)
        Money.write([points], {'scale': 10, 'issuer': self.baker.id})
        Money.write([points], {'scale': 100, 'issuer': self.coop.id})
        self.call('grant', self.lea, points.id, D('20.00'))
        for name, value in [
                ('scale', 1), ('kind', 'time'), ('issuer', self.baker.id)]:
            with self.subTest(name=name), self.assertRaises(
                    MoneyAccessError):
                Money.write([Money(points.id)], {name: value})

    @with_transaction()
    def test_printed_number(self):
        "No printed number is what a reader reads on another card"
        self.make_records()
        pool = Pool()
        Card = pool.get('tibillet.card')
        values = {'batch': self.cards[0].batch.id}
        for uid, number in [
                ('04A1B2C1', 'EE144200'), ('04A1B2C2', 'ee:14:42:00')]:
            with self.subTest(number=number), self.assertRaises(
                    CardNumberError):
                Card.create([{**values, 'uid': uid, 'number': number}])
        Card.create([{
                    **values, 'uid': '04A1B2C4', 'number': '04A1B2C4'}])
        card, = Card.create([{
                    **values, 'uid': '04A1B2C5', 'number': 'EE1442FF'}])
        with self.assertRaises(CardNumberError):
            Card.create([{**values, 'uid': 'EE1442FF'}])
