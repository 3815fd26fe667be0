from trytond.modules.company.tests import CompanyTestMixin
from trytond.tests.test_tryton import ModuleTestCase


class TibilletBaseTestCase(CompanyTestMixin, ModuleTestCase):
    module = 'tibillet_base'


del ModuleTestCase
