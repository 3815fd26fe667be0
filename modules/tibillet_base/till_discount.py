"""What a line is sold for: the price of its article, less a discount."""
from trytond.exceptions import UserError
from trytond.i18n import gettext
from trytond.model import fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import PoolMeta
from trytond.pyson import Bool, Eval

from . import till_finish
from .append_only import refuse_changes
from .exceptions import TillDiscountDeniedError, TillPriceDeniedError
from .till_sale import PARENT_DONE, is_manager

DISCOUNT = {'discount', 'discount_reason'}
PRICES = {'unit_list_price', 'unit_gross_price'}
PRICED = {'sale', 'product', *PRICES}


class POSSaleLine(metaclass=PoolMeta):
    __name__ = 'sale.point.sale.line'

    discount = Monetary(
        "Discount", currency='currency', digits='currency',
        states={
            'readonly': Eval('sale_state') != 'open',
            },
        help="By how much the line is less, at the price of the till.")
    discount_reason = fields.Char(
        "Reason of the Discount",
        states={
            'readonly': Eval('sale_state') != 'open',
            'required': Bool(Eval('discount')),
            },
        help="Such as a drink of the staff, or the money that was given.")

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        # Here, where all the columns of a line are there.
        refuse_changes(
            cls._table,
            ['sale', *till_finish.ASKED, *till_finish.FROZEN],
            within=PARENT_DONE)

    @fields.depends('discount')
    def on_change_with_amount(self, name=None):
        return super().on_change_with_amount(name=name) - (self.discount or 0)

    @classmethod
    def copy(cls, lines, default=None):
        default = default.copy() if default is not None else {}
        for name in DISCOUNT:
            default.setdefault(name)
        return super().copy(lines, default=default)

    @classmethod
    def check_modification(cls, mode, lines, values=None, external=False):
        super().check_modification(
            mode, lines, values=values, external=external)
        if mode == 'delete' or not external or is_manager():
            return
        values = values or {}
        for line in lines:
            given = (
                values if mode == 'write'
                else {name: getattr(line, name) for name in DISCOUNT})
            if any(given.get(name) for name in DISCOUNT):
                raise TillDiscountDeniedError(gettext(
                        'tibillet_base.msg_till_discount_denied'))
            if mode == 'create' or values.keys() & PRICED:
                line._check_price(values)

    def _check_price(self, values):
        "Refuse other prices than those of the product"
        asked = self.__class__(**{
                name: values.get(name, getattr(self, name))
                for name in ['sale', 'product', 'quantity']})
        try:
            asked.on_change_product()
        except UserError:
            # Its VAT is unknown, which is said when the sale is finished.
            return
        if any(
                values.get(name, getattr(self, name)) != getattr(asked, name)
                for name in PRICES):
            raise TillPriceDeniedError(gettext(
                    'tibillet_base.msg_till_price_denied',
                    product=asked.product.rec_name))

    def _get_till_line(self):
        line = super()._get_till_line()
        line.discount = self.discount or None
        line.discount_reason = self.discount_reason or None
        return line
