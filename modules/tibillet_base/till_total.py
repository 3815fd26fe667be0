"""What the totals of a closure, of a month and of a year are made of."""
from trytond.model import Index, fields, sequence_ordered
from trytond.modules.currency.fields import Monetary
from trytond.pyson import Eval

from .till_payment import TENDERS
from .till_vat import RATE_DIGITS


def till_amount(name, **options):
    "Return a field for an amount that the till writes"
    return Monetary(
        name, currency='currency', digits='currency', required=True,
        readonly=True, **options)


def totals_of(line, parent, name, *kinds, **options):
    "Return a field for the lines of kinds: a model that has a TotalMixin"
    return fields.One2Many(
        line, parent, name, readonly=True,
        filter=[('kind', 'in', list(kinds))], **options)


class TotaledMixin:
    """What sums sales of a till, and is chained and signed

    The model says whose till it is, its number and its lines.
    """
    __slots__ = ()

    count = fields.Integer("Sales", required=True, readonly=True)
    currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"), 'on_change_with_currency')
    total = till_amount("Total")
    sold = till_amount("Sold")
    returned = till_amount("Taken Back")
    outside = Monetary(
        "Outside Turnover", currency='currency', digits='currency',
        readonly=True,
        help="What is no sale, such as what is loaded on cards; the tenders "
        "hold it.")
    perpetual_total = till_amount(
        "Perpetual Total", help="Since the first sale of the till.")
    perpetual_sold = till_amount("Perpetual Sold")
    perpetual_returned = till_amount("Perpetual Taken Back")
    previous_link = fields.Char(
        "Previous Fingerprint", required=True, readonly=True, strip=False)
    link = fields.Char(
        "Fingerprint", required=True, readonly=True, strip=False)
    key = fields.Many2One(
        'tibillet.till.key', "Key", required=True, readonly=True,
        ondelete='RESTRICT')
    signature = fields.Char(
        "Signature", required=True, readonly=True, strip=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(Index(
                table,
                (table.point, Index.Equality()),
                (table.number, Index.Range())))

    @classmethod
    def search_rec_name(cls, name, clause):
        return ['OR',
            ('point.code', *clause[1:]),
            ('point.name', *clause[1:]),
            ]


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
            ('discount', "Discounts"),
            ('deposit', "Deposits"),
            ('outstanding', "Deposits Not Back Yet"),
            ('cash', "Cash In and Out"),
            ], "Kind", required=True, readonly=True, sort=False)
    label = fields.Char("Label", required=True, readonly=True, strip=False)
    method = fields.Many2One(
        'sale.point.payment.method', "Method", readonly=True,
        ondelete='RESTRICT')
    tender = fields.Selection(
        [(None, ""), *TENDERS], "Tender", readonly=True, sort=False)
    tax = fields.Many2One(
        'account.tax', "VAT", readonly=True, ondelete='RESTRICT')
    rate = fields.Numeric("Rate", digits=RATE_DIGITS, readonly=True)
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
