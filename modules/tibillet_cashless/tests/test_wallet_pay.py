from decimal import Decimal as D

from tibillet_cashless import wallet_exceptions as errors
from tibillet_cashless import wallet_writer
from tibillet_cashless.wallet_writer import Sold

from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)

from .wallet_records import NOW, WalletMixin, utc


class WalletPayTestCase(WalletMixin, TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_cashless')

    def make_records(self):
        super().make_records()
        Acceptance = Pool().get('tibillet.money.acceptance')
        Acceptance.create([{
                    'money': self.hours.id,
                    'party': self.venue.id,
                    'from_date': NOW.date(),
                    'parity': D('5.00'),
                    }])

    def shares(self, parts):
        codes = {
            m.id: m.code for m in Pool().get('tibillet.money').search([])}
        return [
            (codes[p.money], str(p.amount), str(p.value),
                [str(line) for line in p.lines]) for p in parts]

    def refused(self, error, *args, **values):
        before = self.counts()
        with self.assertRaises(error) as caught:
            self.pay(*args, **values)
        self.assertEqual(self.counts(), before)
        return caught.exception.message

    @with_transaction()
    def test_cascade(self):
        "Gifts and hours reduce the lines, then moneys pay, the nearest first"
        self.make_records()
        self.top_up(self.lea, '20.00')
        self.top_up(self.lea, '3.00', self.raf, at=self.at_venue)
        self.grant(self.lea, '3.00')
        self.grant(self.lea, '0.50', self.hours)
        paid = self.pay(self.lea, '7.00', '5.00', ['1.00'])
        self.assertEqual(self.shares(paid.reductions), [
                ('GIFT', '3.00', '3.00', ['1.75', '1.25', '0.00']),
                ('H', '0.50', '2.50', ['1.46', '1.04', '0.00'])])
        self.assertEqual(self.shares(paid.payments), [
                ('RAF', '3.00', '3.00', []), ('FED', '4.50', '4.50', [])])
        self.assertEqual(self.balance(self.lea), '15.50')
        pool = Pool()
        Operation = pool.get('tibillet.wallet.operation')
        self.assertEqual([
                (m.side, str(m.amount), m.value and str(m.value))
                for m in sorted(
                    Operation(paid.id).moves, key=lambda m: m.id)], [
                ('holder', '-3.00', '3.00'), ('used', '3.00', None),
                ('holder', '-0.50', '2.50'), ('used', '0.50', None),
                ('holder', '-3.00', '3.00'), ('owed', '3.00', None),
                ('holder', '-4.50', '4.50'), ('owed', '4.50', None)])
        # All of it comes back at once.
        self.reverse(paid.uuid)
        self.assertEqual(self.balance(self.lea), '20.00')
        self.assertEqual(self.balance(self.lea, self.hours), '0.50')
        self.assertEqual(self.balance(self.lea, self.gift), '3.00')

    @with_transaction()
    def test_replay(self):
        "The first answer is given again, whatever has changed since"
        self.make_records()
        pool = Pool()
        Acceptance = pool.get('tibillet.money.acceptance')
        self.top_up(self.lea, '20.00')
        self.grant(self.lea, '1.00', self.hours)
        first = self.pay(self.lea, '7.00', '5.00', uuid_='till-1')
        Acceptance.write(
            Acceptance.search([('parity', '!=', None)]), {'parity': D(1)})
        self.grant(self.lea, '1.00')
        self.assertEqual(
            self.pay(self.lea, '7.00', '5.00', uuid_='till-1',
                now=utc(2024, 9, 21, 23)), first)
        self.refused(
            errors.WalletUUIDError, self.lea, '7.00', '5.01',
            uuid_='till-1')
        self.refused(
            errors.WalletUUIDError, self.lea, '7.00', '5.00', rest=D('1.00'),
            uuid_='till-1')

    @with_transaction()
    def test_all_or_nothing(self):
        self.make_records()
        self.top_up(self.lea, '5.00')
        self.grant(self.lea, '1.00')
        message = self.refused(
            errors.WalletInsufficientError, self.lea, '6.01')
        self.assertIn('6.00', message)
        self.assertIn('0.01', message)
        self.assertEqual(self.balance(self.lea), '5.00')
        self.assertEqual(self.balance(self.lea, self.gift), '1.00')
        # With cash for the rest.
        paid = self.pay(self.lea, '10.00', rest=D('7.00'))
        self.assertEqual(
            self.shares(paid.reductions), [('GIFT', '1.00', '1.00', ['1.00'])])
        self.assertEqual(
            self.shares(paid.payments), [('FED', '2.00', '2.00', [])])

    @with_transaction()
    def test_second(self):
        "A second card pays what the first has not"
        self.make_records()
        self.top_up(self.lea, '5.00')
        self.top_up(self.tom, '5.00')
        self.grant(self.tom, '5.00')
        self.refused(
            errors.WalletInsufficientError, self.lea, '10.01',
            second=self.tom)
        paid = self.pay(self.lea, '7.50', second=self.tom)
        self.assertEqual(self.shares(paid.payments), [
                ('FED', '5.00', '5.00', []), ('FED', '2.50', '2.50', [])])
        self.assertEqual(self.balance(self.tom), '2.50')
        # Not his gifts, which are his.
        self.assertEqual(self.balance(self.tom, self.gift), '5.00')
        self.reverse(paid.uuid)
        self.assertEqual(self.balance(self.tom), '5.00')
        self.refused(
            errors.WalletSecondError, self.lea, '1.00', second=self.lea)
        Card = Pool().get('tibillet.card')
        Card.block([self.cards[1]])
        self.refused(
            errors.CardBlockedError, self.lea, '7.50', second=self.tom)

    @with_transaction()
    def test_not_accepted(self):
        "What is not accepted here, or is worth nothing here, does not pay"
        self.make_records()
        self.top_up(self.lea, '5.00', self.raf, at=self.at_venue)
        self.grant(self.lea, '1.00', self.hours)
        self.grant(self.lea, '1', self.badge)
        self.refused(
            errors.WalletInsufficientError, self.lea, '1.00',
            at=self.at_baker)
        # At the cooperative an hour has no price.
        self.refused(
            errors.WalletInsufficientError, self.lea, '1.00',
            at=self.at_coop)

    @with_transaction()
    def test_payment_cap(self):
        "A number that can be copied pays up to its cap"
        self.make_records()
        self.fed.cap_payment = D('30.00')
        self.fed.save()
        self.top_up(self.copied.uid, '50.00')
        self.refused(
            errors.WalletInsufficientError, self.copied.uid, '30.01')
        self.pay(self.copied.uid, '30.01', rest=D('0.01'))

    @with_transaction()
    def test_input(self):
        self.make_records()
        self.top_up(self.lea, '5.00')
        for error, amounts, rest in [
                (errors.AmountSignError, ['-1.00'], D(0)),
                (errors.AmountUnitError, ['1.005'], D(0)),
                (errors.AmountNumberError, ['NaN'], D(0)),
                (errors.AmountLimitError, ['1e400'], D(0)),
                (errors.AmountSignError, ['1.00'], D('-1.00')),
                (errors.AmountNumberError, ['1.00'], 0.5),
                (errors.WalletRestError, ['1.00'], D('1.01')),
                (errors.AmountMissingError, ['1.00'], D('1.00')),
                (errors.AmountMissingError, ['0.00'], D(0)),
                (errors.AmountMissingError, [], D(0)),
                ]:
            with self.subTest(error=error, amounts=amounts, rest=rest):
                self.refused(error, self.lea, *amounts, rest=rest)

    @with_transaction()
    def test_quote(self):
        "The till shows what would pay before anybody pays"
        self.make_records()
        self.top_up(self.lea, '5.00')
        self.grant(self.lea, '1.00')
        before = self.counts()
        for of, missing in [(self.lea, '4.00'), (self.tom, '10.00')]:
            quote = wallet_writer.quote(
                self.at_venue, of, [Sold(D('7.00')), Sold(D('3.00'))],
                now=NOW)
            self.assertEqual(str(quote.missing), missing)
        self.assertEqual(self.counts(), before)
        quote = wallet_writer.quote(
            self.at_venue, self.lea, [Sold(D('7.00')), Sold(D('3.00'))],
            now=NOW)
        self.assertEqual(
            self.shares(quote.reductions),
            [('GIFT', '1.00', '1.00', ['0.70', '0.30'])])
        paid = self.pay(self.lea, '7.00', '3.00', rest=quote.missing)
        self.assertEqual(
            (paid.reductions, paid.payments),
            (quote.reductions, quote.payments))
