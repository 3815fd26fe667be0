"""A door, through HTTP."""
import base64
import datetime as dt
from unittest.mock import patch

from tibillet_event import door_list

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME, RouteTestCase
from trytond.transaction import Transaction

from tibillet import chain

from .door_records import SHOW, DoorMixin
from .ticket_records import Person

MINUTE = dt.timedelta(minutes=1)
LEA = Person("Léa Martin", email='lea@example.org')


class DoorRoutesTestCase(DoorMixin, RouteTestCase):
    module = 'tibillet_event'
    extras = ['sale_point']
    opened = {}

    def setUp(self):
        super().setUp()
        if not self.opened:
            self.opened.update(self.commit(self.open))
        vars(self).update(self.opened)
        self.tickets = self.commit(self.sell_some)
        self.at(SHOW)

    def sell_some(self):
        "Return the identifier, the number and the code of new tickets"
        Ticket = Pool().get('tibillet.ticket')
        order = self.sell(
            f'order-{self.id()}', self.item(3), paid='60', person=LEA)
        return [
            (t.uuid, t.number, t.code)
            for t in Ticket.browse([t.id for t in order.tickets])]

    def open(self):
        "Return what all the tests use"
        self.open_doors()
        with set_company(self.company):
            gate = self.south.gate
            gate.show_names = True
            gate.save()
        return {
            'company': self.company,
            'till': self.till,
            'cash': self.cash,
            'full': self.full,
            'performance': self.performance,
            'uuid': self.performance.uuid,
            'keys': {
                'north': self.pair(self.north),
                'south': self.pair(self.south),
                },
            }

    def post(self, route, data, door='north'):
        "Return the status and the body of what a door asks"
        response = self.client().post(
            f'/{DB_NAME}/tibillet/v1/door/{route}', json=data, headers={
                'Authorization': f'Bearer {self.keys.get(door, door)}'})
        return response.status_code, response.json

    def read(self, index=0, nonce=None, **values):
        "Return what a door asks of a ticket"
        return {
            'nonce': nonce or f'{self.id()}-{next(self.nonces)}',
            'kind': 'entry', 'at': '2099-07-10T18:00:00Z',
            'performance': self.uuid, 'code': self.tickets[index][2],
            **values}

    def list_(self, door='north', **values):
        status, data = self.post(
            'list', {'performance': self.uuid, **values}, door)
        self.assertEqual(status, 200)
        return data

    def told(self, data, index=0):
        "Return what a list says of a ticket"
        return [
            t for t in data['list']['tickets']
            if t['ticket'] == self.tickets[index][0]]

    def test_scan(self):
        status, data = self.post('scan', self.read())
        self.assertEqual((status, data['code']), (200, 'valid'))
        status, data = self.post('scan', self.read(), 'south')
        self.assertEqual((status, data['code']), (200, 'already_used'))
        self.assertIn("20:00", data['message'])
        status, data = self.post('scan', self.read(kind='exit'))
        self.assertEqual((status, data['code']), (200, 'valid'))

    def test_replay(self):
        asked = self.read()
        first = self.post('scan', asked)
        self.assertEqual(self.post('scan', asked), first)
        status, data = self.post('scan', {**asked, 'kind': 'exit'})
        self.assertEqual((status, data['code']), (409, 'uuid_reused'))

    def test_found(self):
        "Search by number, and by name where it is shown"
        uuid, number, _ = self.tickets[0]
        for door, searched, count in [
                ('north', number, 1),
                ('north', number[-2:], 0),
                ('north', '___', 0),
                ('north', "Martin", 0),
                ('south', "léa mar", None),
                ]:
            with self.subTest(door=door, searched=searched):
                status, data = self.post('search', {
                        'performance': self.uuid, 'text': searched}, door)
                self.assertEqual(status, 200)
                found = [t['ticket'] for t in data['tickets']]
                if count is None:
                    self.assertIn(uuid, found)
                    self.assertEqual(
                        {t['holder'] for t in data['tickets']},
                        {"Léa Martin"})
                else:
                    self.assertEqual(found, [uuid] * count)
                    self.assertNotIn('Léa', str(data))
                self.assertNotIn('lea@', str(data))
        asked = self.read(code=None, ticket=uuid)
        self.assertEqual(self.post('scan', asked)[1]['code'], 'valid')

    def test_list(self):
        "A signed list, without a name unless it is shown"
        data = self.list_()
        listed = data['list']
        self.assertTrue(chain.is_signed(
                base64.b64decode(listed['keys'][str(data['key'])]),
                door_list.to_sign(listed),
                base64.b64decode(data['signature'])))
        self.assertEqual(
            (listed['since'], listed['until'], listed['whole'],
                listed['admitted']),
            ('2099-07-10T16:30:00.000Z', '2099-07-10T20:30:00.000Z', True,
                []))
        self.assertEqual(self.told(data), [{
                    'ticket': self.tickets[0][0], 'state': 'valid',
                    'entered': None, 'tariff': self.full.id}])
        self.assertNotIn('Léa', str(data))
        self.assertNotIn('lea@', str(data))
        data = self.list_('south', names=True)
        self.assertEqual(self.told(data)[0]['holder'], "Léa Martin")
        self.assertNotIn('lea@', str(data))
        self.assertNotIn('Léa', str(self.list_('south')))
        status, data = self.post(
            'list', {'performance': self.uuid, 'names': True})
        self.assertEqual((status, data['code']), (403, 'names_denied'))

    def test_changes(self):
        "A door asks again for what has changed only"
        since = self.list_()['list']['next']
        self.at(SHOW + 10 * MINUTE)
        since = self.list_()['list']['next']
        self.assertEqual(self.list_(since=since)['list']['tickets'], [])
        self.post('scan', self.read(1))
        data = self.list_(since=since)
        self.assertFalse(data['list']['whole'])
        self.assertEqual(len(data['list']['tickets']), 1)
        self.assertEqual(
            self.told(data, 1)[0]['entered'], '2099-07-10T18:10:00.000Z')

    def test_upload(self):
        first, second = self.read(0), self.read(1)
        self.post('scan', self.read(0), 'south')
        self.at(SHOW + 10 * MINUTE)
        status, data = self.post('upload', {'scans': [
                    {**first, 'result': 'valid'},
                    {**second, 'result': 'valid'}]})
        self.assertEqual(status, 200)
        self.assertEqual(
            [(a['code'], a['admitted']) for a in data['answers']],
            [('already_used', True), ('valid', True)])
        self.assertEqual(data['conflicts'], [first['nonce']])

    def test_bad_data(self):
        "What is not a scan is refused with its reason, nothing is kept"
        with Transaction().start(DB_NAME, 0):
            before = Pool().get('tibillet.scan').search([], count=True)
        good = self.read()
        for name, values in [
                ('nonce', ['', None, 7, 'x' * 1001, 'a\0b', '\ud800']),
                ('kind', ['', None, 'ENTRY', []]),
                ('at', [
                        None, '', 'now', '2099-07-10T18:00:00', 12,
                        '1999-01-01T00:00:00Z', '9999-12-31T23:59:59-10:00']),
                ('performance', [None, 3]),
                ('code', [None, 7, 'x' * 1001, '\0']),
                ('ticket', ['both']),
                ]:
            for value in values:
                with self.subTest(name=name, value=value):
                    status, data = self.post('scan', {**good, name: value})
                    self.assertEqual(
                        (status, data['code']), (400, 'request_data'))
        for scans in [
                None, {}, [1], [good], [{**good, 'result': 'fine'}],
                [{**good, 'result': 'valid'}] * 501]:
            with self.subTest(scans=str(scans)[:50]):
                status, data = self.post('upload', {'scans': scans})
                self.assertEqual(
                    (status, data['code']), (400, 'request_data'))
        for asked in [
                {'text': 'abc'}, {'performance': self.uuid, 'text': '\0'}]:
            with self.subTest(asked=asked):
                self.assertEqual(self.post('search', asked)[0], 400)
        status, data = self.post('list', {
                'performance': self.uuid, 'since': 'yesterday'})
        self.assertEqual((status, data['code']), (400, 'request_data'))
        with Transaction().start(DB_NAME, 0):
            after = Pool().get('tibillet.scan').search([], count=True)
        self.assertEqual(before, after)

    def test_unknown_performance(self):
        uuid = self.tickets[0][0]
        for route, asked in [
                ('scan', self.read(performance=uuid)),
                ('list', {'performance': uuid}),
                ('search', {'performance': uuid, 'text': 'T-0001'}),
                ('upload', {'scans': [
                            self.read(performance=uuid, result='valid')]}),
                ]:
            with self.subTest(route=route):
                status, data = self.post(route, asked)
                self.assertEqual(
                    (status, data['code']), (404, 'no_performance'))

    def test_doors_only(self):
        "Only the key of a door opens these routes, and no other"
        routes = ['list', 'scan', 'upload', 'search']
        with Transaction().start(DB_NAME, 0) as transaction:
            Device = Pool().get('tibillet.device')
            with set_company(self.company):
                till, = Device.create([{'name': "Bar", 'kind': 'terminal'}])
            key = self.pair(till)
            transaction.commit()
        for door, status, code in [
                ('nobody', 401, 'device_key'), (key, 403, 'device_kind')]:
            for route in routes:
                with self.subTest(route=route, code=code):
                    found, data = self.post(route, self.read(), door)
                    self.assertEqual((found, data['code']), (status, code))

    def test_statements(self):
        "From the key to the answer, a scan is a few statements"
        self.post('scan', self.read())
        statements = []
        trace = patch.object(
            Transaction, 'start', autospec=True,
            side_effect=_traced(Transaction.start, statements))
        with trace:
            status, data = self.post('scan', self.read(1))
        self.assertEqual(data['code'], 'valid')
        written = [
            s for s in statements
            if s.split()[0] not in {'BEGIN', 'COMMIT', 'ROLLBACK'}]
        self.assertLessEqual(len(written), 6, written)


def _traced(start, statements):
    def traced(self, *args, **kwargs):
        transaction = start(self, *args, **kwargs)
        self.connection.set_trace_callback(statements.append)
        return transaction
    return traced


del RouteTestCase
