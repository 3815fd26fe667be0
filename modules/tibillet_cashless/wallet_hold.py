from sql import Null
from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.instant import Instant

from trytond.model import Check, Index, ModelSQL, ModelView, fields
from trytond.pyson import Eval, If
from trytond.transaction import without_check_access

from . import wallet_expiry
from .wallet_amount import WalletAmountMixin
from .wallet_fact import WalletFactMixin


class WalletHold(WalletFactMixin, WalletAmountMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.wallet.hold'
    __string__ = "Wallet Hold"

    operation = fields.Many2One(
        'tibillet.wallet.operation', "Operation", required=True,
        readonly=True, ondelete='RESTRICT')
    wallet = fields.Many2One(
        'tibillet.wallet', "Wallet", required=True, readonly=True,
        ondelete='RESTRICT')
    card = fields.Many2One(
        'tibillet.card', "Card", readonly=True, ondelete='RESTRICT',
        help="The card that was read, if any.")
    until = Instant(
        "Until", required=True, readonly=True,
        help="From then on the holder may spend it again.")
    closed_by = fields.Many2One(
        'tibillet.wallet.operation', "Closed by", readonly=True,
        ondelete='RESTRICT',
        help="The operation that has captured or released it.")
    state = fields.Function(
        fields.Selection([
                ('held', "Held"),
                ('expired', "Expired"),
                ('captured', "Captured"),
                ('released', "Released"),
                ], "State", sort=False),
        'get_state')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('operation')
        table = cls.__table__()
        cls._sql_constraints += [
            ('units_positive', Check(table, table.units > 0),
                'tibillet_cashless.msg_wallet_hold_positive'),
            ]
        cls._sql_indexes.update({
                Index(table, (table.operation, Index.Equality())),
                Index(
                    table,
                    (table.wallet, Index.Equality()),
                    where=table.closed_by == Null),
                Index(
                    table,
                    (table.until, Index.Range()),
                    where=table.closed_by == Null),
                })
        cls._order = [('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        # It is closed once, and follows its wallet into another one.
        refuse_changes(cls._table, [
                'operation', 'money', 'units', 'card', 'until'])

    @classmethod
    def get_state(cls, holds, name):
        now = tools.now()
        states = {'capture': 'captured', 'release': 'released'}
        return {
            h.id: states[h.closed_by.kind] if h.closed_by
            else 'held' if h.until > now else 'expired'
            for h in holds}

    @classmethod
    @without_check_access
    def expire(cls):
        "Let holders spend what was held until before now"
        wallet_expiry.expire(tools.now())

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(Eval('state') == 'held', '', 'muted')),
            ]
