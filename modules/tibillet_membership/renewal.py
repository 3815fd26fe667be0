"""Ask members for the next payment, by an invoice each, and say whom not."""
from tibillet_base import mail
from tibillet_base.tools import sliced, today

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import (
    Button, StateAction, StateTransition, StateView, Wizard)

from .exceptions import MembershipAmountError

# How many memberships are invoiced at once.
BATCH = 200


class Membership(metaclass=PoolMeta):
    __name__ = 'tibillet.membership'

    _reader_buttons = {'renew_wizard'}

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons['renew_wizard'] = {
            'invisible': ~Eval('accepted_on') | Eval('cancelled_on'),
            'icon': 'tryton-forward',
            'depends': ['accepted_on', 'cancelled_on'],
            }

    @classmethod
    @ModelView.button_action('tibillet_membership.wizard_membership_renew')
    def renew_wizard(cls, memberships):
        pass

    @classmethod
    def get_due(cls, company, until):
        "Return the memberships of a company that end by a date, not expired"
        return cls.search([
                ('company', '=', company.id),
                ('state', 'in', ['current', 'grace']),
                ('end', '<=', until),
                ], order=[('id', 'ASC')])

    @classmethod
    def renew(
            cls, memberships, amount=None, new_price=False, only_email=False):
        """Make an invoice of what each membership is to pay next

        amount: as before, or the price of the plan, if None.
        new_price: the members have been told the price of today.
        only_email: leave out those without an address.
        Return the ids of the invoices, and for each membership that has none
        the name of the reason.
        """
        cls.take_turn(memberships)
        invoices, left = [], {}
        for some in sliced(memberships, BATCH):
            made, refused = cls._renew(
                cls.browse([m.id for m in some]), amount, new_price,
                only_email)
            invoices += made
            left.update(refused)
        return invoices, left

    @classmethod
    def _renew(cls, memberships, amount, new_price, only_email):
        pool = Pool()
        Invoice = pool.get('account.invoice')
        invoiced = cls.get_invoices(memberships)
        invoices, left = [], {}
        for membership in memberships:
            reason = membership._get_left(new_price, only_email)
            if membership.id in invoiced:
                reason = 'invoiced'
            if not reason:
                asked = amount
                if asked is None and new_price:
                    asked = membership.get_proposed_amount()
                try:
                    asked = membership.get_amount(asked)
                except MembershipAmountError:
                    reason = 'amount'
            if reason:
                left[membership.id] = reason
            else:
                invoices.append(membership.get_invoice(asked))
        Invoice.save(invoices)
        return [i.id for i in invoices], left

    def _get_left(self, new_price, only_email):
        "Return the name of the reason not to renew, None if there is none"
        last = self.last_period
        if self.cancelled_on:
            return 'cancelled'
        if not self.accepted_on:
            return 'waiting'
        if last and last.end is None:
            return 'life'
        if last and last.start > today(self.company):
            return 'ahead'
        if not self.plan.product:
            return 'product'
        if not self.plan.active:
            return 'plan'
        if last and not new_price and not self.plan.is_price_kept(
                last.amount):
            return 'price'
        if not self.party.address_get('invoice'):
            return 'address'
        if only_email and not mail.get_address(self.party):
            return 'email'

    def _get_left_values(self):
        "Return what the sentence of a reason names"
        plan, last = self.plan, self.last_period
        price = self.get_proposed_amount()
        return {
            'before': plan.format_amount(last.amount) if last else '',
            'price': plan.format_amount(price) if price is not None else '',
            }


