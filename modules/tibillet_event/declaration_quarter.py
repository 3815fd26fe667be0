"""What of a quarter is sent to the ministry, what is not, and until when."""
import datetime as dt

from sql import Literal
from sql.aggregate import Count, Min, Sum
from sql.conditionals import Case
from tibillet_base import spreadsheet, till_finish, tools

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.report import Report
from trytond.transaction import without_check_access

from . import sibil

# Who has this many days left is warned.
SOON_DAYS = 15


class DeclarationQuarter(ModelSQL, ModelView):
    __name__ = 'tibillet.declaration.quarter'
    __string__ = "Declaration Quarter"

    company = fields.Many2One('company.company', "Organiser")
    currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"), 'on_change_with_currency')
    due_date = fields.Date(
        "Before", help="The 10th of the month after the quarter.")
    count = fields.Integer("Performances", help="Those that are closed.")
    to_send = fields.Integer("To Send")
    sent_count = fields.Integer("Sent")
    quarter = fields.Function(fields.Char("Quarter"), 'get_quarter')
    days = fields.Function(fields.Integer(
            "Days Left", help="Negative once it is late."), 'get_days')
    admission = fields.Function(Monetary(
            "Receipts", currency='currency', digits='currency'),
        'get_admission')
    missing = fields.Function(fields.Text(
            "To Fill In",
            help="What must be filled or closed before all is sent."),
        'get_missing')
    declarations = fields.Function(fields.Many2Many(
            'tibillet.declaration', None, None, "Declarations"),
        'get_declarations')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._order = [
            ('due_date', 'DESC'), ('company', 'ASC'), ('id', 'DESC')]
        cls._buttons.update({
                'send': {
                    'invisible': ~Eval('to_send'),
                    'icon': 'tryton-ok',
                    'depends': ['to_send'],
                    },
                })

    @classmethod
    def table_query(cls):
        pool = Pool()
        Declaration = pool.get('tibillet.declaration')
        table = Declaration.__table__()

        def count(state):
            return Sum(Case(
                    (table.state == state, Literal(1)), else_=Literal(0)))

        return table.select(
            Min(table.id).as_('id'),
            table.company,
            table.due_date,
            Count(Literal('*')).as_('count'),
            count('draft').as_('to_send'),
            count('sent').as_('sent_count'),
            where=table.kind == 'sibil',
            group_by=[table.company, table.due_date])

    @fields.depends('company')
    def on_change_with_currency(self, name=None):
        return self.company.currency if self.company else None

    @property
    def dates(self):
        "Its first and its last day"
        end = self.due_date.replace(day=1) - dt.timedelta(days=1)
        return end.replace(day=1, month=end.month - 2), end

    def get_quarter(self, name):
        _, end = self.dates
        return f'{end.year} – {end.month // 3}'

    def get_rec_name(self, name):
        return f'SIBIL {self.quarter}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('company.rec_name', *clause[1:])]

    def get_days(self, name):
        return (self.due_date - till_finish.local_date(
                tools.now(), self.company)).days

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual',
                If(~Eval('to_send'), 'muted',
                    If(Eval('days', 0) <= 0, 'danger',
                        If(Eval('days', 0) <= SOON_DAYS, 'warning', ''))),
                ['to_send', 'days']),
            ]

    @classmethod
    @without_check_access
    def get_declarations(cls, quarters, name):
        pool = Pool()
        Declaration = pool.get('tibillet.declaration')
        keys = {(q.company, q.due_date): q.id for q in quarters}
        found = {q.id: [] for q in quarters}
        for declaration in Declaration.search([
                    ('kind', '=', 'sibil'),
                    ('company', 'in', [c.id for c, _ in keys]),
                    ('due_date', 'in', [d for _, d in keys]),
                    ]):
            key = (declaration.company, declaration.due_date)
            if key in keys:
                found[keys[key]].append(declaration.id)
        return found

    @classmethod
    @without_check_access
    def get_admission(cls, quarters, name):
        return {
            q.id: sum(d.admission for d in q.declarations) for q in quarters}

    @classmethod
    @without_check_access
    def get_missing(cls, quarters, name):
        found = {}
        for quarter, sentences in zip(
                quarters, cls._get_open(quarters), strict=True):
            lines = [
                line for d in quarter.declarations
                if d.state == 'draft' and d.missing
                for line in d.missing.splitlines()]
            found[quarter.id] = '\n'.join(
                dict.fromkeys(lines + sentences)) or None
        return found

    @classmethod
    def _get_open(cls, quarters):
        "Return the sentences on the shows of each quarter not closed yet"
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        performances = Performance.search([
                ('event.company', 'in', [q.company.id for q in quarters]),
                ('event.kind', 'in', list(sibil.SHOWS)),
                ('state', '=', 'on_sale'),
                ('date', '>=', min(q.dates[0] for q in quarters)),
                ('date', '<=', max(q.dates[1] for q in quarters)),
                ], order=[('date', 'ASC'), ('id', 'ASC')]) if quarters else []
        return [[
                cls._say_open(performance) for performance in performances
                if performance.event.company == quarter.company
                and quarter.dates[0] <= performance.date <= quarter.dates[1]]
            for quarter in quarters]

    @classmethod
    def _say_open(cls, performance):
        return gettext(
            'tibillet_event.msg_show_tax_open',
            performance=performance.rec_name)

    @classmethod
    @ModelView.button
    def send(cls, quarters):
        pool = Pool()
        Declaration = pool.get('tibillet.declaration')
        Declaration.send([
                d for quarter in quarters for d in quarter.declarations
                if d.state == 'draft'])


class DeclarationQuarterCSV(Report):
    "A line for each performance of the quarter"
    __name__ = 'tibillet.declaration.quarter.csv'

    @classmethod
    def _execute(cls, records, header, data, action):
        pool = Pool()
        Quarter = pool.get('tibillet.declaration.quarter')
        # What is printed was checked to be read.
        with without_check_access():
            rows = [
                sibil.flatten(d.get_content())
                for d in Quarter(int(records[0])).declarations]
        return 'csv', spreadsheet.write(
            [list(rows[0]), *(list(row.values()) for row in rows)])
