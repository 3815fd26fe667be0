"""What is asked of the database to follow the invoices of a statement."""
from tibillet_base.tests.queries import count_queries
from tibillet_federation import invoice as invoicing
from tibillet_federation.tests.ledger import LedgerTestCase

from trytond.modules.account.tests import create_chart
from trytond.pool import Pool


class InvoiceTestCase(LedgerTestCase):

    def invoice(self, services):
        "Return a locked statement of as many services, each invoiced apart"
        pool = Pool()
        Account = pool.get('account.account')
        Company = pool.get('company.company')
        Invoice = pool.get('account.invoice')
        Journal = pool.get('account.journal')
        Party = pool.get('party.party')
        Statement = pool.get('tibillet.convention.statement')
        company = Company(self.company)
        convention_party, _ = pool.get('tibillet.convention')(
            self.convention).parties
        company.party = convention_party.party
        company.save()
        convention_party.company = company
        convention_party.save()
        for _ in range(services):
            self.create_service()
        statement = Statement(self.create_statement())
        Statement.lock_content([statement])
        create_chart(company)
        account, = Account.search([
                ('type.receivable', '=', True),
                ('company', '=', company.id),
                ], limit=1)
        revenue, = Account.search([
                ('type.revenue', '=', True),
                ('closed', '=', False),
                ('company', '=', company.id),
                ], limit=1)
        journal, = Journal.search([('type', '=', 'revenue')], limit=1)
        party = Party(self.operator)
        if not party.addresses:
            party.addresses = [{}]
            party.save()
        invoices = Invoice.create([{
                    'company': company.id,
                    'type': 'out',
                    'party': party.id,
                    'invoice_address': party.addresses[0].id,
                    'account': account.id,
                    'journal': journal.id,
                    'currency': statement.currency.id,
                    'lines': [('create', [{
                                    'type': 'line',
                                    'company': company.id,
                                    'currency': statement.currency.id,
                                    'description': "Share",
                                    'account': revenue.id,
                                    'quantity': 1,
                                    'unit_price': allocation.amount,
                                    'origin': str(allocation),
                                    }])],
                    } for line in statement.lines
                for allocation in line.allocations
                if allocation.mode == 'pay'])
        return statement.id, [i.id for i in invoices]

    def measure(self, services):
        "Return how many queries each act asks for"
        with self.start() as transaction:
            pool = Pool()
            Invoice = pool.get('account.invoice')
            Statement = pool.get('tibillet.convention.statement')
            statement, invoices = self.invoice(services)
            self.assertGreaterEqual(len(invoices), services)
            acts = {
                'check': lambda: Invoice._check_statements(
                    Invoice.browse(invoices)),
                'follow': lambda: Invoice._follow_statements(
                    Invoice.browse(invoices)),
                'invoice': lambda: invoicing.get_invoices(
                    Statement(statement)),
                'tell': lambda: Statement(statement).summary,
                }
            counts = {
                name: count_queries(act) for name, act in acts.items()}
            self.assertTrue(all(counts.values()))
            transaction.rollback()
        return counts

    def test_queries(self):
        "Test that fifty invoices hardly ask more than one does"
        few = self.measure(1)
        for name, count in self.measure(50).items():
            with self.subTest(name):
                self.assertLessEqual(count, few[name] + 10)
