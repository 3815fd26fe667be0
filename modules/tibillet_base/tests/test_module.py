import datetime as dt
from decimal import Decimal

from tibillet_base.exceptions import PartyKeptError, PreferencesError
from tibillet_base.tools import forget

from trytond.model.exceptions import DomainValidationError
from trytond.modules.company.tests import (
    CompanyTestMixin, create_company, set_company)
from trytond.modules.party.tests import PartyCheckReplaceMixin
from trytond.pool import Pool
from trytond.tests.test_tryton import ModuleTestCase, with_transaction
from trytond.transaction import Transaction


class TibilletBaseTestCase(
        PartyCheckReplaceMixin, CompanyTestMixin, ModuleTestCase):
    module = 'tibillet_base'
    extras = [
        'account', 'account_asset', 'account_invoice', 'account_product',
        'product', 'sale_point', 'stock']

    @property
    def _skip_company_rule(self):
        # The rule of the standard is on the company of the till.
        return super()._skip_company_rule | {
            ('sale.point.cash.transfer', 'company')}

    @with_transaction()
    def test_buttons_of_a_till(self):
        "What is done at a till has its button on the form of the till"
        pool = Pool()
        Point = pool.get('sale.point')
        arch = Point.fields_view_get(view_type='form')['arch']
        for name in Point._buttons:
            self.assertIn(f'<button name="{name}"', arch)

    @with_transaction()
    def test_empty_list(self):
        "A list says how its records come, a form does not"
        pool = Pool()
        Device = pool.get('tibillet.device')
        self.assertIn(
            "pair it", Device.fields_view_get(view_type='tree')['empty'])
        self.assertNotIn('empty', Device.fields_view_get(view_type='form'))
        self.assertNotIn('empty', pool.get('res.user').fields_view_get(
                view_type='tree'))

    @with_transaction()
    def test_empty_list_of_a_partner(self):
        "A partner is not told to create what it only reads"
        pool = Pool()
        Device = pool.get('tibillet.device')
        Party = pool.get('party.party')
        User = pool.get('res.user')
        party, = Party.create([{'name': "Association"}])
        partner, = User.create([{
                    'login': 'partner', 'name': "Partner",
                    'partner_parties': [('add', [party.id])]}])
        with Transaction().set_user(partner.id), \
                Transaction().set_context(_check_access=True):
            self.assertEqual(
                Device.fields_view_get(view_type='tree')['empty'],
                "There is nothing here that concerns you yet.")

    @with_transaction()
    def test_two_windows(self):
        "Who acts for two companies in two windows acts for each in its own"
        pool = Pool()
        User = pool.get('res.user')
        first, second, other = [
            create_company(name) for name in ["First", "Second", "Other"]]
        user, = User.create([{
                    'login': 'two', 'name': "Two",
                    'companies': [('add', [first.id, second.id])],
                    'company': first.id, 'company_filter': 'one'}])

        def acting_for(company):
            with Transaction().set_user(user.id), \
                    Transaction().set_context(
                        company=company, _check_access=True):
                return User.get_companies()

        for _ in range(2):
            self.assertEqual(acting_for(first.id), (first.id,))
            self.assertEqual(acting_for(second.id), (second.id,))
            self.assertEqual(acting_for(other.id), ())

        # By default the records of all of them are shown.
        User.write([user], {
                'company_filter': User.default_company_filter()})
        self.assertEqual(acting_for(second.id), (first.id, second.id))

        User.write([user], {
                'companies': [('remove', [second.id])],
                'company_filter': 'one'})
        self.assertEqual(acting_for(second.id), ())
        User.write([user], {'company_filter': 'all'})
        self.assertEqual(acting_for(second.id), (first.id,))

    @with_transaction()
    def test_kept_party(self):
        "A counter renames its customers, not the co-operative"
        pool = Pool()
        Group = pool.get('res.group')
        ModelData = pool.get('ir.model.data')
        Party = pool.get('party.party')
        User = pool.get('res.user')
        company = create_company()
        customer, partner = Party.create([
                {'name': "Customer"}, {'name': "Association"}])
        User.create([{
                    'login': 'partner', 'name': "Partner",
                    'partner_parties': [('add', [partner.id])]}])
        logins = {}
        for name in ['box_office', 'accountant']:
            group = Group(ModelData.get_id('tibillet_base', f'group_{name}'))
            logins[name], = User.create([{
                        'login': name, 'name': name,
                        'companies': [('add', [company.id])],
                        'company': company.id,
                        'groups': [('add', [group.id])]}])

        def rename(login, party):
            with Transaction().set_user(logins[login].id), \
                    set_company(company), \
                    Transaction().set_context(_check_access=True):
                Party.write([Party(party.id)], {'name': "Other"})

        rename('box_office', customer)
        for party in [company.party, partner]:
            with self.assertRaisesRegex(PartyKeptError, "ask an accountant"):
                rename('box_office', party)
            rename('accountant', party)
            self.assertEqual(Party(party.id).name, "Other")

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
    def test_preferences_company(self):
        "A user chooses among its own companies and employees, and no other"
        pool = Pool()
        Employee = pool.get('company.employee')
        Party = pool.get('party.party')
        User = pool.get('res.user')
        own, other = create_company("Own"), create_company("Other")
        lina, sam = Employee.create([
                {'party': party.id, 'company': company.id}
                for party, company in zip(
                    Party.create([{'name': "Lina"}, {'name': "Sam"}]),
                    [own, other], strict=True)])
        user, = User.create([{
                    'login': 'lina', 'name': "Lina",
                    'companies': [('add', [own.id])], 'company': own.id,
                    'employees': [('add', [lina.id])],
                    }])
        with Transaction().set_user(user.id):
            for values in [
                    {'company': other.id},
                    {'company': other.id + 1000},
                    {'employee': sam.id},
                    {'company': own.id, 'employee': sam.id},
                    ]:
                with self.subTest(values), self.assertRaisesRegex(
                        PreferencesError, "An administrator"):
                    User.set_preferences(values)
            self.assertEqual(User(user.id).company, own)
            self.assertEqual(list(User.get_companies()), [own.id])
            User.set_preferences({'company': own.id, 'employee': lina.id})
            self.assertEqual(User(user.id).employee, lina)
            User.set_preferences({'company': None, 'employee': None})
            self.assertEqual(User(user.id).company, None)

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
    def test_french_date(self):
        "Test that a date is written as in France"
        pool = Pool()
        Lang = pool.get('ir.lang')
        self.assertEqual(
            Lang.get('fr').strftime(dt.date(2026, 3, 4)), '04/03/2026')

    @with_transaction()
    def test_english(self):
        "English can be chosen beside the language of the configuration"
        pool = Pool()
        Group = pool.get('res.group')
        Lang = pool.get('ir.lang')
        User = pool.get('res.user')
        group, = Group.search([('name', '=', "TiBillet / Bar")])
        user, = User.create([{
                    'name': "Lina", 'login': 'lina',
                    'groups': [('add', [group.id])]}])
        with Transaction().set_user(user.id):
            User.set_preferences({'language': 'en'})
            self.assertEqual(User(user.id).language, Lang.get('en'))
            with self.assertRaises(DomainValidationError):
                User.set_preferences({'language': 'es'})

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


del ModuleTestCase
