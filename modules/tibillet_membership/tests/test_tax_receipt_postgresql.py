"""What only a real PostgreSQL shows of tax receipts: make test-pg."""
import datetime as dt
from decimal import Decimal

import pytest
from tibillet_membership import tax_receipt_making

from trytond import backend
from trytond.modules.company.tests import create_company, set_company
from trytond.modules.currency.tests import create_currency
from trytond.pool import Pool
from trytond.tests.test_tryton import RouteTestCase
from trytond.transaction import Transaction

pytestmark = pytest.mark.postgresql
DAY = dt.date(2024, 5, 2)


class TaxReceiptPostgreSQLTestCase(RouteTestCase):
    module = 'tibillet_membership'

    @classmethod
    def setUpDatabase(cls):
        pool = Pool()
        Address = pool.get('party.address')
        Basis = pool.get('tibillet.tax.receipt.basis')
        Gift = pool.get('tibillet.gift')
        Party = pool.get('party.party')
        company = create_company(currency=create_currency('EUR'))
        cls.company = company.id
        with set_company(company):
            donor, = Party.create([{'name': "Lea", 'legal_kind': 'person'}])
            Address.create([
                    {'party': party.id, 'street': "1 rue du Lez"}
                    for party in [donor, company.party]])
            basis, = Basis.create([{
                        'start': dt.date(2024, 1, 1),
                        'article_200': True,
                        'identifier': '732829320',
                        'purpose': "Concerts",
                        'evidence': "Answer of the tax office",
                        'signatory': "Ana",
                        'capacity': "treasurer",
                        }])
            Basis.adopt([basis])
            gift, = Gift.create([{
                        'party': donor.id, 'date': DAY,
                        'amount': Decimal('50.00'), 'mode': 'cheque',
                        }])

    def start(self):
        return Transaction().start(
            self.db_name, 0, context={'company': self.company})

    def make(self):
        company = Pool().get('company.company')(self.company)
        receipts, _ = tax_receipt_making.make(company, 2024, 'transfer')
        return receipts

    def test_two_at_once(self):
        "Test who was late makes nothing, and what is made is not edited"
        with self.start() as first:
            # What both read before either writes.
            with Transaction().new_transaction() as second:
                second.connection.cursor().execute(
                    'SELECT COUNT(*) FROM tibillet_tax_receipt')
                with Transaction().new_transaction() as third:
                    receipt, = self.make()
                    self.assertEqual(receipt.number, 1)
                    third.commit()
                with self.assertRaises(
                        backend.DatabaseOperationalError):
                    self.make()
                second.rollback()
            first.rollback()
        with self.start():
            self.assertEqual(self.make(), [])
        for table, column in [
                ('tibillet_tax_receipt', 'amount'),
                ('tibillet_tax_receipt_line', 'amount'),
                ('tibillet_gift', 'amount'),
                ]:
            with self.subTest(table=table), self.start() as transaction:
                with self.assertRaisesRegex(Exception, 'append-only'):
                    transaction.connection.cursor().execute(
                        f'UPDATE {table} SET {column} = 1')
                transaction.rollback()
