"""Melting while others pay, on a real PostgreSQL: make test-pg."""
import datetime as dt
import uuid
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from unittest.mock import patch

import psycopg
import pytest
from tibillet_base.tests.till_records import run_again
from tibillet_cashless import melt_holders, melt_writer, wallet_writer
from tibillet_cashless.wallet_exceptions import WalletBrokenError
from tibillet_cashless.wallet_writer import At

from trytond import backend
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, TestCase

from .melt_records import MeltMixin
from .wallet_races import WalletRaceMixin
from .wallet_records import utc

pytestmark = pytest.mark.postgresql
OLD = utc(2024, 9, 21, 12)
DUE = dt.date(2026, 4, 1)
ROUNDS = 30


class MeltRaceTestCase(MeltMixin, WalletRaceMixin, TestCase):
    "Test that a run and who pays at that moment do not melt and spend both"

    # Each test has its own wallets and due dates.
    days = iter(range(10**6))

    @classmethod
    def make(cls):
        super().make()
        self = cls('make')
        pool = Pool()
        self.company = pool.get('company.company')(cls.company_id)
        self.fed = pool.get('tibillet.money')(cls.money_id)
        policy, terms = self.make_policy(clock='lot')
        self.accept(terms, *cls.uids)
        cls.policy_id = policy.id

    def load_old(self, uid, amount):
        "Load what melts, return the wallet"
        return self.do(lambda: wallet_writer.top_up(
                At(self.company_id), str(uuid.uuid4()), uid, self.money_id,
                Decimal(amount), now=OLD)).moved[0].wallet

    def prepare(self):
        "Tell the holders, and begin a run that melts what they have"
        def begin():
            pool = Pool()
            Run = pool.get('tibillet.melt.run')
            Policy = pool.get('tibillet.melt.policy')
            policy = Policy(self.policy_id)
            self.give(policy, dt.date(2026, 1, 2))
            Run.create([{
                        'uuid': str(uuid.uuid4()),
                        'company': self.company_id,
                        'policy': policy.id,
                        'money': self.money_id,
                        'due_date': DUE + dt.timedelta(next(self.days)),
                        'at': OLD,
                        'state': 'running',
                        }])
        run_again(DB_NAME, begin)

    def work(self):
        pool = Pool()
        Policy = pool.get('tibillet.melt.policy')
        Run = pool.get('tibillet.melt.run')
        return [Run.work([Policy(self.policy_id)])]

    def finish(self):
        while self.do(self.work) != [False]:
            self.assertTrue(self.policy_id)

    def test_last_five(self):
        "Melt or spend the last 5.00: one of both, each time"
        outcomes = set()
        for turn in range(ROUNDS):
            wallet = self.load_old(self.uids[2], '5.00')
            self.prepare()
            done, refused = self.at_once([
                    self.work, self.pay(self.uids[2], '5.00')])
            self.finish()
            spent = len(done) - 1
            self.assertEqual(
                (spent + refused['insufficient'], self.sums(wallet)),
                (1, [0, 0, 0]), turn)
            outcomes.add(spent)
        self.assertTrue(outcomes)

    def test_part(self):
        "Who pays 2.00 of 5.00 meanwhile: what melts is what is left"
        for turn in range(ROUNDS):
            wallet = self.load_old(self.uids[3], '5.00')
            self.prepare()
            done, refused = self.at_once([
                    self.work, self.pay(self.uids[3], '2.00')])
            self.finish()
            self.assertEqual(self.sums(wallet), [0, 0, 0], turn)
            self.assertEqual(len(done) + sum(refused.values()), 2)

    def test_two_runs(self):
        "Two tasks at once melt each wallet once"
        wallet = self.load_old(self.uids[4], '5.00')
        self.prepare()
        self.at_once([self.work, self.work])
        self.finish()
        self.assertEqual(self.sums(wallet), [0, 0, 0])

    def stale(self):
        "Plan what melts, then let the holder pay before it is written"
        read = melt_holders.read

        def unlocked(policy, rules, date, start, lock=False):
            found = read(policy, rules, date, start)
            # In a transaction of its own.
            with ThreadPoolExecutor(1) as other:
                other.submit(
                    self.do, self.pay(self.uids[5], '5.00')).result()
            return found
        return patch.object(melt_holders, 'read', unlocked)

    def test_unlocked(self):
        "Control: a plan that is not locked is refused by the statement"
        wallet = self.load_old(self.uids[5], '5.00')
        self.prepare()
        with self.stale(), self.assertRaises(WalletBrokenError):
            self.do(self.work)
        self.finish()
        self.assertEqual(self.sums(wallet), [0, 0, 0])

    def test_unprotected(self):
        "Control: without the condition, what was spent would melt too"
        self.load_old(self.uids[5], '5.00')
        self.prepare()

        def subtract(money, units_of):
            balance = melt_writer.table('tibillet.wallet.balance')
            for wallet, units in units_of.items():
                melt_writer.cursor().execute(*balance.update(
                        [balance.units], [balance.units - units],
                        where=(balance.wallet == wallet)
                        & (balance.money == money)))
        with self.stale(), patch.object(melt_writer, '_subtract', subtract):
            # Below zero: only the constraint of the database is left.
            with self.assertRaises((
                        psycopg.errors.CheckViolation,
                        backend.DatabaseIntegrityError)):
                self.do(self.work)
        self.finish()

    def test_statements(self):
        "Twenty wallets cost the statements of two"
        def count(wallets):
            for uid in self.uids[:wallets]:
                for _ in range(3):
                    self.load_old(uid, '0.10')
            self.prepare()
            statements = []
            cursor = psycopg.Cursor.execute

            def execute(self_, query, *args, **kwargs):
                statements.append(query)
                return cursor(self_, query, *args, **kwargs)
            with patch.object(psycopg.Cursor, 'execute', execute):
                self.do(self.work)
            self.finish()
            return len(statements)
        few = count(2)
        self.assertLessEqual(count(20), few + 2)
