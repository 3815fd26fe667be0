"""What is expected to melt of what is loaded, beside what payments cost."""
from collections import defaultdict
from decimal import Decimal

from sql.aggregate import Sum
from sql.functions import Round
from tibillet_base import tools
from tibillet_base.instant import Instant
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.report import Report
from trytond.transaction import without_check_access
from trytond.wizard import StateAction, Wizard

from tibillet.money import half_up
from tibillet.terms import add_months

from . import melt_holders, melt_plan, melt_survival, melt_waits
from .exceptions import MeltForecastError
from .wallet_amount import Units, WalletAmountMixin
from .wallet_fact import WalletFactMixin

# Runs are counted for so long after the months of a policy: all that is
# loaded and told of melts by then, but what melts by parts.
BEYOND_MONTHS = 24
FEE_MONTHS = 12
ONE = Decimal(1)


class MeltForecast(WalletFactMixin, WalletAmountMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.melt.forecast'
    __string__ = "Melt Forecast"

    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True,
        ondelete='RESTRICT')
    policy = fields.Many2One(
        'tibillet.melt.policy', "Policy", required=True, readonly=True,
        ondelete='RESTRICT')
    date = fields.Date(
        "On", required=True, readonly=True,
        help="The day of what is loaded, and the last one of the history.")
    at = Instant("Made at", required=True, readonly=True)
    user = fields.Char(
        "User", readonly=True, strip=False,
        help="Empty if the server acted by itself.")
    since = fields.Date(
        "History from", readonly=True,
        help="The day on which the money was first loaded.")
    months_seen = fields.Integer(
        "Months Seen", required=True, readonly=True,
        help="The longest wait of the history.")
    wallets = fields.Integer(
        "Wallets", required=True, readonly=True,
        help="Of holders who have accepted that it melts.")
    held_units = Units(
        "On Cards in Smallest Units", required=True, readonly=True)
    held = fields.Function(
        fields.Numeric(
            "On Cards", digits='money', help="In all the wallets."),
        'get_amount')
    at_most_units = Units(
        "May Melt in Smallest Units", required=True, readonly=True)
    at_most = fields.Function(
        fields.Numeric(
            "May Melt", digits='money',
            help="If nothing of it is used any more."),
        'get_amount')
    unseen_units = Units(
        "Not Seen in Smallest Units", required=True, readonly=True)
    unseen = fields.Function(
        fields.Numeric(
            "Of it without History", digits='money',
            help="What waits longer than anything has waited yet: nobody "
            "knows, it is counted as if nothing more was used."),
        'get_amount')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    fees = Monetary(
        "Payment Fees", currency='currency', digits='currency',
        readonly=True,
        help="Posted on their account in the twelve months before; empty "
        "without an account for them.")
    known = fields.Function(
        fields.Text("What is Known"), 'on_change_with_known')
    lines = fields.One2Many(
        'tibillet.melt.forecast.line', 'forecast', "Months", readonly=True)
    waits = fields.One2Many(
        'tibillet.melt.forecast.wait', 'forecast', "Waits", readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        # What is expected is the amount of the forecast.
        cls.amount.string = "Expected to Melt"
        cls._order = [('at', 'DESC'), ('id', 'DESC')]

    def get_rec_name(self, name):
        return gettext(
            'tibillet_cashless.msg_melt_forecast_name',
            money=self.money.rec_name, date=Report.format_date(self.date))

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('money.rec_name', *clause[1:])]

    @fields.depends('money', '_parent_money.currency')
    def on_change_with_currency(self, name=None):
        return self.money.currency if self.money else None

    @fields.depends(
        'since', 'months_seen', 'policy', 'date', 'fees',
        '_parent_policy.months')
    def on_change_with_known(self, name=None):
        if not self.policy or not self.date:
            return ''
        if not self.months_seen:
            sentences = [gettext('tibillet_cashless.msg_melt_forecast_none')]
        else:
            short = self.months_seen <= self.policy.months
            sentences = [gettext(
                    'tibillet_cashless.msg_melt_forecast_'
                    + ('short' if short else 'long'),
                    since=Report.format_date(self.since),
                    months=self.months_seen - 1,
                    policy=self.policy.months)]
        if self.fees is None:
            sentences.append(
                gettext('tibillet_cashless.msg_melt_forecast_fees'))
        return '\n'.join(sentences)

    @classmethod
    @without_check_access
    def make(cls, policy, date):
        """Forecast, on a day, what will melt by a policy

        date: today, unless it is asked what would be said on another day of
            what is loaded now.
        """
        if date > tools.today(policy.company):
            raise MeltForecastError(gettext(
                    'tibillet_cashless.msg_melt_forecast_future'))
        points = melt_survival.curve(melt_waits.read(policy.money.id, date))
        wallets, loaded = _load(policy, date)
        months = _round(melt_survival.forecast(points, [
                    (*key, units) for key, units in loaded.items()]))
        fees = _get_fees(policy, date)
        forecast, = cls.create([{
                    'company': policy.company.id,
                    'policy': policy.id,
                    'money': policy.money.id,
                    'date': date,
                    'at': tools.now(),
                    'user': tools.who(),
                    'since': melt_waits.since(policy.money.id),
                    'months_seen': len(points),
                    'wallets': wallets,
                    'held_units': _get_held(policy.money.id),
                    'units': sum(m.expected for m in months.values()),
                    'at_most_units': sum(m.at_most for m in months.values()),
                    'unseen_units': sum(m.unseen for m in months.values()),
                    'fees': fees,
                    }])
        forecast._add_lines(months, fees)
        forecast._add_waits(points)
        return forecast

    def _add_lines(self, months, fees):
        pool = Pool()
        Line = pool.get('tibillet.melt.forecast.line')
        if not months:
            return
        monthly = None if fees is None else self.currency.round(
            fees / FEE_MONTHS)
        month, rows = self.date.replace(day=1), []
        none = melt_survival.Month(0, 0, 0)
        while month <= max(months):
            found = months.get(month, none)
            rows.append({
                    'forecast': self.id,
                    'money': self.money.id,
                    'month': month,
                    'at_most_units': found.at_most,
                    'units': found.expected,
                    'unseen_units': found.unseen,
                    'fees': monthly,
                    })
            month = add_months(month, 1)
        Line.create(rows)

    def _add_waits(self, points):
        pool = Pool()
        Wait = pool.get('tibillet.melt.forecast.wait')
        Wait.create([{
                    'forecast': self.id,
                    'money': self.money.id,
                    'months': point.months,
                    'units': point.at_risk,
                    'used_units': point.used,
                    'part': half_up(point.part, Decimal('0.0001')),
                    } for point in points])


