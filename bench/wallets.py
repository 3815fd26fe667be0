"""How many payments by card a second, on PostgreSQL.

    python -m bench.wallets

Each client, a process, takes 3.50 from a card, each payment in a READ
COMMITTED transaction of its own, as a request would. Beside it in the same
run, on the same server, a control makes the same writes in raw SQL on tables
without model: what the machine can do. Then again with a million moves of
history, and everything is proved.
"""
import time
import uuid
from decimal import Decimal

from bench import clients
from bench.clients import CLIENTS, connect, transaction

CARDS = 200
HISTORY = 500_000  # payments, of two moves each
LOADED = Decimal('1000000')
CONTROL = '''
    CREATE TABLE control_balance (
        id SERIAL PRIMARY KEY, units BIGINT NOT NULL CHECK (units >= 0));
    CREATE TABLE control_operation (
        id SERIAL PRIMARY KEY, uuid VARCHAR UNIQUE, digest VARCHAR,
        kind VARCHAR, at TIMESTAMP, date DATE);
    CREATE TABLE control_lot (
        id SERIAL PRIMARY KEY, balance INTEGER REFERENCES control_balance,
        date DATE, units BIGINT);
    CREATE TABLE control_move (
        id SERIAL PRIMARY KEY,
        operation INTEGER REFERENCES control_operation,
        balance INTEGER REFERENCES control_balance, units BIGINT);
    CREATE TABLE control_use (
        id SERIAL PRIMARY KEY, lot INTEGER REFERENCES control_lot,
        move INTEGER REFERENCES control_move, units BIGINT);
    INSERT INTO control_balance (units)
        SELECT 10 ^ 12 FROM generate_series(1, %(cards)s);
    INSERT INTO control_lot (balance, date, units)
        SELECT id, CURRENT_DATE, units FROM control_balance
    '''
# A card that was loaded once, and paid one unit half a million times.
PAST = '''
    CREATE TEMP TABLE past AS SELECT
        n, nextval('tibillet_wallet_operation_id_seq') AS operation,
        nextval('tibillet_wallet_move_id_seq') AS move,
        nextval('tibillet_wallet_move_id_seq') AS other
        FROM generate_series(1, %(history)s) AS n;
    INSERT INTO tibillet_wallet_operation
        (id, uuid, digest, kind, company, party, at, date)
        SELECT operation, 'past-' || n, 'past', 'spend', %(company)s,
        %(party)s, TIMESTAMP '2024-01-01' + n * INTERVAL '1 minute',
        DATE '2024-01-01' FROM past;
    INSERT INTO tibillet_wallet_move
        (id, operation, money, side, wallet, units, balance_units)
        SELECT move, operation, %(money)s, 'holder', %(wallet)s, -1,
        %(units)s - n FROM past;
    INSERT INTO tibillet_wallet_move
        (id, operation, money, side, party, units)
        SELECT other, operation, %(money)s, 'owed', %(party)s, 1 FROM past;
    INSERT INTO tibillet_wallet_lot_use (lot, move, units)
        SELECT l.id, p.move, 1 FROM past p, tibillet_wallet_lot l
        WHERE l.wallet = %(wallet)s;
    UPDATE tibillet_wallet_lot SET left_units = units - %(history)s
        WHERE wallet = %(wallet)s;
    UPDATE tibillet_wallet_balance SET units = units - %(history)s
        WHERE wallet = %(wallet)s;
    ANALYZE
    '''
TEXT = 'x' * 64


def control(setting, number):
    "Yield after each payment in raw SQL"
    with connect() as connection:
        turn = number
        while True:
            turn = (turn + max(CLIENTS)) % CARDS
            cursor = connection.cursor()
            balance = {'balance': turn + 1}
            operation, = cursor.execute(
                'INSERT INTO control_operation (uuid, digest, kind, at, date)'
                " VALUES (%s, %s, 'spend', now(), CURRENT_DATE) "
                'ON CONFLICT DO NOTHING RETURNING id',
                (str(uuid.uuid4()), TEXT)).fetchone()
            cursor.execute(
                'UPDATE control_balance SET units = units - 350 '
                'WHERE id = %(balance)s AND units >= 350 RETURNING units',
                balance)
            lot, = cursor.execute(
                'UPDATE control_lot SET units = units - 350 '
                'WHERE balance = %(balance)s RETURNING id',
                balance).fetchone()
            move, = cursor.execute(
                'INSERT INTO control_move (operation, balance, units) VALUES '
                '(%(operation)s, %(balance)s, -350), '
                '(%(operation)s, NULL, 350) RETURNING id',
                {'operation': operation, **balance}).fetchone()
            cursor.execute(
                'INSERT INTO control_use (lot, move, units) '
                'VALUES (%s, %s, 350)', (lot, move))
            connection.commit()
            yield


