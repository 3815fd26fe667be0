"""The rows of a till, in python-sql.

A till is one row: who locks it numbers, chains and signs alone, until the end
of the transaction, beside any number of other tills.
"""
import functools
from dataclasses import dataclass, field

from sql import For, Literal, Table

from trytond import backend
from trytond.pool import Pool

from . import keys, till_chain
from .tools import cursor, forget, table


class _ForNoKeyUpdate(For):
    """Lock a row against those who change it, not those who refer to it

    FOR UPDATE would also wait for whoever has inserted a sale of the till and
    not ended his transaction, who may wait for the till himself.
    """
    __slots__ = ()

    def __str__(self):
        return super().__str__().replace('FOR UPDATE', 'FOR NO KEY UPDATE')


def is_practice(sale):
    "Return the condition that a row is of a till for practice"
    till = table('sale.point')
    return sale.point.in_(till.select(till.id, where=till.practice))


def for_update():
    "Return how rows are locked, None where the database has one writer"
    return _ForNoKeyUpdate('UPDATE') if backend.name == 'postgresql' else None


def insert(name, rows):
    """Insert rows, dictionaries with the same keys, and return their ids

    Who and when, hooks and checks are up to the caller.
    """
    pool = Pool()
    Model = pool.get(name)
    columns = tuple(rows[0])
    formats = [Model._fields[column].sql_format for column in columns]
    values = [[
            format_(row[column])
            for format_, column in zip(formats, columns, strict=True)]
        for row in rows]
    statement = cursor()
    if backend.name == 'postgresql':
        statement.execute(
            _get_insert(Model._table, columns, len(rows), True),
            [value for row in values for value in row])
        return [id_ for id_, in statement]
    text, ids = _get_insert(Model._table, columns, 1, False), []
    for row in values:
        statement.execute(text, row)
        ids.append(statement.lastrowid)
    return ids


@functools.lru_cache(maxsize=256)
def _get_insert(name, columns, count, returning):
    "Return the text of a statement, which takes longer to make than to run"
    new = Table(name)
    text, _ = new.insert(
        [getattr(new, column) for column in columns],
        [[0] * len(columns)] * count,
        returning=[new.id] if returning else None)
    return text


@dataclass
class Row:
    "The row of a locked till"
    id: int
    uuid: str
    code: str
    company: int
    tax_included: bool
    counter: int
    head: str
    log_counter: int
    log_head: str
    last_at: object
    practice: bool
    # That signs, None if it was not there when the row was read.
    key: int
    # What another module keeps in the row, by its columns.
    more: dict = field(default_factory=dict)

    def number(self, operation):
        return f'{self.code}-{operation:06d}'


COLUMNS = [
    'id', 'uuid', 'code', 'company', 'tax_included', 'counter', 'head',
    'log_counter', 'log_head', 'last_at', 'practice']


def lock(point, more=()):
    """Return the row of the till, which no other transaction changes

    more: other columns, that advance writes too.
    """
    known = table('tibillet.till.key')
    till = table('sale.point')
    key = known.select(
        known.id,
        where=(known.point == till.id) & (known.version == keys.current()))
    return _read(till, point, key, more, for_update())


def read(point):
    "Return the row of the till as it is now"
    return _read(table('sale.point'), point, Literal(None), (), None)


def _read(till, point, key, more, for_):
    statement = cursor()
    statement.execute(*till.select(
            *(getattr(till, name) for name in COLUMNS), key,
            *(getattr(till, name) for name in more),
            where=till.id == int(point), for_=for_))
    *values, = statement.fetchone()
    own = len(COLUMNS) + 1
    row = Row(*values[:own], dict(zip(more, values[own:], strict=True)))
    row.counter = row.counter or 0
    row.log_counter = row.log_counter or 0
    row.head = row.head or till_chain.start('sale', row.uuid)
    row.log_head = row.log_head or till_chain.start('log', row.uuid)
    return row


def advance(row):
    "Keep how far the chains of the locked till have come"
    pool = Pool()
    Point = pool.get('sale.point')
    till = table('sale.point')
    names = ['counter', 'head', 'log_counter', 'log_head', 'last_at']
    cursor().execute(*till.update(
            [getattr(till, name) for name in [*names, *row.more]],
            [*(getattr(row, name) for name in names), *row.more.values()],
            where=till.id == row.id))
    forget(Point, [row.id])


@dataclass
class Signer:
    "The key with which a till signs now"
    id: int
    private: bytes

    def sign(self, link):
        return till_chain.sign(self.private, link)


def signer(row):
    "Return the key of the locked till, a new one after a new master"
    pool = Pool()
    Key = pool.get('tibillet.till.key')
    version = keys.current()
    private = keys.derive(version, *till_chain.use(row.uuid))
    if not row.key:
        # Who had the till before may have made it.
        known = table('tibillet.till.key')
        statement = cursor()
        statement.execute(*known.select(
                known.id,
                where=(known.point == row.id) & (known.version == version)))
        found = statement.fetchone()
        row.key = found[0] if found else Key.add(row, version, private)
    return Signer(row.key, private)
