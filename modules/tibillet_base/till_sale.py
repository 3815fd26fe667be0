import uuid
from collections import defaultdict
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, Workflow, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from . import till_finish, till_sql, tools
from .append_only import refuse_changes
from .exceptions import TillFactError, TillVATError
from .instant import Instant
from .till_vat import RATE_DIGITS

# What only the finish of a sale fills.
FINISHED = [
    'number', 'operation', 'finished_at', 'cashier', 'link', 'key',
    'signature', 'taxes', 'move']
# How many lines name a sale that has no number yet.
NAMED = 3
# The parent of a row is a fact: in the database, beside check_modification.
# Rows come with their sale, until its till has counted it.
PARENT_DONE = """EXISTS (
    SELECT 1 FROM sale_point_sale AS sale
    JOIN sale_point AS till ON till.id = sale.point
    WHERE sale.id = {row}.sale
        AND sale.state NOT IN ('open', 'cancelled')
        AND (TG_OP <> 'INSERT' OR sale.operation <= till.counter))"""


class POSSale(metaclass=PoolMeta):
    __name__ = 'sale.point.sale'

    uuid = fields.Char(
        "Identifier", required=True, readonly=True, strip=False,
        help="Made by who asks for the sale, so that it counts once.")
    operation = fields.Integer(
        "Operation", readonly=True,
        help="The rank of the sale at its till, without holes.")
    finished_at = Instant("Finished At", readonly=True)
    cashier = fields.Char(
        "Cashier", readonly=True, strip=False,
        help="The name, at that time, of the user or the device.")
    taxes = fields.One2Many(
        'tibillet.till.sale.tax', 'sale', "VAT", readonly=True,
        help="Rounded once for each rate.")
    link = fields.Char(
        "Fingerprint", readonly=True, strip=False,
        help="Chains the sale to the one before.")
    key = fields.Many2One(
        'tibillet.till.key', "Key", readonly=True, ondelete='RESTRICT')
    signature = fields.Char("Signature", readonly=True, strip=False)
    change = fields.Function(Monetary(
            "Change", currency='currency', digits='currency',
            help="What was given back."),
        'on_change_with_change')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('uuid_unique', Unique(table, table.uuid),
                'tibillet_base.msg_till_sale_uuid_unique'),
            ('operation_unique',
                Unique(table, table.point, table.operation),
                'tibillet_base.msg_till_sale_operation_unique'),
            ]
        cls._sql_indexes.add(Index(
                table,
                (table.point, Index.Equality()),
                (table.operation, Index.Range())))
        # What is done is corrected by the opposite sale, and posted by the
        # closure of its till.
        cls._transitions -= {
            ('done', 'open'), ('cancelled', 'open'), ('done', 'posted')}
        for name in ['open', 'post']:
            cls._buttons[name] = {
                'invisible': Eval('id', 0) >= 0,
                'depends': ['id'],
                }

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, [
                'company', 'point', 'date', 'state', 'uuid', 'number',
                'operation', 'finished_at', 'cashier', 'employee', 'link',
                'key', 'signature'],
            when="OLD.state NOT IN ('open', 'cancelled')")

    def get_rec_name(self, name):
        "Return the number, and what is sold before there is one"
        if self.number:
            return self.number
        lines = [
            f'{line.quantity:g} × {line.product.rec_name}'
            for line in self.lines]
        return ', '.join([
                *lines[:NAMED], *(['…'] if len(lines) > NAMED else [])]) or (
                gettext('tibillet_base.msg_till_sale_empty'))

    @fields.depends(
        'company', 'point', 'date', 'state', 'lines', 'taxes')
    def _get_taxes_by_rate(self):
        "Return the sums of the lines by tax, frozen if the sale is finished"
        if self.state not in {'open', 'cancelled', None}:
            return self.taxes
        if not self.company or not self.point or not self.lines:
            return []
        lines = [
            line._get_till_line() for line in self.lines if line.product]
        try:
            return till_finish.freeze(
                lines, self.point.tax_included, self.company.id, self.date)
        except TillVATError:
            # Said when the sale is finished; a form must open before.
            return []

    @fields.depends(
        'point', 'lines', 'state', methods=['_get_taxes_by_rate'])
    def on_change_with_total(self, name=None):
        taxes = self._get_taxes_by_rate()
        if not taxes:
            return super().on_change_with_total(name=name)
        return till_finish.total(taxes)

    @fields.depends(methods=['_get_taxes_by_rate'])
    def on_change_with_total_tax(self, name=None):
        return sum(
            (t.amount for t in self._get_taxes_by_rate()), Decimal(0))

    @fields.depends('payments')
    def on_change_with_change(self, name=None):
        amounts = [p.amount or Decimal(0) for p in self.payments or []]
        if any(a > 0 for a in amounts):
            return -sum((a for a in amounts if a < 0), Decimal(0))
        return Decimal(0)

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        if mode == 'create' and not values.get('uuid'):
            values['uuid'] = str(uuid.uuid4())
        return values

    @classmethod
    def copy(cls, sales, default=None):
        default = default.copy() if default is not None else {}
        for name in [*FINISHED, 'uuid']:
            default.setdefault(name)
        return super().copy(sales, default=default)

    @classmethod
    def check_modification(cls, mode, sales, values=None, external=False):
        if mode == 'delete' or mode == 'write':
            for sale in sales:
                if sale.state != 'open':
                    raise TillFactError(gettext(
                            'tibillet_base.msg_till_sale_fact',
                            sale=sale.rec_name))
                if external and (
                        mode == 'delete'
                        or values.keys() & {*FINISHED, 'state', 'uuid'}):
                    raise TillFactError(gettext(
                            'tibillet_base.msg_till_sale_by_hand',
                            sale=sale.rec_name))
        elif external:
            for sale in sales:
                if sale.state != 'open' or any(
                        getattr(sale, name) for name in FINISHED):
                    raise TillFactError(gettext(
                            'tibillet_base.msg_till_sale_by_hand',
                            sale=sale.rec_name))
        super().check_modification(
            mode, sales, values=values, external=external)

    @classmethod
    @ModelView.button
    @Workflow.transition('cancelled')
    def cancel(cls, sales):
        pool = Pool()
        Log = pool.get('tibillet.till.log')
        super().cancel(sales)
        for sale in sales:
            Log.record(
                sale.point, 'cancellation', subject=sale.uuid,
                detail=f'{len(sale.lines)}: {sale.total}')

    @classmethod
    @without_check_access
    @Workflow.transition('done')
    def do(cls, sales):
        by_point = defaultdict(list)
        for sale in sales:
            by_point[sale.point].append(sale)
        # In one order, so that nobody waits for who waits for him.
        for point in sorted(by_point, key=lambda p: p.id):
            cls._finish(point, by_point[point])
        super().do(sales)

    @classmethod
    def _finish(cls, point, sales):
        "Number, tax, chain and sign sales of the till"
        pool = Pool()
        Line = pool.get('sale.point.sale.line')
        Payment = pool.get('sale.point.payment')
        Tax = pool.get('tibillet.till.sale.tax')
        row = till_sql.lock(point)
        at = tools.now()
        session = till_finish.get_session(point, now=at)
        prepared = [
            sale._get_finished(row, at, session) for sale in sales]
        signer = till_sql.signer(row)
        till_finish.check_clock(row, at)
        all_lines, all_payments, all_taxes = [], [], []
        for sale, finished in zip(sales, prepared, strict=True):
            for name, value in till_finish.take(
                    row, signer, *finished, row.tax_included).items():
                setattr(sale, name, value)
            _, till_lines, taxes, _ = finished
            for line, till_line in zip(sale.lines, till_lines, strict=True):
                for name, value in till_line.frozen().items():
                    setattr(line, name, value)
                all_lines.append(line)
            for payment in sale.payments:
                payment.tender = payment.method.tender
                all_payments.append(payment)
            all_taxes += [{'sale': sale.id, **vars(tax)} for tax in taxes]
        Line.save(all_lines)
        Payment.save(all_payments)
        Tax.create(all_taxes)
        till_sql.advance(row)

    def _get_finished(self, row, at, session):
        "Return head, lines, taxes and payments, if it can be finished"
        date = till_finish.local_date(at, row.company)
        lines = [line._get_till_line() for line in self.lines]
        till_finish.check_lines(
            lines, row.tax_included, is_manager(), row.company,
            till_finish.get_deposits(lines, row.company, date))
        taxes = till_finish.freeze(
            lines, row.tax_included, row.company, date)
        payments = [till_finish.Payment(
                p.method.id, p.method.tender, p.amount)
            for p in self.payments]
        till_finish.check_practice(row, (), {p.tender for p in payments})
        till_finish.check_payments(
            payments, till_finish.total(taxes), row.company)
        head = {
            'uuid': self.uuid,
            'date': date,
            'finished_at': at,
            'cashier': tools.who(),
            }
        return head, lines, taxes, payments


