"""What was paid of what is owed to organisers."""
from decimal import Decimal

from sql import Cast, Literal
from sql.aggregate import Sum
from sql.conditionals import Coalesce
from sql.functions import Round
from sql.operators import Concat, Exists
from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from . import return_post
from .boxoffice_return import amount_field
from .exceptions import OwedAmountError, OwedPartyError

ZERO = Decimal(0)


class BoxOfficeOwed(metaclass=PoolMeta):
    __name__ = 'tibillet.boxoffice.owed'

    payments = fields.One2Many(
        'tibillet.boxoffice.owed.payment', 'owed', "Payments", readonly=True)
    paid = fields.Function(Monetary(
            "Paid", currency='currency', digits='currency',
            help="Payments whose move was cancelled left out."),
        'get_paid')
    to_pay = fields.Function(Monetary(
            "To Pay", currency='currency', digits='currency'),
        'get_paid', searcher='search_to_pay')
    kept = fields.Function(Monetary(
            "Kept", currency='currency', digits='currency',
            help="The service fees and what refunds have kept, which are "
            "not owed to the organiser."),
        'get_kept')

    @classmethod
    def get_paid(cls, dues, names):
        pool = Pool()
        Payment = pool.get('tibillet.boxoffice.owed.payment')
        paid = dict.fromkeys((due.id for due in dues), ZERO)
        for payment in Payment.search([('owed', 'in', list(paid))], order=[]):
            if not payment.cancelled:
                paid[payment.owed.id] += payment.amount
        values = {
            'paid': paid,
            'to_pay': {due.id: due.amount - paid[due.id] for due in dues},
            }
        return {name: values[name] for name in names}

    @classmethod
    def search_to_pay(cls, name, clause):
        pool = Pool()
        Payment = pool.get('tibillet.boxoffice.owed.payment')
        _, operator, value = clause
        Operator = fields.SQL_OPERATORS[operator]
        table, payment = cls.__table__(), Payment.__table__()
        paid = payment.select(
            payment.owed, Sum(payment.amount).as_('amount'),
            where=~Payment.is_cancelled(payment), group_by=[payment.owed])
        # SQLite sums floats.
        left = Round(table.amount - Coalesce(paid.amount, 0), 6)
        return [('id', 'in', table
                .join(paid, 'LEFT', condition=paid.owed == table.id)
                .select(table.id, where=Operator(
                        cls.amount._domain_column(operator, left),
                        cls.amount._domain_value(operator, value))))]

    def get_kept(self, name):
        made = self.boxoffice_return
        if self.party == made.organiser.party:
            return made.received - made.owed

    @classmethod
    @without_check_access
    def pay(cls, dues, date, journal, account):
        """Post that what is left to pay of each was paid, in one move

        account: the money came from.
        """
        pool = Pool()
        Payment = pool.get('tibillet.boxoffice.owed.payment')
        Move = pool.get('account.move')
        tools.write_alone()
        amounts = {due: due.to_pay for due in dues if due.to_pay}
        cls.check_pay(amounts)
        company = dues[0].company
        with Transaction().set_context(company=company.id):
            move = cls._get_move(amounts, company, date, journal, account)
            Move.save([move])
            # First, so that a second one at the same time is refused.
            Payment.create([{
                        'owed': due.id,
                        'rank': len(due.payments) + 1,
                        'move': move.id,
                        'date': date,
                        'amount': amount,
                        } for due, amount in amounts.items()])
            Move.post([move])
        return move

    @classmethod
    def _get_move(cls, amounts, company, date, journal, account):
        pool = Pool()
        Move = pool.get('account.move')
        Period = pool.get('account.period')
        party = next(iter(amounts)).party
        return Move(
            company=company,
            journal=journal,
            period=Period.find(company, date=date),
            date=date,
            origin=next(iter(amounts)),
            description=gettext(
                'tibillet_event.msg_boxoffice_owed_move',
                party=party.rec_name),
            lines=[
                *(return_post.get_line(
                        due.account, -amount, due.rec_name, party)
                    for due, amount in amounts.items()),
                return_post.get_line(
                    account, sum(amounts.values()), party=party),
                ])

    @classmethod
    def check_pay(cls, amounts):
        "Refuse to pay several, or nothing"
        if (len({due.party for due in amounts}) > 1
                or len({due.company for due in amounts}) > 1):
            raise OwedPartyError(
                gettext('tibillet_event.msg_boxoffice_owed_party'))
        if sum(amounts.values(), ZERO) <= 0:
            raise OwedAmountError(
                gettext('tibillet_event.msg_boxoffice_owed_nothing'))


