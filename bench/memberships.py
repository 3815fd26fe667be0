"""How long lists, earnings and renewals of many memberships take.

    python -m bench.memberships

A hundred thousand memberships, each with its paid periods, on a PostgreSQL of
its own. The states, which are computed, are listed a page at a time, counted
for the tabs and sorted, through the records, as the client does; beside it
the same on a table whose state would be stored, in raw SQL: what computing
costs. Then what is earned is summed, and thousands are renewed by one button,
with the memory of the process before and after.
"""
import datetime as dt
import resource
import time
from decimal import Decimal

from bench import clients
from bench.clients import connect, transaction

COUNT = 100000
RENEWED = 1000
PAGE = 1000
TODAY = dt.date(2026, 3, 6)
STATES = ['current', 'grace', 'to_pay', 'waiting', 'expired', 'cancelled']
PRICE = Decimal('36.50')
FILL = '''
    INSERT INTO party_party (name, code, active)
        SELECT 'Member ' || i, 'M' || i, true
        FROM generate_series(1, %(count)s) AS i;
    INSERT INTO party_address (party, active)
        SELECT id, true FROM party_party WHERE code LIKE 'M%%';
    INSERT INTO tibillet_membership
        (number, company, party, plan, since, accepted_on, cancelled_on)
        SELECT code, %(company)s, id, %(plan)s, DATE '2020-01-01',
            CASE WHEN id %% 50 = 1 THEN NULL ELSE DATE '2020-01-01' END,
            CASE WHEN id %% 20 = 2 THEN DATE '2025-06-01' END
        FROM party_party WHERE code LIKE 'M%%';
    -- Three years each, the last of which ends somewhere around today.
    INSERT INTO tibillet_membership_period
        (membership, start, "end", grace_end, amount, paid_on, base,
            deferred_account, revenue_account)
        SELECT id, day, day + 364,
            day + 394, %(price)s, day, %(price)s,
            %(deferred)s, %(revenue)s
        FROM (
            SELECT id, DATE '2023-01-01' + (id %% 500) + 365 * year AS day
            FROM tibillet_membership, generate_series(0, 2) AS year
            WHERE id %% 50 <> 1 AND id %% 25 <> 3) AS paid
        WHERE day <= DATE '2026-03-06';
    ANALYZE;
    '''


def run(_):
    "Measure on the server of the environment"
    setting = _prepare()
    _list(setting)
    _earn(setting)
    _renew(setting)


def _prepare():
    "Return the ids of what was filled"
    from tests import layered
    layered.install()
    from tibillet_base.tests.till_records import make_books, run_again
    from tibillet_membership.tests.counter_records import CounterMixin

    from trytond.modules.company.tests import create_company, set_company
    from trytond.tests.test_tryton import DB_NAME, activate_module
    activate_module(['tibillet_membership', 'sale_point'])

    class Counter(CounterMixin):
        pass

    def make():
        with set_company(create_company()):
            make_books()
        counter = Counter()
        counter.open_counter()
        revenue = counter.product.account_revenue_used
        return {
            'company': counter.company.id,
            'plan': counter.plan.id,
            'deferred': counter.deferred.id,
            'revenue': revenue.id,
            'count': COUNT,
            'price': PRICE,
            }

    setting = run_again(DB_NAME, make)
    with connect() as connection:
        for statement in FILL.split(';'):
            if statement.strip():
                connection.execute(statement, setting)
        connection.commit()
    return setting


def _timed(function, *args):
    "Return the seconds of the best of three, and the result"
    took = []
    for _ in range(3):
        started = time.monotonic()
        result = function(*args)
        took.append(time.monotonic() - started)
    return min(took), result


def _list(setting):
    from trytond.pool import Pool
    with transaction(company=setting['company'], membership_date=TODAY):
        Membership = Pool().get('tibillet.membership')
        table = Membership.__table__()
        query = table.select(
            table.id, table.since, table.number,
            Membership.get_state_column(table, TODAY).as_('state'))
        with connect() as connection:
            cursor = connection.cursor()
            text, params = tuple(query)
            cursor.execute(f'CREATE TABLE stored AS {text}', params)
            cursor.execute('CREATE INDEX ON stored (state, since, id)')
            cursor.execute('ANALYZE stored')
            connection.commit()

        names = ['number', 'party.rec_name', 'plan.rec_name', 'end', 'state']

        def page(state):
            return Membership.search_read(
                [('state', '=', state)], limit=PAGE, fields_names=names)

        def count(state):
            return Membership.search_count([('state', '=', state)])

        def stored(text, *params):
            with connect() as connection:
                return connection.execute(text, params).fetchall()

        print(f"{'state':<10} {'members':>8} {'page s':>7} {'stored':>7} "
            f"{'ratio':>6} {'count s':>8} {'stored':>7} {'ratio':>6}")
        for state in STATES:
            listed, _ = _timed(page, state)
            plain, _ = _timed(
                stored, 'SELECT * FROM stored WHERE state = %s '
                f'ORDER BY since DESC, id DESC LIMIT {PAGE}', state)
            counted, number = _timed(count, state)
            simple, rows = _timed(
                stored, 'SELECT count(*) FROM stored WHERE state = %s', state)
            if rows != [(number,)]:
                raise SystemExit("It does not agree.")
            print(f"{state:<10} {number:>8} {listed:>7.2f} {plain:>7.3f} "
                f"{listed / plain:>6.0f} {counted:>8.2f} {simple:>7.3f} "
                f"{counted / simple:>6.0f}", flush=True)
        took, _ = _timed(
            lambda: Membership.search(
                [], limit=PAGE, order=[('state', 'ASC'), ('id', 'ASC')]))
        print(f"sorted by state, {PAGE} of {COUNT}: {took:.2f} s")


def _earn(setting):
    from trytond.pool import Pool
    with transaction(company=setting['company']):
        pool = Pool()
        Company = pool.get('company.company')
        Period = pool.get('tibillet.membership.period')
        company = Company(setting['company'])
        took, amounts = _timed(Period.get_earned, company, TODAY)
        with connect() as connection:
            periods, = connection.execute(
                'SELECT count(*) FROM tibillet_membership_period').fetchone()
        print(f"earned of {periods} periods: {took:.2f} s, "
            f"{sum(amounts.values())}")


def _memory():
    "Return the most memory that the process has had, in MB"
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def _renew(setting):
    from trytond.pool import Pool
    ids = []
    with transaction(company=setting['company'], membership_date=TODAY):
        Membership = Pool().get('tibillet.membership')
        ids = [m.id for m in Membership.search(
                [('state', 'in', ['current', 'grace', 'expired'])],
                limit=5 * RENEWED, order=[('id', 'ASC')])]
    for number in range(5):
        some = ids[number * RENEWED:(number + 1) * RENEWED]
        started = time.monotonic()
        with transaction(company=setting['company']):
            Membership = Pool().get('tibillet.membership')
            made, left = Membership.renew(Membership.browse(some))
        took = time.monotonic() - started
        print(f"{len(made)} renewed, {len(left)} left out: {took:.1f} s, "
            f"{_memory():.0f} MB at most", flush=True)


if __name__ == '__main__':
    clients.main('bench.memberships', __doc__, run)
