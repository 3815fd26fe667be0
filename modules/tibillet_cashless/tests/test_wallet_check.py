from decimal import Decimal as D
from unittest.mock import patch

from tibillet_base.tools import cursor
from tibillet_cashless import wallet_check

from trytond import backend
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import (
    DB_NAME, TestCase, activate_module, with_transaction)
from trytond.transaction import Transaction

from tibillet import chain

from .wallet_records import WalletMixin, utc
from .wallet_simulation import Simulation

SEED = 2026
ACTS = 500


class WalletCheckTestCase(WalletMixin, TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_cashless')

    def make_evening(self):
        self.make_records()
        self.top_up(self.lea, '20.00')
        self.top_up(self.lea, '10.00')
        self.grant(self.lea, '5.00')
        spent = self.spend(self.lea, '25.00')
        self.spend(self.lea, '2.00', self.gift)
        self.redeem(self.lea, '1.00')
        self.reverse(spent.uuid)
        self.top_up(self.tom, '7.00')
        self.call(
            'hold', self.tom, [(self.fed.id, D('3.00'))], utc(2099, 1, 1),
            at=self.at_venue)
        Party = Pool().get('party.party')
        tom = Party(name="Tom")
        tom.save()
        with set_company(self.company):
            for card in self.cards[1:3]:
                self.top_up(card.uid, '1.00')
                card.party = tom
                card.save()

    def execute(self, statement):
        cursor().execute(statement)

    @with_transaction()
    def test_proved(self):
        self.make_records()
        self.assertEqual(wallet_check.check(), (0, []))

    @with_transaction()
    def test_evening(self):
        self.make_evening()
        count, problems = wallet_check.check()
        self.assertEqual(problems, [])
        self.assertEqual(
            count, Pool().get('tibillet.wallet.operation').search(
                [], count=True))
        with patch.object(wallet_check, 'PART', 2):
            self.assertEqual(wallet_check.check(), (count, []))

    @with_transaction()
    def test_broken(self):
        "The first record that breaks is named"
        self.make_evening()
        self.assertEqual(wallet_check.check().problems, [])
        first_move = (
            'id = (SELECT min(id) FROM tibillet_wallet_move '
            "WHERE side = 'holder')")
        for kind, name, statement in [
                ('sum', 'operation',
                    'UPDATE tibillet_wallet_move SET units = units + 1 '
                    f'WHERE {first_move}'),
                ('side', 'operation',
                    "UPDATE tibillet_wallet_move SET side = 'melted' "
                    "WHERE side = 'used'"),
                ('sign', 'operation',
                    "UPDATE tibillet_wallet_operation SET kind = 'top_up' "
                    "WHERE kind = 'redeem'"),
                ('empty', 'operation',
                    'DELETE FROM tibillet_wallet_move WHERE operation = '
                    '(SELECT min(operation) FROM tibillet_wallet_move)'),
                ('reverse', 'operation',
                    'UPDATE tibillet_wallet_operation SET reverses = '
                    '(SELECT min(id) FROM tibillet_wallet_operation) '
                    "WHERE kind = 'reverse'"),
                ('sums', 'wallet',
                    'UPDATE tibillet_wallet_balance SET units = units + 1 '
                    'WHERE id = (SELECT min(id) '
                    'FROM tibillet_wallet_balance)'),
                ('sums', 'wallet',
                    'UPDATE tibillet_wallet_balance SET held_units = 0'),
                ('sums', 'wallet', 'DELETE FROM tibillet_wallet_hold'),
                ('lot', 'lot',
                    'UPDATE tibillet_wallet_lot SET left_units = '
                    'left_units - 1 WHERE id = (SELECT min(id) '
                    'FROM tibillet_wallet_lot WHERE left_units > 0)'),
                ('move', 'move',
                    'UPDATE tibillet_wallet_lot_use SET units = units + 1 '
                    'WHERE id = (SELECT min(id) '
                    'FROM tibillet_wallet_lot_use)'),
                ('foreign', 'move',
                    'UPDATE tibillet_wallet_lot_use SET lot = (SELECT '
                    'max(id) FROM tibillet_wallet_lot) WHERE id = (SELECT '
                    'min(id) FROM tibillet_wallet_lot_use)'),
                ('after', 'move',
                    'UPDATE tibillet_wallet_move SET balance_units = 1 '
                    f'WHERE {first_move}'),
                ('source', 'lot',
                    "UPDATE tibillet_wallet_lot SET date = '2020-01-01' "
                    'WHERE source IS NOT NULL'),
                ('merged', 'wallet',
                    'UPDATE tibillet_wallet SET party = NULL, merged_into = '
                    '(SELECT min(id) FROM tibillet_wallet) '
                    'WHERE party IS NOT NULL'),
                ('card', 'card',
                    'UPDATE tibillet_card SET party = NULL '
                    'WHERE party IS NOT NULL'),
                ('law', 'money',
                    'UPDATE tibillet_wallet_move SET units = units - 1 '
                    "WHERE side = 'owed'"),
                ]:
            with self.subTest(kind=kind, statement=statement):
                self._break(kind, name, statement)

    def _break(self, kind, name, statement):
        self.execute('SAVEPOINT broken')
        self.execute(statement)
        Transaction().counter += 1
        for cache in Transaction().cache.values():
            cache.clear()
        problems = wallet_check.check().problems
        self.assertIn(kind, [p.kind for p in problems])
        problem = next(p for p in problems if p.kind == kind)
        self.assertTrue(problem.name.endswith(name), problem)
        for found in problems:
            self.assertNotIn('%(', wallet_check.say(found))
        self.execute('ROLLBACK TO SAVEPOINT broken')
        self.execute('RELEASE SAVEPOINT broken')

    @with_transaction()
    def test_proof(self):
        "A proof is recorded, green or red"
        self.make_evening()
        pool = Pool()
        Proof = pool.get('tibillet.wallet.proof')
        Prove = pool.get('tibillet.wallet.prove', type='wizard')
        session_id, _, _ = Prove.create()
        result = Prove.execute(session_id, {}, 'prove')
        (_, data), = result['actions']
        proof = Proof(data['res_id'])
        self.assertEqual(proof.state, 'proved')
        self.assertEqual(
            proof.operations,
            pool.get('tibillet.wallet.operation').search([], count=True))
        if backend.name == 'sqlite':
            self.execute(
                'UPDATE tibillet_wallet_balance SET units = units + 1')
            with self.assertLogs(wallet_check.__package__, 'ERROR'):
                proof = Proof.prove()
            self.assertEqual(proof.state, 'broken')
            self.assertIn("Tom", proof.result)

    def _digest(self):
        "Return the fingerprint of all that was written, in order"
        pool = Pool()
        Move = pool.get('tibillet.wallet.move')
        moves = Move.search([], order=[('id', 'ASC')])
        first = {
            name: min(r.id for r in pool.get(name).search([]))
            for name in [
                'tibillet.wallet', 'tibillet.money',
                'tibillet.wallet.operation']}
        return chain.links('simulation', [[
                    m.operation.id - first['tibillet.wallet.operation'],
                    # That of what melts is made of ids, and who links a
                    # card gives none.
                    m.kind not in {'melt', 'merge'} and m.operation.uuid,
                    m.kind, m.side, m.units, m.balance_units,
                    m.money.id - first['tibillet.money'],
                    m.wallet.id - first['tibillet.wallet']
                    if m.wallet else None] for m in moves])[-1]

    @with_transaction()
    def test_simulation(self):
        "Any acts in any order, replays and faults: nothing is lost"
        simulation = Simulation(self, SEED)
        for turn in range(ACTS):
            simulation.act()
            if not turn % 100:
                self.assertEqual(wallet_check.check().problems, [], turn)
        self.assertEqual(wallet_check.check().problems, [])
        simulation.check()

    def test_same_seed(self):
        "The same seed writes the same facts"
        digests = set()
        for _ in range(2):
            with Transaction().start(DB_NAME, 1) as transaction:
                simulation = Simulation(self, SEED)
                for _ in range(150):
                    simulation.act()
                digests.add(self._digest())
                transaction.rollback()
        self.assertEqual(len(digests), 1)
