"""Two who post the wallets at once, on a real PostgreSQL: make test-pg."""
import threading
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from unittest.mock import patch

import psycopg
import pytest
from tibillet_base.tests.till_records import make_books, run_again
from tibillet_cashless import (
    wallet_check, wallet_check_books, wallet_posting, wallet_writer)
from tibillet_cashless.wallet_writer import At

from trytond import backend
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, TestCase, activate_module
from trytond.transaction import Transaction, TransactionError

from .posting_records import SATURDAY, PostingMixin
from .wallet_records import WalletMixin

pytestmark = pytest.mark.postgresql
OPERATIONS = 20


class PostingRaceTestCase(WalletMixin, TestCase):
    "Test two who post at once"

    make_account = PostingMixin.make_account

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_cashless')
        cls.ids = run_again(DB_NAME, cls('make').make)

    def make(self):
        self.make_records()
        with set_company(self.company):
            make_books()
            self.make_account(
                self.fed, self.company, '467F', due='467M', counter='517')
        return self.company.id, self.fed.id, self.lea

    def load(self):
        "Load a card, and return how many operations were linked before"
        company, money, card = self.ids

        def act():
            for _ in range(OPERATIONS):
                wallet_writer.top_up(
                    At(company), str(uuid.uuid4()), card, money,
                    Decimal('1.00'), now=SATURDAY)
        run_again(DB_NAME, act)
        return self.count()

    def count(self):
        "Return how many operations are linked, and how much is in the books"
        company, *_ = self.ids

        def act():
            pool = Pool()
            Link = pool.get('tibillet.wallet.posting.link')
            Line = pool.get('account.move.line')
            with Transaction().set_context(company=company):
                return Link.search([], count=True), sum(
                    line.credit for line in Line.search([
                            ('account.code', '=', '467F'),
                            ('move.state', '=', 'posted'),
                            ]))
        return run_again(DB_NAME, act)

    def post_at_once(self):
        "Post twice at once; each has begun before the other has finished"
        company, *_ = self.ids
        barrier = threading.Barrier(2)

        def post(_):
            extras, first = {}, True
            while True:
                try:
                    with Transaction().start(
                            DB_NAME, 0, context={'company': company},
                            **extras) as transaction:
                        Company = Pool().get('company.company')
                        Posting = Pool().get('tibillet.wallet.posting')
                        company_ = Company(company)
                        company_.party.name
                        if first:
                            first = False
                            barrier.wait(120)
                        found = Posting.post(company_, SATURDAY.date())
                        transaction.commit()
                        return len(found)
                except TransactionError as error:
                    error.fix(extras)
                except backend.DatabaseOperationalError:
                    # As the server does.
                    continue
                except backend.DatabaseIntegrityError:
                    return 'refused'
        with ThreadPoolExecutor(2) as crowd:
            return sorted(crowd.map(post, range(2)), key=str)

    def post_drafts(self):
        "Post the moves that were left as drafts, which the proof tells"
        company, *_ = self.ids

        def act():
            Move = Pool().get('account.move')
            with Transaction().set_context(company=company):
                moves = Move.search([('state', '=', 'draft')])
                found = [p.id for p in wallet_check.check().problems]
                Move.post(moves)
                return [m.id for m in moves], found
        drafts, found = run_again(DB_NAME, act)
        self.assertEqual(drafts, found)

    def prove(self):
        return run_again(DB_NAME, lambda: (
                wallet_check.check().problems,
                wallet_check_books.say_waiting()))

    def test_post(self):
        "One posts, the other finds nothing left"
        links, amount = self.load()
        self.assertEqual(self.prove(), ([], [
                    "CCC, outside tills: 20 operations, 20.00 FED."]))
        self.assertEqual(self.post_at_once(), [0, 1])
        self.assertEqual(self.prove(), ([], []))
        self.assertEqual(
            self.count(), (links + OPERATIONS, amount + OPERATIONS))

    def test_post_without_turn(self):
        "Both would post the same: the database refuses the second"
        links, amount = self.load()
        Move = Pool(DB_NAME).get('account.move')
        # The numbers of moves are taken in turn too.
        with patch.object(wallet_posting, 'take_turn'), \
                patch.object(Move, 'post'):
            self.assertEqual(self.post_at_once(), [1, 'refused'])
        self.assertEqual(self.count(), (links + OPERATIONS, amount))
        self.post_drafts()

    def test_post_unnumbered(self):
        "The turn alone is enough"
        links, amount = self.load()
        Move = Pool(DB_NAME).get('account.move')
        with patch.object(Move, 'post'):
            self.assertEqual(self.post_at_once(), [0, 1])
        self.assertEqual(self.count(), (links + OPERATIONS, amount))
        self.post_drafts()

    def test_facts(self):
        "The database edits neither a posting nor a link"
        self.load()
        self.post_at_once()
        for statement in [
                'UPDATE tibillet_wallet_posting SET move = NULL',
                'DELETE FROM tibillet_wallet_posting_link',
                'UPDATE tibillet_wallet_posting_link SET money = NULL',
                'TRUNCATE tibillet_wallet_posting_link']:
            with self.subTest(statement=statement), \
                    Transaction().start(DB_NAME, 0) as transaction:
                with self.assertRaises(psycopg.errors.RaiseException):
                    transaction.connection.cursor().execute(statement)
                transaction.rollback()
