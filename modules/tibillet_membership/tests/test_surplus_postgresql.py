"""What only a real PostgreSQL shows of a surplus: make test-pg."""
import datetime as dt
import threading
import time
from decimal import Decimal
from unittest.mock import patch

import pytest
from tibillet_base import tools

from trytond import backend
from trytond.exceptions import UserError
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import RouteTestCase
from trytond.transaction import Transaction

pytestmark = pytest.mark.postgresql
DAY = dt.date(2024, 6, 20)


class SurplusPostgreSQLTestCase(RouteTestCase):
    module = 'tibillet_membership'

    @classmethod
    def setUpDatabase(cls):
        cls.company = create_company().id

    def start(self):
        return Transaction().start(
            self.db_name, 0, context={'company': self.company})

    def propose(self, count, year):
        "Return the ids of proposals for a year that assemblies adopted"
        with self.start(), set_company(
                Pool().get('company.company')(self.company)):
            pool = Pool()
            Assembly = pool.get('tibillet.assembly')
            Resolution = pool.get('tibillet.resolution')
            Surplus = pool.get('tibillet.surplus')
            assemblies = Assembly.create([{
                        'kind': 'ordinary', 'date': DAY, 'place': "Here",
                        }] * count)
            resolutions = Resolution.create([{
                        'assembly': assembly.id, 'name': "Surplus",
                        'text': "?", 'kind': 'surplus', 'state': 'adopted',
                        } for assembly in assemblies])
            zero = Decimal(0)
            return [s.id for s in Surplus.create([{
                            'start': dt.date(year, 1, 1),
                            'end': dt.date(year, 12, 31),
                            'resolution': resolution.id,
                            'result': Decimal('100.00'),
                            'covered': zero, 'legal': Decimal('15.00'),
                            'statutory': Decimal('42.50'), 'interest': zero,
                            'carried': Decimal('42.50'),
                            'state': 'proposed',
                            } for resolution in resolutions])]

    def at_once(self, *acts):
        "Do acts, each after all have begun to read; return the refusals"
        barrier = threading.Barrier(len(acts))
        refused = []

        def do(act):
            met = False
            while True:
                try:
                    with self.start():
                        # What is read first is what the transaction sees.
                        Pool().get('tibillet.surplus').search([])
                        if not met:
                            met = True
                            barrier.wait(120)
                        act()
                    return
                except backend.DatabaseOperationalError:
                    time.sleep(0.1)
                except UserError as error:
                    refused.append(type(error).__name__)
                    return

        threads = [threading.Thread(target=do, args=[a]) for a in acts]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return refused

    def allocate_at_once(self, year):
        """Allocate a year from two places, by two decisions

        Return the refusals, and how often it is allocated.
        """
        def allocate(id_):
            Surplus = Pool().get('tibillet.surplus')
            Surplus.allocate([Surplus(id_)])

        ids = self.propose(2, year)
        refused = self.at_once(*(
                lambda id_=id_: allocate(id_) for id_ in ids))
        with self.start():
            Surplus = Pool().get('tibillet.surplus')
            return refused, Surplus.search([
                    ('id', 'in', ids), ('state', '=', 'allocated'),
                    ], count=True)

    def test_allocate_once(self):
        "Of two who allocate a year at once one is refused"
        self.assertEqual(
            self.allocate_at_once(2021), (['SurplusYearError'], 1))

    def test_allocate_without_turn(self):
        "Without the turn it is allocated twice: the race is real"
        with patch.object(tools, 'take_turn'):
            self.assertEqual(self.allocate_at_once(2022), ([], 2))

    def spend_at_once(self, year):
        "Spend all that is reinvested from two places, return what was"
        id_, = self.propose(1, year)
        with self.start():
            Surplus = Pool().get('tibillet.surplus')
            Surplus.allocate([Surplus(id_)])

        def spend():
            Pool().get('tibillet.surplus.use').create([{
                        'surplus': id_, 'date': DAY, 'description': "Works",
                        'amount': Decimal('57.50'),
                        }])

        refused = self.at_once(spend, spend)
        with self.start():
            return refused, Pool().get('tibillet.surplus')(id_).spent

    def test_spend_once(self):
        "Of two who spend the same money at once one is refused"
        self.assertEqual(
            self.spend_at_once(2019),
            (['SurplusUseError'], Decimal('57.50')))

    def test_spend_without_turn(self):
        "Without the turn it is spent twice: the race is real"
        with patch.object(tools, 'take_turn'):
            self.assertEqual(
                self.spend_at_once(2020), ([], Decimal('115.00')))

    def test_trigger(self):
        "The database keeps what was allocated as it is"
        id_, = self.propose(1, 2018)
        with self.start():
            Surplus = Pool().get('tibillet.surplus')
            Surplus.allocate([Surplus(id_)])
        for statement in [
                'UPDATE tibillet_surplus SET result = 1 WHERE id = %s',
                'UPDATE tibillet_surplus SET interest = 1 WHERE id = %s',
                "UPDATE tibillet_surplus SET state = 'draft' WHERE id = %s",
                'DELETE FROM tibillet_surplus WHERE id = %s',
                ]:
            with self.subTest(statement=statement):
                with self.start() as transaction:
                    with self.assertRaisesRegex(
                            Exception, 'append-only'):
                        transaction.connection.cursor().execute(
                            statement, [id_])
                    transaction.rollback()
