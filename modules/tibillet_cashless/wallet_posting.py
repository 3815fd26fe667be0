"""Put the operations of wallets in the books of each company, once."""
import datetime as dt
import logging
from decimal import Decimal

from sql.aggregate import Count
from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.tools import cursor, each_company, take_turn, undone

from trytond.exceptions import UserError
from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateAction, StateView, Wizard

from . import wallet_entries, wallet_posting_sql
from .units import from_units
from .wallet_exceptions import PostingDateError, PostingNothingError
from .wallet_fact import WalletFactMixin

logger = logging.getLogger(__name__)
ZERO = Decimal(0)


class WalletPosting(WalletFactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.wallet.posting'
    __string__ = "Wallet Posting"

    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True,
        ondelete='RESTRICT',
        help="In whose books it is.")
    money = fields.Many2One(
        'tibillet.money', "Money", readonly=True, ondelete='RESTRICT',
        help="Empty for the closure of a till, which posts all moneys.")
    date = fields.Date(
        "Date", required=True, readonly=True,
        help="On which the operations were made.")
    move = fields.Many2One(
        'account.move', "Move", readonly=True, ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ])
    links = fields.One2Many(
        'tibillet.wallet.posting.link', 'posting', "Operations",
        readonly=True)
    operations = fields.Function(
        fields.Integer("Operations"), 'get_operations')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(Index(
                table,
                (table.company, Index.Equality()),
                (table.date, Index.Range())))
        cls._order = [('date', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, ['company', 'money', 'date', 'move'])

    def get_rec_name(self, name):
        pool = Pool()
        Lang = pool.get('ir.lang')
        return gettext(
            'tibillet_cashless.msg_wallet_posting_name',
            money=self.money.rec_name if self.money else '',
            date=Lang.get().strftime(self.date)).strip()

    @classmethod
    def get_operations(cls, postings, name):
        pool = Pool()
        Link = pool.get('tibillet.wallet.posting.link')
        link = Link.__table__()
        counts = dict.fromkeys([p.id for p in postings], 0)
        statement = cursor()
        statement.execute(*link.select(
                link.posting, Count(link.operation, distinct=True),
                where=fields.SQL_OPERATORS['in'](link.posting, list(counts)),
                group_by=link.posting))
        return {**counts, **dict(statement.fetchall())}

    @classmethod
    def get_till(cls, operation):
        "Return the SQL of the till that has recorded it, None without tills"

    @classmethod
    def adopt(cls, company):
        "Link what the tills of a company have put in its books"

    @classmethod
    @without_check_access
    def post(cls, company, until, refused=None):
        """Post the operations that are not in the books of a company

        until: the last day.
        refused: collects (money, date, sentence) of what is not posted,
            instead of raising.
        """
        pool = Pool()
        Account = pool.get('tibillet.money.account')
        Move = pool.get('account.move')
        if until > tools.today(company):
            raise PostingDateError(
                gettext('tibillet_cashless.msg_wallet_posting_future'))
        tools.write_alone()
        accounts = Account.search([('company', '=', company.id)])
        # One at a time: the second must see what the first has posted.
        take_turn(Account, [a.id for a in accounts], 'account')
        cls.adopt(company)
        postings = []
        for account in accounts:
            scope = wallet_posting_sql.scope(account)
            for date in wallet_posting_sql.dates(scope, until):
                try:
                    with undone():
                        postings.append(cls._post(account, scope, date))
                except UserError as error:
                    if refused is None:
                        raise
                    refused.append((account.money, date, error.message))
        Move.post([p.move for p in postings])
        Account.note_refused(accounts, refused or [])
        return postings

    @classmethod
    def _post(cls, account, scope, date):
        pool = Pool()
        Move = pool.get('account.move')
        Period = pool.get('account.period')
        move = Move(
            company=account.company,
            journal=account.get_needed('journal'),
            period=Period.find(account.company, date=date),
            date=date,
            description=account.money.rec_name)
        move.save()
        posting, = cls.create([{
                    'company': scope.company,
                    'money': scope.money,
                    'date': date,
                    'move': move.id,
                    }])
        wallet_posting_sql.link(scope, posting.id, date)
        move.origin = posting
        move.lines = cls._get_lines(
            account, wallet_entries.entries(
                wallet_posting_sql.groups(posting.id), scope.owed,
                scope.issuer == scope.party, scope.party))
        move.save()
        return posting

    @classmethod
    def _get_lines(cls, account, entries):
        pool = Pool()
        Line = pool.get('account.move.line')
        Operation = pool.get('tibillet.wallet.operation')
        Party = pool.get('party.party')
        parties = {
            p.id: p for p in Party.browse({e.party for e in entries})}
        kinds = dict(Operation.kind.get_selection(
                Operation, 'kind', Operation()))
        names = {
            'holders': 'account', 'due': 'due_account',
            'counter': 'counter_account', 'melted': 'melt_account',
            'fees': 'fee_account', 'debt': 'debt_account'}
        lines = []
        for entry in entries:
            of = account.get_needed(names[entry.account])
            amount = from_units(entry.units, account.money.scale)
            party = parties[entry.party]
            lines.append(Line(
                    account=of,
                    party=party if of.party_required else None,
                    description=f'{kinds[entry.kind]} – {party.rec_name}',
                    debit=max(-amount, ZERO),
                    credit=max(amount, ZERO)))
        return lines

    @classmethod
    def post_night(cls):
        """Post what was done until yesterday, in each company

        What is refused is noted on the accounts of the money, and undoes
        nothing of the others.
        """
        pool = Pool()
        Account = pool.get('tibillet.money.account')
        for company in each_company():
            until = tools.today(company) - dt.timedelta(days=1)
            refused = []
            try:
                with undone():
                    cls.post(company, until, refused)
            except UserError as error:
                accounts = Account.search([('company', '=', company.id)])
                refused = [(a.money, until, error.message) for a in accounts]
                Account.note_refused(accounts, refused)
            for money, date, sentence in refused:
                logger.warning(
                    "%s, %s, %s: %s", company.rec_name, money.rec_name,
                    date, sentence)


class WalletPostingLink(WalletFactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.wallet.posting.link'
    __string__ = "Wallet Posting Link"

    posting = fields.Many2One(
        'tibillet.wallet.posting', "Posting", required=True, readonly=True,
        ondelete='RESTRICT')
    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True,
        ondelete='RESTRICT')
    operation = fields.Many2One(
        'tibillet.wallet.operation', "Operation", required=True,
        readonly=True, ondelete='RESTRICT')
    money = fields.Many2One(
        'tibillet.money', "Money", required=True, readonly=True,
        ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('posting')
        table = cls.__table__()
        cls._sql_constraints += [
            ('operation_unique',
                Unique(table, table.operation, table.money, table.company),
                'tibillet_cashless.msg_wallet_posting_unique'),
            ]
        cls._sql_indexes.add(
            Index(table, (table.posting, Index.Equality())))

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['posting', 'company', 'operation', 'money'])


class WalletOperation(metaclass=PoolMeta):
    __name__ = 'tibillet.wallet.operation'

    posting_links = fields.One2Many(
        'tibillet.wallet.posting.link', 'operation', "In the Books",
        readonly=True)


class WalletPostStart(ModelView):
    __name__ = 'tibillet.wallet.post.start'
    __string__ = "Wallet Post Start"

    company = fields.Many2One(
        'company.company', "Company", states=tools.SHOWN)
    until = fields.Date("Until", required=True, help="The last day.")
    operations = fields.Integer(
        "Operations to Post", states=tools.SHOWN,
        help="Those of tills wait for their closure.")

    @fields.depends('company', 'until')
    def on_change_until(self):
        pool = Pool()
        Account = pool.get('tibillet.money.account')
        self.operations = None
        if self.company and self.until:
            with without_check_access():
                self.operations = sum(
                    wallet_posting_sql.count(
                        wallet_posting_sql.scope(account), self.until)
                    for account in Account.search([
                            ('company', '=', self.company.id)]))


class WalletPost(Wizard):
    __name__ = 'tibillet.wallet.post'

    start = StateView(
        'tibillet.wallet.post.start',
        'tibillet_cashless.wallet_post_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Post", 'post', 'tryton-ok', default=True),
            ])
    post = StateAction('tibillet_cashless.act_wallet_posting')

    def default_start(self, fields):
        pool = Pool()
        Company = pool.get('company.company')
        Start = pool.get('tibillet.wallet.post.start')
        company = Company(Transaction().context['company'])
        start = Start(
            company=company,
            until=tools.today(company) - dt.timedelta(days=1))
        start.on_change_until()
        return {
            'company': company.id,
            'until': start.until,
            'operations': start.operations,
            }

    def do_post(self, action):
        pool = Pool()
        Posting = pool.get('tibillet.wallet.posting')
        postings = Posting.post(self.start.company, self.start.until)
        if not postings:
            raise PostingNothingError(
                gettext('tibillet_cashless.msg_wallet_posting_nothing'))
        return action, {'res_id': [p.id for p in postings]}


class AccountMove(metaclass=PoolMeta):
    __name__ = 'account.move'

    @classmethod
    def _get_origin(cls):
        return super()._get_origin() + ['tibillet.wallet.posting']