def is_manager():
    "Return whether the user may take goods back, and decide of prices"
    pool = Pool()
    ModelData = pool.get('ir.model.data')
    User = pool.get('res.user')
    if not Transaction().user:
        return True
    groups = User.get_groups()
    return any(
        ModelData.get_id('tibillet_base', f'group_{name}') in groups
        for name in ['venue_manager', 'administrator'])


class _OfSaleMixin:
    "What belongs to a sale is a fact when the sale is one"
    __slots__ = ()
    # Only the finish of the sale fills them.
    _finished_fields = frozenset()

    @classmethod
    def check_modification(cls, mode, records, values=None, external=False):
        pool = Pool()
        Sale = pool.get('sale.point.sale')
        sales = {record.sale for record in records}
        if mode == 'write' and values.get('sale'):
            sales.add(Sale(values['sale']))
        for sale in sales:
            if sale.state != 'open':
                raise TillFactError(gettext(
                        'tibillet_base.msg_till_sale_fact',
                        sale=sale.rec_name))
        if external and (
                mode == 'write' and values.keys() & cls._finished_fields
                or mode == 'create' and any(
                    getattr(record, name) is not None
                    for record in records for name in cls._finished_fields)):
            raise TillFactError(gettext(
                    'tibillet_base.msg_till_sale_by_hand',
                    sale=min(sales, key=lambda s: s.id).rec_name))
        super().check_modification(
            mode, records, values=values, external=external)


