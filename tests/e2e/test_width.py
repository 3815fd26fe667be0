"""Forms and lists on the screen of a small laptop, the menu open."""
import pytest

pytestmark = pytest.mark.browser

FORMS = [
    'tibillet.convention', 'tibillet.convention.service',
    'tibillet.convention.statement',
    'tibillet.equipment', 'tibillet.equipment.booking',
    'tibillet.equipment.consumable', 'account.asset', 'tibillet.event',
    'tibillet.performance']
LISTS = [
    'Amortissement par année', 'Annulations et reports', 'Apports', 'Biens',
    'Billets', 'Bons de remise', 'Capital', 'Clauses', 'Consommables',
    'Contestations', 'Conventions', 'Dons', 'Fontes',
    'Immobilisations du matériel', 'Incidents', 'Journal des billets',
    'Journal des caisses', 'Licences', 'Lieux', 'Lots de cartes',
    'Obligations', 'Périodes payées', 'Prestations',
    "Registre d'amortissement", 'Relevés', 'Remises en banque',
    'Représentations', 'Réservations', 'Retours', 'SIBIL par trimestre',
    'Sociétaires', 'Taxe sur les spectacles']

# What is to the right of the window, and the lists that scroll sideways.
BEYOND = """() => {
    const tab = document.querySelector('#tabcontent > .tab-pane.active');
    const beyond = e => e.getBoundingClientRect().width &&
        e.getBoundingClientRect().right > innerWidth;
    return [
        ...[...tab.querySelectorAll('.form input, .form label, .form button')]
            .filter(e => e.offsetParent && beyond(e))
            .map(e => e.innerText || e.value),
        ...[...tab.querySelectorAll('.treeview')]
            .filter(e => e.offsetParent && e.scrollWidth > e.clientWidth + 8)
            .map(e => e.innerText.slice(0, 80)),
        ]}"""


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


def test_lists(accountant):
    entries = accountant.entries_below('TiBillet')
    found = {name.rsplit(' / ', 1)[-1]: id for id, name in entries.items()}
    for name in LISTS:
        accountant.execute(found[name])
        assert accountant.page.evaluate(BEYOND) == [], name
        accountant.close_tabs()
