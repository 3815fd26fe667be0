from trytond.modules.company.tests import CompanyTestMixin
from trytond.tests.test_tryton import ModuleTestCase


class TibilletFederationTestCase(CompanyTestMixin, ModuleTestCase):
    module = 'tibillet_federation'


del ModuleTestCase
