"""What was paid ahead becomes revenue, month by month."""
from collections import Counter
from decimal import Decimal

from sql import Literal, Null
from sql.aggregate import Count, Sum
from sql.conditionals import Coalesce
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin
from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.tools import cursor, each_company, take_turn, today

from trytond import backend
from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.tools import sqlite_apply_types
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateAction, StateView, Wizard

from tibillet.money import half_up

from . import calendars
from .earned import earned
from .exceptions import (
    EarningAccountError, EarningDateError, EarningNothingError)

ZERO = Decimal(0)


class Period(metaclass=PoolMeta):
    __name__ = 'tibillet.membership.period'

    base = Monetary(
        "Without VAT", currency='currency', digits='currency', readonly=True,
        states={
            'invisible': ~Eval('revenue_account'),
            },
        help="Of the amount, as it is in the books.")
    deferred_account = fields.Many2One(
        'account.account', "Paid in Advance", readonly=True,
        ondelete='RESTRICT',
        states={
            'invisible': ~Eval('deferred_account'),
            },
        help="Where it waits to be earned.")
    revenue_account = fields.Many2One(
        'account.account', "Revenue", readonly=True, ondelete='RESTRICT',
        states={
            'invisible': ~Eval('revenue_account'),
            })
    as_revenue = fields.Boolean(
        "Posted as Revenue", readonly=True,
        states={
            'invisible': ~Eval('deferred_account'),
            },
        help="Check if what is not earned is still to be moved out of the "
        "revenue, by the next earning.")
    not_earned = fields.Function(Monetary(
            "Not Earned Yet", currency='currency', digits='currency',
            states={
                'invisible': ~Eval('deferred_account'),
                },
            help="On the date above the list, else today."),
        'get_not_earned')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._paid_fields |= {
            'base', 'deferred_account', 'revenue_account', 'as_revenue'}
        # Who reads the period may know where it went.
        for name in ['deferred_account', 'revenue_account']:
            getattr(cls, name).context = {'company': Eval('company', -1)}
            getattr(cls, name).depends.add('company')

    @classmethod
    def get_not_earned(cls, periods, name):
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        date = Membership._date()
        amounts = {}
        for period in periods:
            amounts[period.id] = ZERO
            if period.deferred_account and not (
                    period.cancelled_on and period.cancelled_on <= date):
                amounts[period.id] = period.base - earned(
                    period.base, period.start, period.end, date,
                    period.currency.rounding)
        return amounts

    @classmethod
    def get_earned(cls, company, date):
        """Return what is earned of what was paid ahead, by pair of accounts

        Of all periods of the company, at the end of the date; less what was
        revenue before it was earned. One query for what is over, and one
        whose rows are the different dates and prices of what is not.
        """
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        period, membership = cls.__table__(), Membership.__table__()
        quantum = company.currency.rounding
        amounts = Counter()
        query = period.join(
            membership, condition=period.membership == membership.id)
        where = (
            (membership.company == company.id)
            & (period.deferred_account != Null)
            & cls.counts(period, date))
        accounts = [period.deferred_account, period.revenue_account]
        as_revenue = Coalesce(period.as_revenue, Literal(False))
        over = query.select(
            *(a.as_(a.name) for a in accounts), Sum(period.base).as_('base'),
            where=where & (period.end <= date) & ~as_revenue,
            group_by=accounts)
        running = [
            *accounts, period.start, period.end, period.base,
            period.as_revenue]
        now = query.select(
            *running, Count(period.id),
            where=where & (period.end > date)
            & ((period.start <= date) | as_revenue),
            group_by=running)
        if backend.name == 'sqlite':
            sqlite_apply_types(over, [None, None, 'NUMERIC'])
        statement = cursor()
        statement.execute(*over)
        for deferred, revenue, amount in statement:
            amounts[deferred, revenue] += half_up(amount, quantum)
        statement.execute(*now)
        for deferred, revenue, start, end, base, was, count in statement:
            amounts[deferred, revenue] += count * (
                earned(base, start, end, date, quantum)
                - (base if was else ZERO))
        return amounts


