"""Tickets sold at a till: places, limits, sale and journal together."""
import io
import zipfile

from tibillet_base import till_chain
from tibillet_base.exceptions import (
    FactError, TillClosedError, TillPaymentError)
from tibillet_base.tests.till_records import make_till
from tibillet_base.tools import cursor, table
from tibillet_event import ticket_key, ticket_series, ticket_writer
from tibillet_event.exceptions import (
    PlaceQuantityError, PlaceTakenError, SoldOutError, TariffPersonError,
    TariffPersonUnknownError, TariffSoldOutError, TicketAccessError,
    TicketEmptyError, TicketProductError, TicketTillError, TicketUUIDError,
    TicketUUIDMissingError, TicketVATError)
from tibillet_event.ticket_exceptions import TicketSellerError

from trytond.model import fields
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction

from tibillet import ticket_code, verify

from .records import give_to, utc
from .ticket_records import D, Person, TicketMixin


class TicketWriterTestCase(TicketMixin, TestCase):

    def check_nothing_written(self, error, act, *args, **kwargs):
        "An order that is refused takes no place, no number, no money"
        connection = Transaction().connection
        before = self.picture()
        statement = connection.cursor()
        statement.execute('SAVEPOINT refused')
        with self.assertRaises(error) as caught:
            act(*args, **kwargs)
        # As the end of its transaction does.
        statement.execute('ROLLBACK TO SAVEPOINT refused')
        Transaction().counter += 1
        Transaction().cache.clear()
        self.assertEqual(self.picture(), before)
        return caught.exception

    def picture(self):
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        Point = pool.get('sale.point')
        return [
            (p.places_free, p.places_held, p.places_sold)
            for p in Performance.search([])] + [
            (p.counter, p.ticket_counter) for p in Point.search([])] + [
            pool.get(name).search([], count=True) for name in [
                'tibillet.ticket', 'tibillet.ticket.operation',
                'sale.point.sale']]

    @with_transaction()
    def test_two_full_prices(self):
        "Two full prices for cash: change, VAT, a place and a number each"
        self.open_box_office()
        order = self.sell('order-1', self.item(2), paid='50.00')
        self.assertEqual(order.sale.total, D('40.00'))
        self.assertEqual(order.sale.change, D('10.00'))
        self.assertEqual(
            [t.number for t in order.tickets], ['BAR-T000001', 'BAR-T000002'])
        self.assertEqual(len({t.place for t in order.tickets}), 2)
        self.assertEqual(self.performance.places_sold, 2)
        operations = self.operations()
        # 40.00 with 5.5 %: 2.09 of VAT, rounded once.
        self.assertEqual(
            [(o.kind, o.admission, o.base, o.vat, o.paid)
                for o in operations], [
                ('sale', D('20.00'), D('18.95'), D('1.05'), D('20.00')),
                ('sale', D('20.00'), D('18.96'), D('1.04'), D('20.00'))])
        line, = operations[0].sale.lines
        self.assertEqual(line.revenue_account, self.deferred)
        self.assertEqual(line.vat_tax, self.show_tax)
        self.assertEqual(line.vat_amount, D('2.09'))
        self.assertEqual(operations[0].sale_line, line)
        first = operations[0]
        self.assertEqual(first.event_name, "Nuit blanche")
        self.assertEqual(first.tariff_name, "Full")
        self.assertEqual(first.place_name, "Unreserved seating")
        self.assertEqual(first.user, "Administrator")

    @with_transaction()
    def test_chain(self):
        "The journal of the till has no hole and can be verified"
        self.open_box_office()
        for rank, quantity in enumerate([1, 3, 2]):
            self.sell(f'order-{rank}', self.item(quantity), paid='100')
        operations = self.operations(point=self.till.id)
        self.assertEqual([o.rank for o in operations], [*range(1, 7)])
        head = till_chain.start('ticket', self.till.uuid)
        for operation in operations:
            values = {
                name: getattr(operation, name)
                for name in ticket_series.CHAINED}
            head = till_chain.follow(head, ticket_series.chained(values))
            self.assertEqual(operation.link, head)
            self.assertTrue(verify.is_signed(
                    operation.key.public, head, operation.signature))
        self.assertEqual(self.till.ticket_head, head)
        self.assertEqual(self.till.ticket_counter, 6)

    @with_transaction()
    def test_archive(self):
        "The archive of the till holds its tickets, and checks them"
        Archive = Pool().get('tibillet.till.archive')
        self.open_box_office()
        self.sell('order', self.item(3), paid='60')
        archive = Archive.make(self.till)
        checked = verify.verify(io.BytesIO(archive.file))
        self.assertEqual(checked.problems, [])
        self.assertEqual(checked.counts['ticket'], 3)
        self.assertEqual(
            [p.label for p in archive.chains], ["Sales", "Log", "Tickets"])
        rows = zipfile.ZipFile(io.BytesIO(archive.file)).read('ticket.csv')
        self.assertEqual(len(rows.splitlines()), 4)

    @with_transaction()
    def test_check(self):
        "The check of the till reads its tickets again, and names what broke"
        self.open_box_office()
        Point = Pool().get('sale.point')
        self.sell('order', self.item(3), paid='60')
        count, problems = Point.check_chain(self.till)
        self.assertEqual(problems, [])
        self.assertGreaterEqual(count, 4)
        operation = table('tibillet.ticket.operation')
        for change, kind, where in [
                ({'paid': D('1.00')}, 'link', 'BAR-T000002'),
                ({'signature': '00'}, 'signature', 'BAR-T000002'),
                ({'rank': 7}, 'hole', '2'),
                ]:
            with self.subTest(kind=kind):
                statement = cursor()
                statement.execute('SAVEPOINT changed')
                statement.execute(*operation.update(
                        [getattr(operation, n) for n in change],
                        list(change.values()),
                        where=operation.number == 'BAR-T000002'))
                _, problems = Point.check_chain(self.till)
                statement.execute('ROLLBACK TO SAVEPOINT changed')
                self.assertIn(
                    (kind, 'ticket', where),
                    [(p.kind, p.where, p.number) for p in problems])

    @with_transaction()
    def test_series(self):
        "Each till has its own series"
        self.open_box_office()
        with set_company(self.company):
            other = self.make_till(code='DOOR')
        self.sell('a', self.item(), paid='20')
        order = self.sell('b', self.item(), paid='20', till=other)
        self.assertEqual(order.tickets[0].number, 'DOOR-T000001')

    @with_transaction()
    def test_replay(self):
        "The same request gives the same answer, other content is refused"
        self.open_box_office()
        first = self.sell('order', self.item(2), paid='50')
        again = self.sell('order', self.item(2), paid='50')
        self.assertEqual(again, first)
        self.assertEqual(self.performance.places_sold, 2)
        self.check_nothing_written(
            TicketUUIDError, self.sell, 'order', self.item(3), paid='60')
        self.check_nothing_written(
            TicketUUIDError, self.sell, 'order', self.item(2), paid='40')

    @with_transaction()
    def test_statements(self):
        "An order is a few statements, however many tickets it has"
        self.open_box_office()
        self.sell('warm', self.item(2), paid='40')
        connection = Transaction().connection
        for quantity in [2, 9]:
            statements = []
            connection.set_trace_callback(statements.append)
            self.sell(f'hot-{quantity}', self.item(quantity), paid='200')
            connection.set_trace_callback(None)
            read = [s for s in statements if not s.startswith('INSERT')]
            self.assertLessEqual(len(read), 10, read)
            # The request, the hold, its links, the sale, its lines, taxes
            # and payments, the tickets and their operations: each at once
            # where the database gives the ids of what it inserts.
            self.assertEqual(len({
                        s.split('"')[1] for s in statements
                        if s.startswith('INSERT')}), 9)

    @with_transaction()
    def test_seats_quantity(self):
        "As many seats as tickets are chosen, each once"
        self.open_box_office(
            None, lines=[('Stalls', 'A', 'A', 1, 4, 'following')])
        Place = Pool().get('tibillet.place')
        a, b, c, _ = [p.id for p in Place.search([
                    ('performance', '=', self.performance.id)])]
        for seats in [(a,), (a, a), (a, b, c), ()]:
            with self.subTest(seats=seats):
                error = self.check_nothing_written(
                    PlaceQuantityError, self.sell, f'order {seats}',
                    self.item(2, seats=seats), paid='40')
                self.assertEqual(error.api_code, 'quantity')

    @with_transaction()
    def test_nothing_to_pay(self):
        "Nobody pays for a free entry, not even nothing in all"
        self.open_box_office()
        free = self.make_tariff("Guest", '0', kind='free')
        for paid in ['5', '0']:
            error = self.check_nothing_written(
                TillPaymentError, self.sell, f'guest {paid}',
                self.item(1, free), paid=paid)
            self.assertEqual(error.api_code, 'payment')

    @with_transaction()
    def test_free(self):
        "A free entry is an operation too, without a sale at the till"
        self.open_box_office()
        free = self.make_tariff("Guest", '0', kind='free')
        order = self.sell('guests', self.item(2, free))
        self.assertIsNone(order.sale)
        self.assertEqual(
            [(o.kind, o.paid, o.vat) for o in self.operations()],
            [('free', D(0), D(0))] * 2)
        both = self.sell(
            'both', self.item(1, free), self.item(1), paid='20')
        self.assertEqual(both.sale.total, D('20'))
        self.assertEqual(
            [o.kind for o in self.operations(request='both')],
            ['free', 'sale'])

    @with_transaction()
    def test_fee(self):
        "A fee is a line of its own, with its own VAT, in a ticket's price"
        self.open_box_office()
        tariff = self.make_tariff(
            "Online", '20.00', fee_mode='added', fee_fixed=D('1.20'),
            fee_product=self.product.id, channels=['online'])
        order = self.sell(
            'fee', self.item(2, tariff), paid='42.40', channel='online')
        self.assertEqual(order.sale.total, D('42.40'))
        operation = self.operations()[0]
        self.assertEqual(
            (operation.admission, operation.fee, operation.paid),
            (D('20.00'), D('1.20'), D('21.20')))
        admission, fee = operation.sale.lines
        self.assertEqual(fee.vat_rate, D('0.2'))
        self.assertEqual(fee.vat_amount, D('0.40'))
        self.assertNotEqual(fee.revenue_account, self.deferred)

    @with_transaction()
    def test_other_organiser(self):
        "What is sold for another organiser is owed to it, without our VAT"
        self.open_box_office()
        other = create_company("Mamasound")
        give_to(other, self.performance.event)
        event = self.performance.event
        event.sellers = []
        event.save()
        with self.assertRaisesRegex(TicketSellerError, "Also Sold By"):
            self.sell('not-sold', self.item(2), paid='40')
        event.sellers = [self.company]
        event.save()
        self.sell('for-others', self.item(2), paid='40')
        # Who has sold goes on to read what it sold, by one way or the other.
        with self.assertRaisesRegex(TicketSellerError, "has sold"):
            event.sellers = []
            event.save()
        Event = Pool().get('tibillet.event')
        event = Event(event.id)
        self.assertEqual(set(event.selling_companies), {self.company, other})
        operation = self.operations()[0]
        line, = operation.sale.lines
        self.assertEqual(line.revenue_account, self.organisers)
        self.assertEqual(line.vat_amount, D(0))
        self.assertIsNone(line.vat_tax)
        # The organiser declares it.
        self.assertEqual(operation.organiser, other)
        self.assertEqual(
            sum(o.vat for o in self.operations()), D('2.09'))

    @with_transaction()
    def test_seats(self):
        "Named seats are on the tickets"
        self.open_box_office(
            None, lines=[('Stalls', 'A', 'A', 1, 4, 'following')])
        Place = Pool().get('tibillet.place')
        seats = [p.id for p in Place.search([
                    ('performance', '=', self.performance.id)])]
        self.sell('seats', self.item(2, seats=tuple(seats[1:3])), paid='40')
        self.assertEqual(
            {o.place_name for o in self.operations()},
            {'Stalls A 2', 'Stalls A 3'})
        error = self.check_nothing_written(
            PlaceTakenError, self.sell, 'again',
            self.item(2, seats=tuple(seats[2:])), paid='40')
        self.assertEqual(error.api_code, 'taken')

    @with_transaction()
    def test_limits(self):
        "A tariff may be limited for a performance, and for a person"
        self.open_box_office()
        early = self.make_tariff("Early", '10', number=5)
        self.sell('a', self.item(4, early), paid='40')
        self.check_nothing_written(
            TariffSoldOutError, self.sell, 'b', self.item(2, early),
            paid='20')
        self.sell('c', self.item(1, early), paid='10')
        member = self.make_tariff("Member", '10', person_max=4)
        lea, tom = Person("Léa", email='Lea@example.org'), Person(
            "Tom", email='tom@example.org')
        self.sell('d', self.item(3, member), paid='30', person=lea)
        self.check_nothing_written(
            TariffPersonError, self.sell, 'e', self.item(2, member),
            paid='20', person=Person(email=' lea@EXAMPLE.org'))
        self.check_nothing_written(
            TariffPersonUnknownError, self.sell, 'f', self.item(1, member),
            paid='10')
        self.sell('g', self.item(4, member), paid='40', person=tom)
        self.sell('h', self.item(1, member), paid='10', person=lea)

    @with_transaction()
    def test_limit_later(self):
        "A limit that comes later counts what was sold before"
        self.open_box_office()
        Tariff = Pool().get('tibillet.tariff')
        self.sell('a', self.item(4), paid='80')
        Tariff.write([self.full], {'number': 5})
        self.check_nothing_written(
            TariffSoldOutError, self.sell, 'b', self.item(2), paid='40')
        self.sell('c', self.item(1), paid='20')

    @with_transaction()
    def test_refused(self):
        "Bad orders are refused by name, and nothing is written"
        self.open_box_office(quantity=10)
        closed = self.make_till_closed()
        for name, error, act in [
                ('no uuid', TicketUUIDMissingError,
                    lambda: self.sell('', self.item(), paid='20')),
                ('nothing', TicketEmptyError, lambda: self.sell('x')),
                ('zero', PlaceQuantityError,
                    lambda: self.sell('x', self.item(0), paid='20')),
                ('negative', PlaceQuantityError,
                    lambda: self.sell('x', self.item(-1), paid='20')),
                ('half', PlaceQuantityError,
                    lambda: self.sell('x', self.item(1.5), paid='20')),
                ('too many', SoldOutError,
                    lambda: self.sell('x', self.item(11), paid='220')),
                ('too little', TillPaymentError,
                    lambda: self.sell('x', self.item(), paid='19.99')),
                ('too much by card', TillPaymentError,
                    lambda: self.sell(
                        'x', self.item(), paid='20.01', method=self.card)),
                ('nothing paid', TillPaymentError,
                    lambda: self.sell('x', self.item())),
                ('closed', TillClosedError,
                    lambda: self.sell(
                        'x', self.item(), paid='20', till=closed)),
                ]:
            with self.subTest(name=name):
                self.check_nothing_written(error, act)

    def make_till_closed(self):
        with set_company(self.company):
            return make_till(code='SHUT')

    @with_transaction()
    def test_settings(self):
        "What is not set up is said"
        self.open_box_office()
        pool = Pool()
        Configuration = pool.get('tibillet.ticket.configuration')
        AdmissionTax = pool.get('tibillet.admission.tax')
        bare = self.make_tariff("Bare", '5', product=None)
        self.check_nothing_written(
            TicketProductError, self.sell, 'x', self.item(1, bare), paid='5')
        with set_company(self.company):
            Configuration(1, deferred_account=None).save()
        self.check_nothing_written(
            TicketTillError, self.sell, 'x', self.item(), paid='20')
        AdmissionTax.delete(AdmissionTax.search([]))
        self.check_nothing_written(
            TicketVATError, self.sell, 'x', self.item(), paid='20')

    @with_transaction()
    def test_facts(self):
        "Neither tickets nor operations are changed by hand"
        self.open_box_office()
        pool = Pool()
        self.sell('x', self.item(), paid='20')
        Ticket = pool.get('tibillet.ticket')
        ticket, = Ticket.search([])
        operation, = self.operations()
        for act in [
                lambda: Ticket.write([ticket], {'state': 'cancelled'}),
                lambda: Ticket.delete([ticket])]:
            with self.assertRaises(TicketAccessError):
                act()
        for act in [
                lambda: operation.__class__.write(
                    [operation], {'paid': D(0)}),
                lambda: operation.__class__.delete([operation])]:
            with self.assertRaises(FactError):
                act()
        Point = pool.get('sale.point')
        self.assertEqual(Point(self.till.id).ticket_counter, 1)

    @with_transaction()
    def test_code(self):
        "The code of a ticket opens the door it was sold for, and no other"
        self.open_box_office()
        order = self.sell('x', self.item(2), paid='40')
        ticket, other = map(
            Pool().get('tibillet.ticket'), [t.id for t in order.tickets])
        self.assertNotEqual(ticket.code, other.code)
        event = self.performance.event
        code = ticket_code.verify(ticket.code, ticket_key.publics(event))
        self.assertEqual(
            (code.ticket, code.performance, code.since, code.until),
            (ticket.uuid, self.performance.uuid,
                utc('2099-07-10 16:30'), utc('2099-07-10 20:30')))
        copy, = event.__class__.copy([event])
        self.assertIsNone(
            ticket_code.verify(ticket.code, ticket_key.publics(copy)))

    @with_transaction()
    def test_columns(self):
        "Every stored column of a ticket is filled, or known"
        Ticket = Pool().get('tibillet.ticket')
        stored = {
            n for n, f in Ticket._fields.items()
            if f.sql_type() and not isinstance(f, fields.Function)}
        self.assertEqual(
            stored - {
                'id', 'create_uid', 'create_date', 'write_uid', 'write_date'},
            {*ticket_writer.TICKET, 'entered_at', 'entered_gate', 'left_at'})
