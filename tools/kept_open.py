"""SQLite files that stay open from a transaction to the next.

The platform opens the file again for each transaction, and SQLite then reads
the whole schema again: a third of the server's work. Here a thread keeps the
connections that its transactions gave back. PostgreSQL, which has a pool of
its own, does not come this way.
"""
import os
import threading
import weakref

from trytond import config
from trytond.backend.sqlite import database

_MEMORY = ':memory:'
_kept = threading.local()


class Connection(database.SQLiteConnection):
    "A connection that knows its cursors, to end what they still read"

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self._cursors = weakref.WeakSet()
        self.file = None

    def cursor(self):
        cursor = super().cursor()
        self._cursors.add(cursor)
        return cursor

    def end(self):
        "Leave nothing of a transaction: the next one sees what stands then"
        for cursor in list(self._cursors):
            cursor.close()
        self.rollback()


def _identify(name):
    "Return what tells the file of a database from one made anew in its place"
    path = os.path.join(config.get('database', 'path'), f'{name}.sqlite')
    try:
        found = os.stat(path)
    except FileNotFoundError:
        return None
    return path, found.st_dev, found.st_ino


def _take(file):
    free = _kept.__dict__.setdefault('free', [])
    for connection in [c for c in free if c.file[0] == file[0]]:
        free.remove(connection)
        if connection.file == file:
            return connection
        connection.close()


def keep_open(Database=database.Database):
    "Make a class of SQLite databases keep its connections"
    database.SQLiteConnection = Connection
    open_, put = Database.connect, Database.put_connection

    def connect(self):
        if self._conn is None and self.name != _MEMORY:
            file = _identify(self.name)
            if file:
                self._conn = _take(file)
            open_(self)
            self._conn.file = file
            return self
        return open_(self)

    def put_connection(self, connection=None):
        put(self, connection)
        if self.name != _MEMORY and connection and connection.file:
            connection.end()
            _kept.__dict__.setdefault('free', []).append(connection)
            self._conn = None

    Database.connect = connect
    Database.put_connection = put_connection
