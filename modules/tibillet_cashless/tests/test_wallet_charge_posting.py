"""What the bank takes is in the books of who was paid, once."""
from decimal import Decimal as D

from tibillet_cashless import wallet_check
from tibillet_cashless.wallet_exceptions import PostingAccountError

from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .posting_records import SATURDAY, SUNDAY, TOM, PostingMixin


class WalletChargePostingTestCase(PostingMixin, TestCase):

    def choose(self, company, money, **codes):
        "Choose the accounts of fees and of what holders owe"
        pool = Pool()
        Account = pool.get('account.account')
        MoneyAccount = pool.get('tibillet.money.account')
        accounts, = MoneyAccount.search([
                ('company', '=', company.id), ('money', '=', money.id)])
        for name, (code, like) in codes.items():
            found, = Account.search([
                    ('code', '=', like), ('company', '=', company.id)])
            account, = Account.copy([found], {
                    'code': code, 'name': code, 'party_required': False})
            setattr(accounts, name, account)
        accounts.save()

    def spend_and_charge(self, company, amount):
        "Tom loads 20.00, spends some at the baker's, the bank takes it back"
        with self.at(SATURDAY):
            loaded = self.write(
                'top_up', TOM, self.fed.id, D('20.00'), company=company)
            self.write('fee', loaded.uuid, D('1.00'), company=company)
            self.write(
                'spend', TOM, [(self.fed.id, D(amount))], party=self.baker)
        with self.at(SUNDAY):
            charged = self.write('charge_back', loaded.uuid, company=company)
            self.write('fee', charged.uuid, D('15.00'), company=company)
        return charged

    def check(self):
        self.assertEqual(wallet_check.check().problems, [])

    @with_transaction()
    def test_issuer(self):
        "E1 and E13: of 20.00, 5.00 are left; fees of 1.00 and 15.00"
        self.make_festival()
        charged = self.spend_and_charge(self.coop, '15.00')
        with self.assertRaises(PostingAccountError):
            self.post(self.coop)
        self.choose(
            self.coop, self.fed, fee_account=('627', '5.1.1'),
            debt_account=('416', '2.1.1'))
        self.check()
        saturday, sunday = self.post(self.coop)
        self.assertEqual(
            [(ln.account.code, str(ln.debit - ln.credit))
                for ln in sorted(
                    sunday.move.lines, key=lambda ln: ln.account.code)
                if ln.account.code in {'416', '467F', '517'}
                and ln.description.startswith('Chargeback')],
            [('416', '15.00'), ('467F', '5.00'), ('517', '-20.00')])
        balances = {
            '416': '-15.00', '467F': '0.00', '467M Baker': '15.00',
            # 20.00 came in, 36.00 went out.
            '517': '16.00', '627': '-16.00'}
        self.assertEqual(self.get_balances(self.coop), balances)
        self.assertEqual(self.post(self.coop), [])
        self.check()
        # The bank has paid after all, all but its fee.
        with self.at(SUNDAY):
            self.write('reverse', charged.uuid)
        self.post(self.coop)
        self.assertEqual(self.get_balances(self.coop), {
                **balances, '416': '0.00', '467F': '5.00', '517': '-4.00'})
        self.check()

    @with_transaction()
    def test_other_company(self):
        "At a venue: it bears the fee and the debt, the issuer what is left"
        self.make_festival()
        self.choose(
            self.bar, self.fed, fee_account=('627', '5.1.1'),
            debt_account=('416', '2.1.1'))
        self.spend_and_charge(self.bar, '12.00')
        self.post(self.coop)
        self.post(self.bar)
        self.assertEqual(self.get_balances(self.bar), {
                '416': '-12.00',
                # Of 20.00 that were loaded, 8.00 are owed no more.
                '4FED': '12.00', '580': '16.00', '627': '-16.00'})
        self.assertEqual(self.get_balances(self.coop), {
                '467F': '0.00', '467M Baker': '12.00',
                f'467M {self.bar.party.name}': '-12.00'})
        self.check()

    @with_transaction()
    def test_nothing_for_the_issuer(self):
        "A fee, and what was spent, are not in the books of who was not paid"
        self.make_festival()
        self.choose(
            self.bar, self.fed, fee_account=('627', '5.1.1'),
            debt_account=('416', '2.1.1'))
        self.spend_and_charge(self.bar, '20.00')
        moves = [posting.move for posting in self.post(self.coop)]
        self.assertEqual(
            {(ln.description.split(' ')[0]) for move in moves
                for ln in move.lines}, {'Top-up', 'Payment'})
        self.assertEqual(self.post(self.coop), [])
        self.check()
