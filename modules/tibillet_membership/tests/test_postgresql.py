"""What only a real PostgreSQL can show: make test-pg."""
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
from trytond.tests.test_tryton import RouteTestCase, with_transaction
from trytond.transaction import Transaction

from .counter_records import CounterMixin, Item

pytestmark = pytest.mark.postgresql
JOINED = dt.date(2026, 3, 1)


class PostgreSQLTestCase(RouteTestCase):
    module = 'tibillet_membership'

    @classmethod
    def setUpDatabase(cls):
        cls.company = create_company()
        with set_company(cls.company):
            Plan = Pool().get('tibillet.membership.plan')
            plan, = Plan.create([{
                        'name': "Yearly", 'duration_unit': 'year',
                        'duration_count': 1, 'price_kind': 'fixed',
                        'price': Decimal('20.00'),
                        }])
            cls.plan = plan.id
            cls.company = cls.company.id

    def start(self, **extras):
        return Transaction().start(
            self.db_name, 0, context={'company': self.company}, **extras)

    def make_membership(self):
        with self.start():
            pool = Pool()
            Membership = pool.get('tibillet.membership')
            Party = pool.get('party.party')
            party, = Party.create([{'name': "Lea"}])
            membership, = Membership.create([{
                        'party': party.id, 'plan': self.plan,
                        'since': JOINED,
                        }])
            return membership.id

    def pay_at_once(self, membership):
        """Record the same payment at two tills at the same moment

        Return the periods, and how many payments were refused.
        """
        barrier = threading.Barrier(2)
        refused = []

        def pay():
            met = False
            while True:
                try:
                    with self.start():
                        Membership = Pool().get('tibillet.membership')
                        record = Membership(membership)
                        # What is read first is what the transaction sees.
                        record.periods
                        if not met:
                            met = True
                            barrier.wait(120)
                        record.pay(JOINED)
                    return
                except backend.DatabaseOperationalError:
                    time.sleep(0.1)
                except UserError as error:
                    refused.append(type(error).__name__)
                    return

        threads = [threading.Thread(target=pay) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with self.start(readonly=True):
            Membership = Pool().get('tibillet.membership')
            return sorted(
                p.start for p in Membership(membership).periods), refused

    def test_pay(self):
        "Of two payments at once the second follows on from the first"
        self.assertEqual(
            self.pay_at_once(self.make_membership()),
            ([JOINED, dt.date(2027, 3, 1)], []))

    def test_pay_without_turn(self):
        "Without the turn both give the same period: the race is real"
        Membership = Pool(self.db_name).get('tibillet.membership')
        with patch.object(Membership, 'take_turn'):
            periods, refused = self.pay_at_once(self.make_membership())
        # The last defence: the constraint.
        self.assertEqual(
            (periods, refused), ([JOINED], ['SQLConstraintError']))

    def test_fact(self):
        "Test that the database keeps what was paid, and lets it be cancelled"
        membership = self.make_membership()
        with self.start() as transaction:
            Membership = Pool().get('tibillet.membership')
            period, = Membership(membership).pay(JOINED)
            period = period.id
            transaction.commit()
        table = Pool(self.db_name).get(
            'tibillet.membership.period').__table__()
        for query in [
                table.update([table.amount], [Decimal('1.00')]),
                table.update([table.end], [JOINED]),
                table.delete(),
                ]:
            with self.subTest(query=query), \
                    self.assertRaisesRegex(Exception, 'append-only'), \
                    self.start() as transaction:
                transaction.connection.cursor().execute(*query)
        with self.start():
            Period = Pool().get('tibillet.membership.period')
            Period.cancel_on([Period(period)], JOINED)
            self.assertEqual(Period(period).cancelled_on, JOINED)

    def test_take_turn(self):
        "Test that a turn changes nothing of a membership"
        id_ = self.make_membership()
        with self.start() as transaction:
            Membership = Pool().get('tibillet.membership')
            table = Membership.__table__()
            cursor = transaction.connection.cursor()

            def read():
                cursor.execute(*table.select(where=table.id == id_))
                return cursor.fetchone()

            before = read()
            tools.take_turn(Membership, [id_], 'since')
            self.assertEqual(read(), before)


class EarningPostgreSQLTestCase(CounterMixin, RouteTestCase):

    @with_transaction()
    def test_earned(self):
        "Test the sums of what is earned, sold at a till or invoiced"
        self.open_counter()
        Period = Pool().get('tibillet.membership.period')
        lea, max_ = self.join("Lea", "Max")
        self.sell('a', Item(lea.id), paid='36.50')
        sold, = Period.search([])
        Period.create([{
                    'membership': max_.id, 'amount': sold.amount,
                    'base': sold.base, 'paid_on': sold.paid_on,
                    'start': sold.start, 'end': sold.end,
                    'deferred_account': sold.deferred_account.id,
                    'revenue_account': sold.revenue_account.id,
                    'as_revenue': True,
                    }])
        accounts = sold.deferred_account.id, sold.revenue_account.id
        for days, amount in [(0, '-36.30'), (9, '-34.50'), (364, '36.50')]:
            date = sold.start + dt.timedelta(days=days)
            with self.subTest(date=date):
                self.assertEqual(
                    Period.get_earned(self.company, date),
                    {accounts: Decimal(amount)})


del RouteTestCase
