import datetime as dt
from decimal import Decimal as D

from tibillet_base.exceptions import FactError
from tibillet_cashless import wallet_exceptions as errors
from tibillet_cashless import wallet_writer
from tibillet_cashless.wallet_writer import At

from trytond.model.exceptions import AccessError
from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)
from trytond.transaction import Transaction

from .wallet_records import WalletMixin, utc


class WalletWriterTestCase(WalletMixin, TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_cashless')

    def refused(self, error, name, *args, **values):
        "The act is refused by its name and leaves nothing written"
        before = self.counts()
        with self.assertRaises(error) as caught:
            getattr(self, name)(*args, **values)
        self.assertEqual(self.counts(), before)
        self.assertNotIn('%(', caught.exception.message)
        return caught.exception.message

    @with_transaction()
    def test_life(self):
        "Load, spend, reverse and pay back"
        self.make_records()
        answer = self.top_up(self.lea, '20.00')
        self.assertEqual(
            [(m.amount, m.balance) for m in answer.moved],
            [(D('20.00'), D('20.00'))])
        spent = self.spend(self.lea, '3.50')
        self.assertEqual(
            [(str(m.amount), str(m.balance)) for m in spent.moved],
            [('-3.50', '16.50')])
        self.assertEqual(self.balance(self.lea), '16.50')
        back = self.reverse(spent.uuid)
        self.assertEqual(back.moved[0].balance, D('20.00'))
        paid = self.redeem(self.lea, '20.00')
        self.assertEqual(paid.moved[0].balance, 0)
        self.assertEqual(self.lots(self.lea), [])

    @with_transaction()
    def test_moves(self):
        "Each operation moves as much on one side as on the other"
        self.make_records()
        pool = Pool()
        Move = pool.get('tibillet.wallet.move')
        self.top_up(self.lea, '20.00')
        self.grant(self.lea, '5.00')
        spent = self.spend(self.lea, '3.50')
        self.spend(self.lea, '2.00', self.gift)
        self.redeem(self.lea, '4.20', at=self.at_venue)
        self.reverse(spent.uuid)
        self.assertEqual([
                (m.money.code, m.side, str(m.amount),
                    m.party.name if m.party else None,
                    str(m.balance) if m.balance is not None else None)
                for m in Move.search([], order=[('id', 'ASC')])], [
                ('FED', 'holder', '20.00', None, '20.00'),
                ('FED', 'issued', '-20.00', 'CCC', None),
                ('GIFT', 'holder', '5.00', None, '5.00'),
                ('GIFT', 'issued', '-5.00', 'CCC', None),
                ('FED', 'holder', '-3.50', None, '16.50'),
                ('FED', 'owed', '3.50', 'La Raffinerie', None),
                ('GIFT', 'holder', '-2.00', None, '3.00'),
                ('GIFT', 'used', '2.00', 'La Raffinerie', None),
                ('FED', 'holder', '-4.20', None, '12.30'),
                ('FED', 'redeemed', '4.20', 'La Raffinerie', None),
                ('FED', 'holder', '3.50', None, '15.80'),
                ('FED', 'owed', '-3.50', 'La Raffinerie', None),
                ])

    @with_transaction()
    def test_lots(self):
        "The oldest lot is spent first, a reversal gives it back"
        self.make_records()
        self.top_up(self.lea, '20.00', now=utc(2024, 9, 21, 12))
        self.top_up(self.lea, '30.00', now=utc(2024, 12, 31, 12))
        self.spend(self.lea, '12.35', now=utc(2025, 1, 18, 12))
        self.assertEqual(self.lots(self.lea), [
                ('2024-09-21', '7.65'), ('2024-12-31', '30.00')])
        spent = self.spend(self.lea, '10.00', now=utc(2025, 2, 1, 12))
        self.assertEqual(self.lots(self.lea), [('2024-12-31', '27.65')])
        self.reverse(spent.uuid, now=utc(2025, 2, 1, 12, 10))
        self.assertEqual(self.lots(self.lea), [
                ('2024-09-21', '7.65'), ('2024-12-31', '30.00')])

    @with_transaction()
    def test_date(self):
        "The day is that of the clock of the company"
        self.make_records()
        self.company.timezone = 'Indian/Reunion'
        self.company.save()
        self.top_up(self.lea, '20.00', now=utc(2024, 12, 31, 21))
        self.assertEqual(self.lots(self.lea), [('2025-01-01', '20.00')])

    @with_transaction()
    def test_replay(self):
        "The same request counts once, another one with its uuid is refused"
        self.make_records()
        self.top_up(self.lea, '20.00')
        first = self.spend(self.lea, '3.50', uuid_='till-1-0001')
        self.spend(self.lea, '1.00')
        before = self.counts()
        for of in [self.lea, 'ee:14:42:00']:
            self.assertEqual(
                self.spend(
                    of, '3.5', uuid_='till-1-0001',
                    now=utc(2024, 9, 22, 1)), first)
        self.assertEqual(self.counts(), before)
        self.assertEqual(self.balance(self.lea), '15.50')
        for name, args, values in [
                ('spend', [self.lea, '3.51'], {}),
                ('spend', [self.tom, '3.50'], {}),
                ('spend', [self.lea, '3.50', self.raf], {}),
                ('spend', [self.lea, '3.50'], {'at': self.at_baker}),
                ('spend', [self.lea, '3.50'], {'reason': "Tip"}),
                ('redeem', [self.lea, '3.50'], {}),
                ('reverse', ['till-1-0001'], {}),
                ]:
            with self.subTest(name=name, args=args):
                self.refused(
                    errors.WalletUUIDError, name, *args,
                    uuid_='till-1-0001', **values)
        # A request that was refused may be made again.
        self.refused(
            errors.WalletInsufficientError, 'spend', self.lea, '50.00',
            uuid_='till-1-0002')
        self.top_up(self.lea, '50.00')
        self.spend(self.lea, '50.00', uuid_='till-1-0002')

    @with_transaction()
    def test_replay_later(self):
        "The first answer is given even if it would be refused by now"
        self.make_records()
        pool = Pool()
        Card = pool.get('tibillet.card')
        self.top_up(self.lea, '20.00')
        first = self.spend(self.lea, '20.00', uuid_='till-1-0001')
        Card.block([self.cards[0]])
        self.fed.divisible_to = 500
        self.fed.save()
        self.assertEqual(
            self.spend(
                self.lea, '20.00', uuid_='till-1-0001',
                now=utc(2024, 9, 21, 19)), first)

    @with_transaction()
    def test_amounts(self):
        "An amount that moves nothing is refused by its name"
        self.make_records()
        self.top_up(self.lea, '20.00')
        for amount, error in [
                ('0.00', errors.AmountSignError),
                ('-5.00', errors.AmountSignError),
                ('5.005', errors.AmountUnitError),
                ('NaN', errors.AmountNumberError),
                ('Infinity', errors.AmountNumberError),
                ('1e400', errors.AmountLimitError),
                ('1e-400', errors.AmountUnitError),
                ]:
            for name in ['top_up', 'spend', 'redeem', 'grant']:
                with self.subTest(amount=amount, name=name):
                    self.refused(error, name, self.lea, amount)
        for amount in ["5,00 €", 5.0, None, True]:
            with self.subTest(amount=amount):
                self.refused(
                    errors.AmountNumberError, 'call', 'spend', self.lea,
                    [(self.fed.id, amount)])
        self.refused(
            errors.AmountMissingError, 'call', 'spend', self.lea, [])
        self.refused(
            errors.MoneyTwiceError, 'call', 'spend', self.lea,
            [(self.fed.id, D(1)), (self.fed.id, D(1))])
        with self.assertRaises(errors.WalletUUIDMissingError):
            wallet_writer.spend(
                self.at_venue, '', self.lea, [(self.fed.id, D(1))])

    @with_transaction()
    def test_divisible(self):
        "Hours are spent by the quarter"
        self.make_records()
        self.hours.divisible_to = 15
        self.hours.save()
        self.grant(self.lea, '2', self.hours)
        self.spend(self.lea, '0.25', self.hours, at=self.at_coop)
        self.assertEqual(self.balance(self.lea, self.hours), '1.75')
        message = self.refused(
            errors.AmountStepError, 'spend', self.lea, '0.20', self.hours,
            at=self.at_coop)
        self.assertIn('0.25', message)

    @with_transaction()
    def test_cards(self):
        "A card that is not known, blocked or replaced pays nothing"
        self.make_records()
        pool = Pool()
        Card = pool.get('tibillet.card')
        lea, tom, other = self.cards[:3]
        self.top_up(self.lea, '20.00')
        self.top_up('0001', '5.00')
        self.assertEqual(self.balance(self.tom), '5.00')
        for of in ['EE999999', '', 'no card']:
            self.refused(errors.CardUnknownError, 'spend', of, '1.00')
        self.refused(errors.WalletUnknownError, 'spend', 999999, '1.00')
        Card.block([lea])
        for name in ['top_up', 'spend', 'redeem']:
            self.refused(
                errors.CardBlockedError, name, self.lea, '1.00')
        # The holder is served without the card.
        self.redeem(lea.wallet.id, '1.00')
        lea.replace(other)
        self.refused(errors.CardReplacedError, 'spend', self.lea, '1.00')
        # Same wallet, same lots.
        self.assertEqual(self.lots(other.uid), [('2024-09-21', '19.00')])
        self.spend(other.uid, '19.00')
        # What is on a card would be lost.
        with self.assertRaises(Exception):
            other.replace(tom)
        with self.assertRaises(AccessError):
            Card.delete([tom])

    @with_transaction()
    def test_never_loaded(self):
        "A card that was never loaded has nothing to spend"
        self.make_records()
        message = self.refused(
            errors.WalletInsufficientError, 'spend', self.lea, '1.00')
        self.assertIn('1.00', message)
        self.assertEqual(Pool().get('tibillet.wallet').search([]), [])

    @with_transaction()
    def test_insufficient(self):
        self.make_records()
        self.top_up(self.lea, '5.00')
        message = self.refused(
            errors.WalletInsufficientError, 'spend', self.lea, '5.01')
        self.assertIn('5.00', message)
        self.assertIn('0.01', message)
        self.spend(self.lea, '5.00')
        self.refused(
            errors.WalletInsufficientError, 'spend', self.lea, '0.01')
        # Several moneys: all or none.
        self.top_up(self.lea, '5.00')
        self.grant(self.lea, '1.00')
        self.refused(
            errors.WalletInsufficientError, 'call', 'spend', self.lea,
            [(self.fed.id, D('5.00')), (self.gift.id, D('1.01'))],
            at=self.at_venue)
        self.assertEqual(self.balance(self.lea), '5.00')
        answer = self.call(
            'spend', self.lea,
            [(self.gift.id, D('1.00')), (self.fed.id, D('5.00'))],
            at=self.at_venue)
        self.assertEqual(len(answer.moved), 2)

    @with_transaction()
    def test_rights(self):
        "What a money may do is enforced"
        self.make_records()
        self.top_up(self.lea, '20.00')
        self.grant(self.lea, '5.00')
        self.grant(self.lea, '1', self.badge)
        for error, name, args, values in [
                (errors.MoneyPurchaseError, 'top_up', ['1', self.gift], {}),
                (errors.MoneyPurchaseError, 'top_up', ['1', self.hours], {}),
                (errors.MoneyGrantError, 'grant', ['1', self.fed], {}),
                (errors.MoneyRedeemError, 'redeem', ['1', self.gift], {}),
                (errors.MoneySpendError, 'spend', ['1', self.badge], {}),
                # Nobody sells the money of another, nor gives it.
                (errors.MoneyIssuerError, 'top_up', ['1', self.raf], {}),
                (errors.MoneyIssuerError, 'grant', ['1', self.gift],
                    {'at': self.at_venue}),
                (errors.MoneyNotAcceptedError, 'spend', ['1', self.raf],
                    {'at': self.at_baker}),
                (errors.MoneyNotAcceptedError, 'spend', ['1', self.gift],
                    {'at': self.at_baker}),
                (errors.MoneyNotAcceptedError, 'spend', ['1'],
                    {'now': utc(2023, 12, 31, 12)}),
                (errors.MoneyNotAcceptedError, 'top_up', ['1'],
                    {'at': self.at_venue, 'now': utc(2023, 12, 31, 12)}),
                # One badge only.
                (errors.WalletCapError, 'grant', ['1', self.badge], {}),
                ]:
            with self.subTest(error=error.api_code, name=name):
                self.refused(error, name, self.lea, *args, **values)
        self.top_up(self.lea, '1.00', at=self.at_baker)
        self.top_up(self.lea, '1.00', self.raf, at=self.at_venue)
        self.spend(self.lea, '1.00', self.raf)
        self.refused(
            errors.MoneyUnknownError, 'call', 'spend', self.lea,
            [(999999, D(1))])

    @with_transaction()
    def test_last_day(self):
        "A money is accepted until its last day, and archived ones are spent"
        self.make_records()
        pool = Pool()
        Acceptance = pool.get('tibillet.money.acceptance')
        acceptance, = Acceptance.search([
                ('money', '=', self.fed), ('party', '=', self.venue)])
        acceptance.to_date = dt.date(2024, 9, 21)
        acceptance.save()
        self.top_up(self.lea, '20.00')
        self.fed.active = False
        self.fed.save()
        self.spend(self.lea, '1.00')
        self.refused(
            errors.MoneyNotAcceptedError, 'spend', self.lea, '1.00',
            now=utc(2024, 9, 22, 12))
        self.refused(
            errors.MoneyClosedError, 'top_up', self.lea, '1.00')
        self.redeem(self.lea, '19.00')

    @with_transaction()
    def test_caps(self):
        "The room that is left is told"
        self.make_records()
        pool = Pool()
        Party = pool.get('party.party')
        self.fed.cap_anonymous = D('150.00')
        self.fed.cap_identified = D('250.00')
        self.fed.cap_payment = D('30.00')
        self.fed.save()
        self.top_up(self.lea, '120.00')
        message = self.refused(
            errors.WalletCapError, 'top_up', self.lea, '30.01')
        self.assertIn('150.00', message)
        self.assertIn('30.00', message)
        self.top_up(self.lea, '30.00')
        self.refused(errors.WalletCapError, 'top_up', self.lea, '0.01')
        self.refused(errors.WalletCapError, 'top_up', self.tom, '150.01')
        person = Party(name="Lea")
        person.save()
        self.cards[0].party = person
        self.cards[0].save()
        self.top_up(self.lea, '100.00')
        self.refused(errors.WalletCapError, 'top_up', self.lea, '0.01')
        # A signed card pays what it holds, a number that is read less.
        spent = self.spend(self.lea, '100.00')
        self.top_up(self.lea, '100.00')
        # A reversal is never too much.
        self.reverse(spent.uuid)
        self.assertEqual(self.balance(self.lea), '350.00')
        self.top_up(self.copied.uid, '50.00')
        message = self.refused(
            errors.WalletPaymentCapError, 'spend', self.copied.uid, '30.01')
        self.assertIn('30.00', message)
        self.spend(self.copied.uid, '30.00')

    @with_transaction()
    def test_reverse(self):
        "An operation is taken back once, while it is not used"
        self.make_records()
        loaded = self.top_up(self.lea, '20.00')
        given = self.grant(self.lea, '5.00')
        spent = self.spend(self.lea, '3.50')
        paid = self.redeem(self.lea, '1.50')
        self.refused(
            errors.OperationSpentError, 'reverse', loaded.uuid)
        self.reverse(paid.uuid)
        back = self.reverse(spent.uuid, uuid_='back')
        self.assertEqual(self.reverse(spent.uuid, uuid_='back'), back)
        self.refused(
            errors.OperationReversedError, 'reverse', spent.uuid)
        self.refused(errors.OperationKindError, 'reverse', back.uuid)
        self.refused(errors.OperationUnknownError, 'reverse', 'never')
        self.reverse(given.uuid)
        self.reverse(loaded.uuid)
        self.assertEqual(self.balance(self.lea), '0.00')
        self.assertEqual(self.balance(self.lea, self.gift), '0.00')
        # Another lot does not stand in for the one that is spent.
        first = self.top_up(self.lea, '20.00')
        self.top_up(self.lea, '20.00')
        self.spend(self.lea, '1.00')
        self.refused(errors.OperationSpentError, 'reverse', first.uuid)

    @with_transaction()
    def test_reverse_other_company(self):
        self.make_records()
        spent = self.top_up(self.lea, '20.00')
        pool = Pool()
        Company = pool.get('company.company')
        other = Company(party=self.venue, currency=self.company.currency)
        other.save()
        self.refused(
            errors.OperationCompanyError, 'reverse', spent.uuid,
            at=At(other.id))

    @with_transaction()
    def test_facts(self):
        "What the engine has written is not edited"
        self.make_records()
        pool = Pool()
        self.top_up(self.lea, '20.00')
        self.spend(self.lea, '3.50')
        for name, values in [
                ('tibillet.wallet.operation', {'reason': "Other"}),
                ('tibillet.wallet.move', {'units': 1}),
                ('tibillet.wallet.lot', {'left_units': 1}),
                ('tibillet.wallet.lot.use', {'units': 1}),
                ('tibillet.wallet.balance', {'units': 1}),
                ]:
            Model = pool.get(name)
            records = Model.search([])
            with self.subTest(name=name):
                with self.assertRaises(FactError):
                    Model.write(records, values)
                with self.assertRaises(FactError):
                    Model.delete(records)
        Wallet = pool.get('tibillet.wallet')
        with self.assertRaises(errors.WalletAccessError):
            Wallet.delete(Wallet.search([]))

    @with_transaction()
    def test_read_again(self):
        "A record that was read sees what the writer has changed"
        self.make_records()
        self.top_up(self.lea, '20.00')
        wallet = Pool().get('tibillet.card')(self.cards[0].id).wallet
        self.assertEqual(str(wallet.balances[0].amount), '20.00')
        self.spend(self.lea, '3.50')
        self.assertEqual(str(wallet.balances[0].amount), '16.50')
        self.assertEqual(wallet.balance_text, '16.50 FED')

    @with_transaction()
    def test_within(self):
        "The transaction of a sale goes on after a refusal"
        self.make_records()
        self.top_up(self.lea, '5.00')
        self.refused(
            errors.WalletInsufficientError, 'spend', self.lea, '6.00')
        self.spend(self.lea, '4.00')
        self.assertEqual(self.balance(self.lea), '1.00')

    @with_transaction()
    def test_device(self):
        "The operation says which device it was"
        self.make_records()
        pool = Pool()
        Device = pool.get('tibillet.device')
        Operation = pool.get('tibillet.wallet.operation')
        device = Device(name="Bar 1", kind='terminal', company=self.company)
        device.save()
        with Transaction().set_context(_device=device.id):
            answer = self.top_up(self.lea, '5.00', reason="Birthday")
        operation = Operation(answer.id)
        self.assertEqual(operation.device, device)
        self.assertEqual(operation.user, "Bar 1")
        self.assertEqual(operation.reason, "Birthday")
        self.assertEqual(operation.party, self.coop)
        self.assertEqual(wallet_writer.At(1).party, None)
