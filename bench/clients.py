"""How many acts a second clients make at once, on a PostgreSQL of its own.

Each client is a process. A way is a function of the setting and the number of
the client; it yields after each act, without end.
"""
import argparse
import contextlib
import multiprocessing
import time

from bench.machine import describe, launch
from tools import postgres
from tools.steps import Stop

CLIENTS = [1, 2, 8, 20]
START_SECONDS_MAX = 120
WARM_SECONDS = 0.5


def connect():
    "Return a connection of its own to the database of the product"
    import psycopg

    from trytond import config
    from trytond.tests.test_tryton import DB_NAME
    uri = config.parse_uri(config.get('database', 'uri'))
    return psycopg.connect(uri._replace(path='/' + DB_NAME).geturl())


@contextlib.contextmanager
def transaction(**context):
    "Commit in a READ COMMITTED transaction of its own, as a request does"
    from trytond.tests.test_tryton import DB_NAME
    from trytond.transaction import Transaction
    with Transaction().start(DB_NAME, 0, context=context) as started:
        started.connection.cursor().execute(
            'SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
        yield
        started.commit()


def print_head(ways):
    print(f"{'clients':>7}" + ''.join(
            f" {name:>10} {'p99 ms':>7} {'ratio':>6}" for name in ways))


def print_row(ways, setting, clients, seconds):
    "Measure each way, by its name, and print its ratio to the first one"
    line, base = f'{clients:>7}', None
    for way in ways.values():
        rate, late = _measure(way, setting, clients, seconds)
        base = base or rate
        line += f' {rate:>10.0f} {late:>7.1f} {rate / base:>6.2f}'
    print(line, flush=True)


def _measure(way, setting, clients, seconds):
    "Return how many a second, and the 99th of 100 in milliseconds"
    # As a server that loads its modules first: connections are not shared.
    context = multiprocessing.get_context('fork')
    ready, go = context.Semaphore(0), context.Event()
    results = context.Queue()

    def client(number):
        acts = way(setting, number)
        # The first ones are slower: they connect and fill the caches.
        _timed(acts, WARM_SECONDS)
        ready.release()
        go.wait()
        results.put(_timed(acts, seconds))

    processes = [
        context.Process(target=client, args=(number,))
        for number in range(clients)]
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


def _timed(acts, seconds):
    "Return how many seconds each act took, for so long"
    took, started = [], time.monotonic()
    until = started + seconds
    while started < until:
        next(acts)
        ended = time.monotonic()
        took.append(ended - started)
        started = ended
    return took


def main(module, description, run):
    "Run for some seconds a measure on a server of its own, or on the one here"
    parser = argparse.ArgumentParser(
        description=description.partition('\n')[0])
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
        with postgres.running() as uri:
            launch(
                [module, '--here', '--seconds', str(arguments.seconds)],
                postgres.environment(uri))
    except Stop as reason:
        raise SystemExit(str(reason)) from reason
