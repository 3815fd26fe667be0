"""A terminal fetches the programme of its till and sells tickets, by HTTP."""
import uuid
from unittest.mock import patch

from tibillet_base.tests.till_records import pair, run_again
from tibillet_base.tools import cursor
from tibillet_event import ticket_key, till_programme

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, RouteTestCase

from tibillet import ticket_code

from .records import create_sale
from .ticket_records import OFFICE, D, TicketMixin

SEATS = [('Stalls', 'A', 'A', 1, 6, 'following')]


class TicketRoutesTestCase(TicketMixin, RouteTestCase):
    module = 'tibillet_event'
    extras = ['sale_point']
    setups = OFFICE
    made = {}

    def setUp(self):
        super().setUp()
        if not self.made:
            self.made.update(run_again(DB_NAME, self.make))
        vars(self).update(self.made)

    def make(self):
        "Return what all the tests use: a concert, one with seats, a terminal"
        self.open_box_office(1000)
        with set_company(self.company):
            guest = self.make_tariff("Guest", '0', kind='free')
            online = self.make_tariff("Online", '15', channels=['online'])
            choice = self.make_tariff(
                "Choice", '10', free_price=True, minimum=D('4'))
            seated = create_sale(lines=SEATS)
            stalls = self.make_tariff(
                "Stalls", '30', event=seated.event.id)
            foreign = self.make_foreign()
            return {
                'concert': self.performance.uuid,
                'event': self.performance.event.id,
                'seated': seated.uuid,
                'foreign': foreign.uuid,
                'point': self.till.id,
                'full': self.full.id,
                'guest': guest.id,
                'online': online.id,
                'choice': choice.id,
                'stalls': stalls.id,
                'abroad': self.make_tariff(
                    "Abroad", '20', event=foreign.event.id).id,
                'cash': self.cash.id,
                'card': self.card.id,
                'key': pair("Counter 1", point=self.till.id),
                'alone': pair("Counter 2"),
                'door': pair("South", kind='door'),
                }

    def make_foreign(self):
        "Return a performance of a company that has nothing to do with ours"
        Event = Pool().get('tibillet.event')
        foreign = create_sale(10)
        other = create_company("Mamasound")
        event = Event.__table__()
        cursor().execute(*event.update(
                [event.company], [other.id],
                where=event.id == foreign.event.id))
        return foreign

    def act(self, function):
        "Do something in the office, in a transaction of its own"
        def done():
            with set_company(self.get_company()):
                return function()
        return run_again(DB_NAME, done)

    def post(self, route, key=None, **data):
        response = self.client().post(
            f'/{DB_NAME}/tibillet/v1/till/{route}', json=data,
            headers={'Authorization': f'Bearer {key or self.key}'})
        return response.status_code, response.json

    def order(self, *items, paid=None, **values):
        "Return what an order asks: of each item what is not the usual"
        if paid is None:
            paid = [(self.cash, '40.00')]
        return {
            'uuid': str(uuid.uuid4()),
            'items': [{
                    'performance': self.concert, 'tariff': self.full,
                    'quantity': 2, **item} for item in items or [{}]],
            'payments': [
                {'method': method, 'amount': amount}
                for method, amount in paid],
            **values}

    def count(self):
        Operation = Pool(DB_NAME).get('tibillet.ticket.operation')
        Sale = Pool(DB_NAME).get('sale.point.sale')
        return self.act(lambda: (
                Operation.search([], count=True),
                Sale.search([], count=True)))

    def test_programme(self):
        "A till sells what its company organises, at the tariffs of today"
        status, data = self.post('programme')
        self.assertEqual(status, 200)
        shown = {p['performance']: p for p in data['performances']}
        self.assertEqual(shown.keys(), {self.concert, self.seated})
        concert = shown[self.concert]
        self.assertEqual(concert['start'], '2099-07-10T18:30:00.000Z')
        self.assertEqual((concert['seated'], shown[self.seated]['seated']), (
                False, True))
        self.assertEqual([
                (t['tariff'], t['price'], t['free_price'], t['minimum'])
                for t in concert['tariffs']], [
                (self.full, '20.00', False, None),
                (self.guest, '0', False, None),
                (self.choice, '10', True, '4')])

    def test_others(self):
        "The event of another is sold by who produces or sells it, as long"
        Event = Pool(DB_NAME).get('tibillet.event')
        item = {'performance': self.foreign, 'tariff': self.abroad}
        unpaid = [(self.cash, '1')]
        for name in ['coproducers', 'sellers']:
            def share(mode):
                event, = Event.search([
                        ('performances.uuid', '=', self.foreign)])
                company = self.get_company()
                seller = company.party if name == 'coproducers' else company
                Event.write([event], {name: [(mode, [seller.id])]})

            with self.subTest(name=name):
                status, data = self.post('tickets', **self.order(item))
                self.assertEqual(
                    (status, data['code']), (404, 'no_performance'))
                self.act(lambda: share('add'))
                try:
                    # It is sold: what is paid is looked at.
                    status, data = self.post(
                        'tickets', **self.order(item, paid=unpaid))
                    self.assertEqual((status, data['code']), (400, 'payment'))
                    _, data = self.post('programme')
                    self.assertIn(self.foreign, [
                            p['performance'] for p in data['performances']])
                finally:
                    self.act(lambda: share('remove'))
        status, data = self.post('tickets', **self.order(item))
        self.assertEqual((status, data['code']), (404, 'no_performance'))

    def test_sell(self):
        "Two full prices in cash; the same again has the same answer"
        Event = Pool(DB_NAME).get('tibillet.event')
        asked = self.order(paid=[(self.cash, '50')], name="Léa Martin")
        status, data = self.post('tickets', **asked)
        self.assertEqual((status, data['code']), (200, 'ok'), data)
        self.assertEqual(
            (data['sale']['total'], data['sale']['change']),
            ('40.00', '10.00'))
        self.assertEqual(
            {t['place'] for t in data['tickets']}, {"Unreserved seating"})
        publics = self.act(lambda: ticket_key.publics(Event(self.event)))
        for ticket in data['tickets']:
            code = ticket_code.verify(ticket['code'], publics)
            self.assertEqual(
                (code.ticket, code.performance),
                (ticket['ticket'], self.concert))
        before = self.count()
        self.assertEqual(self.post('tickets', **asked), (status, data))
        self.assertEqual(self.count(), before)
        status, data = self.post('tickets', **{
                **self.order({'quantity': 1}), 'uuid': asked['uuid']})
        self.assertEqual((status, data['code']), (409, 'uuid_reused'))

    def test_code(self):
        "What a terminal prints is what the server prints"
        Ticket = Pool(DB_NAME).get('tibillet.ticket')
        _, data = self.post('tickets', **self.order())
        for ticket in data['tickets']:
            self.assertEqual(ticket['code'], self.act(
                    lambda: Ticket.search([
                            ('uuid', '=', ticket['ticket'])])[0].code))

    def test_free(self):
        "A free entry has no sale, and nobody pays for it"
        asked = self.order({'tariff': self.guest}, paid=[])
        status, data = self.post('tickets', **asked)
        self.assertEqual(
            (status, data['sale'], len(data['tickets'])), (200, None, 2))
        before = self.count()
        for paid in [
                [(self.cash, '1')], [(self.cash, '0')],
                [(self.cash, '1'), (self.card, '-1')]]:
            status, data = self.post('tickets', **self.order(
                    {'tariff': self.guest}, paid=paid))
            self.assertEqual((status, data['code']), (400, 'payment'))
        self.assertEqual(self.count(), before)

    def test_free_price(self):
        "The buyer chooses a price that is free, not another one"
        status, data = self.post('tickets', **self.order(
                {'tariff': self.choice, 'price': '4.50'},
                paid=[(self.card, '9')]))
        self.assertEqual((status, data['sale']['total']), (200, '9.00'))

    def test_seats(self):
        "The best seats are proposed, sold, and then taken"
        status, data = self.post(
            'seats', performance=self.seated, quantity=2)
        self.assertEqual((status, len(data['seats'])), (200, 2))
        item = {
            'performance': self.seated, 'tariff': self.stalls,
            'seats': [s['seat'] for s in data['seats']]}
        status, sold = self.post('tickets', **self.order(
                item, paid=[(self.card, '60')]))
        self.assertEqual(status, 200, sold)
        self.assertEqual(
            {t['place'] for t in sold['tickets']},
            {s['name'] for s in data['seats']})
        status, data = self.post('tickets', **self.order(
                item, paid=[(self.card, '60')]))
        self.assertEqual((status, data['code']), (409, 'taken'))
        status, data = self.post('seats', performance=self.seated, quantity=9)
        self.assertEqual((status, data['seats']), (200, []))

    def test_refused(self):
        "Bad input of every kind has a code, and nothing is written"
        before = self.count()
        wrong = (400, 'request_data')
        for asked, answer in [
                (self.order(uuid='once'), wrong),
                (self.order(items='two'), wrong),
                (self.order(items=[2]), wrong),
                (self.order(items=[]), (400, 'empty')),
                (self.order(payments=None), wrong),
                *((self.order({'quantity': quantity}), wrong)
                    for quantity in [
                        None, 0, -1, 1.5, '2', True, 201, 2 ** 40]),
                *((self.order({'tariff': tariff}), wrong)
                    for tariff in [None, True, '1', -1, 2 ** 31]),
                *((self.order({'seats': seats}), wrong)
                    for seats in ['A1', [None], ['1'], [1] * 201]),
                *((self.order({'code': code}), wrong)
                    for code in [7, 'x' * 201, 'a\0']),
                *((self.order({'price': price}), wrong)
                    for price in ['NaN', 'x', True, '1e9']),
                (self.order(name=['Léa']), wrong),
                (self.order({'performance': 7}), wrong),
                (self.order({'performance': ''}), (404, 'no_performance')),
                (self.order({'performance': str(uuid.uuid4())}),
                    (404, 'no_performance')),
                (self.order({'tariff': self.stalls}),
                    (400, 'tariff_performance')),
                (self.order({'tariff': 2 ** 30}),
                    (400, 'tariff_performance')),
                (self.order({'tariff': self.online}),
                    (409, 'tariff_channel')),
                (self.order({'price': '19.00'}), (400, 'tariff_price')),
                (self.order({'tariff': self.choice, 'price': '3.99'}),
                    (400, 'tariff_price')),
                (self.order({'tariff': self.choice, 'price': '-5'}),
                    (400, 'tariff_price')),
                (self.order({'code': 'GHOST'}), (400, 'promotion_unknown')),
                (self.order({'seats': [1]}), (400, 'quantity')),
                (self.order({'seats': [1, 1]}), (400, 'quantity')),
                (self.order({'seats': [1, 2]}), (409, 'wrong_performance')),
                (self.order({
                            'performance': self.seated,
                            'tariff': self.stalls}), (409, 'sold_out')),
                (self.order(paid=[]), (400, 'payment')),
                (self.order(paid=[(self.card, '39.99')]), (400, 'payment')),
                (self.order(paid=[(2 ** 30, '40')]), (400, 'payment')),
                ]:
            with self.subTest(asked=asked):
                status, data = self.post('tickets', **asked)
                self.assertEqual((status, data['code']), answer, data)
                self.assertTrue(data['message'])
        self.assertEqual(self.count(), before)

    def test_who(self):
        "A terminal sells at its till; a door sells nothing"
        for key, answer in [
                (self.alone, (409, 'no_till')),
                (self.door, (403, 'device_kind')),
                ('wrong', (401, 'device_key')),
                ]:
            for route, asked in [
                    ('programme', {}),
                    ('seats', {'performance': self.seated, 'quantity': 1}),
                    ('tickets', self.order())]:
                with self.subTest(route=route, code=answer[1]):
                    status, data = self.post(route, key=key, **asked)
                    self.assertEqual((status, data['code']), answer)

    def test_known(self):
        "A performance is looked for once, not at each order"
        self.post('tickets', **self.order())
        with patch.object(
                till_programme.ticket_offer, 'is_sold_by') as searched:
            status, _ = self.post('tickets', **self.order())
        self.assertEqual((status, searched.called), (200, False))