class BoxOfficeOwedPayment(FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.boxoffice.owed.payment'
    __string__ = "Box Office Owed Payment"
    _fact_message = 'tibillet_event.msg_boxoffice_owed_payment_fact'

    owed = fields.Many2One(
        'tibillet.boxoffice.owed', "Owed", required=True, readonly=True,
        ondelete='RESTRICT')
    company = fields.Function(
        fields.Many2One('company.company', "Company"),
        'on_change_with_company', searcher='search_company')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    rank = fields.Integer("Rank", required=True, readonly=True)
    date = fields.Date("Date", required=True, readonly=True)
    amount = amount_field("Amount")
    move = fields.Many2One(
        'account.move', "Move", required=True, readonly=True,
        ondelete='RESTRICT')
    cancelled = fields.Function(fields.Boolean(
            "Cancelled", help="Whether its move was cancelled."),
        'get_cancelled')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('owed')
        table = cls.__table__()
        cls._sql_constraints += [
            ('rank_unique', Unique(table, table.owed, table.rank),
                'tibillet_event.msg_boxoffice_owed_payment_rank_unique'),
            ]
        cls._order = [('date', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['owed', 'rank', 'date', 'amount', 'move'])

    @fields.depends('owed', '_parent_owed.company')
    def on_change_with_company(self, name=None):
        return self.owed.company if self.owed else None

    @classmethod
    def search_company(cls, name, clause):
        return [('owed.' + clause[0], *clause[1:])]

    @fields.depends('owed', '_parent_owed.currency')
    def on_change_with_currency(self, name=None):
        return self.owed.currency if self.owed else None

    def get_rec_name(self, name):
        return f'{self.owed.rec_name} – {self.rank}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('owed.rec_name', *clause[1:])]

    @classmethod
    def is_cancelled(cls, payment):
        "Return the SQL that tells whether the move of a payment was cancelled"
        pool = Pool()
        Move = pool.get('account.move')
        move = Move.__table__()
        return Exists(move.select(
                Literal(1),
                where=(move.state == 'posted')
                & (move.origin == Concat(
                        'account.move,', Cast(payment.move, 'VARCHAR')))))

    @classmethod
    def get_cancelled(cls, payments, name):
        table = cls.__table__()
        statement = tools.cursor()
        found = dict.fromkeys((p.id for p in payments), False)
        statement.execute(*table.select(
                table.id,
                where=fields.SQL_OPERATORS['in'](table.id, list(found))
                & cls.is_cancelled(table)))
        found.update((id_, True) for id_, in statement)
        return found


class PayStart(ModelView):
    __name__ = 'tibillet.boxoffice.owed.pay.start'
    __string__ = "Box Office Owed Pay Start"

    company = fields.Many2One('company.company', "Company", readonly=True)
    currency = fields.Many2One('currency.currency', "Currency", readonly=True)
    party = fields.Many2One(
        'party.party', "Paid to", readonly=True,
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    amount = Monetary(
        "Amount", currency='currency', digits='currency', readonly=True)
    date = fields.Date("Date", required=True)
    journal = fields.Many2One(
        'account.journal', "Journal", required=True,
        domain=[
            ('type', 'in', ['cash', 'general']),
            ],
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    account = fields.Many2One(
        'account.account', "Paid from", required=True,
        domain=[
            ('company', '=', Eval('company', -1)),
            ('type', '!=', None),
            ('closed', '!=', True),
            ],
        help="The account of the bank, such as 512.")


class Pay(Wizard):
    __name__ = 'tibillet.boxoffice.owed.pay'

    start = StateView(
        'tibillet.boxoffice.owed.pay.start',
        'tibillet_event.boxoffice_owed_pay_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Register", 'pay', 'tryton-ok', default=True),
            ])
    pay = StateTransition()

    def default_start(self, fields):
        pool = Pool()
        Journal = pool.get('account.journal')
        Owed = pool.get('tibillet.boxoffice.owed')
        amounts = {due: due.to_pay for due in self.records if due.to_pay}
        Owed.check_pay(amounts)
        company = self.records[0].company
        journals = Journal.search([('type', '=', 'cash')], limit=1)
        return {
            'company': company.id,
            'currency': company.currency.id,
            'party': self.records[0].party.id,
            'amount': sum(amounts.values()),
            'date': tools.today(company),
            'journal': journals[0].id if journals else None,
            }

    def transition_pay(self):
        pool = Pool()
        Owed = pool.get('tibillet.boxoffice.owed')
        Owed.pay(
            self.records, self.start.date, self.start.journal,
            self.start.account)
        return 'end'
