"""How many tickets a second doors scan at once, on PostgreSQL.

    python -m bench.scans

Each client, a process, is a door of its own: it lets in the holders of its
tickets, one after the other, then out again. *Route*: by the route of a door,
with its key, over the server of production with two processes. *Writer*:
without the server, each scan in a READ COMMITTED transaction of its own.
Beside them in the same run, on the same database, a control makes the same
writes in raw SQL on tables without model, check or signature: what the
machine can do. At the end the scans are counted: each ticket was inside once
at a time.
"""
import datetime as dt
import itertools
import uuid

from bench import clients, web
from bench.clients import CLIENTS, connect, transaction

# Of each door.
TICKETS = 100
CONTROL = '''
    CREATE TABLE control_ticket (
        id SERIAL PRIMARY KEY, uuid VARCHAR UNIQUE, entered_at TIMESTAMP,
        left_at TIMESTAMP);
    CREATE TABLE control_scan (
        id SERIAL PRIMARY KEY, ticket INTEGER REFERENCES control_ticket,
        door INTEGER, kind VARCHAR, at TIMESTAMP, nonce VARCHAR,
        answer VARCHAR, UNIQUE (door, nonce));
    INSERT INTO control_ticket (uuid)
        SELECT i::varchar FROM generate_series(0, %s) i
    '''
ANSWER = 'x' * 300


def _acts(tickets):
    "Yield what becomes of each ticket, in and then out, without end"
    for kind in itertools.cycle(['entry', 'exit']):
        for ticket in tickets:
            yield ticket, kind


def control(setting, number):
    "Yield after each scan in raw SQL"
    mine = range(number * TICKETS, (number + 1) * TICKETS)
    with connect() as connection:
        for ticket, kind in _acts(mine):
            cursor = connection.cursor()
            id_, = cursor.execute(
                'SELECT id FROM control_ticket WHERE uuid = %s '
                'FOR NO KEY UPDATE', (str(ticket),)).fetchone()
            cursor.execute(
                'UPDATE control_ticket SET entered_at = now(), '
                'left_at = CASE WHEN %s THEN now() END WHERE id = %s',
                (kind == 'exit', id_))
            cursor.execute(
                'INSERT INTO control_scan '
                '(ticket, door, kind, at, nonce, answer) '
                'VALUES (%s, %s, %s, now(), %s, %s)',
                (id_, number, kind, str(uuid.uuid4()), ANSWER))
            connection.commit()
            yield


def writer(setting, number):
    "Yield after each scan by the one writer"
    from tibillet_base import tools
    from tibillet_event import scan_writer
    from tibillet_event.scan_writer import Asked

    from trytond.pool import Pool
    device = setting['devices'][number]
    for code, kind in _acts(setting['codes'][number]):
        with transaction(company=setting['company']):
            Device = Pool().get('tibillet.device')
            answer = scan_writer.scan(Device(device), Asked(
                    str(uuid.uuid4()), kind, setting['performance'],
                    tools.now(), code))
        _check_answer(answer)
        yield


def route(setting, number):
    "Yield after each scan of a door"
    device = web.Device(setting['port'], setting['keys'][number])
    for code, kind in _acts(setting['codes'][number]):
        _check_answer(device.post('door/scan', {
                    'nonce': str(uuid.uuid4()),
                    'kind': kind,
                    'performance': setting['performance'],
                    'at': dt.datetime.now(dt.UTC).isoformat(),
                    'code': code,
                    }))
        yield


def _check_answer(answer):
    # A way that is stopped leaves people inside for the next one.
    if answer['code'] not in {'valid', 'already_used', 'not_inside'}:
        raise SystemExit(f"A scan is refused: {answer}.")


WAYS = {'raw SQL': control, 'writer': writer, 'route': route}


def run(seconds):
    "Measure on the server of the environment"
    setting = _prepare()
    with web.serving(setting):
        clients.print_head(WAYS)
        for count in CLIENTS:
            taken = clients.print_row(WAYS, setting, count, seconds)
            if count == web.PROCESSES:
                alone = taken
    clients.print_processor(alone, 'scan')
    _check()


def _prepare():
    "Return doors and their tickets"
    from tests import layered
    layered.install()
    from tibillet_base.tests.till_records import make_company
    from tibillet_event.tests.door_records import DoorMixin

    from trytond.pool import Pool
    from trytond.tests.test_tryton import activate_module
    activate_module(['tibillet_event', 'sale_point'])

    class House(DoorMixin):
        pass

    house = House()
    doors = range(max(CLIENTS))

    def make():
        Ticket = Pool().get('tibillet.ticket')
        make_company()
        house.open_box_office(len(doors) * TICKETS)
        _begin(house.performance)
        guest = house.make_tariff("Guest", '0', kind='free')
        devices = [house.make_gate(f'Gate {i}') for i in doors]
        return {
            'company': house.company.id,
            'performance': house.performance.uuid,
            'devices': [device.id for device in devices],
            'keys': [house.pair(device) for device in devices],
            'codes': [
                [t.code for t in Ticket.browse([
                            t.id for t in house.sell(
                                str(uuid.uuid4()),
                                house.item(TICKETS, guest)).tickets])]
                for _ in doors],
            }

    setting = house.commit(make)
    with connect() as connection:
        connection.execute(CONTROL % (len(doors) * TICKETS))
    return setting


def _begin(performance):
    "Let a performance begin soon: its doors are open"
    from tibillet_event import schedule
    start = dt.datetime.now(dt.UTC).replace(tzinfo=None) + dt.timedelta(
        hours=1)
    local = schedule.to_local(start, performance.timezone)
    performance.date = local.date()
    performance.time = local.time().replace(second=0, microsecond=0)
    performance.end_time = (local + dt.timedelta(hours=1)).time().replace(
        second=0, microsecond=0)
    performance.save()


def _check():
    "Say so if a ticket was inside twice, or a scan was not kept"
    with connect() as connection:
        scans, twice = connection.execute(
            'SELECT count(*), count(*) FILTER (WHERE kind = before) FROM ('
            'SELECT kind, lag(kind) OVER (PARTITION BY ticket ORDER BY id) '
            "AS before FROM tibillet_scan WHERE result = 'valid') s"
            ).fetchone()
    if twice:
        raise SystemExit(f"{twice} of {scans} scans contradict others.")
    print(f"{scans} valid scans are kept, none contradicts another.")


if __name__ == '__main__':
    clients.main('bench.scans', __doc__, run)
