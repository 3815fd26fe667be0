"""Freed places and those who wait for them, on a real PostgreSQL."""
import datetime as dt
import itertools
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import patch

import pytest
from sql import Literal
from tibillet_base.tests.meeting import PATIENCE_SECONDS, wait_for_other
from tibillet_event import (
    place_locked, place_part, place_writer, waiting_offer)
from tibillet_event.exceptions import PlaceError
from tibillet_event.place_locked import Locked

from trytond import backend
from trytond.pool import Pool
from trytond.tests.test_tryton import RouteTestCase
from trytond.transaction import Transaction

from .records import create_sale, utc

pytestmark = pytest.mark.postgresql
UNTIL = utc('2099-07-01')
LATER = utc('2099-07-05')
ALL = 10
BUYERS = 20
ROUNDS = 40


def nobody(place, now):
    return Literal(False)


class WaitingRaceTestCase(RouteTestCase):
    "Test many who want the place of who waits"
    module = 'tibillet_event'
    phones = itertools.count(1)

    @classmethod
    def setUpDatabase(cls):
        performance = create_sale(ALL)
        cls.performance = performance.id
        cls.company = performance.event.company.id

    def transaction(self):
        transaction = Transaction().start(
            self.db_name, 0, context={'company': self.company})
        transaction.connection.cursor().execute(
            'SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
        return transaction

    def do(self, act, *args, **kwargs):
        with self.transaction() as transaction:
            result = act(*args, **kwargs)
            transaction.commit()
            return result

    def at_once(self, acts):
        "Run the acts at the same time, return what became of each"
        barrier = threading.Barrier(len(acts))

        def run(act):
            barrier.wait(120)
            # The server tries again what another has changed meanwhile.
            for _ in range(5):
                try:
                    return self.do(act)
                except PlaceError as error:
                    return error.api_code
                except backend.DatabaseOperationalError:
                    continue
            return 'broken'

        with ThreadPoolExecutor(len(acts)) as crowd:
            return list(crowd.map(run, acts))

    def fill(self):
        "Sell all, forget who has waited, and return the hold of all"
        with self.transaction() as transaction:
            cursor = transaction.connection.cursor()
            cursor.execute('DELETE FROM tibillet_waiting')
            cursor.execute(
                'UPDATE tibillet_place SET hold = NULL, held_until = NULL, '
                'sold = false')
            Performance = Pool().get('tibillet.performance')
            Performance.set_capacity([Performance(self.performance)], ALL)
            transaction.commit()
        own = str(uuid.uuid4())
        self.do(
            place_writer.hold, self.performance, None, ALL, own, UNTIL,
            sell_now=True)
        return own

    def wait(self, quantity=1, **values):
        "Put somebody on the list, who has a phone of his own"
        def act():
            Waiting = Pool().get('tibillet.waiting')
            entry, = Waiting.create([{
                        'company': self.company,
                        'performance': self.performance,
                        'quantity': quantity,
                        'phone': f'06{next(self.phones):08}',
                        **values,
                        }])
            return entry.id
        return self.do(act)

    def buy(self, now=None):
        return place_writer.hold(
            self.performance, None, 1, str(uuid.uuid4()), LATER,
            sell_now=True, now=now).places

    def make_offers(self, now=None):
        "Return the ids of who is offered places"
        return tuple(
            e.id for e in waiting_offer.make(self.performance, now))

    def owners(self):
        "Return how many places are sold, held and free"

        def act():
            Performance = Pool().get('tibillet.performance')
            performance = Performance(self.performance)
            return (
                performance.places_sold, performance.places_held,
                performance.places_free)
        return self.do(act)

    def offered(self, entry):
        return self.do(
            lambda: Pool().get('tibillet.waiting')(entry).offered)

    def give_back(self, sold):
        "Return the act that gives back one of the places that were sold"
        def act():
            Place = Pool().get('tibillet.place')
            place, = Place.search([
                    ('hold.uuid', '=', sold), ('sold', '=', True)], limit=1)
            return place_writer.free(sold, [place.id]).places
        return act

    def check_bought(self, results):
        "Return how many buyers have a place, all others were told why"
        codes = {r for r in results if isinstance(r, str)}
        self.assertLessEqual(codes, {'sold_out', 'waited'})
        return sum(isinstance(r, tuple) for r in results)

    def test_freed_place(self):
        "20 buyers when a place is given back: it is for who waits"
        for turn in range(ROUNDS):
            sold = self.fill()
            entry = self.wait()
            freed, _, *results = self.at_once(
                [self.give_back(sold), self.make_offers]
                + [self.buy] * BUYERS)
            self.assertEqual(len(freed), 1, turn)
            self.assertEqual(self.check_bought(results), 0, turn)
            # Who made offers too early makes them again, and once.
            self.do(self.make_offers)
            self.assertEqual(self.do(self.make_offers), ())
            self.assertEqual(self.owners(), (ALL - 1, 1, 0), turn)
            self.assertEqual(self.offered(entry), 1)

    def test_freed_place_for_anybody(self):
        "Control: when it is not kept a buyer has it"
        sold = self.fill()
        entry = self.wait()
        with patch.multiple(
                place_writer, is_kept=nobody,
                is_open_to=lambda *args: Literal(True)):
            self.do(self.give_back(sold))
            results = self.at_once([self.buy] * BUYERS)
        self.assertEqual(self.check_bought(results), 1)
        self.do(self.make_offers)
        self.assertIsNone(self.offered(entry))

    def test_expired_hold(self):
        "20 buyers when a basket expires: it is for who waits"
        for turn in range(5):
            self.fill()
            basket = str(uuid.uuid4())
            self.do(self.add_place)
            self.do(
                place_writer.hold, self.performance, None, 1, basket, UNTIL)
            entry = self.wait()
            later = UNTIL + dt.timedelta(seconds=1)
            _, *results = self.at_once(
                [lambda: self.make_offers(later)]
                + [lambda: self.buy(later)] * BUYERS)
            self.assertEqual(self.check_bought(results), 0, turn)
            self.assertEqual(self.offered(entry), 1)

    def add_place(self):
        Performance = Pool().get('tibillet.performance')
        Performance.set_capacity([Performance(self.performance)], ALL + 1)

    def offer_one(self):
        "Return the hold of an open offer, its end, and who is the next"
        sold = self.fill()
        first, second = self.wait(), self.wait()
        self.do(self.give_back(sold))
        self.do(self.make_offers)

        def act():
            Waiting = Pool().get('tibillet.waiting')
            entry = Waiting(first)
            return entry.hold.uuid, entry.offered_until
        return *self.do(act), second

    def test_accepted_while_it_expires(self):
        "An offer is taken, or is for the next one, or nobody else: not both"
        second_ = dt.timedelta(seconds=1)
        ends = Counter()
        for turn in range(ROUNDS):
            offer, until, next_ = self.offer_one()
            taken, *results = self.at_once([
                    lambda offer=offer, until=until: place_part.sell(
                        offer, 1, str(uuid.uuid4()),
                        now=until - second_).places,
                    lambda until=until: self.make_offers(until + second_),
                    ] + [lambda until=until: self.buy(until + second_)]
                * BUYERS)
            is_taken = isinstance(taken, tuple)
            self.assertEqual(self.check_bought(results[1:]), 0, turn)
            if not is_taken:
                self.assertIn(taken, {'part', 'expired'}, turn)
            self.assertEqual(
                (is_taken, self.offered(next_)),
                (is_taken, None if is_taken else 1), turn)
            self.assertEqual(
                self.owners()[0], ALL if is_taken else ALL - 1, turn)
            ends[is_taken] += 1
        self.assertEqual(sum(ends.values()), ROUNDS)

    def meet(self):
        """Let the next one be offered the places of an offer between the look
        of who accepts it and his act, return whether both have them"""
        offer, until, next_ = self.offer_one()
        second = dt.timedelta(seconds=1)
        looked, done = threading.Event(), threading.Event()
        give = place_part.give

        def wait_and_give(*args):
            looked.set()
            wait_for_other(done)
            return give(*args)

        def accept():
            with patch.object(place_part, 'give', wait_and_give):
                return place_part.sell(
                    offer, 1, str(uuid.uuid4()), now=until - second).places

        def pass_on():
            assert looked.wait(PATIENCE_SECONDS)
            return self.make_offers(until + second)

        def run(act):
            try:
                return self.do(act)
            finally:
                done.set()

        with ThreadPoolExecutor(2) as people:
            accepted, passed = people.map(run, [accept, pass_on])
        return bool(accepted) and next_ in passed

    def test_accepted_with_lock(self):
        self.assertFalse(self.meet())

    def test_accepted_without_lock(self):
        "Control: without the lock a place is sold and offered"
        with patch.object(
                place_part, 'for_update', lambda skip_locked=False: None):
            self.assertTrue(self.meet())

    def test_offers_at_once(self):
        "Ten who make offers at once make each once, in the order of arrival"
        for turn in range(5):
            sold = self.fill()
            entries = [self.wait(2), self.wait(1), self.wait(3, partial=True)]
            for _ in range(2):
                self.do(self.give_back(sold))
            made = self.at_once([self.make_offers] * 10)
            self.assertEqual(
                [id_ for ids in made for id_ in ids], [entries[0]], turn)
            self.assertEqual(self.owners(), (ALL - 2, 2, 0), turn)

    def test_fewer_while_confirmed(self):
        "A group that shrinks while it is sold: one or the other, whole"
        ends = Counter()
        for turn in range(ROUNDS):
            sold = self.fill()
            self.do(place_writer.free, sold)
            held, part = str(uuid.uuid4()), str(uuid.uuid4())
            self.do(
                place_writer.hold, self.performance, None, ALL, held, UNTIL)

            def shrink(held=held, part=part):
                place_part.keep(held, 4, part)
                return place_writer.release(held).places

            results = self.at_once([
                    shrink, lambda held=held: place_writer.sell(held).places])
            shrunk, confirmed = (isinstance(r, tuple) for r in results)
            self.assertNotEqual(shrunk, confirmed, (turn, results))
            self.assertEqual(
                self.owners(), (0, 4, ALL - 4) if shrunk else (ALL, 0, 0))
            ends[shrunk] += 1
        self.assertEqual(sum(ends.values()), ROUNDS)

    def meet_group(self):
        """Let a group shrink between the look of who confirms it and his act,
        return whether it is confirmed, and whether it is fewer"""
        held, part = str(uuid.uuid4()), str(uuid.uuid4())
        self.do(place_writer.free, self.fill())
        self.do(place_writer.hold, self.performance, None, ALL, held, UNTIL)
        looked, done = threading.Event(), threading.Event()
        update = Locked.update_places

        def wait_and_update(locked, *args, **values):
            if values.get('sold'):
                looked.set()
                wait_for_other(done)
            return update(locked, *args, **values)

        def confirm():
            return place_writer.sell(held).places

        def shrink():
            assert looked.wait(PATIENCE_SECONDS)
            place_part.keep(held, 4, part)
            return place_writer.release(held).places

        def run(act):
            try:
                return bool(self.do(act))
            except PlaceError:
                return False
            finally:
                done.set()

        with patch.object(Locked, 'update_places', wait_and_update), \
                ThreadPoolExecutor(2) as people:
            return tuple(people.map(run, [confirm, shrink]))

    def test_fewer_with_lock(self):
        self.assertEqual(self.meet_group(), (True, False))
        self.assertEqual(self.owners(), (ALL, 0, 0))

    def test_fewer_without_lock(self):
        "Control: without the lock a group is confirmed and is fewer"
        with patch.object(
                place_locked, 'for_update',
                lambda skip_locked=False: None), patch.object(
                place_part, 'for_update', lambda skip_locked=False: None):
            self.assertEqual(self.meet_group(), (True, True))
        # All were told to be sold, and none is.
        self.assertEqual(self.owners(), (0, 4, ALL - 4))

    def test_consent_facts(self):
        "Not even SQL changes what was said, but it forgets who has said it"
        def agree():
            pool = Pool()
            Consent = pool.get('tibillet.consent')
            Purpose = pool.get('tibillet.consent.purpose')
            purpose, = Purpose.create([{
                        'company': self.company,
                        'name': "Programme",
                        'text': "May we write to you?",
                        }])
            consent, = Consent.create([{
                        'purpose': purpose.id,
                        'email': 'lea@example.org',
                        'kind': 'given',
                        'way': 'online',
                        }])
            return consent.id
        self.do(agree)
        for statement in [
                "SET kind = 'withdrawn'", "SET email = 'paul@example.org'",
                "SET email = NULL, text = 'May we sell your address?'"]:
            with self.subTest(statement=statement), \
                    self.transaction() as transaction:
                with self.assertRaisesRegex(Exception, 'append-only'):
                    transaction.connection.cursor().execute(
                        f'UPDATE tibillet_consent {statement}')
                transaction.rollback()
        with self.transaction() as transaction:
            transaction.connection.cursor().execute(
                'UPDATE tibillet_consent SET email = NULL')
            transaction.rollback()
