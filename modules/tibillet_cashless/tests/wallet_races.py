"""Tills that act at once on a real PostgreSQL, for tests."""
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

from tibillet_base.tests.till_records import run_again
from tibillet_cashless import wallet_check, wallet_writer
from tibillet_cashless.wallet_exceptions import WalletError
from tibillet_cashless.wallet_writer import At

from trytond import backend
from trytond.tests.test_tryton import DB_NAME, activate_module
from trytond.transaction import Transaction

from .wallet_records import WalletMixin


class WalletRaceMixin(WalletMixin):
    "Many who load and spend at once"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_cashless')
        run_again(DB_NAME, cls.make)

    @classmethod
    def make(cls):
        self = cls('make')
        self.make_records()
        cls.company_id, cls.money_id = self.company.id, self.fed.id
        cls.gift_id, cls.venue_id = self.gift.id, self.venue.id
        cls.coop_id, cls.hours_id = self.coop.id, self.hours.id
        cls.card_ids = [c.id for c in self.cards]
        cls.uids = [c.uid for c in self.cards]

    def transaction(self):
        transaction = Transaction().start(
            DB_NAME, 0, context={'company': self.company_id})
        transaction.connection.cursor().execute(
            'SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
        return transaction

    def tearDown(self):
        with self.transaction():
            self.assertEqual(wallet_check.check().problems, [])
        super().tearDown()

    def at_once(self, acts, commit=True):
        "Run the acts at the same time, return answers and refusals"
        barrier = threading.Barrier(len(acts))

        def run(act):
            barrier.wait(120)
            try:
                with self.transaction() as transaction:
                    result = act()
                    if not commit:
                        transaction.rollback()
                    return result
            except WalletError as error:
                return error.api_code
            except backend.DatabaseOperationalError:
                return 'broken'

        with ThreadPoolExecutor(len(acts)) as crowd:
            results = list(crowd.map(run, acts))
        return (
            [r for r in results if not isinstance(r, str)],
            Counter(r for r in results if isinstance(r, str)))

    def load(self, uid, amount, money=None, name='top_up'):
        def act():
            return getattr(wallet_writer, name)(
                At(self.company_id), str(uuid.uuid4()), uid,
                money or self.money_id, Decimal(amount))
        return act

    def pay(self, uid, amount, uuid_=None, now=None):
        uuid_ = uuid_ or str(uuid.uuid4())

        def act():
            return wallet_writer.spend(
                At(self.company_id, self.venue_id), uuid_, uid,
                [(self.money_id, Decimal(amount))], now=now)
        return act

    def do(self, act):
        with self.transaction() as transaction:
            result = act()
            transaction.commit()
            return result

    def fill(self, uid, amount):
        "Let the card have exactly so much, return the wallet"
        answer = self.do(self.load(uid, '0.01'))
        wallet = answer.moved[0].wallet
        self.do(lambda: wallet_writer.redeem(
                At(self.company_id), str(uuid.uuid4()), uid,
                self.money_id, answer.moved[0].balance))
        self.do(self.load(uid, amount))
        return wallet

    def sums(self, wallet):
        "Return the balance of a wallet: kept, of its moves, of its lots"
        with self.transaction() as transaction:
            cursor = transaction.connection.cursor()
            sums = []
            for select, table in [
                    ('units', 'balance'), ('units', 'move'),
                    ('left_units', 'lot')]:
                cursor.execute(
                    f'SELECT coalesce(sum({select}), 0)::bigint '
                    f'FROM tibillet_wallet_{table} '
                    'WHERE wallet = %s AND money = %s',
                    (wallet, self.money_id))
                sums.append(cursor.fetchone()[0])
            return sums
