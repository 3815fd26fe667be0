"""The database of the first hour is whole, whatever stops the work."""
import contextlib
import json
import socket
from unittest import mock

import pytest

from tools import commands, content, database, serve, steps, venv
from tools.postgres import free_port


@pytest.fixture
def folder(tmp_path):
    "A database that is complete, and a command that works on it"
    folder = tmp_path / 'db'
    folder.mkdir()
    (folder / 'tibillet.sqlite').write_text("what was typed")
    (folder / 'stamp.json').write_text('{"digest": "", "stories": []}')
    with mock.patch.object(
            commands, '_alone', contextlib.nullcontext), \
            mock.patch.object(
                commands, '_installed', contextlib.nullcontext), \
            mock.patch.object(
                database, '_demo', return_value=False), \
            mock.patch.object(
                database.Database.__init__, '__defaults__', (folder,)):
        yield folder


def test_stopped_reset_keeps_the_database(folder, capsys):
    with mock.patch.object(
            database.Database, '_activate', side_effect=KeyboardInterrupt):
        assert commands.main(['reset']) == 130
    assert "what was complete is kept" in capsys.readouterr().out
    assert (folder / 'tibillet.sqlite').read_text() == "what was typed"
    assert database.Database().stamp


def test_reset_begins_again(folder):
    with mock.patch.object(database.Database, '_activate'):
        assert not commands.main(['reset'])
    assert not (folder / 'tibillet.sqlite').exists()
    assert database.Database().stamp['digest'] == database.digest()
    assert [p.name for p in folder.parent.iterdir()] == ['db']


@pytest.mark.parametrize('damaged', [b'', b'no database' * 100, None])
def test_damaged_database(folder, capsys, damaged):
    "What cannot be read is not served, and is kept"
    file = folder / 'tibillet.sqlite'
    if damaged is None:
        file.unlink()
    else:
        file.write_bytes(damaged)
    (folder / 'stamp.json').write_text(json.dumps(
            {'digest': database.digest(), 'stories': []}))
    with mock.patch.object(serve, 'forever') as forever:
        assert commands.main(['run', '--port', str(free_port())]) == 1
    assert "'make reset' begins again" in capsys.readouterr().err
    assert not forever.called
    assert not file.exists() if damaged is None else (
        file.read_bytes() == damaged)


@pytest.fixture
def locked(tmp_path):
    "A command holds the database"
    with mock.patch.object(commands, 'RUN', tmp_path), \
            commands._alone() as lock:
        yield lock


@pytest.mark.parametrize('command', ['run', 'reset'])
def test_one_command_at_a_time(locked, capsys, command):
    "A command is refused while another one works"
    assert commands.main([command]) == 1
    assert "Another command uses the database" in capsys.readouterr().err


@pytest.mark.parametrize('arguments', [
        ['run'], ['run', '--port', '8123'], ['reset'],
        ['demo', '--story', 'season']])
def test_one_server_at_a_time(locked, capsys, arguments):
    "The sentence says where the database is served, whatever the port"
    print(serve.address(8000), end='', file=locked, flush=True)
    assert commands.main(arguments) == 1
    assert "is served at http://127.0.0.1:8000/" in capsys.readouterr().err


def test_linked_environment(tmp_path, capsys):
    "Nothing is installed into the environment of another checkout"
    (tmp_path / 'other').mkdir()
    link = tmp_path / '.venv'
    link.symlink_to(tmp_path / 'other')
    with mock.patch.object(venv, 'FOLDER', link):
        assert commands.main(['install']) == 1
    assert "remove the link" in capsys.readouterr().err
    assert list((tmp_path / 'other').iterdir()) == []


def test_wrong_story(locked, capsys):
    "The name is refused at once, though the database is served"
    assert commands.main(['demo', '--story', 'barr']) == 1
    assert "There is no story 'barr'" in capsys.readouterr().err


def test_served_by_another(tmp_path, capsys):
    "Another program's port is refused; the next command is not"
    with mock.patch.object(commands, 'RUN', tmp_path), \
            socket.create_server((serve.HOST, 0)) as other:
        port = other.getsockname()[1]
        (tmp_path / 'lock').write_text("what an older server left")
        assert commands.main(['run', '--port', str(port)]) == 1
        assert "is in use by another program" in capsys.readouterr().err
        with commands._alone():
            assert (tmp_path / 'lock').read_text() == ''


def test_story_gone_wrong(folder, tmp_path, capsys):
    "The reason is not cut within a word, and what to do is said"
    (folder / 'stamp.json').write_text('{"digest": "", "stories": []}')
    reason = "ValueError: " + "far too many figures " * 40
    house = database.Database(folder)
    with mock.patch.object(
            steps, 'run', side_effect=steps.Failed(
                tmp_path / 'log', [reason])), \
            pytest.raises(steps.Stop) as stop:
        house._story('second-season')
    sentence = str(stop.value)
    assert " …\nThe database is as it was before;" in sentence
    assert sentence.endswith("'make reset' begins again without it.")


def test_digest_below_a_folder_of_any_name(tmp_path, monkeypatch):
    "Modules below a folder called doc are not taken for documentation"
    modules = tmp_path / 'doc' / 'modules'
    (modules / 'one' / 'tests').mkdir(parents=True)
    monkeypatch.setattr(content, 'MODULES', modules)
    empty = content.digest(['one'])
    (modules / 'one' / 'party.py').write_text('party')
    made = content.digest(['one'])
    assert made != empty
    (modules / 'one' / 'tests' / 'test_party.py').write_text('test')
    assert content.digest(['one']) == made