def one_card(setting, number):
    return writer(setting, number, ['EE440000'])


def many_cards(setting, number):
    return writer(setting, number, setting['cards'])


def writer(setting, number, cards):
    "Yield after each payment by the one writer"
    from tibillet_cashless import wallet_writer
    from tibillet_cashless.wallet_writer import At
    at, turn = At(setting['company']), number
    while True:
        turn = (turn + max(CLIENTS)) % len(cards)
        with transaction(company=setting['company']):
            wallet_writer.spend(
                at, str(uuid.uuid4()), cards[turn],
                [(setting['money'], Decimal('3.50'))])
        yield


def cascade(setting, number):
    "Yield after each sale of three lines that a card has paid"
    from tibillet_cashless import wallet_writer
    from tibillet_cashless.wallet_writer import At, Sold
    at, cards, turn = At(setting['company']), setting['cards'], number
    lines = [Sold(Decimal(a)) for a in ['3.50', '3.50', '4.20']]
    while True:
        turn = (turn + max(CLIENTS)) % len(cards)
        with transaction(company=setting['company']):
            wallet_writer.pay(at, str(uuid.uuid4()), cards[turn], lines)
        yield


WAYS = {
    'raw SQL': control,
    'many cards': many_cards,
    'one card': one_card,
    'cascade': cascade,
    }


def run(seconds):
    "Measure on the server of the environment"
    setting = _prepare()
    clients.print_head(WAYS)
    for count in CLIENTS:
        clients.print_row(WAYS, setting, count, seconds)
    _prove()
    _add_history(setting)
    clients.print_head(WAYS)
    for count in CLIENTS:
        clients.print_row(WAYS, setting, count, seconds)
    _prove()


def _prepare():
    "Return the ids of what pays and is paid"
    from tests import layered
    layered.install()
    import datetime as dt

    from tibillet_cashless import wallet_writer
    from tibillet_cashless.wallet_writer import At

    from trytond.modules.company.tests import create_company, set_company
    from trytond.pool import Pool
    from trytond.tests.test_tryton import activate_module, with_transaction
    from trytond.transaction import Transaction
    activate_module(['tibillet_cashless'])
    cards = [f'EE44{number:04}' for number in range(CARDS)]

    @with_transaction()
    def prepare():
        pool = Pool()
        Batch = pool.get('tibillet.card.batch')
        Card = pool.get('tibillet.card')
        Money = pool.get('tibillet.money')
        company = create_company()
        with set_company(company):
            money = Money(name="Federated", code='FED', kind='federated')
            money.on_change_kind()
            money.acceptances = [{
                    'party': company.party.id,
                    'from_date': dt.date(2020, 1, 1),
                    }]
            money.save()
            batch = Batch(name="Cards", origin=company.party)
            batch.save()
            Card.create([
                    {'batch': batch.id, 'uid': uid}
                    for uid in [*cards, 'EE550000']])
        wallets = [
            wallet_writer.top_up(
                At(company.id), str(uuid.uuid4()), uid, money.id,
                LOADED).moved[0].wallet for uid in [*cards, 'EE550000']]
        Transaction().commit()
        return {
            'company': company.id,
            'party': company.party.id,
            'money': money.id,
            'cards': cards,
            'wallet': wallets[-1],
            }

    setting = prepare()
    with connect() as connection:
        connection.execute(CONTROL % {'cards': CARDS})
    return setting


def _add_history(setting):
    with connect() as connection:
        connection.execute(PAST % {
                **setting, 'history': HISTORY, 'units': int(LOADED * 100)})
    print(f"With {2 * HISTORY} moves of history:")


def _prove():
    "Read everything again"
    import resource

    from tibillet_cashless import wallet_check

    from trytond.tests.test_tryton import DB_NAME
    from trytond.transaction import Transaction
    with Transaction().start(DB_NAME, 0, readonly=True):
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        count, problems = wallet_check.check()
        took = time.perf_counter() - started
        more = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    print(f"{count} operations proved in {took:.1f} s, "
        f"{more // 1024} MB more, {len(problems)} problems.", flush=True)
    if problems:
        raise SystemExit(str(problems[0]))


if __name__ == '__main__':
    clients.main('bench.wallets', __doc__, run)
