"""How a money of cards is a payment at tills, and what its account is."""
from tibillet_base.problem import ProblemMixin

from trytond.i18n import gettext
from trytond.model import Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from . import kinds
from .exceptions import WalletMethodError
from .wallet_exceptions import MoneyAccountError, MoneyMethodError


class POSPaymentMethod(ProblemMixin, metaclass=PoolMeta):
    __name__ = 'sale.point.payment.method'
    _problem_error = WalletMethodError
    _problem_message = 'tibillet_cashless.msg_wallet_method'

    money = fields.Many2One(
        'tibillet.money', "Money", ondelete='RESTRICT',
        domain=[
            ('kind', 'in', kinds.kinds(owed=True)),
            ],
        states={
            'invisible': Eval('tender') != 'wallet',
            'required': Eval('tender') == 'wallet',
            },
        help="Of the cards that pay this way.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('money_unique', Unique(table, table.company, table.money),
                'tibillet_cashless.msg_wallet_method_unique'),
            ]

    @fields.depends('money', 'company')
    def on_change_money(self):
        if self.money and self.company:
            self.account = self.money.get_account(self.company)

    def _get_problem(self, field_names):
        if not field_names & {'money', 'tender', 'account', 'company'}:
            return
        if bool(self.money) != (self.tender == 'wallet'):
            return 'tender'
        if self.money and self.account != self.money.get_account(
                self.company):
            return 'account'

    def _get_problem_names(self):
        return {
            'method': self.rec_name,
            'money': self.money.rec_name if self.money else '',
            }

    @classmethod
    def get_wallet_methods(cls, company):
        "Return the ids of the methods by that of their money"
        return {
            method.money.id: method.id for method in cls.search([
                    ('company', '=', company),
                    ('tender', '=', 'wallet'),
                    ], order=[])}


class POSPayment(metaclass=PoolMeta):
    __name__ = 'sale.point.payment'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        # Cards pay through till_card alone, which takes from their wallet.
        cls.method.domain.append(('tender', '!=', 'wallet'))


def get_method(methods, money):
    "Return the method of a money, refuse one that no till takes"
    if money not in methods:
        raise MoneyMethodError(gettext(
                'tibillet_cashless.msg_wallet_money_method',
                money=Pool().get('tibillet.money')(money).rec_name))
    return methods[money]


def get_account(money, company):
    "Return the id of the account of a money in the books of a company"
    pool = Pool()
    Account = pool.get('tibillet.money.account')
    Company = pool.get('company.company')
    Money = pool.get('tibillet.money')
    accounts = Account.search([
            ('money', '=', money),
            ('company', '=', company),
            ], limit=1)
    if not accounts:
        raise MoneyAccountError(gettext(
                'tibillet_cashless.msg_wallet_money_account',
                money=Money(money).rec_name,
                company=Company(company).rec_name))
    return accounts[0].account.id
