"""Cash that goes in or out of the drawer of a till other than by a sale."""
import uuid

from trytond.i18n import gettext
from trytond.model import ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from . import till_finish, till_sql
from .append_only import refuse_changes
from .exceptions import TillCashError, TillFactError, TillUUIDError
from .till_closing import Closing
from .tools import SHOWN

# What a movement is for, those that put cash in first.
IN = ['float', 'in', 'back']
OUT = ['out', 'bank', 'tips']
FACT = [
    'point', 'session', 'type', 'amount', 'date', 'reason', 'uuid']


class POS(metaclass=PoolMeta):
    __name__ = 'sale.point'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons['cash_wizard'] = {
            'invisible': Eval('state') != 'open',
            'icon': 'tryton-exchange',
            'depends': ['state'],
            }

    @classmethod
    @ModelView.button_action('tibillet_base.wizard_till_cash')
    def cash_wizard(cls, points):
        pass


class TransferType(metaclass=PoolMeta):
    __name__ = 'sale.point.cash.transfer.type'

    use = fields.Selection([
            (None, ""),
            ('float', "Float"),
            ('in', "Put In"),
            ('out', "Taken Out"),
            ('bank', "Taken to the Bank"),
            ('back', "Put Back from the Bank"),
            ('tips', "Tips Paid Out"),
            ], "Use", sort=False,
        help="What it is proposed for at the tills. Empty for what the "
        "server writes by itself, such as cash that is missing.\n"
        "What is taken to the bank waits on its account, such as 580, for "
        "its deposit slip; put back in the drawer, it waits no more.")


class Transfer(metaclass=PoolMeta):
    __name__ = 'sale.point.cash.transfer'

    reason = fields.Char("Reason", readonly=True)
    uuid = fields.Char(
        "Identifier", readonly=True, strip=False,
        help="Made by who asks for it, so that it counts once.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('uuid_unique', Unique(table, table.uuid),
                'tibillet_base.msg_till_cash_unique'),
            ]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, FACT)

    def get_rec_name(self, name):
        if not self.reason:
            return self.type.rec_name
        return gettext(
            'tibillet_base.msg_till_cash_name',
            type=self.type.rec_name, reason=self.reason)

    @classmethod
    def search_rec_name(cls, name, clause):
        return ['OR',
            ('type.rec_name', *clause[1:]),
            ('reason', *clause[1:]),
            ]

    @classmethod
    def check_modification(cls, mode, transfers, values=None, external=False):
        super().check_modification(
            mode, transfers, values=values, external=external)
        if (external or mode == 'delete'
                or (mode == 'write' and values.keys() & set(FACT))):
            for transfer in transfers:
                raise TillFactError(gettext(
                        'tibillet_base.msg_till_cash_fact',
                        till=transfer.point.rec_name))

    @classmethod
    @without_check_access
    def make(cls, point, type_, amount, reason, uuid):
        """Put cash in the drawer of an open till, or take it out, once

        amount: positive, whether it goes in or out is said by the type.
        Return the transfer, the first one if the same is asked again.
        """
        with Transaction().set_context(company=point.company.id):
            row = till_sql.lock(point)
            found = cls.search([('uuid', '=', uuid)], limit=1)
            if found:
                return found[0]._replay(point, type_, amount, reason)
            transfer = cls._get(row, point, type_, amount, reason, uuid)
            transfer.save()
            transfer._log(row)
            till_sql.advance(row)
            return transfer

    @classmethod
    def _get(cls, row, point, type_, amount, reason, uuid):
        "Return the transfer to save, if it can be made"
        company = row.company
        reason = (reason or '').strip()
        closing = Closing(point, lock=False)
        if not uuid:
            raise TillUUIDError(gettext('tibillet_base.msg_till_cash_unique'))
        if not type_ or not type_.use or type_.company.id != company:
            raise TillCashError(gettext('tibillet_base.msg_till_cash_type'))
        if (amount is None or not amount.is_finite() or amount <= 0
                or amount % closing.quantum):
            raise TillCashError(gettext('tibillet_base.msg_till_cash_amount'))
        if not reason:
            raise TillCashError(gettext('tibillet_base.msg_till_cash_reason'))
        there = closing.get_cash(None)['cash_expected']
        if type_.use in OUT:
            if amount > there:
                raise TillCashError(gettext(
                        'tibillet_base.msg_till_cash_there',
                        till=point.rec_name,
                        amount=till_finish.say(amount, company),
                        there=till_finish.say(there, company)))
            amount = -amount
        return cls(
            point=point, session=closing.session, type=type_, amount=amount,
            date=till_finish.local_date(
                closing.session.opened_at or closing.at, company),
            reason=reason, uuid=uuid)

    def _log(self, row):
        pool = Pool()
        Log = pool.get('tibillet.till.log')
        Log.append(
            row, 'cash_in' if self.amount > 0 else 'cash_out',
            subject=str(self.amount), detail=self.rec_name)

    def _replay(self, point, type_, amount, reason):
        "Return the transfer if the same is asked"
        asked = (
            int(point), int(type_) if type_ else None, amount,
            (reason or '').strip())
        if asked != (
                self.point.id, self.type.id, abs(self.amount), self.reason):
            raise TillUUIDError(gettext(
                    'tibillet_base.msg_till_uuid_reused', uuid=self.uuid))
        return self


class CashStart(ModelView):
    __name__ = 'tibillet.till.cash.start'
    __string__ = "Till Cash Start"

    uuid = fields.Char("Identifier", states=SHOWN)
    point = fields.Many2One('sale.point', "Till", readonly=True)
    company = fields.Many2One('company.company', "Company", states=SHOWN)
    currency = fields.Many2One('currency.currency', "Currency", states=SHOWN)
    there = Monetary(
        "In the Drawer", currency='currency', digits='currency',
        readonly=True, help="What is expected there by now.")
    type = fields.Many2One(
        'sale.point.cash.transfer.type', "Movement", required=True,
        domain=[
            ('company', '=', Eval('company', -1)),
            ('use', '!=', None),
            ])
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        help="Always positive: the movement says whether it goes in or out.")
    reason = fields.Char(
        "Reason", required=True, help="Written for good in the closure.")
    after = fields.Function(Monetary(
            "In the Drawer Then", currency='currency', digits='currency'),
        'on_change_with_after')

    @fields.depends('there', 'type', 'amount')
    def on_change_with_after(self, name=None):
        if self.there is None or not self.type or self.amount is None:
            return None
        return self.there + (
            self.amount if self.type.use in IN else -self.amount)


class Cash(Wizard):
    __name__ = 'tibillet.till.cash'

    start = StateView(
        'tibillet.till.cash.start',
        'tibillet_base.till_cash_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Record", 'move', 'tryton-ok', default=True),
            ])
    move = StateTransition()

    def default_start(self, fields):
        point = self.record
        with Transaction().set_context(company=point.company.id):
            there = Closing(point, lock=False).get_cash(None)['cash_expected']
        return {
            'uuid': str(uuid.uuid4()),
            'point': point.id,
            'company': point.company.id,
            'currency': point.company.currency.id,
            'there': there,
            }

    def transition_move(self):
        pool = Pool()
        Transfer = pool.get('sale.point.cash.transfer')
        start = self.start
        Transfer.make(
            self.record, start.type, start.amount, start.reason, start.uuid)
        return 'end'
