"""A partner contests a statement, as the printed statement says."""
import datetime as dt
import zoneinfo

import pytest

from tests.e2e.test_clicks import create, date

pytestmark = pytest.mark.browser

CONVENTION = 'tibillet.convention'
STATEMENT = 'tibillet.convention.statement'
DISPUTE = 'tibillet.convention.statement.dispute'


def test_contest(own_client):
    "The button opens a new contestation of the statement"
    client = own_client
    client.log_in('compta')
    client.wait_menu()
    convention, = client.search(CONVENTION)
    # Dated earlier it would be due before it may be contested.
    today = dt.datetime.now(zoneinfo.ZoneInfo('Europe/Paris'))
    statement = create(
        client, STATEMENT, convention=convention,
        date=date(today.year, today.month, today.day),
        start_date=date(2026, 10, 1), end_date=date(2026, 10, 31))
    for button in ['compute', 'send']:
        client.ask(f'model.{STATEMENT}.{button}', [statement])
    client.page.context.clear_cookies()
    client.page.evaluate('() => localStorage.clear()')
    client.page.goto('about:blank')
    client.log_in('partenaire')
    client.wait_menu()
    client.open(STATEMENT, statement)
    client.button("Contester")
    client.tab.locator('textarea:visible').first.fill("Il manque une date.")
    client.tab.locator('button[id=save]').click()
    client.settle()
    assert len(client.search(
            DISPUTE, [['statement', '=', statement]])) == 1
