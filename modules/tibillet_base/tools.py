import datetime as dt
from contextlib import contextmanager

from trytond import backend
from trytond.exceptions import UserError
from trytond.model import fields
from trytond.pool import Pool
from trytond.tools import grouped_slice
from trytond.transaction import Transaction, without_check_access

from tibillet.terms import add_months

# How many records a query looks for at once.
SLICE = 1000
# Who plans further ahead has most likely mistyped the year.
AHEAD_MONTHS = 24
# The states of a field of a wizard that is only shown: clients do not send
# back what is readonly by itself.
SHOWN = {'readonly': True}


def now():
    "Return the time in UTC, as the database keeps it"
    return dt.datetime.now(dt.UTC).replace(tzinfo=None)


def today(company=None):
    """Return the day it is for the company, by default that of the context

    Never the date of the context: the client writes it.
    """
    pool = Pool()
    Date = pool.get('ir.date')
    context = {'company': company.id} if company else {}
    with Transaction().set_context(**context):
        return Date.today()


def each_company():
    """Yield the company of the context, each of them in turn if there is none

    In its context and its language: a task of the night has a company only
    if somebody chose it, and its accountant reads what it says.
    """
    pool = Pool()
    Company = pool.get('company.company')
    chosen = Transaction().context.get('company')
    companies = (
        Company.search([], order=[('id', 'ASC')]) if chosen is None
        else [Company(chosen)])
    for company in companies:
        language = company.party.lang
        with Transaction().set_context(
                company=company.id,
                **{'language': language.code} if language else {}):
            yield Company(company.id)


def is_far(date, company):
    "Return if the date is so far ahead that one should ask about it"
    return date > add_months(today(company), AHEAD_MONTHS)


def take_turn(Model, ids, column='state'):
    """Let nobody else change the records until the transaction ends

    Their rows are updated with what a column of theirs has: a second writer
    waits for the first, then the database refuses it and the server tries it
    again, from the start and on what the first has written. A row that is
    locked and not changed would let it go on with what it read before.
    Nothing of the records changes by it, not even the date they were
    modified. Their keys are not updated either: who only refers to them does
    not wait.
    """
    table = Model.__table__()
    if ids:
        value = getattr(table, column)
        cursor().execute(*table.update(
                [value], [value],
                where=fields.SQL_OPERATORS['in'](table.id, sorted(ids))))


def cursor():
    return Transaction().connection.cursor()


def table(name):
    return Pool().get(name).__table__()


def read_committed():
    """Let the transaction, which has not begun, see what others commit

    On PostgreSQL. Told to the connection, not in a statement of its own.
    """
    if backend.name == 'postgresql':
        # Only there is it installed.
        from psycopg import IsolationLevel
        Transaction().connection.isolation_level = (
            IsolationLevel.READ_COMMITTED)


def who():
    "Return the name of the device or the user who acts, None for the server"
    pool = Pool()
    Device = pool.get('tibillet.device')
    User = pool.get('res.user')
    transaction = Transaction()
    device = transaction.context.get('_device')
    with without_check_access():
        if device:
            return (transaction.context.get('_device_name')
                or Device(device).rec_name)
        if transaction.user:
            return User(transaction.user).rec_name


def write_alone():
    """On SQLite, let nobody else write until the transaction ends

    SQLite waits for the others at the first statement that writes, when what
    a button decides from has been read: two clicks at once would both do it.
    Call it before reading. PostgreSQL sees the second by itself.
    """
    connection = Transaction().connection
    if backend.name == 'sqlite' and not connection.in_transaction:
        connection.execute('BEGIN IMMEDIATE')


@contextmanager
def undone(*exceptions):
    "Undo what was done within, locks too, if it is refused"
    statements = cursor()
    # Else on SQLite the savepoint would be the transaction, its end a commit.
    write_alone()
    statements.execute('SAVEPOINT act')
    try:
        yield
    except (UserError, *exceptions):
        statements.execute('ROLLBACK TO SAVEPOINT act')
        raise
    statements.execute('RELEASE SAVEPOINT act')


def forget(Model, ids):
    """Make the transaction read the records anew, after raw SQL on them

    Call it after any UPDATE or DELETE that did not go through the ORM; hooks,
    history and write_date are still up to who writes the SQL.
    """
    transaction = Transaction()
    # The local caches of records compare it.
    transaction.counter += 1
    for cache in transaction.cache.values():
        if Model.__name__ in cache:
            records = cache[Model.__name__]
            for id_ in ids:
                records.pop(id_, None)


def sliced(records, count=SLICE):
    "Return the records in groups that a query can look for at once"
    return grouped_slice(records, count)
