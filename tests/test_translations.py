"""A French reader never meets an English word."""
import polib
import pytest

from tools import translations
from tools.content import names


@pytest.fixture(scope='module')
def sources():
    translations.activate(names())
    return {module: translations.sources(module) for module in names()}


def _known(module):
    path = translations.path(module)
    return polib.pofile(str(path)) if path.exists() else []


@pytest.mark.parametrize('module', names())
def test_no_empty_nor_fuzzy(module):
    wrong = [
        f'{e.msgctxt} {e.msgid!r}'
        for e in translations.missing(_known(module))]
    assert wrong == []


@pytest.mark.parametrize('module', names())
def test_every_source_is_there(module, sources):
    known = {(e.msgctxt, e.msgid) for e in _known(module)}
    missing = [
        f'{e.msgctxt} {e.msgid!r}' for e in sources[module]
        if (e.msgctxt, e.msgid) not in known]
    assert missing == [], f'python -m tools.translations {module}'


@pytest.mark.parametrize('module', names())
def test_one_spelling(module):
    "An event is spelled as in the standard modules"
    assert [e.msgstr for e in _known(module) if "vènement" in e.msgstr] == []


@pytest.mark.parametrize('module', names())
def test_names_of_models(module):
    "A window that opens a record has the name of the thing, not of its code"
    wrong = [
        f'{e.msgctxt} {e.msgid!r} {e.msgstr!r}' for e in _known(module)
        if e.msgctxt.startswith('model:') and e.msgctxt.endswith(',string:')
        and 'tibillet' in f'{e.msgid} {e.msgstr}'.lower()]
    assert wrong == [], "give the class its __string__"


def test_merge_keeps_what_was_translated():
    def entry(context, source, text=''):
        return polib.POEntry(msgctxt=context, msgid=source, msgstr=text)

    file = [
        entry('field:a,b:', "Name"), entry('field:a,c:', "New Name"),
        entry('field:a,d:', "Party"), entry('field:a,e:', "Other")]
    known = [
        entry('field:a,b:', "Name", "Nom"),
        entry('field:a,c:', "Old Name", "Ancien nom"),
        entry('field:a,z:', "Gone", "Parti")]
    taken = translations.merge(file, known, {('field', "Party"): "Tiers"})
    assert taken == 1
    assert [e.msgstr for e in file] == ["Nom", "Ancien nom", "Tiers", ""]
    assert [e.msgid for e in translations.missing(file)] == [
        "New Name", "Other"]
