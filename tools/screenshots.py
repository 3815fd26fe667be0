"""Take the pictures of the documentation: python -m tools.screenshots

Makes the demo when it has changed, serves a copy of it on a free port, and
drives both clients in French. Pictures go to doc/images.
"""
import argparse
import pathlib
import shutil
import sys
import tempfile
import typing

from tests.e2e.client import Client
from tools import browser, database, desktop, serve
from tools.postgres import free_port
from tools.steps import ROOT, Stop, complain, say

IMAGES = ROOT / 'doc' / 'images'
SIZE = {'width': 1600, 'height': 1000}


class Picture(typing.NamedTuple):
    name: str
    login: str
    model: str
    domain: list
    page: str = ''  # label of a page of the form, in French


PICTURES = [
    Picture('convention', 'admin', 'tibillet.convention', []),
    Picture('service', 'admin', 'tibillet.convention.service', []),
    Picture('statement', 'admin', 'tibillet.convention.statement', []),
    Picture('equipment', 'admin', 'tibillet.equipment', []),
    Picture('partner', 'partenaire', 'tibillet.convention', []),
    ]


def take(chromium, address, picture):
    "Return the id of the record of a picture once it is taken"
    context = chromium.new_context(locale='fr-FR', viewport=SIZE)
    client = Client(context.new_page(), address)
    client.log_in(picture.login)
    client.wait_menu()
    ids = client.search(picture.model, picture.domain)
    if not ids:
        raise Stop(f"{picture.login} sees no {picture.model} in the demo.")
    id = min(ids)
    client.open(picture.model, id)
    client.tab.locator('.form').first.wait_for()
    if picture.page:
        client.tab.get_by_role('tab', name=picture.page).click()
    client.settle()
    if client.wrongs:
        raise Stop(f"{picture.name}: {'; '.join(client.wrongs)}")
    client.page.screenshot(path=IMAGES / f'{picture.name}.png')
    context.close()
    say(f"doc/images/{picture.name}.png")
    return id


def space_plainly(chromium, address):
    """Write thousands with a plain space, as doc/clients.md advises

    The desktop client loses an amount that holds a longer character.
    """
    client = Client(chromium.new_page(locale='fr-FR'), address)
    client.log_in('admin')
    client.wait_menu()
    client.ask(
        'model.ir.lang.write',
        client.search('ir.lang', [['code', '=', 'fr']]),
        {'thousands_sep': ' ', 'mon_thousands_sep': ' '})
    client.page.close()


def main(arguments=None):
    from playwright.sync_api import sync_playwright
    parser = argparse.ArgumentParser(prog='python -m tools.screenshots')
    parser.add_argument(
        'names', nargs='*', help="which ones, all by default",
        choices=[[], 'desktop', *(p.name for p in PICTURES)])
    wanted = parser.parse_args(arguments).names
    IMAGES.mkdir(parents=True, exist_ok=True)
    try:
        kept = database.kept()
        with tempfile.TemporaryDirectory() as folder, \
                sync_playwright() as playwright:
            copy = pathlib.Path(folder) / 'db'
            shutil.copytree(kept, copy)
            port = free_port()
            chromium = playwright.chromium.launch(
                executable_path=browser.executable(), args=browser.FLAGS)
            with serve.server(copy, port, log='screenshots'):
                address = f'{serve.address(port)}#{database.NAME}'
                for picture in PICTURES:
                    if not wanted or picture.name in wanted:
                        take(chromium, address, picture)
                if not wanted or 'desktop' in wanted:
                    first = take(chromium, address, PICTURES[0])
                    space_plainly(chromium, address)
                    desktop.install()
                    desktop.look(
                        port, 'admin',
                        f'model/{PICTURES[0].model}/{first}',
                        'doc/images/desktop.png')
                    say("doc/images/desktop.png")
            chromium.close()
    except Stop as reason:
        complain(reason)
        return 1


if __name__ == '__main__':
    sys.exit(main())
