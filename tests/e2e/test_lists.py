"""What lists write of numbers, on the screen and in a file."""
import pytest

pytestmark = pytest.mark.browser

STATEMENTS = ['TiBillet', "Conventions", "Relevés"]


def read(client):
    "Open the statements as the accountant"
    client.log_in('compta')
    client.menu(*STATEMENTS)
    client.tab.locator('table.tree tbody tr').first.wait_for()
    client.settle()


def test_a_sum_says_of_what(client):
    read(client)
    sums = client.tab.locator('.sum + div').all_inner_texts()
    assert sums
    assert all(s.endswith('\u00a0€') for s in sums), sums


def test_a_file_has_plain_numbers_and_names(client):
    read(client)
    row = client.page.evaluate("""() => Sao.Window.Export.format_row(
        [1234567.5, new Sao.Decimal(-15560), 'REL-001', 0, ''])""")
    assert row == ['1234567,5', '-15560', 'REL-001', '0', '']
    plain = client.page.evaluate("""() => Sao.Window.Export.format_row(
        [1234567.5], 0, false)""")
    assert plain == [1234567.5]
    names = client.page.evaluate("""() => {
        const fields = {state: {
            type: 'selection', string: "État", relation: null}};
        const found = {fields: {}, languages: []};
        Sao.Window.Export.prototype.model_populate.call(
            found, fields, {}, '', '');
        return Object.values(found.fields).map(f => f.long_string);
        }""")
    assert names == ["État (code)", "État"]
    assert client.page.evaluate(
        "() => Sao.i18n.gettext('%1 (string)', 'x')") != 'x'
