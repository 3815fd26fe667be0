"""Each book that names members is told, of one company and one person."""
from tibillet_membership.personal_data import BOOKS

from trytond.model import ModelSQL, fields
from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)

# Their terms are told by the memberships, their texts by the reminders.
OTHERS = {'tibillet.membership', 'tibillet.membership.reminder.sent'}


class PersonalDataTestCase(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module(['tibillet_membership', 'tibillet_event'])

    @with_transaction()
    def test_all(self):
        "No record of the module that names a party is forgotten here"
        named = {
            name for name, Model in Pool().iterobject()
            if name.startswith('tibillet.') and issubclass(Model, ModelSQL)
            and not Model.table_query
            and any('tibillet_membership' in c.__module__
                for c in Model.__mro__)
            and any(
                isinstance(field, fields.Many2One)
                and field.model_name == 'party.party'
                for field in Model._fields.values())}
        told = {model for model, *_ in BOOKS} | OTHERS
        self.assertIn('tibillet.gift', named)
        self.assertEqual(named - told, set())

    @with_transaction()
    def test_columns(self):
        "Each column may be read, each path leads to a company and a party"
        for model, name, company, party, columns in BOOKS:
            with self.subTest(model=model):
                Model = Pool().get(model)
                self.assertLessEqual(set(columns), set(Model._fields))
                self.assertEqual(
                    Model.search([(company, '=', 1), (party, '=', 1)]), [])
