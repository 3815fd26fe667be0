"""The routes, through HTTP.

Routes of tests are added to the application as those of modules are, under
names that no module has.
"""
import datetime as dt
import json
from decimal import Decimal
from unittest.mock import patch

from tibillet_base import routes
from tibillet_base.exceptions import DeviceError
from tibillet_base.routes import answer, api, body, refuse

from trytond import backend
from trytond.exceptions import (
    ConcurrencyException, RateLimitException, UserError, UserWarning)
from trytond.model.exceptions import AccessError, ValidationError
from trytond.pool import Pool
from trytond.protocols.wrappers import abort
from trytond.tests.test_tryton import RouteTestCase
from trytond.transaction import Transaction, TransactionError
from trytond.wsgi import app

PREFIX = '/<database_name>/tibillet/test'


class CodedError(UserError):
    api_code = 'coded'
    api_status = 409


class LostError(TransactionError):
    "A lock that is never got"


FAILURES = {
    'user': lambda: UserError("Refused", "Because"),
    'coded': lambda: CodedError("Coded"),
    'device': lambda: DeviceError("Device"),
    'validation': lambda: ValidationError("Invalid"),
    'access': lambda: AccessError("Denied"),
    'warning': lambda: UserWarning('name', "Warned"),
    'conflict': lambda: ConcurrencyException("Changed"),
    'many': lambda: RateLimitException(),
    'lost': lambda: backend.DatabaseOperationalError("serialization"),
    'timeout': lambda: backend.DatabaseTimeoutError("timeout"),
    'unexpected': lambda: KeyError("secret detail"),
    }
calls = []


@app.route(f'{PREFIX}/fail/<name>', methods=['POST'])
@api()
def fail(request, pool, name):
    calls.append(name)
    Party = pool.get('party.party')
    Party.create([{'name': f'fail {name}'}])
    raise FAILURES[name]()


@app.route(f'{PREFIX}/abort', methods=['POST'])
@api()
def abort_(request, pool):
    abort(404)


@app.route(f'{PREFIX}/refuse', methods=['POST'])
@api()
def refuse_(request, pool):
    Party = pool.get('party.party')
    Party.create([{'name': "refused"}])
    return refuse(CodedError("Refused but kept"))


@app.route(f'{PREFIX}/flaky', methods=['POST'])
@api()
def flaky(request, pool):
    calls.append('flaky')
    if len(calls) < 9:
        raise backend.DatabaseOperationalError("serialization")
    return {'calls': len(calls)}


@app.route(f'{PREFIX}/echo', methods=['POST'])
@api()
def echo(request, pool):
    data = body(request, text=str, count=int, amount=Decimal, sure=bool)
    return {
        **{name: repr(value) for name, value in data.items()},
        'language': Transaction().language,
        }


@app.route(f'{PREFIX}/plain', methods=['GET', 'POST'])
@api()
def plain(request, pool):
    return {
        'amount': Decimal('12.50'),
        'date': dt.date(2026, 3, 1),
        'time': dt.datetime.fromisoformat('2026-03-01T12:30'),
        'duration': dt.timedelta(minutes=2),
        'data': b'abc',
        'readonly': Transaction().readonly,
        }


@app.route(f'{PREFIX}/nothing', methods=['GET'])
@api()
def nothing(request, pool):
    pass


@app.route(f'{PREFIX}/unplain', methods=['POST'])
@api()
def unplain(request, pool):
    Party = pool.get('party.party')
    Party.create([{'name': "unplain"}])
    return {'object': object()}


@app.route(f'{PREFIX}/long', methods=['GET'])
@api()
def long(request, pool):
    return answer({'text': 'x' * 5000})


