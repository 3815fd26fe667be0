from trytond.modules.company.tests import (
    CompanyTestMixin, PartyCompanyCheckEraseMixin)
from trytond.modules.party.tests import PartyCheckReplaceMixin
from trytond.pool import Pool, isregisteredby
from trytond.tests.test_tryton import ModuleTestCase, with_transaction


class TibilletFederationTestCase(
        PartyCompanyCheckEraseMixin, PartyCheckReplaceMixin,
        CompanyTestMixin, ModuleTestCase):
    module = 'tibillet_federation'

    @with_transaction()
    def test_every_party_is_replaced(self):
        "Two parties that are one become one everywhere"
        pool = Pool()
        Replace = pool.get('party.replace', type='wizard')
        fields = {
            (name, field_name)
            for name, Model in pool.iterobject()
            if isregisteredby(Model, self.module)
            and name.startswith('tibillet.convention')
            and hasattr(Model, '__table__')
            for field_name, field in Model._fields.items()
            if field._type == 'many2one' and not hasattr(field, 'getter')
            and field.model_name == 'party.party'}
        self.assertLessEqual(fields, set(Replace.fields_to_replace()))


del ModuleTestCase
