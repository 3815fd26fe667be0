"""How long it takes to find one of 100 000 tickets, on PostgreSQL.

    python -m bench.search

Tickets of ten evenings with names, e-mails and numbers are written by raw
SQL. Each search is what a person types into the list of tickets, with the
page of rows that the client then reads; *Door*: what a device finds in its
own performance, where names are shown. Beside them the bare statement that
tells whether any ticket matches. Best of some.
"""
import time

from bench import clients
from bench.clients import connect, transaction

TICKETS = 100_000
EVENINGS = 10
TIMES = 7
PAGE = 1000
FIRST = ['Léa', 'Noé', 'Inès', 'Malo', 'Zoé', 'Sacha', 'Nadia', 'Yann']
LAST = ['Martin', 'Diallo', 'Le Goff', 'Payet', 'Nguyen', 'Benali', 'Roux']
FILL = '''
    INSERT INTO tibillet_ticket (
        number, uuid, company, performance, place, tariff, hold, paid, state,
        prints, holder, email, create_date)
    SELECT 'BIG-T' || lpad(n::text, 6, '0'), md5(n::text), %(company)s,
        p.performance, p.id, %(tariff)s, %(hold)s, 20, 'valid', 0,
        (%(first)s::varchar[])[1 + n %% 8] || ' '
            || (%(last)s::varchar[])[1 + n / 8 %% 7] || ' ' || n,
        'person' || n || '@example.org', now()
    FROM (SELECT id, performance, row_number() OVER (ORDER BY id) AS n
        FROM tibillet_place WHERE NOT sold) p
    '''
# What is typed, and how many tickets that finds.
TYPED = [
    ("a number", 'BIG-T012345'),
    ("the end of a number", '12345'),
    ("a name", 'nguyen 4321'),
    ("a name of many", 'martin'),
    ("an e-mail", 'person98765@example.org'),
    ("nobody", 'Lovelace'),
    ]


def run(seconds):
    "Measure on the server of the environment"
    setting = _prepare()
    print(
        f"{'what is typed':>20} {'found':>6} {'ms':>7} {'door':>7} "
        f"{'SQL':>7}")
    for name, text in TYPED:
        found, took = _best(lambda text=text: _search(setting, text))
        _, door = _best(lambda text=text: _door(setting, text))
        _, bare = _best(lambda text=text: _bare(text))
        print(f'{name:>20} {found:>6} {took:>7.0f} {door:>7.0f} {bare:>7.0f}')


def _best(act):
    "Return what an act gives and how many milliseconds it takes"
    took = []
    for _ in range(TIMES):
        started = time.perf_counter()
        found = act()
        took.append(time.perf_counter() - started)
    return found, 1000 * min(took)


def _search(setting, text):
    "Return how many tickets the list shows, read as the client does"
    from trytond.pool import Pool
    with transaction(company=setting['company']):
        Ticket = Pool().get('tibillet.ticket')
        return len(Ticket.search_read(
                [('rec_name', 'ilike', f'%{text}%')], limit=PAGE,
                fields_names=[
                    'number', 'holder', 'email', 'state', 'paid',
                    'performance.rec_name', 'tariff.rec_name']))


def _door(setting, text):
    from tibillet_event import door_list

    from trytond.pool import Pool
    with transaction(company=setting['company']):
        Device = Pool().get('tibillet.device')
        return len(door_list.search(
                Device(setting['device']), setting['performance'],
                text)['tickets'])


def _bare(text):
    with connect() as connection:
        return connection.execute(
            'SELECT count(*) FROM tibillet_ticket WHERE number ILIKE %(text)s '
            'OR holder ILIKE %(text)s OR email ILIKE %(text)s',
            {'text': f'%{text}%'}).fetchone()


def _prepare():
    "Return a box office that has sold a lot"
    from tests import layered
    layered.install()
    from tibillet_base.tests.till_records import make_company
    from tibillet_event.tests.door_records import DoorMixin
    from tibillet_event.tests.records import create_sale

    from trytond.modules.company.tests import set_company
    from trytond.tests.test_tryton import activate_module
    activate_module(['tibillet_event', 'sale_point'])

    class House(DoorMixin):
        pass

    house = House()

    def make():
        make_company()
        house.open_box_office(TICKETS // EVENINGS)
        for _ in range(EVENINGS - 1):
            create_sale(TICKETS // EVENINGS)
        device = house.make_gate("North")
        with set_company(house.company):
            device.gate.show_names = True
            device.gate.save()
        order = house.sell('one', house.item(1), paid='20')
        return {
            'company': house.company.id,
            'performance': house.performance.uuid,
            'tariff': house.full.id,
            'device': device.id,
            'ticket': order.tickets[0].id,
            }

    setting = house.commit(make)
    with connect() as connection:
        connection.execute(FILL, {
                **setting, 'first': FIRST, 'last': LAST, 'hold':
                connection.execute(
                    'SELECT min(id) FROM tibillet_place_hold').fetchone()[0]})
        connection.commit()
        connection.execute('ANALYZE tibillet_ticket')
    return setting


if __name__ == '__main__':
    clients.main('bench.search', __doc__, run)
