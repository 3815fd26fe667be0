"""What is brought to the bank: bags of cash, or cheques, on a numbered slip.

A slip is a fact. What it holds is free again once the opposite slip is made,
so that each line of a bag or of a cheque takes a turn: the first slip, its
opposite, the second slip.
"""
from collections import defaultdict
from decimal import Decimal

from sql import Null
from sql.aggregate import Max

from trytond.i18n import gettext
from trytond.model import Check, ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from . import reach, till_finish, till_remitted, till_sql, tools
from .append_only import refuse_changes
from .exceptions import TillConfigurationError, TillRemittanceError
from .fact import FactMixin
from .of_company import OfCompanyMixin
from .till_remitted import ZERO
from .whole_report import WholeReport

KINDS = [
    ('cash', "Cash"),
    ('cheque', "Cheques"),
    ]
FACT = [
    'company', 'number', 'kind', 'date', 'account', 'made_by', 'undoes',
    'reason']


class TillRemittance(OfCompanyMixin, FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.till.remittance'
    __string__ = "Deposit Slip"
    _fact_message = 'tibillet_base.msg_till_remittance_fact'

    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True)
    number = fields.Integer(
        "Number", required=True, readonly=True,
        help="Within the company, without holes.")
    kind = fields.Selection(
        KINDS, "What", required=True, readonly=True, sort=False)
    date = fields.Date(
        "Date", required=True, readonly=True,
        help="The day on which it leaves for the bank.")
    account = fields.Many2One(
        'account.account', "Bank", required=True, readonly=True,
        ondelete='RESTRICT', context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    made_by = fields.Char("Made By", readonly=True, strip=False)
    lines = fields.One2Many(
        'tibillet.till.remittance.line', 'remittance', "Content",
        readonly=True)
    undoes = fields.Many2One(
        'tibillet.till.remittance', "Undoes", readonly=True,
        ondelete='RESTRICT', states={
            'invisible': ~Eval('undoes'),
            })
    reason = fields.Char(
        "Reason", readonly=True, states={
            'invisible': ~Eval('undoes'),
            })
    amount = fields.Function(Monetary(
            "Amount", currency='currency', digits='currency',
            help="The sum of the content."),
        'get_amount')
    state = fields.Function(fields.Selection([
                ('brought', "On its Way"),
                ('banked', "At the Bank"),
                ('undone', "Undone"),
                ('opposite', "Opposite"),
                ], "State", sort=False),
        'get_state', searcher='search_state')
    banked_on = fields.Function(fields.Date("At the Bank On"), 'get_posting')
    move = fields.Function(fields.Many2One(
            'account.move', "Move",
            states={
                'invisible': ~Eval('move'),
                }),
        'get_posting')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique', Unique(table, table.company, table.number),
                'tibillet_base.msg_till_remittance_unique'),
            ('undoes_unique', Unique(table, table.undoes),
                'tibillet_base.msg_till_remittance_undone'),
            ]
        cls._order = [('date', 'DESC'), ('number', 'DESC'), ('id', 'DESC')]
        for name, icon in [('bank', 'tryton-ok'), ('undo', 'tryton-undo')]:
            cls._buttons[f'{name}_wizard'] = {
                'invisible': ~Eval('state').in_(
                    ['brought'] if name == 'bank' else ['brought', 'banked']),
                'icon': icon,
                'depends': ['state'],
                }

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, FACT)

    def get_rec_name(self, name):
        return gettext(
            'tibillet_base.msg_till_remittance_name', number=self.number)

    @classmethod
    def search_rec_name(cls, name, clause):
        _, operator, value = clause
        digits = ''.join(c for c in str(value or '') if c.isdigit())
        return [('number', '=', int(digits or -1))]

    @classmethod
    def get_amount(cls, remittances, name):
        pool = Pool()
        Line = pool.get('tibillet.till.remittance.line')
        amounts = dict.fromkeys([r.id for r in remittances], ZERO)
        for sub_remittances in tools.sliced(remittances):
            for line in Line.search([
                        ('remittance', 'in',
                            [r.id for r in sub_remittances]),
                        ], order=[]):
                amounts[line.remittance.id] += line.amount
        return amounts

    @classmethod
    def get_state(cls, remittances, name):
        banked = cls.get_posting(remittances, ['move'])['move']
        undone = set()
        for sub_remittances in tools.sliced(remittances):
            undone.update(r.undoes.id for r in cls.search([
                        ('undoes', 'in', [r.id for r in sub_remittances]),
                        ], order=[]))
        return {
            r.id: 'opposite' if r.undoes else (
                'undone' if r.id in undone else (
                    'banked' if banked[r.id] else 'brought'))
            for r in remittances}

    @classmethod
    def search_state(cls, name, clause):
        pool = Pool()
        Posting = pool.get('tibillet.till.remittance.posting')
        _, operator, value = clause
        asked = value if isinstance(value, (list, tuple, set)) else [value]
        undone = [('id', 'in', cls._select_undone())]
        not_undone = [
            ('undoes', '=', None), ('id', 'not in', cls._select_undone())]
        posting = Posting.__table__()
        posted = posting.select(posting.remittance)
        domains = {
            'brought': [*not_undone, ('id', 'not in', posted)],
            'banked': [*not_undone, ('id', 'in', posted)],
            'undone': undone,
            'opposite': [('undoes', '!=', None)],
            }
        negative = operator.startswith(('!', 'not '))
        wanted = [
            domain for state, domain in domains.items()
            if (state in asked) != negative]
        return ['OR', *wanted] if wanted else [('id', '=', None)]

    @classmethod
    def _select_undone(cls):
        table = cls.__table__()
        return table.select(table.undoes, where=table.undoes != Null)

    @classmethod
    def get_posting(cls, remittances, names):
        pool = Pool()
        Posting = pool.get('tibillet.till.remittance.posting')
        values = {
            name: dict.fromkeys([r.id for r in remittances])
            for name in ['move', 'banked_on']}
        for sub_remittances in tools.sliced(remittances):
            for posting in Posting.search([
                        ('remittance', 'in',
                            [r.id for r in sub_remittances]),
                        ], order=[]):
                values['move'][posting.remittance.id] = posting.move.id
                values['banked_on'][posting.remittance.id] = posting.date
        return {name: values[name] for name in names}

    @classmethod
    @without_check_access
    def make(cls, company, kind, date, account, ids):
        """Put bags of cash or cheques on a new slip and return it

        kind: cash or cheque; ids: of the movements of cash, or of the
            payments.
        account: where the bank is in the books.
        """
        cls._take_turn(company)
        waiting = {w.id: w for w in till_remitted.waiting(company, kind)}
        chosen = list(dict.fromkeys(ids))
        if not chosen:
            raise TillRemittanceError(gettext(
                    'tibillet_base.msg_till_remittance_empty'))
        if set(chosen) - waiting.keys():
            raise TillRemittanceError(gettext(
                    'tibillet_base.msg_till_remittance_taken'))
        content = [waiting[id_] for id_ in chosen]
        amount = sum((w.amount for w in content), ZERO)
        if amount <= 0:
            raise TillRemittanceError(gettext(
                    'tibillet_base.msg_till_remittance_amount',
                    amount=till_finish.say(amount, company.id)))
        cls._check_date(company, date, max(w.date for w in content))
        if (not account or account.company != company or account.closed
                or not account.type):
            raise TillRemittanceError(gettext(
                    'tibillet_base.msg_till_remittance_account'))
        return cls._add(company, kind, date, account, content)

    @classmethod
    def _take_turn(cls, company):
        "Number the slips of a company, and free what they hold, one by one"
        pool = Pool()
        Company = pool.get('company.company')
        if Transaction().user:
            reach.check_companies({'company.company': {company.id}})
        tools.write_alone()
        tools.take_turn(Company, [company.id], 'party')

    @classmethod
    def _check_date(cls, company, date, earliest):
        if not date or not earliest <= date <= tools.today(company):
            Lang = Pool().get('ir.lang')
            raise TillRemittanceError(gettext(
                    'tibillet_base.msg_till_remittance_date',
                    date=Lang.get().strftime(earliest)))

    @classmethod
    def _add(cls, company, kind, date, account, content, **values):
        "Save a new slip of till_remitted.Waiting"
        table = cls.__table__()
        cursor = till_sql.cursor()
        cursor.execute(*table.select(
                Max(table.number), where=table.company == company.id))
        last, = cursor.fetchone()
        remittance, = cls.create([{
                    'company': company.id,
                    'number': (last or 0) + 1,
                    'kind': kind,
                    'date': date,
                    'account': account.id,
                    'made_by': tools.who(),
                    **values,
                    'lines': [('create', [{
                                    till_remitted.FIELDS[kind]: w.id,
                                    'turn': w.turn,
                                    'amount': w.amount,
                                    } for w in content])],
                    }])
        return remittance

    @classmethod
    @ModelView.button_action('tibillet_base.wizard_till_remittance_bank')
    def bank_wizard(cls, remittances):
        pass

    @classmethod
    @ModelView.button_action('tibillet_base.wizard_till_remittance_undo')
    def undo_wizard(cls, remittances):
        pass

    @without_check_access
    def bank(self, date):
        "Put in the books that the bank has it since a date"
        self._take_turn(self.company)
        tools.forget(self.__class__, [self.id])
        slip = self.__class__(self.id)
        if slip.state != 'brought':
            raise TillRemittanceError(gettext(
                    'tibillet_base.msg_till_remittance_state',
                    remittance=slip.rec_name))
        slip._check_date(slip.company, date, slip.date)
        slip._post(date)

    @without_check_access
    def undo(self, date, reason):
        "Make the opposite slip and return it: what is on both is free again"
        self._take_turn(self.company)
        tools.forget(self.__class__, [self.id])
        slip = self.__class__(self.id)
        reason = (reason or '').strip()
        if slip.state not in {'brought', 'banked'}:
            raise TillRemittanceError(gettext(
                    'tibillet_base.msg_till_remittance_state',
                    remittance=slip.rec_name))
        if not reason:
            raise TillRemittanceError(gettext(
                    'tibillet_base.msg_till_remittance_reason',
                    remittance=slip.rec_name))
        slip._check_date(slip.company, date, slip.banked_on or slip.date)
        opposite = slip._add(
            slip.company, slip.kind, date, slip.account,
            [line.get_opposite() for line in slip.lines],
            undoes=slip.id, reason=reason)
        if slip.move:
            opposite._post(date)
        tools.forget(self.__class__, [self.id])
        return opposite

    def _post(self, date):
        pool = Pool()
        Move = pool.get('account.move')
        Posting = pool.get('tibillet.till.remittance.posting')
        with Transaction().set_context(company=self.company.id):
            move = self._get_move(date)
            move.save()
            Posting.create([{
                        'remittance': self.id,
                        'date': date,
                        'move': move.id,
                        }])
            Move.post([move])

    def _get_move(self, date):
        "Return the move from where it waited to the bank"
        pool = Pool()
        Configuration = pool.get('tibillet.till.configuration')
        Move = pool.get('account.move')
        Period = pool.get('account.period')
        journal = Configuration(1).get_multivalue(
            'remittance_journal', company=self.company.id)
        if not journal:
            raise TillConfigurationError(gettext(
                    'tibillet_base.msg_till_remittance_journal'))
        amounts = defaultdict(Decimal)
        for line in self.lines:
            amounts[line.account] += line.amount
        return Move(
            company=self.company,
            journal=journal,
            period=Period.find(self.company, date=date),
            date=date,
            origin=self,
            description=self.rec_name,
            lines=[
                self._get_move_line(self.account, self.amount),
                *(
                    self._get_move_line(account, -amount)
                    for account, amount in amounts.items() if amount)])

    @classmethod
    def _get_move_line(cls, account, amount):
        pool = Pool()
        Line = pool.get('account.move.line')
        return Line(
            account=account, debit=max(amount, ZERO),
            credit=max(-amount, ZERO))


