from tibillet_base.append_only import refuse_changes
from tibillet_base.instant import Instant

from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pyson import Eval, If

from .units import from_units
from .wallet_amount import Units, WalletAmountMixin
from .wallet_fact import WalletFactMixin
from .wallet_operation import KINDS
from .wallet_rules import OPPOSITE


class WalletMove(WalletFactMixin, WalletAmountMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.wallet.move'
    __string__ = "Wallet Move"

    operation = fields.Many2One(
        'tibillet.wallet.operation', "Operation", required=True,
        readonly=True, ondelete='RESTRICT')
    side = fields.Selection([
            ('holder', "Holder"),
            ('issued', "Issued"),
            ('owed', "Owed to Who Took it"),
            ('used', "Used"),
            ('redeemed', "Paid Back"),
            ('melted', "Melted"),
            ('cleared', "Cleared"),
            ('charged', "Taken Back by the Bank"),
            ('bank', "Taken by the Bank"),
            ('fee', "Payment Fee"),
            ('debt', "Owed by the Holder"),
            ], "Side", required=True, readonly=True, sort=False)
    wallet = fields.Many2One(
        'tibillet.wallet', "Wallet", readonly=True, ondelete='RESTRICT',
        states={
            'required': Eval('side') == 'holder',
            'invisible': Eval('side') != 'holder',
            })
    card = fields.Many2One(
        'tibillet.card', "Card", readonly=True, ondelete='RESTRICT',
        states={
            'invisible': Eval('side') != 'holder',
            },
        help="The card that was read, if any.")
    party = fields.Many2One(
        'party.party', "Party", readonly=True, ondelete='RESTRICT',
        states={
            'required': Eval('side') != 'holder',
            'invisible': Eval('side') == 'holder',
            },
        help="Who loaded, took or paid back the money.")
    balance_units = Units(
        "Balance after in Smallest Units", readonly=True,
        states={
            'required': Eval('side') == 'holder',
            'invisible': Eval('side') != 'holder',
            })
    balance = fields.Function(
        fields.Numeric(
            "Balance after", digits='money',
            states={
                'invisible': Eval('side') != 'holder',
                }),
        'get_amount')
    value_units = Units(
        "Worth in Smallest Units", readonly=True,
        help="What it has paid in a sale, in the currency of the company.")
    value = fields.Function(
        Monetary(
            "Worth", currency='currency', digits='currency',
            states={
                'invisible': ~Eval('value'),
                },
            help="What it has paid in a sale, in the currency of the "
            "company."),
        'get_value')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    uses = fields.One2Many(
        'tibillet.wallet.lot.use', 'move', "Lots", readonly=True,
        states={
            'invisible': ~Eval('uses', [-1]),
            },
        help="The lots that it took from, or gave back to.")
    kind = fields.Function(
        fields.Selection(KINDS, "Kind", sort=False),
        'on_change_with_kind', searcher='search_operation')
    at = fields.Function(
        Instant("At"), 'on_change_with_at', searcher='search_operation')
    operation_party = fields.Function(
        fields.Many2One('party.party', "Where"),
        'on_change_with_operation_party')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('operation')
        table = cls.__table__()
        cls._sql_indexes.update({
                Index(table, (table.operation, Index.Equality())),
                Index(
                    table,
                    (table.wallet, Index.Equality()),
                    (table.money, Index.Equality()),
                    (table.id, Index.Range())),
                Index(
                    table,
                    (table.money, Index.Equality()),
                    (table.side, Index.Equality()),
                    (table.party, Index.Equality())),
                })
        cls._order = [('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'operation', 'money', 'units', 'side', 'wallet', 'card',
                'balance_units', 'value_units'], party_columns=['party'])

    @fields.depends('operation', '_parent_operation.company')
    def on_change_with_currency(self, name=None):
        if self.operation and self.operation.company:
            return self.operation.company.currency

    @classmethod
    def get_value(cls, moves, name):
        return {
            m.id: None if m.value_units is None else from_units(
                m.value_units, 10 ** m.currency.digits)
            for m in moves}

    @fields.depends('operation', '_parent_operation.kind')
    def on_change_with_kind(self, name=None):
        return self.operation.kind if self.operation else None

    @fields.depends('operation', '_parent_operation.at')
    def on_change_with_at(self, name=None):
        return self.operation.at if self.operation else None

    @fields.depends('operation', '_parent_operation.party')
    def on_change_with_operation_party(self, name=None):
        return self.operation.party if self.operation else None

    @classmethod
    def search_operation(cls, name, clause):
        return [('operation.' + clause[0], *clause[1:])]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('kind').in_(list(OPPOSITE)), 'muted', '')),
            ]
