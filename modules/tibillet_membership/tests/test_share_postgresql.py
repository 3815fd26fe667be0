"""What only a real PostgreSQL shows of shares and colleges: make test-pg."""
import datetime as dt
import threading
import time
from decimal import Decimal
from unittest.mock import patch

import pytest
from tibillet_base import tools
from tibillet_membership import share_correction, share_register

from trytond import backend
from trytond.exceptions import UserError
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import RouteTestCase
from trytond.transaction import Transaction

pytestmark = pytest.mark.postgresql
DAY = dt.date(2024, 3, 1)


class SharePostgreSQLTestCase(RouteTestCase):
    module = 'tibillet_membership'

    @classmethod
    def setUpDatabase(cls):
        company = create_company()
        with set_company(company):
            Class = Pool().get('tibillet.share.class')
            share_class, = Class.create([{
                        'name': "Parts", 'nominal': Decimal('20.00'),
                        }])
            cls.share_class = share_class.id
        cls.company = company.id

    def start(self, **extras):
        return Transaction().start(
            self.db_name, 0, context={'company': self.company}, **extras)

    def subscribe(self, *counts):
        "Return the ids of new members"
        with self.start():
            pool = Pool()
            Class = pool.get('tibillet.share.class')
            Party = pool.get('party.party')
            parties = Party.create([{'name': "Member"} for _ in counts])
            share_class = Class(self.share_class)
            register = share_register.opened(share_class.company, DAY)
            for party, count in zip(parties, counts, strict=True):
                register.subscribe(
                    party, share_class, count, count * share_class.nominal)
            return [p.id for p in parties]

    def at_once(self, *acts):
        """Do something in the register from several places at once

        acts: what is done with a register; each sees the register before
        any other has written.
        Return the names of the refusals.
        """
        barrier = threading.Barrier(len(acts))
        refused = []

        def do(act):
            met = False
            while True:
                try:
                    with self.start():
                        pool = Pool()
                        Class = pool.get('tibillet.share.class')
                        company = Class(self.share_class).company
                        # What is read first is what the transaction sees.
                        share_register.get_changes(company)
                        if not met:
                            met = True
                            barrier.wait(120)
                        act(share_register.opened(company, DAY))
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

    def ask(self, party, shares):
        def act(register):
            pool = Pool()
            Class = pool.get('tibillet.share.class')
            Party = pool.get('party.party')
            register.ask_to_leave(
                'withdrawal', Party(party), Class(self.share_class), shares)
        return act

    def asked(self, party):
        with self.start(readonly=True):
            Withdrawal = Pool().get('tibillet.share.withdrawal')
            return sum(
                w.shares for w in Withdrawal.search([
                        ('party', '=', party), ('state', '=', 'queued')]))

    def test_ask(self):
        "Of two who ask for the same shares at once one is refused"
        member, = self.subscribe(10)
        self.assertEqual(
            self.at_once(self.ask(member, 10), self.ask(member, 10)),
            ['ShareNumberError'])
        self.assertEqual(self.asked(member), 10)

    def test_ask_without_turn(self):
        "Without the turn both are taken: the race is real"
        member, = self.subscribe(10)
        with patch.object(tools, 'take_turn'):
            self.assertEqual(
                self.at_once(self.ask(member, 10), self.ask(member, 10)), [])
        self.assertEqual(self.asked(member), 20)
        with self.start():
            Withdrawal = Pool().get('tibillet.share.withdrawal')
            Withdrawal.cancel(Withdrawal.search([('party', '=', member)]))

    def test_leave(self):
        "Two let members leave at once: they leave once, above the floor"
        one, two, _ = self.subscribe(10, 20, 1000)
        for member, shares in [(one, 10), (two, 20)]:
            self.assertEqual(self.at_once(self.ask(member, shares)), [])

        def leave(register):
            register.let_leave(Decimal(0))

        self.assertEqual(self.at_once(leave, leave), [])
        with self.start(readonly=True):
            pool = Pool()
            Capital = pool.get('tibillet.share.capital')
            Company = pool.get('company.company')
            Entry = pool.get('tibillet.share.entry')
            company = Company(self.company)
            self.assertEqual(
                Entry.search([
                        ('party', 'in', [one, two]),
                        ('kind', '=', 'withdrawal'),
                        ], count=True), 2)
            capital = Capital.of(company)
            self.assertGreaterEqual(capital.subscribed, capital.floor)
            self.assertEqual(
                capital.subscribed,
                sum(e.subscribed for e in Entry.search([])))
            # Numbers have no holes, and the chain holds.
            self.assertEqual(
                Entry.check_register(company),
                Entry.search([], count=True))

    def correct_at_once(self):
        "Correct a subscription from two places, return the refusals"
        member, = self.subscribe(10)

        def correct(register):
            Entry = Pool().get('tibillet.share.entry')
            entry, = Entry.search([
                    ('party', '=', member), ('kind', '=', 'subscription')])
            share_correction.correct(register, entry, "Mistyped")

        refused = self.at_once(correct, correct)
        with self.start(readonly=True):
            Entry = Pool().get('tibillet.share.entry')
            return refused, Entry.search([
                    ('party', '=', member), ('kind', '=', 'correction'),
                    ], count=True)

    def test_correct_once(self):
        "Of two who correct the same entry at once one is refused"
        self.assertEqual(
            self.correct_at_once(), (['ShareCorrectionError'], 1))

    def join_at_once(self):
        """Put a member in two colleges from two places at once

        Return how many took it, and the names of the refusals.
        """
        with self.start():
            pool = Pool()
            College = pool.get('tibillet.college')
            Party = pool.get('party.party')
            party, = Party.create([{'name': "Lea"}])
            colleges = College.create([
                    {'name': name, 'category': name, 'company': self.company}
                    for name in ['employees', 'beneficiaries']])
            party, colleges = party.id, [c.id for c in colleges]
        barrier = threading.Barrier(2)
        refused = []

        def join(college):
            try:
                with self.start():
                    Member = Pool().get('tibillet.college.member')
                    found = Member.search([('party', '=', party)])
                    barrier.wait(120)
                    if not found:
                        Member.create([{
                                    'company': self.company, 'party': party,
                                    'college': college, 'start': DAY,
                                    }])
            except UserError as error:
                refused.append(type(error).__name__)

        threads = [
            threading.Thread(target=join, args=[c]) for c in colleges]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with self.start(readonly=True):
            Member = Pool().get('tibillet.college.member')
            return Member.search([('party', '=', party)], count=True), refused

    def test_two_colleges(self):
        "Who joins two colleges at once is in one"
        self.assertEqual(self.join_at_once(), (1, ['CollegeMemberError']))

    def test_two_colleges_without_constraint(self):
        "Both have looked and found none: the race is real"
        table = 'tibillet_college_member'
        with self.start() as transaction:
            cursor = transaction.connection.cursor()
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) "
                "FROM pg_constraint "
                "WHERE conrelid = %s::regclass AND contype = 'x'", (table,))
            (name, definition), = cursor.fetchall()
            cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')

        def restore():
            with self.start() as transaction:
                cursor = transaction.connection.cursor()
                cursor.execute(f'DELETE FROM {table}')
                cursor.execute(
                    f'ALTER TABLE {table} '
                    f'ADD CONSTRAINT "{name}" {definition}')

        self.addCleanup(restore)
        self.assertEqual(self.join_at_once(), (2, []))

    def test_fact(self):
        "The database keeps the register, and finds what was changed"
        self.subscribe(3)
        table = Pool(self.db_name).get('tibillet.share.entry').__table__()
        for query in [
                table.update([table.shares], [30]),
                table.update([table.party_name], ["Somebody"]),
                table.delete(),
                ]:
            with self.subTest(query=query), \
                    self.assertRaisesRegex(Exception, 'append-only'), \
                    self.start() as transaction:
                transaction.connection.cursor().execute(*query)


del RouteTestCase
