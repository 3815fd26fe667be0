"""What is declared each year: how many receipts, and their total.

CGI, article 222 bis: who delivers receipts declares each year to the tax
administration the total of the gifts that were received in the civil year
and are named on them, and the number of receipts delivered.
"""
from sql.aggregate import Count, Sum
from sql.conditionals import Case
from tibillet_base import spreadsheet
from tibillet_base.of_company import OfCompanyMixin

from trytond.model import ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.report import Report
from trytond.transaction import without_check_access

YEARS = 10000
LISTED = [
    'rec_name', 'date', 'kind', 'form', 'party_name', 'amount', 'cancels',
    'replaces']


class TaxReceiptByYear(OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.tax.receipt.by_year'
    __string__ = "Tax Receipts by Year"

    company = fields.Many2One('company.company', "Company")
    year = fields.Integer("Year", help="The civil year of the gifts.")
    standing = fields.Integer(
        "Receipts", help="How many were made and not cancelled.")
    amount = Monetary(
        "Total", currency='currency', digits='currency',
        help="Of the gifts on them.")
    persons = fields.Integer("of Persons")
    companies = fields.Integer("of Companies")
    cancelled = fields.Integer(
        "Cancelled", help="Receipts that were made, then cancelled.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('year', 'DESC'), ('id', 'DESC')]

    @classmethod
    def table_query(cls):
        pool = Pool()
        Receipt = pool.get('tibillet.tax.receipt')
        table = Receipt.__table__()
        # A cancellation takes one away.
        one = Case((table.kind == 'receipt', 1), else_=-1)
        return table.select(
            # One row a year and company.
            (table.company * YEARS + table.year).as_('id'),
            table.company.as_('company'),
            table.year.as_('year'),
            Sum(one).as_('standing'),
            cls.amount.sql_cast(Sum(table.amount)).as_('amount'),
            Sum(Case((table.form == '11580', one), else_=0)).as_('persons'),
            Sum(Case((table.form == '16216', one), else_=0)).as_(
                'companies'),
            Count(table.cancels).as_('cancelled'),
            group_by=[table.company, table.year])

    def get_rec_name(self, name):
        return f'{self.company.rec_name} · {self.year}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('company.rec_name', *clause[1:])]


class TaxReceiptYearCSV(Report):
    __name__ = 'tibillet.tax.receipt.by_year.csv'

    @classmethod
    def _execute(cls, records, header, data, action):
        pool = Pool()
        Year = pool.get('tibillet.tax.receipt.by_year')
        # What is printed was checked to be read.
        with without_check_access():
            return 'csv', get_csv(Year(int(records[0])))


def get_csv(year):
    "Return what is declared, then each receipt by its number"
    pool = Pool()
    Receipt = pool.get('tibillet.tax.receipt')
    declared = [
        'company', 'year', 'standing', 'amount', 'persons', 'companies',
        'cancelled']
    rows = list(zip(
            spreadsheet.names(year, declared),
            spreadsheet.values(year, declared), strict=True))
    receipts = Receipt.search([
            ('company', '=', year.company.id),
            ('year', '=', year.year),
            ], order=[('number', 'ASC')])
    rows += [[], spreadsheet.names(receipts[0], LISTED)]
    rows += [spreadsheet.values(r, LISTED) for r in receipts]
    return spreadsheet.write(rows)