class Earning(FactMixin, OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.membership.earning'
    __string__ = "Membership Earning"
    _fact_message = 'tibillet_membership.msg_earning_immutable'

    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True,
        ondelete='RESTRICT')
    date = fields.Date(
        "Until", required=True, readonly=True,
        help="What is earned at the end of this day is revenue.")
    move = fields.Many2One(
        'account.move', "Move", readonly=True, ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ])
    lines = fields.One2Many(
        'tibillet.membership.earning.line', 'earning', "Lines",
        readonly=True)
    amount = fields.Function(Monetary(
            "Earned", currency='currency', digits='currency',
            help="Since the earning before."),
        'get_amount')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('date_unique', Unique(table, table.company, table.date),
                'tibillet_membership.msg_earning_date_unique'),
            ]
        cls._order = [('date', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, ['company', 'date', 'move'])

    @classmethod
    def get_amount(cls, earnings, name):
        return {
            e.id: sum((line.amount for line in e.lines), ZERO)
            for e in earnings}

    def get_rec_name(self, name):
        pool = Pool()
        Lang = pool.get('ir.lang')
        return gettext(
            'tibillet_membership.msg_earning_name',
            date=Lang.get().strftime(self.date))

    @classmethod
    def earn(cls, company, date):
        """Post what is earned at the end of a date and was not before

        Return the earning, None if there is nothing to post.
        """
        pool = Pool()
        Company = pool.get('company.company')
        Move = pool.get('account.move')
        # One at a time: the second must see what the first has posted.
        take_turn(Company, [company.id], 'party')
        cls._check_date(company, date)
        amounts = cls.get_to_post(company, date)
        if not amounts:
            return
        move = cls._get_move(company, date, amounts)
        move.save()
        earning, = cls.create([{
                    'company': company.id,
                    'date': date,
                    'move': move.id,
                    'lines': [('create', [{
                                    'deferred_account': deferred,
                                    'revenue_account': revenue,
                                    'amount': amount,
                                    } for (deferred, revenue), amount
                                in amounts.items()])],
                    }])
        move.origin = earning
        move.description = earning.rec_name
        move.save()
        Move.post([move])
        return earning

    @classmethod
    def get_to_post(cls, company, date):
        "Return what is earned and not posted yet, by pair of accounts"
        pool = Pool()
        Period = pool.get('tibillet.membership.period')
        amounts = Period.get_earned(company, date)
        amounts.subtract(cls._get_posted(company))
        # From an account to itself nothing goes.
        return {
            (deferred, revenue): amount
            for (deferred, revenue), amount in sorted(amounts.items())
            if amount and deferred != revenue}

    @classmethod
    def _check_date(cls, company, date):
        if date > today(company):
            raise EarningDateError(gettext(
                    'tibillet_membership.msg_earning_future'))
        later = cls.search([
                ('company', '=', company.id),
                ('date', '>=', date),
                ], order=[('date', 'DESC')], limit=1)
        for earning in later:
            raise EarningDateError(gettext(
                    'tibillet_membership.msg_earning_date',
                    earning=earning.rec_name))

    @classmethod
    def _get_posted(cls, company):
        "Return what is posted already, by pair of accounts"
        pool = Pool()
        Line = pool.get('tibillet.membership.earning.line')
        line, earning = Line.__table__(), cls.__table__()
        accounts = [line.deferred_account, line.revenue_account]
        query = line.join(
            earning, condition=line.earning == earning.id).select(
            *(a.as_(a.name) for a in accounts), Sum(line.amount).as_('amount'),
            where=earning.company == company.id, group_by=accounts)
        if backend.name == 'sqlite':
            sqlite_apply_types(query, [None, None, 'NUMERIC'])
        statement = cursor()
        statement.execute(*query)
        quantum = company.currency.rounding
        return {
            (deferred, revenue): half_up(amount, quantum)
            for deferred, revenue, amount in statement}

    @classmethod
    def _get_move(cls, company, date, amounts):
        pool = Pool()
        Account = pool.get('account.account')
        Configuration = pool.get('tibillet.membership.configuration')
        Move = pool.get('account.move')
        Period = pool.get('account.period')
        journal = Configuration(1).get_multivalue(
            'earning_journal', company=company.id)
        if not journal:
            raise EarningAccountError(gettext(
                    'tibillet_membership.msg_earning_journal'))
        credits = Counter()
        for (deferred, revenue), amount in amounts.items():
            credits[deferred] -= amount
            credits[revenue] += amount
        return Move(
            company=company,
            journal=journal,
            period=Period.find(company, date=date),
            date=date,
            lines=[
                _get_line(Account(account), amount)
                for account, amount in credits.items() if amount])

    @classmethod
    def earn_last_month(cls):
        "Post what is earned at the end of the last month, if nobody has"
        pool = Pool()
        Period = pool.get('account.period')
        for company in each_company():
            date = calendars.month_ends(today(company), 2)[0]
            if Period.search([
                        ('company', '=', company.id),
                        ('type', '=', 'standard'),
                        ('start_date', '<=', date),
                        ('end_date', '>=', date),
                        ('state', '=', 'open'),
                        ], limit=1) and not cls.search([
                        ('company', '=', company.id),
                        ('date', '>=', date),
                        ], limit=1):
                cls.earn(company, date)


def _get_line(account, amount):
    "Return a line that credits the amount"
    pool = Pool()
    Line = pool.get('account.move.line')
    return Line(
        account=account,
        debit=max(-amount, ZERO),
        credit=max(amount, ZERO))


class EarningLine(FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.membership.earning.line'
    __string__ = "Membership Earning Line"
    _fact_message = 'tibillet_membership.msg_earning_immutable'

    earning = fields.Many2One(
        'tibillet.membership.earning', "Earning", required=True,
        readonly=True, ondelete='RESTRICT')
    company = fields.Function(fields.Many2One(
            'company.company', "Company"),
        'on_change_with_company', searcher='search_company')
    currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"), 'on_change_with_currency')
    deferred_account = fields.Many2One(
        'account.account', "Paid in Advance", required=True, readonly=True,
        ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    revenue_account = fields.Many2One(
        'account.account', "Revenue", required=True, readonly=True,
        ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        readonly=True,
        help="Negative when more was earned before than there is now.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('earning')
        table = cls.__table__()
        cls._sql_indexes.add(Index(table, (table.earning, Index.Equality())))

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'earning', 'deferred_account', 'revenue_account', 'amount'])

    @fields.depends('earning', '_parent_earning.company')
    def on_change_with_company(self, name=None):
        return self.earning.company if self.earning else None

    @classmethod
    def search_company(cls, name, clause):
        return [('earning.' + clause[0], *clause[1:])]

    @fields.depends('earning', '_parent_earning.company')
    def on_change_with_currency(self, name=None):
        if self.earning and self.earning.company:
            return self.earning.company.currency

    def get_fact_names(self):
        return {'record': self.earning.rec_name}


class EarnStart(OfCompanyMixin, ModelView):
    __name__ = 'tibillet.membership.earn.start'
    __string__ = "Membership Earn Start"

    company = fields.Many2One(
        'company.company', "Company", states={'readonly': True})
    date = fields.Date(
        "Until", required=True,
        help="What is earned at the end of this day becomes revenue.")
    amount = fields.Function(Monetary(
            "To Post", currency='currency', digits='currency',
            help="What is earned by then and not posted yet."),
        'on_change_with_amount')

    @fields.depends('company', 'date')
    def on_change_with_amount(self, name=None):
        pool = Pool()
        Earning = pool.get('tibillet.membership.earning')
        if self.company and self.date:
            with without_check_access():
                amounts = Earning.get_to_post(self.company, self.date)
            return sum(amounts.values(), ZERO)


class Earn(Wizard):
    __name__ = 'tibillet.membership.earn'

    start = StateView(
        'tibillet.membership.earn.start',
        'tibillet_membership.membership_earn_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Post", 'earn', 'tryton-ok', default=True),
            ])
    earn = StateAction('tibillet_membership.act_earning')

    def default_start(self, fields):
        pool = Pool()
        Company = pool.get('company.company')
        company = Company(Transaction().context['company'])
        return {
            'company': company.id,
            'date': calendars.month_ends(today(company), 2)[0],
            }

    def do_earn(self, action):
        pool = Pool()
        Earning = pool.get('tibillet.membership.earning')
        with without_check_access():
            earning = Earning.earn(self.start.company, self.start.date)
        if not earning:
            raise EarningNothingError(gettext(
                    'tibillet_membership.msg_earning_nothing'))
        return action, {'res_id': earning.id}


class Cron(metaclass=PoolMeta):
    __name__ = 'ir.cron'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.method.selection.append((
                'tibillet.membership.earning|earn_last_month',
                "Post what Memberships Have Earned"))


class Move(metaclass=PoolMeta):
    __name__ = 'account.move'

    @classmethod
    def _get_origin(cls):
        return super()._get_origin() + ['tibillet.membership.earning']