class POSSaleLine(_OfSaleMixin, metaclass=PoolMeta):
    __name__ = 'sale.point.sale.line'

    label = fields.Char(
        "Label", readonly=True, strip=False,
        help="The name of the product when it was sold.")
    category = fields.Many2One(
        'product.category', "Category", readonly=True, ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    revenue_account = fields.Many2One(
        'account.account', "Revenue Account", readonly=True,
        ondelete='RESTRICT')
    vat_tax = fields.Many2One(
        'account.tax', "VAT", readonly=True, ondelete='RESTRICT')
    vat_rate = fields.Numeric("VAT Rate", digits=RATE_DIGITS, readonly=True)
    vat_base = Monetary(
        "Without VAT", currency='currency', digits='currency', readonly=True)
    vat_amount = Monetary(
        "VAT Amount", currency='currency', digits='currency', readonly=True)

    _finished_fields = frozenset(till_finish.FROZEN)

    @classmethod
    def copy(cls, lines, default=None):
        default = default.copy() if default is not None else {}
        for name in cls._finished_fields:
            default.setdefault(name)
        return super().copy(lines, default=default)

    def _get_till_line(self):
        "Return the line as the till finishes it"
        return till_finish.Line(
            self.product.id, Decimal(str(self.quantity or 0)),
            self.unit_list_price, self.unit_gross_price)


class SaleTax(_OfSaleMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.till.sale.tax'
    __string__ = "Till Sale Tax"

    sale = fields.Many2One(
        'sale.point.sale', "Sale", required=True, readonly=True,
        ondelete='CASCADE')
    tax = fields.Many2One(
        'account.tax', "VAT", readonly=True, ondelete='RESTRICT',
        help="Empty where nothing is taxed.")
    rate = fields.Numeric(
        "Rate", digits=RATE_DIGITS, readonly=True,
        help="Empty outside of the turnover.")
    base = Monetary(
        "Without VAT", currency='currency', digits='currency',
        required=True, readonly=True)
    amount = Monetary(
        "VAT Amount", currency='currency', digits='currency',
        required=True, readonly=True)
    company = fields.Function(fields.Many2One(
            'company.company', "Company"),
        'on_change_with_company', searcher='search_company')
    currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"), 'on_change_with_currency')

    _finished_fields = frozenset({'rate'})

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('sale')
        cls._order = [('sale', 'DESC'), ('id', 'ASC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['sale', 'tax', 'rate', 'base', 'amount'],
            within=PARENT_DONE)

    @fields.depends('sale', '_parent_sale.company')
    def on_change_with_company(self, name=None):
        return self.sale.company if self.sale else None

    @classmethod
    def search_company(cls, name, clause):
        return [('sale.company', *clause[1:])]

    @fields.depends('sale', '_parent_sale.currency')
    def on_change_with_currency(self, name=None):
        return self.sale.currency if self.sale else None
