"""A performance that is cancelled while it is sold, and holders who are paid
back by two counters, on a real PostgreSQL: make test-pg."""
import random
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from tibillet_base import tools
from tibillet_base.tests.till_records import run_again
from tibillet_event import change_making, place_writer
from tibillet_event.exceptions import ChoiceError, PlaceError, TicketError
from tibillet_event.performance_choice import PerformanceChoice

from trytond import backend
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, TestCase
from trytond.transaction import Transaction, TransactionError

from .change_records import ChangeMixin
from .records import create_sale
from .return_records import NOW

pytestmark = pytest.mark.postgresql
ROUNDS = 5
SELLERS = 4
# How often, and when, is tried again what has met another transaction.
TRIES = 40
PAUSE_SECONDS = .1


class ChangeRaceTestCase(ChangeMixin, TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run_again(DB_NAME, cls.make)

    @classmethod
    def make(cls):
        self = cls('make')
        with patch.object(tools, 'now', return_value=NOW):
            self.open_concert()
            cls.company_id = self.company.id
            cls.cash_id = self.cash.id
            with set_company(self.company):
                cls.tills = [self.till.id] + [
                    self.make_till(code=f'T{i}').id
                    for i in range(SELLERS - 1)]
                cls.concerts = []
                for _ in range(4 * ROUNDS + 3):
                    concert = create_sale(50)
                    self.set_evening(concert)
                    tariff = self.make_tariff(
                        "Full", '20.00', event=concert.event.id)
                    cls.concerts.append((concert.id, tariff.id))

    def setUp(self):
        super().setUp()
        # Outside of a transaction there are no records, only their ids.
        self.company, self.cash = (
            SimpleNamespace(id=id_) for id_ in [self.company_id, self.cash_id])

    def run_(self, act, level=None):
        "Do it as the server does a request, again when it has to"
        extras = {}
        for _ in range(TRIES):
            try:
                with Transaction().start(
                        DB_NAME, 1, context={'company': self.company_id},
                        **extras) as transaction:
                    try:
                        if level:
                            transaction.connection.cursor().execute(
                                f'SET TRANSACTION ISOLATION LEVEL {level}')
                        result = act()
                        transaction.commit()
                        return result
                    except TransactionError as error:
                        transaction.rollback()
                        error.fix(extras)
            except backend.DatabaseOperationalError:
                # Also if the lock could not be had to begin with.
                time.sleep(random.uniform(0, PAUSE_SECONDS))
        return 'broken'

    def at_once(self, *acts):
        barrier = threading.Barrier(len(acts))

        def run(act):
            barrier.wait(120)
            return act()

        with ThreadPoolExecutor(len(acts)) as people:
            return list(people.map(run, acts))

    def seller(self, concert, till, level):
        "Return what sells one ticket after another until it is refused"
        performance, tariff = concert

        def sell():
            Performance = Pool().get('tibillet.performance')
            Tariff = Pool().get('tibillet.tariff')
            return self.sell(
                str(uuid.uuid4()),
                self.item(1, Tariff(tariff), Performance(performance)),
                paid='20', till=till)

        def run():
            for count in range(12):
                try:
                    assert self.run_(sell, level=level) != 'broken'
                except PlaceError as error:
                    return count, error.api_code
            return count + 1, None
        return run

    def change(self, kind='cancelled', uuid='change', performance=None):
        Change = Pool().get('tibillet.performance.change')
        return Change.make(performance, self.ask(kind, uuid))

    def cancel(self, concert):
        Performance = Pool().get('tibillet.performance')
        change = self.change(
            performance=Performance(concert[0]), uuid=str(uuid.uuid4()))
        return change.id

    def forgotten(self, concert):
        "Return the valid tickets that are in no choice"
        def count():
            pool = Pool()
            Link = pool.get('tibillet.performance.choice-tibillet.ticket')
            Ticket = pool.get('tibillet.ticket')
            known = {link.ticket.id for link in Link.search([])}
            return sum(t.id not in known for t in Ticket.search([
                        ('performance', '=', concert[0])]))
        return self.run_(count)

    def sell_and_cancel(self, concert, level):
        return self.at_once(
            *(self.seller(concert, till, level) for till in self.tills),
            lambda: time.sleep(.15) or self.run_(
                lambda: self.cancel(concert)))

    def test_sell_and_cancel(self):
        "A ticket is among the choices, or its buyer is told"
        for level in ['READ COMMITTED', None]:
            for number in range(ROUNDS):
                with self.subTest(level=level, number=number):
                    concert = self.concerts.pop()
                    *sellers, change = self.sell_and_cancel(concert, level)
                    self.assertNotEqual(change, 'broken')
                    self.assertLessEqual(
                        {code for _, code in sellers},
                        {None, 'not_on_sale'})
                    self.assertEqual(self.forgotten(concert), 0)

    def test_without_lock(self):
        "Control: without the lock a ticket is forgotten"
        concert = self.concerts.pop()
        sold, listed = threading.Event(), threading.Event()

        def apply(*args):
            listed.set()
            assert sold.wait(120)
            return first(*args)

        def check(*args):
            found = on_sale(*args)
            assert listed.wait(120)
            return found

        def cancel():
            Performance = Pool().get('tibillet.performance')
            with patch.object(Performance, 'lock'), patch.object(
                    change_making, '_apply', apply):
                return self.cancel(concert)

        def sell():
            with patch.object(place_writer, 'check_on_sale', check):
                try:
                    return self.seller(
                        concert, self.tills[0], 'READ COMMITTED')()
                finally:
                    sold.set()

        first = change_making._apply
        on_sale = place_writer.check_on_sale
        self.at_once(sell, lambda: self.run_(cancel))
        self.assertGreater(self.forgotten(concert), 0)

    def prepare(self, concert, kind='cancelled'):
        "Return the choice of who has two tickets of a changed concert"
        def make():
            Choice = Pool().get('tibillet.performance.choice')
            Performance = Pool().get('tibillet.performance')
            Tariff = Pool().get('tibillet.tariff')
            self.sell(
                str(uuid.uuid4()), self.item(
                    2, Tariff(concert[1]), Performance(concert[0])),
                paid='40', till=self.tills[0])
            change = self.change(
                kind, performance=Performance(concert[0]),
                uuid=str(uuid.uuid4()))
            choice, = Choice.search([('change', '=', change.id)])
            return choice.id
        return self.run_(make)

    def counter(self, choice, till, answer='refund'):
        "Return what records the choice of a holder at a till"
        id_ = str(uuid.uuid4())

        def choose():
            Choice = Pool().get('tibillet.performance.choice')
            return Choice.choose(
                choice, answer, id_, point=till, method=self.cash_id).id

        def run():
            try:
                return self.run_(choose)
            except (ChoiceError, TicketError) as error:
                return error.api_code
        return run

    def given_back(self, concert):
        def count():
            Operation = Pool().get('tibillet.ticket.operation')
            return Operation.search([
                    ('performance', '=', concert[0]),
                    ('kind', '=', 'cancellation')], count=True)
        return self.run_(count)

    def test_two_counters(self):
        "Two counters that pay the same holder back: one does"
        for number in range(ROUNDS):
            with self.subTest(number=number):
                concert = self.concerts.pop()
                choice = self.prepare(concert)
                answers = self.at_once(*(
                        self.counter(choice, till) for till in self.tills))
                self.assertEqual(
                    sorted(map(str, answers)),
                    sorted([str(choice)] + ['made'] * (SELLERS - 1)))
                self.assertEqual(self.given_back(concert), 2)

    def both(self, concert):
        "Let two counters record opposite choices of a holder"
        choice = self.prepare(concert, 'postponed')
        return choice, self.at_once(*(
                self.counter(choice, till, answer)
                for till, answer in zip(
                    self.tills, ['keep', 'refund'], strict=False)))

    def test_opposite(self):
        "One counter records that he keeps, the other that he is paid: one"
        for number in range(ROUNDS):
            with self.subTest(number=number):
                choice, answers = self.both(self.concerts.pop())
                self.assertEqual(set(answers), {choice, 'made'})

    def test_opposite_without_claim(self):
        "Control: without the update both are recorded"
        ready = threading.Barrier(2)
        counters = set()

        def claim(self, answer, uuid):
            counter = threading.get_ident()
            # Paying back closes what still waits, which claims again.
            if counter not in counters:
                counters.add(counter)
                ready.wait(120)

        with patch.object(PerformanceChoice, '_claim', claim):
            choice, answers = self.both(self.concerts.pop())
        self.assertEqual(answers, [choice, choice])

    def test_facts(self):
        "Not even SQL changes a choice, but it forgets whose it was"
        choice = self.prepare(self.concerts.pop())
        self.counter(choice, self.tills[0])()
        table = 'tibillet_performance_choice'

        def execute(statement):
            with Transaction().start(
                    DB_NAME, 0, readonly=False) as transaction:
                transaction.connection.cursor().execute(statement)
                transaction.rollback()

        for statement in [
                f"UPDATE {table} SET holder = 'Paul'",
                f"UPDATE {table} SET email = 'paul@example.org'",
                f"UPDATE {table} SET email = NULL, choice = 'give'",
                f'UPDATE {table} SET party = NULL, amount = 0',
                f'DELETE FROM {table}',
                ]:
            with self.subTest(statement=statement):
                with self.assertRaisesRegex(Exception, 'append-only'):
                    execute(f'{statement} WHERE id = {choice}'
                        if 'DELETE' not in statement else statement)
        execute(
            f'UPDATE {table} SET holder = NULL, email = NULL, party = NULL '
            f'WHERE id = {choice}')
