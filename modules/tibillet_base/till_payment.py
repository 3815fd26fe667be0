from decimal import Decimal

from trytond.cache import Cache
from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access

from .append_only import refuse_changes
from .till_sale import PARENT_DONE, _OfSaleMixin

TENDERS = [
    ('cash', "Cash"),
    ('card', "Card"),
    ('cheque', "Cheque"),
    ('wallet', "Wallet"),
    ('other', "Other"),
    ]


class POSPaymentMethod(metaclass=PoolMeta):
    __name__ = 'sale.point.payment.method'

    tender = fields.Selection(
        TENDERS, "Tender", required=True, sort=False,
        help="How closures count what was paid this way.")

    _tenders_cache = Cache('sale.point.payment.method.tenders', context=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.cash.states['readonly'] = True

    @classmethod
    def default_tender(cls):
        return 'other'

    @fields.depends('tender')
    def on_change_tender(self):
        self.cash = self.tender == 'cash'

    @classmethod
    def get_by_tender(cls, company, tender):
        "Return how a tender is paid at the tills of a company, if it is"
        methods = cls.search([
                ('company', '=', company.id),
                ('tender', '=', tender),
                ], limit=1)
        return methods[0] if methods else None

    @classmethod
    @without_check_access
    def get_tenders(cls, company):
        "Return the tenders of the methods of a company, by their ids"
        tenders = cls._tenders_cache.get(company)
        if tenders is None:
            tenders = cls._tenders_cache.set(company, {
                    method.id: method.tender
                    for method in cls.search([('company', '=', company)])})
        return tenders

    @classmethod
    def on_modification(cls, mode, methods, field_names=None):
        super().on_modification(mode, methods, field_names=field_names)
        cls._tenders_cache.clear()

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        if values.get('cash') and (
                mode == 'create' or 'tender' not in values):
            values['tender'] = 'cash'
        elif 'tender' in values:
            values['cash'] = values['tender'] == 'cash'
        elif 'cash' in values:
            values['tender'] = 'other'
        return values


class POSPayment(_OfSaleMixin, metaclass=PoolMeta):
    __name__ = 'sale.point.payment'

    tender = fields.Selection(
        [(None, ""), *TENDERS], "Tender", readonly=True, sort=False,
        help="The one of the method when the sale was finished.")

    _finished_fields = frozenset({'tender'})

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, ['sale', 'method', 'amount', 'session', 'tender'],
            within=PARENT_DONE)

    @classmethod
    def copy(cls, payments, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('tender')
        return super().copy(payments, default=default)

    @classmethod
    def preprocess_values(cls, mode, values):
        pool = Pool()
        Method = pool.get('sale.point.payment.method')
        if mode == 'create':
            # The server knows which session is open.
            values = {**values, 'session': None}
        values = super().preprocess_values(mode, values)
        if mode == 'create' and values.get('session') is not None:
            values['session'] = int(values['session'])
        if (mode == 'write' and values.get('method')
                and not Method(values['method']).cash):
            values = {**values, 'session': None}
        return values


class POSPay(metaclass=PoolMeta):
    __name__ = 'sale.point.sale.pay'

    def transition_pay(self):
        "Give the change of what was paid in cash without asking"
        sale, payment = self.record, self.payment
        to_pay = sale.amount_to_pay
        if (payment.method.cash and to_pay > 0
                and (payment.amount or Decimal(0)) > to_pay):
            payment.sale = sale
            payment.save()
            change = payment.__class__(
                sale=sale, method=payment.method,
                amount=to_pay - payment.amount)
            change.save()
            self.model.process([self.model(sale.id)])
            return 'end'
        return super().transition_pay()
