from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from . import till_closing, till_period_making, till_sql, tools
from .append_only import refuse_changes
from .exceptions import TillPeriodError
from .fact import FactMixin
from .instant import Instant
from .till_log import OfTillMixin
from .till_total import TotaledMixin, TotalMixin, totals_of

KINDS = [
    ('month', "Month"),
    ('year', "Year"),
    ]


class TillPeriod(TotaledMixin, OfTillMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.till.period'
    __string__ = "Till Period"
    _fact_message = 'tibillet_base.msg_till_period_fact'

    number = fields.Integer(
        "Number", required=True, readonly=True,
        help="Within the till, months and years together, without holes.")
    kind = fields.Selection(
        KINDS, "Kind", required=True, readonly=True, sort=False)
    start_date = fields.Date("From", required=True, readonly=True)
    end_date = fields.Date("To", required=True, readonly=True)
    made_at = Instant("Closed At", required=True, readonly=True)
    made_by = fields.Char("Closed By", readonly=True, strip=False)
    first_closure = fields.Integer("First Z Closure", readonly=True)
    last_closure = fields.Integer(
        "Last Z Closure", readonly=True,
        help="The last one when the period ended, empty if there was none.")
    closures = fields.Integer("Z Closures", required=True, readonly=True)
    lines = fields.One2Many(
        'tibillet.till.period.line', 'period', "Totals", readonly=True)
    tenders = totals_of(
        'tibillet.till.period.line', 'period', "By Tender", 'tender')
    taxes = totals_of(
        'tibillet.till.period.line', 'period', "By VAT Rate", 'vat')
    categories = totals_of(
        'tibillet.till.period.line', 'period', "By Category", 'category')
    outsides = totals_of(
        'tibillet.till.period.line', 'period', "Outside Turnover",
        'outside', states={
            'invisible': ~Eval('outsides', [-1]),
            })
    discounts = totals_of(
        'tibillet.till.period.line', 'period', "Discounts", 'discount',
        states={
            'invisible': ~Eval('discounts', [-1]),
            })
    cash_moves = totals_of(
        'tibillet.till.period.line', 'period', "Cash In and Out", 'cash',
        states={
            'invisible': ~Eval('cash_moves', [-1]),
            })
    closure_link = fields.Char(
        "Fingerprint of the Last Z Closure", required=True, readonly=True,
        strip=False)
    previous = fields.Many2One(
        'tibillet.till.period', "Previous", readonly=True,
        ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique', Unique(table, table.point, table.number),
                'tibillet_base.msg_till_period_unique'),
            ('start_unique',
                Unique(table, table.point, table.kind, table.start_date),
                'tibillet_base.msg_till_period_unique'),
            ]
        cls._order = [
            ('end_date', 'DESC'), ('number', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'point', 'previous', 'previous_link', 'link', 'key',
                'signature', 'outside', *till_period_making.CHAINED])

    @fields.depends('point', '_parent_point.company')
    def on_change_with_currency(self, name=None):
        if self.point and self.point.company:
            return self.point.company.currency

    def get_rec_name(self, name):
        form = '%Y-%m' if self.kind == 'month' else '%Y'
        return f'{self.point.code} {self.start_date.strftime(form)}'

    @classmethod
    @without_check_access
    def get_due(cls, point):
        "Return what of a till has ended and is not closed, nothing is locked"
        with Transaction().set_context(company=point.company.id):
            return till_period_making.Periods(
                till_sql.read(point)).get_due()

    @classmethod
    @without_check_access
    def close_ended(cls, points):
        "Close the months and the years of the tills that have ended"
        closed = []
        for point in sorted(points, key=lambda p: p.id):
            with Transaction().set_context(company=point.company.id):
                row = till_sql.lock(point)
                closed += till_period_making.Periods(row).close()
                till_sql.advance(row)
        return closed


class TillPeriodLine(FactMixin, TotalMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.till.period.line'
    __string__ = "Till Period Line"
    _fact_message = 'tibillet_base.msg_till_period_fact'

    period = fields.Many2One(
        'tibillet.till.period', "Period", required=True, readonly=True,
        ondelete='RESTRICT')
    company = fields.Function(fields.Many2One(
            'company.company', "Company"),
        'on_change_with_company', searcher='search_company')
    currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"), 'on_change_with_currency')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('period')

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['period', 'sequence', *till_closing.LINE])

    @fields.depends('period', '_parent_period.company')
    def on_change_with_company(self, name=None):
        return self.period.company if self.period else None

    @classmethod
    def search_company(cls, name, clause):
        return [('period.company', *clause[1:])]

    @fields.depends('period', '_parent_period.currency')
    def on_change_with_currency(self, name=None):
        return self.period.currency if self.period else None


class POS(metaclass=PoolMeta):
    __name__ = 'sale.point'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons.update({
                'close_periods': {
                    'invisible': ~Eval('counter'),
                    'icon': 'tryton-list',
                    'depends': ['counter'],
                    },
                })

    @classmethod
    @ModelView.button
    def close_periods(cls, points):
        pool = Pool()
        Period = pool.get('tibillet.till.period')
        tools.write_alone()
        if not Period.close_ended(points) and points:
            raise TillPeriodError(gettext(
                    'tibillet_base.msg_till_period_none',
                    till=points[0].rec_name))

    @classmethod
    def close_every_period(cls):
        """Close the months and the years of all tills that have ended

        Each till in a transaction of its own: they sell meanwhile, and what
        is wrong with one does not keep the others.
        """
        pool = Pool()
        Period = pool.get('tibillet.till.period')
        for point in cls.search([('counter', '>', 0)]):
            if Period.get_due(point):
                cls.__queue__.close_ended_periods([point])

    @classmethod
    def close_ended_periods(cls, points):
        pool = Pool()
        Period = pool.get('tibillet.till.period')
        Period.close_ended(points)


class Cron(metaclass=PoolMeta):
    __name__ = 'ir.cron'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.method.selection.append(
            ('sale.point|close_every_period',
                "Close the Months and the Years of the Tills"))
