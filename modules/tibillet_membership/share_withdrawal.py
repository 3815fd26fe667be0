"""Who has asked to leave, oldest first, and when each may."""
from decimal import Decimal
from itertools import groupby

from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.tools import SHOWN, today

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateAction, StateView, Wizard

from . import capital, share_register
from .exceptions import ShareQueueError, ShareWithdrawalAccessError

ZERO = Decimal(0)


class ShareWithdrawal(OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.share.withdrawal'
    __string__ = "Share Withdrawal"

    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True,
        ondelete='RESTRICT')
    kind = fields.Selection([
            ('withdrawal', "Withdrawal"),
            ('exclusion', "Exclusion"),
            ], "Kind", required=True, readonly=True, sort=False)
    party = fields.Many2One(
        'party.party', "Member", required=True, readonly=True,
        ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    share_class = fields.Many2One(
        'tibillet.share.class', "Class", required=True, readonly=True,
        ondelete='RESTRICT')
    shares = fields.Integer("Shares", required=True, readonly=True)
    amount = fields.Function(Monetary(
            "Nominal", currency='currency', digits='currency',
            help="The shares at their nominal value."), 'get_amount')
    asked_on = fields.Date("Asked on", required=True, readonly=True)
    state = fields.Selection([
            ('queued', "In the Queue"),
            ('done', "Has Left"),
            ('cancelled', "Cancelled"),
            ], "State", required=True, readonly=True, sort=False)
    day = fields.Function(fields.Date(
            "May Leave on",
            help="Empty while the capital lacks what is missing."),
        'get_turns')
    missing = fields.Function(Monetary(
            "Missing Capital", currency='currency', digits='currency',
            help="What others must subscribe first, for the capital not to "
            "fall below its floor."),
        'get_turns')
    entry = fields.Many2One(
        'tibillet.share.entry', "Entry", readonly=True, ondelete='RESTRICT',
        states={
            'invisible': ~Eval('entry'),
            })

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(Index(
                table, (table.company, Index.Equality()),
                (table.asked_on, Index.Range()),
                where=table.state == 'queued'))
        cls._order = [('asked_on', 'ASC'), ('id', 'ASC')]
        cls._buttons.update({
                'cancel': {
                    'invisible': Eval('state') != 'queued',
                    'icon': 'tryton-cancel',
                    'depends': ['state'],
                    },
                })

    def get_amount(self, name):
        return self.shares * self.share_class.nominal

    def get_rec_name(self, name):
        return gettext(
            'tibillet_membership.msg_share_withdrawal_name',
            shares=self.shares, party=self.party.rec_name)

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('party.rec_name', *clause[1:])]

    @classmethod
    def get_queue(cls, company):
        "Return those who wait, oldest first"
        return cls.search([
                ('company', '=', company.id),
                ('state', '=', 'queued'),
                ], order=[('asked_on', 'ASC'), ('id', 'ASC')])

    @classmethod
    @without_check_access
    def get_company_turns(cls, company):
        "Return who waits with the turn of each, oldest first"
        pool = Pool()
        Capital = pool.get('tibillet.share.capital')
        queue = cls.get_queue(company)
        if not queue:
            # There may be no capital yet either.
            return []
        statutes = Capital.of(company)
        _, floor = statutes.get_floor()
        level = sum(share_register.get_changes(company), ZERO)
        return list(zip(queue, capital.turns(
                    level, floor,
                    [(w.amount, statutes.get_due(w.asked_on))
                        for w in queue]), strict=True))

    @classmethod
    def get_turns(cls, withdrawals, names):
        found = {name: dict.fromkeys(w.id for w in withdrawals)
            for name in names}
        waiting = {w.id for w in withdrawals if w.state == 'queued'}
        for company in {w.company for w in withdrawals}:
            for withdrawal, turn in cls.get_company_turns(company):
                if withdrawal.id in waiting:
                    for name in names:
                        found[name][withdrawal.id] = getattr(turn, name)
        return found

    @classmethod
    def check_modification(
            cls, mode, withdrawals, values=None, external=False):
        super().check_modification(
            mode, withdrawals, values=values, external=external)
        if external or mode == 'delete':
            for withdrawal in withdrawals:
                raise ShareWithdrawalAccessError(gettext(
                        'tibillet_membership.msg_share_withdrawal_immutable',
                        withdrawal=withdrawal.rec_name))

    @classmethod
    @ModelView.button
    @without_check_access
    def cancel(cls, withdrawals):
        "Who stays after all waits no more"
        waiting = [w for w in withdrawals if w.state == 'queued']
        for company, _ in groupby(
                sorted(waiting, key=lambda w: w.company.id),
                key=lambda w: w.company):
            # Nobody lets it go meanwhile.
            share_register.opened(company)
        cls.write(waiting, {'state': 'cancelled'})

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state') != 'queued', 'muted',
                    If(Eval('missing', 0) > 0, 'warning', ''))),
            ]


