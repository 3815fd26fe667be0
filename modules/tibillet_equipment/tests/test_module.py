from trytond.modules.company.tests import CompanyTestMixin
from trytond.tests.test_tryton import ModuleTestCase


class TibilletEquipmentTestCase(CompanyTestMixin, ModuleTestCase):
    module = 'tibillet_equipment'


del ModuleTestCase
