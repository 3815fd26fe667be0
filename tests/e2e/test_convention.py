"""The convention, its services and its statement on screen."""
import io

import pypdf
import pytest

pytestmark = pytest.mark.browser

CONVENTION = 'tibillet.convention'
SERVICE = 'tibillet.convention.service'
STATEMENT = 'tibillet.convention.statement'


def _form(client):
    client.tab.locator('.form').first.wait_for()
    return client.tab.inner_text()


def test_the_convention_shows_its_gauge(client):
    client.log_in('admin')
    client.wait_menu()
    id, = client.search(CONVENTION)
    client.open(CONVENTION, id)
    _form(client)
    gauge = client.tab.locator('.progress-bar').first
    assert client.sees(gauge)
    assert gauge.inner_text().strip().endswith('%')
    # Nothing recouped is an empty bar, not a short one.
    least = gauge.evaluate('bar => getComputedStyle(bar).minWidth')
    assert least in {'0px', 'auto'}


def test_the_five_services_say_their_sentences(client):
    client.log_in('admin')
    client.wait_menu()
    ids = client.search(SERVICE)
    assert len(ids) == 5
    for id in ids:
        client.open(SERVICE, id)
        _form(client)
        client.tab.get_by_text('Explication', exact=True).click()
        client.settle()
        words = client.tab.locator('textarea:visible').first.input_value()
        # A sentence tells an amount and how it was found.
        assert '€' in words and '%' in words
        client.close_tabs()


def test_the_statement_is_printed(client):
    client.log_in('admin')
    client.wait_menu()
    id, = client.search(STATEMENT)
    client.open(STATEMENT, id)
    _form(client)
    client.tab.locator('button[id=print]').click()
    entry = client.tab.locator('.dropdown-menu:visible a').first
    with client.page.expect_download() as download:
        entry.click()
    content = download.value.path().read_bytes()
    assert content.startswith(b'%PDF')
    text = '\n'.join(
        page.extract_text()
        for page in pypdf.PdfReader(io.BytesIO(content)).pages)
    for figure in ['15 560,00', '150 000,00', '18 786,00']:
        assert figure in text.replace('\u202f', ' ').replace('\xa0', ' ')


def test_a_list_says_what_it_sums(client):
    client.log_in('compta')
    client.wait_menu()
    entries = client.entries_below('TiBillet')
    client.execute(next(
            id for id, name in entries.items() if name.endswith('/ Relevés')))
    sums = client.tab.locator('tfoot .value')
    assert {s.split()[0] for s in sums.all_inner_texts()} == {'Total'}
    client.tab.locator('tbody input[type=checkbox]').first.check()
    client.settle()
    assert {s.split()[0] for s in sums.all_inner_texts()} == {'Sélection'}


def test_the_statement_took_its_time(client):
    "What was asked, answered and approved has the dates of the story"
    client.log_in('admin')
    client.wait_menu()
    ids = client.search(STATEMENT)
    dates = client.page.evaluate(
        """ids => Promise.all([
            ['dispute', ['opened_on', 'answered_on']],
            ['approval', ['date']],
            ].map(([name, fields]) => Sao.rpc({
                method: `model.tibillet.convention.statement.${name}`
                    + '.search_read',
                params: [[['statement', 'in', ids]], 0, null, null, fields,
                    {}]}, Sao.Session.current_session)
            .then(found => found.map(record => fields.map(
                field => record[field].format('YYYY-MM-DD'))))))""", ids)
    disputes, approvals = dates
    assert disputes == [['2026-10-08', '2026-10-09']]
    assert {date for date, in approvals} == {'2026-10-16'}


def test_the_accountant_copies_the_clauses(client):
    "A wizard on a record, which the client begins without naming it"
    client.log_in('compta')
    client.wait_menu()
    client.open(
        'tibillet.convention.version',
        min(client.search('tibillet.convention.version')))
    _form(client)
    client.button("Copier vers une nouvelle version…")
    assert client.sees(client.page.locator('.modal.in').get_by_text(
        "En vigueur dès le"))
    client.close_tabs()


def test_the_partner_sees_its_convention_and_nothing_else(client):
    client.log_in('partenaire')
    assert 'Administration' not in client.entries()
    assert 'Financier' not in client.entries()
    id, = client.search(CONVENTION)
    client.open(CONVENTION, id)
    assert client.sees(client.tab.locator('.progress-bar'))
    assert len(client.search(SERVICE)) == 5
    statement, = client.search(STATEMENT)
    client.open(STATEMENT, statement)
    _form(client)
