"""What the statutes say of the surplus, and what is due each year."""
import datetime as dt

from tibillet_base.tools import today

from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from tibillet.terms import add_months

from . import allocation
from .share_class import RATE_DIGITS


class ShareCapital(metaclass=PoolMeta):
    __name__ = 'tibillet.share.capital'

    legal_rate = fields.Numeric(
        "Legal Reserve", digits=RATE_DIGITS, required=True,
        domain=[
            ('legal_rate', '>=', allocation.LEGAL_RATE),
            ('legal_rate', '<=', 1),
            ],
        help="Of the surplus, while all reserves together are less than the "
        "capital: 15 % by law, or more.")
    statutory_rate = fields.Numeric(
        "Statutory Reserve", digits=RATE_DIGITS, required=True,
        domain=[
            ('statutory_rate', '>=', allocation.STATUTORY_RATE),
            ('statutory_rate', '<=', 1),
            ],
        help="Of what is left after the legal reserve: a half by law, or "
        "more; it is never shared.")
    interest_max = fields.Numeric(
        "Highest Interest", digits=RATE_DIGITS,
        domain=['OR',
            ('interest_max', '=', None),
            [
                ('interest_max', '>=', 0),
                ('interest_max', '<=', 1),
                ],
            ],
        help="On shares, as the statutes say; empty for the bound of the "
        "law.")
    interest_at_close = fields.Boolean(
        "Interest to Who Stays",
        help="Who has left before the last day of the year gets none.")
    revision_on = fields.Date(
        "Last Co-operative Revision",
        help="Or the day on which the co-operative was registered.")
    revision_due = fields.Function(fields.Date(
            "Next Co-operative Revision",
            states={
                'invisible': ~Eval('revision_due'),
                },
            help="Within five years; at once after three years of losses, or "
            "one that loses half of the highest capital."),
        'get_revision_due')

    @classmethod
    def default_legal_rate(cls):
        return allocation.LEGAL_RATE

    @classmethod
    def default_statutory_rate(cls):
        return allocation.STATUTORY_RATE

    @classmethod
    def default_interest_at_close(cls):
        return True

    def _get_results(self):
        "Return the end and the result of each year, newest first"
        pool = Pool()
        Surplus = pool.get('tibillet.surplus')
        return [
            (s.end, s.result) for s in Surplus.search([
                    ('company', '=', self.company.id),
                    ('state', '=', 'allocated'),
                    ], order=[('end', 'DESC')])]

    def get_revision_due(self, name):
        since = self.revision_on or dt.date.min
        results = [
            (end, result) for end, result in self._get_results()
            if end > since]
        if allocation.asks_revision([r for _, r in results], self.highest):
            return results[0][0]
        if self.revision_on:
            return add_months(self.revision_on, allocation.REVISION_MONTHS)

    def _get_alerts(self):
        alerts = super()._get_alerts()
        day = today(self.company)
        if self.revision_due and self.revision_due < day:
            alerts.add('revision')
        elif self.revision_due and self.revision_due < add_months(day, 12):
            alerts.add('revision_soon')
        for end, _ in self._get_results()[:1]:
            if add_months(end, 12 + allocation.ALLOCATE_MONTHS) < day:
                alerts.add('surplus')
        return alerts
