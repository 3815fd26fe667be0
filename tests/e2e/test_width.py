"""Forms on the screen of a small laptop, the menu open."""
import pytest

from tests.e2e.beyond import BEYOND

pytestmark = pytest.mark.browser

FORMS = [
    'tibillet.convention', 'tibillet.convention.service',
    'tibillet.convention.statement',
    'tibillet.equipment', 'tibillet.equipment.booking',
    'tibillet.equipment.consumable', 'account.asset', 'tibillet.event',
    'tibillet.performance']


@pytest.fixture
def accountant(client):
    client.page.set_viewport_size({'width': 1280, 'height': 800})
    client.log_in('compta')
    client.wait_menu()
    return client


@pytest.mark.parametrize('model', FORMS)
def test_forms(accountant, model):
    accountant.open(model, min(accountant.search(model)))
    accountant.tab.locator('.form').first.wait_for()
    assert accountant.page.evaluate(BEYOND) == []
    # The other pages of a form of the standard are not ours.
    if model.startswith('tibillet.'):
        for page in accountant.tab.get_by_role('tab').all():
            if page.is_visible():
                page.click()
                accountant.settle()
                assert accountant.page.evaluate(BEYOND) == []
