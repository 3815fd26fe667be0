"""What only a real PostgreSQL can show: make test-pg."""
import datetime as dt
import random
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from unittest.mock import Mock, patch

import pytest
from tibillet_base.tests.meeting import PATIENCE_SECONDS, meeting
from tibillet_event import place_writer
from tibillet_event.exceptions import CapacityError, PlaceError

from trytond import backend
from trytond.pool import Pool
from trytond.tests.test_tryton import RouteTestCase
from trytond.transaction import Transaction

from .records import create_sale, utc

pytestmark = pytest.mark.postgresql
UNTIL = utc('2099-07-01')
BUYERS_MAX = 60


class PlaceRaceTestCase(RouteTestCase):
    "Test many who take the same places"
    module = 'tibillet_event'

    @classmethod
    def setUpDatabase(cls):
        cls.ten, cls.hundred = create_sale(10).id, create_sale(100).id
        Place = Pool().get('tibillet.place')
        seats = create_sale(lines=[('Stalls', 'A', 'A', 1, 10, 'following')])
        cls.seated = seats.id
        cls.seats = [
            p.id for p in Place.search([('performance', '=', seats.id)])]

    def setUp(self):
        super().setUp()
        self.buyers = ThreadPoolExecutor(BUYERS_MAX)
        self.addCleanup(self.buyers.shutdown)

    def transaction(self):
        transaction = Transaction().start(self.db_name, 0)
        transaction.connection.cursor().execute(
            'SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
        return transaction

    def empty(self, performance):
        "Give all the places back between two rounds"
        with self.transaction() as transaction:
            transaction.connection.cursor().execute(
                'UPDATE tibillet_place SET hold = NULL, held_until = NULL, '
                'sold = false, retired = false WHERE performance = %s',
                (performance,))
            transaction.commit()

    def sold(self, performance):
        with self.transaction() as transaction:
            cursor = transaction.connection.cursor()
            cursor.execute(
                'SELECT count(*) FROM tibillet_place '
                'WHERE sold AND performance = %s', (performance,))
            return cursor.fetchone()[0]

    def at_once(self, acts):
        "Run the acts at the same time, return what became of each"
        barrier = threading.Barrier(len(acts))

        def run(act):
            barrier.wait(120)
            try:
                with self.transaction() as transaction:
                    result = act()
                    transaction.commit()
                    return result
            except PlaceError as error:
                return error.api_code
            except backend.DatabaseOperationalError:
                # Such as a deadlock: only the unprotected way may meet it.
                return 'broken'

        if len(acts) <= BUYERS_MAX:
            return list(self.buyers.map(run, acts))
        with ThreadPoolExecutor(len(acts)) as crowd:
            return list(crowd.map(run, acts))

    def buy(self, performance, quantity):
        def act():
            hold = place_writer.hold(
                performance, None, quantity, str(uuid.uuid4()), UNTIL)
            return place_writer.sell(hold.uuid).places
        return act

    def buy_seats(self, seats):
        def act():
            hold = place_writer.hold_seats(
                self.seated, None, seats, str(uuid.uuid4()), UNTIL)
            return place_writer.sell(hold.uuid).places
        return act

    def without_lock(self):
        return patch.object(
            place_writer, 'for_update', lambda skip_locked=False: None)

    def split(self, results):
        "Return the places that buyers have, and the codes of the others"
        places = [p for r in results if isinstance(r, tuple) for p in r]
        return places, Counter(r for r in results if isinstance(r, str))

    def test_last_places(self):
        "40 buyers for 10 places, 150 rounds: 10 are sold each time"
        for turn in range(150):
            self.empty(self.ten)
            places, refused = self.split(
                self.at_once([self.buy(self.ten, 1)] * 40))
            self.assertEqual(
                (len(places), len(set(places)), self.sold(self.ten), refused),
                (10, 10, 10, {'sold_out': 30}), turn)

    def test_last_places_without_lock(self):
        "Without the lock two buyers have the same last place"
        self.empty(self.ten)
        self.at_once([self.buy(self.ten, 9)])
        with self.without_lock(), meeting(place_writer, '_lock_some', 2):
            places, refused = self.split(
                self.at_once([self.buy(self.ten, 1)] * 2))
        self.assertEqual(
            (len(places), len(set(places)), refused), (2, 1, {}))
        self.assertEqual(self.sold(self.ten), 10)

    def test_baskets(self):
        "60 buyers of 1 to 4 of 100 places, 40 rounds: 1 % is left at most"
        generator = random.Random(2026)
        unsold = 0
        for turn in range(40):
            self.empty(self.hundred)
            # However slow a machine is, who comes asks until he knows.
            with patch.object(place_writer, 'TRIES', 10_000):
                places, refused = self.split(self.at_once([
                            self.buy(self.hundred, generator.randint(1, 4))
                            for _ in range(60)]))
            self.assertEqual(len(places), len(set(places)), turn)
            self.assertEqual(self.sold(self.hundred), len(places), turn)
            self.assertLessEqual(refused.keys(), {'sold_out'}, turn)
            # Together they ask for more, and no one for more than 4.
            self.assertGreater(len(places), 100 - 4, turn)
            unsold += 100 - len(places)
        self.assertLessEqual(unsold, 40)

    def test_baskets_without_lock(self):
        "Without the lock more places are sold than there are"
        self.empty(self.ten)
        self.at_once([self.buy(self.ten, 6)])
        with self.without_lock(), meeting(place_writer, '_lock_some', 2):
            places, refused = self.split(
                self.at_once([self.buy(self.ten, 4)] * 2))
        self.assertEqual(
            (len(places), len(set(places)), refused), (8, 4, {}))

    def test_baskets_without_second_try(self):
        "A basket that finds places being taken by others asks again"
        taken, refused, free = (threading.Event() for _ in range(3))

        def first():
            place_writer.hold(self.ten, None, 8, str(uuid.uuid4()), UNTIL)
            taken.set()
            assert refused.wait(PATIENCE_SECONDS)
            Transaction().rollback()
            free.set()
            raise CapacityError("changed my mind")

        def sleep(seconds):
            refused.set()
            assert free.wait(PATIENCE_SECONDS)

        def second():
            assert taken.wait(PATIENCE_SECONDS)
            try:
                return self.buy(self.ten, 4)()
            finally:
                refused.set()

        for tries, result in [(1, 'sold_out'), (place_writer.TRIES, 4)]:
            self.empty(self.ten)
            for event in [taken, refused, free]:
                event.clear()
            with self.subTest(tries=tries), patch.object(
                    place_writer, 'TRIES', tries), patch.object(
                    place_writer, 'time', Mock(sleep=sleep)):
                _, bought = self.at_once([first, second])
                self.assertEqual(
                    len(bought) if isinstance(bought, tuple) else bought,
                    result)

    def test_seats(self):
        "50 people for 2 of the same 10 seats: each seat has one buyer"
        generator = random.Random(2026)
        for turn in range(10):
            self.empty(self.seated)
            # In any order, as people click.
            wishes = [generator.sample(self.seats, 2) for _ in range(50)]
            places, refused = self.split(
                self.at_once([self.buy_seats(wish) for wish in wishes]))
            self.assertEqual(len(places), len(set(places)), turn)
            self.assertEqual(self.sold(self.seated), len(places), turn)
            self.assertEqual(refused.keys(), {'taken'}, turn)
            for wish in wishes:
                # Nobody was told that free seats are taken.
                self.assertFalse(set(wish).isdisjoint(places), turn)

    def test_seats_without_condition(self):
        "Without the condition a seat has several buyers"
        self.empty(self.seated)
        with patch.object(
                place_writer, 'is_free', lambda place, now: place.id > 0):
            places, _ = self.split(self.at_once(
                    [self.buy_seats(self.seats[:2])] * 50))
        self.assertGreater(len(places), len(set(places)))

    def test_crowd(self):
        "300 requests at once for 100 places: exactly 100"
        self.empty(self.hundred)
        places, refused = self.split(
            self.at_once([self.buy(self.hundred, 1)] * 300))
        self.assertEqual(
            (len(places), len(set(places)), refused),
            (100, 100, {'sold_out': 200}))

    def test_same_request(self):
        "The same request sent 20 times at once takes its places once"
        for name, hold in [
                ('some', lambda uuid_: place_writer.hold(
                        self.hundred, None, 3, uuid_, UNTIL)),
                ('named', lambda uuid_: place_writer.hold_seats(
                        self.seated, None, self.seats[:3], uuid_, UNTIL)),
                ]:
            self.empty(self.hundred)
            self.empty(self.seated)
            uuid_ = str(uuid.uuid4())
            with self.subTest(name=name):
                results = self.at_once(
                    [lambda hold=hold: hold(uuid_)] * 20)
                self.assertEqual(len(set(results)), 1)
                self.assertEqual(len(results[0].places), 3)
                sold = self.at_once([lambda: place_writer.sell(uuid_)] * 20)
                self.assertEqual(set(sold), {results[0]})

    def test_expired(self):
        "Places whose hold has ended go to one of those who want them"
        self.empty(self.ten)
        past = utc('2024-07-01')

        def forget():
            return place_writer.hold(
                self.ten, None, 10, str(uuid.uuid4()), past,
                now=past - dt.timedelta(minutes=15)).places

        self.at_once([forget])
        places, refused = self.split(
            self.at_once([self.buy(self.ten, 1)] * 40))
        self.assertEqual(
            (len(set(places)), len(places), refused),
            (10, 10, {'sold_out': 30}))

    def test_default_level(self):
        "Under the default level nobody has the place of another either"
        self.empty(self.ten)
        barrier = threading.Barrier(40)

        def run(_):
            barrier.wait(120)
            while True:
                try:
                    with Transaction().start(self.db_name, 0) as transaction:
                        places = self.buy(self.ten, 1)()
                        transaction.commit()
                        return places
                except backend.DatabaseOperationalError:
                    continue  # as a server does
                except PlaceError as error:
                    return error.api_code

        places, refused = self.split(list(self.buyers.map(run, range(40))))
        self.assertEqual(
            (len(places), len(set(places)), refused),
            (10, 10, {'sold_out': 30}))

    def test_capacity_at_once(self):
        "What is sold while the capacity is changed is not retired"
        Performance = Pool(self.db_name).get('tibillet.performance')
        for _ in range(5):
            self.empty(self.hundred)

            def change():
                Performance.set_capacity([Performance(self.hundred)], 30)
                return 'changed'

            results = self.at_once(
                [self.buy(self.hundred, 1)] * 50 + [change])
            places, codes = self.split(results)
            self.assertLessEqual(codes.keys(), {
                    'changed', 'capacity', 'sold_out'})
            with self.transaction() as transaction:
                cursor = transaction.connection.cursor()
                cursor.execute(
                    'SELECT count(*) FILTER (WHERE sold AND retired), '
                    'count(*) FILTER (WHERE NOT retired) '
                    'FROM tibillet_place WHERE performance = %s',
                    (self.hundred,))
                both, capacity = cursor.fetchone()
            self.assertEqual(both, 0)
            self.assertEqual(capacity, 30 if codes['changed'] else 100)
            self.assertEqual(len(places), self.sold(self.hundred))

    def test_hall(self):
        "A hall of 10 000 places is held, counted and freed"
        with Transaction().start(self.db_name, 0):
            Performance = Pool().get('tibillet.performance')
            performance = create_sale(10000, lines=[
                    ('Stalls', '1', '10', 1, 20, 'odd_even')])
            copy, = Performance.repeat([performance], 'day', 1, 1)
            self.assertEqual(
                (copy.capacity, copy.places_free), (10200, 10200))
            Performance.set_capacity([copy], 9000)
            self.assertEqual(
                (copy.capacity, copy.places_retired), (9200, 1000))
            self.assertEqual(
                [p.rec_name for p in performance.propose_seats(2)],
                ['Stalls 1 1', 'Stalls 1 2'])
            self.assertEqual(
                Performance.search([
                        ('places_free', '>', 9500),
                        ('id', 'in', [performance.id, copy.id]),
                        ]), [performance])
            Performance.delete([copy])


del RouteTestCase
