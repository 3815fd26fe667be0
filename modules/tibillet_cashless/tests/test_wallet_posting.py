"""What cards have moved is in the books of each company, once."""
import datetime as dt
from decimal import Decimal as D
from unittest.mock import patch

from tibillet_base import tools
from tibillet_base.exceptions import FactError
from tibillet_cashless.wallet_exceptions import (
    PostingAccountError, PostingDateError)

from trytond.model.exceptions import SQLConstraintError
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction

from .posting_records import LEA, MONDAY, SATURDAY, SUNDAY, TOM, PostingMixin


class WalletPostingTestCase(PostingMixin, TestCase):

    @with_transaction()
    def test_festival(self):
        "A bar with a till, a baker without books and the coop that issues"
        self.make_festival()
        self.play_saturday()
        # What the till has recorded waits for its closure.
        self.assertEqual(self.post(self.bar), [])
        self.check_proof([
                "CCC, outside tills: 2 operations, 25.00 FED.",
                "CCC, Till BAR: 3 operations, 14.00 FED.",
                f"{self.bar.party.name}, Till BAR: "
                "2 operations, 0.00 OWN."])
        with self.at(SUNDAY):
            self.close({D('20'): 1, D('5'): 1, D('2'): 1, D('1'): 1})
        self.assertEqual(self.get_balances(self.bar), {
                '4FED': '14.00', '4OWN': '0.00'})
        self.check_proof([
                "CCC, outside tills: 2 operations, 25.00 FED.",
                "CCC, Till BAR: 3 operations, 14.00 FED."])
        posting, = self.post(self.coop)
        self.check_proof([])
        self.assertEqual(str(posting.date), '2026-03-07')
        self.assertEqual(posting.operations, 5)
        self.assertEqual(posting.move.origin, posting)
        self.assertEqual(posting.move.state, 'posted')
        self.assertEqual(self.get_balances(self.coop), {
                '467F': '39.00',
                # It has loaded 20.00, taken 4.00 and paid 2.00 back.
                '467M Baker': '5.00',
                f'467M {self.bar.party.name}': '-14.00',
                '517': '-30.00',
                })
        # A second time nothing is left, in any company.
        self.assertEqual(self.post(self.coop), [])
        self.assertEqual(self.post(self.bar), [])
        self.check_dues()

    def check_proof(self, waiting):
        "Nothing is lost, and the proof lists by till what is not posted"
        Proof = Pool().get('tibillet.wallet.proof')
        proof = Proof.prove()
        self.assertEqual((proof.state, proof.result), ('proved', ''))
        self.assertEqual(sorted(proof.waiting.splitlines()), sorted(waiting))

    def check_dues(self):
        "The baker reads what he is owed"
        Due = Pool().get('tibillet.wallet.due')
        self.assertEqual([
                (d.kind, d.operations, str(d.amount)) for d in Due.search([
                        ('party', '=', self.baker.id)])],
            [('spend', 1, '5.00')])
        self.assertEqual({
                d.kind: str(d.amount) for d in Due.search([
                        ('party', '=', self.bar.party.id)])},
            {'spend': '4.00', 'top_up': '-20.00', 'redeem': '2.00'})

    @with_transaction()
    def test_links(self):
        "Each operation says where it is in the books"
        pool = Pool()
        Link = pool.get('tibillet.wallet.posting.link')
        self.make_festival()
        self.play_saturday()
        with self.at(SUNDAY):
            closure = self.close({D('20'): 1, D('5'): 1, D('2'): 1, D('1'): 1})
        self.post(self.coop)
        self.assertEqual(sorted(
                (link.company.party.name, link.operation.kind,
                    link.money.code, link.posting.closure == closure)
                for link in Link.search([])), sorted([
                    ('CCC', 'top_up', 'FED', False),
                    ('CCC', 'spend', 'FED', False),
                    ('CCC', 'redeem', 'FED', False),
                    ('CCC', 'top_up', 'FED', False),
                    ('CCC', 'spend', 'FED', False),
                    *((self.bar.party.name, kind, money, True)
                        for kind, money in [
                            ('top_up', 'FED'), ('top_up', 'OWN'),
                            ('spend', 'OWN'), ('spend', 'FED'),
                            ('redeem', 'FED')])]))
        self.assertEqual(
            {link.posting.move for link in Link.search(
                    [('company', '=', self.bar.id)])}, {closure.move})

    @with_transaction()
    def test_outside_till(self):
        "A venue that takes a card without a till, and takes it back"
        self.make_festival()
        with self.at(SATURDAY):
            self.write('top_up', TOM, self.fed.id, D('30.00'))
            spent = self.write(
                'spend', TOM, [(self.fed.id, D('12.00'))], company=self.bar)
        self.post(self.coop)
        self.post(self.bar)
        self.assertEqual(
            self.get_balances(self.bar), {'4FED': '-12.00', '580': '12.00'})
        with self.at(SUNDAY):
            self.write('reverse', spent.uuid, company=self.bar)
        self.post(self.coop)
        self.post(self.bar)
        self.assertEqual(
            self.get_balances(self.bar), {'4FED': '0.00', '580': '0.00'})
        self.assertEqual(self.get_balances(self.coop), {
                '467F': '30.00', f'467M {self.bar.party.name}': '0.00',
                '517': '-30.00'})

    @with_transaction()
    def test_late(self):
        "What arrives after its day was posted gets a move of its own"
        self.make_festival()
        with self.at(SATURDAY):
            self.write('top_up', TOM, self.fed.id, D('30.00'))
        self.post(self.coop)
        with self.at(SATURDAY):
            self.write('top_up', LEA, self.fed.id, D('7.00'))
        posting, = self.post(self.coop)
        self.assertEqual(str(posting.date), '2026-03-07')
        self.assertEqual(
            self.get_balances(self.coop), {'467F': '37.00', '517': '-37.00'})

    @with_transaction()
    def test_merge(self):
        "A merge moves nothing in the books"
        self.make_festival()
        pool = Pool()
        Card = pool.get('tibillet.card')
        Party = pool.get('party.party')
        tom = Party(name="Tom")
        tom.save()
        with self.at(SATURDAY), set_company(self.coop):
            for uid in [LEA, TOM]:
                self.write('top_up', uid, self.fed.id, D('1.00'))
                card = Card.find(uid)
                card.party = tom
                card.save()
        posting, = self.post(self.coop)
        self.assertEqual(posting.operations, 2)

    @with_transaction()
    def test_gift(self):
        "A gift costs its issuer only if he provides for it"
        self.make_festival()
        with self.at(SATURDAY):
            self.write('grant', LEA, self.gift.id, D('6.00'))
        self.assertEqual(self.post(self.coop), [])
        with set_company(self.coop):
            self.make_account(self.gift, self.coop, '158', counter='623')
        self.post(self.coop)
        self.assertEqual(
            self.get_balances(self.coop), {'158': '6.00', '623': '-6.00'})
        with self.at(SUNDAY):
            self.write(
                'spend', LEA, [(self.gift.id, D('4.00'))], company=self.bar)
        self.post(self.coop)
        self.assertEqual(
            self.get_balances(self.coop), {'158': '2.00', '623': '-2.00'})

    @with_transaction()
    def test_refused(self):
        "What the accountant has not chosen is asked for, nothing is written"
        self.make_festival()
        Posting = Pool().get('tibillet.wallet.posting')
        Move = Pool().get('account.move')
        with self.at(SATURDAY):
            self.write('top_up', TOM, self.fed.id, D('30.00'))
        account = self.fed_coop
        account.counter_account = None
        account.save()
        with self.assertRaises(PostingAccountError):
            self.post(self.coop)
        self.assertEqual(Posting.search([]), [])
        self.assertEqual(
            Move.search([('company', '=', self.coop.id)]), [])
        with self.at(SATURDAY), set_company(self.coop), \
                self.assertRaises(PostingDateError):
            Posting.post(self.coop, dt.date(2099, 3, 8))

    @with_transaction()
    def test_night(self):
        "By night each company posts, without what is refused"
        self.make_festival()
        Posting = Pool().get('tibillet.wallet.posting')
        with self.at(SATURDAY):
            self.write('top_up', TOM, self.fed.id, D('30.00'))
        with self.at(SATURDAY.replace(year=2025)):
            self.write('top_up', TOM, self.fed.id, D('1.00'))
        with self.at(MONDAY):
            self.write('top_up', TOM, self.fed.id, D('2.00'))
            with Transaction().set_context(company=None), patch.object(
                    tools, 'today', return_value=MONDAY.date()), \
                    self.assertLogs('tibillet_cashless', 'WARNING') as logs:
                Posting.post_night()
        # There are no books of 2025.
        self.assertIn('2025-03-07', logs.output[0])
        self.assertEqual(
            self.get_balances(self.coop), {'467F': '30.00', '517': '-30.00'})
        # The accountant reads on the accounts of the money what is left.
        account = self.fed_coop
        self.assertEqual(account.refused_from, dt.date(2025, 3, 7))
        self.assertIn("2025", account.refusal)
        account.note_refused([account], [])
        self.assertEqual(
            (account.refused_from, account.refusal), (None, None))

    @with_transaction()
    def test_night_of_others(self):
        "What one company refuses undoes nothing of the others"
        self.make_festival()
        pool = Pool()
        Posting = pool.get('tibillet.wallet.posting')
        with self.at(SATURDAY):
            self.write(
                'top_up', TOM, self.fed.id, D('30.00'), company=self.bar)
        adopt = Posting.adopt

        def refuse(company):
            if company == self.coop:
                raise PostingAccountError("Not today")
            return adopt(company)

        with Transaction().set_context(company=None), patch.object(
                tools, 'today', return_value=MONDAY.date()), patch.object(
                Posting, 'adopt', side_effect=refuse), \
                self.assertLogs('tibillet_cashless', 'WARNING'):
            Posting.post_night()
        self.assertEqual(self.fed_coop.refusal, "Not today")
        self.assertEqual(
            {p.company for p in Posting.search([])}, {self.bar})

    @with_transaction()
    def test_broken(self):
        "What is on the account and on no card is named"
        self.make_festival()
        pool = Pool()
        Move = pool.get('account.move')
        Proof = pool.get('tibillet.wallet.proof')
        with self.at(SATURDAY):
            self.write('top_up', TOM, self.fed.id, D('30.00'))
        posting, = self.post(self.coop)
        self.check_proof([])
        account = self.fed_coop
        with set_company(self.coop):
            # By hand: one euro too many, on the account of the holders.
            move = Move(
                company=self.coop, journal=account.journal,
                period=posting.move.period, date=posting.date,
                lines=[
                    {'account': account.account.id, 'debit': D('0.01'),
                        'credit': D(0)},
                    {'account': account.counter_account.id, 'debit': D(0),
                        'credit': D('0.01')}])
            move.save()
        # Nothing is in the books before it is posted.
        self.check_proof([])
        with set_company(self.coop):
            Move.post([move])
        with self.assertLogs('tibillet_cashless', 'ERROR'):
            proof = Proof.prove()
        self.assertEqual(proof.state, 'broken')
        self.assertEqual(len(proof.result.splitlines()), 1)
        self.assertIn(f'"{move.rec_name}"', proof.result)
        # What takes it back is no better: both are named.
        with set_company(self.coop):
            Move.post([move.cancel()])
        with self.assertLogs('tibillet_cashless', 'ERROR'):
            proof = Proof.prove()
        self.assertEqual(len(proof.result.splitlines()), 2)

    @with_transaction()
    def test_forged(self):
        "Nobody writes a posting, nor posts an operation twice"
        pool = Pool()
        Link = pool.get('tibillet.wallet.posting.link')
        Posting = pool.get('tibillet.wallet.posting')
        self.make_festival()
        with self.at(SATURDAY):
            self.write('top_up', TOM, self.fed.id, D('30.00'))
        posting, = self.post(self.coop)
        link, = posting.links
        values = {
            'posting': posting.id, 'company': self.coop.id,
            'operation': link.operation.id, 'money': self.fed.id}
        with self.assertRaises(SQLConstraintError):
            Link.create([values])
        for act in [
                lambda: Link.write([link], {'money': self.gift.id}),
                lambda: Link.delete([link]),
                lambda: Posting.write([posting], {'move': None}),
                lambda: Posting.delete([posting])]:
            with self.assertRaises(FactError):
                act()
