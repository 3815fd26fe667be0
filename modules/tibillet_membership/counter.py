"""Sell memberships to who stands at the counter: choose, be paid."""
from decimal import Decimal

from tibillet_base import till_finish, tools
from tibillet_base.counter import (
    TO_PAY, CounterDoneMixin, CounterMixin, CounterStartMixin,
    get_start_values)
from tibillet_base.tools import SHOWN

from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateView, Wizard

from . import calendars, membership_writer
from .exceptions import (
    CounterClosedError, CounterMethodError, MembershipPaymentError)
from .membership_writer import Item

ZERO = Decimal(0)


class Membership(metaclass=PoolMeta):
    __name__ = 'tibillet.membership'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons['sell_wizard'] = {
            'invisible': ~Eval('accepted_on') | Eval('cancelled_on'),
            'icon': 'tryton-sale',
            'depends': ['accepted_on', 'cancelled_on'],
            }

    @classmethod
    @ModelView.button_action('tibillet_membership.wizard_membership_sell')
    def sell_wizard(cls, memberships):
        pass

    @classmethod
    def get_open(cls, party, plan):
        "Return the membership of a party with a plan, None if there is none"
        memberships = cls.search([
                ('party', '=', party.id),
                ('plan', '=', plan.id),
                ('cancelled_on', '=', None),
                ], limit=1)
        return memberships[0] if memberships else None


class POS(metaclass=PoolMeta):
    __name__ = 'sale.point'

    _reader_buttons = {'sell_memberships'}

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons['sell_memberships'] = {
            'invisible': (Eval('state') != 'open') | ~Eval('tax_included'),
            'icon': 'tryton-sale',
            'depends': ['state', 'tax_included'],
            }

    @classmethod
    @ModelView.button_action('tibillet_membership.wizard_membership_sell')
    def sell_memberships(cls, points):
        pass


class SellStart(CounterStartMixin, ModelView):
    __name__ = 'tibillet.membership.sell.start'
    __string__ = "Membership Sell Start"

    lines = fields.One2Many(
        'tibillet.membership.sell.line', None, "Memberships")

    @fields.depends('lines')
    def on_change_with_total(self, name=None):
        return sum((line.amount or ZERO for line in self.lines or []), ZERO)


