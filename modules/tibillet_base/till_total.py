"""What the totals of a closure, of a month and of a year are made of."""
from trytond.model import fields, sequence_ordered
from trytond.modules.currency.fields import Monetary
from trytond.pyson import Eval

from .till_payment import TENDERS


def till_amount(name, **options):
    "Return a field for an amount that the till writes"
    return Monetary(
        name, currency='currency', digits='currency', required=True,
        readonly=True, **options)


class TotalMixin(sequence_ordered()):
    """A sum by method of payment, VAT rate or category

    The model says whose company and currency it has.
    """
    __slots__ = ()

    kind = fields.Selection([
            ('tender', "Tender"),
            ('vat', "VAT"),
            ('category', "Category"),
            ('outside', "Outside Turnover"),
            ], "Kind", required=True, readonly=True, sort=False)
    label = fields.Char("Label", required=True, readonly=True, strip=False)
    method = fields.Many2One(
        'sale.point.payment.method', "Method", readonly=True,
        ondelete='RESTRICT')
    tender = fields.Selection(
        [(None, ""), *TENDERS], "Tender", readonly=True, sort=False)
    tax = fields.Many2One(
        'account.tax', "VAT", readonly=True, ondelete='RESTRICT')
    rate = fields.Numeric("Rate", digits=(None, 10), readonly=True)
    category = fields.Many2One(
        'product.category', "Category", readonly=True, ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    quantity = fields.Numeric("Quantity", readonly=True)
    base = Monetary(
        "Without VAT", currency='currency', digits='currency', readonly=True)
    vat = Monetary(
        "VAT Amount", currency='currency', digits='currency', readonly=True)
    amount = till_amount("Amount")
