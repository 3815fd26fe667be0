"""What an organiser of shows has declared, and until when it holds.

Who makes more than six shows a year declares it to the ministry of culture
(PLATESV), for each of three trades and for five years; the number of the
receipt is on posters and tickets (code du travail, L7122-3 and R7122-12).
"""
from itertools import groupby

from dateutil.relativedelta import relativedelta
from tibillet_base import tools
from tibillet_base.problem import ProblemMixin

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, Workflow, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval, If
from trytond.transaction import Transaction, without_check_access

from .exceptions import LicenceDateError, LicenceWarning

YEARS = 5
# A renewal is asked for before that.
EXPIRING_DAYS = 90


class Licence(ProblemMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.licence'
    __string__ = "Licence"
    _rec_name = 'number'
    _problem_error = LicenceDateError
    _problem_message = 'tibillet_event.msg_licence'

    company = fields.Many2One(
        'company.company', "Organiser", required=True, ondelete='CASCADE')
    category = fields.Selection([
            ('1', "1 – Runs a Venue"),
            ('2', "2 – Produces Shows"),
            ('3', "3 – Presents Shows"),
            ], "Category", required=True, sort=False,
        help="1: runs a place that is fitted out for shows; 2: employs the "
        "artists; 3: sells the tickets and receives the public.")
    number = fields.Char(
        "Number", required=True,
        help="Of the receipt: PLATESV-R-2026-000123. It is printed on "
        "tickets.")
    since = fields.Date("From", required=True)
    until = fields.Date(
        "Until", required=True,
        help="A declaration holds for five years.")
    state = fields.Function(fields.Selection([
                ('coming', "Not Yet Valid"),
                ('valid', "Valid"),
                ('expiring', "To Renew"),
                ('expired', "Expired"),
                ], "State", sort=False,
            help="To renew: within 90 days."),
        'on_change_with_state')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique', Unique(table, table.company, table.number),
                'tibillet_event.msg_licence_number_unique'),
            ]
        cls._order = [
            ('company', 'ASC'), ('until', 'DESC'), ('category', 'ASC'),
            ('id', 'ASC')]

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @fields.depends('since', 'until')
    def on_change_since(self):
        if self.since and not self.until:
            self.until = self.since + relativedelta(years=YEARS, days=-1)

    @fields.depends('company', 'since', 'until')
    def on_change_with_state(self, name=None):
        if not self.since or not self.until:
            return None
        today = tools.today(self.company)
        if today < self.since:
            return 'coming'
        if today > self.until:
            return 'expired'
        if today > self.until - relativedelta(days=EXPIRING_DAYS):
            return 'expiring'
        return 'valid'

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual',
                If(Eval('state') == 'expired', 'danger',
                    If(Eval('state') == 'expiring', 'warning', '')),
                ['state']),
            ]

    def _get_problem(self, field_names):
        if field_names & {'since', 'until'} and self.until <= self.since:
            return 'dates'

    def _get_problem_names(self):
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        return {
            'licence': self.rec_name,
            'since': lang.strftime(self.since),
            'until': lang.strftime(self.until),
            }

    @classmethod
    @without_check_access
    def get_valid(cls, days):
        """Return the licences of organisers that hold on days

        days: (company, date) pairs.
        Return a dictionary of lists by pair, in order of category.
        """
        licences = cls.search([
                ('company', 'in', list({company.id for company, _ in days})),
                ], order=[
                ('company', 'ASC'), ('category', 'ASC'), ('number', 'ASC')])
        by_company = {
            company: list(group)
            for company, group in groupby(licences, lambda l: l.company)}
        return {
            (company, date): [
                licence for licence in by_company.get(company, [])
                if licence.since <= date <= licence.until]
            for company, date in days}


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    @classmethod
    @ModelView.button
    @Workflow.transition('on_sale')
    def put_on_sale(cls, performances):
        cls._warn_licence(performances)
        super().put_on_sale(performances)

    @classmethod
    @without_check_access
    def _warn_licence(cls, performances):
        "Warn about the shows of who had a licence and will have none"
        pool = Pool()
        Lang = pool.get('ir.lang')
        Licence = pool.get('tibillet.licence')
        Warning = pool.get('res.user.warning')
        days = {(p.company, p.date) for p in performances}
        valid = Licence.get_valid(days)
        # Who has never declared organises six shows a year at most.
        last = {
            licence.company: licence for licence in Licence.search([
                    ('company', 'in', [c.id for c, _ in days]),
                    ], order=[('until', 'ASC')])}
        for performance in performances:
            licence = last.get(performance.company)
            if not licence or valid[performance.company, performance.date]:
                continue
            name = Warning.format('licence', [performance])
            if Warning.check(name):
                lang = Lang.get()
                raise LicenceWarning(name, gettext(
                        'tibillet_event.msg_licence_expired',
                        performance=performance.rec_name,
                        organiser=performance.company.rec_name,
                        licence=licence.rec_name,
                        date=lang.strftime(licence.until)))
