"""What each login reaches, and the ways in that are closed.

On a database with all our modules: the lists of tests/allowed, and what
someone would try through HTTP.
"""
import secrets

from tibillet_event.tests.records import create_sale

from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction
from trytond.transaction import Transaction

from tests import hardening
from tests.called import CalledTestCase


class HardeningTestCase(CalledTestCase):

    def assertRefused(self, answer):
        self.assertIsNotNone(answer)
        self.assertIn('error', answer)
        self.assertIn('Within groups', str(answer['error']))

    def assertNotAdministration(self):
        with self.started():
            User = Pool().get('res.user')
            for login, user in self.users.items():
                with self.subTest(login=login):
                    self.assertNotIn(
                        self.administration,
                        [g.id for g in User(user).groups])
            self.assertEqual(
                User.search([
                        ('groups', '=', self.administration),
                        ('login', '!=', 'admin'),
                        ]), [])

    def started(self):
        return Transaction().start(self.db_name, 0)

    @with_transaction()
    def test_lists(self):
        "What each login reaches is what is written down"
        lines = hardening.differences(hardening.enumerate_all())
        self.assertEqual(
            lines, [],
            "\nread this as code, then: python -m tests.hardening --write\n"
            + '\n'.join(lines))

    def test_lists_nobody(self):
        "Who has no group reaches nothing of the business"
        lines = hardening.read(hardening.NOBODY)
        self.assertIn('model ir.ui.menu r---', lines)
        for line in lines:
            kind, name, *_ = line.split()
            with self.subTest(line=line):
                self.assertIn(kind, {'model', 'call'})
                self.assertTrue(name.startswith(('ir.', 'res.')))

    def test_lists_tax_agent(self):
        "A tax agent changes nothing"
        written = {
            line for line in hardening.read('tax_agent')
            if line.startswith('model')
            and set(line.split()[2]) & set('wcd')}
        stored = {
            line for line in written
            if self.is_stored(line.split()[1])}
        self.assertEqual(stored, {
                'model ir.session.wizard rwcd',
                'model ir.ui.view_tree_optional rwcd',
                'model ir.ui.view_tree_width rwcd',
                })

    @with_transaction()
    def is_stored(self, name):
        from trytond.model import ModelStorage
        return issubclass(Pool().get(name), ModelStorage)

    def test_lists_powers(self):
        "Only Administration gives groups, rights, rules and keys"
        powers = {
            'ir.action-res.group', 'ir.cron', 'ir.model.access',
            'ir.model.button-res.group', 'ir.model.data',
            'ir.model.field.access', 'ir.module', 'ir.queue', 'ir.rule',
            'ir.rule.group', 'ir.rule.group-res.group', 'ir.session',
            'ir.trigger', 'ir.ui.menu-res.group', 'ir.ui.view', 'res.group',
            'res.group-res.group', 'res.user', 'res.user-company.company',
            'res.user-company.employee', 'res.user-party.party',
            'res.user-res.group', 'res.user.application', 'res.user.device',
            'res.user.login.attempt',
            }
        for path in hardening.ALLOWED.glob('*.txt'):
            for line in hardening.read(path.stem):
                kind, name, *rest = line.split()
                with self.subTest(login=path.stem, line=line):
                    if kind == 'model' and name in powers:
                        self.assertFalse(set(rest[0]) & set('wcd'))
                    elif kind == 'wizard':
                        self.assertFalse(name.startswith(('ir.', 'res.')))

    def test_rest_key(self):
        "Nobody gives himself a key for the REST API"
        for login, user in self.users.items():
            with self.subTest(login=login, way="call"):
                self.assertRefused(self.call(
                        login, 'model.res.user.application.create', [{
                                'user': user,
                                'application': 'rest',
                                'state': 'validated',
                                }]))
            with self.subTest(login=login, way="preferences"):
                self.call(login, 'model.res.user.set_preferences', {
                        'applications': [['create', [{
                                        'application': 'rest',
                                        'state': 'validated',
                                        }]]],
                        })
            with self.subTest(login=login, way="request"):
                response = self.post('user/application/', {
                        'user': login, 'application': 'rest'})
                self.assertGreaterEqual(response.status_code, 400)
        with self.started():
            Application = Pool().get('res.user.application')
            self.assertEqual(Application.search([]), [])

    def test_rest_key_stored(self):
        "A key that is there all the same opens nothing"
        key = secrets.token_hex()
        user = self.users['internal']
        with self.started() as transaction:
            pool = Pool()
            table = pool.get('res.user.application').__table__()
            cursor = transaction.connection.cursor()
            cursor.execute(*table.insert(
                    [table.key, table.user, table.application, table.state],
                    [[key, user, 'rest', 'validated']]))
            transaction.commit()
        try:
            headers = {'Authorization': f'Bearer {key}'}
            client = self.client()
            for path in ['res.user', 'party.party', f'res.user/{user}']:
                with self.subTest(path=path):
                    response = client.get(
                        f'/{self.db_name}/rest/model/{path}', headers=headers)
                    self.assertEqual(response.status_code, 401)
            response = client.post(
                f'/{self.db_name}/rest/model/res.user-res.group',
                json={'user': user, 'group': self.administration},
                headers=headers)
            self.assertEqual(response.status_code, 401)
        finally:
            with self.started() as transaction:
                cursor = transaction.connection.cursor()
                cursor.execute(*table.delete(where=table.key == key))
                transaction.commit()
        self.assertNotAdministration()

    def test_groups(self):
        "Nobody gives himself a group by the other protocols"
        for login, user in self.users.items():
            add = [['add', [self.administration]]]
            for method, params in [
                    ('model.res.user.write', [[user], {'groups': add}]),
                    ('model.res.user.create', [[{
                                'login': f'other {login}',
                                'groups': add,
                                }]]),
                    ('model.res.group.write', [
                            [self.administration],
                            {'users': [['add', [user]]]}]),
                    ('model.res.group.create', [[{
                                'name': f'Other {login}',
                                'parent': self.administration,
                                'users': [['add', [user]]],
                                }]]),
                    ]:
                with self.subTest(login=login, method=method):
                    self.assertRefused(self.call(login, method, *params))
            with self.subTest(login=login, method='relation'):
                # Not for calls at all
                self.assertIsNone(self.call(
                        login, 'model.res.user-res.group.create', [{
                                'user': user, 'group': self.administration,
                                }]))
            with self.subTest(login=login, method='preferences'):
                self.call(
                    login, 'model.res.user.set_preferences', {'groups': add})
        self.assertNotAdministration()

    def test_user_wizard(self):
        "The set-up, which creates users without a check, is closed"
        for login in self.users:
            for context in [
                    {}, {'active_model': 'party.party', 'active_ids': []}]:
                for wizard in [
                        'res.user.config', 'ir.module.config_wizard',
                        'company.company.config']:
                    with self.subTest(login=login, wizard=wizard):
                        self.assertRefused(self.call(
                                login, f'wizard.{wizard}.create',
                                context=context))
                        self.assertRefused(self.call(
                                login, f'wizard.{wizard}.execute',
                                1, {}, 'start', context=context))

    def test_wizard_relations(self):
        "A wizard does not act on what its user may not read"
        wizard = 'wizard.tibillet.performance.cancel'
        session, *_ = self.call('venue_manager', f'{wizard}.create')['result']
        with self.started():
            Performance = Pool().get('tibillet.performance')
            performance = create_sale(10)
            Transaction().commit()
        answer = self.call('venue_manager', f'{wizard}.execute', session, {
                'start': {
                    'uuid': 'a-client-may-name-what-it-never-saw',
                    'kind': 'cancelled',
                    'performance': performance.id,
                    'refund': True,
                    'deadline': {
                        '__class__': 'date',
                        'year': 2099, 'month': 6, 'day': 1},
                    }}, 'make')
        self.assertIn('error', answer)
        self.assertIn('You are not allowed to read', str(answer['error']))
        with self.started():
            self.assertEqual(Performance(performance.id).state, 'on_sale')

    def test_wizard_begins(self):
        "The web client names the records after it has begun, and it goes on"
        for wizard in [
                'account.invoice.pay', 'account.invoice.credit',
                'tibillet.convention.version.copy']:
            with self.subTest(wizard=wizard):
                answer = self.call(
                    'accountant', f'wizard.{wizard}.create',
                    context={'action_id': None})
                session, state, _ = answer['result']
                self.assertRefused(self.call(
                        'accountant', f'wizard.{wizard}.execute', session, {},
                        state))
                self.assertNotIn('error', self.call(
                        'accountant', f'wizard.{wizard}.delete', session))

    def test_values(self):
        "Nothing names what its user may not read, nor what is not there"
        with self.started():
            performance = create_sale(10)
            event, venue = performance.event.id, performance.venue.id
            party = performance.venue.party.id
            Transaction().commit()
        hidden = f'not allowed to read records "{event}"'
        self.assertIn(hidden, str(self.call(
                    'venue_manager', 'model.tibillet.performance.create',
                    [{'event': event, 'venue': venue}])['error']))
        self.assertIn(hidden, str(self.call(
                    'venue_manager', 'model.tibillet.performance.default_get',
                    ['event'], context={'default_event': event})['error']))
        for method, params, context in [
                ('performance.create', [[{}]], {'default_event': event}),
                ('event.copy', [[event], {}], {}),
                ('event.copy', [[event], {'name': "Mine"}], {}),
                ]:
            with self.subTest(method=method, params=params):
                self.assertIn(hidden, str(self.call(
                            'venue_manager', f'model.tibillet.{method}',
                            *params, context=context)))
        for values in [
                {'coproducers': [['add', [party, 777_777]]]},
                {'coproducers': [['create', [{
                                    'name': "New", 'replaced_by': 777_777,
                                    }]]]},
                ]:
            with self.subTest(values=values):
                self.assertIn('777777', str(self.call(
                            'administrator', 'model.tibillet.event.create',
                            [{'name': "New", **values}])['error']))

    def test_calls(self):
        "Calls that read nothing of their own are refused too"
        for login, method, params in [
                ('nobody', 'model.party.party.search_read',
                    [[], 0, None, None, ['name']]),
                ('nobody', 'model.party.party.fields_view_get', []),
                ('nobody', 'model.party.party.default_get', [['name']]),
                ('nobody', 'model.party.party.on_change',
                    [{'id': 1}, ['name']]),
                ('nobody', 'model.currency.currency.compute',
                    [1, 10, 1, True]),
                ('nobody', 'model.ir.email.send', []),
                ('partner', 'model.ir.chat.channel.search_followers',
                    ['party.party,1', '']),
                ('bar', 'model.res.user.read', [[1], ['login', 'email']]),
                ('bar', 'model.party.party.on_change_with',
                    [{'id': 1}, ['full_name']]),
                ]:
            with self.subTest(login=login, method=method):
                self.assertRefused(self.call(login, method, *params))

    def test_report_action(self):
        "A report does not run under the action of another"
        with self.started():
            ActionReport = Pool().get('ir.action.report')
            letter, = ActionReport.search([
                    ('report_name', '=', 'party.letter'),
                    ], limit=1)
        self.assertRefused(self.call(
                'internal', 'report.account.general_ledger.execute',
                [], {'action_id': letter.id}))

    def test_client(self):
        "What the clients ask at the start is answered to everyone"
        for login in self.users:
            for method, params in [
                    ('model.res.user.get_preferences', [False]),
                    ('model.res.user.get_preferences', [True]),
                    ('model.res.user.get_preferences_fields_view', []),
                    ('model.ir.model.list_models', []),
                    ('model.ir.model.get_names', []),
                    ('model.ir.model.list_history', []),
                    ('model.ir.model.get_notification', []),
                    ('model.ir.model.global_search', ['a', 10]),
                    ('model.ir.model.access.get_access', [['party.party']]),
                    ('model.ir.ui.icon.list_icons', []),
                    ('model.ir.ui.view_search.get', []),
                    ('model.ir.ui.menu.fields_view_get', [None, 'tree']),
                    ('model.ir.ui.menu.search_read', [
                            [('parent', '=', None)], 0, None, None,
                            ['name', 'childs', 'icon', 'favorite',
                                'action_keywords', 'parent.rec_name']]),
                    ('model.ir.ui.view_tree_state.get', [
                            'ir.ui.menu', '[]', 'childs']),
                    ('model.ir.lang.search_read', [
                            [('translatable', '=', True)], 0, None, None,
                            ['name', 'code']]),
                    ('model.res.notification.get', []),
                    ('model.res.notification.get_count', []),
                    ('model.ir.ui.menu.favorite.get', []),
                    ]:
                with self.subTest(login=login, method=method):
                    answer = self.call(login, method, *params)
                    self.assertIn('result', answer, answer)

    def test_email(self):
        "Who may not send messages is told so by the client's button"
        for login, told in [('partner', True), ('internal', False)]:
            answer = self.call(
                login, 'model.ir.email.template.get_default',
                'res.user', self.users[login])
            self.assertEqual("your own mail" in str(answer), told)

    def test_menu(self):
        "Who has no group sees an empty menu, others what they can open"
        def menus(login):
            answer = self.call(
                login, 'model.ir.ui.menu.search_read',
                [], 0, None, None, ['complete_name'])
            return {row['complete_name'] for row in answer['result']}
        self.assertEqual(menus('nobody'), set())
        internal = menus('internal')
        self.assertTrue({'Parties', 'Parties / Parties'} <= internal)
        self.assertFalse(any(
                name.startswith('Administration') for name in internal))
        self.assertEqual(
            {n for n in menus('partner') if n.count(' / ') < 2}, {
                'TiBillet', 'TiBillet / Conventions',
                'TiBillet / Equipment'})
        self.assertNotIn('TiBillet / Configuration', menus('bar'))


del CalledTestCase
