"""Each login of the demo finds a menu in French."""
import pytest

pytestmark = pytest.mark.browser


def test_menu_of_the_administrator(client):
    client.log_in('admin')
    assert 'TiBillet' in client.entries()
    assert 'Administration' in client.entries()


def test_wrong_password(client):
    client.log_in('admin', 'not the password')
    client.page.locator('input[type=password]:visible').first.wait_for()
    assert not client.page.locator('#menu .treeview').count()


def test_title_is_ours(client):
    client.log_in('admin')
    client.wait_menu()
    assert 'TiBillet' in client.page.title()
