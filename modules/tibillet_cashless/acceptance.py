from trytond.model import Exclude, Index, ModelSQL, ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.sql.functions import DateRange, NumRange
from trytond.sql.operators import RangeOverlap
from trytond.transaction import Transaction

from . import kinds


class MoneyAcceptance(ModelSQL, ModelView):
    __name__ = 'tibillet.money.acceptance'
    __string__ = "Money Acceptance"

    money = fields.Many2One(
        'tibillet.money', "Money", required=True, ondelete='CASCADE')
    party = fields.Many2One(
        'party.party', "Accepted by", required=True, ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends={'company'},
        help="Who takes the money as a payment.")
    company = fields.Function(
        fields.Many2One(
            'company.company', "Company",
            help="The company of the party, if it keeps its books here."))
    from_date = fields.Date("From", required=True)
    to_date = fields.Date(
        "To",
        domain=['OR',
            ('to_date', '=', None),
            ('to_date', '>=', Eval('from_date', None)),
            ],
        help="The last day; empty until further notice.")
    parity = fields.Numeric(
        "Worth of One", digits=(None, 4),
        domain=['OR',
            ('parity', '=', None),
            ('parity', '>', 0),
            ],
        states={
            'invisible': Eval('money_kind').in_(kinds.kinds(valued=True)),
            },
        help="By how much one of it, an hour or a point, reduces a sale here; "
        "empty if it reduces nothing.")
    money_kind = fields.Function(
        fields.Char("Kind of Money"), 'on_change_with_money_kind')
    in_force_now = fields.Function(
        fields.Boolean("In Force"), 'get_in_force_now',
        searcher='search_in_force_now')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('money')
        table = cls.__table__()
        cls._sql_constraints += [
            ('dates_overlap',
                Exclude(
                    table,
                    # Ranges of one, so that PostgreSQL needs no extension.
                    (NumRange(table.money, table.money, '[]'), RangeOverlap),
                    (NumRange(table.party, table.party, '[]'), RangeOverlap),
                    (DateRange(table.from_date, table.to_date, '[]'),
                        RangeOverlap)),
                'tibillet_cashless.msg_acceptance_overlap'),
            ]
        cls._sql_indexes.add(
            Index(
                table,
                (table.party, Index.Equality()),
                (table.money, Index.Equality()),
                (table.from_date, Index.Range())))
        cls._order = [
            ('money', 'ASC'), ('party', 'ASC'), ('from_date', 'DESC'),
            ('id', 'DESC')]

    @classmethod
    def default_from_date(cls):
        pool = Pool()
        Date = pool.get('ir.date')
        return Date.today()

    @fields.depends('money', '_parent_money.kind')
    def on_change_with_money_kind(self, name=None):
        return self.money.kind if self.money else None

    @classmethod
    def column_company(cls, tables):
        pool = Pool()
        Company = pool.get('company.company')
        table, _ = tables[None]
        company = Company.__table__()
        return company.select(
            company.id, where=company.party == table.party)

    @classmethod
    def in_force(cls, date):
        "Return the domain of what is in force on a date"
        return [
            ('from_date', '<=', date),
            ['OR',
                ('to_date', '=', None),
                ('to_date', '>=', date),
                ],
            ]

    @classmethod
    def _date(cls):
        pool = Pool()
        Date = pool.get('ir.date')
        return Transaction().context.get('acceptance_date') or Date.today()

    @classmethod
    def get_in_force_now(cls, acceptances, name):
        date = cls._date()
        return {
            a.id: a.from_date <= date and (
                a.to_date is None or a.to_date >= date)
            for a in acceptances}

    @classmethod
    def search_in_force_now(cls, name, clause):
        _, operator, value = clause
        domain = cls.in_force(cls._date())
        if (operator == '=') == bool(value):
            return domain
        return [('id', 'not in', cls.search(domain, query=True, order=[]))]

    def get_rec_name(self, name):
        return f'{self.money.rec_name} – {self.party.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('money.rec_name', *clause[1:]),
            ('party.rec_name', *clause[1:]),
            ]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('in_force_now', True), '', 'muted')),
            ]
