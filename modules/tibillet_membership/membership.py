from sql import Literal, Null
from sql.aggregate import Max
from sql.conditionals import Case
from sql.operators import Equal, Exists

from trytond.i18n import gettext
from trytond.model import Exclude, Index, ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Bool, Eval, If
from trytond.transaction import Transaction

from .exceptions import (
    MembershipAccessError, MembershipBuyerError, MembershipDateError)


class Membership(ModelSQL, ModelView):
    __name__ = 'tibillet.membership'
    __string__ = "Membership"

    number = fields.Char("Number", readonly=True)
    company = fields.Many2One(
        'company.company', "Company", required=True,
        states={
            'readonly': Eval('id', -1) >= 0,
            },
        help="The organisation one is a member of.")
    party = fields.Many2One(
        'party.party', "Member", required=True, ondelete='RESTRICT',
        states={
            'readonly': Eval('state', 'to_pay') != 'to_pay',
            },
        context={
            'company': Eval('company', -1),
            },
        depends={'company'})
    plan = fields.Many2One(
        'tibillet.membership.plan', "Plan", required=True,
        ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ],
        help="A change applies from the next payment.")
    since = fields.Date(
        "Since", required=True,
        help="When the member asked to join.")
    accepted_on = fields.Date(
        "Accepted on", readonly=True,
        help="When the member was accepted, or asked to join a plan "
        "that needs no acceptance.")
    cancelled_on = fields.Date(
        "Cancelled on", readonly=True,
        states={
            'invisible': ~Eval('cancelled_on'),
            })
    cancel_reason = fields.Char(
        "Reason of Cancellation", readonly=True,
        states={
            'invisible': ~Eval('cancelled_on'),
            })
    periods = fields.One2Many(
        'tibillet.membership.period', 'membership', "Periods", readonly=True)
    end = fields.Function(
        fields.Date(
            "End",
            help="The last day of the last period paid; "
            "empty for a life membership."))
    state = fields.Function(
        fields.Selection([
                ('waiting', "Waiting"),
                ('to_pay', "To Pay"),
                ('current', "Current"),
                ('grace', "In Grace"),
                ('expired', "Expired"),
                ('cancelled', "Cancelled"),
                ], "State", sort=False,
            help="Follows from the dates and the payments."))

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('party_plan_exclude',
                Exclude(
                    table, (table.party, Equal), (table.plan, Equal),
                    where=table.cancelled_on == Null),
                'tibillet_membership.msg_membership_party_plan'),
            ]
        cls._sql_indexes.update({
                Index(table, (table.party, Index.Equality())),
                Index(
                    table,
                    (table.company, Index.Equality()),
                    (table.since, Index.Range())),
                })
        cls._order = [('since', 'DESC'), ('id', 'DESC')]
        cls._buttons.update({
                'accept': {
                    'invisible': Eval('accepted_on') | Eval('cancelled_on'),
                    'icon': 'tryton-ok',
                    'depends': ['accepted_on', 'cancelled_on'],
                    },
                'pay_wizard': {
                    'invisible': ~Eval('accepted_on') | Eval('cancelled_on'),
                    'icon': 'tryton-forward',
                    'depends': ['accepted_on', 'cancelled_on'],
                    },
                'cancel_wizard': {
                    'invisible': Bool(Eval('cancelled_on')),
                    'icon': 'tryton-cancel',
                    'depends': ['cancelled_on'],
                    },
                'reopen': {
                    'invisible': ~Eval('cancelled_on'),
                    'icon': 'tryton-back',
                    'depends': ['cancelled_on'],
                    },
                })

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_since(cls):
        pool = Pool()
        Date = pool.get('ir.date')
        return Date.today()

    @classmethod
    def default_state(cls):
        return 'to_pay'

    @classmethod
    def _date(cls):
        "Return the date on which states are told"
        pool = Pool()
        Date = pool.get('ir.date')
        return Transaction().context.get('membership_date') or Date.today()

    @classmethod
    def _periods(cls, table, date):
        "Return the periods of table paid by date, and what selects them"
        pool = Pool()
        Period = pool.get('tibillet.membership.period')
        period = Period.__table__()
        return period, (
            (period.membership == table.id) & Period.counts(period, date))

    @classmethod
    def column_end(cls, tables):
        table, _ = tables[None]
        date = cls._date()
        period, where = cls._periods(table, date)
        life, life_where = cls._periods(table, date)
        return Case(
            (Exists(life.select(
                        life.id, where=life_where & (life.end == Null))),
                Null),
            else_=period.select(Max(period.end), where=where))

    @classmethod
    def column_state(cls, tables):
        table, _ = tables[None]
        return cls.get_state_column(table, cls._date())

    @classmethod
    def get_state_column(cls, table, date):
        "Return the expression of the state of table on a date"
        def exists(condition):
            period, where = cls._periods(table, date)
            return Exists(
                period.select(period.id, where=where & condition(period)))

        return Case(
            (table.cancelled_on <= date, 'cancelled'),
            ((table.accepted_on == Null) | (table.accepted_on > date),
                'waiting'),
            (exists(lambda p: (p.start <= date)
                    & ((p.end == Null) | (p.end >= date))),
                'current'),
            (exists(lambda p: (p.start <= date) & (p.grace_end >= date)),
                'grace'),
            (exists(lambda p: p.start <= date), 'expired'),
            # Paid, and not begun yet.
            (exists(lambda p: Literal(True)), 'waiting'),
            else_='to_pay')

    def get_rec_name(self, name):
        return f'{self.number} – {self.party.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('number', *clause[1:]),
            ('party.rec_name', *clause[1:]),
            ]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state') == 'grace', 'warning',
                    If(Eval('state').in_(['expired', 'cancelled']), 'muted',
                        If(Eval('state') == 'current', 'success', '')))),
            ]

    @classmethod
    def copy(cls, memberships, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('number')
        default.setdefault('accepted_on')
        default.setdefault('cancelled_on')
        default.setdefault('cancel_reason')
        default.setdefault('periods')
        return super().copy(memberships, default=default)

    @classmethod
    def preprocess_values(cls, mode, values):
        pool = Pool()
        Configuration = pool.get('tibillet.membership.configuration')
        Plan = pool.get('tibillet.membership.plan')
        values = super().preprocess_values(mode, values)
        if mode == 'create':
            if not values.get('number'):
                company = values.get('company', cls.default_company())
                sequence = Configuration(1).get_multivalue(
                    'membership_sequence', company=company)
                values['number'] = sequence.get()
            if (values.get('plan') and not values.get('accepted_on')
                    and not Plan(values['plan']).acceptance):
                values['accepted_on'] = (
                    values.get('since') or cls.default_since())
        return values

    @classmethod
    def validate_fields(cls, memberships, field_names):
        super().validate_fields(memberships, field_names)
        if field_names & {'party', 'plan'}:
            for membership in memberships:
                plan, party = membership.plan, membership.party
                if plan.buyers not in {'anyone', party.legal_kind}:
                    raise MembershipBuyerError(gettext(
                            'tibillet_membership.msg_membership_buyer_%s'
                            % plan.buyers,
                            party=party.rec_name,
                            plan=plan.rec_name))
        if field_names & {'since', 'accepted_on', 'cancelled_on'}:
            for membership in memberships:
                for date in [
                        membership.accepted_on, membership.cancelled_on]:
                    if date and date < membership.since:
                        raise MembershipDateError(gettext(
                                'tibillet_membership.msg_membership_since',
                                membership=membership.rec_name))

    @classmethod
    def check_modification(
            cls, mode, memberships, values=None, external=False):
        super().check_modification(
            mode, memberships, values=values, external=external)
        if mode == 'write' and external and values.keys() & {
                'number', 'accepted_on', 'cancelled_on'}:
            for membership in memberships:
                raise MembershipAccessError(gettext(
                        'tibillet_membership.msg_membership_buttons',
                        membership=membership.rec_name))

    @classmethod
    @ModelView.button
    def accept(cls, memberships):
        pool = Pool()
        Date = pool.get('ir.date')
        cls.accept_on(memberships, Date.today())

    @classmethod
    def accept_on(cls, memberships, date):
        "Accept on a date the members who wait for it"
        memberships = [
            m for m in memberships if not m.accepted_on and not m.cancelled_on]
        cls.write(memberships, {'accepted_on': date})

    @classmethod
    @ModelView.button_action('tibillet_membership.wizard_membership_pay')
    def pay_wizard(cls, memberships):
        pass

    @classmethod
    @ModelView.button_action('tibillet_membership.wizard_membership_cancel')
    def cancel_wizard(cls, memberships):
        pass

    @classmethod
    def cancel(cls, memberships, date, reason=None):
        "End memberships on a date, whatever is left of their periods"
        memberships = [m for m in memberships if not m.cancelled_on]
        cls.write(memberships, {
                'cancelled_on': date,
                'cancel_reason': reason,
                })

    @classmethod
    @ModelView.button
    def reopen(cls, memberships):
        cls.write(memberships, {
                'cancelled_on': None,
                'cancel_reason': None,
                })
