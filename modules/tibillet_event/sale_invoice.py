"""Invoices of places: what they say is what the tickets say."""
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import PoolMeta
from trytond.pyson import Bool, Eval, If

from .sale_exceptions import SaleInvoiceLineError
from .sale_tax import ExactTaxMixin

ZERO = Decimal(0)
# What tickets have decided.
FROZEN = {
    'quantity', 'unit', 'unit_price', 'product', 'account', 'taxes',
    'place_amount', 'place_vat', 'type', 'currency'}


class Invoice(ExactTaxMixin, metaclass=PoolMeta):
    __name__ = 'account.invoice'


class InvoiceLine(ExactTaxMixin, metaclass=PoolMeta):
    __name__ = 'account.invoice.line'

    place_amount = Monetary(
        "Price of the Places", currency='currency', digits='currency',
        readonly=True, help="Tax included.")
    place_vat = Monetary(
        "VAT of the Places", currency='currency', digits='currency',
        readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        # What is sold in advance, or owed to another organiser, is no
        # revenue: charts have accounts of the balance sheet for it.
        cls.account.domain = [
            If(Bool(Eval('place_amount')), [
                    ('closed', '!=', True),
                    ('company', '=', Eval('company', -1)),
                    ], cls.account.domain),
            ]

    def _get_exact_lines(self):
        return [self]

    @fields.depends('place_amount')
    def on_change_product(self):
        # The account and the taxes of places are those of the show.
        if self.place_amount is None:
            super().on_change_product()

    @fields.depends('type', 'place_amount', 'place_vat')
    def on_change_with_amount(self):
        if self.type == 'line' and self.place_amount is not None:
            return self.place_amount - (self.place_vat or ZERO)
        return super().on_change_with_amount()

    @property
    @fields.depends('place_amount')
    def taxable_lines(self):
        # See get_exact_taxes.
        if self.place_amount is not None:
            return []
        return super().taxable_lines

    @fields.depends('place_amount', 'place_vat', 'taxes')
    def get_exact_taxes(self):
        "Return (tax, base, VAT) of the places"
        if getattr(self, 'place_amount', None) is None:
            return []
        vat = self.place_vat or ZERO
        return [
            (tax, self.place_amount - vat, vat) for tax in self.taxes or []]

    def _credit(self):
        if self.place_amount is not None:
            raise SaleInvoiceLineError(gettext(
                    'tibillet_event.msg_sale_credit',
                    invoice=self.invoice.rec_name))
        return super()._credit()

    @classmethod
    def check_modification(cls, mode, lines, values=None, external=False):
        super().check_modification(
            mode, lines, values=values, external=external)
        if mode == 'write' and external and values.keys() & FROZEN:
            for line in lines:
                if line.place_amount is not None:
                    raise SaleInvoiceLineError(gettext(
                            'tibillet_event.msg_sale_invoice_line',
                            invoice=line.invoice.rec_name))

    @classmethod
    def copy(cls, lines, default=None):
        default = default.copy() if default is not None else {}
        for name in ['place_amount', 'place_vat']:
            default.setdefault(name)
        return super().copy(lines, default=default)
