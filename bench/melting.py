"""How long it takes to forecast and to melt a million lots, on PostgreSQL.

    python -m bench.melting

Wallets of four lots each, of two moneys in the same tables: a tenth of the
lots are of the first money, all the others of the second. Of each: the waits
of the history, the forecast, the preview of a run, the run itself with its
tasks one after the other, and the proof; with the memory that the process
took besides. Ratio: the seconds of a lot of the second to those of the first,
1 if many lots cost no more each than few. Beside it the same melting in raw
SQL, by one statement for each table, without a lock or a check.
"""
import datetime as dt
import resource
import time
import uuid

from bench import clients
from bench.clients import connect, transaction

LOTS = 4
WALLETS = {'few': 25_000, 'many': 225_000}
DUE = dt.date(2026, 4, 1)
DAY = dt.date(2026, 3, 10)
# Each wallet was loaded once, on one of 100 days, in lots a month older each,
# and has paid once; its holder has accepted and was told.
FILL = '''
    CREATE TEMP TABLE new AS SELECT n, DATE '2024-06-01' + n %% 100 AS day,
        nextval('tibillet_wallet_id_seq') AS wallet,
        nextval('tibillet_card_id_seq') AS card,
        nextval('tibillet_wallet_operation_id_seq') AS load,
        nextval('tibillet_wallet_operation_id_seq') AS pay,
        nextval('tibillet_wallet_move_id_seq') AS moved
        FROM generate_series(1, %(wallets)s) AS n;
    INSERT INTO tibillet_wallet (id) SELECT wallet FROM new;
    INSERT INTO tibillet_card (id, batch, uid, wallet, state)
        SELECT card, %(batch)s, '%(code)s' || lpad(n::text, 8, '0'), wallet,
        'active' FROM new;
    INSERT INTO tibillet_money_terms_acceptance (terms, card, date)
        SELECT %(terms)s, card, DATE '2024-06-01' FROM new;
    INSERT INTO tibillet_wallet_operation
        (id, uuid, digest, kind, company, party, at, date)
        SELECT load, '%(code)s-load-' || n, 'past', 'top_up', %(company)s,
        %(party)s, day, day FROM new
        UNION ALL SELECT pay, '%(code)s-pay-' || n, 'past', 'spend',
        %(company)s, %(party)s, day + 10, day + 10 FROM new;
    INSERT INTO tibillet_wallet_move
        (operation, money, side, wallet, units, balance_units)
        SELECT load, %(money)s, 'holder', wallet, 1000, 1000 * lot
        FROM new, generate_series(1, %(lots)s) AS lot ORDER BY wallet, lot;
    INSERT INTO tibillet_wallet_lot
        (wallet, money, date, party, move, units, left_units)
        SELECT m.wallet, m.money, n.day - 30 * (%(lots)s
            - m.balance_units / 1000)::integer, %(party)s, m.id, 1000,
            CASE WHEN m.balance_units = 1000 THEN 400 ELSE 1000 END
        FROM tibillet_wallet_move m JOIN new n ON n.load = m.operation
        ORDER BY m.id;
    INSERT INTO tibillet_wallet_move
        (id, operation, money, side, wallet, units, balance_units)
        SELECT nextval('tibillet_wallet_move_id_seq'), pay, %(money)s,
        'holder', wallet, -600, 1000 * %(lots)s - 600 FROM new;
    INSERT INTO tibillet_wallet_move (operation, money, side, party, units)
        SELECT load, %(money)s, 'issued', %(party)s, -1000 * %(lots)s FROM new
        UNION ALL SELECT pay, %(money)s, 'owed', %(party)s, 600 FROM new;
    INSERT INTO tibillet_wallet_lot_use (lot, move, units)
        SELECT l.id, m.id, 600 FROM new n
        JOIN tibillet_wallet_move m ON m.operation = n.pay AND m.units < 0
        JOIN tibillet_wallet_lot l ON l.wallet = n.wallet
        AND l.left_units = 400;
    INSERT INTO tibillet_wallet_balance (wallet, money, units, held_units)
        SELECT wallet, %(money)s, 1000 * %(lots)s - 600, 0 FROM new;
    INSERT INTO tibillet_melt_notice (company, policy, wallet, money, units,
        date, melts_on, until, channel)
        SELECT %(company)s, %(policy)s, wallet, %(money)s,
        1000 * %(lots)s - 600, DATE '2026-02-01', DATE '2026-04-01', day + 10,
        'card' FROM new;
    DROP TABLE new;
    ANALYZE
    '''
