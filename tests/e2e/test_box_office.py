"""An evening at the counter: two full prices for cash, in four actions."""
import pytest

pytestmark = pytest.mark.browser

SELL = 'Vendre des billets'


def test_two_full_prices(own_told_client):
    client = own_told_client
    client.page.set_viewport_size({'width': 1366, 'height': 850})
    client.log_in('caisse')
    client.wait_menu()
    valid = [['state', '=', 'valid']]
    before = client.search('tibillet.ticket', valid)
    entries = client.entries_below('TiBillet')
    sell, = [
        id for id, name in entries.items() if name.endswith(f'/ {SELL}')]

    # 1. Open the counter: the next performance and the till are there.
    client.execute(sell)
    counter = client.page.locator('.modal:visible')
    first = counter.locator('.treeview tbody tr').first
    assert 'Plein tarif' in first.inner_text()
    # 2. Choose the places of the first tariff, 3. type how many.
    place = counter.locator('th:visible', has_text='Places').bounding_box()
    row = first.bounding_box()
    client.page.mouse.dblclick(
        place['x'] + place['width'] / 2, row['y'] + row['height'] / 2)
    client.settle()
    client.page.keyboard.type('2')
    client.page.keyboard.press('Tab')
    client.settle()
    # 4. Take the cash; the tickets are printed.
    with client.page.expect_download() as download:
        counter.locator('button:visible', has_text='Espèces').click()
    assert download.value.suggested_filename.endswith('.pdf')
    client.settle()
    after = client.search('tibillet.ticket', valid)
    assert len(after) == len(before) + 2


def test_one_counter(client):
    "Who clicks twice in the menu opens one counter, which says what it lacks"
    client.log_in('caisse')
    client.wait_menu()
    sell, = [
        id for id, name in client.entries_below('TiBillet').items()
        if name.endswith(f'/ {SELL}')]
    # Two clicks are three events for the client.
    client.page.evaluate(
        """id => { for (let i = 0; i < 3; i++) Sao.Action.exec_keyword(
            'tree_open', {model: 'ir.ui.menu', id: id}, null, false); }""",
        sell)
    client.settle()
    counter = client.page.locator('.modal:visible')
    assert counter.count() == 1
    note = counter.locator('textarea:visible').first
    assert note.input_value().startswith("Aucune caisse n'est ouverte")


def test_seats(own_told_client):
    "The best seats side by side are taken when none is chosen"
    client = own_told_client
    client.log_in('caisse')
    client.wait_menu()
    seats = client.ask(
        'model.tibillet.ticket.search_read', [
            ['performance.event.name', '=', "Le quatuor assis"],
            ], 0, None, [['id', 'ASC']], ['place.rec_name'])
    names = [s['place.']['rec_name'] for s in seats]
    assert names[:2] == ['Parterre A 6', 'Parterre A 7']
    assert len(set(names)) == len(names) == 7
