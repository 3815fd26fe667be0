"""Chargebacks that cross, on a real PostgreSQL: make test-pg."""
import threading
import uuid
from decimal import Decimal
from unittest.mock import patch

import pytest
from tibillet_cashless import wallet_writer
from tibillet_cashless.wallet_chargeback import Chargeback
from tibillet_cashless.wallet_reverse import find
from tibillet_cashless.wallet_writer import At

from trytond.tests.test_tryton import TestCase
from trytond.transaction import Transaction

from .wallet_races import WalletRaceMixin

pytestmark = pytest.mark.postgresql


class WalletChargebackRaceTestCase(WalletRaceMixin, TestCase):
    "Test what the bank announces twice, and while somebody pays"

    def load_once(self, uid):
        "Return a top-up of 20.00, all there is on the card"
        self.fill(uid, '0.01')
        return self.do(self.load(uid, '20.00'))

    def charge(self, operation, uuid_=None):
        uuid_ = uuid_ or str(uuid.uuid4())

        def act():
            return wallet_writer.charge_back(
                At(self.company_id), uuid_, operation.uuid)
        return act

    def debt(self, loaded):
        with self.transaction() as transaction:
            cursor = transaction.connection.cursor()
            cursor.execute(
                'SELECT coalesce(sum(d.units), 0)::bigint '
                'FROM tibillet_wallet_debt d JOIN tibillet_wallet_operation o '
                'ON o.id = d.operation WHERE o.reverses = %s', (loaded.id,))
            return cursor.fetchone()[0]

    def test_announced_twice(self):
        "Ten announcements of one chargeback at once: one counts"
        for turn in range(20):
            loaded = self.load_once(self.uids[0])
            done, refused = self.at_once(
                [self.charge(loaded) for _ in range(10)])
            self.assertEqual(
                (len(done), refused), (1, {'reversed': 9}), turn)
            self.assertEqual(self.debt(loaded), 0)

    def test_same_announcement(self):
        "The same request ten times has one answer"
        loaded = self.load_once(self.uids[1])
        done, refused = self.at_once([
                self.charge(loaded, 'dp_1') for _ in range(10)])
        self.assertEqual(len(done), 10)
        self.assertEqual(len({answer.id for answer in done}), 1)

    def test_announced_twice_unprotected(self):
        "Look whether it was charged back, then write: both are accepted"
        loaded = self.load_once(self.uids[2])
        barrier = threading.Barrier(2)

        def operation(request, where):
            request.found = find(request.of, where.company, 'chargeback')
            cursor = Transaction().connection.cursor()
            cursor.execute(
                'SELECT id FROM tibillet_wallet_operation '
                'WHERE reverses = %s', (request.found.id,))
            self.assertEqual(cursor.fetchall(), [])
            barrier.wait(120)
            return {'party': request.found.party}

        with patch.object(Chargeback, 'operation', operation):
            done, _ = self.at_once(
                [self.charge(loaded), self.charge(loaded)], commit=False)
        self.assertEqual(len(done), 2)

    def test_while_paying(self):
        "Who pays meanwhile: what is left and what is owed are all of it"
        for turn in range(40):
            loaded = self.load_once(self.uids[3])
            done, refused = self.at_once([
                    self.pay(self.uids[3], '5.00'), self.charge(loaded),
                    self.pay(self.uids[3], '5.00')])
            spent = (len(done) - 1) * 500
            self.assertEqual(set(refused), {'insufficient'} - {
                    'insufficient' if spent == 1000 else ''}, turn)
            # The first cent of the card is spent before.
            self.assertIn(spent - self.debt(loaded), {0, 1}, turn)
            self.do(lambda: wallet_writer.top_up(
                    At(self.company_id), str(uuid.uuid4()), self.uids[3],
                    self.money_id, Decimal('1.00')))
