"""What the law says of the tax on shows, by date: data, never constants."""
from decimal import Decimal

from tibillet_base.problem import ProblemMixin

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.report import Report

from .declaration_exceptions import ShowTaxRateError
from .tariff import RATE_DIGITS

BODIES = [
    ('cnm', "CNM"),
    ('astp', "ASTP"),
    ]


class ShowTaxRate(ProblemMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.show.tax.rate'
    __string__ = "Show Tax Rate"
    _problem_error = ShowTaxRateError
    _problem_message = 'tibillet_event.msg_show_tax_rate'

    body = fields.Selection(
        BODIES, "Owed to", required=True, sort=False,
        help="CNM: songs, jazz, rock, electronic and world music, variety, "
        "humour. ASTP: drama, opera, ballet, puppets.")
    start_date = fields.Date(
        "Performances From", required=True,
        help="Until the next rate of the same body.")
    rate = fields.Numeric(
        "Rate", digits=RATE_DIGITS, required=True,
        help="Of the receipts without VAT.")
    threshold = fields.Numeric(
        "Threshold", digits=(16, 2), required=True,
        help="In euros: a tax below it for the whole year is not collected.")
    account_rate = fields.Numeric(
        "Part for the Account", digits=RATE_DIGITS,
        help="Of the tax, put on the account from which the payer may draw; "
        "empty if the body decides it for each.")
    months = fields.Integer(
        "Months to Declare", required=True,
        help="Until the last day of the last month.")
    source = fields.Text(
        "Source", required=True,
        help="The text that says so.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('start_unique', Unique(table, table.body, table.start_date),
                'tibillet_event.msg_show_tax_rate_unique'),
            ]
        cls._order = [
            ('body', 'ASC'), ('start_date', 'DESC'), ('id', 'ASC')]

    @classmethod
    def default_months(cls):
        return 3

    def get_rec_name(self, name):
        return f'{self.body.upper()} {Report.format_date(self.start_date)}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('source', *clause[1:])]

    def _get_problem(self, field_names):
        if not self.rate.is_finite() or not 0 <= self.rate < 1:
            return 'rate'
        if self.account_rate is not None and (
                not self.account_rate.is_finite()
                or not 0 <= self.account_rate <= 1):
            return 'account'
        if not self.threshold.is_finite() or self.threshold < 0:
            return 'threshold'
        if not 0 <= self.months <= 24:
            return 'months'

    @classmethod
    def get_at(cls, body, dates):
        """Return the rate of a body on each date

        Raise ShowTaxRateError if there is none yet on one of them.
        """
        pool = Pool()
        Lang = pool.get('ir.lang')
        rates = cls.search(
            [('body', '=', body)], order=[('start_date', 'DESC')])
        found = {}
        for date in dates:
            for rate in rates:
                if rate.start_date <= date:
                    found[date] = rate
                    break
            else:
                raise ShowTaxRateError(gettext(
                        'tibillet_event.msg_show_tax_rate_none',
                        body=body.upper(),
                        date=Lang.get().strftime(date)))
        return found


def percent(rate):
    return f'{(rate * Decimal(100)).normalize():f} %'