class TillRemittanceLine(FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.till.remittance.line'
    __string__ = "Deposit Slip Line"
    _fact_message = 'tibillet_base.msg_till_remittance_fact'

    remittance = fields.Many2One(
        'tibillet.till.remittance', "Deposit Slip", required=True,
        readonly=True, ondelete='RESTRICT')
    transfer = fields.Many2One(
        'sale.point.cash.transfer', "Bag of Cash", readonly=True,
        ondelete='RESTRICT')
    payment = fields.Many2One(
        'sale.point.payment', "Cheque", readonly=True, ondelete='RESTRICT')
    turn = fields.Integer(
        "Turn", required=True, readonly=True,
        help="Even on a slip, odd on the opposite one.")
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        readonly=True)
    date = fields.Function(fields.Date("Date"), 'on_change_with_date')
    label = fields.Function(fields.Char("What"), 'get_label')
    point = fields.Function(
        fields.Many2One('sale.point', "Till"), 'on_change_with_point')
    company = fields.Function(
        fields.Many2One('company.company', "Company"),
        'on_change_with_company', searcher='search_company')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls.__access__.add('remittance')
        cls._order = [('remittance', 'DESC'), ('id', 'ASC')]
        cls._sql_constraints += [
            ('transfer_unique', Unique(table, table.transfer, table.turn),
                'tibillet_base.msg_till_remittance_taken'),
            ('payment_unique', Unique(table, table.payment, table.turn),
                'tibillet_base.msg_till_remittance_taken'),
            ('one_of_them', Check(
                    table,
                    ((table.transfer == Null) & (table.payment != Null))
                    | ((table.transfer != Null) & (table.payment == Null))),
                'tibillet_base.msg_till_remittance_empty'),
            ]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table,
            ['remittance', 'transfer', 'payment', 'turn', 'amount'])

    @property
    def account(self):
        "Where it waits in the books"
        if self.transfer:
            return self.transfer.type.account
        return self.payment.method.account

    def get_opposite(self):
        return till_remitted.Waiting(
            (self.transfer or self.payment).id, self.date, self.label,
            -self.amount, self.turn + 1)

    @fields.depends('transfer', 'payment')
    def on_change_with_date(self, name=None):
        if self.transfer:
            return self.transfer.date
        return self.payment.sale.date if self.payment else None

    @fields.depends('transfer', 'payment')
    def on_change_with_point(self, name=None):
        if self.transfer:
            return self.transfer.point
        return self.payment.sale.point if self.payment else None

    def get_label(self, name):
        return (self.transfer or self.payment.sale).rec_name

    def get_rec_name(self, name):
        return self.label

    @fields.depends('remittance', '_parent_remittance.company')
    def on_change_with_company(self, name=None):
        return self.remittance.company if self.remittance else None

    @classmethod
    def search_company(cls, name, clause):
        return [('remittance.company', *clause[1:])]

    @fields.depends('remittance', '_parent_remittance.currency')
    def on_change_with_currency(self, name=None):
        return self.remittance.currency if self.remittance else None


class TillRemittancePosting(FactMixin, ModelSQL):
    __name__ = 'tibillet.till.remittance.posting'
    __string__ = "Deposit Slip Posting"
    _fact_message = 'tibillet_base.msg_till_remittance_fact'

    remittance = fields.Many2One(
        'tibillet.till.remittance', "Deposit Slip", required=True,
        ondelete='RESTRICT')
    date = fields.Date("Date", required=True)
    move = fields.Many2One(
        'account.move', "Move", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('remittance_unique', Unique(table, table.remittance),
                'tibillet_base.msg_till_remittance_state_unique'),
            ]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, ['remittance', 'date', 'move'])


class AccountMove(metaclass=PoolMeta):
    __name__ = 'account.move'

    @classmethod
    def _get_origin(cls):
        return super()._get_origin() + ['tibillet.till.remittance']


class RemittanceReport(WholeReport):
    __name__ = 'tibillet.till.remittance'
