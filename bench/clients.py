"""How many acts a second clients make at once, on a PostgreSQL of its own.

Each client is a process. A way is a function of the setting and the number of
the client; it yields after each act, without end.
"""
import argparse
import contextlib
import multiprocessing
import resource
import time

from bench import processor
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
    from tibillet_base import tools

    from trytond.tests.test_tryton import DB_NAME
    from trytond.transaction import Transaction
    with Transaction().start(DB_NAME, 0, context=context) as started:
        tools.read_committed()
        yield
        started.commit()


def print_head(ways):
    print(f"{'clients':>7}" + ''.join(
            f" {name:>10} {'p99 ms':>7} {'ratio':>6}" for name in ways))


def print_row(ways, setting, clients, seconds):
    """Measure each way, by its name, and print its ratio to the first one

    Return the processor that each took, see print_processor.
    """
    line, base, taken = f'{clients:>7}', None, {}
    for name, way in ways.items():
        before = _processor(setting)
        rate, late, acts = _measure(way, setting, clients, seconds)
        taken[name] = {
            who: 1000 * (now - before[who]) / acts
            for who, now in _processor(setting).items()}
        base = base or rate
        line += f' {rate:>10.0f} {late:>7.1f} {rate / base:>6.2f}'
    print(line, flush=True)
    return taken


def _processor(setting):
    "Return the seconds that clients and servers have been computing"
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    return {
        'clients': spent.ru_utime + spent.ru_stime,
        **{name: processor.used(pid)
            for name, pid in setting.get('servers', {}).items()},
        }


def print_processor(taken, act):
    "Print the processor that an act took of each, in milliseconds"
    for name, spent in taken.items():
        print(f'{name}, processor per {act}: ' + ', '.join(
                f'{who} {milliseconds:.1f} ms'
                for who, milliseconds in spent.items()))


def database_server():
    "Return the process that serves the database, None if it is elsewhere"
    with connect() as connection:
        return processor.parent(connection.info.backend_pid)


def _measure(way, setting, clients, seconds):
    """Return how many a second, and the 99th of 100 in milliseconds

    And how many there were, with those that are not measured.
    """
    # As a server that loads its modules first: connections are not shared.
    context = multiprocessing.get_context('fork')
    ready, go = context.Semaphore(0), context.Event()
    results = context.Queue()

    def client(number):
        acts = way(setting, number)
        # The first ones are slower: they connect and fill the caches.
        warm = len(_timed(acts, WARM_SECONDS))
        ready.release()
        go.wait()
        results.put((warm, _timed(acts, seconds)))

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
    found = [results.get() for _ in processes]
    for process in processes:
        process.join()
    took = sorted(s for _, acts in found for s in acts)
    return (
        len(took) / seconds, 1000 * took[int(len(took) * 0.99)],
        len(took) + sum(warm for warm, _ in found))


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