class SellLine(ModelView):
    __name__ = 'tibillet.membership.sell.line'
    __string__ = "Membership Sell Line"

    company = fields.Many2One('company.company', "Company", states=SHOWN)
    currency = fields.Many2One('currency.currency', "Currency", states=SHOWN)
    party = fields.Many2One(
        'party.party', "Member", required=True,
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    plan = fields.Many2One(
        'tibillet.membership.plan', "Plan", required=True,
        domain=[
            ('company', '=', Eval('company', -1)),
            ])
    free_price = fields.Function(
        fields.Boolean("Free Price"), 'on_change_with_free_price')
    amount = Monetary(
        "Price", currency='currency', digits='currency', required=True,
        domain=[
            ('amount', '>=', 0),
            ],
        states={
            'readonly': ~Eval('free_price'),
            })
    before = fields.Function(Monetary(
            "Paid Last", currency='currency', digits='currency',
            help="Empty for who has not paid yet."),
        'on_change_with_before')
    start = fields.Function(fields.Date("From"), 'on_change_with_start')
    end = fields.Function(fields.Date("To"), 'on_change_with_end')

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @fields.depends('company')
    def on_change_with_currency(self, name=None):
        return self.company.currency if self.company else None

    @fields.depends('plan', '_parent_plan.price_kind')
    def on_change_with_free_price(self, name=None):
        return bool(self.plan) and self.plan.price_kind == 'free'

    @fields.depends('party', 'plan')
    def _get_membership(self):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        if self.party and self.party.id > 0 and self.plan:
            return Membership.get_open(self.party, self.plan)

    @fields.depends('plan', 'amount', methods=['_get_membership'])
    def _propose(self):
        membership = self._get_membership()
        if membership:
            self.amount = membership.get_proposed_amount()
        elif self.plan:
            self.amount = (
                self.plan.price if self.plan.price_kind == 'fixed'
                else self.plan.price_suggested)
        else:
            self.amount = None

    @fields.depends(methods=['_propose'])
    def on_change_party(self):
        self._propose()

    @fields.depends(methods=['_propose'])
    def on_change_plan(self):
        self._propose()

    @fields.depends(methods=['_get_membership'])
    def on_change_with_before(self, name=None):
        membership = self._get_membership()
        last = membership.last_period if membership else None
        return last.amount if last else None

    @fields.depends('plan', 'amount', 'company', methods=['_get_membership'])
    def _get_dates(self):
        membership, plan = self._get_membership(), self.plan
        if not plan or not self.company:
            return None, None
        date = _today(self.company)
        if not membership:
            start = calendars.renewal_start(date)
            return start, plan.get_period_end(start)
        try:
            period = membership.get_period(date, self.amount)
        except MembershipPaymentError:
            # The sentence comes when it is sold.
            return None, None
        return period.start, period.end

    @fields.depends(methods=['_get_dates'])
    def on_change_with_start(self, name=None):
        start, _ = self._get_dates()
        return start

    @fields.depends(methods=['_get_dates'])
    def on_change_with_end(self, name=None):
        _, end = self._get_dates()
        return end

    def get_membership(self):
        "Return the membership, a new one if there is none"
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        membership = self._get_membership()
        if not membership:
            membership, = Membership.create([{
                        'company': self.plan.company.id,
                        'party': self.party.id,
                        'plan': self.plan.id,
                        'since': _today(self.plan.company),
                        }])
        return membership


def _today(company):
    "Return the date that the till writes"
    return till_finish.local_date(tools.now(), company.id)


_FREE = {'invisible': (Eval('total', 0) > 0) | ~Bool(Eval('lines'))}


class SellDone(CounterDoneMixin, ModelView):
    __name__ = 'tibillet.membership.sell.done'
    __string__ = "Membership Sell Done"

    periods = fields.Many2Many(
        'tibillet.membership.period', None, None, "Periods", readonly=True)


class Sell(CounterMixin, Wizard):
    __name__ = 'tibillet.membership.sell'
    _closed = (
        CounterClosedError, 'tibillet_membership.msg_counter_closed')
    _no_method = (
        CounterMethodError, 'tibillet_membership.msg_counter_method_')

    start = StateView(
        'tibillet.membership.sell.start',
        'tibillet_membership.membership_sell_start_view_form', [
            Button("Close", 'end', 'tryton-cancel'),
            Button("Free", 'free', 'tryton-ok', states=_FREE),
            Button("Cheque", 'cheque', 'tryton-ok', states=TO_PAY),
            Button("Card", 'card', 'tryton-ok', states=TO_PAY),
            Button("Cash", 'cash', 'tryton-ok', default=True,
                states=TO_PAY),
            ])
    done = StateView(
        'tibillet.membership.sell.done',
        'tibillet_membership.membership_sell_done_view_form', [
            Button("Close", 'end', 'tryton-ok', default=True),
            ])

    def default_start(self, fields):
        pool = Pool()
        Company = pool.get('company.company')
        Membership = pool.get('tibillet.membership')
        Party = pool.get('party.party')
        Point = pool.get('sale.point')
        records = self.records if self.model else []
        company = Company(Transaction().context['company'])
        point, lines = None, []
        if self.model == Point:
            point = records[0]
            company = point.company
        elif self.model == Membership:
            company = records[0].company
            lines = [
                self._get_line(company, m.party, m) for m in records
                if m.company == company]
        elif self.model == Party:
            lines = [
                self._get_line(company, party, m) for party in records
                for m in [m for m in party.memberships
                    if m.company == company and not m.cancelled_on
                    ] or [None]]
        return {
            **get_start_values(company, point),
            'lines': lines or [self._get_line(company)],
            }

    def _get_line(self, company, party=None, membership=None):
        values = {
            'company': company.id,
            'currency': company.currency.id,
            'party': party.id if party else None,
            }
        if membership:
            values['plan'] = membership.plan.id
            values['free_price'] = membership.plan.price_kind == 'free'
            values['amount'] = membership.get_proposed_amount()
        return values

    def sell(self, payments):
        start = self.start
        with without_check_access(), Transaction().set_context(
                company=start.company.id):
            order = membership_writer.sell(
                start.point, start.uuid, [
                    Item(line.get_membership().id, line.amount)
                    for line in start.lines],
                payments)
        self._tell(order.sale)
        self.done.periods = order.periods
        return 'done'

    def default_done(self, fields):
        return {
            **super().default_done(fields),
            'periods': [p.id for p in self.done.periods],
            }

    def end(self):
        return 'reload'