# The same melting, by one statement for each table.
CONTROL = '''
    CREATE TEMP TABLE gone AS SELECT b.wallet, b.units,
        nextval('tibillet_wallet_operation_id_seq') AS operation,
        nextval('tibillet_wallet_move_id_seq') AS move
        FROM tibillet_wallet_balance b
        WHERE b.money = %(money)s AND b.units > 0;
    INSERT INTO tibillet_wallet_operation
        (id, uuid, digest, kind, company, party, at, date)
        SELECT operation, 'gone-' || operation, 'past', 'melt', %(company)s,
        %(party)s, now(), DATE '2026-04-01' FROM gone;
    INSERT INTO tibillet_wallet_move
        (id, operation, money, side, wallet, units, balance_units)
        SELECT move, operation, %(money)s, 'holder', wallet, -units, 0
        FROM gone;
    INSERT INTO tibillet_wallet_move (operation, money, side, party, units)
        SELECT operation, %(money)s, 'melted', %(party)s, units FROM gone;
    INSERT INTO tibillet_wallet_lot_use (lot, move, units)
        SELECT l.id, g.move, l.left_units FROM gone g
        JOIN tibillet_wallet_lot l ON l.wallet = g.wallet
        AND l.money = %(money)s AND l.left_units > 0;
    UPDATE tibillet_wallet_lot SET left_units = 0 WHERE money = %(money)s;
    UPDATE tibillet_wallet_balance SET units = 0 WHERE money = %(money)s
    '''


def run(_):
    "Measure on the server of the environment"
    setting = _prepare()
    sizes = {name: count * LOTS for name, count in WALLETS.items()}
    print(f"{'':>10}" + ''.join(
            f' {lots:>10} lots {"MB":>5}' for lots in sizes.values())
        + f' {"ratio":>6}')
    for name, act in ACTS.items():
        row, each = f'{name:>10}', []
        for size, lots in sizes.items():
            took, more = _measure(act, setting, setting[size])
            each.append(took / lots)
            row += f' {took:>13.1f} s {more:>5.0f}'
        print(f'{row} {each[1] / each[0]:>6.2f}', flush=True)
    _prove()


def _measure(act, setting, of):
    "Return the seconds, and how many MB the process took besides"
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    started = time.perf_counter()
    act(setting, of)
    took = time.perf_counter() - started
    return took, (
        resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) / 1024


def _waits(setting, of):
    from tibillet_cashless import melt_survival, melt_waits
    with transaction(company=setting['company']):
        assert melt_survival.curve(melt_waits.read(of['money'], DAY))


def _forecast(setting, of):
    from trytond.pool import Pool
    with transaction(company=setting['company']):
        pool = Pool()
        policy = pool.get('tibillet.melt.policy')(of['policy'])
        forecast = pool.get('tibillet.melt.forecast').make(policy, DAY)
        assert forecast.wallets == of['wallets'], forecast.wallets


def _preview(setting, of):
    from trytond.pool import Pool
    with transaction(company=setting['company']):
        pool = Pool()
        policy = pool.get('tibillet.melt.policy')(of['policy'])
        found = pool.get('tibillet.melt.run').find(policy, DUE)
        assert sum(1 for _ in found) == of['wallets']


def _control(setting, of):
    with connect() as connection:
        connection.execute(CONTROL % {**setting, **of})
        connection.rollback()


def _melt(setting, of):
    from trytond.pool import Pool
    with transaction(company=setting['company']):
        pool = Pool()
        Policy = pool.get('tibillet.melt.policy')
        pool.get('tibillet.melt.run').begin(Policy(of['policy']), DUE)
    more = True
    while more:
        with transaction(company=setting['company']):
            pool = Pool()
            Run = pool.get('tibillet.melt.run')
            more = Run.work([pool.get('tibillet.melt.policy')(of['policy'])])


ACTS = {
    'waits': _waits,
    'forecast': _forecast,
    'preview': _preview,
    'raw SQL': _control,
    'melt': _melt,
    }


def _prepare():
    "Return the ids of two moneys, their policies and what they are of"
    from tests import layered
    layered.install()

    from trytond.modules.company.tests import create_company, set_company
    from trytond.pool import Pool
    from trytond.tests.test_tryton import activate_module, with_transaction
    from trytond.transaction import Transaction
    activate_module(['tibillet_cashless'])

    @with_transaction()
    def prepare():
        pool = Pool()
        Batch = pool.get('tibillet.card.batch')
        Money = pool.get('tibillet.money')
        Policy = pool.get('tibillet.melt.policy')
        Terms = pool.get('tibillet.money.terms')
        company = create_company()
        setting = {'company': company.id, 'party': company.party.id}
        with set_company(company):
            batch = Batch(name="Cards", origin=company.party)
            batch.save()
            for size, count in WALLETS.items():
                money = Money(name=size, code=size.upper(), kind='federated')
                money.on_change_kind()
                money.melts = True
                money.save()
                policy = Policy(money=money, from_date=DUE)
                policy.save()
                terms = Terms(
                    money=money, from_date=dt.date(2024, 1, 1),
                    policy=policy, text=str(uuid.uuid4()))
                terms.save()
                setting[size] = {
                    'money': money.id, 'policy': policy.id,
                    'terms': terms.id, 'batch': batch.id, 'wallets': count,
                    'code': {'few': 'AA', 'many': 'BB'}[size], 'lots': LOTS}
        Transaction().commit()
        return setting

    setting = prepare()
    for size in WALLETS:
        with connect() as connection:
            connection.execute(FILL % {**setting, **setting[size]})
    return setting


def _prove():
    "Read everything again"
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
    clients.main('bench.melting', __doc__, run)
