from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.pool import Pool
from trytond.pyson import Eval, If
from trytond.transaction import Transaction, without_check_access

from . import kinds
from .exceptions import MoneyAccountCurrencyError, MoneyAccountIssuerError
from .wallet_exceptions import PostingAccountError


class MoneyAccount(ModelSQL, ModelView):
    __name__ = 'tibillet.money.account'
    __string__ = "Money Account"

    money = fields.Many2One(
        'tibillet.money', "Money", required=True, ondelete='CASCADE',
        domain=[
            ('kind', 'in', kinds.kinds(valued=True)),
            ])
    company = fields.Many2One(
        'company.company', "Company", required=True, ondelete='CASCADE')
    account = fields.Many2One(
        'account.account', "Account", required=True, ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ('type.statement', '=', 'balance'),
            ('closed', '!=', True),
            # Most holders are not known.
            ('party_required', '=', False),
            ],
        help="Where the issuer books what it owes to the holders, and another "
        "company what it owes to the issuer.\n"
        "For gifts, what they will cost.")
    due_account = fields.Many2One(
        'account.account', "Owed to Members", ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ('type.statement', '=', 'balance'),
            ('closed', '!=', True),
            ],
        help="Where the issuer books what it owes to who took the money from "
        "holders, less what they have loaded.")
    counter_account = fields.Many2One(
        'account.account', "Outside Tills", ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ('type.statement', 'in', ['balance', 'income']),
            ('closed', '!=', True),
            ('party_required', '=', False),
            ],
        help="What has paid where no till has recorded it, to be explained "
        "by the bank.\n"
        "For gifts, their cost.")
    melt_account = fields.Many2One(
        'account.account', "Melted", ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ('type.statement', '=', 'income'),
            ('closed', '!=', True),
            ('party_required', '=', False),
            ],
        help="The income of the issuer when a money melts, such as 7588.")
    fee_account = fields.Many2One(
        'account.account', "Payment Fees", ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ('type.statement', '=', 'income'),
            ('closed', '!=', True),
            ('party_required', '=', False),
            ],
        help="What payments by bank card cost, such as 6278: an account of "
        "its own, for the forecast of melting is shown beside it.")
    debt_account = fields.Many2One(
        'account.account', "Owed by Holders", ondelete='RESTRICT',
        domain=[
            ('company', '=', Eval('company', -1)),
            ('type.statement', '=', 'balance'),
            ('closed', '!=', True),
            # Most holders are not known.
            ('party_required', '=', False),
            ],
        help="What the bank has taken back of what was loaded and is spent "
        "already, such as 416.")
    journal = fields.Many2One(
        'account.journal', "Journal", ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends=['company'],
        help="In which operations that no till posts are put in the books.")
    refused_from = fields.Date(
        "Not Posted From", readonly=True,
        states={
            'invisible': ~Eval('refused_from'),
            },
        help="The first day whose operations the books refused the last time "
        "that they were posted.")
    refusal = fields.Text(
        "Because", readonly=True,
        states={
            'invisible': ~Eval('refused_from'),
            })

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('money_company_unique',
                Unique(table, table.money, table.company),
                'tibillet_cashless.msg_money_account_unique'),
            ]

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_journal(cls):
        pool = Pool()
        Journal = pool.get('account.journal')
        journals = Journal.search([('type', '=', 'general')], limit=1)
        return journals[0].id if journals else None

    @classmethod
    def validate_fields(cls, accounts, field_names):
        super().validate_fields(accounts, field_names)
        if field_names & {'money', 'company'}:
            for account in accounts:
                if account.money.currency != account.company.currency:
                    raise MoneyAccountCurrencyError(gettext(
                            'tibillet_cashless.msg_money_account_currency',
                            account=account.rec_name))
                if not account.is_owed:
                    raise MoneyAccountIssuerError(gettext(
                            'tibillet_cashless.msg_money_account_issuer',
                            money=account.money.rec_name,
                            issuer=account.money.issuer.rec_name,
                            company=account.company.rec_name))

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(Eval('refused_from'), 'danger', '')),
            ]

    @property
    def is_owed(self):
        "Whether somebody owes the company something for the money, or it does"
        return (
            self.money.kind in kinds.kinds(owed=True)
            or self.money.issuer == self.company.party)

    def get_needed(self, name):
        "Return what is needed to post, refuse to do without it"
        if not (value := getattr(self, name)):
            raise PostingAccountError(gettext(
                    'tibillet_cashless.msg_wallet_posting_account',
                    **self.__names__(name),
                    money=self.money.rec_name,
                    company=self.company.rec_name))
        return value

    @classmethod
    @without_check_access
    def note_refused(cls, accounts, refused):
        """Keep what the books refused, forget what they no longer do

        refused: (money, date, sentence), by date.
        """
        first = {}
        for money, date, sentence in refused:
            first.setdefault(money, (date, sentence))
        changed = []
        for account in accounts:
            found = first.get(account.money, (None, None))
            if (account.refused_from, account.refusal) != found:
                account.refused_from, account.refusal = found
                changed.append(account)
        cls.save(changed)

    def get_rec_name(self, name):
        return f'{self.money.rec_name} ({self.company.rec_name})'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('money.rec_name', *clause[1:])]
