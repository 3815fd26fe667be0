from decimal import Decimal

from sql import Literal

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from . import till_closing, till_posting, till_sql
from .append_only import refuse_changes
from .exceptions import TillReadingError
from .fact import FactMixin
from .instant import Instant
from .till_total import TotaledMixin, TotalMixin, till_amount, totals_of


class _ClosureFactMixin(FactMixin):
    __slots__ = ()
    _fact_message = 'tibillet_base.msg_till_closure_fact'


class Closure(TotaledMixin, _ClosureFactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.till.closure'
    __string__ = "Till Closure"

    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True)
    point = fields.Many2One(
        'sale.point', "Till", required=True, readonly=True,
        ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ])
    number = fields.Integer(
        "Number", required=True, readonly=True,
        help="Within the till, without holes.")
    date = fields.Date(
        "Date", required=True, readonly=True,
        help="The day on which the till was opened: its sales are in the "
        "books of that day.")
    opened_at = Instant("Opened At", readonly=True)
    closed_at = Instant("Closed At", required=True, readonly=True)
    closed_by = fields.Char("Closed By", readonly=True, strip=False)
    first_operation = fields.Integer("First Sale", readonly=True)
    last_operation = fields.Integer("Last Sale", required=True, readonly=True)
    month_total = till_amount(
        "Total of the Month", help="Closures of the month up to this one.")
    year_total = till_amount(
        "Total of the Year", help="Closures of the year up to this one.")
    lines = fields.One2Many(
        'tibillet.till.closure.line', 'closure', "Totals", readonly=True)
    tenders = totals_of(
        'tibillet.till.closure.line', 'closure', "By Tender", 'tender')
    taxes = totals_of(
        'tibillet.till.closure.line', 'closure', "By VAT Rate", 'vat')
    categories = totals_of(
        'tibillet.till.closure.line', 'closure', "By Category", 'category')
    outsides = totals_of(
        'tibillet.till.closure.line', 'closure', "Outside Turnover",
        'outside', states={
            'invisible': ~Eval('outsides', [-1]),
            })
    discounts = totals_of(
        'tibillet.till.closure.line', 'closure', "Discounts", 'discount',
        states={
            'invisible': ~Eval('discounts', [-1]),
            })
    deposits = totals_of(
        'tibillet.till.closure.line', 'closure', "Deposits", 'deposit',
        'outstanding', states={
            'invisible': ~Eval('deposits', [-1]),
            })
    cash_moves = totals_of(
        'tibillet.till.closure.line', 'closure', "Cash In and Out", 'cash',
        states={
            'invisible': ~Eval('cash_moves', [-1]),
            })
    cash_start = till_amount("Cash at Opening")
    cash_sales = till_amount("Cash of Sales")
    cash_moved = till_amount("Cash Put In or Taken Out")
    cash_expected = till_amount("Cash Expected")
    cash_counted = till_amount("Cash Counted")
    cash_difference = till_amount("Difference")
    reason = fields.Text(
        "Reason of the Difference", readonly=True,
        states={
            'invisible': ~Eval('cash_difference'),
            })
    counts = fields.One2Many(
        'tibillet.till.closure.count', 'closure', "Cash Counted",
        readonly=True)
    sessions = fields.One2Many(
        'sale.point.cash.session', 'closure', "Cash Sessions", readonly=True)
    sales = fields.Many2Many(
        'tibillet.till.closure-sale.point.sale', 'closure', 'sale', "Sales",
        readonly=True)
    sales_link = fields.Char(
        "Fingerprint of the Sales", required=True, readonly=True, strip=False)
    log_link = fields.Char(
        "Fingerprint of the Log", required=True, readonly=True, strip=False)
    previous = fields.Many2One(
        'tibillet.till.closure', "Previous Closure", readonly=True,
        ondelete='RESTRICT')
    move = fields.Function(fields.Many2One(
            'account.move', "Move",
            states={
                'invisible': ~Eval('move'),
                }),
        'get_posting')
    posted = fields.Function(fields.Boolean(
            "Posted", help="Whether the sales are in the books."),
        'get_posting', searcher='search_posted')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique', Unique(table, table.point, table.number),
                'tibillet_base.msg_till_closure_unique'),
            ]
        cls._order = [
            ('closed_at', 'DESC'), ('number', 'DESC'), ('id', 'DESC')]
        cls._buttons.update({
                'post': {
                    'invisible': Eval('posted', False),
                    'icon': 'tryton-ok',
                    'depends': ['posted'],
                    },
                })

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'company', 'point', 'previous', 'previous_link', 'link',
                'key', 'signature', 'outside', *till_closing.CHAINED])

    @fields.depends('company')
    def on_change_with_currency(self, name=None):
        return self.company.currency if self.company else None

    def get_rec_name(self, name):
        return f'Z {self.point.code}-{self.number:04d}'

    @classmethod
    def get_posting(cls, closures, names):
        pool = Pool()
        Posting = pool.get('tibillet.till.closure.posting')
        move = dict.fromkeys([c.id for c in closures])
        posted = dict.fromkeys(move, False)
        for posting in Posting.search([
                    ('closure', 'in', list(move)),
                    ], order=[]):
            posted[posting.closure.id] = True
            if posting.move:
                move[posting.closure.id] = posting.move.id
        values = {'move': move, 'posted': posted}
        return {name: values[name] for name in names}

    @classmethod
    def search_posted(cls, name, clause):
        pool = Pool()
        Posting = pool.get('tibillet.till.closure.posting')
        posting = Posting.__table__()
        _, operator, value = clause
        positive = bool(value) == (operator in {'=', 'in'})
        return [('id', 'in' if positive else 'not in',
                posting.select(posting.closure))]

    @classmethod
    @without_check_access
    def close_till(cls, point, counted, reason=None):
        """Close the till and return its closure, once

        counted: how many there are of each coin and note.
        reason: of a difference with what is expected.
        """
        with Transaction().set_context(company=point.company.id):
            closure = till_closing.Closing(point).close(counted, reason)
        cls.__queue__.post([closure])
        return closure

    @classmethod
    @without_check_access
    def get_reading(cls, point):
        "Return what a closure would say now, nothing is written"
        if point.state == 'closed':
            last = cls.search([
                    ('point', '=', point.id),
                    ], order=[('number', 'DESC')], limit=1)
            if last:
                raise TillReadingError(gettext(
                        'tibillet_base.msg_till_reading_closed',
                        till=point.rec_name, closure=last[0].rec_name))
        with Transaction().set_context(company=point.company.id):
            return till_closing.Closing(point, lock=False).read()

    @classmethod
    @ModelView.button
    def post(cls, closures):
        "Put the sales of closures in the books and out of the stock"
        with without_check_access():
            for closure in sorted(closures, key=lambda c: c.id):
                if not closure.posted:
                    with Transaction().set_context(
                            company=closure.company.id):
                        till_posting.post(cls(closure.id))


