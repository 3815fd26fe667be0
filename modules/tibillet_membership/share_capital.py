"""The capital of a co-operative: what its statutes say, and where it is."""
from decimal import Decimal

from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.tools import cursor, each_company, now, table, today

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval, If
from trytond.transaction import Transaction, without_check_access

from tibillet.terms import add_months

from . import capital, share_register
from .share_class import RATE_DIGITS

ZERO = Decimal(0)
LEVELS = [
    'subscribed', 'called', 'paid', 'to_pay', 'uncalled', 'owed', 'highest',
    'floor', 'free', 'queued']


def _level(name, help=""):
    return fields.Function(Monetary(
            name, currency='currency', digits='currency', help=help),
        'get_levels')


class ShareCapital(OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.share.capital'
    __string__ = "Share Capital"

    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='CASCADE')
    floor_rate = fields.Numeric(
        "Part of the Highest Level", digits=RATE_DIGITS, required=True,
        domain=[
            ('floor_rate', '>=', Decimal('0.25')),
            ('floor_rate', '<=', 1),
            ],
        help="Below which the capital never falls: a quarter by law, or more "
        "if the statutes ask for it.")
    floor_amount = Monetary(
        "Capital of the Statutes", currency='currency', digits='currency',
        required=True,
        domain=[
            ('floor_amount', '>=', 0),
            ],
        help="Below which the capital never falls either.")
    refund_months = fields.Integer(
        "Months before Paying Back", required=True,
        domain=[
            ('refund_months', '>=', 0),
            ('refund_months', '<=', capital.CALL_MONTHS),
            ],
        help="How long after asking somebody may leave, as the statutes say.")
    subscribed = _level("Capital", "What members have subscribed.")
    called = _level("Called", "What the co-operative has asked for.")
    paid = _level("Paid", "What members have paid of it.")
    to_pay = _level("Called, Not Paid")
    uncalled = _level("To Call", "What is subscribed and not called yet.")
    owed = _level(
        "To Pay Back", "What the co-operative owes to who has left.")
    highest = _level("Highest Level", "The most that the capital has been.")
    floor = _level("Floor", "Below which the capital never falls.")
    free = _level("May Leave", "What is above the floor.")
    queued = _level("Asked to Leave", "What waits in the queue.")
    call_until = fields.Function(fields.Date(
            "To Call Until",
            states={
                'invisible': ~Eval('call_until'),
                },
            help="The first day on which five years are over."),
        'get_call_until')
    checked_at = fields.DateTime(
        "Register Checked", readonly=True,
        help="When it was last computed that no entry of the register is "
        "missing or was changed.")
    checked_entries = fields.Integer("Entries Checked", readonly=True)
    broken_number = fields.Integer(
        "Broken at Number", readonly=True,
        states={
            'invisible': ~Eval('broken_number'),
            },
        help="The first entry that is missing or was changed.")
    alert = fields.Function(fields.Selection([
                (None, ""),
                ('broken', "The register of shares was changed"),
                ('floor', "Somebody waits for the capital to grow"),
                ('late', "Five years are over: call the capital"),
                ('revision', "A co-operative revision is due"),
                ('surplus', "The assembly is to allocate the result"),
                ('soon', "Five years are over within twelve months"),
                ('revision_soon',
                    "A co-operative revision is due within twelve months"),
                ('to_pay', "Called capital is to be paid"),
                ], "Alert", sort=False), 'get_alert')
    alerts = fields.Function(fields.Text(
            "All Alerts",
            states={
                'invisible': ~Eval('alert'),
                }),
        'get_all_alerts')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        capital_ = cls.__table__()
        cls._sql_constraints += [
            ('company_unique', Unique(capital_, capital_.company),
                'tibillet_membership.msg_share_capital_unique'),
            ]
        cls._buttons.update({
                'check': {
                    'icon': 'tryton-refresh',
                    },
                })

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_floor_rate(cls):
        return Decimal('0.25')

    @classmethod
    def default_floor_amount(cls):
        return ZERO

    @classmethod
    def default_refund_months(cls):
        return 0

    def get_rec_name(self, name):
        return gettext(
            'tibillet_membership.msg_share_capital_name',
            company=self.company.rec_name)

    @classmethod
    @without_check_access
    def make(cls, companies):
        "Give their capital to the companies that have none yet"
        found = {c.company for c in cls.search([])}
        cls.create([
                {'company': c.id} for c in sorted(
                    set(companies) - found, key=lambda c: c.id)])

    @classmethod
    @without_check_access
    def of(cls, company):
        found, = cls.search([('company', '=', company.id)])
        return found

    def get_floor(self):
        "Return the highest level of the capital, and its floor"
        highest = ZERO + capital.highest(
            share_register.get_changes(self.company))
        return highest, capital.floor(
            highest, self.floor_rate, self.floor_amount,
            self.company.currency.rounding)

    def get_subscribed(self, date):
        "Return what was subscribed at the end of a day"
        entry = table('tibillet.share.entry')
        statement = cursor()
        statement.execute(*entry.select(
                entry.subscribed,
                where=(entry.company == self.company.id)
                & (entry.date <= date) & share_register.standing(entry)))
        return sum((Decimal(str(change)) for change, in statement), ZERO)

    def get_due(self, asked_on):
        "Return from when who has asked on a day may leave"
        return add_months(asked_on, self.refund_months)

    @classmethod
    def get_levels(cls, capitals, names):
        pool = Pool()
        Withdrawal = pool.get('tibillet.share.withdrawal')
        found = {}
        for record in capitals:
            held = share_register.get_holdings(record.company).values()
            levels = {name: sum((getattr(h, name) for h in held), ZERO)
                for name in [
                    'subscribed', 'called', 'paid', 'to_pay', 'uncalled',
                    'owed']}
            levels['highest'], levels['floor'] = record.get_floor()
            levels['free'] = capital.free(
                levels['subscribed'], levels['floor'])
            levels['queued'] = sum(
                (w.amount for w in Withdrawal.get_queue(record.company)),
                ZERO)
            found[record.id] = levels
        return {
            name: {id_: levels[name] for id_, levels in found.items()}
            for name in names}

    def get_call_until(self, name):
        holdings = share_register.get_holdings(self.company)
        days = share_register.get_uncalled_days(
            self.company, list({p for p, _ in holdings}))
        return capital.call_until(min(days.values())) if days else None

    def get_alert(self, name):
        alerts = self._get_alerts()
        return min(alerts, key=self._get_alert_order()) if alerts else None

    def get_all_alerts(self, name):
        names = dict(self.fields_get(['alert'])['alert']['selection'])
        return '\n'.join(
            names[alert] for alert in sorted(
                self._get_alerts(), key=self._get_alert_order()))

    @classmethod
    def _get_alert_order(cls):
        "The worst come first in the selection"
        return [key for key, _ in cls.alert.selection].index

    def _get_alerts(self):
        day = today(self.company)
        alerts = set()
        if self.broken_number:
            alerts.add('broken')
        if self.queued > self.free:
            alerts.add('floor')
        if self.call_until and self.call_until < day:
            alerts.add('late')
        elif self.call_until and self.call_until < add_months(day, 12):
            alerts.add('soon')
        if self.to_pay:
            alerts.add('to_pay')
        return alerts

    @classmethod
    @ModelView.button
    @without_check_access
    def check(cls, capitals):
        "Compute the register again, and write down if it is as it was"
        pool = Pool()
        Entry = pool.get('tibillet.share.entry')
        for record in capitals:
            record.broken_number, record.checked_entries = (
                Entry.find_break(record.company))
            record.checked_at = now()
        cls.save(capitals)

    @classmethod
    def check_registers(cls):
        "Check the register of each company, by night"
        for company in each_company():
            cls.check(cls.search([('company', '=', company.id)]))

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('alert').in_([
                            'broken', 'floor', 'late', 'revision',
                            'surplus']), 'danger',
                    If(Bool(Eval('alert')), 'warning', ''))),
            ]


class Cron(metaclass=PoolMeta):
    __name__ = 'ir.cron'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.method.selection.append((
                'tibillet.share.capital|check_registers',
                "Check the Registers of Shares"))
