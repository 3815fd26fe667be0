"""Who may do what, group by group, and what is refused all the same."""
from contextlib import contextmanager
from unittest.mock import patch

from trytond.model.exceptions import AccessError
from trytond.modules.company.tests import create_company
from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)
from trytond.transaction import Transaction, check_access, without_check_access

from .queries import count_queries


class AccessTestCase(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module([
                'tibillet_base', 'account', 'account_asset',
                'account_invoice', 'account_product', 'product', 'stock'])

    @with_transaction()
    def test_accountant(self):
        "An accountant works on the books, and on nothing of the system"
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        ActionWizard = pool.get('ir.action.wizard')
        with self.login('group_accountant'):
            self.assertEqual(ModelAccess.get_level(), 'internal')
            for name, rights in [
                    ('account.move', 'rwcd'),
                    ('account.move.line', 'rwcd'),
                    ('account.fiscalyear', 'rwcd'),
                    ('account.account', 'rwcd'),
                    ('account.tax', 'rwcd'),
                    ('currency.currency.rate', 'rwcd'),
                    ('product.category', 'rwcd'),
                    ('party.party', 'rwcd'),
                    ('account.general_ledger.account', 'r'),
                    ('account.account.template', 'r'),
                    ('stock.move', ''),
                    ('res.user', 'r'),
                    ('res.user-res.group', 'r'),
                    ('ir.model.access', 'r'),
                    ]:
                with self.subTest(name=name):
                    self.assertEqual(self.rights(name), rights)
            for name, granted in [
                    ('account.create_chart', True),
                    ('account.move.reconcile_lines', True),
                    ('stock.shipment.assign', False),
                    ('res.user.config', False),
                    ]:
                with self.subTest(name=name):
                    self.assertEqual(ActionWizard.is_granted(name), granted)

    @with_transaction()
    def test_names(self):
        "The names of models are read once, not for each record"
        pool = Pool()
        Model = pool.get('ir.model')
        transaction = Transaction()

        def get_name(language, **context):
            with transaction.set_context(language=language, **context):
                return Model.get_name('party.party')

        count_queries(lambda: get_name('en', active_id=1))
        Cursor = type(transaction.connection.cursor())
        with patch.object(Cursor, 'execute', side_effect=LookupError):
            self.assertEqual(
                get_name('en', active_id=2, active_ids=[2]), "Party")
            with self.assertRaises(LookupError):
                get_name('fr', active_id=2)

    @with_transaction()
    def test_tax_agent(self):
        "A tax agent reads the books and changes nothing"
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        ActionWizard = pool.get('ir.action.wizard')
        with self.login('group_tax_agent'):
            self.assertIsNone(ModelAccess.get_level())
            for name, rights in [
                    ('account.move', 'r'),
                    ('account.move.line', 'r'),
                    ('account.general_ledger.line', 'r'),
                    ('account.tax.code.line', 'r'),
                    ('party.party', 'r'),
                    ('stock.move', ''),
                    ('res.user', ''),
                    ]:
                with self.subTest(name=name):
                    self.assertEqual(self.rights(name), rights)
            for name, granted in [
                    ('account.move.open_account', True),
                    ('account.move.reconcile_lines', False),
                    ('account.create_chart', False),
                    ]:
                with self.subTest(name=name):
                    self.assertEqual(ActionWizard.is_granted(name), granted)

    @with_transaction()
    def test_levels(self):
        "How far the standard's own decisions count"
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        for group, level, rights in [
                (None, None, ['', '', '', 'r']),
                ('group_partner', None, ['r', 'r', '', 'r']),
                ('group_bar', 'staff', ['', 'r', 'r', 'r']),
                ('group_box_office', 'staff', ['rwc', 'r', 'r', 'r']),
                ('group_venue_manager', 'internal',
                    ['rwcd', 'r', 'rwcd', 'r']),
                ('group_administrator', 'internal',
                    ['rwcd', 'rwcd', 'rwcd', 'r']),
                ('res.group_admin', 'administration',
                    ['rwcd', 'r', 'r', 'rwcd']),
                ]:
            with self.subTest(group=group), self.login(group):
                self.assertEqual(ModelAccess.get_level(), level)
                self.assertEqual([
                        self.rights(name) for name in [
                            'party.party', 'company.company',
                            'product.template', 'ir.ui.menu']],
                    rights)

    @with_transaction()
    def test_partner_menus(self):
        "A partner has no menu of the standard, a tax agent has the books"
        pool = Pool()
        Menu = pool.get('ir.ui.menu')
        ModelData = pool.get('ir.model.data')
        parties = ModelData.get_id('party', 'menu_party')
        books = ModelData.get_id('account', 'menu_account')
        for group, menus in [
                ('group_partner', []),
                ('group_tax_agent', [parties, books]),
                ('group_accountant', [parties, books]),
                ]:
            with self.subTest(group=group), self.login(group):
                self.assertCountEqual(
                    [m.id for m in Menu.search([
                                ('id', 'in', [parties, books])])],
                    menus)

    @with_transaction()
    def test_level_root(self):
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        with Transaction().set_user(0):
            self.assertEqual(ModelAccess.get_level(), 'root')

    @with_transaction()
    def test_new_row(self):
        "A row that an administrator adds counts at once"
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        ModelData = pool.get('ir.model.data')
        with self.login('group_bar') as user:
            self.assertEqual(self.rights('party.party'), '')
        with Transaction().set_user(1):
            ModelAccess.create([{
                        'model': 'party.party',
                        'group': ModelData.get_id('tibillet_base.group_bar'),
                        'perm_read': True,
                        }])
        with Transaction().set_user(user.id):
            self.assertEqual(self.rights('party.party'), 'r')
            self.assertEqual(self.rights('party.address'), 'r')

    @with_transaction()
    def test_held(self):
        "Associations and values follow the models that hold them"
        with self.login('group_bar'):
            self.assertEqual(self.rights('party.party-party.category'), '')
            self.assertEqual(self.rights('party.party.lang'), '')
            self.assertEqual(self.rights('res.user-res.group'), '')
        with self.login('group_box_office'):
            self.assertEqual(
                self.rights('party.party-party.category'), 'rwcd')
            self.assertEqual(self.rights('party.party.lang'), 'rwcd')
            self.assertEqual(self.rights('res.user-res.group'), '')

    @with_transaction()
    def test_implied(self):
        "Groups imply groups, and theirs"
        pool = Pool()
        Group = pool.get('res.group')
        ModelData = pool.get('ir.model.data')
        User = pool.get('res.user')
        a, b, c, d = Group.create([
                {'name': "A"}, {'name': "B"}, {'name': "C"}, {'name': "D"}])
        a.implied = [b, d]
        b.parent = c
        c.implied = [a]
        Group.save([a, b, c])
        user, = User.create([{
                    'login': 'implied', 'groups': [('add', [a.id])]}])
        with Transaction().set_user(user.id):
            self.assertEqual(
                set(User.get_groups()), {a.id, b.id, c.id, d.id})
        a.implied = [d]
        a.save()
        with Transaction().set_user(user.id):
            self.assertEqual(set(User.get_groups()), {a.id, d.id})
        with self.login('group_accountant'):
            for name in [
                    'tibillet_base.group_internal',
                    'tibillet_base.group_staff',
                    'account.group_account_admin',
                    'account.group_account',
                    'account_product.group_account_product_admin',
                    'product.group_product_admin',
                    'currency.group_currency_admin',
                    ]:
                with self.subTest(name=name):
                    self.assertIn(ModelData.get_id(name), User.get_groups())

    @with_transaction()
    def test_report_action(self):
        "A report refuses the action of another, which hides its groups"
        pool = Pool()
        ActionReport = pool.get('ir.action.report')
        Report = pool.get('account.general_ledger', type='report')
        letter, = ActionReport.search([('report_name', '=', 'party.letter')])
        with self.login('group_internal'), self.assertRaises(AccessError):
            Report.execute([], {'action_id': letter.id})

    @with_transaction()
    def test_wizard_action(self):
        "A wizard refuses the action of another, which hides its groups"
        pool = Pool()
        ActionWizard = pool.get('ir.action.wizard')
        Wizard = pool.get('party.erase', type='wizard')
        other, = ActionWizard.search([
                ('wiz_name', '=', 'party.check_vies')], limit=1)
        with self.login('group_internal'):
            for action in [None, other.id, -1]:
                with self.subTest(action=action), \
                        Transaction().set_context(action_id=action), \
                        self.assertRaises(AccessError):
                    Wizard.create()

    @with_transaction()
    def test_refused_action(self):
        "Who is refused reads the name of the action, and whom to ask"
        pool = Pool()
        for group, name, sentence in [
                ('group_partner', 'party.check_vies',
                    'You may not use "Check VIES": '
                    'ask an administrator for a group that may.'),
                ('group_venue_manager', 'party.erase',
                    'You may not use "Erase", which is for: '
                    'Party Administration. Ask one of them to do it, '
                    'or an administrator for their group.'),
                ]:
            Wizard = pool.get(name, type='wizard')
            with self.subTest(name=name), self.login(group), \
                    self.assertRaises(AccessError) as refused:
                Wizard.create()
            self.assertEqual(refused.exception.message, sentence)

    @with_transaction()
    def test_groups_once(self):
        "A group that two groups of a user imply is theirs once"
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        ModelData = pool.get('ir.model.data')
        User = pool.get('res.user')
        with self.login('group_venue_manager') as user:
            with without_check_access():
                User.write([user], {
                        'groups': [('add', [ModelData.get_id(
                                        'tibillet_base.group_bar')])]})
            groups = User.get_groups()
            self.assertEqual(len(groups), len(set(groups)))
            _, names = ModelAccess.context_groups().split(': ')
            self.assertEqual(names.split(', ').count("TiBillet / Staff"), 1)

    @with_transaction()
    def test_wizard_session(self):
        "Nobody goes on with a wizard that another has begun"
        pool = Pool()
        Party = pool.get('party.party')
        Wizard = pool.get('party.check_vies', type='wizard')
        party, = Party.create([{'name': "Party"}])
        with Transaction().set_context(
                active_model='party.party',
                active_id=party.id, active_ids=[party.id]):
            session, start, _ = Wizard.create()
            with self.login('group_internal'):
                own, _, _ = Wizard.create()
                for call in [
                        lambda: Wizard.execute(session, {}, start),
                        lambda: Wizard.delete(session),
                        ]:
                    with self.subTest(call=call), \
                            self.assertRaises(AccessError):
                        call()
                Wizard.delete(own)

    @with_transaction()
    def test_on_change(self):
        "What is computed from a record needs the record"
        pool = Pool()
        Party = pool.get('party.party')
        party, = Party.create([{'name': "Secret"}])
        rpc = Party.__rpc__['on_change_with']
        with self.login('group_partner'):
            for id_ in [party.id, str(party.id), float(party.id)]:
                with self.subTest(id=id_), self.assertRaises(AccessError):
                    rpc.convert(Party, {'id': id_}, ['full_name'], {})
            # A partner fills no form of parties.
            with self.assertRaises(AccessError):
                rpc.convert(Party, {'name': "Mine"}, ['full_name'], {})
        with self.login('group_internal'):
            rpc.convert(Party, {'id': party.id}, ['full_name'], {})

    @with_transaction()
    def test_reached(self):
        "Neither a form nor an export goes through what a rule hides"
        pool = Pool()
        Address = pool.get('party.address')
        Party = pool.get('party.party')
        Rule = pool.get('ir.rule.group')
        hidden, shown = Party.create([
                {'name': "Hidden", 'addresses': [('create', [{}])]},
                {'name': "Shown", 'addresses': [('create', [{}])]},
                ])
        Rule.create([{
                    'name': "Not the hidden one",
                    'model': 'party.party',
                    'global_p': True,
                    'rules': [('create', [{
                                    'domain': '[["name", "!=", "Hidden"]]',
                                    }])],
                    }])
        change = Address.__rpc__['on_change']
        export = Party.__rpc__['export_data']
        export_domain = Party.__rpc__['export_data_domain']
        with self.login('group_internal'):
            for values in [
                    {'party': hidden.id},
                    {'party': shown.id, '_parent_party.id': hidden.id},
                    {'party': {'id': hidden.id}},
                    ]:
                with self.subTest(values=values):
                    with self.assertRaises(AccessError):
                        change.convert(Address, values, ['party'], {})
            change.convert(Address, {'party': shown.id}, ['party'], {})
            export.convert(Party, [shown.id], ['name', 'addresses/city'], {})
            for arguments in [
                    ([hidden.id], ['name']),
                    ([shown.id, hidden.id], ['addresses/party/name']),
                    ]:
                with self.subTest(arguments=arguments):
                    with self.assertRaises(AccessError):
                        export.convert(Party, *arguments, {})
            export_domain.convert(
                Party, [('name', '=', "Shown")], ['name'], {})
            with self.assertRaises(AccessError):
                Address.__rpc__['export_data'].convert(
                    Address, [hidden.addresses[0].id], ['party/name'], {})

    @with_transaction()
    def test_export_headers(self):
        "A partner exports what it reads, with the names of the columns"
        pool = Pool()
        ModelField = pool.get('ir.model.field')
        Party = pool.get('party.party')
        User = pool.get('res.user')
        party, = Party.create([{'name': "Mine"}])
        with self.login('group_partner') as user:
            with without_check_access():
                User.write([user], {'partner_parties': [('add', [party.id])]})
            with Transaction().set_user(user.id), check_access():
                ModelField._get_name_cache.clear()
                self.assertEqual(
                    Party.export_data([party], ['name', 'code'], header=True),
                    [["Name", "Code"], ["Mine", party.code]])
                with self.assertRaises(AccessError):
                    ModelField.search([('model', '=', 'party.party')])

    @with_transaction()
    def test_own_preferences(self):
        "Whoever logs in opens, reads and changes its own preferences"
        pool = Pool()
        Employee = pool.get('company.employee')
        Party = pool.get('party.party')
        User = pool.get('res.user')
        other, = User.create([{'name': "Other", 'login': 'other'}])
        company = create_company()
        party, = Party.create([{'name': "Someone"}])
        employee, = Employee.create([
                {'party': party.id, 'company': company.id}])
        for group in ['group_partner', 'group_bar', 'group_internal']:
            with self.subTest(group=group), self.login(group) as user:
                with without_check_access():  # as their calls do
                    view = User.get_preferences_fields_view()
                    User.set_preferences(
                        {'language': 'en', 'signature': "Mine"})
                    signature = User(user.id).signature
                self.assertEqual(signature, "Mine")
                self.assertIn('language', view['fields'])
                for definition in view['fields'].values():
                    if name := definition.get('relation'):
                        self.assertIn('r', self.rights(name), name)
                # What the preferences do not give, the client reads.
                values, = User.read([user.id], [
                        'active', 'menu', 'menu.rec_name', 'rec_name',
                        'language.rec_name', '_timestamp', '_write'])
                self.assertTrue(values['active'])
                change = User.__rpc__['on_change_company']
                change.convert(User, {'id': user.id, 'company': None}, {})
                if self.rights('res.user'):
                    continue
                refused = [
                    {'id': other.id, 'company': None},
                    {'id': user.id, 'groups': [1]},
                    ]
                if not self.rights('company.employee'):
                    refused.append({
                            'id': user.id, 'employees': [employee.id]})
                for values in refused:
                    with self.subTest(values=values):
                        with self.assertRaises(AccessError):
                            change.convert(User, values, {})
                for ids, names in [
                        ([other.id], ['name']),
                        ([user.id, other.id], ['name']),
                        ([user.id], ['login']),
                        ([user.id], ['language.create_uid.name']),
                        ([user.id], ['create_uid.name']),
                        ([user.id], ['name', 'password_hash']),
                        ]:
                    with self.subTest(ids=ids, names=names):
                        with self.assertRaises(AccessError):
                            User.read(ids, names)

    @contextmanager
    def login(self, group):
        "Act as a new user of the group"
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        User = pool.get('res.user')
        groups = []
        if group:
            name = group if '.' in group else f'tibillet_base.{group}'
            groups.append(('add', [ModelData.get_id(name)]))
        user, = User.create([{'login': str(group), 'groups': groups}])
        with Transaction().set_user(user.id), check_access():
            yield user

    def rights(self, name):
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        access = ModelAccess.get_access([name])[name]
        return ''.join(right[0] for right in access if access[right])
