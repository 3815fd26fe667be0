from trytond.modules.company.tests import CompanyTestMixin
from trytond.tests.test_tryton import ModuleTestCase


class TibilletEventTestCase(CompanyTestMixin, ModuleTestCase):
    module = 'tibillet_event'


del ModuleTestCase
