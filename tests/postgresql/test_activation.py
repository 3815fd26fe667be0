"""Everything at once on PostgreSQL, as a production server has it."""
import pytest

from tools import activate

pytestmark = pytest.mark.postgresql


def test_everything_activates():
    from trytond import backend
    from trytond.pool import Pool
    from trytond.tests.test_tryton import DB_NAME, activate_module
    from trytond.transaction import Transaction
    assert backend.name == 'postgresql'
    activate_module(activate.modules())
    with Transaction().start(DB_NAME, 0, readonly=True):
        Module = Pool().get('ir.module')
        active = Module.search([('state', '=', 'activated')])
        assert set(activate.modules()) <= {m.name for m in active}
        assert not Module.search([
                ('state', 'in', ['to activate', 'to upgrade', 'to remove'])])
