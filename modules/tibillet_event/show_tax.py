"""The worksheet of the tax on shows: the receipts of a quarter or a year."""
from decimal import Decimal

from tibillet_base import till_finish, tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.instant import Instant
from tibillet_base.problem import ProblemMixin

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, Workflow, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval, If
from trytond.report import Report
from trytond.transaction import Transaction, without_check_access

from . import show_tax_making, show_tax_rule
from .declaration_exceptions import (
    ShowTaxFrozenError, ShowTaxMissingError, ShowTaxPeriodError)
from .show_tax_rate import BODIES
from .tariff import RATE_DIGITS

ZERO = Decimal(0)
_DRAFT = {
    'readonly': (Eval('state') != 'draft') | Eval('lines', []),
    }
# What people say of a worksheet, and what follows from it.
TYPED = {'company', 'body', 'year', 'period'}
TERMS = ['year_before', 'threshold', 'due_date', 'source']
# The years a worksheet is made for.
YEARS = range(2004, 2100)


def _amount(name, help=""):
    return fields.Function(Monetary(
            name, currency='currency', digits='currency', help=help),
        'get_amounts')


class ShowTax(Workflow, ProblemMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.show.tax'
    __string__ = "Show Tax"
    _problem_error = ShowTaxPeriodError
    _problem_message = 'tibillet_event.msg_show_tax'

    company = fields.Many2One(
        'company.company', "Organiser", required=True, states=_DRAFT,
        ondelete='RESTRICT')
    currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"), 'on_change_with_currency')
    body = fields.Selection(
        BODIES, "Owed to", required=True, sort=False, states=_DRAFT)
    year = fields.Integer("Year", required=True, states=_DRAFT)
    period = fields.Selection([
            ('1', "1st Quarter"),
            ('2', "2nd Quarter"),
            ('3', "3rd Quarter"),
            ('4', "4th Quarter"),
            ('year', "Whole Year"),
            ], "Period", required=True, sort=False, states=_DRAFT,
        help="A performance is declared within three months: a quarter that "
        "is made when it ends is in time.")
    period_string = period.translated('period')
    start_date = fields.Date("From", readonly=True)
    end_date = fields.Date("To", readonly=True)
    lines = fields.One2Many(
        'tibillet.show.tax.line', 'worksheet', "Performances", readonly=True)
    base = _amount("Receipts without VAT")
    amount = _amount(
        "Tax", "The sum of that of each performance, rounded half up.")
    account_amount = _amount(
        "Of which for the Account",
        "What the body puts on the account from which the payer may draw.")
    year_before = Monetary(
        "Tax of the Year Before", currency='currency', digits='currency',
        readonly=True,
        help="In the worksheets of the same year that were frozen before.")
    year_amount = _amount("Tax of the Year so Far")
    threshold = Monetary(
        "Threshold", currency='currency', digits='currency', readonly=True,
        help="A tax below it for the whole year is not collected.")
    to_collect = _amount(
        "To Pay",
        "Nothing as long as the tax of the year is below the threshold; "
        "else what no worksheet before has asked.")
    due_date = fields.Date(
        "Declare Before the End of", readonly=True,
        help="For the first of the performances.")
    source = fields.Text("Rules", readonly=True, strip=False)
    missing = fields.Function(fields.Text(
            "To Fill In",
            states={
                'invisible': ~Eval('missing'),
                },
            help="What must be said before it can be frozen."),
        'get_missing')
    state = fields.Selection([
            ('draft', "Draft"),
            ('frozen', "Frozen"),
            ], "State", required=True, readonly=True, sort=False)
    frozen_at = Instant(
        "Frozen At", readonly=True,
        states={
            'invisible': ~Eval('frozen_at'),
            })
    frozen_by = fields.Char(
        "Frozen By", readonly=True, strip=False,
        states={
            'invisible': ~Eval('frozen_at'),
            })

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('period_unique', Unique(
                    table, table.company, table.body, table.year,
                    table.period),
                'tibillet_event.msg_show_tax_unique'),
            ]
        cls._order = [
            ('end_date', 'DESC'), ('body', 'ASC'), ('id', 'DESC')]
        cls._transitions |= {('draft', 'frozen')}
        cls._buttons.update({
                'compute': {
                    'invisible': Eval('state') != 'draft',
                    'icon': 'tryton-refresh',
                    'depends': ['state'],
                    },
                'freeze': {
                    'invisible': Eval('state') != 'draft',
                    'icon': 'tryton-ok',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'company', 'body', 'year', 'period', 'start_date',
                'end_date', 'state', 'frozen_at', 'frozen_by', *TERMS],
            when='OLD.state = \'frozen\'')

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_body(cls):
        return 'cnm'

    @classmethod
    def default_year(cls):
        return tools.today().year

    @classmethod
    def default_state(cls):
        return 'draft'

    @fields.depends('company')
    def on_change_with_currency(self, name=None):
        return self.company.currency if self.company else None

    def get_rec_name(self, name):
        return f'{self.body.upper()} {self.year} – {self.period_string}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('lines.event_name', *clause[1:])]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual',
                If(Eval('state') == 'draft', 'warning', ''), ['state']),
            ]

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        if mode == 'create':
            year, period = values.get('year'), values.get('period')
            if year in YEARS and period in show_tax_rule.PERIODS:
                values['start_date'], values['end_date'] = (
                    show_tax_rule.dates(year, period))
        return values

    @classmethod
    def on_modification(cls, mode, worksheets, field_names=None):
        super().on_modification(mode, worksheets, field_names=field_names)
        if mode == 'write' and field_names & {'year', 'period'}:
            for worksheet in worksheets:
                start, end = show_tax_rule.dates(
                    worksheet.year, worksheet.period)
                if (worksheet.start_date, worksheet.end_date) != (start, end):
                    cls.write([worksheet], {
                            'start_date': start, 'end_date': end})

    def _get_problem(self, field_names):
        if self.year not in YEARS:
            return 'year'

    def _get_problem_names(self):
        return {'first': YEARS[0], 'last': YEARS[-1]}

    @classmethod
    def check_modification(cls, mode, worksheets, values=None, external=False):
        super().check_modification(
            mode, worksheets, values=values, external=external)
        for worksheet in worksheets:
            if worksheet.state != 'draft' or (
                    external and mode == 'write' and values.keys() - TYPED):
                raise ShowTaxFrozenError(gettext(
                        'tibillet_event.msg_show_tax_frozen',
                        worksheet=worksheet.rec_name))
        if mode == 'delete':
            cls._empty(worksheets)

    @classmethod
    def copy(cls, worksheets, default=None):
        default = default.copy() if default is not None else {}
        for name in ['lines', 'frozen_at', 'frozen_by', *TERMS]:
            default.setdefault(name, None)
        default.setdefault('state', 'draft')
        return super().copy(worksheets, default=default)

    @classmethod
    def get_amounts(cls, worksheets, names):
        amounts = {name: {} for name in names}
        for worksheet in worksheets:
            amount = sum((line.amount for line in worksheet.lines), ZERO)
            before = worksheet.year_before or ZERO
            values = {
                'base': sum((line.base for line in worksheet.lines), ZERO),
                'amount': amount,
                'account_amount': sum((
                        line.account_amount or ZERO
                        for line in worksheet.lines), ZERO),
                'year_amount': before + amount,
                'to_collect': show_tax_rule.to_collect(
                    before, amount, worksheet.threshold or ZERO),
                }
            for name in names:
                amounts[name][worksheet.id] = values[name]
        return amounts

    @classmethod
    @without_check_access
    def get_missing(cls, worksheets, name):
        return {
            worksheet.id: '\n'.join(
                show_tax_making.get_missing(worksheet)) or None
            if worksheet.state == 'draft' else None
            for worksheet in worksheets}

    @classmethod
    def _empty(cls, worksheets):
        pool = Pool()
        Line = pool.get('tibillet.show.tax.line')
        with without_check_access():
            Line.delete([
                    line for worksheet in worksheets
                    for line in worksheet.lines])

    @classmethod
    @ModelView.button
    @without_check_access
    def compute(cls, worksheets):
        "Fill the worksheets with what no other one holds"
        tools.write_alone()
        drafts = [w for w in worksheets if w.state == 'draft']
        # Two worksheets never hold the same return, nor the same threshold.
        tools.take_turn(cls, [
                w.id for w in cls.search([
                        ('company', 'in', [w.company.id for w in drafts]),
                        ])], 'create_uid')
        cls._empty(drafts)
        for worksheet in drafts:
            cls.write([worksheet], show_tax_making.fill(cls(worksheet.id)))

    @classmethod
    @ModelView.button
    @without_check_access
    @Workflow.transition('frozen')
    def freeze(cls, worksheets):
        "Keep for good what is declared"
        pool = Pool()
        Lang = pool.get('ir.lang')
        cls.compute(worksheets)
        for worksheet in worksheets:
            if till_finish.local_date(
                    tools.now(), worksheet.company) <= worksheet.end_date:
                raise ShowTaxPeriodError(gettext(
                        'tibillet_event.msg_show_tax_over',
                        worksheet=worksheet.rec_name,
                        date=Lang.get().strftime(worksheet.end_date)))
            if worksheet.missing:
                raise ShowTaxMissingError(gettext(
                        'tibillet_event.msg_show_tax_missing',
                        worksheet=worksheet.rec_name,
                        missing=worksheet.missing))
        cls.write(list(worksheets), {
                'frozen_at': tools.now(),
                'frozen_by': tools.who(),
                })


