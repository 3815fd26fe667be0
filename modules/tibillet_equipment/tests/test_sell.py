"A sale of units, where a form is not enough to ask."
from types import SimpleNamespace

from tibillet_equipment.exceptions import EquipmentRetireError

from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)


class SellTestCase(TestCase):

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_equipment')

    @with_transaction()
    def test_no_unit(self):
        "Test that a form that is opened on no unit proposes nothing"
        Retire = Pool().get('tibillet.equipment.retire', type='wizard')
        session, _, _ = Retire.create()
        found = Retire.execute(session, {}, 'start')
        self.assertNotIn('currency', found['view']['defaults'])

    @with_transaction()
    def test_currencies(self):
        "Test that units kept in several currencies are not sold for one price"
        Retire = Pool().get('tibillet.equipment.retire', type='wizard')
        Currency = Pool().get('currency.currency')
        units = [
            SimpleNamespace(currency=Currency(code=code))
            for code in ['EUR', 'USD']]
        wizard = SimpleNamespace(
            start=SimpleNamespace(reason='sold'), records=units,
            model=SimpleNamespace(get_sold_elsewhere=lambda units: []),
            check_records=lambda: None)
        with self.assertRaisesRegex(EquipmentRetireError, "EUR, USD apart"):
            Retire.transition_retire(wizard)
