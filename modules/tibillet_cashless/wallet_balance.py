from trytond.model import Check, Index, ModelSQL, ModelView, Unique, fields

from .wallet_amount import WalletAmountMixin
from .wallet_fact import WalletFactMixin


class WalletBalance(WalletFactMixin, WalletAmountMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.wallet.balance'

    wallet = fields.Many2One(
        'tibillet.wallet', "Wallet", required=True, readonly=True,
        ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('wallet')
        table = cls.__table__()
        cls._sql_constraints += [
            ('wallet_money_unique', Unique(table, table.wallet, table.money),
                'tibillet_cashless.msg_wallet_balance_unique'),
            ('units_positive', Check(table, table.units >= 0),
                'tibillet_cashless.msg_wallet_balance_positive'),
            ]
        cls._sql_indexes.add(
            Index(table, (table.money, Index.Equality())))
        cls._order = [('wallet', 'ASC'), ('money', 'ASC'), ('id', 'ASC')]
