"""Many who pay at once, on a real PostgreSQL: make test-pg."""
import os
import signal
import subprocess
import sys
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from unittest.mock import patch

import psycopg
import pytest
from tibillet_base.tests.meeting import PATIENCE_SECONDS, wait_for_other
from tibillet_base.tests.till_records import run_again
from tibillet_cashless import (
    wallet_act, wallet_read, wallet_sql, wallet_writer)
from tibillet_cashless.wallet_exceptions import WalletError
from tibillet_cashless.wallet_writer import At, Sold

from trytond import backend
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, TestCase
from trytond.transaction import Transaction

from .wallet_races import WalletRaceMixin
from .wallet_records import NOW, utc
from .wallet_simulation import Simulation

pytestmark = pytest.mark.postgresql
UNTIL = utc(2024, 9, 21, 23)
TABLES = [
    'tibillet_wallet_operation', 'tibillet_wallet_move',
    'tibillet_wallet_lot', 'tibillet_wallet_lot_use', 'tibillet_wallet_hold']
KILLED = """
import os, signal
from decimal import Decimal
from trytond.pool import Pool
from trytond.transaction import Transaction
Pool.start()
Pool({database!r}).init()
from tibillet_cashless import wallet_writer
from tibillet_cashless.wallet_writer import At
with Transaction().start({database!r}, 0) as transaction:
    transaction.connection.cursor().execute(
        'SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
    wallet_writer.spend(
        At({company}, {venue}), {uuid!r}, 'EE144200',
        [({money}, Decimal('5.00'))])
    if {commit}:
        transaction.commit()
    os.kill(os.getpid(), signal.SIGKILL)
"""


