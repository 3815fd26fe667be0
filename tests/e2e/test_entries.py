"""Every entry of the menu, for every login.

The administrator looks at all of them on the screen of a small laptop, the
menu open, once all the stories are told. What the others see is drawn alike:
they ask for it.
"""
import pytest

from demo import logins
from tests.e2e.asking import Asking, Refused
from tests.e2e.beyond import BEYOND

pytestmark = pytest.mark.browser

MENU = 'TiBillet'
DRAWN = 'admin'
OTHERS = [l.login for l in logins.LOGINS if l.login != DRAWN]


def test_every_entry_opens(told_client):
    "No entry shows an error, no list of ours goes beyond the window"
    client = told_client
    client.page.set_viewport_size({'width': 1280, 'height': 800})
    client.log_in(DRAWN)
    client.wait_menu()
    entries = client.entries_below(MENU)
    assert entries
    beyond = {}
    for id, name in entries.items():
        client.execute(id)
        assert client.wrongs == [], name
        if found := client.page.evaluate(BEYOND):
            beyond[name] = found
        client.close_tabs()
    assert beyond == {}


@pytest.mark.parametrize('login', OTHERS)
def test_every_entry_answers(told_site, login):
    "The server refuses nobody what his menu shows, and all of it was drawn"
    asking = Asking(told_site, login)
    entries = asking.entries_below(MENU)
    assert set(entries) <= set(Asking(told_site, DRAWN).entries_below(MENU))
    assert any([asking.open(id) for id in entries])


def test_what_is_refused_is_seen(told_site):
    "The partner is refused an entry that his menu does not show"
    partner, all_of_it = (
        Asking(told_site, login).entries_below(MENU)
        for login in ['partenaire', DRAWN])
    asking = Asking(told_site, 'partenaire')
    with pytest.raises(Refused):
        for id in set(all_of_it) - set(partner):
            asking.open(id)
