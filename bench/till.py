"""How many sales a second tills finish, on PostgreSQL.

    python -m bench.till

Each client, a process, sells three beers and a sandwich for cash, each sale
in a READ COMMITTED transaction of its own, as a request would. Beside it in
the same run, on the same server, a control makes the same writes in raw SQL
on tables without model: what the machine can do. Then every chain is read
again, and the tills are closed.
"""
import argparse
import contextlib
import multiprocessing
import os
import subprocess
import sys
import tempfile
import time
import uuid
from decimal import Decimal

from bench.machine import describe
from bench.places import connect
from tools import postgres
from tools.steps import ROOT, Stop

CLIENTS = [1, 2, 8, 20]
START_SECONDS_MAX = 120
CONTROL = '''
    CREATE TABLE control_till (
        id SERIAL PRIMARY KEY, counter INTEGER NOT NULL DEFAULT 0,
        head VARCHAR);
    CREATE TABLE control_sale (
        id SERIAL PRIMARY KEY, till INTEGER REFERENCES control_till,
        uuid VARCHAR UNIQUE, operation INTEGER, date DATE, link VARCHAR,
        signature VARCHAR, UNIQUE (till, operation));
    CREATE TABLE control_line (
        id SERIAL PRIMARY KEY, sale INTEGER REFERENCES control_sale,
        product INTEGER, quantity FLOAT, price NUMERIC, base NUMERIC,
        vat NUMERIC);
    CREATE TABLE control_tax (
        id SERIAL PRIMARY KEY, sale INTEGER REFERENCES control_sale,
        rate NUMERIC, base NUMERIC, vat NUMERIC);
    CREATE TABLE control_payment (
        id SERIAL PRIMARY KEY, sale INTEGER REFERENCES control_sale,
        amount NUMERIC);
    INSERT INTO control_till SELECT FROM generate_series(1, %s)
    '''
TEXT = 'x' * 64


def control(setting, number):
    "Yield after each sale in raw SQL"
    with connect() as connection:
        while True:
            cursor = connection.cursor()
            operation, = cursor.execute(
                'UPDATE control_till SET counter = counter + 1, head = %s '
                'WHERE id = 1 RETURNING counter', (TEXT,)).fetchone()
            sale, = cursor.execute(
                'INSERT INTO control_sale '
                '(till, uuid, operation, date, link, signature) '
                'VALUES (1, %s, %s, CURRENT_DATE, %s, %s) RETURNING id',
                (str(uuid.uuid4()), operation, TEXT, TEXT * 2)).fetchone()
            cursor.execute(
                'INSERT INTO control_line '
                '(sale, product, quantity, price, base, vat) VALUES '
                '(%(sale)s, 1, 3, 3.5, 8.75, 1.75), '
                '(%(sale)s, 2, 1, 4.2, 3.82, 0.38)', {'sale': sale})
            cursor.execute(
                'INSERT INTO control_tax (sale, rate, base, vat) VALUES '
                '(%(sale)s, 0.2, 8.75, 1.75), (%(sale)s, 0.1, 3.82, 0.38)',
                {'sale': sale})
            cursor.execute(
                'INSERT INTO control_payment (sale, amount) VALUES '
                '(%(sale)s, 20), (%(sale)s, -5.3)', {'sale': sale})
            connection.commit()
            yield


def one_till(setting, number):
    return writer(setting, setting['tills'][0])


def own_till(setting, number):
    return writer(setting, setting['tills'][number])


def writer(setting, till):
    "Yield after each sale by the one writer"
    from tibillet_base import till_writer
    from tibillet_base.till_writer import Paid, Sold
    beer, sandwich = setting['products']
    while True:
        with transaction(setting, committed=True):
            till_writer.sell(till, str(uuid.uuid4()), [
                    Sold(beer, Decimal(3), Decimal('3.50')),
                    Sold(sandwich, Decimal(1), Decimal('4.20'))],
                [Paid(setting['cash'], Decimal('20.00'))])
        yield


def form(setting, number):
    "Yield after each sale through the records, as the form does"
    from trytond.pool import Pool
    while True:
        with transaction(setting, committed=True):
            pool = Pool()
            Sale = pool.get('sale.point.sale')
            sale, = Sale.create([{
                        'point': setting['tills'][0],
                        'lines': [('create', [{
                                        'product': product,
                                        'quantity': quantity,
                                        'unit_list_price': Decimal(list_),
                                        'unit_gross_price': Decimal(gross),
                                        } for product, quantity, list_, gross
                                    in zip(setting['products'], [3, 1],
                                        ['2.9167', '3.8182'],
                                        ['3.5', '4.2'], strict=True)])],
                        'payments': [('create', [
                                    {'method': setting['cash'],
                                        'amount': Decimal(amount)}
                                    for amount in ['20.00', '-5.30']])],
                        }])
            Sale.process([sale])
        yield


