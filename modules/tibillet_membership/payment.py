"""What a payment gives, and recording one that was received elsewhere."""
from tibillet_base.tools import take_turn, today

from trytond.i18n import gettext
from trytond.model import ModelView, dualmethod, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.wizard import Button, StateTransition, StateView, Wizard

from . import calendars
from .exceptions import MembershipCurrencyError, MembershipPaymentError


class Membership(metaclass=PoolMeta):
    __name__ = 'tibillet.membership'

    @property
    def last_period(self):
        "The last of the periods that count, None if there is none"
        periods = [p for p in self.periods if not p.cancelled_on]
        return max(periods, key=lambda p: p.start, default=None)

    @dualmethod
    def pay(cls, memberships, paid_on, amount=None, currency=None):
        """Add to each membership the period that is paid on a date

        amount: as before if None, see get_amount.
        currency: of the amount, that of the membership if None.
        Return the periods.
        """
        pool = Pool()
        Period = pool.get('tibillet.membership.period')
        cls._check_past(memberships, paid_on)
        cls.take_turn(memberships)
        periods = [m.get_period(paid_on, amount, currency)
            for m in memberships]
        Period.save(periods)
        return periods

    @classmethod
    def _check_past(cls, memberships, paid_on):
        "Refuse to record what has not been paid yet"
        for membership in memberships:
            if paid_on > today(membership.company):
                raise MembershipPaymentError(gettext(
                        'tibillet_membership.msg_membership_pay_future',
                        membership=membership.rec_name))

    @classmethod
    def take_turn(cls, memberships):
        "Let nobody else pay the memberships until the transaction ends"
        take_turn(cls, {m.id for m in memberships}, 'since')

    def get_period(self, paid_on, amount=None, currency=None):
        "Return the period, not saved, that a payment on a date gives"
        self.check_payable(paid_on)
        return self._get_period(paid_on, self.get_amount(amount, currency))

    def get_invoiced_period(self, paid_on, amount):
        """Return the period, not saved, of an amount that was asked before

        Whatever became of the price or of the membership since: it is paid.
        """
        self._check_life()
        return self._get_period(paid_on, amount)

    def _get_period(self, paid_on, amount):
        pool = Pool()
        Period = pool.get('tibillet.membership.period')
        start = self._get_start(paid_on)
        end = self.plan.get_period_end(start)
        return Period(
            membership=self, start=start, end=end,
            grace_end=calendars.grace_end(end, self.plan.grace_days),
            amount=amount, paid_on=paid_on)

    def check_payable(self, paid_on):
        "Refuse a payment on a date, whatever its amount"
        if self.cancelled_on:
            raise MembershipPaymentError(gettext(
                    'tibillet_membership.msg_membership_pay_cancelled',
                    membership=self.rec_name))
        if not self.accepted_on:
            raise MembershipPaymentError(gettext(
                    'tibillet_membership.msg_membership_pay_accept',
                    membership=self.rec_name))
        if paid_on < self.since:
            raise MembershipPaymentError(gettext(
                    'tibillet_membership.msg_membership_pay_since',
                    membership=self.rec_name))
        self._check_life()

    def _check_life(self):
        last = self.last_period
        if last and last.end is None:
            raise MembershipPaymentError(gettext(
                    'tibillet_membership.msg_membership_pay_life',
                    membership=self.rec_name))

    def get_amount(self, amount=None, currency=None):
        """Return what is to be paid for the next period

        Without amount, what was paid for the last one, or for the first the
        price of the plan or what it suggests. It is refused if the plan does
        not allow it any more: nobody renews at a price unseen.
        """
        if currency and currency != self.plan.currency:
            raise MembershipCurrencyError(gettext(
                    'tibillet_membership.msg_membership_pay_currency',
                    membership=self.rec_name,
                    currency=self.plan.currency.rec_name,
                    other=currency.rec_name))
        last = self.last_period
        return self.plan.get_amount(amount, last.amount if last else None)

    def get_proposed_amount(self):
        """Return the amount that a person sees before it is paid

        The price of today, or what was last chosen of a free price.
        """
        plan, last = self.plan, self.last_period
        if last and plan.is_price_kept(last.amount):
            return last.amount
        return (
            plan.price if plan.price_kind == 'fixed'
            else plan.price_suggested)

    def _get_start(self, paid_on):
        last = self.last_period
        if not last:
            return calendars.renewal_start(paid_on)
        return calendars.renewal_start(paid_on, last.end, last.grace_end)


class MembershipPayStart(ModelView):
    __name__ = 'tibillet.membership.pay.start'
    __string__ = "Membership Pay Start"

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
        states={
            'readonly': ~Eval('currency'),
            },
        help="Leave empty for what each member paid last, or for the price "
        "of the plan.")
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
        currencies = {m.plan.currency for m in self.records}
        if len(currencies) == 1:
            currency, = currencies
            values['currency'] = currency.id
        if len(self.records) == 1:
            values['membership'] = self.record.id
            values['amount'] = self.record.get_proposed_amount()
        return values

    def transition_pay(self):
        start = self.start
        self.model.pay(
            self.records, start.paid_on, start.amount, start.currency)
        return 'end'

    def end(self):
        return 'reload'
