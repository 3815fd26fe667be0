"""Whoever opens an empty list reads how its records come."""
import pathlib
import re
from xml.etree import ElementTree

import trytond.modules

from tools.content import MODULES, names

PREFIX = 'msg_empty_'


def _trees():
    for module in names():
        for path in sorted((MODULES / module).glob('*.xml')):
            yield ElementTree.parse(path)


def _windows(folder):
    "Return the models of the windows of a module, by (module, id)"
    return {
        (folder.name, record.get('id')): record.findtext(
            "field[@name='res_model']")
        for path in folder.glob('*.xml')
        for record in ElementTree.parse(path).iter('record')
        if record.get('model') == 'ir.action.act_window'}


def _opened():
    "Return the windows that menus of ours open, by (module, id)"
    for name in names():
        for path in sorted((MODULES / name).glob('*.xml')):
            for menu in ElementTree.parse(path).iter('menuitem'):
                if menu.get('action'):
                    module, _, id = menu.get('action').rpartition('.')
                    yield module or name, id


def _listed():
    "Return the models whose lists a menu opens, but the one of one record"
    windows, single = {}, set()
    for path in (MODULES, *trytond.modules.__path__):
        for folder in pathlib.Path(path).iterdir():
            if folder.is_dir():
                windows |= _windows(folder)
    for name in names():
        for path in (MODULES / name).glob('*.py'):
            single |= set(re.findall(
                    r"^class \w+\([^)]*ModelSingleton[^)]*\):\n"
                    r"(?:    \"[^\"]*\"\n)?    __name__ = '([^']+)'",
                    path.read_text(), re.M))
    return {
        windows[action] for action in _opened() if windows.get(action)
        } - single


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
