"""Calls as clients make them, through HTTP, on a database with all modules."""
import base64
import json
import secrets

from trytond.pool import Pool
from trytond.tests.test_tryton import RouteTestCase

from tests import hardening

LOGINS = [
    hardening.NOBODY, 'bar', 'partner', 'accountant', 'venue_manager',
    'internal', 'administrator']
PASSWORD = secrets.token_urlsafe()
ADMINISTRATION = 'res.group_admin'


class CalledTestCase(RouteTestCase):
    module, *extras = hardening.modules()

    @classmethod
    def setUpDatabase(cls):
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        User = pool.get('res.user')
        groups = hardening.logins()
        users = User.create([{
                    'login': login,
                    'password': PASSWORD,
                    'groups': (
                        [('add', [groups[login]])] if groups[login] else None),
                    } for login in LOGINS])
        cls.users = {user.login: user.id for user in users}
        cls.administration = ModelData.get_id(ADMINISTRATION)
        cls.sessions = {}

    def post(self, path, data, login=None):
        headers = {}
        if login:
            if login not in self.sessions:
                self.sessions[login] = self.log_in(login)
            headers['Authorization'] = self.sessions[login]
        return self.client().post(
            f'/{self.db_name}/{path}', json=data, headers=headers)

    def log_in(self, login):
        response = self.post('rpc/', {
                'id': 0,
                'method': 'common.db.login',
                'params': [login, {'password': PASSWORD}],
                })
        user, session, *_ = json.loads(response.data)['result']
        token = base64.b64encode(f'{login}:{user}:{session}'.encode())
        return f'Session {token.decode()}'

    def call(self, login, method, *params, context=None):
        "Return the parsed answer to the call, None if it is not one"
        response = self.post('rpc/', {
                'id': 0, 'method': method, 'params': [*params, context or {}],
                }, login=login)
        return json.loads(response.data) if response.is_json else None
