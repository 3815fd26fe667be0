"""How many sales a second tills finish, on PostgreSQL.

    python -m bench.till

Each client, a process, sells three beers and a sandwich for cash, each sale
in a READ COMMITTED transaction of its own, as a request would. Beside it in
the same run, on the same server, a control makes the same writes in raw SQL
on tables without model: what the machine can do. Then every chain is read
again, and the tills are closed.
"""
import time
import uuid
from decimal import Decimal

from bench import clients
from bench.clients import CLIENTS, connect, transaction

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
        with transaction(company=setting['company']):
            till_writer.sell(till, str(uuid.uuid4()), [
                    Sold(beer, Decimal(3), Decimal('3.50')),
                    Sold(sandwich, Decimal(1), Decimal('4.20'))],
                [Paid(setting['cash'], Decimal('20.00'))])
        yield


def form(setting, number):
    "Yield after each sale through the records, as the form does"
    from trytond.pool import Pool
    while True:
        with transaction(company=setting['company']):
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


WAYS = {
    'raw SQL': control,
    'one till': one_till,
    'own till': own_till,
    'form': form,
    }


def run(seconds):
    "Measure on the server of the environment"
    setting = _prepare()
    clients.print_head(WAYS)
    for count in CLIENTS:
        clients.print_row(WAYS, setting, count, seconds)
    _check(setting)


def _prepare():
    "Return the ids of what sells and is sold"
    from tests import layered
    layered.install()
    from tibillet_base import tools
    from tibillet_base.tests.till_records import (
        NOW, make_books, make_methods, make_products, make_till)

    from trytond.modules.company.tests import create_company
    from trytond.pool import Pool
    from trytond.tests.test_tryton import activate_module, with_transaction
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
        connection.execute(CONTROL % max(CLIENTS))
    return setting


def _check(setting):
    "Read every chain again, then close the first till and post it"
    from trytond.pool import Pool
    with transaction(company=setting['company']):
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


if __name__ == '__main__':
    clients.main('bench.till', __doc__, run)
