"""A file of SQLite that stays open shows each transaction what stands."""
import concurrent.futures
import shutil
import sqlite3
import threading

import pytest

from trytond import config
from trytond.backend.sqlite import database

from tools import kept_open


@pytest.fixture
def Database(tmp_path, monkeypatch):
    class Database(database.Database):
        pass

    monkeypatch.setattr(
        database, 'SQLiteConnection', database.SQLiteConnection)
    monkeypatch.setattr(kept_open, '_kept', threading.local())
    known = config.get('database', 'path')
    config.set('database', 'path', str(tmp_path))
    with sqlite3.connect(tmp_path / 'bar.sqlite') as connection:
        connection.execute('CREATE TABLE beer (name VARCHAR)')
        connection.execute("INSERT INTO beer VALUES ('IPA')")
    connection.close()
    kept_open.keep_open(Database)
    yield Database
    config.set('database', 'path', known or '')


def begin(Database):
    bar = Database('bar').connect()
    return bar, bar.get_connection()


def read(connection):
    cursor = connection.cursor()
    cursor.execute('SELECT name FROM beer ORDER BY name')
    return [name for name, in cursor]


def test_the_next_transaction_has_the_same_connection(Database):
    bar, first = begin(Database)
    assert read(first) == ['IPA']
    bar.put_connection(first)
    bar, second = begin(Database)
    assert second is first
    assert read(second) == ['IPA']
    bar.put_connection(second)


def test_one_transaction_in_another_has_its_own(Database):
    outer, first = begin(Database)
    inner, second = begin(Database)
    assert second is not first
    inner.put_connection(second)
    outer.put_connection(first)


def apart(serve):
    "Return what a thread of its own returns"
    with concurrent.futures.ThreadPoolExecutor(1) as thread:
        return thread.submit(serve).result()


def test_each_thread_has_its_own(Database):
    bar, first = begin(Database)
    bar.put_connection(first)

    def serve():
        bar, connection = begin(Database)
        names = read(connection)
        bar.put_connection(connection)
        return connection, names

    second, names = apart(serve)
    assert second is not first
    assert names == ['IPA']


def test_what_was_not_committed_is_gone(Database):
    bar, connection = begin(Database)
    connection.execute("INSERT INTO beer VALUES ('Stout')")
    bar.put_connection(connection)
    bar, connection = begin(Database)
    assert read(connection) == ['IPA']
    bar.put_connection(connection)


def test_a_cursor_left_in_the_middle_keeps_nothing_old(Database):
    bar, connection = begin(Database)
    connection.execute("INSERT INTO beer VALUES ('Lager')")
    connection.commit()
    left = connection.cursor()
    left.execute('SELECT name FROM beer')
    left.fetchone()
    bar.put_connection(connection)

    other = sqlite3.connect(
        f"{config.get('database', 'path')}/bar.sqlite")
    other.execute("INSERT INTO beer VALUES ('Porter')")
    other.commit()
    other.close()

    bar, connection = begin(Database)
    assert read(connection) == ['IPA', 'Lager', 'Porter']
    bar.put_connection(connection)


def test_a_database_made_anew_is_opened_anew(Database, tmp_path):
    bar, first = begin(Database)
    bar.put_connection(first)
    shutil.copy(tmp_path / 'bar.sqlite', tmp_path / 'new.sqlite')
    with sqlite3.connect(tmp_path / 'new.sqlite') as connection:
        connection.execute("UPDATE beer SET name = 'Cider'")
    connection.close()
    (tmp_path / 'new.sqlite').replace(tmp_path / 'bar.sqlite')
    bar, second = begin(Database)
    assert second is not first
    assert read(second) == ['Cider']
    bar.put_connection(second)


def test_a_database_that_is_not_there_is_refused(Database):
    with pytest.raises(database.DatabaseOperationalError):
        Database('cellar').connect()


def test_what_is_in_memory_is_left_to_the_platform(Database):
    def serve():
        bar = Database(':memory:').connect()
        connection = bar.get_connection()
        bar.put_connection(connection)
        return bar._conn is connection

    # The platform knows one such database for each thread.
    assert apart(serve)


def test_who_gave_back_asks_again(Database):
    "Two transactions never hold one connection"
    first, connection = begin(Database)
    first.put_connection(connection)
    second, taken = begin(Database)
    assert taken is connection
    assert first.connect().get_connection() is not taken
    second.put_connection(taken)


def test_the_file_that_is_replaced_is_closed(Database, tmp_path):
    bar, first = begin(Database)
    bar.put_connection(first)
    shutil.copy(tmp_path / 'bar.sqlite', tmp_path / 'new.sqlite')
    (tmp_path / 'new.sqlite').replace(tmp_path / 'bar.sqlite')
    bar, second = begin(Database)
    with pytest.raises(sqlite3.ProgrammingError, match='closed'):
        first.execute('SELECT 1')
    bar.put_connection(second)


def test_each_database_has_its_own(Database, tmp_path):
    shutil.copy(tmp_path / 'bar.sqlite', tmp_path / 'cellar.sqlite')
    bar, first = begin(Database)
    cellar = Database('cellar').connect()
    second = cellar.get_connection()
    second.execute("INSERT INTO beer VALUES ('Kriek')")
    second.commit()
    bar.put_connection(first)
    cellar.put_connection(second)
    again = Database('cellar').connect()
    assert again.get_connection() is second
    assert read(second) == ['IPA', 'Kriek']
    bar, connection = begin(Database)
    assert connection is first
    assert read(connection) == ['IPA']
    again.put_connection(second)
    bar.put_connection(connection)


def test_a_transaction_that_fails_midway_leaves_nothing(Database):
    bar, connection = begin(Database)
    connection.execute("INSERT INTO beer VALUES ('Stout')")
    with pytest.raises(sqlite3.OperationalError):
        connection.execute('SELECT * FROM wine')
    bar.put_connection(connection)
    bar, connection = begin(Database)
    assert read(connection) == ['IPA']
    bar.put_connection(connection)


def test_a_transaction_after_one_without_is_one(Database):
    "What commits each statement leaves no connection that does"
    bar = Database('bar').connect()
    connection = bar.get_connection(autocommit=True)
    connection.execute("INSERT INTO beer VALUES ('Stout')")
    bar.put_connection(connection)
    bar, connection = begin(Database)
    connection.execute("INSERT INTO beer VALUES ('Lager')")
    bar.put_connection(connection)
    bar, connection = begin(Database)
    assert read(connection) == ['IPA', 'Stout']
    bar.put_connection(connection)
