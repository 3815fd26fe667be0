"""Write the strings of a module into its locale/fr.po.

    python -m tools.translations tibillet_equipment [module …]

The sources come from a database where the module, and the optional modules
it knows, are active (kept by tests/layered.py). Translations already written
stay; where a source has changed under the same context the old translation
stays as fuzzy; a string that the standard modules all translate in the same
way is filled with theirs. What is still empty or fuzzy is printed.
"""
import argparse
import collections
import importlib.metadata
import os
import sys

import polib

from tools.content import MODULES, names
from tools.steps import ROOT

LANGUAGE = 'fr'


def prepare():
    "Choose SQLite in memory and the kept layers, before trytond is imported"
    os.environ.setdefault(
        'TRYTOND_CONFIG', str(ROOT / 'config' / 'test.conf'))
    os.environ.setdefault('DB_CACHE', str(ROOT / '.cache' / 'databases'))
    os.environ.setdefault('LAYERED_LOCKS', str(ROOT / '.cache' / 'locks'))
    os.makedirs(os.environ['DB_CACHE'], exist_ok=True)
    from tests import layered
    layered.install()


def path(module):
    return MODULES / module / 'locale' / f'{LANGUAGE}.po'


def activate(modules):
    "Prepare the test database with modules and the optional ones they know"
    import configparser

    from trytond.tests.test_tryton import activate_module
    from trytond.tools import find_path
    wanted = list(modules)
    for module in modules:
        config = configparser.ConfigParser()
        config.read(MODULES / module / 'tryton.cfg')
        for extra in config['tryton'].get('extras_depend', '').split():
            try:
                find_path(f'{extra}/tryton.cfg')
            except FileNotFoundError:
                continue
            if extra not in wanted:
                wanted.append(extra)
    activate_module(wanted, lang='en')


def sources(module):
    "Return the PO file of the sources of an activated module"
    from trytond.pool import Pool
    from trytond.tests.test_tryton import DB_NAME
    from trytond.transaction import Transaction
    with Transaction().start(DB_NAME, 1) as transaction:
        pool = Pool()
        Set = pool.get('ir.translation.set', type='wizard')
        Translation = pool.get('ir.translation')
        for model, collect in [
                ('ir.action.report', 'set_report'),
                ('ir.ui.view', 'set_view')]:
            records = pool.get(model).search([('module', '=', module)])
            session, _, _ = Set.create()
            with transaction.set_context(
                    active_model=model, active_ids=[r.id for r in records]):
                getattr(Set(session), collect)()
        content = Translation.translation_export('en', module)
        # Only the export matters: the database keeps nothing of it.
        transaction.rollback()
    if not content:
        return polib.POFile(wrapwidth=78)
    file = polib.pofile(content.decode(), wrapwidth=78)
    for entry in file:
        entry.msgstr = ''
        entry.flags = [f for f in entry.flags if f != 'fuzzy']
    return file


def _kind(entry):
    return entry.msgctxt.split(':', 1)[0]


def standard():
    "Return the translations on which the standard modules agree"
    found = collections.defaultdict(set)
    for entry_point in importlib.metadata.entry_points(
            group='trytond.modules'):
        if not entry_point.value.startswith('trytond.modules.'):
            continue
        for file in entry_point.dist.files:
            if file.name == f'{LANGUAGE}.po' and file.parent.name == 'locale':
                for entry in polib.pofile(str(file.locate())):
                    if entry.msgstr and not entry.fuzzy:
                        found[_kind(entry), entry.msgid].add(entry.msgstr)
    return {
        key: values.pop() for key, values in found.items()
        if len(values) == 1}


def merge(file, known, suggestions):
    """Fill the sources with what is known, return how many were suggested

    known: the PO file written before.
    suggestions: {(kind, msgid): msgstr}.
    """
    exact = {(e.msgctxt, e.msgid): e for e in known}
    contexts = collections.defaultdict(list)
    for entry in known:
        contexts[entry.msgctxt].append(entry)
    suggested = 0
    wanted = {(e.msgctxt, e.msgid) for e in file}
    for entry in file:
        old = exact.get((entry.msgctxt, entry.msgid))
        if old and old.msgstr:
            entry.msgstr = old.msgstr
            entry.tcomment = old.tcomment
            if old.fuzzy:
                entry.flags.append('fuzzy')
            continue
        changed = [
            e for e in contexts[entry.msgctxt]
            if (e.msgctxt, e.msgid) not in wanted and e.msgstr]
        if len(changed) == 1:
            entry.msgstr = changed[0].msgstr
            entry.flags.append('fuzzy')
            continue
        suggestion = suggestions.get((_kind(entry), entry.msgid))
        if suggestion:
            entry.msgstr = suggestion
            suggested += 1
    return suggested


def missing(file):
    "Return the entries that a French reader would see in English"
    return [e for e in file if e.fuzzy or not e.msgstr]


def write(module, suggestions):
    target = path(module)
    known = (
        polib.pofile(str(target)) if target.exists() else polib.POFile())
    file = sources(module)
    suggested = merge(file, known, suggestions)
    if not file:
        print(f"{module}: no string to translate")
        return
    target.parent.mkdir(exist_ok=True)
    file.save(str(target))
    print(
        f"{target.relative_to(ROOT)}: {len(file)} strings, "
        f"{suggested} filled as the standard modules do")
    for entry in missing(file):
        state = 'fuzzy' if entry.fuzzy else 'empty'
        print(f"  {state}  {entry.msgctxt}  {entry.msgid!r}")


def main(arguments=None):
    parser = argparse.ArgumentParser(
        prog='python -m tools.translations',
        description="Write the strings of modules into their locale/fr.po.")
    parser.add_argument('modules', nargs='+', choices=names())
    modules = parser.parse_args(arguments).modules
    prepare()
    suggestions = standard()
    for module in modules:
        activate([module])
        write(module, suggestions)


if __name__ == '__main__':
    sys.exit(main())