class LeaveStart(OfCompanyMixin, ModelView):
    __name__ = 'tibillet.share.leave.start'
    __string__ = "Share Leave Start"

    company = fields.Many2One(
        'company.company', "Company", required=True, states=SHOWN)
    date = fields.Date(
        "Date", required=True,
        help="Not before the last entry of the register.")
    losses = Monetary(
        "Losses", currency='currency', digits='currency', required=True,
        domain=[
            ('losses', '>=', 0),
            ],
        help="Of the co-operative in its last accounts, that its reserves do "
        "not cover: who leaves bears its part.")
    amount = fields.Function(Monetary(
            "Leaves", currency='currency', digits='currency',
            help="At nominal value, those whose turn has come."),
        'on_change_with_amount')
    refund = fields.Function(Monetary(
            "To Pay Back", currency='currency', digits='currency',
            help="What is paid of the shares, less the losses."),
        'on_change_with_refund')
    to_pay = fields.Function(Monetary(
            "Called, Not Paid", currency='currency', digits='currency',
            help="By those whose turn has come: nobody leaves before it is "
            "paid."),
        'on_change_with_to_pay')

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_date(cls):
        return today()

    @classmethod
    def default_losses(cls):
        return ZERO

    @fields.depends('company', 'date')
    def _get_leaving(self):
        pool = Pool()
        Withdrawal = pool.get('tibillet.share.withdrawal')
        if self.company and self.date:
            return share_register.get_leaving(
                Withdrawal.get_company_turns(self.company), self.date)
        return []

    @fields.depends(methods=['_get_leaving'])
    def on_change_with_amount(self, name=None):
        return sum((w.amount for w in self._get_leaving()), ZERO)

    @fields.depends('company', methods=['_get_leaving'])
    def on_change_with_to_pay(self, name=None):
        with without_check_access():
            return sum(share_register.get_debts(
                    self.company, self._get_leaving()).values(),
                ZERO) if self.company else None

    @fields.depends('company', 'losses', methods=['_get_leaving'])
    def on_change_with_refund(self, name=None):
        if self.losses is None or self.losses < 0:
            return None
        with without_check_access():
            return sum((
                    row['owed'] for _, row in share_register.get_rows(
                        self.company, self._get_leaving(), self.losses)),
                ZERO) if self.company else None


class Leave(Wizard):
    __name__ = 'tibillet.share.leave'

    start = StateView(
        'tibillet.share.leave.start',
        'tibillet_membership.share_leave_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Let Leave", 'leave', 'tryton-ok', default=True),
            ])
    leave = StateAction('tibillet_membership.act_share_entry')

    def do_leave(self, action):
        start = self.start
        register = share_register.opened(start.company, start.date)
        with without_check_access():
            entries = register.let_leave(start.losses)
        if not entries:
            raise ShareQueueError(gettext(
                    'tibillet_membership.msg_share_queue_nobody'))
        return action, {'res_id': [e.id for e in entries]}
