from trytond.model import Check, Index, ModelSQL, ModelView, Unique, fields

from .wallet_amount import Units, WalletAmountMixin
from .wallet_fact import WalletFactMixin


class WalletBalance(WalletFactMixin, WalletAmountMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.wallet.balance'
    __string__ = "Wallet Balance"

    wallet = fields.Many2One(
        'tibillet.wallet', "Wallet", required=True, readonly=True,
        ondelete='RESTRICT')

    held_units = Units(
        "Held in Smallest Units", required=True, readonly=True)
    held = fields.Function(
        fields.Numeric(
            "Held", digits='money',
            help="Set aside for what is not paid yet."),
        'get_amount')
    available = fields.Function(
        fields.Numeric(
            "Available", digits='money',
            help="What may be spent: the balance without what is held."),
        'get_amount')

    @classmethod
    def default_held_units(cls):
        return 0

    @property
    def available_units(self):
        return self.units - self.held_units

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('wallet')
        table = cls.__table__()
        cls._sql_constraints += [
            ('wallet_money_unique', Unique(table, table.wallet, table.money),
                'tibillet_cashless.msg_wallet_balance_unique'),
            ('units_positive', Check(
                    table,
                    (table.held_units >= 0)
                    & (table.units >= table.held_units)),
                'tibillet_cashless.msg_wallet_balance_positive'),
            ]
        cls._sql_indexes.add(
            Index(table, (table.money, Index.Equality())))
        cls._order = [('wallet', 'ASC'), ('money', 'ASC'), ('id', 'ASC')]
