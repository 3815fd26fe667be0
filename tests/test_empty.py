"""Whoever opens an empty list reads how its records come."""
import re
from xml.etree import ElementTree

from tools.content import names
from tools.steps import ROOT

PREFIX = 'msg_empty_'


def _trees():
    for module in names():
        for path in sorted((ROOT / 'modules' / module).glob('*.xml')):
            yield ElementTree.parse(path)


def _listed():
    "Return the models whose lists a menu opens, but the one of one record"
    windows, opened, single = {}, set(), set()
    for module in names():
        for path in (ROOT / 'modules' / module).glob('*.py'):
            single |= set(re.findall(
                    r"^class \w+\([^)]*ModelSingleton[^)]*\):\n"
                    r"(?:    \"[^\"]*\"\n)?    __name__ = '([^']+)'",
                    path.read_text(), re.M))
    for tree in _trees():
        for record in tree.iter('record'):
            if record.get('model') == 'ir.action.act_window':
                windows[record.get('id')] = record.findtext(
                    "field[@name='res_model']")
        opened |= {
            menu.get('action').split('.')[-1] for menu in tree.iter('menuitem')
            if menu.get('action')}
    return {
        windows[action] for action in opened if windows.get(action)} - single


def _said():
    return {
        record.get('id').removeprefix(PREFIX) for tree in _trees()
        for record in tree.iter('record')
        if record.get('model') == 'ir.message'
        and record.get('id').startswith(PREFIX)}


def test_every_list_says_how_its_records_come():
    listed = {model.replace('.', '_') for model in _listed()}
    assert len(listed) > 60
    missing = listed - _said()
    assert not missing, (
        f"write {', '.join(PREFIX + m for m in sorted(missing))} in "
        "message.xml of its module")
