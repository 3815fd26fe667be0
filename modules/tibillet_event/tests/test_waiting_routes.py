"""A terminal lets people wait for a full performance, by HTTP."""
import uuid

from tibillet_base.tests.till_records import pair, run_again
from tibillet_event import place_writer, waiting_offer

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, RouteTestCase

from .records import create_sale, utc
from .ticket_records import TicketMixin

UNTIL = utc('2099-07-01')


class WaitingRoutesTestCase(TicketMixin, RouteTestCase):
    module = 'tibillet_event'
    extras = ['sale_point']
    made = {}

    def setUp(self):
        super().setUp()
        if not self.made:
            self.made.update(run_again(DB_NAME, self.make))
        vars(self).update(self.made)
        self.hold = str(uuid.uuid4())
        self.concert, self.id, self.full = self.act(self.fill)

    def make(self):
        self.open_box_office(10)
        with set_company(self.company):
            return {
                'cash': self.cash.id,
                'product': self.product.id,
                'key': pair("Kiosk", point=self.till.id),
                'door': pair("South", kind='door'),
                }

    def fill(self):
        "Return a concert of two places that are sold, and its tariff"
        concert = create_sale(2)
        Tariff = Pool().get('tibillet.tariff')
        tariff, = Tariff.create([{
                    'name': "Full",
                    'event': concert.event.id,
                    'product': self.product,
                    'price': 20,
                    }])
        place_writer.hold(
            concert.id, None, 2, self.hold, UNTIL, sell_now=True)
        return concert.uuid, concert.id, tariff.id

    def act(self, function):
        def done():
            with set_company(self.get_company()):
                return function()
        return run_again(DB_NAME, done)

    def post(self, route='', key=None, **data):
        response = self.client().post(
            f'/{DB_NAME}/tibillet/v1/till/waiting{route}', json=data,
            headers={'Authorization': f'Bearer {key or self.key}'})
        return response.status_code, response.json

    def wait(self, email='lea@example.org', quantity=2, **values):
        return self.post(
            performance=self.concert, quantity=quantity, email=email,
            **values)

    def offer(self):
        "Give the two places back and offer them"
        def give_back():
            Place = Pool().get('tibillet.place')
            places = Place.search([
                    ('performance', '=', self.id), ('sold', '=', True)])
            place_writer.free(self.hold, [p.id for p in places])
            waiting_offer.make(self.id)
        self.act(give_back)

    def accept(self, entry, quantity=2, paid='40.00', **values):
        return self.post('/accept', **{
                'uuid': str(uuid.uuid4()),
                'entry': entry,
                'items': [{'tariff': self.full, 'quantity': quantity}],
                'payments': [{'method': self.cash, 'amount': paid}],
                **values})

    def state(self, entry):
        status, data = self.post('/look', entry=entry)
        self.assertEqual(status, 200)
        return data['state'], data['offered']

    def test_accept(self):
        "Who waits is offered the places and has tickets, once"
        status, data = self.wait()
        self.assertEqual(
            (status, data['state'], data['offered']), (200, 'waiting', None))
        entry = data['entry']
        self.assertEqual(self.wait(' LEA@example.org')[1]['entry'], entry)
        self.assertEqual(self.state(entry), ('waiting', None))
        status, data = self.accept(entry)
        self.assertEqual((status, data['code']), (409, 'no_offer'))
        self.offer()
        self.assertEqual(self.state(entry), ('offered', 2))
        status, data = self.accept(entry, 3, '60.00')
        self.assertEqual((status, data['code']), (409, 'part'))
        self.assertEqual(self.state(entry), ('offered', 2))
        own = str(uuid.uuid4())
        status, first = self.accept(entry, uuid=own)
        self.assertEqual((status, first['code']), (200, 'ok'))
        self.assertEqual(len(first['tickets']), 2)
        self.assertEqual(first['sale']['total'], '40.00')
        self.assertEqual(self.accept(entry, uuid=own), (200, first))
        self.assertEqual(self.state(entry), ('taken', None))
        status, data = self.accept(entry)
        self.assertEqual((status, data['code']), (409, 'no_offer'))

    def test_refuse(self):
        "What is given back is for the next one"
        lea = self.wait()[1]['entry']
        paul = self.wait('paul@example.org')[1]['entry']
        self.offer()
        for _ in range(2):
            status, data = self.post('/refuse', entry=lea)
            self.assertEqual((status, data['state']), (200, 'refused'))
        self.assertEqual(self.state(paul), ('offered', 2))
        ines = self.wait('ines@example.org')[1]['entry']
        status, data = self.post('/refuse', entry=ines)
        self.assertEqual((status, data['state']), (200, 'withdrawn'))

    def test_refused(self):
        "What makes no sense has a code, and nobody is on the list"
        for code, status, values in [
                ('person_unknown', 400, {'email': ''}),
                ('address', 400, {'email': 'somewhere'}),
                ('quantity', 400, {'quantity': 3}),
                ('request_data', 400, {'quantity': -1}),
                ('request_data', 400, {'quantity': 'many'}),
                ('request_data', 400, {'partial': 'yes'}),
                ('request_data', 400, {'email': ['lea@example.org']}),
                ]:
            with self.subTest(code=code, values=values):
                answer = self.wait(**values)
                self.assertEqual(
                    (answer[0], answer[1]['code']), (status, code))
        status, data = self.post(
            performance='nothing', quantity=1, email='lea@example.org')
        self.assertEqual((status, data['code']), (404, 'no_performance'))
        entry = self.wait()[1]['entry']
        status, data = self.wait(quantity=1)
        self.assertEqual((status, data['code']), (409, 'twice'))
        status, data = self.post('/look', entry=entry + 1)
        self.assertEqual((status, data['code']), (404, 'no_entry'))
        status, data = self.post('/look', self.door, entry=entry)
        self.assertEqual(status, 403)

    def test_free(self):
        "Nobody waits while there are places"
        self.act(lambda: place_writer.free(self.hold, [
                    p.id for p in Pool().get('tibillet.place').search([
                            ('performance', '=', self.id)], limit=1)]))
        status, data = self.wait(quantity=1)
        self.assertEqual((status, data['code']), (409, 'places_free'))