@contextlib.contextmanager
def transaction(setting, committed=False):
    from trytond.tests.test_tryton import DB_NAME
    from trytond.transaction import Transaction
    with Transaction().start(
            DB_NAME, 0, context={'company': setting['company']}) as started:
        if committed:
            started.connection.cursor().execute(
                'SET TRANSACTION ISOLATION LEVEL READ COMMITTED')
        yield
        started.commit()


WAYS = {
    'raw SQL': control,
    'one till': one_till,
    'own till': own_till,
    'form': form,
    }


def timed(sales, until):
    "Return the seconds of each sale until the instant"
    took, started = [], time.monotonic()
    while started < until:
        next(sales)
        ended = time.monotonic()
        took.append(ended - started)
        started = ended
    return took


def client(way, setting, number, ready, go, results, seconds):
    sales = WAYS[way](setting, number)
    # The first ones are slower: they connect and fill the caches.
    timed(sales, time.monotonic() + 0.5)
    ready.release()
    go.wait()
    results.put(timed(sales, time.monotonic() + seconds))


def measure(way, setting, clients, seconds):
    "Return how many a second, and the 99th of 100 in milliseconds"
    # As a server that loads its modules first: connections are not shared.
    context = multiprocessing.get_context('fork')
    ready, go = context.Semaphore(0), context.Event()
    results = context.Queue()
    processes = [
        context.Process(target=client, args=(
                way, setting, number, ready, go, results, seconds))
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


def run(seconds):
    "Measure on the server of the environment"
    setting = _prepare()
    print(f"{'clients':>7}" + ''.join(
            f" {way:>10} {'p99 ms':>7} {'ratio':>6}" for way in WAYS))
    for clients in CLIENTS:
        line, base = f'{clients:>7}', None
        for way in WAYS:
            rate, late = measure(way, setting, clients, seconds)
            base = base or rate
            line += f' {rate:>10.0f} {late:>7.1f} {rate / base:>6.2f}'
        print(line, flush=True)
    _check(setting)


def _prepare():
    "Return the ids of what sells and is sold"
    from tests import layered
    layered.install()
    from tibillet_base import tools
    from tibillet_base.tests.test_till import (
        NOW, make_books, make_methods, make_products, make_till)

    from trytond.modules.company.tests import create_company
    from trytond.pool import Pool
    from trytond.tests.test_tryton import (
        DB_NAME, activate_module, with_transaction)
    from trytond.transaction import Transaction
    activate_module(['tibillet_base', 'sale_point'])
    # Inherited by the clients: the books are those of that year.
    tools.now = lambda: NOW

    @with_transaction()
    def prepare():
        company = create_company().id
        with Transaction().set_context(company=company):
            make_books()
            products = make_products('0.2', '0.1')
            cash, _ = make_methods()
            tills = [
                make_till(code=f'T{n}') for n in range(max(CLIENTS))]
            Pool().get('sale.point').open_till(tills)
        Transaction().commit()
        return {
            'company': company,
            'products': [p.id for p in products],
            'cash': cash.id,
            'tills': [t.id for t in tills],
            }

    setting = prepare()
    with connect() as connection:
        for statement in CONTROL.split(';'):
            connection.execute(
                statement.replace('%s', str(max(CLIENTS))))
    if not DB_NAME:
        raise SystemExit("There is no database.")
    return setting


def _check(setting):
    "Read every chain again, then close the first till and post it"
    from trytond.pool import Pool
    with transaction(setting):
        pool = Pool()
        Point = pool.get('sale.point')
        points = Point.browse(setting['tills'])
        started = time.perf_counter()
        count, wrong = 0, []
        for point in points:
            read, problems = Point.check_chain(point)
            count += read
            wrong += problems
        took = time.perf_counter() - started
        print(f"{count} facts read again in {took:.1f} s, "
            f"{len(wrong)} problems.")
        Closure = pool.get('tibillet.till.closure')
        point = points[0]
        expected = point.session.start_amount + point.session.balance
        started = time.perf_counter()
        closure = Closure.close_till(point, {Decimal('0.01'): int(
                    expected * 100)})
        closed = time.perf_counter()
        print(f"A Z of {closure.count} sales is closed in "
            f"{closed - started:.1f} s.")
    if wrong:
        raise SystemExit(str(wrong[0]))


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
                [sys.executable, '-m', 'bench.till', '--here',
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
