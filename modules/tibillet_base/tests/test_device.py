"""Devices: how they get a key, what it opens, and until when."""
import datetime as dt
from unittest.mock import patch

from tibillet_base.exceptions import DeviceError, ServerFieldError
from tibillet_base.routes import api
from tibillet_base.tools import now, who

from trytond.model.exceptions import AccessError
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.rpc import RPC
from trytond.tests.test_tryton import RouteTestCase, with_transaction
from trytond.transaction import Transaction, check_access
from trytond.wsgi import app


@app.route('/<database_name>/tibillet/test/device', methods=['GET', 'POST'])
@api(device=['terminal', 'kiosk'], hot=True)
def device_(request, pool, device):
    return {
        'device': device.uuid,
        'company': Transaction().context['company'],
        'user': Transaction().user,
        }


class DeviceTestCase(RouteTestCase):
    module = 'tibillet_base'

    @classmethod
    def setUpDatabase(cls):
        cls.company = create_company().id
        Transaction().commit()

    def create_device(self, **values):
        with Transaction().start(self.db_name, 0):
            Device = Pool().get('tibillet.device')
            device = Device(name="Bar 1", company=self.company, **values)
            device.save()
            return device.id

    def start_pairing(self, device):
        with Transaction().start(self.db_name, 0):
            Device = Pool().get('tibillet.device')
            device = Device(device)
            return Device.start_pairing([device])[device]

    def read(self, device, *names):
        with Transaction().start(self.db_name, 0):
            Device = Pool().get('tibillet.device')
            device = Device(device)
            values = [getattr(device, name) for name in names]
            return values[0] if len(values) == 1 else values

    def write(self, device, **values):
        with Transaction().start(self.db_name, 0):
            Device = Pool().get('tibillet.device')
            Device.write([Device(device)], values)

    def click(self, device, button):
        with Transaction().start(self.db_name, 0):
            Device = Pool().get('tibillet.device')
            getattr(Device, button)([Device(device)])

    def pair(self, code):
        return self.client().post(
            f'/{self.db_name}/tibillet/v1/pair', json={'code': code})

    def ask(self, key, method='get'):
        headers = {'Authorization': f'Bearer {key}'} if key else {}
        return getattr(self.client(), method)(
            f'/{self.db_name}/tibillet/test/device', headers=headers)

    def paired(self, **values):
        device = self.create_device(**values)
        return device, self.pair(self.start_pairing(device)).json['key']

    def test_pair(self):
        "A code gives a key once, the key opens the routes of devices"
        device = self.create_device()
        code = self.start_pairing(device)
        uuid, state, hash_ = self.read(
            device, 'uuid', 'state', 'pairing_hash')
        self.assertEqual(state, 'pairing')
        self.assertNotIn(code.replace('-', '')[4:], hash_)

        response = self.pair(code.lower().replace('-', ' '))
        self.assertEqual(response.status_code, 200, response.data)
        key = response.json.pop('key')
        self.assertEqual(response.json['device'], uuid)
        self.assertEqual(response.json['kind'], 'terminal')
        state, key_hash, pairing_hash, pairing_name = self.read(
            device, 'state', 'key_hash', 'pairing_hash', 'pairing_name')
        self.assertEqual(state, 'paired')
        self.assertNotIn(key.split('.')[1], key_hash)
        self.assertIsNone(pairing_hash)
        self.assertIsNone(pairing_name)

        response = self.ask(key)
        self.assertEqual(response.json, {
                'code': 'ok',
                'device': uuid,
                'company': self.company,
                'user': 0,
                })

        response = self.pair(code)
        self.assertEqual(response.status_code, 403)
        self.assertEqual(response.json['code'], 'pairing_refused')

    def test_pair_wrong(self):
        "Wrong codes are counted, too many of them end the pairing"
        device = self.create_device()
        code = self.start_pairing(device)
        wrong = code[:-4] + ('0000' if code[-4:] != '0000' else '1111')
        for attempt in range(1, 5):
            response = self.pair(wrong)
            self.assertEqual(response.status_code, 403)
            self.assertEqual(self.read(device, 'pairing_attempts'), attempt)
        self.pair(wrong)
        self.assertEqual(self.read(device, 'state'), 'draft')
        response = self.pair(code)
        self.assertEqual(response.status_code, 403)
        self.assertIsNone(self.read(device, 'key_hash'))

    def test_pair_late(self):
        "A code is good for minutes only"
        device = self.create_device()
        code = self.start_pairing(device)
        self.write(
            device, pairing_until=now() - dt.timedelta(seconds=1))
        response = self.pair(code)
        self.assertEqual(response.status_code, 403)
        self.assertEqual(self.read(device, 'state'), 'draft')

    def test_pair_again(self):
        "A new code makes the one before useless"
        device = self.create_device()
        first = self.start_pairing(device)
        second = self.start_pairing(device)
        self.assertEqual(self.pair(first).status_code, 403)
        self.assertEqual(self.pair(second).status_code, 200)

    def test_pair_unknown(self):
        for code in ['ABCD-EFGH-JKMN', 'nonsense', '']:
            with self.subTest(code=code):
                response = self.pair(code)
                self.assertEqual(response.status_code, 403)
                self.assertEqual(response.json['code'], 'pairing_refused')
        response = self.pair(None)
        self.assertEqual(response.status_code, 400)
        self.assertEqual(response.json['code'], 'request_data')

    def test_pair_many(self):
        "A network that tries too often has to wait"
        with patch(
                'tibillet_base.device.Device.pairing_attempts_network',
                lambda: -1):
            response = self.pair('ABCD-EFGH-JKMN')
        self.assertEqual(response.status_code, 429)
        self.assertEqual(response.json['code'], 'too_many')

    def test_key_wrong(self):
        "Only the whole key of the device opens"
        device, key = self.paired()
        _, other = self.paired()
        uuid = self.read(device, 'uuid')
        for wrong in [
                None, 'x', uuid, uuid + '.', key[:-1], key + 'x',
                uuid + '.' + other.split('.')[1], '.' + key.split('.')[1]]:
            with self.subTest(wrong=wrong):
                response = self.ask(wrong)
                self.assertEqual(response.status_code, 401)
                self.assertEqual(response.json['code'], 'device_key')
                self.assertEqual(
                    response.headers['WWW-Authenticate'], 'Bearer')

    def test_key_draft(self):
        "A device without key is not opened by any"
        uuid = self.read(self.create_device(), 'uuid')
        self.assertEqual(self.ask(uuid + '.').status_code, 401)

    def test_key_kind(self):
        "A route is for some kinds of devices"
        _, key = self.paired(kind='door')
        response = self.ask(key)
        self.assertEqual(response.status_code, 403)
        self.assertEqual(response.json['code'], 'device_kind')
        _, key = self.paired(kind='kiosk')
        self.assertEqual(self.ask(key).status_code, 200)

    def test_revoke(self):
        "The key of a revoked device is refused, also when paired again"
        device, key = self.paired()
        self.click(device, 'revoke')
        response = self.ask(key)
        self.assertEqual(response.status_code, 401)
        self.assertEqual(response.json['code'], 'device_revoked')
        self.click(device, 'draft')
        self.assertEqual(self.ask(key).json['code'], 'device_key')
        new = self.pair(self.start_pairing(device)).json['key']
        self.assertEqual(self.ask(key).json['code'], 'device_key')
        self.assertEqual(self.ask(new).status_code, 200)

    def test_seen(self):
        "When a device was seen is written from time to time only"
        device, key = self.paired()
        self.ask(key)
        self.assertIsNone(self.read(device, 'seen_at'))
        self.ask(key, 'post')
        seen = self.read(device, 'seen_at')
        self.assertLess(now() - seen, dt.timedelta(minutes=1))
        self.ask(key, 'post')
        self.assertEqual(self.read(device, 'seen_at'), seen)
        old = now() - dt.timedelta(minutes=6)
        self.write(device, seen_at=old)
        self.ask(key, 'post')
        self.assertGreater(self.read(device, 'seen_at'), old)

    def _create_device(self, **values):
        pool = Pool()
        Device = pool.get('tibillet.device')
        device = Device(name="Bar 1", company=create_company(), **values)
        device.save()
        return device

    @with_transaction()
    def test_device_wizard(self):
        "The code is shown by the wizard and kept nowhere"
        pool = Pool()
        Device = pool.get('tibillet.device')
        Pair = pool.get('tibillet.device.pair', type='wizard')
        Session = pool.get('ir.session.wizard')
        device = self._create_device()
        with set_company(device.company), Transaction().set_context(
                active_model='tibillet.device',
                active_id=device.id, active_ids=[device.id]):
            session, start, _ = Pair.create()
            view = Pair.execute(session, {}, start)['view']
            self.assertEqual(view['defaults']['device'], device.id)
            view = Pair.execute(session, {}, 'code')['view']
        code = view['defaults']['code']
        self.assertRegex(code, r'^(\w{4}-){2}\w{4}$')
        self.assertNotIn(code, Session(session).data)
        self.assertEqual(device.state, 'pairing')
        claimed, key = Device.claim(code)
        self.assertEqual(claimed, device)
        self.assertEqual(Device.authenticate(key)['id'], device.id)

    @with_transaction()
    def test_device_who(self):
        "Journals name the device of the key, not one that a client names"
        device = self._create_device()
        with Transaction().set_context(_device=device.id):
            self.assertEqual(who(), device.name)
        with Transaction().set_context(
                _device=device.id, _device_name="Bar 9"):
            self.assertEqual(who(), "Bar 9")
        with Transaction().set_context(
                RPC().convert(None, {
                        'device': device.id, '_device': device.id,
                        '_device_name': device.name})[2]):
            self.assertEqual(who(), "Administrator")

    @with_transaction()
    def test_device_wizard_paired(self):
        "A paired device gets no other code"
        pool = Pool()
        Device = pool.get('tibillet.device')
        Pair = pool.get('tibillet.device.pair', type='wizard')
        device = self._create_device()
        Device.claim(Device.start_pairing([device])[device])
        with set_company(device.company), Transaction().set_context(
                active_model='tibillet.device',
                active_id=device.id, active_ids=[device.id]):
            session, _, _ = Pair.create()
            with self.assertRaises(DeviceError):
                Pair.execute(session, {}, 'code')

    @with_transaction()
    def test_device_modification(self):
        "Codes, keys and states come from pairing alone"
        pool = Pool()
        Device = pool.get('tibillet.device')
        device = self._create_device()
        with set_company(device.company), check_access():
            Device.write([device], {'name': "Bar 2"})
            for values in [
                    {'state': 'paired'}, {'paired_at': now()},
                    {'uuid': 'x'}, {'pairing_until': now()}]:
                with self.subTest(values=values), \
                        self.assertRaises(DeviceError):
                    Device.write([device], values)
            for values in [{'key_hash': 'x'}, {'pairing_hash': 'x'}]:
                with self.subTest(values=values), \
                        self.assertRaises(AccessError):
                    Device.write([device], values)
            with self.assertRaises(ServerFieldError):
                Device.create([{
                            'name': "Bar 3",
                            'company': device.company.id,
                            'state': 'paired',
                            }])
            with self.assertRaises(AccessError):
                Device.read([device.id], ['key_hash'])

    @with_transaction()
    def test_device_delete(self):
        "A device is deleted only if it was never paired"
        pool = Pool()
        Device = pool.get('tibillet.device')
        never = self._create_device()
        Device.delete([never])
        device = self._create_device()
        Device.claim(Device.start_pairing([device])[device])
        Device.revoke([device])
        Device.draft([device])
        with self.assertRaises(DeviceError):
            Device.delete([device])

    @with_transaction()
    def test_device_copy(self):
        "A copy is another device, without key"
        pool = Pool()
        Device = pool.get('tibillet.device')
        device = self._create_device()
        Device.claim(Device.start_pairing([device])[device])
        copy, = Device.copy([device])
        self.assertEqual(copy.state, 'draft')
        self.assertNotEqual(copy.uuid, device.uuid)
        self.assertIsNone(copy.key_hash)
        self.assertIsNone(copy.paired_at)


del RouteTestCase
