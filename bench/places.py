"""How fast places are held and sold by many at once, on PostgreSQL.

    python -m bench.places

Each client, a process, holds two places of one performance and sells them,
each act in a READ COMMITTED transaction of its own, as two requests would.
Beside it in the same run, on the same server, a control makes the same number
of writes in raw SQL on tables without model: what the machine can do. At the
end the places are counted: none is sold twice.
"""
import datetime as dt
import time
import uuid

from bench import clients
from bench.clients import connect, transaction

QUANTITY = 2
# All at one performance, that none of them empties.
CAPACITY = 20000
UNTIL = dt.datetime.fromisoformat('2099-07-01')
CONTROL = '''
    CREATE TABLE control_place (
        id SERIAL PRIMARY KEY, hold INTEGER, held_until TIMESTAMP,
        sold BOOLEAN NOT NULL DEFAULT false);
    CREATE INDEX ON control_place (id) WHERE NOT sold;
    CREATE TABLE control_hold (
        id SERIAL PRIMARY KEY, uuid VARCHAR UNIQUE, sold_at TIMESTAMP);
    CREATE TABLE control_link (
        id SERIAL PRIMARY KEY, hold INTEGER REFERENCES control_hold,
        place INTEGER REFERENCES control_place, UNIQUE (hold, place));
    INSERT INTO control_place SELECT FROM generate_series(1, %s)
    '''


def control(performance, number):
    "Yield after each hold and sale by raw SQL"
    with connect() as connection:
        while True:
            cursor = connection.cursor()
            hold, = cursor.execute(
                'INSERT INTO control_hold (uuid) VALUES (%s) RETURNING id',
                (str(uuid.uuid4()),)).fetchone()
            places = cursor.execute(
                'UPDATE control_place SET hold = %s, held_until = %s '
                'WHERE id IN (SELECT id FROM control_place WHERE NOT sold '
                'AND (held_until IS NULL OR held_until <= now()) '
                'LIMIT %s FOR UPDATE SKIP LOCKED) RETURNING id',
                (hold, UNTIL, QUANTITY)).fetchall()
            cursor.executemany(
                'INSERT INTO control_link (hold, place) VALUES (%s, %s)',
                [(hold, place) for place, in places])
            connection.commit()
            cursor.execute(
                'UPDATE control_place SET sold = true, held_until = NULL '
                'WHERE hold = %s AND id = ANY(%s)',
                (hold, [p for p, in places]))
            cursor.execute(
                'UPDATE control_hold SET sold_at = now() WHERE id = %s',
                (hold,))
            connection.commit()
            yield


def writer(performance, number):
    "Yield after each hold and sale by the writer"
    from tibillet_event import place_writer

    while True:
        uuid_ = str(uuid.uuid4())
        with transaction():
            place_writer.hold(performance, None, QUANTITY, uuid_, UNTIL)
        with transaction():
            place_writer.sell(uuid_)
        yield


WAYS = {'raw SQL': control, 'writer': writer}


def run(seconds):
    "Measure on the server of the environment"
    performance = _prepare()
    clients.print_head(WAYS)
    for count in clients.CLIENTS:
        _empty(performance)
        clients.print_row(WAYS, performance, count, seconds)
        _check(performance)


def _prepare():
    "Return the id of a performance on sale"
    from tests import layered
    layered.install()
    from tibillet_event.tests.records import create_sale

    from trytond.tests.test_tryton import DB_NAME, activate_module
    from trytond.transaction import Transaction
    activate_module('tibillet_event')
    with Transaction().start(DB_NAME, 0) as transaction:
        started = time.perf_counter()
        create_sale(10000)
        print(
            "A performance of 10 000 places is made in "
            f"{time.perf_counter() - started:.1f} s.")
        performance = create_sale(CAPACITY)
        transaction.commit()
    with connect() as connection:
        connection.execute(CONTROL % CAPACITY)
    return performance.id


def _empty(performance):
    "Give everything back, as new"
    with connect() as connection:
        connection.autocommit = True
        for statement in [
                'UPDATE tibillet_place SET hold = NULL, held_until = NULL, '
                f'sold = false WHERE performance = {performance}',
                'UPDATE control_place SET hold = NULL, held_until = NULL, '
                'sold = false',
                'VACUUM FULL ANALYZE tibillet_place',
                'VACUUM FULL ANALYZE control_place',
                ]:
            connection.execute(statement)


def _check(performance):
    "Say so if a place was sold twice"
    with connect() as connection:
        sold, given, holds = connection.execute(
            'SELECT (SELECT count(*) FROM tibillet_place '
            f'WHERE sold AND performance = {performance}), '
            'count(*), count(DISTINCT h.id) '
            'FROM "tibillet_place_hold-tibillet_place" l '
            'JOIN tibillet_place_hold h ON h.id = l.hold '
            'JOIN tibillet_place p ON p.id = l.place AND p.hold = h.id '
            f'WHERE h.sold_at IS NOT NULL AND p.performance = {performance}'
            ).fetchone()
        if not sold == given == QUANTITY * holds:
            raise SystemExit(
                f"{sold} places are sold and {given} were given to {holds}.")


if __name__ == '__main__':
    clients.main('bench.places', __doc__, run)
