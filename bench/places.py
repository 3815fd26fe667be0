"""How fast places are held and sold by many at once, on PostgreSQL.

    python -m bench.places

Each client, a process, holds two places of one performance and sells them,
each act in a READ COMMITTED transaction of its own, as two requests would.
Beside it in the same run, on the same server, a control makes the same number
of writes in raw SQL on tables without model: what the machine can do. At the
end the places are counted: none is sold twice.
"""
import argparse
import datetime as dt
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
import uuid

from bench.machine import describe
from tools import postgres
from tools.steps import ROOT, Stop

CLIENTS = [1, 2, 8, 20]
QUANTITY = 2
START_SECONDS_MAX = 120
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
    INSERT INTO control_place SELECT FROM generate_series(1, %s);
    '''


def connect():
    "Return a connection of its own to the database of the product"
    import psycopg

    from trytond import config
    from trytond.tests.test_tryton import DB_NAME
    uri = config.parse_uri(config.get('database', 'uri'))
    return psycopg.connect(uri._replace(path='/' + DB_NAME).geturl())


def control(performance, until):
    "Hold and sell by raw SQL until the instant, return the seconds of each"
    with connect() as connection:
        while time.monotonic() < until:
            started = time.monotonic()
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
            yield time.monotonic() - started


def product(performance, until):
    "Hold and sell by the writer until the instant, return the seconds of each"
    from tibillet_event import place_writer

    while time.monotonic() < until:
        started = time.monotonic()
        uuid_ = str(uuid.uuid4())
        with _transaction():
            place_writer.hold(performance, None, QUANTITY, uuid_, UNTIL)
        with _transaction():
            place_writer.sell(uuid_)
        yield time.monotonic() - started


def _transaction():
    from contextlib import contextmanager

    from trytond.tests.test_tryton import DB_NAME
    from trytond.transaction import Transaction

    @contextmanager
    def committed():
        with Transaction().start(DB_NAME, 0) as transaction:
            transaction.connection.cursor().execute(
                'SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
            yield
            transaction.commit()
    return committed()


WAYS = {'raw SQL': control, 'writer': product}


def client(way, performance, ready, go, results, seconds):
    # The first ones are slower: they connect.
    for _ in WAYS[way](performance, time.monotonic() + 0.3):
        pass
    ready.release()
    go.wait()
    results.put(list(WAYS[way](performance, time.monotonic() + seconds)))


def measure(way, performance, clients, seconds):
    "Return how many a second, and the 99th of 100 in milliseconds"
    # As a server that loads its modules first: connections are not shared.
    context = multiprocessing.get_context('fork')
    ready, go = context.Semaphore(0), context.Event()
    results = context.Queue()
    processes = [
        context.Process(target=client, args=(
                way, performance, ready, go, results, seconds))
        for _ in range(clients)]
    for process in processes:
        process.start()
    if not all(ready.acquire(timeout=START_SECONDS_MAX) for _ in processes):
        for process in processes:
            process.terminate()
        raise SystemExit("A client did not start.")
    go.set()
    took = sorted(s for _ in processes for s in results.get())
    for process in processes:
        process.join()
    return len(took) / seconds, 1000 * took[int(len(took) * 0.99)]


def run(seconds):
    "Measure on the server of the environment"
    performance = _prepare()
    print(
        f"{'clients':>7} {'raw SQL':>9} {'p99 ms':>7} {'writer':>9} "
        f"{'p99 ms':>7} {'ratio':>7}", flush=True)
    for clients in CLIENTS:
        _empty(performance)
        base, base_late = measure('raw SQL', performance, clients, seconds)
        rate, late = measure('writer', performance, clients, seconds)
        print(
            f"{clients:>7} {base:>9.0f} {base_late:>7.1f} {rate:>9.0f} "
            f"{late:>7.1f} {rate / base:>7.2f}", flush=True)
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
        for statement in CONTROL.split(';')[:-1]:
            connection.execute(
                statement.replace('%s', str(CAPACITY)))
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


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.partition('\n')[0])
    parser.add_argument(
        '--seconds', type=int, default=5, metavar='N',
        help="how long each measure lasts (5)")
    parser.add_argument(
        '--here', action='store_true',
        help="use the server that the environment names")
    arguments = parser.parse_args()
    if arguments.here:
        run(arguments.seconds)
        return
    print(describe())
    if not postgres.binaries():
        raise SystemExit("PostgreSQL is not installed: nothing to measure.")
    try:
        with tempfile.TemporaryDirectory() as cache, (
                postgres.running()) as uri:
            subprocess.run(
                [sys.executable, '-m', 'bench.places', '--here',
                    '--seconds', str(arguments.seconds)],
                cwd=ROOT, check=True, env={
                    **os.environ,
                    'TRYTOND_CONFIG': str(ROOT / 'config' / 'test.conf'),
                    'DB_CACHE': cache,
                    **postgres.environment(uri),
                    })
    except Stop as reason:
        raise SystemExit(str(reason)) from reason


if __name__ == '__main__':
    main()