class WalletRaceTestCase(WalletRaceMixin, TestCase):
    "Test many who load and spend at once"

    def unprotected(self):
        "Read the balance, then write what it becomes"
        barrier = threading.Barrier(2)

        def change(wallet, money, units, cap):
            before = wallet_sql.read(wallet, money)
            barrier.wait(120)
            if before + units < 0:
                return None
            balance = wallet_sql.table('tibillet.wallet.balance')
            wallet_sql.cursor().execute(*balance.update(
                    [balance.units], [before + units],
                    where=(balance.wallet == wallet)
                    & (balance.money == money)))
            return before + units
        return patch.object(wallet_sql, '_change', change)

    def test_last_five(self):
        "Two tills on the last 5.00, 100 rounds: one is accepted each time"
        for turn in range(100):
            wallet = self.fill(self.uids[0], '5.00')
            done, refused = self.at_once([
                    self.pay(self.uids[0], '5.00'),
                    self.pay(self.uids[0], '5.00')])
            self.assertEqual(
                (len(done), refused, self.sums(wallet)),
                (1, {'insufficient': 1}, [0, 0, 0]), turn)

    def test_last_five_unprotected(self):
        "Read, compare and write: both are accepted"
        self.fill(self.uids[0], '5.00')
        with self.unprotected(), patch.object(
                wallet_act.Act, 'consume', lambda *args: []):
            done, _ = self.at_once([
                    self.pay(self.uids[0], '5.00'),
                    self.pay(self.uids[0], '5.00')], commit=False)
        self.assertEqual(len(done), 2)

    def test_read(self):
        "What is on a card is read where nothing may be written"
        self.fill(self.uids[0], '5.00')
        with Transaction().start(
                DB_NAME, 0, readonly=True,
                context={'company': self.company_id}):
            at = At(self.company_id, self.venue_id)
            balance, = wallet_read.balances(at, self.uids[0])
            self.assertEqual(balance.amount, Decimal('5.00'))
            quote = wallet_writer.quote(
                at, self.uids[0], [Sold(Decimal('7.00'))])
            self.assertEqual(quote.missing, Decimal('2.00'))

    def test_fifty(self):
        "50 payments of 1.00 on 20.00: exactly 20"
        for turn in range(5):
            wallet = self.fill(self.uids[1], '12.50')
            self.do(self.load(self.uids[1], '7.50'))
            done, refused = self.at_once(
                [self.pay(self.uids[1], '1.00') for _ in range(50)])
            self.assertEqual(
                (len(done), refused, self.sums(wallet)),
                (20, {'insufficient': 30}, [0, 0, 0]), turn)

    def test_default_level(self):
        "Under the default level nothing is spent twice either"
        wallet = self.fill(self.uids[1], '20.00')
        barrier = threading.Barrier(30)

        def run(_):
            barrier.wait(120)
            act = self.pay(self.uids[1], '1.00')
            while True:
                try:
                    with Transaction().start(
                            DB_NAME, 0, context={}) as transaction:
                        result = act()
                        transaction.commit()
                        return result
                except backend.DatabaseOperationalError:
                    continue  # as a server does
                except WalletError as error:
                    return error.api_code

        with ThreadPoolExecutor(30) as crowd:
            results = list(crowd.map(run, range(30)))
        self.assertEqual(results.count('insufficient'), 10)
        self.assertEqual(self.sums(wallet), [0, 0, 0])

    def test_same_request(self):
        "The same request sent 20 times at once counts once"
        wallet = self.fill(self.uids[2], '20.00')
        for act in [
                self.pay(self.uids[2], '3.50', str(uuid.uuid4())),
                self.pay(self.uids[2], '16.50', str(uuid.uuid4()))]:
            done, refused = self.at_once([act] * 20)
            self.assertEqual((len(done), refused), (20, {}))
            self.assertEqual(len(set(done)), 1)
        self.assertEqual(self.sums(wallet), [0, 0, 0])

    def test_same_reversal(self):
        "A payment that two take back comes back once"
        wallet = self.fill(self.uids[2], '20.00')
        paid = self.do(self.pay(self.uids[2], '3.50'))

        def reverse():
            return wallet_writer.reverse(
                At(self.company_id), str(uuid.uuid4()), paid.uuid)
        done, refused = self.at_once([reverse] * 10)
        self.assertEqual((len(done), refused), (1, {'reversed': 9}))
        self.assertEqual(self.sums(wallet), [2000, 2000, 2000])

    def test_first_load(self):
        "A new card loaded at ten tills at once has one wallet"
        for uid in self.uids[3:8]:
            done, refused = self.at_once([self.load(uid, '1.00')] * 10)
            self.assertEqual((len(done), refused), (10, {}))
            wallet, = {answer.moved[0].wallet for answer in done}
            self.assertEqual(self.sums(wallet), [1000, 1000, 1000])

    def test_two_moneys(self):
        "Payments that name their moneys in another order do not block"
        uid = self.uids[9]
        wallet = self.fill(uid, '10.00')
        self.do(self.load(uid, '10.00', self.gift_id, 'grant'))
        moneys = [self.money_id, self.gift_id]

        def pay(turn):
            def act():
                return wallet_writer.spend(
                    At(self.company_id, self.venue_id), str(uuid.uuid4()),
                    uid, [
                        (money, Decimal('1.00')) for money in (
                            moneys if turn % 2 else moneys[::-1])])
            return act
        done, refused = self.at_once([pay(turn) for turn in range(20)])
        self.assertEqual(
            (len(done), refused), (10, {'insufficient': 10}))
        self.assertEqual(self.sums(wallet), [0, 0, 0])

    def test_two_cards(self):
        "Two who pay with both cards, each his own first, do not block"
        uids = self.uids[14:16]
        wallets = [self.fill(uid, '10.00') for uid in uids]

        def pay(first, second):
            def act():
                return wallet_writer.pay(
                    At(self.company_id, self.venue_id), str(uuid.uuid4()),
                    first, [Sold(Decimal('3.00'))], second=second)
            return act
        done, refused = self.at_once([
                act for _ in range(5)
                for act in [pay(*uids), pay(*reversed(uids))]])
        self.assertEqual((len(done), refused), (6, {'insufficient': 4}))
        left = [self.sums(wallet) for wallet in wallets]
        self.assertEqual(
            [sum(values) for values in zip(*left, strict=True)],
            [200, 200, 200])
        # Taken back in any order too.
        done, refused = self.at_once([
                lambda answer=answer: wallet_writer.reverse(
                    At(self.company_id), str(uuid.uuid4()), answer.uuid)
                for answer in done])
        self.assertEqual((len(done), refused), (6, {}))
        for wallet in wallets:
            self.assertEqual(self.sums(wallet), [1000, 1000, 1000])

    def test_hold(self):
        "A hold that many capture, release and find expired ends once"
        uid = self.uids[16]
        ended = Counter()
        for turn in range(10):
            wallet = self.fill(uid, '10.00')
            held = self.do(lambda: wallet_writer.hold(
                    At(self.company_id, self.venue_id), str(uuid.uuid4()),
                    uid, [(self.money_id, Decimal('8.00'))], UNTIL,
                    now=NOW))

            def end(name, now=NOW, held=held):
                return lambda: getattr(wallet_writer, name)(
                    At(self.company_id), str(uuid.uuid4()), held.uuid,
                    now=now)

            acts = [end('capture'), end('release')] * 4 + [
                # It has expired for him, if it is still there.
                self.pay(uid, '10.00', now=UNTIL), self.pay(
                    uid, '2.00', now=NOW)]
            done, refused = self.at_once(acts)
            self.assertEqual(
                refused.keys() - {'hold_closed', 'insufficient'}, set(),
                turn)
            ended.update(a.kind for a in done)
            left = sum(a.moved[0].amount for a in done if a.moved)
            units = 1000 + int(left * 100)
            self.assertEqual(self.sums(wallet), [units] * 3)
            with self.transaction() as transaction:
                cursor = transaction.connection.cursor()
                cursor.execute(
                    'SELECT held_units FROM tibillet_wallet_balance '
                    'WHERE wallet = %s AND money = %s',
                    (wallet, self.money_id))
                self.assertEqual(cursor.fetchone(), (0,))
        self.assertLessEqual(ended['capture'] + ended['release'], 10)

    def test_load_and_spend(self):
        "Loads and payments of one wallet, in any order"
        uid = self.uids[10]
        wallet = self.fill(uid, '30.00')
        acts = [
            act for _ in range(20) for act in [
                self.load(uid, '0.50'), self.pay(uid, '1.00')]]
        done, refused = self.at_once(acts)
        self.assertEqual((len(done), refused), (40, {}))
        self.assertEqual(self.sums(wallet), [2000, 2000, 2000])

    def test_cap(self):
        "Loads at once stop at the cap"
        uid = self.uids[11]
        with self.transaction() as transaction:
            Money = Pool().get('tibillet.money')
            Money.write([Money(self.hours_id)], {
                    'cap_anonymous': Decimal('5.00')})
            transaction.commit()
        done, refused = self.at_once(
            [self.load(uid, '1.00', self.hours_id, 'grant')] * 12)
        self.assertEqual((len(done), refused), (5, {'cap': 7}))

    def test_merge(self):
        "What is loaded on a card while its wallet is merged is not lost"
        for turn in range(5):
            one, two = self.uids[12:14]
            if turn:
                self.detach(self.card_ids[12:14])
            self.do(self.load(one, '10.00'))
            self.do(self.load(two, '10.00'))
            holder = run_again(DB_NAME, self.make_holder)

            acts = [self.load(two, '1.00') for _ in range(10)]
            # Of a money that is new in the wallet too.
            acts += [
                self.load(one, '0.10', self.gift_id, 'grant'),
                self.load(two, '0.10', self.gift_id, 'grant')]
            barrier = threading.Barrier(len(acts) + 1)

            def run(act, barrier=barrier, holder=holder):
                barrier.wait(120)
                while True:
                    try:
                        if act is None:
                            return self.link(holder, 12)
                        return self.do(act)
                    except backend.DatabaseOperationalError:
                        continue
            with ThreadPoolExecutor(len(acts) + 1) as crowd:
                list(crowd.map(run, [*acts, None]))
            with self.transaction():
                Card = Pool().get('tibillet.card')
                first, second = Card.browse(self.card_ids[12:14])
                self.assertEqual(first.wallet, second.wallet)
                wallet = first.wallet.id
            self.assertEqual(self.sums(wallet), [3000, 3000, 3000])
            self.assertEqual(self.orphans(), 0)

    def link(self, holder, first):
        "Set a holder on two cards"
        def write():
            Card = Pool().get('tibillet.card')
            with Transaction().set_context(company=self.company_id):
                Card.write(
                    Card.browse(self.card_ids[first:first + 2]),
                    {'party': holder})
        return run_again(DB_NAME, write)

    def test_merge_unlocked(self):
        "Without its lock a load goes into a wallet that is merged meanwhile"
        for locked in [True, False]:
            with self.subTest(locked=locked):
                self.detach(self.card_ids[17:19])
                for uid in self.uids[17:19]:
                    self.do(self.load(uid, '10.00'))
                self.assertEqual(self._load_while_merging(locked), not locked)

    def _load_while_merging(self, locked):
        "Return whether the wallet was merged before the load had ended"
        holder = run_again(DB_NAME, self.make_holder)
        read, merged, tried = (threading.Event() for _ in range(3))
        add = wallet_sql.add

        def slow(*args):
            if threading.current_thread() is loader:
                read.set()
                wait_for_other(tried)
            return add(*args)

        def load():
            for_ = wallet_sql.for_key_share if locked else lambda: None
            with patch.multiple(wallet_sql, add=slow, for_key_share=for_):
                with self.transaction() as transaction:
                    self.load(self.uids[18], '1.00')()
                    found.append(merged.is_set())
                    transaction.rollback()

        found = []
        loader = threading.Thread(target=load)
        loader.start()
        assert read.wait(PATIENCE_SECONDS)
        while True:
            try:
                self.link(holder, 17)
                break
            except backend.DatabaseOperationalError:
                # The other one has the lock.
                tried.set()
        merged.set()
        tried.set()
        loader.join()
        return found[0]

    @staticmethod
    def make_holder():
        Party = Pool().get('party.party')
        holder = Party(name="Lea")
        holder.save()
        return holder.id

    def detach(self, cards):
        "Make the cards new ones"
        with self.transaction() as transaction:
            transaction.connection.cursor().execute(
                'UPDATE tibillet_card SET wallet = NULL, party = NULL '
                'WHERE id = ANY(%s)', (cards,))
            transaction.commit()

    def orphans(self):
        "Return what is left in wallets that were merged"
        with self.transaction() as transaction:
            cursor = transaction.connection.cursor()
            cursor.execute(
                'SELECT coalesce(sum(b.units), 0) '
                'FROM tibillet_wallet_balance b JOIN tibillet_wallet w '
                'ON w.id = b.wallet WHERE w.merged_into IS NOT NULL')
            return cursor.fetchone()[0]

    def test_killed(self):
        "Killed before or after the commit: the retry makes one debit"
        for commit, before in [(False, 2000), (True, 1500)]:
            with self.subTest(commit=commit):
                wallet = self.fill(self.uids[0], '20.00')
                uuid_ = str(uuid.uuid4())
                done = subprocess.run([sys.executable, '-c', KILLED.format(
                            database=DB_NAME, company=self.company_id,
                            venue=self.venue_id, money=self.money_id,
                            uuid=uuid_, commit=commit)],
                    env=os.environ, capture_output=True, text=True)
                self.assertEqual(
                    done.returncode, -signal.SIGKILL, done.stderr)
                self.assertEqual(self.sums(wallet), [before] * 3)
                answer = self.do(self.pay(self.uids[0], '5.00', uuid_))
                self.assertEqual(
                    answer.moved[0].balance, Decimal('15.00'))
                self.assertEqual(self.sums(wallet), [1500] * 3)

    def test_simulation(self):
        "3 000 acts in any order, replays and faults: nothing is lost"
        self.codes, self.numbers = 'S', 'EE1443'

        def simulate():
            # It would begin the transaction again.
            with patch.object(Pool().get('tibillet.wallet'), 'lock'):
                simulation = Simulation(self, 2026)
                for _ in range(3000):
                    simulation.act()
            simulation.check()

        # The proof is made after each test.
        run_again(DB_NAME, simulate)

    def test_triggers(self):
        "The database refuses to edit what the engine has written"
        self.fill(self.uids[0], '5.00')
        self.do(self.pay(self.uids[0], '1.00'))
        statements = [
            statement for table in TABLES for statement in [
                f'DELETE FROM {table}', f'TRUNCATE {table} CASCADE']]
        statements += [
            'UPDATE tibillet_wallet_move SET units = units + 1',
            'UPDATE tibillet_wallet_move SET balance_units = 0',
            'UPDATE tibillet_wallet_operation SET digest = NULL',
            "UPDATE tibillet_wallet_lot SET date = '2020-01-01'",
            'UPDATE tibillet_wallet_lot_use SET units = 0',
            f'UPDATE tibillet_wallet_lot SET party = {self.coop_id} + 1',
            ]
        for statement in statements:
            with self.subTest(statement=statement), self.transaction() as t:
                with self.assertRaises(psycopg.Error) as caught:
                    t.connection.cursor().execute(statement)
                self.assertIn('append-only', str(caught.exception))
                t.rollback()
        for statement in [
                'UPDATE tibillet_wallet_balance SET units = -1',
                'UPDATE tibillet_wallet_lot SET left_units = -1',
                'UPDATE tibillet_wallet_lot SET left_units = units + 1']:
            with self.subTest(statement=statement), self.transaction() as t:
                with self.assertRaises(psycopg.errors.CheckViolation):
                    t.connection.cursor().execute(statement)
                t.rollback()
