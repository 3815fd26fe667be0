from decimal import Decimal as D
from unittest.mock import patch

from tibillet_base import tools
from tibillet_cashless import wallet_exceptions as errors

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)

from .wallet_records import WalletMixin, utc

UNTIL = utc(2024, 9, 21, 23)
LATER = utc(2024, 9, 22, 1)


class WalletHoldTestCase(WalletMixin, TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_cashless')

    def hold(self, of, amount, until=UNTIL, **values):
        return self.call(
            'hold', of, [(self.fed.id, D(amount))], until,
            **{'at': self.at_venue, **values})

    def capture(self, hold, amount=None, **values):
        amounts = None if amount is None else [(self.fed.id, D(amount))]
        return self.call(
            'capture', hold, amounts, **{'at': self.at_venue, **values})

    def release(self, hold, **values):
        return self.call('release', hold, **values)

    def available(self, of):
        wallet = Pool().get('tibillet.card').find(of).wallet
        return {
            b.money.code: (str(b.amount), str(b.held), str(b.available))
            for b in wallet.balances}['FED']

    def refused(self, error, name, *args, **values):
        before = self.counts()
        with self.assertRaises(error):
            getattr(self, name)(*args, **values)
        self.assertEqual(self.counts(), before)

    @with_transaction()
    def test_table(self):
        "A table is held, then paid, the rest is free again"
        self.make_records()
        self.top_up(self.lea, '20.00')
        held = self.hold(self.lea, '15.00')
        self.assertEqual(held.held, ((self.fed.id, D('15.00')),))
        self.assertEqual(
            self.available(self.lea), ('20.00', '15.00', '5.00'))
        self.refused(
            errors.WalletInsufficientError, 'spend', self.lea, '5.01')
        self.refused(
            errors.WalletInsufficientError, 'redeem', self.lea, '5.01')
        self.refused(
            errors.WalletInsufficientError, 'pay', self.lea, '5.01')
        self.refused(
            errors.WalletInsufficientError, 'hold', self.lea, '5.01')
        self.refused(
            errors.HoldAmountError, 'capture', held.uuid, '15.01')
        captured = self.capture(held.uuid, '12.00', uuid_='paid')
        self.assertEqual(
            self.available(self.lea), ('8.00', '0.00', '8.00'))
        self.assertEqual(
            self.capture(held.uuid, '12.00', uuid_='paid'), captured)
        self.refused(errors.HoldClosedError, 'capture', held.uuid)
        self.refused(errors.HoldClosedError, 'release', held.uuid)
        move, = captured.moved
        self.assertEqual(move.balance, D('8.00'))
        self.reverse(captured.uuid)
        self.assertEqual(
            self.available(self.lea), ('20.00', '0.00', '20.00'))
        Hold = Pool().get('tibillet.wallet.hold')
        self.assertEqual([h.state for h in Hold.search([])], ['captured'])

    @with_transaction()
    def test_release(self):
        self.make_records()
        self.top_up(self.lea, '20.00')
        held = self.hold(self.lea, '20.00', uuid_='table-1')
        self.assertEqual(self.hold(self.lea, '20.00', uuid_='table-1'), held)
        self.refused(
            errors.WalletUUIDError, 'hold', self.lea, '19.00',
            uuid_='table-1')
        self.release('table-1', uuid_='free')
        self.release('table-1', uuid_='free')
        self.assertEqual(
            self.available(self.lea), ('20.00', '0.00', '20.00'))
        self.refused(errors.HoldClosedError, 'capture', 'table-1')
        self.refused(errors.HoldUnknownError, 'capture', 'free')

    @with_transaction()
    def test_expired(self):
        "Who finds too little frees what has expired"
        self.make_records()
        self.top_up(self.lea, '20.00')
        for name in ['spend', 'pay', 'hold', 'redeem']:
            with self.subTest(name=name):
                held = self.hold(self.lea, '20.00')
                values = {'until': utc(2025, 1, 1)} if name == 'hold' else {}
                act = getattr(self, name)
                answer = act(self.lea, '20.00', now=UNTIL, **values)
                self.refused(errors.HoldClosedError, 'capture', held.uuid)
                if name == 'hold':
                    self.release(answer.uuid)
                else:
                    self.reverse(answer.uuid)
        Operation = Pool().get('tibillet.wallet.operation')
        expired = Operation.search([
                ('kind', '=', 'release'), ('create_uid', '=', 0)])
        self.assertEqual(len(expired), 4)

    @with_transaction()
    def test_too_late(self):
        "What has expired is asked for again"
        self.make_records()
        self.top_up(self.lea, '20.00')
        held = self.hold(self.lea, '20.00')
        self.refused(
            errors.HoldExpiredError, 'capture', held.uuid, now=UNTIL)
        Hold = Pool().get('tibillet.wallet.hold')
        for now, left in [(utc(2024, 9, 21, 22), '0.00'), (UNTIL, '20.00')]:
            with patch.object(tools, 'now', return_value=now):
                Hold.expire()
            self.assertEqual(self.available(self.lea)[2], left)
        self.refused(
            errors.HoldUntilError, 'hold', self.lea, '1.00', now=LATER)
        self.refused(
            errors.MoneyNotAcceptedError, 'hold', self.lea, '1.00',
            utc(2030, 1, 1), now=utc(2023, 1, 1))

    @with_transaction()
    def test_merge(self):
        "What is held stays held in the wallet that is left"
        self.make_records()
        Party = Pool().get('party.party')
        lea = Party(name="Lea")
        lea.save()
        first, second = self.cards[:2]
        self.top_up(first.uid, '10.00')
        self.top_up(second.uid, '20.00')
        held = self.hold(second.uid, '15.00')
        with set_company(self.company):
            for card in [first, second]:
                card.party = lea
                card.save()
        self.assertEqual(
            self.available(first.uid), ('30.00', '15.00', '15.00'))
        self.capture(held.uuid)
        self.assertEqual(
            self.available(first.uid), ('15.00', '0.00', '15.00'))

    @with_transaction()
    def test_reverse_loaded(self):
        "What is held is not taken back"
        self.make_records()
        loaded = self.top_up(self.lea, '20.00')
        held = self.hold(self.lea, '1.00')
        self.refused(errors.OperationSpentError, 'reverse', loaded.uuid)
        self.release(held.uuid)
        self.reverse(loaded.uuid)
