import datetime as dt
from decimal import Decimal as D

from tibillet_cashless import wallet_check, wallet_writer
from tibillet_cashless.wallet_exceptions import (
    AmountSignError, AmountUnitError, OperationCompanyError,
    OperationKindError, OperationReversedError, OperationUnknownError,
    WalletUUIDError, WalletUUIDMissingError)
from tibillet_cashless.wallet_writer import At

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)

from .wallet_records import NOW, WalletMixin, utc

LATER = utc(2024, 10, 5, 12)


class WalletChargebackTestCase(WalletMixin, TestCase):
    "Test what the bank takes: fees, and top-ups that are not paid after all"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_cashless')

    def charge(self, operation, uuid_=None, **values):
        return self.call(
            'charge_back', operation.uuid, uuid_=uuid_, now=LATER, **values)

    def sides(self, answer):
        Move = Pool().get('tibillet.wallet.move')
        return {
            m.side: m.units for m in Move.search([
                    ('operation', '=', answer.id)])}

    def debts(self):
        Debt = Pool().get('tibillet.wallet.debt')
        return [(str(d.amount), d.cancelled) for d in Debt.search([])]

    def check(self):
        self.assertEqual(wallet_check.check().problems, [])

    @with_transaction()
    def test_e13(self):
        "Of 20.00 15.00 are spent: 5.00 are taken back, 15.00 are owed"
        self.make_records()
        loaded = self.top_up(self.lea, '20.00')
        self.spend(self.lea, '15.00')
        charged = self.charge(loaded, reason="Fraud")
        self.assertEqual(self.sides(charged), {
                'holder': -500, 'charged': 500, 'bank': 1500,
                'debt': -1500})
        self.assertEqual(self.balance(self.lea), '0.00')
        self.assertEqual(self.debts(), [('15.00', False)])
        self.check()

    @with_transaction()
    def test_left(self):
        "All of it, nothing, and never a lot that was paid"
        for spent, more, left, owed, balance in [
                (None, None, -2000, None, '0.00'),
                ('20.00', None, None, '20.00', '0.00'),
                ('20.00', '8.00', None, '20.00', '8.00'),
                ('12.00', '8.00', -800, '12.00', '8.00'),
                ]:
            with self.subTest(spent=spent, more=more):
                self.make_records_again()
                loaded = self.top_up(self.lea, '20.00')
                if more:
                    self.top_up(self.lea, more)
                if spent:
                    self.spend(self.lea, spent)
                charged = self.charge(loaded)
                self.assertEqual(self.sides(charged).get('holder'), left)
                self.assertEqual(self.balance(self.lea), balance)
                Debt = Pool().get('tibillet.wallet.debt')
                self.assertEqual(
                    [str(d.amount) for d in Debt.search([
                                ('operation', '=', charged.id)])],
                    [owed] if owed else [])
                self.check()

    def make_records_again(self):
        "Others than those that were made"
        self.numbers = f'{int(self.numbers, 16) + 1:06X}'
        self.codes = f'{int(self.codes or 0) + 1}'
        self.make_records()

    @with_transaction()
    def test_held(self):
        "What is held for a table is not taken, it is owed"
        self.make_records()
        loaded = self.top_up(self.lea, '20.00')
        self.call(
            'hold', self.lea, [(self.fed.id, D('6.00'))],
            utc(2024, 10, 6), at=self.at_venue)
        charged = self.charge(loaded)
        self.assertEqual(self.sides(charged)['holder'], -1400)
        self.assertEqual(self.debts(), [('6.00', False)])
        self.check()

    @with_transaction()
    def test_held_and_expired(self):
        self.make_records()
        loaded = self.top_up(self.lea, '20.00')
        self.call(
            'hold', self.lea, [(self.fed.id, D('6.00'))],
            utc(2024, 10, 1), at=self.at_venue)
        self.assertEqual(
            self.sides(self.charge(loaded))['holder'], -2000)
        self.check()

    @with_transaction()
    def test_merged(self):
        "What was loaded on a card goes on in the wallet of its holder"
        self.make_records()
        loaded = self.top_up(self.lea, '20.00')
        self.top_up(self.tom, '7.00', now=utc(2024, 10, 1, 12))
        pool = Pool()
        Card = pool.get('tibillet.card')
        Party = pool.get('party.party')
        holder = Party(name="Lea")
        holder.save()
        with set_company(self.company):
            for uid in [self.tom, self.lea]:
                card = Card.find(uid)
                card.party = holder
                card.save()
        self.spend(self.lea, '3.00')
        self.charge(loaded)
        # The oldest was spent first: the one that is charged back.
        self.assertEqual(self.balance(self.tom), '7.00')
        self.assertEqual(self.debts(), [('3.00', False)])
        self.check()

    @with_transaction()
    def test_twice(self):
        "Announced again it is the same, under another name it is refused"
        self.make_records()
        loaded = self.top_up(self.lea, '20.00')
        first = self.charge(loaded, uuid_='dp_1')
        counts = self.counts()
        self.assertEqual(self.charge(loaded, uuid_='dp_1').id, first.id)
        with self.assertRaises(OperationReversedError):
            self.charge(loaded, uuid_='dp_2')
        with self.assertRaises(OperationReversedError):
            self.reverse(loaded.uuid)
        other = self.top_up(self.tom, '20.00')
        with self.assertRaises(WalletUUIDError):
            self.charge(other, uuid_='dp_1')
        self.assertEqual(self.counts()[1], counts[1] + 1)
        self.check()

    @with_transaction()
    def test_won(self):
        "The bank has paid after all: lots come back, nothing is owed"
        self.make_records()
        loaded = self.top_up(self.lea, '20.00')
        self.spend(self.lea, '15.00')
        charged = self.charge(loaded)
        self.reverse(charged.uuid, now=LATER)
        self.assertEqual(self.lots(self.lea), [('2024-09-21', '5.00')])
        self.assertEqual(self.debts(), [('15.00', True)])
        self.check()

    @with_transaction()
    def test_fee(self):
        "Fees move nothing of a wallet, and are taken back by their opposite"
        self.make_records()
        loaded = self.top_up(self.lea, '50.00')
        fee = self.call(
            'fee', loaded.uuid, D('1.00'), uuid_='txn_1', now=NOW)
        self.assertEqual(self.sides(fee), {'bank': 100, 'fee': -100})
        self.assertEqual(self.balance(self.lea), '50.00')
        Operation = Pool().get('tibillet.wallet.operation')
        self.assertEqual(Operation(fee.id).fee_of.id, loaded.id)
        self.assertEqual(self.call(
                'fee', loaded.uuid, D('1.00'), uuid_='txn_1').id, fee.id)
        with self.assertRaises(WalletUUIDError):
            self.call('fee', loaded.uuid, D('1.20'), uuid_='txn_1')
        self.reverse(fee.uuid)
        dispute = self.charge(loaded)
        self.call('fee', dispute.uuid, D('20.00'))
        self.check()

    @with_transaction()
    def test_refused(self):
        "What is wrong leaves nothing written"
        self.make_records()
        loaded = self.top_up(self.lea, '20.00')
        paid = self.spend(self.lea, '5.00')
        given = self.grant(self.lea, '5.00')
        other = At(create_company("Other").id)
        counts = self.counts()
        for error, name, arguments, values in [
                (OperationUnknownError, 'charge_back', ['no'], {}),
                (OperationKindError, 'charge_back', [paid.uuid], {}),
                (OperationKindError, 'charge_back', [given.uuid], {}),
                (OperationKindError, 'fee', [paid.uuid, D('1')], {}),
                (OperationUnknownError, 'fee', ['no', D('1')], {}),
                (AmountSignError, 'fee', [loaded.uuid, D('-1')], {}),
                (AmountSignError, 'fee', [loaded.uuid, D('0')], {}),
                (AmountUnitError, 'fee', [loaded.uuid, D('0.005')], {}),
                (OperationCompanyError, 'charge_back', [loaded.uuid],
                    {'at': other}),
                (OperationCompanyError, 'fee', [loaded.uuid, D('1')],
                    {'at': other}),
                (WalletUUIDMissingError, 'charge_back', [loaded.uuid],
                    {'uuid_': ''}),
                ]:
            with self.subTest(error=error, name=name), \
                    self.assertRaises(error):
                if values.get('uuid_') == '':
                    wallet_writer.charge_back(
                        self.at_coop, '', *arguments)
                self.call(name, *arguments, **values)
        self.assertEqual(self.counts(), counts)
        self.check()

    @with_transaction()
    def test_waits(self):
        "What the bank has taken was not used"
        from tibillet_cashless import melt_waits
        self.make_records()
        loaded = self.top_up(self.lea, '20.00')
        self.spend(self.lea, '15.00')
        self.charge(loaded)
        self.assertEqual(
            melt_waits.read(self.fed.id, dt.date(2025, 1, 1)),
            [(0, 1500, 500)])
