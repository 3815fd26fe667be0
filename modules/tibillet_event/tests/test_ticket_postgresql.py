"""Many who buy tickets at once, on a real PostgreSQL: make test-pg."""
import datetime as dt
import threading
import uuid
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace
from unittest.mock import patch

import pytest
from sql import Null
from tibillet_base import tools
from tibillet_base.tests.meeting import (
    PATIENCE_SECONDS, meeting, wait_for_other)
from tibillet_base.tests.till_records import run_again
from tibillet_event import (
    limited, tariff_count, ticket_cancel, ticket_exchange)
from tibillet_event.exceptions import (
    PlaceError, PromotionError, TariffError, TicketError)
from tibillet_event.pass_lot import PassItem
from tibillet_event.refund import Terms

from trytond import backend
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, TestCase
from trytond.transaction import Transaction

from .ticket_records import NOW, Person, TicketMixin

pytestmark = pytest.mark.postgresql
BUYERS = 40


class TicketRaceTestCase(TicketMixin, TestCase):
    "Test many who buy tickets at several tills"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        run_again(DB_NAME, cls.make)

    @classmethod
    def make(cls):
        self = cls('make')
        with patch.object(tools, 'now', return_value=NOW):
            self.open_box_office(10)
            with set_company(self.company):
                cls.tills = [self.till.id] + [
                    self.make_till(code=f'T{i}').id for i in range(3)]
            cls.limited = self.make_tariff("Early", '10.00', number=5).id
            cls.personal = self.make_tariff(
                "Member", '10.00', person_max=4).id
            with set_company(self.company):
                cls.make_pass(self)
        cls.ids = {
            'performance': self.performance.id, 'cash': self.cash.id,
            'full': self.full.id, 'company': self.company.id}

    @classmethod
    def make_pass(cls, self):
        "Make a pass for two dates out of three"
        pool = Pool()
        Pass = pool.get('tibillet.pass')
        Performance = pool.get('tibillet.performance')
        tariff = self.make_tariff("Pass", '20.00', kind='pass', channels=[])
        dates = [self.performance]
        for days in [7, 14]:
            day = self.performance.date + dt.timedelta(days=days)
            date, = Performance.copy([self.performance], default={
                    'date': day, 'end_date': day})
            Performance.set_capacity([date], 10)
            Performance.put_on_sale([date])
            dates.append(date)
        season, = Pass.create([{
                    'name': "Season", 'company': self.company.id,
                    'price': 30, 'exchange': 'event', 'refund': 'date',
                    'dates': [('create', [{
                                    'performance': date.id,
                                    'tariff': tariff.id,
                                    'value': 20,
                                    } for date in dates[:2]])],
                    }])
        cls.season, cls.dates = season.id, [d.id for d in dates]

    def setUp(self):
        super().setUp()
        # Outside of a transaction there are no records, only their ids.
        self.performance, self.cash, self.full = (
            SimpleNamespace(id=self.ids[name])
            for name in ['performance', 'cash', 'full'])
        self.empty(10)

    def transaction(self):
        transaction = Transaction().start(
            DB_NAME, 1, context={'company': self.ids['company']})
        transaction.connection.cursor().execute(
            'SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
        return transaction

    def empty(self, quantity):
        "Cancel all the tickets between two rounds, have so many places"
        with self.transaction() as transaction:
            pool = Pool()
            Ticket = pool.get('tibillet.ticket')
            Performance = pool.get('tibillet.performance')
            tickets = Ticket.search([('state', '=', 'valid')])
            if tickets:
                ticket_cancel.cancel(
                    self.tills[0], str(uuid.uuid4()), tickets,
                    self.cash.id, Terms())
            Performance.set_capacity(
                [Performance(self.ids['performance'])], quantity)
            transaction.commit()

    def at_once(self, acts):
        barrier = threading.Barrier(len(acts))

        def run(act):
            barrier.wait(120)
            try:
                with self.transaction() as transaction:
                    result = act()
                    transaction.commit()
                    return result
            except (
                    PlaceError, PromotionError, TariffError,
                    TicketError) as error:
                return error.api_code
            except backend.DatabaseOperationalError:
                return 'broken'

        with ThreadPoolExecutor(len(acts)) as buyers:
            results = list(buyers.map(run, acts))
        codes = Counter(r for r in results if isinstance(r, str))
        return [r for r in results if not isinstance(r, str)], codes

    def order(
            self, number, quantity, tariff=None, price=20, uuid_=None,
            code=None, **values):
        "Return the act of an order at one of the tills"
        uuid_ = uuid_ or str(uuid.uuid4())
        till = self.tills[number % len(self.tills)]

        def act():
            item = self.item(
                quantity, SimpleNamespace(id=tariff or self.full.id),
                code=code)
            return self.sell(
                uuid_, item, paid=price * quantity, till=till, **values)
        return act

    def check(self):
        "Each till has its numbers without holes, each place one ticket"
        with self.transaction():
            pool = Pool()
            Operation = pool.get('tibillet.ticket.operation')
            Point = pool.get('sale.point')
            Performance = pool.get('tibillet.performance')
            Ticket = pool.get('tibillet.ticket')
            for point in Point.browse(self.tills):
                ranks = [o.rank for o in Operation.search(
                        [('point', '=', point.id)],
                        order=[('rank', 'ASC')])]
                self.assertEqual(
                    ranks, [*range(1, (point.ticket_counter or 0) + 1)])
            valid = Ticket.search([('state', '=', 'valid')])
            self.assertEqual(len({t.place for t in valid}), len(valid))
            performance = Performance(self.ids['performance'])
            self.assertEqual(performance.places_sold, len(valid))
            return len(valid)

    def test_last_places(self):
        "40 orders at four tills for 10 places: 10 tickets, each its number"
        for turn in range(5):
            self.empty(10)
            orders, codes = self.at_once(
                [self.order(i, 1) for i in range(BUYERS)])
            self.assertEqual(
                (len(orders), codes), (10, {'sold_out': 30}), turn)
            self.assertEqual(self.check(), 10)

    def test_limited_tariff(self):
        "40 buyers for 5 places at a price: five have it"
        self.empty(60)
        orders, codes = self.at_once([
                self.order(i, 1, self.limited, 10) for i in range(BUYERS)])
        self.assertEqual(
            (len(orders), codes), (5, {'tariff_sold_out': 35}))
        self.assertEqual(self.check(), 5)

    def test_limited_tariff_without_count(self):
        "When it is only counted before, more have it"
        self.empty(60)

        def add(tariff, performance, person, quantity, limit):
            Ticket = Pool().get('tibillet.ticket')
            return Ticket.search([
                    ('tariff', '=', tariff),
                    ('state', '=', 'valid'),
                    ], count=True) + quantity <= limit

        self.at_once([self.order(0, 4, self.limited, 10)])
        with patch.object(tariff_count, '_add', add), \
                meeting(tariff_count, '_add', 2):
            orders, codes = self.at_once([
                    self.order(i, 1, self.limited, 10) for i in range(2)])
        self.assertEqual((len(orders), codes), (2, {}))
        self.assertEqual(self.check(), 6)

    def make_promotion(self, code, **values):
        with self.transaction() as transaction:
            Promotion = Pool().get('tibillet.promotion')
            promotion, = Promotion.create([{
                        'code': code, 'company': self.ids['company'],
                        'kind': 'amount', 'amount': 5, **values}])
            transaction.commit()
            return promotion.id

    def used(self, promotion):
        with self.transaction():
            Promotion = Pool().get('tibillet.promotion')
            return Promotion(promotion).used

    def test_last_use_of_a_code(self):
        "40 buyers for the last use of a code: one has it"
        for turn in range(10):
            self.empty(60)
            promotion = self.make_promotion(f'LAST{turn}', number=1)
            orders, codes = self.at_once([
                    self.order(i, 1, price=15, code=f'last{turn}')
                    for i in range(BUYERS)])
            self.assertEqual(
                (len(orders), codes), (1, {'promotion_used': 39}), turn)
            self.assertEqual((self.check(), self.used(promotion)), (1, 1))

    def test_last_use_of_a_code_without_count(self):
        "When its uses are only counted before, more have it"
        self.empty(60)
        promotion = self.make_promotion('CONTROL', number=1)

        def take(Model, id_, quantity):
            return Model(id_).left >= quantity

        with patch.object(limited, 'take', take), \
                meeting(limited, 'take', 2):
            orders, codes = self.at_once([
                    self.order(i, 1, price=15, code='control')
                    for i in range(2)])
        self.assertEqual((len(orders), codes), (2, {}))
        self.assertEqual(self.used(promotion), 2)

    def test_code_without_number(self):
        "Those who use a code without limit do not wait for each other"
        self.empty(60)
        promotion = self.make_promotion('ALL')
        orders, codes = self.at_once([
                self.order(i, 1, price=15, code='all')
                for i in range(BUYERS)])
        self.assertEqual((len(orders), codes), (BUYERS, {}))
        self.assertEqual(self.used(promotion), BUYERS)

    def test_number_given_meanwhile(self):
        "A number given while people buy counts what they have bought"
        self.empty(60)
        promotion = self.make_promotion('MEANWHILE')

        def limit():
            Promotion = Pool().get('tibillet.promotion')
            Promotion.write([Promotion(promotion)], {'number': 12})
            return limit

        orders, codes = self.at_once([
                limit if i == BUYERS // 2
                else self.order(i, 1, price=15, code='meanwhile')
                for i in range(BUYERS)])
        self.assertLessEqual(codes.keys(), {'promotion_used'})
        self.assertEqual(self.used(promotion), len(orders) - 1)
        more, codes = self.at_once([
                self.order(i, 1, price=15, code='meanwhile')
                for i in range(BUYERS)])
        self.assertEqual(len(more), max(12 - (len(orders) - 1), 0))

    def buy_pass(self, number):
        "Return the act of a pass at one of the tills"
        uuid_ = str(uuid.uuid4())
        till = self.tills[number % len(self.tills)]
        return lambda: self.sell(
            uuid_, PassItem(self.season, 1), paid=30, till=till)

    def places(self):
        "Return how many valid tickets each date has, and its places sold"
        with self.transaction():
            pool = Pool()
            Performance = pool.get('tibillet.performance')
            Ticket = pool.get('tibillet.ticket')
            tickets = Counter(
                t.performance.id
                for t in Ticket.search([('state', '=', 'valid')]))
            self.assertEqual(
                [p.places_sold for p in Performance.browse(self.dates)],
                [tickets[id_] for id_ in self.dates])
            return [tickets[id_] for id_ in self.dates]

    def test_last_passes(self):
        "40 buyers for 10 passes: each has both of its dates, or none"
        for turn in range(3):
            self.empty(10)
            orders, codes = self.at_once(
                [self.buy_pass(i) for i in range(BUYERS)])
            self.assertEqual(
                (len(orders), codes), (10, {'sold_out': 30}), turn)
            self.assertEqual({len(o.tickets) for o in orders}, {2})
            self.assertEqual(self.places(), [10, 10, 0])

    def test_exchanged_once(self):
        "20 people exchange the same date, while another gives it back"
        self.empty(10)
        (order,), _ = self.at_once([self.buy_pass(0)])
        first, _ = order.tickets

        def exchange(number):
            uuid_ = str(uuid.uuid4())
            till = self.tills[number % len(self.tills)]
            return lambda: ticket_exchange.exchange(
                till, uuid_, first.id, self.dates[2])

        def cancel():
            return ticket_cancel.cancel(
                self.tills[0], 'given-back', [first.id], self.cash.id,
                Terms())

        done, codes = self.at_once([cancel, *map(exchange, range(20))])
        self.assertEqual((len(done), codes), (1, {'not_valid': 20}))
        self.assertIn(self.places(), [[0, 1, 0], [0, 1, 1]])

    def cancel_meanwhile(self, code, first):
        """Cancel and sell at once a ticket with a code, one beginning first

        Of three uses, all sold, one is given back before. Return how many
        are used, how many are left, and what the next buyer is told.
        """
        self.empty(60)
        promotion = self.make_promotion(code, number=3)
        orders, _ = self.at_once(
            [self.order(0, 1, price=15, code=code) for _ in range(3)])
        one, other = (order.tickets[0].id for order in orders[:2])

        def cancel(ticket):
            return lambda: ticket_cancel.cancel(
                self.tills[0], str(uuid.uuid4()), [ticket], self.cash.id,
                Terms())

        begun, done = threading.Event(), threading.Event()

        def begin(act):
            def run():
                result = act()
                begun.set()
                wait_for_other(done)
                return result
            return run

        def follow(act):
            def run():
                assert begun.wait(PATIENCE_SECONDS)
                try:
                    return act()
                finally:
                    done.set()
            return run

        _, codes = self.at_once([cancel(one)])
        self.assertEqual(codes, {})
        acts = [cancel(other), self.order(1, 1, price=15, code=code)]
        if first == 'sell':
            acts.reverse()
        _, codes = self.at_once([begin(acts[0]), follow(acts[1])])
        self.assertEqual(codes, {})
        with self.transaction():
            Promotion = Pool().get('tibillet.promotion')
            used, left = Promotion(promotion).used, Promotion(promotion).left
        _, codes = self.at_once([self.order(1, 1, price=15, code=code)])
        return used, left, [*codes]

    def test_cancel_while_selling(self):
        "A use that is given back while others buy is there to buy"
        for first in ['cancel', 'sell']:
            with self.subTest(first=first):
                self.assertEqual(
                    self.cancel_meanwhile(f'GIVEN-{first}', first),
                    (2, 1, []))

    def test_cancel_while_selling_without_lock(self):
        "When who counts does not wait for who gives back, it is lost"
        def lock(Model, id_):
            record = Model(id_)
            return record.number, record.taken

        with patch.object(limited, '_lock', lock):
            self.assertEqual(
                self.cancel_meanwhile('CONTROL-CANCEL', 'cancel'),
                (2, 1, ['promotion_used']))

    def test_cancel_while_selling_counted(self):
        "When who gives back forgets only what is counted, it is lost"
        def forget(Model, ids):
            own = Model.__table__()
            Transaction().connection.cursor().execute(*own.update(
                    [own.taken], [Null],
                    where=own.id.in_(ids) & (own.taken != Null)))

        with patch.object(limited, '_forget', forget):
            self.assertEqual(
                self.cancel_meanwhile('CONTROL-SELL', 'sell'),
                (2, 1, ['promotion_used']))

    def test_person(self):
        "Two orders of a person, of 3 and of 4, when 4 are allowed: one"
        for turn in range(10):
            self.empty(60)
            lea = Person("Léa", email=f'lea{turn}@example.org')
            orders, codes = self.at_once([
                    self.order(0, 3, self.personal, 10, person=lea),
                    self.order(1, 4, self.personal, 10, person=lea)])
            self.assertEqual(
                (len(orders), codes), (1, {'tariff_person': 1}), turn)
            self.assertIn(self.check(), {3, 4})

    def test_same_request(self):
        "The same order sent 20 times at once is one order"
        self.empty(60)
        uuid_ = str(uuid.uuid4())
        orders, codes = self.at_once([
                self.order(0, 2, uuid_=uuid_) for _ in range(20)])
        self.assertEqual(codes, {})
        self.assertEqual(len({o.tickets for o in orders}), 1)
        self.assertEqual(self.check(), 2)

    def test_cancelled_once(self):
        "20 people give the same ticket back: one is paid"
        self.empty(60)
        (order,), _ = self.at_once([self.order(0, 1)])
        ticket = order.tickets[0].id

        def cancel(number):
            uuid_ = str(uuid.uuid4())
            till = self.tills[number % len(self.tills)]
            return lambda: ticket_cancel.cancel(
                till, uuid_, [ticket], self.cash.id, Terms())

        refunds, codes = self.at_once([cancel(i) for i in range(20)])
        self.assertEqual((len(refunds), codes), (1, {'not_valid': 19}))
        self.assertEqual(self.check(), 0)

    def test_facts(self):
        "Not even SQL changes an operation"
        (order,), _ = self.at_once([self.order(0, 1)])
        self.assertEqual(len(order.tickets), 1)
        for statement in [
                'UPDATE tibillet_ticket_operation SET paid = 0',
                'DELETE FROM tibillet_ticket_operation',
                'TRUNCATE tibillet_ticket_operation CASCADE']:
            with self.subTest(statement=statement), self.transaction() as t:
                with self.assertRaisesRegex(Exception, 'append-only'):
                    t.connection.cursor().execute(statement)
                t.rollback()
