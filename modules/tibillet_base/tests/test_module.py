from contextlib import contextmanager
from decimal import Decimal

from tibillet_base.exceptions import DeviceError
from tibillet_base.tools import forget, now

from trytond.model.exceptions import AccessError
from trytond.modules.company.tests import (
    CompanyTestMixin, create_company, set_company)
from trytond.modules.party.tests import PartyCheckReplaceMixin
from trytond.pool import Pool
from trytond.tests.test_tryton import ModuleTestCase, with_transaction
from trytond.transaction import Transaction, check_access


class TibilletBaseTestCase(
        PartyCheckReplaceMixin, CompanyTestMixin, ModuleTestCase):
    module = 'tibillet_base'

    @with_transaction()
    def test_currency_round(self):
        "Amounts are rounded half up, away from zero"
        pool = Pool()
        Currency = pool.get('currency.currency')
        cent = Currency(rounding=Decimal('0.01'))
        franc = Currency(rounding=Decimal('0.05'))
        for currency, amount, result in [
                (cent, '2916.725', '2916.73'),
                (cent, '-2916.725', '-2916.73'),
                (cent, '2916.735', '2916.74'),
                (cent, '0.005', '0.01'),
                (cent, '-0.005', '-0.01'),
                (cent, '0.0049', '0.00'),
                (cent, '0', '0.00'),
                (franc, '0.025', '0.05'),
                (franc, '0.125', '0.15'),
                ]:
            with self.subTest(amount=amount):
                self.assertEqual(
                    currency.round(Decimal(amount)), Decimal(result))

    @with_transaction()
    def test_currency_round_opposite(self):
        "The opposite rounds the remainder of a rounded tie to zero"
        pool = Pool()
        Currency = pool.get('currency.currency')
        cent = Currency(rounding=Decimal('0.01'))
        for text in ['0.005', '-0.005', '2.675', '-2916.725']:
            with self.subTest(amount=text):
                amount = Decimal(text)
                remainder = cent.round(amount) - amount
                self.assertEqual(
                    cent.round(remainder, opposite=True), Decimal('0'))

    @with_transaction()
    def test_currency_compute(self):
        "Conversions round half up"
        pool = Pool()
        Currency = pool.get('currency.currency')
        euro, = Currency.create([{
                    'name': "Euro", 'code': 'EUR',
                    'rates': [('create', [{'rate': Decimal('1')}])],
                    }])
        other, = Currency.create([{
                    'name': "Other", 'code': 'XTS',
                    'rates': [('create', [{'rate': Decimal('0.5')}])],
                    }])
        self.assertEqual(
            Currency.compute(euro, Decimal('0.05'), other), Decimal('0.03'))
        self.assertEqual(
            Currency.compute(euro, Decimal('-0.05'), other), Decimal('-0.03'))
        self.assertEqual(
            Currency.compute(euro, Decimal('0.045'), euro), Decimal('0.05'))

    @with_transaction()
    def test_partner_parties(self):
        "The parties of a partner are in preferences and record rules"
        pool = Pool()
        Party = pool.get('party.party')
        Rule = pool.get('ir.rule')
        User = pool.get('res.user')
        mine, other = Party.create([{'name': "Mine"}, {'name': "Other"}])
        user, = User.create([{'login': 'partner', 'name': "Partner"}])

        with Transaction().set_user(user.id):
            self.assertEqual(User.get_partner_parties(), ())
            self.assertEqual(
                User.get_preferences(context_only=True)['partner_parties'],
                [])
            empty_key = Rule._get_cache_key({'party.party'})

        user.partner_parties = [mine]
        user.save()

        with Transaction().set_user(user.id):
            self.assertEqual(User.get_partner_parties(), (mine.id,))
            self.assertEqual(
                User.get_preferences(context_only=True)['partner_parties'],
                [mine.id])
            self.assertEqual(
                Rule._get_context('party.party')['partner_parties'],
                (mine.id,))
            self.assertNotEqual(
                Rule._get_cache_key({'party.party'}), empty_key)

    @with_transaction()
    def test_partner_parties_rule(self):
        "A partner reads his parties, and as staff all of them"
        pool = Pool()
        Party = pool.get('party.party')
        ModelData = pool.get('ir.model.data')
        User = pool.get('res.user')
        mine, other = Party.create([{'name': "Mine"}, {'name': "Other"}])
        partner = ModelData.get_id('tibillet_base.group_partner')
        user, = User.create([{
                    'login': 'partner', 'name': "Partner",
                    'groups': [('add', [partner])],
                    'partner_parties': [('add', [mine.id])],
                    }])

        def visible():
            with Transaction().set_user(user.id), \
                    Transaction().set_context(_check_access=True):
                return Party.search([('id', 'in', [mine.id, other.id])])

        self.assertEqual(visible(), [mine])
        user.partner_parties = [mine, other]
        user.save()
        self.assertEqual(set(visible()), {mine, other})
        user.partner_parties = []
        user.save()
        self.assertEqual(visible(), [])
        box_office = ModelData.get_id('tibillet_base.group_box_office')
        user.groups = [partner, box_office]
        user.save()
        self.assertEqual(set(visible()), {mine, other})

    @with_transaction()
    def test_partner_parties_not_self_assigned(self):
        "A user does not choose the parties he is partner of"
        pool = Pool()
        Party = pool.get('party.party')
        User = pool.get('res.user')
        party, = Party.create([{'name': "Party"}])
        user, = User.create([{'login': 'partner', 'name': "Partner"}])
        with Transaction().set_user(user.id):
            User.set_preferences({
                    'partner_parties': [('add', [party.id])],
                    })
            self.assertEqual(User.get_partner_parties(), ())

    @with_transaction()
    def test_partner_parties_replace(self):
        "A replaced party is replaced on its users"
        pool = Pool()
        Party = pool.get('party.party')
        Replace = pool.get('party.replace', type='wizard')
        User = pool.get('res.user')
        source, destination = Party.create([
                {'name': "Source"}, {'name': "Destination"}])
        user, = User.create([{
                    'login': 'partner', 'name': "Partner",
                    'partner_parties': [('add', [source.id])],
                    }])
        with Transaction().set_user(user.id):
            self.assertEqual(User.get_partner_parties(), (source.id,))
        session_id, _, _ = Replace.create()
        replace = Replace(session_id)
        replace.ask.source = source
        replace.ask.destination = destination
        with Transaction().set_context(_skip_warnings=True):
            replace.transition_replace()
        with Transaction().set_user(user.id):
            self.assertEqual(User.get_partner_parties(), (destination.id,))

    @with_transaction()
    def test_forget(self):
        "What raw SQL changes is read anew"
        pool = Pool()
        Party = pool.get('party.party')
        party, other = Party.create([{'name': "One"}, {'name': "Other"}])
        self.assertEqual([party.name, other.name], ["One", "Other"])
        table = Party.__table__()
        cursor = Transaction().connection.cursor()
        cursor.execute(*table.update(
                [table.name], ["Two"], where=table.id == party.id))
        self.assertEqual(party.name, "One")
        forget(Party, [party.id])
        self.assertEqual([party.name, other.name], ["Two", "Other"])
        self.assertEqual(Party(party.id).name, "Two")

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
        self.assertEqual(Device.authenticate(key), device)

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
            with self.assertRaises(DeviceError):
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


class TibilletBaseExtrasTestCase(ModuleTestCase):
    module = 'tibillet_base'
    extras = ['account', 'account_product', 'product', 'stock']

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
    def test_on_change(self):
        "What is computed from a record needs the record"
        pool = Pool()
        Party = pool.get('party.party')
        party, = Party.create([{'name': "Secret"}])
        rpc = Party.__rpc__['on_change_with']
        with self.login('group_partner'):
            with self.assertRaises(AccessError):
                rpc.convert(Party, {'id': party.id}, ['full_name'], {})
            rpc.convert(Party, {'name': "Mine"}, ['full_name'], {})
        with self.login('group_internal'):
            rpc.convert(Party, {'id': party.id}, ['full_name'], {})

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


del ModuleTestCase
