from trytond.modules.company.tests import CompanyTestMixin
from trytond.tests.test_tryton import ModuleTestCase


class TibilletMembershipTestCase(CompanyTestMixin, ModuleTestCase):
    module = 'tibillet_membership'


del ModuleTestCase
