from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.wizard import Button, StateTransition, StateView, Wizard

from .exceptions import MembershipPaymentError


class MembershipPayStart(ModelView):
    __name__ = 'tibillet.membership.pay.start'

    membership = fields.Many2One(
        'tibillet.membership', "Membership", readonly=True,
        states={
            'invisible': ~Eval('membership'),
            })
    count = fields.Integer("Number of Memberships", readonly=True)
    currency = fields.Many2One(
        'currency.currency', "Currency", readonly=True)
    paid_on = fields.Date("Paid on", required=True)
    amount = Monetary(
        "Amount", currency='currency', digits='currency',
        domain=['OR',
            ('amount', '=', None),
            ('amount', '>=', 0),
            ],
        help="Leave empty for the price of the plan.")
    start = fields.Function(
        fields.Date(
            "From",
            states={
                'invisible': ~Eval('membership'),
                }),
        'on_change_with_start')
    end = fields.Function(
        fields.Date(
            "To",
            states={
                'invisible': ~Eval('end'),
                }),
        'on_change_with_end')

    @classmethod
    def default_paid_on(cls):
        pool = Pool()
        Date = pool.get('ir.date')
        return Date.today()

    @fields.depends('membership', 'paid_on', 'amount')
    def _get_period(self):
        if self.membership and self.paid_on:
            try:
                return self.membership.get_period(self.paid_on, self.amount)
            except MembershipPaymentError:
                # The sentence comes when the payment is recorded.
                return None

    @fields.depends(methods=['_get_period'])
    def on_change_with_start(self, name=None):
        period = self._get_period()
        return period.start if period else None

    @fields.depends(methods=['_get_period'])
    def on_change_with_end(self, name=None):
        period = self._get_period()
        return period.end if period else None


class MembershipPay(Wizard):
    __name__ = 'tibillet.membership.pay'

    start = StateView(
        'tibillet.membership.pay.start',
        'tibillet_membership.membership_pay_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Record", 'pay', 'tryton-ok', default=True),
            ])
    pay = StateTransition()

    def default_start(self, fields):
        values = {'count': len(self.records)}
        if len(self.records) == 1:
            plan = self.record.plan
            values['membership'] = self.record.id
            values['currency'] = plan.currency.id
            values['amount'] = (
                plan.price if plan.price_kind == 'fixed'
                else plan.price_suggested)
        return values

    def transition_pay(self):
        self.model.pay(self.records, self.start.paid_on, self.start.amount)
        return 'end'

    def end(self):
        return 'reload'
