"""A convention on PostgreSQL, and who acts on it beside whom."""
import datetime as dt
import threading
from decimal import Decimal
from unittest.mock import patch

from tibillet_base.tests.clock import acting_on
from tibillet_federation.statement_export import get_digest

from trytond import backend
from trytond.exceptions import UserError
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import RouteTestCase
from trytond.transaction import Transaction, TransactionError

START = dt.date(2026, 1, 1)
END = dt.date(2026, 6, 30)


class LedgerTestCase(RouteTestCase):
    module = 'tibillet_federation'

    @classmethod
    def setUpDatabase(cls):
        pool = Pool()
        Party = pool.get('party.party')
        company = create_company()
        with set_company(company):
            parties = Party.create([
                    {'name': "Co-operative"},
                    {'name': "Co-operative, again"},
                    {'name': "Association"}])
        cls.company = company.id
        cls.party, cls.twin, cls.operator = [p.id for p in parties]

    def setUp(self):
        super().setUp()
        # The facts below have taken place, whatever the day.
        self.enterContext(acting_on(dt.date(2027, 12, 31)))
        self.convention = self.perform(self.create_convention)
        self.perform(self.create_contribution, '100.00')
        self.perform(self.activate)

    def create_convention(self):
        "Create a convention at 35 % that accrues hosting up to 600.00"
        pool = Pool()
        Convention = pool.get('tibillet.convention')
        Version = pool.get('tibillet.convention.version')
        convention, = Convention.create([{
                    'name': "Ledger",
                    'start': START,
                    'parties': [('create', [{
                                    'party': self.party,
                                    'roles': ['provider'],
                                    'recoups': True,
                                    }, {
                                    'party': self.operator,
                                    'roles': ['operator'],
                                    'recoups': False,
                                    }])],
                    }])
        version, = Version.create([{
                    'convention': convention.id,
                    'effective_from': START,
                    'pre_kind': 'flat',
                    'pre_rate': Decimal('0.35'),
                    'post_kind': 'flat',
                    'post_rate': Decimal('0.12'),
                    'accruals': ['hosting'],
                    'accrual_ceiling': Decimal('600.00'),
                    'destinations': [('create', [{
                                    'name': "Development",
                                    'rate': Decimal(1),
                                    }])],
                    }])
        Version.write([version], {'state': 'adopted'})
        return convention.id

    def activate(self):
        Convention = Pool().get('tibillet.convention')
        Convention.activate([Convention(self.convention)])

    def create_contribution(self, amount):
        "Create what raises the ledger, and return its entry"
        pool = Pool()
        Contribution = pool.get('tibillet.convention.contribution')
        Entry = pool.get('tibillet.convention.entry')
        contribution, = Contribution.create([{
                    'convention': self.convention,
                    'contributor': self.party,
                    'date': START,
                    'description': "Terminals",
                    'quantity': 1,
                    'unit_cost': Decimal(amount),
                    }])
        entry, = Entry.record_contributions([contribution])
        return entry.id

    def create_entry(self, type_, amount):
        pool = Pool()
        Entry = pool.get('tibillet.convention.entry')
        entry, = Entry.create([{
                    'convention': self.convention,
                    'date': dt.date(2026, 2, 1),
                    'type': type_,
                    'amount': Decimal(amount),
                    'contributor': self.party,
                    'description': "By hand",
                    }])
        return entry.id

    def create_cost(self, amount, date=dt.date(2026, 2, 1), **values):
        pool = Pool()
        Cost = pool.get('tibillet.convention.cost')
        cost, = Cost.create([{
                    'convention': self.convention,
                    'payer': self.party,
                    'date': date,
                    'nature': 'hosting',
                    'description': "Hosting",
                    'amount': Decimal(amount),
                    'recovered_through': 'pot',
                    **values}])
        return cost.id

    def create_service(self):
        "Create a service that recoups 35.00, and declare it"
        pool = Pool()
        Service = pool.get('tibillet.convention.service')
        service, = Service.create([{
                    'convention': self.convention,
                    'operator': self.operator,
                    'date': dt.date(2026, 3, 14),
                    'event_name': "Spring Ball",
                    'customer': self.party,
                    'turnovers': [('create', [{
                                    'description': "Cashless",
                                    'amount': Decimal('100.00'),
                                    }])],
                    'human_costs': [('create', [{
                                    'role': "Technician",
                                    'payer': self.operator,
                                    'kind': 'waived',
                                    'amount': Decimal(0),
                                    }])],
                    }])
        Service.write([service], {'state': 'performed'})
        Service.declare([service])
        return service.id

    def create_statement(self, start=START, end=END):
        "Create a statement that all have approved"
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        statement, = Statement.create([{
                    'convention': self.convention,
                    'start_date': start,
                    'end_date': end,
                    'date': end,
                    }])
        Statement.compute([statement])
        statement = Statement(statement.id)
        Statement.write([statement], {
                'state': 'approved',
                'sent_hash': get_digest(statement),
                })
        return statement.id

    def send_statement(self):
        "Create a statement that all have yet to approve"
        pool = Pool()
        Approval = pool.get('tibillet.convention.statement.approval')
        Statement = pool.get('tibillet.convention.statement')
        statement = Statement(self.create_statement())
        Statement.write([statement], {'state': 'sent'})
        Approval.create([{
                    'statement': statement.id,
                    'party': party,
                    'note': "By e-mail",
                    } for party in [self.party, self.operator]])
        return statement.id

    def create_dispute(self, statement):
        "Create a dispute of the operator, and write its answer"
        pool = Pool()
        Dispute = pool.get('tibillet.convention.statement.dispute')
        dispute, = Dispute.create([{
                    'statement': statement,
                    'party': self.operator,
                    'text': "Why so much?",
                    }])
        Dispute.write([dispute], {'answer_text': "As the clauses say."})
        return dispute.id

    def start(self, **extras):
        return Transaction().start(
            self.db_name, 0, context={'company': self.company}, **extras)

    def execute(self, query, *parameters):
        with self.start() as transaction:
            cursor = transaction.connection.cursor()
            cursor.execute(query, parameters)
            transaction.commit()
            return cursor.rowcount

    def perform(self, act, *args):
        "Act as the server does, which tries again what came too late"
        extras = {}
        while True:
            with self.start(**extras) as transaction:
                try:
                    result = act(*args)
                    transaction.commit()
                    return result
                except TransactionError as error:
                    transaction.rollback()
                    error.fix(extras)
                except backend.DatabaseOperationalError:
                    transaction.rollback()

    def overtake(self, act, by):
        """Act after another act, in a transaction that began before it

        Return how many times the server had to try.
        """
        with self.start() as transaction:
            # What the database shows is settled by the first query.
            transaction.connection.cursor().execute('SELECT 1')
            with transaction.new_transaction():
                by()
            try:
                act()
                transaction.commit()
                return 1
            except backend.DatabaseOperationalError:
                transaction.rollback()
        self.perform(act)
        return 2

    def without_turns(self):
        with self.start(readonly=True):
            Convention = Pool().get('tibillet.convention')
        return patch.object(Convention, 'take_turn')

    def read(self, name, id, field):
        with self.start(readonly=True):
            return getattr(Pool().get(name)(id), field)

    def count(self, name, *domain):
        with self.start(readonly=True):
            return Pool().get(name).search_count(list(domain))

    def remaining(self):
        return self.read('tibillet.convention', self.convention, 'remaining')

    def at_once(self, act, times):
        "Act in as many threads, return what was refused"
        barrier = threading.Barrier(times)
        refused = []

        def run():
            barrier.wait()
            try:
                self.perform(act)
            except UserError as error:
                refused.append(type(error).__name__)

        threads = [threading.Thread(target=run) for _ in range(times)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return refused
