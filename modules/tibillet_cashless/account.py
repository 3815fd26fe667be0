from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pyson import Eval
from trytond.transaction import Transaction

from . import kinds


class MoneyAccount(ModelSQL, ModelView):
    __name__ = 'tibillet.money.account'

    money = fields.Many2One(
        'tibillet.money', "Money", required=True, ondelete='CASCADE',
        domain=[
            ('kind', 'in', kinds.kinds(owed=True)),
            ])
    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='CASCADE')
    account = fields.Many2One(
        'account.account', "Account", required=True, ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ('type.statement', '=', 'balance'),
            ('closed', '!=', True),
            # Most holders are not known.
            ('party_required', '=', False),
            ],
        help="Where the company books what it owes to the holders.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('money_company_unique',
                Unique(table, table.money, table.company),
                'tibillet_cashless.msg_money_account_unique'),
            ]

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    def get_rec_name(self, name):
        return f'{self.money.rec_name} ({self.company.rec_name})'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('money.rec_name', *clause[1:])]
