"""What a person does when the bank has taken something."""
import uuid

from tibillet_base.tools import SHOWN

from trytond.model import ModelView, fields
from trytond.pool import PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateAction, StateView, Wizard

from . import wallet_chargeback, wallet_writer
from .wallet_writer import At


class WalletOperation(metaclass=PoolMeta):
    __name__ = 'tibillet.wallet.operation'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons.update({
                'fee_wizard': {
                    'invisible': ~Eval('kind').in_(['top_up', 'chargeback']),
                    'depends': ['kind'],
                    },
                'chargeback_wizard': {
                    'invisible': (Eval('kind') != 'top_up')
                    | Bool(Eval('reversed_by', [])),
                    'depends': ['kind', 'reversed_by'],
                    },
                'chargeback_cancel_wizard': {
                    'invisible': (Eval('kind') != 'chargeback')
                    | Bool(Eval('reversed_by', [])),
                    'depends': ['kind', 'reversed_by'],
                    },
                })

    @classmethod
    @ModelView.button_action('tibillet_cashless.wizard_wallet_fee')
    def fee_wizard(cls, operations):
        pass

    @classmethod
    @ModelView.button_action('tibillet_cashless.wizard_wallet_chargeback')
    def chargeback_wizard(cls, operations):
        pass

    @classmethod
    @ModelView.button_action(
        'tibillet_cashless.wizard_wallet_chargeback_cancel')
    def chargeback_cancel_wizard(cls, operations):
        pass


class _Start:
    "What the bank has taken, and of which operation"
    __slots__ = ()

    operation = fields.Many2One(
        'tibillet.wallet.operation', "Operation", states=SHOWN)
    money = fields.Many2One('tibillet.money', "Money", states=SHOWN)
    reason = fields.Char("Reason")
    uuid = fields.Char("Identifier", strip=False)


class WalletFeeStart(_Start, ModelView):
    __name__ = 'tibillet.wallet.fee.start'
    __string__ = "Wallet Fee Start"

    amount = fields.Numeric(
        "Amount", digits='money', required=True,
        help="What the bank has kept of the payment.")


class WalletChargebackStart(_Start, ModelView):
    __name__ = 'tibillet.wallet.chargeback.start'
    __string__ = "Wallet Chargeback Start"

    left = fields.Numeric(
        "Still in the Wallet", digits='money', states=SHOWN,
        help="It is taken out.")
    spent = fields.Numeric(
        "Spent", digits='money', states=SHOWN,
        help="The holder will owe it.")
    fee = fields.Numeric(
        "Fee of the Dispute", digits='money',
        help="What the bank asks for it; empty if nothing.")


class WalletChargebackCancelStart(_Start, ModelView):
    __name__ = 'tibillet.wallet.chargeback.cancel.start'
    __string__ = "Wallet Chargeback Cancel Start"


class _ChargeMixin:
    "A wizard on an operation, whose answer is the new one"
    __slots__ = ()

    def default_start(self, fields):
        operation = self.record
        if not operation:
            return {}
        money = next((m.money for m in operation.moves), None)
        return {
            'operation': operation.id,
            'money': money.id if money else None,
            # Who clicks twice records it once.
            'uuid': str(uuid.uuid4()),
            }

    def _get_at(self):
        # That of who clicks: what another company has recorded is refused.
        return At(Transaction().context['company'])

    def _open(self, action, answer):
        action['views'].reverse()
        return action, {'res_id': answer.id}


class WalletFee(_ChargeMixin, Wizard):
    __name__ = 'tibillet.wallet.fee'

    start = StateView(
        'tibillet.wallet.fee.start',
        'tibillet_cashless.wallet_fee_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Record", 'record_fee', 'tryton-ok', default=True),
            ])
    record_fee = StateAction('tibillet_cashless.act_wallet_operation')

    def do_record_fee(self, action):
        operation, start = self.record, self.start
        return self._open(action, wallet_writer.fee(
                self._get_at(), start.uuid, operation.uuid,
                start.amount, start.reason))


class WalletChargeback(_ChargeMixin, Wizard):
    __name__ = 'tibillet.wallet.chargeback'

    start = StateView(
        'tibillet.wallet.chargeback.start',
        'tibillet_cashless.wallet_chargeback_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Take Back", 'charge', 'tryton-ok', default=True),
            ])
    charge = StateAction('tibillet_cashless.act_wallet_operation')

    def default_start(self, fields):
        values = super().default_start(fields)
        if self.record:
            load = next(
                (m for m in self.record.moves if m.wallet), None)
            if load:
                with without_check_access():
                    left = wallet_chargeback.left(load)
                values['left'] = load.money.get_amount(left)
                values['spent'] = load.money.get_amount(load.units - left)
        return values

    def do_charge(self, action):
        operation, start = self.record, self.start
        at = self._get_at()
        answer = wallet_writer.charge_back(
            at, start.uuid, operation.uuid, start.reason)
        if start.fee:
            wallet_writer.fee(
                at, str(uuid.uuid5(uuid.UUID(start.uuid), 'fee')),
                start.uuid, start.fee, start.reason)
        return self._open(action, answer)


class WalletChargebackCancel(_ChargeMixin, Wizard):
    __name__ = 'tibillet.wallet.chargeback.cancel'

    start = StateView(
        'tibillet.wallet.chargeback.cancel.start',
        'tibillet_cashless.wallet_chargeback_cancel_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Give Back", 'restore', 'tryton-ok', default=True),
            ])
    restore = StateAction('tibillet_cashless.act_wallet_operation')

    def do_restore(self, action):
        start = self.start
        return self._open(action, wallet_writer.reverse(
                self._get_at(), start.uuid, self.record.uuid, start.reason))
