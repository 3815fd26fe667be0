"""The configuration, the keys, the readers and the sentences of a terminal."""
import ast
import io
import pathlib
import re
import stat

import pytest

from terminal import keys, readers, settings
from terminal.exceptions import (
    KeyFileError, ReaderError, RefusedError, SettingsError)
from terminal.sentences import LANGUAGES, SENTENCES, tell

FOLDER = pathlib.Path(keys.__file__).parent
GOOD = {'server': 'https://bar.example', 'database': 'b', 'folder': 'kept'}
PAIRED = {'device': 'uuid', 'name': "Bar 1", 'key': 'uuid.secret'}


def test_settings(tmp_path):
    path = tmp_path / 'terminal.toml'
    path.write_text(
        'server = "https://bar.example/"\ndatabase = "b"\nfolder = "kept"\n'
        '[readers.fake]\ncards = ["EE144200"]\n')
    found = settings.read(path)
    assert found.server == 'https://bar.example'
    assert found.folder == tmp_path / 'kept'
    assert found.readers == {'fake': {'cards': ['EE144200']}}
    path.write_text('server = ')
    with pytest.raises(SettingsError):
        settings.read(path)
    with pytest.raises(SettingsError):
        settings.read(tmp_path / 'none.toml')


@pytest.mark.parametrize('values,sentence', [
        ({'server': 'http://bar.example'}, 'settings_clear'),
        ({'server': 'bar.example'}, 'settings_value'),
        ({'server': 'ftp://bar.example'}, 'settings_value'),
        ({'server': 'https://a:b@bar.example'}, 'settings_value'),
        ({'server': 'https://bar.example:x'}, 'settings_value'),
        ({'server': 3}, 'settings_value'),
        ({'database': 'a/b'}, 'settings_value'),
        ({'language': 'de'}, 'settings_value'),
        ({'money': True}, 'settings_value'),
        ({'money': 0}, 'settings_value'),
        ({'timeout_seconds': 0}, 'settings_value'),
        ({'readers': {'fake': 1}}, 'settings_value'),
        ({'servr': ''}, 'settings_value'),
        ])
def test_settings_refused(values, sentence):
    with pytest.raises(SettingsError) as error:
        settings.make({**GOOD, **values}, '.')
    assert error.value.sentence == sentence


@pytest.mark.parametrize('name', list(GOOD))
def test_settings_lack(name):
    with pytest.raises(SettingsError) as error:
        settings.make({k: v for k, v in GOOD.items() if k != name}, '.')
    assert error.value.sentence == 'settings_lacks'


def test_keys(tmp_path):
    folder = tmp_path / 'kept'
    keys.pair(folder, lambda: PAIRED)
    path = folder / keys.NAME
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    found = keys.load(folder)
    assert (found.key, len(found.private)) == ('uuid.secret', 32)
    assert 'secret' not in repr(found)
    assert found.private.hex() not in repr(found)
    with pytest.raises(KeyFileError) as error:
        keys.pair(folder, lambda: pytest.fail("asked for a second key"))
    assert error.value.sentence == 'key_there'
    path.chmod(0o640)
    with pytest.raises(KeyFileError) as error:
        keys.load(folder)
    assert error.value.sentence == 'key_open'


def test_keys_refused(tmp_path):
    "A code that is refused leaves nothing, so that another can be typed"
    def refuse():
        raise RefusedError('refused', message='', code='')

    with pytest.raises(RefusedError):
        keys.pair(tmp_path, refuse)
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(KeyFileError) as error:
        keys.load(tmp_path)
    assert error.value.sentence == 'key_missing'
    for content in ['', '{}', '[]', '{"device": 1, "name": "", "key": "", '
            '"private": "00"}']:
        path = tmp_path / keys.NAME
        path.write_text(content)
        path.chmod(0o600)
        with pytest.raises(KeyFileError) as error:
            keys.load(tmp_path)
        assert error.value.sentence == 'key_form'


@pytest.mark.parametrize('text,number', [
        ('ee144200\n', 'EE144200'),
        ('04:a1:b2:c3:d4:e5:f6', '04A1B2C3D4E5F6'),
        ('04 A1 B2 C3', '04A1B2C3'),
        (' 04-a1-b2-c3 ', '04A1B2C3'),
        ('https://carte.example/qr/ab12', 'https://carte.example/qr/ab12'),
        ('a-000123', 'a-000123'),
        ])
def test_number(text, number):
    assert readers.number(text) == number


def test_readers(monkeypatch):
    found = readers.cards('fake', {'cards': ['ee144200', '', 'ee144201']})
    assert [readers.one(found), readers.one(found)] == [
        'EE144200', 'EE144201']
    with pytest.raises(ReaderError):
        readers.one(found)
    with pytest.raises(ReaderError):
        readers.cards('scale', {})
    monkeypatch.setattr('sys.stdin', io.StringIO('ee144200\n\n04:01:02:03'))
    assert list(readers.cards('wedge', {})) == ['EE144200', '04010203']


def test_sentences():
    "Each has its French, with the same values, and none is missing or idle"
    for name, texts in SENTENCES.items():
        assert len(texts) == len(LANGUAGES), name
        fields = [set(re.findall(r'{(\w+)', text)) for text in texts]
        assert fields[0] == fields[1], name
    assert tell('fr', 'article', key=1, label="Bière", price='3.50',
        currency='EUR') == "  1  Bière  3.50 EUR"
    assert tell('en', 'settings_lacks', name="money") == (
        'The configuration lacks "money".')
    told = set()
    for path in FOLDER.rglob('*.py'):
        if path.name == 'sentences.py' or 'tests' in path.parts:
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Constant) and node.value in SENTENCES:
                told.add(node.value)
    assert told == set(SENTENCES)
