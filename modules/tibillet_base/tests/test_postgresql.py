"""What only a real PostgreSQL can show: make test-pg."""
import threading
from unittest.mock import patch

import pytest
from tibillet_base import routes
from tibillet_base.routes import api

from trytond import backend
from trytond.modules.company.tests import create_company
from trytond.pool import Pool
from trytond.tests.test_tryton import RouteTestCase
from trytond.transaction import Transaction
from trytond.wsgi import app

pytestmark = pytest.mark.postgresql
PREFIX = '/<database_name>/tibillet/postgresql'


def change(connection, name):
    "Change the party of the name, return how many there are"
    Party = Pool().get('party.party')
    table = Party.__table__()
    cursor = connection.cursor()
    cursor.execute(*table.update(
            [table.code], ['0'], where=table.name == name))
    return cursor.rowcount


def isolation():
    cursor = Transaction().connection.cursor()
    cursor.execute('SHOW TRANSACTION ISOLATION LEVEL')
    return cursor.fetchone()[0]


def conflict(request, pool):
    "Change what another transaction changes after this one has begun"
    Transaction().connection.cursor().execute('SELECT 1')
    with Transaction().new_transaction() as other:
        change(other.connection, "Conflict")
    return {
        'isolation': isolation(),
        'changed': change(Transaction().connection, "Conflict"),
        }


app.route(f'{PREFIX}/hot', methods=['POST'])(api(hot=True)(conflict))
app.route(f'{PREFIX}/cold', methods=['POST'])(api()(conflict))


class PostgreSQLTestCase(RouteTestCase):
    module = 'tibillet_base'

    @classmethod
    def setUpDatabase(cls):
        Party = Pool().get('party.party')
        Party.create([{'name': "Conflict"}])
        cls.company = create_company().id
        Transaction().commit()

    def post(self, path, data=None):
        return self.client().post(
            f'/{self.db_name}/tibillet/{path}', json=data or {})

    def test_backend(self):
        self.assertEqual(backend.name, 'postgresql')

    def test_hot(self):
        "Under READ COMMITTED a change by another is waited for"
        response = self.post('postgresql/hot')
        self.assertEqual(response.json, {
                'code': 'ok',
                'isolation': 'read committed',
                'changed': 1,
                })

    def test_cold(self):
        "The same is lost otherwise, and said to be worth another try"
        with patch.object(routes, 'RETRY_SECONDS', 0.2):
            response = self.post('postgresql/cold')
        self.assertEqual(response.status_code, 503)
        self.assertEqual(response.json['code'], 'retry')

    def test_pair_race(self):
        "A code typed on several devices at once pairs one"
        with Transaction().start(self.db_name, 0):
            Device = Pool().get('tibillet.device')
            device = Device(name="Bar", company=self.company)
            device.save()
            code = Device.start_pairing([device])[device]
        barrier = threading.Barrier(4)
        responses = []

        def pair():
            barrier.wait(120)
            responses.append(self.post('v1/pair', {'code': code}))

        threads = [threading.Thread(target=pair) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(
            sorted(r.status_code for r in responses), [200, 403, 403, 403])

    def test_attempts_race(self):
        "Wrong codes tried at once are all counted"
        with Transaction().start(self.db_name, 0):
            Device = Pool().get('tibillet.device')
            device = Device(name="Door", company=self.company, kind='door')
            device.save()
            code = Device.start_pairing([device])[device]
        wrong = code[:-1] + ('0' if code[-1] != '0' else '1')
        barrier = threading.Barrier(3)

        def pair():
            barrier.wait(120)
            self.post('v1/pair', {'code': wrong})

        threads = [threading.Thread(target=pair) for _ in range(3)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        with Transaction().start(self.db_name, 0):
            device = Pool().get('tibillet.device')(device.id)
            self.assertEqual(device.pairing_attempts, 3)


del RouteTestCase
