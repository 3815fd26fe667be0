"""Record what happens to shares, with what each field will do shown."""
from decimal import Decimal

from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.tools import SHOWN, today

from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import (
    Button, StateAction, StateTransition, StateView, Wizard)

from . import share_register
from .share_entry import KINDS


def _only(*kinds, required=True):
    "Show a field for some kinds only"
    shown = Eval('kind', '').in_(list(kinds))
    states = {'invisible': ~shown}
    if required:
        states['required'] = shown
    return states


class RecordStart(OfCompanyMixin, ModelView):
    __name__ = 'tibillet.share.record.start'
    __string__ = "Share Record Start"

    kind = fields.Selection(KINDS, "What", required=True, sort=False)
    company = fields.Many2One(
        'company.company', "Company", required=True, states=SHOWN)
    date = fields.Date(
        "Date", required=True,
        help="Not before the last entry of the register; of a request to "
        "leave, the day on which it was received.")
    share_class = fields.Many2One(
        'tibillet.share.class', "Class", required=True,
        domain=[
            ('company', '=', Eval('company', -1)),
            ])
    party = fields.Many2One(
        'party.party', "Member",
        states={
            'required': Eval('kind', '') != 'call',
            },
        context={
            'company': Eval('company', -1),
            },
        depends={'company'},
        help="For a call, leave empty to call all members.")
    other = fields.Many2One(
        'party.party', "To", states=_only('transfer'),
        context={
            'company': Eval('company', -1),
            },
        depends={'company'},
        help="Who gets the shares.")
    shares = fields.Integer(
        "Shares",
        domain=['OR',
            ('shares', '=', None),
            ('shares', '>', 0),
            ],
        states=_only(
            'subscription', 'transfer', 'withdrawal', 'exclusion'))
    held = fields.Function(fields.Integer(
            "Shares Held",
            states={
                'invisible': ~Eval('party') | ~Eval('share_class'),
                }),
        'on_change_with_held')
    subscribed = fields.Function(Monetary(
            "Subscribed", currency='currency', digits='currency',
            states=_only('subscription', required=False),
            help="The shares at their nominal value."),
        'on_change_with_subscribed')
    least = fields.Function(Monetary(
            "To Pay at Least", currency='currency', digits='currency',
            states=_only('subscription', required=False),
            help="The part that is paid at once."),
        'on_change_with_least')
    paid = Monetary(
        "Paid", currency='currency', digits='currency',
        states=_only('subscription', 'payment', 'refund'))
    to_pay = fields.Function(Monetary(
            "Called, Not Paid", currency='currency', digits='currency',
            states=_only('payment', required=False),
            help="What the member is asked for and has not paid."),
        'on_change_with_to_pay')
    owed = fields.Function(Monetary(
            "To Pay Back", currency='currency', digits='currency',
            states=_only('refund', required=False),
            help="What the co-operative owes to who has left."),
        'on_change_with_owed')
    called = Monetary(
        "Called per Share", currency='currency', digits='currency',
        states=_only('call'),
        help="Nobody is asked for more than what is left.")
    to_call = fields.Function(Monetary(
            "Will Be Called", currency='currency', digits='currency',
            states=_only('call', required=False)),
        'on_change_with_to_call')

    @classmethod
    def default_kind(cls):
        return 'subscription'

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_date(cls):
        return today()

    @classmethod
    def default_share_class(cls):
        pool = Pool()
        Class = pool.get('tibillet.share.class')
        classes = Class.search(
            [('company', '=', Transaction().context.get('company'))],
            limit=2)
        if len(classes) == 1:
            return classes[0].id

    @fields.depends('company', 'party', 'share_class')
    def _get_holding(self):
        if self.company and self.party and self.share_class:
            return share_register.get_holdings(
                self.company, [self.party], self.share_class).get(
                (self.party.id, self.share_class.id),
                share_register.Holding())

    @fields.depends(methods=['_get_holding'])
    def on_change_with_held(self, name=None):
        held = self._get_holding()
        return held.shares if held else None

    @fields.depends('share_class', 'shares')
    def on_change_with_subscribed(self, name=None):
        if self.share_class and self.shares:
            return self.shares * self.share_class.nominal

    @fields.depends('share_class', 'shares')
    def on_change_with_least(self, name=None):
        if self.share_class and self.shares and self.shares > 0:
            return self.share_class.get_first_payment(self.shares)

    @fields.depends('kind', methods=['_get_holding'])
    def on_change_with_to_pay(self, name=None):
        held = self._get_holding()
        return held.to_pay if held else None

    @fields.depends('kind', methods=['_get_holding'])
    def on_change_with_owed(self, name=None):
        held = self._get_holding()
        return held.owed if held else None

    @fields.depends(
        'kind', 'company', 'party', 'share_class', 'called')
    def on_change_with_to_call(self, name=None):
        if (self.kind == 'call' and self.company and self.share_class
                and self.called and self.called > 0):
            return sum(share_register.get_calls(
                    self.company, self.share_class, self.called,
                    [self.party] if self.party else None).values(),
                Decimal(0))

    @fields.depends(
        'kind', methods=[
            'on_change_with_least', 'on_change_with_to_pay',
            'on_change_with_owed'])
    def _set_paid(self):
        if self.kind == 'subscription':
            self.paid = self.on_change_with_least()
        elif self.kind == 'payment':
            self.paid = self.on_change_with_to_pay()
        elif self.kind == 'refund':
            self.paid = self.on_change_with_owed()

    @fields.depends(methods=['_set_paid'])
    def on_change_kind(self):
        self._set_paid()

    @fields.depends(methods=['_set_paid'])
    def on_change_shares(self):
        self._set_paid()

    @fields.depends(methods=['_set_paid'])
    def on_change_party(self):
        self._set_paid()

    @fields.depends(methods=['_set_paid'])
    def on_change_share_class(self):
        self._set_paid()


class Record(Wizard):
    __name__ = 'tibillet.share.record'

    start = StateView(
        'tibillet.share.record.start',
        'tibillet_membership.share_record_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Record", 'choose', 'tryton-ok', default=True),
            ])
    choose = StateTransition()
    queue = StateAction('tibillet_membership.act_share_withdrawal')
    write = StateAction('tibillet_membership.act_share_entry')

    def default_start(self, fields):
        context = Transaction().context
        if context.get('active_model') == 'party.party':
            return {'party': context.get('active_id')}
        return {}

    def transition_choose(self):
        if self.start.kind in {'withdrawal', 'exclusion'}:
            return 'queue'
        return 'write'

    def do_queue(self, action):
        start = self.start
        register = share_register.opened(
            start.share_class.company, start.date)
        with without_check_access():
            asked = register.ask_to_leave(
                start.kind, start.party, start.share_class, start.shares)
        return action, {'res_id': [w.id for w in asked]}

    def do_write(self, action):
        start = self.start
        register = share_register.opened(
            start.share_class.company, start.date)
        with without_check_access():
            entries = getattr(self, f'_record_{start.kind}')(register)
        return action, {'res_id': [e.id for e in entries]}

    def _record_subscription(self, register):
        start = self.start
        return register.subscribe(
            start.party, start.share_class, start.shares, start.paid)

    def _record_call(self, register):
        start = self.start
        return register.call(
            start.share_class, start.called,
            [start.party] if start.party else None)

    def _record_payment(self, register):
        start = self.start
        return register.pay(start.party, start.share_class, start.paid)

    def _record_transfer(self, register):
        start = self.start
        return register.transfer(
            start.party, start.other, start.share_class, start.shares)

    def _record_refund(self, register):
        start = self.start
        return register.refund(start.party, start.share_class, start.paid)