class MeltForecastLine(
        WalletFactMixin, WalletAmountMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.melt.forecast.line'
    __string__ = "Melt Forecast Line"

    forecast = fields.Many2One(
        'tibillet.melt.forecast', "Forecast", required=True, readonly=True,
        ondelete='RESTRICT')
    month = fields.Date(
        "Month", required=True, readonly=True, help="Its first day.")
    at_most_units = Units(
        "May Melt in Smallest Units", required=True, readonly=True)
    at_most = fields.Function(
        fields.Numeric(
            "May Melt", digits='money',
            help="If nothing of it is used any more."),
        'get_amount')
    unseen_units = Units(
        "Not Seen in Smallest Units", required=True, readonly=True)
    unseen = fields.Function(
        fields.Numeric(
            "Without History", digits='money',
            help="Of what is expected: it waits longer than anything has "
            "waited yet."),
        'get_amount')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    fees = Monetary(
        "Payment Fees", currency='currency', digits='currency',
        readonly=True,
        help="Of a month, as in the twelve before the forecast.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.amount.string = "Expected to Melt"
        cls.__access__.add('forecast')
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.forecast, Index.Equality())))
        cls._order = [('month', 'ASC'), ('id', 'ASC')]

    @fields.depends('money', '_parent_money.currency')
    def on_change_with_currency(self, name=None):
        return self.money.currency if self.money else None


class MeltForecastWait(
        WalletFactMixin, WalletAmountMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.melt.forecast.wait'
    __string__ = "Melt Forecast Wait"

    forecast = fields.Many2One(
        'tibillet.melt.forecast', "Forecast", required=True, readonly=True,
        ondelete='RESTRICT')
    months = fields.Integer("Months", required=True, readonly=True)
    used_units = Units(
        "Used in Smallest Units", required=True, readonly=True)
    used = fields.Function(
        fields.Numeric(
            "Used in that Month", digits='money'),
        'get_amount')
    part = fields.Numeric(
        "Still There after it", digits=(1, 4), required=True, readonly=True,
        help="Of all that is loaded, as far as the history tells.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.amount.string = "Waited so Long"
        cls.__access__.add('forecast')
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.forecast, Index.Equality())))
        cls._order = [('months', 'ASC'), ('id', 'ASC')]


class MeltForecastMake(Wizard):
    __name__ = 'tibillet.melt.forecast.make'
    start_state = 'make'

    make = StateAction('tibillet_cashless.act_melt_forecast')

    def do_make(self, action):
        pool = Pool()
        Forecast = pool.get('tibillet.melt.forecast')
        forecast = Forecast.make(
            self.record, tools.today(self.record.company))
        action['views'].reverse()
        return action, {'res_id': forecast.id}


def _load(policy, date):
    """Return how many wallets melt, and units by month and age

    An age is (months waited, months when it melts). Wallets are read a part
    at a time: what is kept does not grow with them.
    """
    rules, done = policy.get_rules(), policy.done_until
    until = add_months(date, rules.months + BEYOND_MONTHS)
    wallets, loaded, start = 0, defaultdict(int), 0
    while start is not None:
        holders, last = melt_holders.read(policy, rules, date, start)
        wallets += len(holders)
        for holder in holders.values():
            starts = {lot.id: lot.date for lot in holder.lots}
            for due, lot, units in melt_plan.coming(
                    rules, holder.lots, holder.active,
                    list(holder.notices.values()), date, done, until):
                loaded[
                    due.replace(day=1),
                    melt_survival.age(starts[lot], date),
                    melt_survival.age(starts[lot], due)] += units
        start = None if last is None else last + 1
    return wallets, loaded


def _round(months):
    "Return the Months in whole units, half up"
    return {
        date: melt_survival.Month(month.at_most, *(
                int(half_up(value, ONE))
                for value in [month.expected, month.unseen]))
        for date, month in months.items()}


def _get_held(money):
    balance = table('tibillet.wallet.balance')
    statement = cursor()
    statement.execute(*balance.select(
            Sum(balance.units), where=balance.money == money))
    return int(statement.fetchone()[0] or 0)


def _get_fees(policy, date):
    "Return the fees that were posted in the year before, None without account"
    account = next((
            a.fee_account for a in policy.money.accounts
            if a.company == policy.company), None)
    if not account:
        return None
    line, move = table('account.move.line'), table('account.move')
    statement = cursor()
    statement.execute(*line.join(move, condition=move.id == line.move).select(
            Sum(Round((line.debit - line.credit) * policy.money.scale)),
            where=(line.account == account.id) & (move.state == 'posted')
            & (move.date > add_months(date, -FEE_MONTHS))
            & (move.date <= date)))
    return policy.money.get_amount(int(statement.fetchone()[0] or 0))
