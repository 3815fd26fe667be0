"""A list without any record says how they come."""
import pytest

pytestmark = pytest.mark.browser

ARTISTS = ['TiBillet', "Événements", "Artistes"]


def test_an_empty_list_says_what_to_do(own_client):
    client = own_client
    client.log_in('admin')
    client.menu(*ARTISTS)
    client.tab.locator('table.tree').wait_for()
    artists = client.search('tibillet.artist')
    nothing = client.tab.locator('.nothing')
    assert bool(artists) != bool(nothing.count())

    search = client.tab.locator('.filter-box input').first
    search.fill("personne de ce nom")
    search.press('Enter')
    client.settle()
    assert "Rien ne correspond" in nothing.inner_text()
    search.fill('')
    search.press('Enter')
    client.settle()

    client.close_tabs()
    client.menu('TiBillet', "Adhésions", "Parts sociales", "Retraits")
    client.settle()
    assert "Inscrire au registre" in nothing.inner_text()
