from trytond.modules.company.tests import CompanyTestMixin
from trytond.tests.test_tryton import ModuleTestCase


class TibilletCashlessTestCase(CompanyTestMixin, ModuleTestCase):
    module = 'tibillet_cashless'


del ModuleTestCase
