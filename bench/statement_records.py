"""How long a statement takes with its records: services read, lines stored.

Run by bench.statement for each database, in a process of its own because
trytond reads its configuration once.
"""
import argparse
import datetime as dt
import random
import time
from decimal import Decimal
from functools import partial

from bench.machine import launch
from tools import postgres
from tools.steps import Stop

ASKED = 3  # seconds for 1 000 services
ROUNDS = 3
START, END = dt.date(2026, 1, 1), dt.date(2026, 12, 31)


def records(count):
    "the records, on SQLite and on PostgreSQL"
    print(
        f"{'database':<12} {'services':>9} {'seconds':>9} {'of CPU':>9} "
        f"{'asked':>8}")
    _run('SQLite', count, {})
    if not postgres.binaries():
        print("PostgreSQL is not installed: not measured.")
        return
    try:
        with postgres.running() as uri:
            _run('PostgreSQL', count, postgres.environment(uri))
    except Stop as reason:
        print(reason)


def _run(name, count, environment):
    launch(['bench.statement_records', name, str(count)], environment)


def measure(name, count):
    convention, operator = _prepare()
    statement = _declare(convention, operator, count)
    seconds, processor = [], []
    for _ in range(ROUNDS):
        elapsed, used = _compute(statement)
        seconds.append(elapsed)
        processor.append(used)
    print(
        f"{name:<12} {count:>9} {min(seconds):>9.2f} {min(processor):>9.2f} "
        f"{ASKED * count / 1000 / min(seconds):>7.1f}×", flush=True)


def _prepare():
    "Activate the module, return the ids of a convention and its operator"
    from tests import layered
    layered.install()
    from tibillet_federation.tests.tools import (
        create_active_convention, create_party)

    from trytond.modules.company.tests.tools import create_company
    from trytond.tests import tools
    tools.activate_modules(
        'tibillet_federation', partial(create_company, currency='EUR'))
    operator = create_party("Association")
    convention = create_active_convention(
        provider=create_party("Co-operative"), operator=operator,
        local_rate=Decimal('0.10'), destinations={
            "Development": '0.5', "Hosting": '0.3', "Renewal": '0.2'})
    return convention.id, operator.id


def _transaction():
    from trytond.tests.test_tryton import DB_NAME
    from trytond.transaction import Transaction
    return Transaction().start(DB_NAME, 1)


def _declare(convention, operator, count):
    "Declare services over a year, return the id of their statement"
    from tibillet_base.tests.clock import acting_on

    from trytond.pool import Pool
    generator = random.Random(2026)
    with _transaction() as transaction:
        pool = Pool()
        Party = pool.get('party.party')
        Service = pool.get('tibillet.convention.service')
        Statement = pool.get('tibillet.convention.statement')
        customer, = Party.create([{'name': "Organiser"}])
        services = Service.create([{
                    'convention': convention,
                    'operator': operator,
                    'customer': customer.id,
                    'event_name': f"Service {number}",
                    'date': START + dt.timedelta(generator.randrange(365)),
                    'turnovers': [('create', [{
                                    'description': "Cashless",
                                    'amount': Decimal(
                                        generator.randrange(500, 30000)),
                                    }])],
                    'human_costs': [('create', [{
                                    'role': "Technician",
                                    'payer': operator,
                                    'amount': Decimal(
                                        generator.randrange(100, 900)),
                                    }])],
                    } for number in range(count)])
        with acting_on(END):
            for button in [
                    Service.confirm, Service.perform, Service.declare]:
                button(services)
        statement, = Statement.create([{
                    'convention': convention,
                    'start_date': START,
                    'end_date': END,
                    'date': END,
                    }])
        transaction.commit()
    return statement.id


def _compute(statement):
    "Return the seconds, elapsed and of processor, and forget the lines"
    from trytond.pool import Pool

    # The tests also check function fields: a server does not.
    Pool.test = False
    with _transaction() as transaction:
        Statement = Pool().get('tibillet.convention.statement')
        started = time.perf_counter(), time.process_time()
        Statement.compute([Statement(statement)])
        ended = time.perf_counter(), time.process_time()
        transaction.rollback()
    return ended[0] - started[0], ended[1] - started[1]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument('name')
    parser.add_argument('count', type=int)
    arguments = parser.parse_args()
    measure(arguments.name, arguments.count)


if __name__ == '__main__':
    main()