class ShowTaxLine(ModelSQL, ModelView):
    __name__ = 'tibillet.show.tax.line'
    __string__ = "Show Tax Line"

    worksheet = fields.Many2One(
        'tibillet.show.tax', "Worksheet", required=True, readonly=True,
        ondelete='RESTRICT')
    company = fields.Function(fields.Many2One(
            'company.company', "Company"),
        'on_change_with_company', searcher='search_company')
    currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"), 'on_change_with_currency')
    boxoffice_return = fields.Many2One(
        'tibillet.boxoffice.return', "Return", required=True, readonly=True,
        ondelete='RESTRICT')
    date = fields.Date("Date", required=True, readonly=True)
    # As they were: what is renamed later stays so here.
    event_name = fields.Char("Event", readonly=True, strip=False)
    venue_name = fields.Char("Venue", readonly=True, strip=False)
    valid = fields.Integer("Tickets", readonly=True)
    free_valid = fields.Integer("Free Tickets", readonly=True)
    admission = Monetary(
        "Receipts", currency='currency', digits='currency', required=True,
        readonly=True)
    base = Monetary(
        "Without VAT", currency='currency', digits='currency', required=True,
        readonly=True)
    rate = fields.Numeric("Rate", digits=RATE_DIGITS, required=True,
        readonly=True)
    amount = Monetary(
        "Tax", currency='currency', digits='currency', required=True,
        readonly=True)
    account_amount = Monetary(
        "For the Account", currency='currency', digits='currency',
        readonly=True)
    due_date = fields.Date("Declare Before the End of", readonly=True)
    note = fields.Char("Note", readonly=True, strip=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls.__access__.add('worksheet')
        cls._sql_constraints += [
            ('return_unique', Unique(table, table.boxoffice_return),
                'tibillet_event.msg_show_tax_line_unique'),
            ]
        cls._order = [('date', 'ASC'), ('id', 'ASC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'worksheet', 'boxoffice_return', *show_tax_making.LINE],
            within='(SELECT state FROM tibillet_show_tax '
            'WHERE id = {row}.worksheet) = \'frozen\'')

    @fields.depends('worksheet', '_parent_worksheet.company')
    def on_change_with_company(self, name=None):
        return self.worksheet.company if self.worksheet else None

    @classmethod
    def search_company(cls, name, clause):
        return [('worksheet.' + clause[0], *clause[1:])]

    @fields.depends('worksheet', '_parent_worksheet.currency')
    def on_change_with_currency(self, name=None):
        return self.worksheet.currency if self.worksheet else None

    def get_rec_name(self, name):
        return f'{self.event_name} – {Report.format_date(self.date)}'

    @classmethod
    def check_modification(cls, mode, lines, values=None, external=False):
        super().check_modification(
            mode, lines, values=values, external=external)
        for line in lines:
            if external or line.worksheet.state != 'draft':
                raise ShowTaxFrozenError(gettext(
                        'tibillet_event.msg_show_tax_frozen',
                        worksheet=line.worksheet.rec_name))


class Event(metaclass=PoolMeta):
    __name__ = 'tibillet.event'

    show_tax = fields.Selection([
            (None, ""),
            *BODIES,
            ('none', "None"),
            ], "Tax on Shows", sort=False,
        help="Empty: follows from the domain and the venue. CNM for variety, "
        "ASTP for drama; none if the law exempts it.")
    show_tax_reason = fields.Char(
        "Why None",
        states={
            'invisible': Eval('show_tax') != 'none',
            'required': Eval('show_tax') == 'none',
            },
        help="The text that exempts it, or the reason.")


class Venue(metaclass=PoolMeta):
    __name__ = 'tibillet.venue'

    astp_member = fields.Boolean(
        "Member of the ASTP",
        help="Check if the theatre is a member of the Association pour le "
        "soutien du théâtre privé: humour and musicals are taxed for it "
        "there.")
