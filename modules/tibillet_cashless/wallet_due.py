from sql.aggregate import Count, Min, Sum
from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.tools import table

from trytond.model import ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pyson import Eval
from trytond.report import Report

from . import kinds
from .units import from_units
from .wallet_amount import Units
from .wallet_operation import KINDS
from .wallet_posting_sql import LINK
from .wallet_rules import HOLDER


class WalletDue(OfCompanyMixin, ModelSQL, ModelView):
    "What the books of an issuer owe to each party, day by day"
    __name__ = 'tibillet.wallet.due'
    __string__ = "Wallet Due"

    company = fields.Many2One(
        'company.company', "Company", help="Of the issuer.")
    party = fields.Many2One(
        'party.party', "Owed to",
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    date = fields.Date("Date")
    money = fields.Many2One('tibillet.money', "Money")
    kind = fields.Selection(KINDS, "Kind", sort=False)
    operations = fields.Integer("Operations")
    units = Units("Smallest Units")
    amount = fields.Function(
        Monetary(
            "Amount", currency='currency', digits='currency',
            help="Negative if the party owes it, as for what it has loaded."),
        'get_amount')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [('date', 'DESC'), ('party', 'ASC'), ('id', 'DESC')]

    @classmethod
    def table_query(cls):
        link, move, operation, money, company = (
            table(name) for name in [
                LINK, 'tibillet.wallet.move', 'tibillet.wallet.operation',
                'tibillet.money', 'company.company'])
        by = {
            'company': link.company,
            'party': move.party,
            'date': operation.date,
            'money': link.money,
            'kind': operation.kind,
            }
        return link.join(
            move, condition=(move.operation == link.operation)
            & (move.money == link.money)).join(
            operation, condition=operation.id == link.operation).join(
            money, condition=money.id == link.money).join(
            company, condition=company.id == link.company).select(
            Min(move.id).as_('id'),
            *(column.as_(name) for name, column in by.items()),
            Count(link.operation, distinct=True).as_('operations'),
            cls.units.sql_cast(Sum(move.units)).as_('units'),
            where=(move.side != HOLDER) & (money.issuer == company.party)
            & (move.party != company.party)
            & money.kind.in_(kinds.kinds(owed=True)),
            group_by=list(by.values()))

    @classmethod
    def get_amount(cls, dues, name):
        return {
            d.id: from_units(d.units, d.money.scale) for d in dues}

    def get_rec_name(self, name):
        return f'{self.party.rec_name} {Report.format_date(self.date)}'
