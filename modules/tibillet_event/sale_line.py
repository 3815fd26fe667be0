"""Lines of sales that are places of a performance."""
import uuid
from decimal import Decimal

from tibillet_base import till_vat

from trytond.exceptions import UserError
from trytond.i18n import gettext
from trytond.model import ModelSQL, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.modules.product import round_price
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval, If
from trytond.transaction import without_check_access

from . import ticket_offer
from .exceptions import PromotionError
from .sale_exceptions import (
    SaleFeeError, SaleLineError, SaleProductError, SaleQuantityError,
    SaleSeatsError)
from .sale_lot import CHANNEL, SaleItem, get_vat
from .ticket_lot import Item, Lot

ZERO = Decimal(0)
# What the steps of the sale write.
WRITTEN = {'hold', 'place_vat', 'place_account', 'ticket_operations'}
# What the places are sold by.
QUOTED = {
    'sale', 'type', 'performance', 'tariff', 'allotment', 'seats',
    'promotion_code', 'place_price', 'quantity', 'unit', 'unit_price',
    'product', 'taxes'}
_DRAFT = Eval('sale_state') == 'draft'
_PLACES = Bool(Eval('performance'))
_STATES = {
    'invisible': Eval('type') != 'line',
    'readonly': ~_DRAFT,
    }
_OF_PLACES = {
    'invisible': ~_PLACES,
    'readonly': ~_DRAFT,
    }


