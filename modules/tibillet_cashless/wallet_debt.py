from tibillet_base.append_only import refuse_changes

from trytond.model import Check, Index, ModelSQL, ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval, If

from .wallet_amount import WalletAmountMixin
from .wallet_fact import WalletFactMixin


class WalletDebt(WalletFactMixin, WalletAmountMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.wallet.debt'
    __string__ = "Wallet Debt"

    operation = fields.Many2One(
        'tibillet.wallet.operation', "Operation", required=True,
        readonly=True, ondelete='RESTRICT',
        help="The chargeback.")
    wallet = fields.Many2One(
        'tibillet.wallet', "Wallet", required=True, readonly=True,
        ondelete='RESTRICT')
    date = fields.Function(
        fields.Date("Date"), 'on_change_with_date')
    cancelled = fields.Function(
        fields.Boolean(
            "Cancelled", help="The bank has paid after all."),
        'get_cancelled')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('units_positive', Check(table, table.units > 0),
                'tibillet_cashless.msg_wallet_debt_positive'),
            ]
        cls._sql_indexes.update({
                Index(table, (table.operation, Index.Equality())),
                Index(table, (table.wallet, Index.Equality())),
                })
        cls._order = [('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['operation', 'wallet', 'money', 'units'])

    def get_rec_name(self, name):
        return f'{self.wallet.rec_name}, {super().get_rec_name(name)}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('wallet.rec_name', *clause[1:])]

    @fields.depends('operation', '_parent_operation.date')
    def on_change_with_date(self, name=None):
        return self.operation.date if self.operation else None

    @classmethod
    def get_cancelled(cls, debts, name):
        pool = Pool()
        Operation = pool.get('tibillet.wallet.operation')
        reversed_ = {o.reverses.id for o in Operation.search([
                    ('reverses', 'in', [d.operation.id for d in debts]),
                    ])}
        return {d.id: d.operation.id in reversed_ for d in debts}

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(Eval('cancelled', False), 'muted', '')),
            ]


class WalletOperation(metaclass=PoolMeta):
    __name__ = 'tibillet.wallet.operation'

    debts = fields.One2Many(
        'tibillet.wallet.debt', 'operation', "Owed by the Holder",
        readonly=True,
        states={
            'invisible': ~Eval('debts', [-1]),
            },
        help="What was spent of a top-up that the bank has taken back.")


class Wallet(metaclass=PoolMeta):
    __name__ = 'tibillet.wallet'

    debts = fields.One2Many(
        'tibillet.wallet.debt', 'wallet', "Owed by the Holder",
        readonly=True)
