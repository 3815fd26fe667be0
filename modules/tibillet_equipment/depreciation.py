from collections import defaultdict
from decimal import Decimal

from sql import Cast, Null, Union
from sql.aggregate import Sum
from sql.conditionals import Case, Coalesce
from sql.functions import Extract, Round
from tibillet_base.of_company import OfCompanyMixin

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.report import Report
from trytond.transaction import Transaction
from trytond.wizard import Button, StateReport, StateView, Wizard

from .exceptions import DepreciationTableError

# More than any currency has.
DIGITS_MAX = 4


class Depreciation(OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.equipment.depreciation'
    __string__ = "Equipment Depreciation"

    company = fields.Many2One('company.company', "Company")
    year = fields.Char("Year")
    cost = Monetary(
        "Cost", currency='currency', digits='currency',
        help="The cost of what is in the books at the end of the year.")
    depreciation = Monetary(
        "Depreciation of the Year", currency='currency', digits='currency',
        help="Posted, and planned for what is not over yet.")
    depreciated = Monetary(
        "Depreciated", currency='currency', digits='currency',
        help="What is depreciated at the end of the year.")
    net_value = Monetary(
        "Net Value", currency='currency', digits='currency',
        help="The cost less what is depreciated.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [
            ('company', 'ASC'),
            ('year', 'ASC'),
            ('id', 'ASC'),
            ]

    @classmethod
    def table_query(cls):
        assets = cls._by_asset()
        # SQLite adds up in floating point.
        cost, depreciation, depreciated = [
            Round(Sum(column), DIGITS_MAX) for column in [
                assets.cost, assets.depreciation, assets.depreciated]]
        return assets.select(
            # One row a company and year.
            (assets.company * 10000 + assets.year).as_('id'),
            assets.company.as_('company'),
            cls.year.sql_cast(assets.year).as_('year'),
            cls.cost.sql_cast(cost).as_('cost'),
            cls.depreciation.sql_cast(depreciation).as_('depreciation'),
            cls.depreciated.sql_cast(depreciated).as_('depreciated'),
            cls.net_value.sql_cast(
                Round(cost - depreciated, DIGITS_MAX)).as_('net_value'),
            group_by=[assets.company, assets.year])

    @classmethod
    def _by_asset(cls):
        "Return the query of each asset of a unit in each year of the books"
        pool = Pool()
        Asset = pool.get('account.asset')
        Line = pool.get('account.asset.line')
        Move = pool.get('account.move')
        asset, line = Asset.__table__(), Line.__table__()
        move = Move.__table__()
        years = cls._years()
        year = years.year
        there = (move.id == Null) | (_year(move.date) > year)
        depreciated = asset.depreciated_amount + Coalesce(
            Sum(line.depreciation), Decimal(0))
        return (asset
            .join(years, condition=(years.company == asset.company)
                & (year >= _year(asset.start_date)))
            .join(move, 'LEFT', condition=asset.move == move.id)
            .join(line, 'LEFT', condition=(line.asset == asset.id)
                & (_year(line.date) <= year))
            .select(
                asset.company.as_('company'),
                year.as_('year'),
                Case((there, asset.value), else_=Decimal(0)).as_('cost'),
                Case((there, depreciated), else_=Decimal(0)).as_(
                    'depreciated'),
                Coalesce(Sum(Case(
                            (_year(line.date) == year, line.depreciation),
                            else_=Decimal(0))),
                    Decimal(0)).as_('depreciation'),
                where=(asset.equipment != Null)
                & (asset.state != 'draft')
                & ((move.id == Null) | (_year(move.date) >= year)),
                group_by=[
                    asset.id, asset.company, year, asset.value,
                    asset.depreciated_amount, move.id, move.date]))

    @classmethod
    def _years(cls):
        "Return the query of the years of the assets of each company"
        pool = Pool()
        Asset = pool.get('account.asset')
        Line = pool.get('account.asset.line')
        asset, line = Asset.__table__(), Line.__table__()
        started = asset.select(
            asset.company.as_('company'),
            _year(asset.start_date).as_('year'),
            where=(asset.equipment != Null) & (asset.state != 'draft'))
        asset = Asset.__table__()
        depreciated = (line
            .join(asset, condition=line.asset == asset.id)
            .select(
                asset.company.as_('company'),
                _year(line.date).as_('year'),
                where=(asset.equipment != Null)
                & (asset.state != 'draft')))
        return Union(started, depreciated)


def _year(date):
    return Cast(
        Extract('YEAR', date), fields.Integer("Year").sql_type().base)


def _percentage(quota):
    pool = Pool()
    Lang = pool.get('ir.lang')
    if quota is None:
        return ''
    percentage = (quota * 100).normalize()
    # Not 1E+2.
    percentage = percentage.quantize(Decimal(1).scaleb(
            min(percentage.as_tuple().exponent, 0)))
    return Lang.get().format_number(percentage) + "\N{NO-BREAK SPACE}%"


class DepreciationTable(Report):
    __name__ = 'tibillet.equipment.depreciation_table'

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Company = pool.get('company.company')
        Date = pool.get('ir.date')
        Lang = pool.get('ir.lang')
        company_id = (
            data.get('company') or Transaction().context.get('company'))
        if company_id is not None:
            # What is printed is in the language of the books.
            language = Company(company_id).party.lang
            if language:
                Transaction().set_context(language=language.code)
        date = data.get('date') or Date.today()
        tables = cls.get_tables(
            [r.id for r in records], date, company=data.get('company'))
        if not tables:
            raise DepreciationTableError(gettext(
                    'tibillet_equipment.msg_depreciation_table_empty'))
        context = super().get_context(records, header, data)
        context['lang'] = Lang.get()
        context['date'] = date
        context['tables'] = tables
        return context

    @classmethod
    def get_tables(cls, units, date, company=None):
        """Return one table a company of the assets of the units

        Each has its rows, one an asset; the years; and the totals.
        company: the id of the only company to return.
        """
        pool = Pool()
        Asset = pool.get('account.asset')
        domain = [
            ('equipment', 'in', units),
            ('state', '!=', 'draft'),
            ]
        if company is not None:
            domain.append(('company', '=', company))
        tables = []
        for books, assets in Asset._by_company(Asset.search(
                    domain, order=[
                        ('equipment.code', 'ASC'),
                        ('id', 'ASC'),
                        ])):
            rows = [cls.get_row(a, date) for a in assets]
            years = sorted({y for r in rows for y in r['years']})
            tables.append({
                    'company': books,
                    'currency': books.currency,
                    'years': range(years[0], years[-1] + 1) if years else [],
                    'rows': rows,
                    'total': cls.get_total(rows),
                    })
        return tables

    @classmethod
    def get_row(cls, asset, date):
        years = defaultdict(Decimal)
        if asset.depreciated_amount:
            # Before the plan starts.
            years[asset.start_date.year - 1] += asset.depreciated_amount
        for line in asset.lines:
            years[line.date.year] += line.depreciation
        return {
            'asset': asset,
            'equipment': asset.equipment,
            'owner': asset.equipment_owner,
            'quota': _percentage(asset.quota),
            'end_date': asset.move.date if asset.move else asset.end_date,
            'method': asset.depreciation_method_string,
            'cost': asset.value,
            'years': years,
            'depreciated': asset.get_depreciated_on(date),
            'net_value': asset.get_net_value_on(date),
            'closed': asset.state == 'closed',
            }

    @classmethod
    def get_total(cls, rows):
        total = {
            key: sum((r[key] for r in rows), Decimal(0))
            for key in ['cost', 'depreciated', 'net_value']}
        total['years'] = defaultdict(Decimal)
        for row in rows:
            for year, amount in row['years'].items():
                total['years'][year] += amount
        return total


class PrintDepreciationTable(Wizard):
    __name__ = 'tibillet.equipment.print_depreciation_table'

    start = StateView(
        'tibillet.equipment.print_depreciation_table.start',
        'tibillet_equipment.print_depreciation_table_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Print", 'print_', 'tryton-print', default=True),
            ])
    print_ = StateReport('tibillet.equipment.depreciation_table')

    def do_print_(self, action):
        pool = Pool()
        Equipment = pool.get('tibillet.equipment')
        units = Equipment.search([
                ('assets.company', '=', self.start.company.id),
                ('assets.state', '!=', 'draft'),
                ('assets.start_date', '<=', self.start.date),
                ])
        if not units:
            raise DepreciationTableError(gettext(
                    'tibillet_equipment.msg_depreciation_table_empty'))
        return action, {
            'ids': [u.id for u in units],
            'date': self.start.date,
            'company': self.start.company.id,
            }


class PrintDepreciationTableStart(ModelView):
    __name__ = 'tibillet.equipment.print_depreciation_table.start'
    __string__ = "Depreciation Table Start"

    company = fields.Many2One(
        'company.company', "Company", required=True)
    date = fields.Date(
        "Date", required=True, help="The day of the net values.")

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_date(cls):
        pool = Pool()
        Date = pool.get('ir.date')
        return Date.today()