class ClosureLine(_ClosureFactMixin, TotalMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.till.closure.line'
    __string__ = "Till Closure Line"

    closure = fields.Many2One(
        'tibillet.till.closure', "Closure", required=True, readonly=True,
        ondelete='RESTRICT')
    company = fields.Function(fields.Many2One(
            'company.company', "Company"), 'on_change_with_company')
    currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"), 'on_change_with_currency')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('closure')

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['closure', 'sequence', *till_closing.LINE])

    @fields.depends('closure', '_parent_closure.company')
    def on_change_with_company(self, name=None):
        return self.closure.company if self.closure else None

    @fields.depends('closure', '_parent_closure.currency')
    def on_change_with_currency(self, name=None):
        return self.closure.currency if self.closure else None


class ClosureCount(_ClosureFactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.till.closure.count'
    __string__ = "Till Closure Count"

    closure = fields.Many2One(
        'tibillet.till.closure', "Closure", required=True, readonly=True,
        ondelete='RESTRICT')
    value = till_amount("Coin or Note")
    quantity = fields.Integer("Quantity", required=True, readonly=True)
    amount = fields.Function(Monetary(
            "Amount", currency='currency', digits='currency'),
        'on_change_with_amount')
    currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"), 'on_change_with_currency')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('closure')
        cls._order = [
            ('closure', 'DESC'), ('value', 'DESC'), ('id', 'ASC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, ['closure', 'value', 'quantity'])

    @fields.depends('value', 'quantity')
    def on_change_with_amount(self, name=None):
        return (self.value or Decimal(0)) * (self.quantity or 0)

    @fields.depends('closure', '_parent_closure.currency')
    def on_change_with_currency(self, name=None):
        return self.closure.currency if self.closure else None


class ClosureSale(_ClosureFactMixin, ModelSQL):
    __name__ = 'tibillet.till.closure-sale.point.sale'
    __string__ = "Till Closure - Sale"

    closure = fields.Many2One(
        'tibillet.till.closure', "Closure", required=True,
        ondelete='RESTRICT')
    sale = fields.Many2One(
        'sale.point.sale', "Sale", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('sale_unique', Unique(table, table.sale),
                'tibillet_base.msg_till_closure_sale_unique'),
            ]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, ['closure', 'sale'])

    @classmethod
    def link(cls, closure, after):
        "Link the closure to its sales"
        table = cls.__table__()
        sale = till_sql.table('sale.point.sale')
        till_sql.cursor().execute(*table.insert(
                [table.closure, table.sale, table.create_uid,
                    table.create_date],
                sale.select(
                    Literal(closure.id), sale.id,
                    Literal(Transaction().user), Literal(closure.closed_at),
                    where=(sale.point == closure.point.id)
                    & (sale.operation > after)
                    & (sale.operation <= closure.last_operation))))


class ClosurePosting(_ClosureFactMixin, ModelSQL):
    __name__ = 'tibillet.till.closure.posting'
    __string__ = "Till Closure Posting"

    closure = fields.Many2One(
        'tibillet.till.closure', "Closure", required=True,
        ondelete='RESTRICT')
    move = fields.Many2One('account.move', "Move", ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('closure_unique', Unique(table, table.closure),
                'tibillet_base.msg_till_closure_posting_unique'),
            ]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, ['closure', 'move'])


class Session(metaclass=PoolMeta):
    __name__ = 'sale.point.cash.session'

    closure = fields.Many2One(
        'tibillet.till.closure', "Closure", readonly=True,
        ondelete='RESTRICT')


class POSSale(metaclass=PoolMeta):
    __name__ = 'sale.point.sale'

    closure = fields.Function(fields.Many2One(
            'tibillet.till.closure', "Closure"),
        'get_closure', searcher='search_closure')

    @classmethod
    def get_closure(cls, sales, name):
        pool = Pool()
        Link = pool.get('tibillet.till.closure-sale.point.sale')
        closures = dict.fromkeys([s.id for s in sales])
        for link in Link.search([('sale', 'in', list(closures))], order=[]):
            closures[link.sale.id] = link.closure.id
        return closures

    @classmethod
    def search_closure(cls, name, clause):
        pool = Pool()
        Link = pool.get('tibillet.till.closure-sale.point.sale')
        link = Link.__table__()
        field, operator, *value = clause
        if not field.partition('.')[2] and value[0] is None:
            linked = link.select(link.sale)
            return [('id', 'not in' if operator == '=' else 'in', linked)]
        return [('id', 'in', [
                    l.sale.id for l in Link.search([
                            (field, operator, *value)])])]


class AccountMove(metaclass=PoolMeta):
    __name__ = 'account.move'

    @classmethod
    def _get_origin(cls):
        return super()._get_origin() + ['tibillet.till.closure']


class StockMove(metaclass=PoolMeta):
    __name__ = 'stock.move'

    @classmethod
    def _get_origin(cls):
        return super()._get_origin() + ['tibillet.till.closure']
