import datetime as dt

from tibillet_event import place_writer
from tibillet_event.exceptions import (
    HoldExpiredError, HoldReleasedError, HoldSoldError, HoldUnknownError,
    HoldUnsoldError, HoldUntilError, HoldUUIDError, HoldUUIDMissingError,
    PerformanceOverError, PerformanceSaleError, PlaceAccessError,
    PlaceHoldError, PlaceQuantityError, PlaceTakenError, SoldOutError,
    WrongPerformanceError)

from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)

from .records import (
    LATER, NOON, QUARTER, STALLS, PlaceMixin, create_sale, hold, hold_seats,
    utc)


class PlaceTestCase(PlaceMixin, TestCase):
    "Test places are taken, sold and given back"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_event')

    @with_transaction()
    def test_hold(self):
        "Test places are held, sold and given back"
        performance = create_sale(10)
        held = hold(performance, 4, 'order-1')
        self.assertEqual(len(held.places), 4)
        self.assertEqual(self.counts(performance), (10, 6, 4, 0, 0))
        sold = place_writer.sell('order-1', now=NOON)
        self.assertEqual(sold.places, held.places)
        self.assertEqual(self.counts(performance), (10, 6, 0, 4, 0))
        freed = place_writer.free('order-1', held.places[:1])
        self.assertEqual(freed.places, held.places[:1])
        self.assertEqual(self.counts(performance), (10, 7, 0, 3, 0))
        place_writer.free('order-1')
        self.assertEqual(self.counts(performance), (10, 10, 0, 0, 0))

    @with_transaction()
    def test_release(self):
        "Test places that are released can be held again"
        performance = create_sale(2)
        hold(performance, 2, 'order-1')
        place_writer.release('order-1', now=NOON)
        hold(performance, 2, 'order-2')
        # Releasing again takes nothing from who has them now.
        place_writer.release('order-1', now=NOON)
        self.assertEqual(self.counts(performance), (2, 0, 2, 0, 0))

    @with_transaction()
    def test_all_or_nothing(self):
        "Test a quantity is held whole or not at all"
        performance = create_sale(10)
        hold(performance, 8, 'order-1')
        self.check_nothing_written(
            performance, SoldOutError, hold, performance, 3, 'order-2')
        hold(performance, 2, 'order-2')

    @with_transaction()
    def test_expired(self):
        "Test a hold ends by itself at its instant"
        performance = create_sale(2)
        hold(performance, 2, 'order-1')
        second = dt.timedelta(seconds=1)
        self.check_nothing_written(
            performance, SoldOutError,
            hold, performance, 1, 'order-2', until=LATER,
            now=QUARTER - second)
        other = hold(performance, 1, 'order-2', until=LATER, now=QUARTER)
        for func in [place_writer.sell, place_writer.extend]:
            with self.subTest(func=func.__name__):
                args = [LATER] if func == place_writer.extend else []
                self.check_nothing_written(
                    performance, HoldExpiredError,
                    func, 'order-1', *args, now=QUARTER)
        # A clock that is late does not sell what another has taken.
        self.check_nothing_written(
            performance, HoldExpiredError,
            place_writer.sell, 'order-1', now=QUARTER - second)
        place_writer.release('order-1', now=QUARTER)
        place_writer.sell('order-2', now=QUARTER)
        self.assertEqual(self.counts(performance), (2, 1, 0, 1, 0))
        self.assertEqual(len(other.places), 1)

    @with_transaction()
    def test_extend(self):
        "Test a hold may last longer"
        performance = create_sale(2)
        hold(performance, 2, 'order-1')
        held = place_writer.extend('order-1', LATER, now=NOON)
        self.assertEqual(held.until, LATER)
        self.check_nothing_written(
            performance, SoldOutError,
            hold, performance, 1, 'order-2', until=LATER, now=QUARTER)
        place_writer.sell('order-1', now=QUARTER)

    @with_transaction()
    def test_replay(self):
        "Test the same request gets the first answer, another is refused"
        performance = create_sale(10, lines=STALLS)
        other = create_sale(10)
        seats = self.seats(performance)
        first = hold(performance, 2, 'order-1')
        self.assertEqual(
            hold(performance, 2, 'order-1', until=LATER), first)
        named = hold_seats(performance, seats[:2], 'order-2')
        self.assertEqual(
            hold_seats(performance, seats[1::-1], 'order-2'), named)
        for name, func, args in [
                ('quantity', hold, [performance, 3]),
                ('performance', hold, [other, 2]),
                ('seats', hold_seats, [performance, seats[:2]]),
                ]:
            with self.subTest(name=name):
                self.check_nothing_written(
                    performance, HoldUUIDError, func, *args, 'order-1')
        self.check_nothing_written(
            performance, HoldUUIDError,
            hold_seats, performance, seats[1:3], 'order-2')
        self.assertEqual(self.counts(performance), (18, 14, 4, 0, 0))
        # The first answer stays, whatever has come since.
        sold = place_writer.sell('order-1', now=NOON)
        place_writer.free('order-1')
        self.assertEqual(place_writer.sell('order-1', now=NOON), sold)
        self.assertEqual(hold(performance, 2, 'order-1'), first)
        Performance = Pool().get('tibillet.performance')
        Performance.close([performance])
        self.assertEqual(hold(performance, 2, 'order-1'), first)
        self.assertEqual(self.counts(performance), (18, 16, 2, 0, 0))

    @with_transaction()
    def test_refused(self):
        "Test what is refused has a code and writes nothing"
        performance = create_sale(5, lines=STALLS)
        other = create_sale(5, lines=STALLS)
        seats, foreign = self.seats(performance), self.seats(other)
        hold(performance, 1, 'held')
        hold_seats(performance, seats[:1], 'seat')
        hold(performance, 1, 'sold')
        place_writer.sell('sold', now=NOON)
        hold(performance, 1, 'released')
        place_writer.release('released', now=NOON)
        for error, code, func, args in [
                (PlaceQuantityError, 'quantity', hold, [0, 'new']),
                (PlaceQuantityError, 'quantity', hold, [-1, 'new']),
                (PlaceQuantityError, 'quantity', hold, [1.5, 'new']),
                (PlaceQuantityError, 'quantity', hold_seats, [[], 'new']),
                (PlaceQuantityError, 'quantity', hold_seats,
                    [seats[1:2] * 2, 'new']),
                (HoldUUIDMissingError, 'uuid_missing', hold, [1, '']),
                (HoldUUIDMissingError, 'uuid_missing', hold, [1, None]),
                (SoldOutError, 'sold_out', hold, [4, 'new']),
                (PlaceTakenError, 'taken', hold_seats, [seats[:2], 'new']),
                (WrongPerformanceError, 'wrong_performance', hold_seats,
                    [seats[1:2] + foreign[:1], 'new']),
                (HoldUntilError, 'until', hold, [1, 'new', None, NOON]),
                (PerformanceOverError, 'over', hold, [1, 'new', None,
                        performance.end + (LATER - NOON), performance.end]),
                ]:
            with self.subTest(code=code, args=args):
                self.check_nothing_written(
                    performance, error, func, performance, *args)
                self.assertEqual(error.api_code, code)
        for error, code, func, args in [
                (HoldUnknownError, 'unknown_hold', place_writer.sell, []),
                (HoldUnknownError, 'unknown_hold', place_writer.free, []),
                (HoldSoldError, 'sold', place_writer.release, ['sold']),
                (HoldSoldError, 'sold', place_writer.extend,
                    ['sold', LATER]),
                (HoldUnsoldError, 'not_sold', place_writer.free, ['held']),
                (HoldReleasedError, 'released', place_writer.sell,
                    ['released']),
                (HoldUntilError, 'until', place_writer.extend,
                    ['held', NOON]),
                (PlaceHoldError, 'other_hold', place_writer.free,
                    ['sold', seats[:1]]),
                (PlaceHoldError, 'other_hold', place_writer.free,
                    ['sold', []]),
                ]:
            with self.subTest(code=code, func=func.__name__):
                kwargs = {} if func == place_writer.free else {'now': NOON}
                self.check_nothing_written(
                    performance, error, func, *(args or ['new']), **kwargs)
                self.assertEqual(error.api_code, code)

    @with_transaction()
    def test_not_on_sale(self):
        "Test only what is on sale is held and sold"
        Performance = Pool().get('tibillet.performance')
        performance = create_sale(5)
        hold(performance, 1, 'order-1')
        Performance.close([performance])
        self.check_nothing_written(
            performance, PerformanceSaleError,
            hold, performance, 1, 'order-2')
        self.check_nothing_written(
            performance, PerformanceSaleError,
            place_writer.sell, 'order-1', now=NOON)
        place_writer.release('order-1', now=NOON)

    @with_transaction()
    def test_seats(self):
        "Test named seats are held by name only"
        performance = create_sale(3, lines=STALLS)
        seats = self.seats(performance)
        self.assertEqual(
            [s.rec_name for s in seats[:5]],
            ['Stalls A 1', 'Stalls A 2', 'Stalls A 3', 'Stalls A 4',
                'Stalls B 1'])
        self.assertEqual(
            [p.seat for p in Pool().get('tibillet.place').browse(
                    hold(performance, 3, 'order-1').places)], [None] * 3)
        with self.assertRaises(SoldOutError):
            hold(performance, 1, 'order-2')
        hold_seats(performance, seats[2:4], 'order-2')
        with self.assertRaisesRegex(PlaceTakenError, 'Stalls A 3,'):
            hold_seats(performance, seats[1:3], 'order-3')

    @with_transaction()
    def test_by_hand(self):
        "Test nobody changes a place by hand"
        pool = Pool()
        Allotment = pool.get('tibillet.allotment')
        Hold = pool.get('tibillet.place.hold')
        Link = pool.get('tibillet.place-tibillet.allotment')
        Place = pool.get('tibillet.place')
        performance = create_sale(2)
        allotment, = Allotment.create([{
                    'performance': performance.id,
                    'name': "Counter",
                    }])
        held = hold(performance, 1, 'order-1')
        place, record = Place(held.places[0]), Hold(held.id)
        for func, args in [
                (Place.write, [[place], {'sold': True}]),
                (Place.delete, [[place]]),
                (Place.create, [[{'performance': performance.id}]]),
                (Hold.write, [[record], {'uuid': 'order-2'}]),
                (Hold.delete, [[record]]),
                (Link.create, [[{
                                'place': place.id,
                                'allotment': allotment.id,
                                }]]),
                ]:
            with self.subTest(func=func):
                with self.assertRaises(PlaceAccessError):
                    func(*args)

    @with_transaction()
    def test_states(self):
        "Test the states of places and holds are searched"
        pool = Pool()
        Hold = pool.get('tibillet.place.hold')
        Place = pool.get('tibillet.place')
        Performance = pool.get('tibillet.performance')
        performance = create_sale(6)
        Performance.set_capacity([performance], 5)
        hold(performance, 2, 'held')
        hold(performance, 1, 'sold')
        place_writer.sell('sold', now=NOON)
        past = utc('2024-07-01')
        hold(performance, 1, 'expired', until=past,
            now=past - dt.timedelta(hours=1))
        hold(performance, 1, 'released')
        place_writer.release('released', now=NOON)
        for state, count in [
                ('free', 2), ('held', 2), ('sold', 1), ('retired', 1)]:
            with self.subTest(state=state):
                places = Place.search([('state', '=', state)])
                self.assertEqual(len(places), count)
                self.assertEqual({p.state for p in places}, {state})
        for state in ['held', 'sold', 'expired', 'released']:
            with self.subTest(state=state):
                found, = Hold.search([('state', '=', state)])
                self.assertEqual(found.uuid, state)


del TestCase
