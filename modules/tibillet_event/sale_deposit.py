"""The deposit of a group: asked by a day, kept apart, taken off the invoice.

What is paid is owed to the group until it is deducted, given back or kept:
an account such as 4191, VAT included. Each of these is a fact with its move,
or with its sale at a till, whose closure posts it. Its VAT has its own move
(``sale_deposit_vat.py``).
"""
from decimal import Decimal

from tibillet_base import till_writer, tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin
from tibillet_base.till_product import Facts
from tibillet_base.till_writer import Paid, Sold

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import Transaction, without_check_access

from . import place_writer
from .change_making import end_of
from .exceptions import HoldExpiredError, HoldReleasedError
from .return_post import get_line
from .sale_exceptions import (
    DepositAccountError, DepositAmountError, DepositRuleError,
    DepositStateError, DepositUUIDError)

ZERO = Decimal(0)
KINDS = [
    ('received', "Received"),
    ('returned', "Given Back"),
    ('kept', "Kept"),
    ('deducted', "Deducted"),
    ]
OPEN = {'draft', 'quotation', 'cancelled'}
_STATES = {
    'readonly': Eval('state') != 'draft',
    }


def _get_asked(**values):
    return {**_STATES, **values}


class Sale(metaclass=PoolMeta):
    __name__ = 'sale.sale'

    deposit_asked = Monetary(
        "Deposit", currency='currency', digits='currency',
        domain=[
            ['OR',
                ('deposit_asked', '=', None),
                ('deposit_asked', '>', 0),
                ],
            ],
        states=_STATES,
        help="What the group pays to keep its places; leave empty if nothing "
        "is asked.")
    deposit_until = fields.Date(
        "Deposit Until",
        states=_get_asked(required=Bool(Eval('deposit_asked'))),
        help="Without the deposit the places are held until this day "
        "included; with it, until the end of the quotation.")
    deposit_rule = fields.Selection([
            ('back', "Given Back"),
            ('keep', "Kept"),
            ], "If it does not Come", required=True, sort=False,
        states=_get_asked(invisible=~Eval('deposit_asked')),
        help="What becomes of the deposit of a group that does not confirm.")
    deposits = fields.One2Many(
        'tibillet.sale.deposit', 'sale', "Deposits", readonly=True,
        states={
            'invisible': ~Eval('deposits', []),
            })
    deposit_held = fields.Function(Monetary(
            "Deposit Held", currency='currency', digits='currency',
            states={
                'invisible': ~Eval('deposits', []),
                },
            help="Paid, and neither deducted, given back nor kept yet."),
        'get_deposit_held', searcher='search_deposit_held')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons.update({
                'deposit_wizard': {
                    'invisible': (
                        ~Eval('state').in_(sorted(OPEN))
                        | ~(Bool(Eval('deposit_asked'))
                            | Bool(Eval('deposit_held')))),
                    'depends': ['state', 'deposit_asked', 'deposit_held'],
                    },
                })

    @classmethod
    def default_deposit_rule(cls):
        return 'back'

    @classmethod
    def copy(cls, sales, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('deposits')
        default.setdefault('deposit_until')
        default.setdefault('deposit_asked')
        return super().copy(sales, default=default)

    @classmethod
    @without_check_access
    def get_deposit_held(cls, sales, name):
        pool = Pool()
        Deposit = pool.get('tibillet.sale.deposit')
        held = dict.fromkeys((s.id for s in sales), ZERO)
        for deposit in Deposit.search([('sale', 'in', list(held))]):
            held[deposit.sale.id] += deposit.signed
        return held

    @classmethod
    def search_deposit_held(cls, name, clause):
        pool = Pool()
        Deposit = pool.get('tibillet.sale.deposit')
        _, operator, value = clause
        with without_check_access():
            ids = list({d.sale.id for d in Deposit.search([])})
            held = cls.get_deposit_held(cls.browse(ids), name)
        compare = {
            '=': lambda a, b: a == b, '!=': lambda a, b: a != b,
            '>': lambda a, b: a > b, '>=': lambda a, b: a >= b,
            '<': lambda a, b: a < b, '<=': lambda a, b: a <= b}[operator]
        value = Decimal(str(value or 0))
        found = [id_ for id_, amount in held.items() if compare(amount, value)]
        if compare(ZERO, value):
            return ['OR', ('id', 'in', found), ('id', 'not in', ids)]
        return [('id', 'in', found)]

    @property
    def deposit_missing(self):
        return max((self.deposit_asked or ZERO) - self.deposit_held, ZERO)

    @classmethod
    @ModelView.button_action('tibillet_event.wizard_sale_deposit')
    def deposit_wizard(cls, sales):
        pass

    @classmethod
    def check_modification(cls, mode, sales, values=None, external=False):
        super().check_modification(
            mode, sales, values=values, external=external)
        if mode == 'write' and external and values.keys() & {
                'deposit_asked', 'deposit_until', 'deposit_rule'}:
            for sale in sales:
                # It was agreed with the group.
                if sale.state != 'draft':
                    sale._refuse_state()

    def _get_until(self, now):
        until = super()._get_until(now)
        if self.deposit_missing and self.deposit_until:
            until = min(until, end_of(
                    self.deposit_until, self.company.timezone or 'UTC'))
            if until <= now:
                self._check_day(self.deposit_until)
        return until

    @without_check_access
    def move_deposit(
            self, kind, amount, uuid, date=None, journal=None, account=None,
            point=None, method=None):
        """Receive a deposit, give it back or keep it, and return the fact

        date, journal, account: of the bank; point, method: of the till
        instead. The same uuid gives the first answer.
        """
        pool = Pool()
        Deposit = pool.get('tibillet.sale.deposit')
        tools.write_alone()
        tools.take_turn(self.__class__, [self.id])
        found = Deposit.search([('request', '=', uuid)])
        if found:
            return found[0].check_same(self, kind, amount)
        self._check_deposit(kind, amount)
        due = self._get_deposit_vat(
            self.deposit_held + (amount if kind == 'received' else -amount))
        values = {}
        with Transaction().set_context(company=self.company.id):
            if point:
                values['point_sale'] = self._move_at_till(
                    kind, amount, uuid, point, method)
            else:
                if kind == 'kept':
                    account = self._get_deposit_account('deposit_kept')
                values['move'] = self._post_deposit(
                    kind, amount, date, journal, account).id
            date = date or tools.today(self.company)
            values.update(self._post_deposit_vat(
                    due, date, point.journal if point else journal))
            deposit = self._add_deposit(kind, amount, uuid, date, **values)
        if kind == 'received':
            self._extend_holds(bool(point))
        return deposit

    def _check_deposit(self, kind, amount):
        names = {'sale': self.rec_name}
        if self.state not in OPEN:
            raise DepositStateError(gettext(
                    'tibillet_event.msg_deposit_state', **names))
        received = kind == 'received'
        if received and (
                self.state != 'quotation' or not self.deposit_asked):
            raise DepositStateError(gettext(
                    'tibillet_event.msg_deposit_quotation', **names))
        most = self.deposit_missing if received else self.deposit_held
        if (not isinstance(amount, Decimal) or not amount.is_finite()
                or not ZERO < amount <= most
                or self.currency.round(amount) != amount):
            raise DepositAmountError(gettext(
                    'tibillet_event.msg_deposit_amount', amount=amount,
                    most=most, **names))
        if kind == 'kept' and (self.deposit_rule != 'keep' or self._is_held):
            raise DepositRuleError(gettext(
                    'tibillet_event.msg_deposit_rule', **names))

    @property
    def _is_held(self):
        "Return whether the group may still confirm at what was agreed"
        return self.state == 'quotation' and any(
            line.hold and not line.hold.released_at
            and line.hold.until > tools.now() for line in self.place_lines)

    def _get_deposit_account(self, name):
        pool = Pool()
        Configuration = pool.get('tibillet.ticket.configuration')
        account = Configuration(1).get_multivalue(
            f'{name}_account', company=self.company.id)
        if not account:
            raise DepositAccountError(gettext(
                    f'tibillet_event.msg_{name}_account',
                    company=self.company.rec_name))
        return account

    def _post_deposit(self, kind, amount, date, journal, account):
        "Post a move between the account of deposits and another one"
        pool = Pool()
        Move = pool.get('account.move')
        Period = pool.get('account.period')
        credit = amount if kind == 'received' else -amount
        title = gettext(
            'tibillet_event.msg_deposit_move', sale=self.rec_name)
        move = Move(
            company=self.company, journal=journal, date=date, origin=self,
            period=Period.find(self.company, date=date), description=title,
            lines=[
                get_line(
                    self._get_deposit_account('deposit'), credit, title,
                    self.party),
                get_line(account, -credit, title, self.party),
                ])
        Move.save([move])
        Move.post([move])
        return move

    def _move_at_till(self, kind, amount, uuid, point, method):
        pool = Pool()
        ModelData = pool.get('ir.model.data')
        sign = 1 if kind == 'received' else -1
        title = gettext(
            'tibillet_event.msg_deposit_move', sale=self.rec_name)
        if point.company != self.company:
            raise DepositStateError(gettext(
                    'tibillet_event.msg_deposit_till', sale=self.rec_name,
                    till=point.rec_name))
        sale = till_writer.sell(
            point, uuid, [Sold(
                    ModelData.get_id('tibillet_event', 'product_deposit'),
                    Decimal(sign), amount, Facts(
                        title, None, None,
                        self._get_deposit_account('deposit').id,
                        ModelData.get_id(
                            'tibillet_event', 'category_deposit')))],
            [Paid(method.id, sign * amount)], may_return=sign < 0)
        return sale.id

    def _add_deposit(self, kind, amount, uuid, date, **values):
        pool = Pool()
        Deposit = pool.get('tibillet.sale.deposit')
        deposit, = Deposit.create([{
                    'sale': self.id,
                    # A second one at the same time is refused.
                    'rank': Deposit.search(
                        [('sale', '=', self.id)], count=True) + 1,
                    'kind': kind,
                    'amount': amount,
                    'date': date,
                    'request': uuid,
                    'recorded_by': tools.who(),
                    **values,
                    }])
        tools.forget(self.__class__, [self.id])
        return deposit

    def _extend_holds(self, at_till):
        "Hold the places of who has paid until the end of the quotation"
        sale = self.__class__(self.id)
        if sale.deposit_missing:
            return
        until = sale._get_until(tools.now())
        for line in sorted(sale.place_lines, key=lambda line: line.id):
            if not line.hold:
                continue
            try:
                place_writer.extend(
                    line.hold.uuid, min(until, line.performance.end))
            except (HoldExpiredError, HoldReleasedError):
                # The bank has the money already.
                if at_till:
                    raise

    @without_check_access
    def deduct_deposit(self, invoice):
        "Take what is held off an invoice that was posted"
        pool = Pool()
        Invoice = pool.get('account.invoice')
        Line = pool.get('account.move.line')
        tools.take_turn(self.__class__, [self.id])
        sale = self.__class__(self.id)
        amount = min(sale.deposit_held, invoice.amount_to_pay)
        if amount <= 0:
            return
        date = invoice.move.date
        due = sale._get_deposit_vat(sale.deposit_held - amount)
        with Transaction().set_context(company=self.company.id):
            move = sale._post_deposit(
                'deducted', amount, date, invoice.journal, invoice.account)
            sale._add_deposit(
                'deducted', amount, f'{self.id}/{invoice.id}', date,
                move=move.id,
                **sale._post_deposit_vat(due, date, invoice.journal))
        paid = [
            line for line in move.lines if line.account == invoice.account]
        Invoice.add_payment_lines({invoice: paid})
        lines = [
            line for line in [*invoice.lines_to_pay, *paid]
            if not line.reconciliation]
        if not sum(line.debit - line.credit for line in lines):
            Line.reconcile(lines)


class SaleDeposit(FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.sale.deposit'
    __string__ = "Sale Deposit"
    _fact_message = 'tibillet_event.msg_deposit_fact'

    sale = fields.Many2One(
        'sale.sale', "Sale", required=True, readonly=True,
        ondelete='RESTRICT')
    company = fields.Function(
        fields.Many2One('company.company', "Company"),
        'on_change_with_company', searcher='search_company')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    rank = fields.Integer("Rank", required=True, readonly=True)
    kind = fields.Selection(
        KINDS, "What", required=True, readonly=True, sort=False)
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        readonly=True)
    date = fields.Date("Date", required=True, readonly=True)
    move = fields.Many2One(
        'account.move', "Move", readonly=True, ondelete='RESTRICT',
        help="Empty if the closure of the till posts it.")
    point_sale = fields.Many2One(
        'sale.point.sale', "Sale at the Till", readonly=True,
        ondelete='RESTRICT')
    vat = Monetary(
        "VAT", currency='currency', digits='currency', readonly=True,
        help="Due from this day; negative if it is taken back. Empty if "
        "nothing was posted of it.")
    vat_move = fields.Many2One(
        'account.move', "Move of the VAT", readonly=True,
        ondelete='RESTRICT')
    request = fields.Char(
        "Request", required=True, readonly=True, strip=False)
    recorded_by = fields.Char("Recorded By", readonly=True, strip=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('rank_unique', Unique(table, table.sale, table.rank),
                'tibillet_event.msg_deposit_rank_unique'),
            ('request_unique', Unique(table, table.request),
                'tibillet_event.msg_uuid_unique'),
            ]
        cls._order = [('date', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, [
                'sale', 'rank', 'kind', 'amount', 'date', 'move',
                'point_sale', 'vat', 'vat_move', 'request', 'recorded_by'])

    @fields.depends('sale', '_parent_sale.company')
    def on_change_with_company(self, name=None):
        return self.sale.company if self.sale else None

    @classmethod
    def search_company(cls, name, clause):
        return [('sale.' + clause[0], *clause[1:])]

    @fields.depends('sale', '_parent_sale.currency')
    def on_change_with_currency(self, name=None):
        return self.sale.currency if self.sale else None

    def get_rec_name(self, name):
        return f'{self.sale.rec_name} – {self.rank}'

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('sale.rec_name', *clause[1:])]

    @property
    def signed(self):
        return self.amount if self.kind == 'received' else -self.amount

    def check_same(self, sale, kind, amount):
        "Return the first answer, refuse another request of the same uuid"
        if (self.sale, self.kind, self.amount) != (sale, kind, amount):
            raise DepositUUIDError(gettext(
                    'tibillet_event.msg_deposit_uuid', uuid=self.request))
        return self


class Invoice(metaclass=PoolMeta):
    __name__ = 'account.invoice'

    @classmethod
    def _post(cls, invoices):
        super()._post(invoices)
        with without_check_access():
            for invoice in invoices:
                if invoice.type == 'out' and invoice.state == 'posted':
                    for sale in invoice.sales:
                        sale.deduct_deposit(invoice)


class Move(metaclass=PoolMeta):
    __name__ = 'account.move'

    @classmethod
    def _get_origin(cls):
        return super()._get_origin() + ['sale.sale']
