"""How a money melts for who has accepted terms that say so."""
import datetime as dt

from tibillet_base import tools

from trytond.i18n import gettext
from trytond.model import (
    DeactivableMixin, Index, ModelSQL, ModelView, Unique, fields)
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from . import demurrage, melt_plan, units
from .exceptions import MeltPolicyAccessError, MeltPolicyError

# May be changed once holders have accepted it.
FREE = {'automatic', 'active'}


class MeltPolicy(DeactivableMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.melt.policy'
    __string__ = "Melt Policy"

    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT',
        help="The books of who issues the money.")
    money = fields.Many2One(
        'tibillet.money', "Money", required=True, ondelete='RESTRICT',
        domain=[
            ('melts', '=', True),
            ])
    from_date = fields.Date(
        "From", required=True,
        help="The first day on which a run may be due.")
    clock = fields.Selection([
            ('inactivity', "Since the Last Use"),
            ('lot', "Since Each Top-up"),
            ], "Months Counted", required=True, sort=False,
        help="Since the last use: top-up, payment, reversal or redemption.\n"
        "Since each top-up: whatever is done with the rest.")
    months = fields.Integer(
        "Months", required=True,
        domain=[
            ('months', '>=', 1),
            ('months', '<=', 600),
            ],
        help="After which the money melts.")
    mode = fields.Selection([
            ('all', "All"),
            ('fixed', "An Amount"),
            ('percent', "A Percentage"),
            ], "Melts", required=True, sort=False,
        help="What each run takes of what may melt.")
    amount = fields.Numeric(
        "Amount a Month", digits='money',
        states={
            'required': Eval('mode') == 'fixed',
            'invisible': Eval('mode') != 'fixed',
            })
    rate = fields.Numeric(
        "Percentage a Month", digits=(None, 4),
        domain=['OR',
            ('rate', '=', None),
            [('rate', '>', 0), ('rate', '<=', 1)],
            ],
        states={
            'required': Eval('mode') == 'percent',
            'invisible': Eval('mode') != 'percent',
            })
    day = fields.Integer(
        "Day of the Month", required=True,
        domain=[
            ('day', '>=', 1),
            ('day', '<=', 31),
            ],
        help="On which a run is due; the last one of shorter months.")
    notice_days = fields.Integer(
        "Days of Notice", required=True,
        domain=[
            ('notice_days', '>=', demurrage.NOTICE_DAYS_MIN),
            ('notice_days', '<=', 366),
            ],
        help="Between the notice and the day on which it melts.")
    exempt_kinds = fields.MultiSelection([
            ('top_up', "What was Bought"),
            ('grant', "What was Given"),
            ], "Never Melts", sort=False)
    automatic = fields.Boolean(
        "By Night",
        help="Check to give notices and to melt each night, without anybody "
        "having looked at the preview.")
    terms = fields.One2Many(
        'tibillet.money.terms', 'policy', "Terms", readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('date_unique', Unique(table, table.money, table.from_date),
                'tibillet_cashless.msg_melt_policy_unique'),
            ]
        cls._order = [
            ('money', 'ASC'), ('from_date', 'DESC'), ('id', 'DESC')]

        cls._buttons.update({
                'notice_wizard': {
                    'icon': 'tryton-email',
                    },
                'melt_wizard': {
                    'icon': 'tryton-launch',
                    },
                'forecast_wizard': {
                    'icon': 'tryton-search',
                    },
                })

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_clock(cls):
        return 'inactivity'

    @classmethod
    def default_months(cls):
        return 14

    @classmethod
    def default_mode(cls):
        return 'all'

    @classmethod
    def default_day(cls):
        return 1

    @classmethod
    def default_notice_days(cls):
        return demurrage.NOTICE_DAYS_MIN

    @fields.depends('mode')
    def on_change_mode(self):
        if self.mode != 'fixed':
            self.amount = None
        if self.mode != 'percent':
            self.rate = None

    def get_rec_name(self, name):
        pool = Pool()
        Lang = pool.get('ir.lang')
        return gettext(
            'tibillet_cashless.msg_melt_policy_name',
            money=self.money.rec_name,
            date=Lang.get().strftime(self.from_date))

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('money.rec_name', *clause[1:])]

    @classmethod
    def copy(cls, policies, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('terms')
        default.setdefault('automatic', False)
        default.setdefault('from_date', tools.today())
        return super().copy(policies, default=default)

    @classmethod
    def validate_fields(cls, policies, field_names):
        super().validate_fields(policies, field_names)
        for policy in policies:
            if policy.company.party != policy.money.issuer:
                raise MeltPolicyError(gettext(
                        'tibillet_cashless.msg_melt_policy_issuer',
                        money=policy.money.rec_name,
                        issuer=policy.money.issuer.rec_name))
            if not policy.money.melts:
                raise MeltPolicyError(gettext(
                        'tibillet_cashless.msg_melt_policy_money',
                        money=policy.money.rec_name))
            try:
                policy.get_rules()
            except (units.AmountError, ValueError) as error:
                raise MeltPolicyError(gettext(
                        'tibillet_cashless.msg_melt_policy_wrong',
                        policy=policy.rec_name)) from error

    @classmethod
    def check_modification(cls, mode, policies, values=None, external=False):
        super().check_modification(
            mode, policies, values=values, external=external)
        if mode == 'delete' or mode == 'write' and values.keys() - FREE:
            used = cls._get_used(policies)
            for policy in policies:
                if policy.id in used:
                    raise MeltPolicyAccessError(gettext(
                            'tibillet_cashless.msg_melt_policy_modify',
                            policy=policy.rec_name))

    @classmethod
    @without_check_access
    def _get_used(cls, policies):
        "Return the ids of those that somebody has accepted"
        pool = Pool()
        Terms = pool.get('tibillet.money.terms')
        return {
            t.policy.id for t in Terms.search([
                    ('policy', 'in', [p.id for p in policies]),
                    ]) if t.accepted}

    def get_rules(self):
        "Return the policy as the arithmetic knows it"
        fixed = None
        if self.mode == 'fixed':
            fixed = units.to_units(self.amount, self.money.scale)
        return demurrage.policy(
            clock=self.clock, months=self.months, mode=self.mode, units=fixed,
            rate=self.rate if self.mode == 'percent' else None, day=self.day,
            notice_days=self.notice_days, exempt=self.exempt_kinds or ())

    @property
    def done_until(self):
        "The due date of the last run, the day before the first without one"
        pool = Pool()
        Run = pool.get('tibillet.melt.run')
        with without_check_access():
            runs = Run.search([
                    ('policy', '=', self.id),
                    ], order=[('due_date', 'DESC')], limit=1)
        if runs:
            return runs[0].due_date
        return self.from_date - dt.timedelta(days=1)

    def get_due(self, until):
        "Return the due dates of the runs that are missing, the oldest first"
        return demurrage.due_dates(self.get_rules(), self.done_until, until)

    @classmethod
    @ModelView.button_action('tibillet_cashless.wizard_melt_notice')
    def notice_wizard(cls, policies):
        pass

    @classmethod
    @ModelView.button_action('tibillet_cashless.wizard_melt')
    def melt_wizard(cls, policies):
        pass

    @classmethod
    @ModelView.button_action('tibillet_cashless.wizard_melt_forecast')
    def forecast_wizard(cls, policies):
        pass

    @classmethod
    def melt_part(cls, policies):
        "A task: melt the next part of what is due"
        pool = Pool()
        Run = pool.get('tibillet.melt.run')
        Run.work(policies)

    def get_next(self):
        "Return the due date of the run after the last one"
        return melt_plan.next_date(self.get_rules(), self.done_until)


class MeltExemption(ModelSQL, ModelView):
    __name__ = 'tibillet.melt.exemption'
    __string__ = "Melt Exemption"

    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='RESTRICT')
    money = fields.Many2One(
        'tibillet.money', "Money", required=True, ondelete='CASCADE',
        domain=[
            ('melts', '=', True),
            ])
    wallet = fields.Many2One(
        'tibillet.wallet', "Wallet", required=True, ondelete='RESTRICT')
    from_date = fields.Date("From", required=True)
    to_date = fields.Date(
        "To",
        domain=['OR',
            ('to_date', '=', None),
            ('to_date', '>=', Eval('from_date', None)),
            ],
        help="The last day; empty until further notice.")
    reason = fields.Char("Reason", required=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(Index(
                table,
                (table.wallet, Index.Equality()),
                (table.money, Index.Equality())))
        cls._order = [('from_date', 'DESC'), ('id', 'DESC')]

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_from_date(cls):
        return tools.today()

    def get_rec_name(self, name):
        return f'{self.wallet.rec_name}, {self.money.rec_name}'

    @classmethod
    def validate_fields(cls, exemptions, field_names):
        super().validate_fields(exemptions, field_names)
        for exemption in exemptions:
            if exemption.company.party != exemption.money.issuer:
                raise MeltPolicyError(gettext(
                        'tibillet_cashless.msg_melt_policy_issuer',
                        money=exemption.money.rec_name,
                        issuer=exemption.money.issuer.rec_name))