class RoutesTestCase(RouteTestCase):
    module = 'tibillet_base'

    def setUp(self):
        super().setUp()
        calls.clear()

    def post(self, name, data=None, **kwargs):
        response = self.client().post(
            f'/{self.db_name}/tibillet/test/{name}', json=data or {}, **kwargs)
        self.assertEqual(response.content_type, 'application/json')
        return response.status_code, json.loads(response.data)

    def count_parties(self, name):
        with Transaction().start(self.db_name, 0):
            Party = Pool().get('party.party')
            return Party.search([('name', '=', name)], count=True)

    def test_failures(self):
        "Each error has a status and a stable code, and writes nothing"
        for name, status, code in [
                ('user', 400, 'refused'),
                ('coded', 409, 'coded'),
                ('device', 400, 'refused'),
                ('validation', 400, 'invalid'),
                ('access', 403, 'denied'),
                ('warning', 400, 'warning'),
                ('conflict', 409, 'conflict'),
                ('many', 429, 'too_many'),
                ('timeout', 504, 'timeout'),
                ]:
            with self.subTest(name=name):
                found, data = self.post(f'fail/{name}')
                self.assertEqual((found, data['code']), (status, code))
                self.assertTrue(data['message'])
                self.assertEqual(self.count_parties(f'fail {name}'), 0)

    def test_description(self):
        "The description of an error is beside its message"
        _, data = self.post('fail/user')
        self.assertEqual(data, {
                'code': 'refused',
                'message': "Refused",
                'description': "Because",
                })

    def test_unexpected(self):
        "An unexpected error is logged, its details stay here"
        with self.assertLogs('tibillet_base.routes', 'ERROR') as logs:
            status, data = self.post('fail/unexpected')
        self.assertEqual((status, data['code']), (500, 'unexpected'))
        self.assertNotIn('secret detail', json.dumps(data))
        self.assertIn('secret detail', logs.output[0])
        self.assertEqual(self.count_parties('fail unexpected'), 0)

    def test_lost(self):
        "A serialisation lost again and again is 503, not 400"
        with patch.object(routes, 'RETRY_SECONDS', 0.3):
            response = self.client().post(
                f'/{self.db_name}/tibillet/test/fail/lost', json={})
        self.assertEqual(response.status_code, 503)
        self.assertEqual(response.json['code'], 'retry')
        self.assertEqual(response.headers['Retry-After'], '1')
        self.assertGreater(len(calls), 1)
        self.assertEqual(self.count_parties('fail lost'), 0)

    def test_lost_once(self):
        "A serialisation lost for a while is not seen"
        self.assertEqual(
            self.post('flaky'), (200, {'code': 'ok', 'calls': 9}))

    def test_transaction_error(self):
        "A lock that is not got is 503 too"
        @routes.errors
        def locked(request, pool):
            raise LostError()
        with patch.object(routes, 'RETRY_SECONDS', 0):
            response = locked(app_request(), Pool(self.db_name))
        self.assertEqual(response.status_code, 503)

    def test_abort(self):
        status, data = self.post('abort')
        self.assertEqual((status, data['code']), (404, 'not_found'))

    def test_unknown_database(self):
        response = self.client().post('/nowhere/tibillet/test/abort', json={})
        self.assertEqual(response.status_code, 404)
        self.assertEqual(response.json['code'], 'not_found')

    def test_unknown(self):
        "What no route answers is told in JSON too"
        for path in [
                'tibillet', 'tibillet/', 'tibillet/v1', 'tibillet/v1/nothing',
                'tibillet/v1/pair/more', 'tibillet/test/', 'tibillet/é/<b>']:
            for method in ['get', 'post', 'put', 'delete', 'options']:
                with self.subTest(path=path, method=method):
                    response = getattr(self.client(), method)(
                        f'/{self.db_name}/{path}')
                    self.assertEqual(response.status_code, 404)
                    self.assertEqual(response.json['code'], 'not_found')

    def test_method(self):
        "A route that is asked by another method tells by which"
        for path, method, allowed in [
                ('v1/pair', 'get', 'POST'),
                ('v1/pair', 'delete', 'POST'),
                ('v1/pair', 'options', 'POST'),
                ('test/plain', 'put', 'GET, HEAD, POST')]:
            with self.subTest(path=path, method=method):
                response = getattr(self.client(), method)(
                    f'/{self.db_name}/tibillet/{path}')
                self.assertEqual(response.status_code, 405)
                self.assertEqual(response.json['code'], 'method_not_allowed')
                self.assertEqual(response.headers['Allow'], allowed)

    def test_unknown_elsewhere(self):
        "Paths that are not ours are answered as they were"
        response = self.client().get(f'/{self.db_name}/elsewhere/v1')
        self.assertEqual(response.status_code, 405)
        self.assertEqual(response.mimetype, 'text/html')

    def test_refuse(self):
        "A refusal that is returned keeps what was written"
        self.assertEqual(
            self.post('refuse'),
            (409, {'code': 'coded', 'message': "Refused but kept"}))
        self.assertEqual(self.count_parties('refused'), 1)

    def test_plain(self):
        "Amounts are texts, times in UTC"
        self.assertEqual(self.post('plain'), (200, {
                    'code': 'ok',
                    'amount': '12.50',
                    'date': '2026-03-01',
                    'time': '2026-03-01T12:30:00.000Z',
                    'duration': 120,
                    'data': 'YWJj',
                    'readonly': False,
                    }))

    def test_readonly(self):
        "Reading does not write"
        response = self.client().get(f'/{self.db_name}/tibillet/test/plain')
        self.assertTrue(response.json['readonly'])

    def test_nothing(self):
        response = self.client().get(f'/{self.db_name}/tibillet/test/nothing')
        self.assertEqual(response.json, {'code': 'ok'})

    def test_unplain(self):
        "What cannot be answered is not committed"
        with self.assertLogs('tibillet_base.routes', 'ERROR'):
            status, _ = self.post('unplain')
        self.assertEqual(status, 500)
        self.assertEqual(self.count_parties('unplain'), 0)

    def test_long(self):
        "A long answer is not said to be zipped"
        response = self.client().get(f'/{self.db_name}/tibillet/test/long')
        self.assertNotIn('Content-Encoding', response.headers)
        self.assertEqual(len(response.json['text']), 5000)

    def test_body(self):
        good = {'text': "a", 'count': 1, 'amount': '12.50', 'sure': True}
        _, data = self.post('echo', good)
        self.assertEqual(data['amount'], "Decimal('12.50')")
        for values, amount in [
                ({'amount': 12}, "Decimal('12')"),
                ({'amount': 12.5}, "Decimal('12.5')"),
                ({'amount': 12.0, 'count': 1.0}, "Decimal('12')"),
                ]:
            with self.subTest(values=values):
                _, data = self.post('echo', {**good, **values})
                self.assertEqual(data['amount'], amount)
        for values in [
                {'text': 1}, {'text': None},
                {'count': True}, {'count': '1'}, {'count': 1.5},
                {'count': 1e300},
                {'amount': 'x'}, {'amount': True}, {'amount': 'NaN'},
                {'amount': None}, {'amount': 'Infinity'}, {'sure': 1},
                ]:
            with self.subTest(values=values):
                status, data = self.post('echo', {**good, **values})
                self.assertEqual((status, data['code']), (400, 'request_data'))
                self.assertIn(next(iter(values)), data['message'])
        for name in good:
            with self.subTest(missing=name):
                status, data = self.post(
                    'echo', {k: v for k, v in good.items() if k != name})
                self.assertEqual((status, data['code']), (400, 'request_data'))
                self.assertIn(name, data['message'])

    def test_body_not_json(self):
        for content in [b'', b'{', b'[]', b'1', b'"a"', b'\xff',
                b'{"text": NaN}', b'[' * 200_000]:
            with self.subTest(content=content):
                response = self.client().post(
                    f'/{self.db_name}/tibillet/test/echo', data=content,
                    content_type='application/json')
                self.assertEqual(response.status_code, 400)
                self.assertEqual(response.json['code'], 'request_data')

    def test_language(self):
        with Transaction().start(self.db_name, 0) as transaction:
            Lang = Pool().get('ir.lang')
            french, = Lang.search([('code', '=', 'fr')])
            translatable = french.translatable
            french.translatable = True
            french.save()
            transaction.commit()
        try:
            good = {'text': "a", 'count': 1, 'amount': '1', 'sure': True}
            for header, language in [
                    ('fr', 'fr'),
                    ('fr-FR,en;q=0.5', 'fr'),
                    ('fr;q=0.5,en', 'en'),
                    ('zz', 'en'),
                    ('zz,fr;q=0.1', 'fr'),
                    ]:
                with self.subTest(header=header):
                    _, data = self.post(
                        'echo', good, headers={'Accept-Language': header})
                    self.assertEqual(data['language'], language)
        finally:
            with Transaction().start(self.db_name, 0) as transaction:
                french = Lang(french.id)
                french.translatable = translatable
                french.save()
                transaction.commit()


def app_request():
    "Return a request outside of the application"
    from werkzeug.test import EnvironBuilder

    from trytond.protocols.wrappers import Request
    return Request(EnvironBuilder(path='/').get_environ())


del RouteTestCase
