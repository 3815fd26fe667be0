"""The ticketing system is declared from what is installed."""
import io

from pypdf import PdfReader
from tibillet_base.exceptions import CompanyAccessError
from tibillet_event.declaration_exceptions import SystemCompanyError

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction

from .ticket_records import TicketMixin


class SystemDeclarationTestCase(TicketMixin, TestCase):

    def execute(self):
        Report = Pool().get('tibillet.ticket.system', type='report')
        extension, content, _, _ = Report.execute([1], {})
        self.assertEqual(extension, 'pdf')
        return '\n'.join(
            page.extract_text()
            for page in PdfReader(io.BytesIO(content)).pages)

    @with_transaction()
    def test_declaration(self):
        self.open_box_office()
        self.sell('a', self.item(3), paid='60')
        with set_company(self.company):
            text = self.execute()
        for expected in [
                self.company.party.name, 'tibillet_event 8.0', self.till.code,
                self.till.uuid, '50 sexies I', 'SHA-256', 'L102 B']:
            self.assertIn(expected, text)

    @with_transaction()
    def test_company(self):
        "Nobody declares for a company that is not his"
        self.open_box_office()
        with self.assertRaises(SystemCompanyError):
            self.execute()
        other = create_company("Autre")
        with set_company(self.company):
            Pool().get('res.user').write(
                [Pool().get('res.user')(1)], {
                    'companies': [('remove', [other.id])]})
        with Transaction().set_context(company=other.id):
            with self.assertRaises(CompanyAccessError):
                self.execute()
