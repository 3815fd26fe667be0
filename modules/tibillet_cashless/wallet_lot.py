from sql import Null
from tibillet_base.append_only import refuse_changes

from trytond.model import Check, Index, ModelSQL, ModelView, fields

from .units import from_units
from .wallet_amount import Units, WalletAmountMixin
from .wallet_fact import WalletFactMixin


class WalletLot(WalletFactMixin, WalletAmountMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.wallet.lot'
    __string__ = "Wallet Lot"

    wallet = fields.Many2One(
        'tibillet.wallet', "Wallet", required=True, readonly=True,
        ondelete='RESTRICT')
    date = fields.Date(
        "Loaded on", required=True, readonly=True,
        help="It stays the same when wallets are merged or a payment is "
        "reversed.")
    party = fields.Many2One(
        'party.party', "Loaded at", required=True, readonly=True,
        ondelete='RESTRICT')
    move = fields.Many2One(
        'tibillet.wallet.move', "Move", required=True, readonly=True,
        ondelete='RESTRICT',
        help="What brought it into the wallet.")
    source = fields.Many2One(
        'tibillet.wallet.lot', "Source", readonly=True, ondelete='RESTRICT',
        help="The lot of another wallet of which it goes on.")
    left_units = Units(
        "Left in Smallest Units", required=True, readonly=True)
    left = fields.Function(
        fields.Numeric("Left", digits='money'), 'get_amount')
    uses = fields.One2Many(
        'tibillet.wallet.lot.use', 'lot', "Uses", readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('wallet')
        table = cls.__table__()
        cls._sql_constraints += [
            ('left', Check(
                    table,
                    (table.left_units >= 0)
                    & (table.left_units <= table.units)),
                'tibillet_cashless.msg_wallet_lot_left'),
            ]
        cls._sql_indexes.update({
                Index(
                    table,
                    (table.wallet, Index.Equality()),
                    (table.money, Index.Equality()),
                    (table.date, Index.Range()),
                    where=table.left_units > 0),
                Index(table, (table.move, Index.Equality())),
                Index(
                    table, (table.source, Index.Equality()),
                    where=table.source != Null),
                })
        cls._order = [('date', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        # What is left of it changes.
        refuse_changes(cls._table, [
                'wallet', 'money', 'date', 'move', 'source', 'units'],
            party_columns=['party'])


class WalletLotUse(WalletFactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.wallet.lot.use'
    __string__ = "Wallet Lot Use"

    lot = fields.Many2One(
        'tibillet.wallet.lot', "Lot", required=True, readonly=True,
        ondelete='RESTRICT')
    move = fields.Many2One(
        'tibillet.wallet.move', "Move", required=True, readonly=True,
        ondelete='RESTRICT')
    units = Units(
        "Smallest Units", required=True, readonly=True,
        help="Positive when taken, negative when given back.")
    money = fields.Function(
        fields.Many2One('tibillet.money', "Money"), 'on_change_with_money')
    amount = fields.Function(
        fields.Numeric("Amount", digits='money',
            help="Positive when taken, negative when given back."),
        'get_amount')
    date = fields.Function(
        fields.Date("Loaded on"), 'on_change_with_date')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('lot')
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.lot, Index.Equality())),
                Index(table, (table.move, Index.Equality())),
                })
        cls._order = [('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, ['lot', 'move', 'units'])

    @fields.depends('lot', '_parent_lot.money')
    def on_change_with_money(self, name=None):
        return self.lot.money if self.lot else None

    @fields.depends('lot', '_parent_lot.date')
    def on_change_with_date(self, name=None):
        return self.lot.date if self.lot else None

    @classmethod
    def get_amount(cls, uses, name):
        return {u.id: from_units(u.units, u.lot.money.scale) for u in uses}
