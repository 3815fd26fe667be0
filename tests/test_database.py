"""The database of the first hour is whole, whatever stops the work."""
import contextlib
from unittest import mock

import pytest

from tools import commands, database


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