class RenewStart(ModelView):
    __name__ = 'tibillet.membership.renew.start'
    __string__ = "Membership Renew Start"

    company = fields.Many2One(
        'company.company', "Company", states={'readonly': True})
    currency = fields.Many2One(
        'currency.currency', "Currency", states={'readonly': True})
    memberships = fields.Many2Many(
        'tibillet.membership', None, None, "Chosen",
        states={'readonly': True})
    until = fields.Date(
        "End by",
        states={
            'invisible': Bool(Eval('memberships')),
            'required': ~Eval('memberships'),
            },
        help="The memberships that end by this day and are not expired are "
        "renewed.")
    count = fields.Function(
        fields.Integer("Number of Memberships"), 'on_change_with_count')
    amount = Monetary(
        "Amount", currency='currency', digits='currency',
        domain=['OR',
            ('amount', '=', None),
            ('amount', '>=', 0),
            ],
        help="Leave empty for what each member paid last, or for the price "
        "of the plan.")
    new_price = fields.Boolean(
        "At the New Price",
        help="Check if the members were told that the price has changed. "
        "Without it, those who paid another price last are left out.")
    only_email = fields.Boolean(
        "Only with an E-mail Address",
        help="Check to leave out the members to whom you can only write a "
        "letter.")

    @fields.depends('memberships', 'company', 'until')
    def on_change_with_count(self, name=None):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        if self.memberships:
            return len(self.memberships)
        if self.company and self.until:
            return len(Membership.get_due(self.company, self.until))


class RenewResult(ModelView):
    __name__ = 'tibillet.membership.renew.result'
    __string__ = "Membership Renew Result"

    renewed = fields.Integer("Invoices Made", readonly=True)
    left = fields.Integer("Left Out", readonly=True)
    lines = fields.One2Many(
        'tibillet.membership.renew.line', None, "Left Out", readonly=True,
        states={
            'invisible': ~Eval('left', 0),
            })


class RenewLine(ModelView):
    __name__ = 'tibillet.membership.renew.line'
    __string__ = "Membership Renew Line"

    membership = fields.Many2One(
        'tibillet.membership', "Membership", readonly=True)
    plan = fields.Many2One(
        'tibillet.membership.plan', "Plan", readonly=True)
    reason = fields.Char("Why", readonly=True)


class Renew(Wizard):
    __name__ = 'tibillet.membership.renew'

    start = StateView(
        'tibillet.membership.renew.start',
        'tibillet_membership.membership_renew_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Make the Invoices", 'renew', 'tryton-ok', default=True),
            ])
    renew = StateTransition()
    result = StateView(
        'tibillet.membership.renew.result',
        'tibillet_membership.membership_renew_result_view_form', [
            Button("Close", 'end', 'tryton-ok', default=True),
            Button("Open the Left Out", 'open_', 'tryton-open',
                states={
                    'invisible': ~Eval('left', 0),
                    }),
            ])
    open_ = StateAction('tibillet_membership.act_membership_left')

    def default_start(self, fields):
        pool = Pool()
        Company = pool.get('company.company')
        Membership = pool.get('tibillet.membership')
        company = Company(Transaction().context['company'])
        values = {}
        if self.model == Membership and self.records:
            company = self.records[0].company
            values['memberships'] = [
                m.id for m in self.records if m.company == company]
        return {
            'company': company.id,
            'currency': company.currency.id,
            **values,
            }

    def transition_renew(self):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        start = self.start
        memberships = list(start.memberships or []) or Membership.get_due(
            start.company, start.until)
        with without_check_access(), Transaction().set_context(
                company=start.company.id):
            invoices, left = Membership.renew(
                memberships, start.amount, start.new_price, start.only_email)
        self.result.renewed = len(invoices)
        self.result.left = len(left)
        self.result.lines = [{
                'membership': membership.id,
                'plan': membership.plan.id,
                'reason': gettext(
                    'tibillet_membership.msg_renew_'
                    + left[membership.id],
                    **membership._get_left_values()),
                } for membership in Membership.browse(list(left))]
        return 'result'

    def default_result(self, fields):
        return {
            'renewed': self.result.renewed,
            'left': self.result.left,
            'lines': [{
                    'membership': line.membership.id,
                    'plan': line.plan.id,
                    'reason': line.reason,
                    } for line in self.result.lines],
            }

    def do_open_(self, action):
        return action, {
            'res_id': [line.membership.id for line in self.result.lines],
            }

    def end(self):
        return 'reload'