class SaleLine(metaclass=PoolMeta):
    __name__ = 'sale.line'

    performance = fields.Many2One(
        'tibillet.performance', "Performance", ondelete='RESTRICT',
        domain=[
            If(_DRAFT & _PLACES, ('state', '=', 'on_sale'), ()),
            ],
        states=_STATES)
    event = fields.Function(fields.Many2One(
            'tibillet.event', "Event"), 'on_change_with_event')
    tariff = fields.Many2One(
        'tibillet.tariff', "Tariff", ondelete='RESTRICT',
        domain=[
            ('event', '=', Eval('event', -1)),
            ],
        states={
            **_OF_PLACES,
            'required': _PLACES,
            })
    allotment = fields.Many2One(
        'tibillet.allotment', "Allotment", ondelete='RESTRICT',
        domain=[
            ('performance', '=', Eval('performance', -1)),
            ],
        states=_OF_PLACES,
        help="Leave empty to take places that are in none.")
    seats = fields.Many2Many(
        'sale.line-tibillet.place', 'line', 'place', "Seats",
        domain=[
            ('performance', '=', Eval('performance', -1)),
            ('seat', '!=', None),
            ],
        states=_OF_PLACES,
        help="Leave empty where places have no number.")
    promotion_code = fields.Char(
        "Code", states=_OF_PLACES, help="Of a promotion.")
    free_price = fields.Function(
        fields.Boolean("Free Price"), 'on_change_with_free_price')
    place_price = Monetary(
        "Price of a Place", currency='currency', digits='currency',
        states={
            'invisible': ~_PLACES,
            'readonly': ~_DRAFT | ~Eval('free_price'),
            },
        help="Tax included, as the tariff says.")
    place_vat = Monetary(
        "VAT of the Places", currency='currency', digits='currency',
        readonly=True)
    place_account = fields.Many2One(
        'account.account', "Account of the Places", readonly=True,
        ondelete='RESTRICT')
    hold = fields.Many2One(
        'tibillet.place.hold', "Hold", readonly=True, ondelete='RESTRICT')
    hold_state = fields.Function(fields.Selection([
                (None, ""),
                ('held', "Held"),
                ('sold', "Sold"),
                ('expired', "Expired"),
                ('released', "Released"),
                ], "Places", sort=False,
            states={
                'invisible': ~_PLACES,
                }),
        'get_hold_state')
    ticket_operations = fields.One2Many(
        'tibillet.ticket.operation', 'order_line', "Operations on Tickets",
        readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        for name in ['product', 'unit', 'unit_price', 'taxes']:
            field = getattr(cls, name)
            field.states['readonly'] = field.states.get(
                'readonly', False) | _PLACES

    @fields.depends('performance', '_parent_performance.event')
    def on_change_with_event(self, name=None):
        return self.performance.event if self.performance else None

    @fields.depends('tariff', '_parent_tariff.free_price')
    def on_change_with_free_price(self, name=None):
        return bool(self.tariff and self.tariff.free_price)

    @classmethod
    def get_hold_state(cls, lines, name):
        return {
            line.id: line.hold.state if line.hold else None
            for line in lines}

    @property
    def is_places(self):
        return self.type == 'line' and bool(self.performance)

    @fields.depends(
        'performance', 'tariff', 'allotment', 'seats', 'place_price',
        'place_vat')
    def on_change_performance(self):
        self.tariff = self.allotment = None
        self.seats = []
        if not self.performance:
            self.place_price = self.place_vat = None

    @fields.depends(
        'performance', 'tariff', 'promotion_code',
        methods=['_set_place_price', 'on_change_product'])
    def on_change_tariff(self):
        self._set_place_price()
        if self.tariff:
            self.product = self.tariff.product
            self.on_change_product()

    @fields.depends(methods=['on_change_tariff'])
    def on_change_promotion_code(self):
        self.on_change_tariff()

    @fields.depends(methods=['on_change_quantity', 'on_change_with_amount'])
    def on_change_place_price(self):
        self.on_change_quantity()
        self.amount = self.on_change_with_amount()

    @fields.depends('seats', methods=['on_change_place_price'])
    def on_change_seats(self):
        if self.seats:
            self.quantity = len(self.seats)
            self.on_change_place_price()

    @fields.depends(
        'performance', '_parent_performance.event', 'tariff',
        'promotion_code')
    @without_check_access
    def _set_place_price(self):
        pool = Pool()
        Promotion = pool.get('tibillet.promotion')
        self.place_price = promotion = None
        if not self.performance or not self.tariff:
            return
        if self.promotion_code:
            try:
                promotion = Promotion.find(
                    self.promotion_code, self.performance.event.company.id)
            except PromotionError:
                # Said when it is quoted.
                pass
        self.place_price = self.tariff.get_price(
            promotion=promotion).admission

    @fields.depends('performance', 'tariff', 'sale', '_parent_sale.company')
    def _get_offer(self):
        if self.performance and self.tariff and self.sale:
            try:
                return ticket_offer.get(
                    self.performance.id, self.tariff.id,
                    self.sale.company.id)
            except UserError:
                # Said when it is quoted.
                pass

    @fields.depends(
        'quantity', 'place_price', 'place_vat', 'hold', 'currency',
        methods=['_get_offer'])
    def _get_place_amounts(self):
        "Return what the places cost, and the VAT in it"
        amount = (self.place_price or ZERO) * Decimal(str(self.quantity or 0))
        if self.currency:
            amount = self.currency.round(amount)
        if self.hold:
            return amount, self.place_vat
        offer = self._get_offer()
        if not offer or not offer.is_own or not self.currency:
            return amount, ZERO
        return amount, till_vat.of_amount(
            amount, offer.rate, True, self.currency.rounding)

    @fields.depends('performance', methods=['_get_offer'])
    def compute_taxes(self, party):
        if not self.performance:
            return super().compute_taxes(party)
        offer = self._get_offer()
        if offer and offer.is_own and offer.tax:
            return [offer.tax]
        return []

    @fields.depends('performance', 'quantity', methods=['_get_place_amounts'])
    def compute_unit_price(self):
        if not self.performance:
            return super().compute_unit_price()
        amount, vat = self._get_place_amounts()
        return get_unit_price(amount - vat, self.quantity)

    @fields.depends('type', 'performance', methods=['_get_place_amounts'])
    def on_change_with_amount(self):
        if self.type == 'line' and self.performance:
            amount, vat = self._get_place_amounts()
            return amount - vat
        return super().on_change_with_amount()

    @property
    @fields.depends('performance')
    def taxable_lines(self):
        # See get_exact_taxes.
        return [] if self.performance else super().taxable_lines

    @fields.depends('type', 'performance', 'taxes',
        methods=['_get_place_amounts'])
    def get_exact_taxes(self):
        """Return (tax, base, VAT) of the places

        The price includes them: the VAT is taken out of what is paid, not
        added to a base that was rounded.
        """
        if self.type != 'line' or not self.performance:
            return []
        amount, vat = self._get_place_amounts()
        return [(tax, amount - vat, vat) for tax in self.taxes or []]

    def get_place_quantity(self):
        "Return how many places, refuse what is not a number of places"
        quantity = self.quantity or 0
        if quantity < 1 or quantity != int(quantity):
            raise SaleQuantityError(gettext(
                    'tibillet_event.msg_sale_quantity', line=self.rec_name))
        if self.seats and len(self.seats) != quantity:
            raise SaleSeatsError(gettext(
                    'tibillet_event.msg_sale_seats',
                    chosen=len(self.seats), quantity=int(quantity),
                    performance=self.performance.rec_name))
        return int(quantity)

    def _get_item_values(self):
        return {
            'performance': self.performance.id,
            'tariff': self.tariff.id,
            'quantity': self.get_place_quantity(),
            'price': self.place_price if self.free_price else None,
            'allotment': self.allotment.id if self.allotment else None,
            'seats': tuple(s.id for s in self.seats) or None,
            'code': self.promotion_code or None,
            }

    def get_item(self):
        "Return what the quotation sells once it is confirmed"
        return SaleItem(
            **self._get_item_values(), line=self.id, number=self.sale.number,
            hold=self.hold.uuid, agreed=self.place_price, vat=self.place_vat)

    def quote_places(self, till, until, now):
        "Hold the places at the price of the tariff, which is written"
        lot = Lot(
            till, Item(**self._get_item_values()), str(uuid.uuid4()),
            CHANNEL, now)
        if lot.offer.rule.has_fee:
            raise SaleFeeError(gettext(
                    'tibillet_event.msg_sale_fee', tariff=self.tariff.name))
        product = self.tariff.product
        if product and not product.salable:
            raise SaleProductError(gettext(
                    'tibillet_event.msg_sale_product',
                    product=product.rec_name, tariff=self.tariff.name))
        self.product = product
        self.unit = product.sale_uom if product else None
        self.place_price = lot.price.admission
        self.place_vat = get_vat(lot)
        facts = lot.offer.facts
        self.place_account = facts.account if facts else None
        self.taxes = self.compute_taxes(None)
        quantity = lot.item.quantity
        self.unit_price = get_unit_price(
            self.place_price * quantity - self.place_vat, quantity)
        self.hold = lot.hold_places(
            min(until, self.performance.end), now, self.sale.number).id

    def get_invoice_line(self):
        if self.is_places and not self.place_account:
            # Free entry.
            return []
        lines = super().get_invoice_line()
        if not self.is_places:
            return lines
        sold, invoiced = self.get_sold(), self._get_invoiced()
        for line in lines:
            line.account = self.place_account
            line.place_amount, line.place_vat = (
                a - b for a, b in zip(sold, invoiced, strict=True))
            line.unit_price = get_unit_price(
                line.place_amount - line.place_vat, line.quantity)
        return [line for line in lines if line.place_amount]

    def _get_invoice_line_quantity(self):
        if not self.is_places:
            return super()._get_invoice_line_quantity()
        return sum(-1 if o.cancelled else 1 for o in self._get_counted())

    def _get_counted(self):
        return [
            o for o in self.ticket_operations
            if o.kind in {'sale', 'free', 'cancellation'}]

    def get_sold(self):
        "Return what was paid for the tickets, and the VAT that is invoiced"
        amount = vat = ZERO
        for operation in self._get_counted():
            amount += operation.admission
            if operation.organiser == operation.company:
                vat += operation.vat
        return amount, vat

    def _get_invoiced(self):
        skips = {
            line for i in self.sale.invoices_recreated for line in i.lines}
        return _sum(line for line in self.invoice_lines if line not in skips)

    def get_posted(self):
        "Return what of it is in the books"
        return _sum(
            line for line in self.invoice_lines
            if line.invoice and line.invoice.state in {'posted', 'paid'})

    @classmethod
    def check_modification(cls, mode, lines, values=None, external=False):
        super().check_modification(
            mode, lines, values=values, external=external)
        if not external:
            return
        for line in lines:
            if (mode == 'create' and any(
                        getattr(line, name) for name in WRITTEN)
                    or mode == 'write' and line._is_refused(values)):
                raise SaleLineError(gettext(
                        'tibillet_event.msg_sale_line',
                        sale=line.sale.rec_name))

    def _is_refused(self, values):
        "Tell whether nobody may write the values by hand"
        return bool(values.keys() & WRITTEN) or (
            self.is_places and self.sale.state != 'draft'
            and bool(values.keys() & QUOTED))

    @classmethod
    def copy(cls, lines, default=None):
        default = default.copy() if default is not None else {}
        for name in sorted(WRITTEN):
            default.setdefault(name)
        return super().copy(lines, default=default)


def _sum(lines):
    amount = vat = ZERO
    for line in lines:
        amount += line.place_amount or ZERO
        vat += line.place_vat or ZERO
    return amount, vat


def get_unit_price(amount, quantity):
    "Return what the standard shows: amounts come from the places"
    quantity = Decimal(str(quantity or 0))
    return round_price(amount / quantity) if quantity else ZERO


class SaleLinePlace(ModelSQL):
    __name__ = 'sale.line-tibillet.place'
    __string__ = "Sale Line - Place"

    line = fields.Many2One(
        'sale.line', "Line", required=True, ondelete='CASCADE')
    place = fields.Many2One(
        'tibillet.place', "Place", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('line')
        table = cls.__table__()
        cls._sql_constraints += [
            ('place_unique', Unique(table, table.line, table.place),
                'tibillet_event.msg_sale_place_unique'),
            ]
