import datetime as dt

from tibillet_event import place_writer
from tibillet_event.exceptions import (
    AllotmentError, CapacityError, CapacityVenueError, PerformanceAccessError,
    PlaceAllotmentError, PlaceQuantityError, PlaceTakenError, SeatingError,
    SoldOutError, WrongPerformanceError)

from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)
from trytond.transaction import Transaction

from .records import (
    NOON, STALLS, PlaceMixin, create_sale, hold, hold_seats, utc)


class PlaceCapacityTestCase(PlaceMixin, TestCase):
    "Test how many places there are, and for whom"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_event')

    @with_transaction()
    def test_propose(self):
        "Test the best free seats side by side are proposed"
        performance = create_sale(lines=STALLS)
        seats = self.seats(performance)
        proposed = performance.propose_seats(2)
        self.assertEqual(
            [s.rec_name for s in proposed], ['Stalls A 1', 'Stalls A 2'])
        until = utc('2099-07-02')
        place_writer.hold_seats(
            performance, None, seats[1:2], 'order-1', until)
        self.assertEqual(
            [s.rec_name for s in performance.propose_seats(2)],
            ['Stalls A 3', 'Stalls A 4'])
        self.assertEqual(
            [s.rec_name for s in performance.propose_seats(4)],
            ['Stalls B 1', 'Stalls B 2', 'Stalls B 3', 'Stalls B 4'])
        self.assertEqual(performance.propose_seats(5), [])
        self.assertEqual(performance.propose_seats(1, zone='Balcony'), [])

    @with_transaction()
    def test_capacity(self):
        "Test capacity adds and retires places, never below what is taken"
        Performance = Pool().get('tibillet.performance')
        performance = create_sale(10)
        hold(performance, 3, 'order-1')
        place_writer.sell('order-1', now=NOON)
        hold(performance, 1, 'order-2')
        for quantity, counts in [
                (6, (6, 2, 1, 3, 4)),
                (8, (8, 4, 1, 3, 2)),
                (12, (12, 8, 1, 3, 0)),
                (4, (4, 0, 1, 3, 8)),
                (4, (4, 0, 1, 3, 8)),
                ]:
            with self.subTest(quantity=quantity):
                Performance.set_capacity([performance], quantity)
                self.assertEqual(self.counts(performance), counts)
        for quantity, error in [
                (3, CapacityError), (0, CapacityError),
                (-1, PlaceQuantityError)]:
            with self.subTest(quantity=quantity):
                self.check_nothing_written(
                    performance, error,
                    Performance.set_capacity, [performance], quantity)
        with self.assertRaisesRegex(CapacityError, 'because 4 are'):
            Performance.set_capacity([performance], 3)
        with self.assertRaises(SoldOutError):
            hold(performance, 1, 'order-3')

    @with_transaction()
    def test_venue_capacity(self):
        "Test the venue never holds more places than its capacity"
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        Venue = pool.get('tibillet.venue')
        for name, act in [
                ('capacity', lambda p, s: Performance.set_capacity([p], 21)),
                ('unlimited', lambda p, s: Performance.set_capacity(
                        [p], None, unlimited=True)),
                ('seats', lambda p, s: Performance.add_seats([p], STALLS)),
                ('performance', lambda p, s: Performance.write(
                        [p], {'venue': s.id})),
                ('venue', lambda p, s: Venue.write(
                        [p.venue], {'capacity': 19})),
                ]:
            performance = create_sale(20, venue_capacity=20)
            small, = Venue.copy([performance.venue], {'capacity': 19})
            with self.subTest(name=name):
                with self.assertRaises(CapacityVenueError):
                    act(performance, small)
            Transaction().rollback()

    @with_transaction()
    def test_unlimited(self):
        "Test places are added as people come"
        Performance = Pool().get('tibillet.performance')
        performance = create_sale(2)
        Performance.set_capacity([performance], None, unlimited=True)
        held = hold(performance, 5, 'order-1')
        self.assertEqual(len(set(held.places)), 5)
        place_writer.sell('order-1', now=NOON)
        self.assertEqual(self.counts(performance), (None, None, 0, 5, 0))
        # What is given back is taken first.
        place_writer.free('order-1', held.places[-1:])
        again = hold(performance, 2, 'order-2')
        self.assertIn(held.places[-1], again.places)
        with self.assertRaises(CapacityError):
            Performance.set_capacity([performance], 5)
        Performance.set_capacity([performance], 6)
        with self.assertRaises(SoldOutError):
            hold(performance, 1, 'order-3')

    @with_transaction()
    def test_allotments(self):
        "Test sets of places that overlap"
        pool = Pool()
        Allotment = pool.get('tibillet.allotment')
        performance = create_sale(10)
        online, counter, production = Allotment.create([{
                    'performance': performance.id,
                    'name': kind,
                    'kind': kind,
                    } for kind in ['online', 'counter', 'production']])
        Allotment.add_places([production], 2)
        Allotment.add_places([online], 5)
        Allotment.add_places([counter], 3, source=online)
        with self.assertRaises(AllotmentError):
            Allotment.add_places([counter], 3, source=online)
        # 3 places are in none.
        with self.assertRaises(SoldOutError):
            hold(performance, 4, 'order-1')
        hold(performance, 3, 'order-1')
        hold(performance, 3, 'order-2', counter)
        with self.assertRaises(SoldOutError):
            hold(performance, 3, 'order-3', online)
        hold(performance, 2, 'order-3', online)
        with self.assertRaises(SoldOutError):
            hold(performance, 1, 'order-4', counter)
        allotments = Allotment.browse([online, counter, production])
        self.assertEqual(
            [(a.capacity, a.places_free, a.places_held, a.places_sold)
                for a in allotments],
            [(5, 0, 5, 0), (3, 0, 3, 0), (2, 2, 0, 0)])
        with self.assertRaises(AllotmentError):
            Allotment.delete([online])
        with self.assertRaises(AllotmentError):
            Allotment.remove_places([production], 3)
        Allotment.remove_places([production], 1)
        hold(performance, 1, 'order-4')
        Allotment.delete([production])
        hold(performance, 1, 'order-5')
        self.assertEqual(self.counts(performance), (10, 0, 10, 0, 0))

    @with_transaction()
    def test_allotment_seats(self):
        "Test seats of an allotment are not taken from outside"
        pool = Pool()
        Allotment = pool.get('tibillet.allotment')
        performance = create_sale(lines=STALLS)
        other = create_sale(5)
        allotment, foreign = Allotment.create([{
                    'performance': p.id,
                    'name': "Production",
                    'kind': 'production',
                    } for p in [performance, other]])
        Allotment.add_places([allotment], 2, zone='Stalls', row='A')
        seats = self.seats(performance)
        for error, asked, within in [
                (PlaceAllotmentError, seats[:1], None),
                (PlaceAllotmentError, seats[1:3], None),
                (PlaceAllotmentError, seats[1:3], allotment),
                (WrongPerformanceError, seats[:1], foreign),
                ]:
            with self.subTest(asked=asked, within=within):
                self.check_nothing_written(
                    performance, error,
                    hold_seats, performance, asked, 'order-1', within)
        hold_seats(performance, seats[:2], 'order-1', allotment)

    @with_transaction()
    def test_add_seats(self):
        "Test seats are added once and restored"
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        Place = pool.get('tibillet.place')
        performance = create_sale(lines=STALLS)
        for lines in [
                STALLS,
                [('Stalls', 'B', 'A', 1, 4, 'following')],
                [('Balcony', 'A', 'A', 4, 1, 'following')],
                ]:
            with self.subTest(lines=lines):
                self.check_nothing_written(
                    performance, SeatingError,
                    Performance.add_seats, [performance], lines)
        seats = self.seats(performance)
        hold_seats(performance, seats[:1], 'order-1')
        with self.assertRaises(CapacityError):
            Place.retire(seats[:2])
        Place.retire(seats[1:3])
        self.assertEqual(self.counts(performance), (6, 5, 1, 0, 2))
        with self.assertRaises(PlaceTakenError):
            hold_seats(performance, seats[1:2], 'order-2')
        Place.restore(seats[1:2])
        Performance.add_seats(
            [performance], [('Stalls', 'A', 'A', 3, 3, 'following')])
        self.assertEqual(self.counts(performance), (8, 7, 1, 0, 0))

    @with_transaction()
    def test_delete(self):
        "Test a performance is deleted with its places, unless one is taken"
        pool = Pool()
        Allotment = pool.get('tibillet.allotment')
        Performance = pool.get('tibillet.performance')
        Place = pool.get('tibillet.place')
        performance = create_sale(3)
        allotment, = Allotment.create([{
                    'performance': performance.id,
                    'name': "Counter",
                    }])
        Allotment.add_places([allotment], 1)
        place_writer.hold(
            performance, None, 1, 'order-1', utc('2099-07-02'))
        Performance.draft([performance])
        with self.assertRaises(PerformanceAccessError):
            Performance.delete([performance])
        place_writer.release('order-1')
        Performance.delete([Performance(performance.id)])
        self.assertEqual(Place.search([], count=True), 0)

    @with_transaction()
    def test_copy(self):
        "Test a copy has free places and the same allotments"
        pool = Pool()
        Allotment = pool.get('tibillet.allotment')
        Performance = pool.get('tibillet.performance')
        performance = create_sale(4, lines=STALLS)
        Performance.set_capacity([performance], 3)
        allotment, = Allotment.create([{
                    'performance': performance.id,
                    'name': "Counter",
                    'kind': 'counter',
                    }])
        Allotment.add_places([allotment], 2)
        hold(performance, 1, 'order-1')
        performance = Performance(performance.id)
        copies = Performance.repeat([performance], 'week', 1, 2)
        day = dt.date(2099, 8, 1)
        copies += Performance.copy(
            [performance], {'date': day, 'end_date': day})
        for copy in copies:
            self.assertEqual(self.counts(copy), (11, 11, 0, 0, 0))
            allotment, = copy.allotments
            self.assertEqual(
                (allotment.name, allotment.capacity, allotment.places_free),
                ("Counter", 2, 2))

    @with_transaction()
    def test_search(self):
        "Test performances are found by their places"
        Performance = Pool().get('tibillet.performance')
        full, empty, unlimited = (
            create_sale(1), create_sale(), create_sale(2))
        Performance.set_capacity([unlimited], None, unlimited=True)
        hold(full, 1, 'order-1')
        for domain, found in [
                ([('places_free', '>', 0)], []),
                ([('places_free', '=', 0)], [full, empty]),
                ([('places_free', '=', None)], [unlimited]),
                ([('places_held', '>', 0)], [full]),
                ([('capacity', '>=', 1)], [full]),
                ([('places_sold', '=', 0)], [full, empty, unlimited]),
                ]:
            with self.subTest(domain=domain):
                self.assertEqual(
                    set(Performance.search(domain)), set(found))


del TestCase
