from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin
from tibillet_base.instant import Instant
from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.till_vat import RATE_DIGITS

from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pyson import Eval, If

from . import ticket_series
from .tariff import KINDS as TARIFF_KINDS

KINDS = [
    ('sale', "Sale"),
    ('free', "Free Entry"),
    ('cancellation', "Cancellation"),
    ('exchange_out', "Exchanged, Out"),
    ('exchange_in', "Exchanged, In"),
    ('duplicate', "Duplicate"),
    ]


def _amount(name, help):
    return Monetary(
        name, currency='currency', digits='currency', required=True,
        readonly=True, help=help)


def _name(name):
    return fields.Char(name, readonly=True, strip=False)


class TicketOperation(FactMixin, OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.ticket.operation'
    __string__ = "Ticket Operation"
    _rec_name = 'number'
    _fact_message = 'tibillet_event.msg_ticket_operation_fact'

    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True,
        ondelete='RESTRICT')
    point = fields.Many2One(
        'sale.point', "Till", required=True, readonly=True,
        ondelete='RESTRICT')
    rank = fields.Integer(
        "Rank", required=True, readonly=True,
        help="Among the operations of the till, without holes.")
    number = fields.Char("Number", required=True, readonly=True, strip=False)
    at = Instant("At", required=True, readonly=True)
    kind = fields.Selection(
        KINDS, "Kind", required=True, readonly=True, sort=False)
    user = fields.Char(
        "User", readonly=True, strip=False,
        help="The name, at that time, of the user or the device; empty if the "
        "server acted by itself.")
    request = fields.Char(
        "Request", required=True, readonly=True, strip=False,
        help="The identifier made by who asked, so that it counts once.")
    ticket = fields.Many2One(
        'tibillet.ticket', "Ticket", required=True, readonly=True,
        ondelete='RESTRICT')
    ticket_uuid = _name("Identifier of the Ticket")
    cancelled = fields.Many2One(
        'tibillet.ticket.operation', "Cancels", readonly=True,
        ondelete='RESTRICT',
        help="The operation that this one takes back.")
    cancelled_number = _name("Number of what it Cancels")
    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True, readonly=True,
        ondelete='RESTRICT')
    performance_uuid = _name("Identifier of the Performance")
    tariff = fields.Many2One(
        'tibillet.tariff', "Tariff", required=True, readonly=True,
        ondelete='RESTRICT')
    organiser = fields.Many2One(
        'company.company', "Organiser", required=True, readonly=True,
        ondelete='RESTRICT')
    # As they were: what is renamed later stays so here.
    organiser_name = _name("Organiser")
    event_name = _name("Event")
    performance_name = _name("Performance")
    starts_at = fields.DateTime("Starts", required=True, readonly=True)
    venue_name = _name("Venue")
    place_name = _name("Place")
    tariff_name = _name("Tariff")
    tariff_kind = fields.Selection(
        TARIFF_KINDS, "Kind of Tariff", readonly=True, sort=False)
    admission = _amount(
        "Admission", "The price of the place, tax included, "
        "negative when it is taken back.")
    vat_rate = fields.Numeric(
        "VAT Rate", digits=RATE_DIGITS, required=True, readonly=True)
    base = _amount("Without VAT", "Of the admission.")
    vat = _amount("VAT", "Of the admission.")
    fee = _amount("Fee", "Of the service, tax included.")
    paid = _amount("Paid", "The admission and the fee.")
    sale = fields.Many2One(
        'sale.point.sale', "Sale", readonly=True, ondelete='RESTRICT')
    sale_number = _name("Number of the Sale")
    sale_line = fields.Many2One(
        'sale.point.sale.line', "Sale Line", readonly=True,
        ondelete='RESTRICT')
    fee_line = fields.Many2One(
        'sale.point.sale.line', "Sale Line of the Fee", readonly=True,
        ondelete='RESTRICT')
    link = fields.Char(
        "Fingerprint", required=True, readonly=True, strip=False,
        help="Chains the operation to the one before.")
    key = fields.Many2One(
        'tibillet.till.key', "Key", required=True, readonly=True,
        ondelete='RESTRICT')
    signature = fields.Char(
        "Signature", required=True, readonly=True, strip=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('rank_unique', Unique(table, table.point, table.rank),
                'tibillet_event.msg_ticket_operation_rank_unique'),
            ('cancelled_unique', Unique(table, table.cancelled),
                'tibillet_event.msg_ticket_operation_cancelled_unique'),
            ]
        cls._sql_indexes.update({
                Index(
                    table,
                    (table.point, Index.Equality()),
                    (table.rank, Index.Range())),
                Index(table, (table.request, Index.Equality())),
                Index(table, (table.ticket, Index.Equality())),
                Index(
                    table,
                    (table.performance, Index.Equality()),
                    (table.id, Index.Range())),
                })
        cls._order = [('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, cls._get_frozen())

    @classmethod
    def _get_frozen(cls):
        "Return the columns that the database refuses to change"
        return [
            'company', 'point', 'ticket', 'cancelled', 'performance',
            'tariff', 'organiser', 'sale', 'sale_line', 'fee_line', 'link',
            'key', 'signature', *ticket_series.CHAINED]

    @property
    def is_invoiced(self):
        "Tell whether it was sold by a sale that is invoiced, not at a till"
        return False

    @classmethod
    def read_invoiced(cls, ids):
        """Return what sales that are invoiced have sold, by operation

        (line of the sale, product, account, rate) of each id that is so.
        """
        return {}

    @classmethod
    def get_not_invoiced(cls, lines):
        """Return the numbers of the sales not posted for what was sold

        lines: ids of lines of sales.
        """
        return []

    @classmethod
    def credit(cls, operations):
        "Let the sales of operations that were cancelled be credited"

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('kind').in_(['cancellation', 'exchange_out']),
                    'muted', '')),
            ]
