"""How many paid orders of two tickets a second, on PostgreSQL.

    python -m bench.tickets

Each client, a process, sells two full prices of one performance for cash:
the places, the sale of the till, the tickets and their journal. *Route*: by
the route of a terminal, with its key, over the server of production with two
processes; all at one till or each at its own. *Writer*: without the server.
Beside them in the same run, on the same database, a control makes the same
number of writes in raw SQL on tables without model: what the machine can do.
Then chains, places and sums are checked.
"""
import uuid
from decimal import Decimal

from bench import clients, places, till, web
from bench.clients import connect, transaction

CAPACITY = 40000
PRICE = Decimal('20.00')
CONTROL = '''
    CREATE TABLE control_operation (
        id SERIAL PRIMARY KEY, till INTEGER, rank INTEGER, place INTEGER,
        names VARCHAR, paid NUMERIC, base NUMERIC, vat NUMERIC, link VARCHAR,
        signature VARCHAR, UNIQUE (till, rank));
    CREATE TABLE control_ticket (
        id SERIAL PRIMARY KEY, uuid VARCHAR UNIQUE, place INTEGER,
        state VARCHAR)
    '''


def control(setting, number):
    "Yield after each order in raw SQL"
    held = places.control(setting, number)
    sold = till.control(setting, number)
    with connect() as connection:
        while True:
            next(held)
            next(sold)
            connection.execute(
                'INSERT INTO control_ticket (uuid, place, state) VALUES '
                "(%s, 1, 'valid'), (%s, 2, 'valid')",
                (str(uuid.uuid4()), str(uuid.uuid4())))
            connection.execute(
                'INSERT INTO control_operation '
                '(names, paid, base, vat, link, signature) VALUES '
                '(%(text)s, 20, 18.95, 1.05, %(text)s, %(text)s), '
                '(%(text)s, 20, 18.96, 1.04, %(text)s, %(text)s)',
                {'text': till.TEXT})
            connection.commit()
            yield


def route(setting, number):
    "Yield after each order of a terminal, each at its own till"
    device = web.Device(setting['port'], setting['keys'][number])
    order = {
        'items': [{
                'performance': setting['uuid'],
                'tariff': setting['tariff'],
                'quantity': 2,
                }],
        'payments': [{'method': setting['cash'], 'amount': str(2 * PRICE)}],
        }
    while True:
        answer = device.post(
            'till/tickets', {'uuid': str(uuid.uuid4()), **order})
        if answer['code'] != 'ok':
            raise SystemExit(f"An order is refused: {answer}.")
        yield


def one_till(setting, number):
    return route(setting, 0)


def writer(setting, number):
    "Yield after each order by the one writer, each at its own till"
    from tibillet_base.till_writer import Paid
    from tibillet_event import ticket_writer
    from tibillet_event.ticket_writer import Item
    while True:
        with transaction(company=setting['company']):
            ticket_writer.sell(
                setting['tills'][number], str(uuid.uuid4()), [
                    Item(setting['performance'], setting['tariff'], 2)],
                [Paid(setting['cash'], 2 * PRICE)], 'counter')
        yield


WAYS = {
    'raw SQL': control,
    'writer': writer,
    'route': route,
    'one till': one_till,
    }


def run(seconds):
    "Measure on the server of the environment"
    setting = _prepare()
    with web.serving(setting):
        clients.print_head(WAYS)
        for count in clients.CLIENTS:
            taken = clients.print_row(WAYS, setting, count, seconds)
            if count == web.PROCESSES:
                alone = taken
    clients.print_processor(alone, 'order')
    _check(setting)


def _prepare():
    "Return the ids of what sells and is sold"
    from tests import layered
    layered.install()
    from tibillet_base.tests.till_records import make_company, pair, run_again
    from tibillet_event.tests.ticket_records import TicketMixin

    from trytond.modules.company.tests import set_company
    from trytond.tests.test_tryton import DB_NAME, activate_module
    activate_module(['tibillet_event', 'sale_point'])

    class Office(TicketMixin):
        pass

    def make():
        make_company()
        office = Office()
        office.open_box_office(CAPACITY)
        with set_company(office.company):
            tills = [office.till.id] + [
                office.make_till(code=f'T{number}').id
                for number in range(1, max(clients.CLIENTS))]
            keys = [pair(f'Terminal {till}', point=till) for till in tills]
        return {
            'company': office.company.id,
            'performance': office.performance.id,
            'uuid': office.performance.uuid,
            'tariff': office.full.id,
            'cash': office.cash.id,
            'tills': tills,
            'keys': keys,
            }

    setting = run_again(DB_NAME, make)
    with connect() as connection:
        connection.execute(places.CONTROL % CAPACITY)
        connection.execute(till.CONTROL % 1)
        connection.execute(CONTROL)
    return setting


def _check(setting):
    "Say what was sold, and refuse to end if anything does not agree"
    from trytond.pool import Pool
    with transaction(company=setting['company']):
        Point = Pool().get('sale.point')
        facts = problems = 0
        for point in Point.browse(setting['tills']):
            count, found = Point.check_chain(point)
            facts += count
            problems += len(found)
    with connect() as connection:
        tickets, places_, paid, sold, holes = connection.execute('''
            SELECT (SELECT count(*) FROM tibillet_ticket),
                (SELECT count(DISTINCT place) FROM tibillet_ticket),
                (SELECT sum(paid) FROM tibillet_ticket_operation),
                (SELECT sum(base + amount) FROM tibillet_till_sale_tax),
                (SELECT count(*) FROM (
                    SELECT max(rank) <> count(*) AS hole
                    FROM tibillet_ticket_operation GROUP BY point) AS s
                    WHERE hole)
            ''').fetchone()
    print(
        f"{tickets} tickets on {places_} places, {paid} paid and {sold} in "
        f"sales; {facts} facts of tills read again, {problems} problems; "
        f"{holes} series with a hole.")
    if tickets != places_ or paid != sold or problems or holes:
        raise SystemExit("It does not agree.")


if __name__ == '__main__':
    clients.main('bench.tickets', __doc__, run)
