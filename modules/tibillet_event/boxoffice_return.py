"""The return of a performance: what was sold, frozen, numbered and signed."""
from sql import Literal
from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin
from tibillet_base.instant import Instant
from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.till_payment import TENDERS
from tibillet_base.till_vat import RATE_DIGITS
from tibillet_base.tools import cursor

from trytond.model import (
    Index, ModelSQL, ModelView, Unique, fields, sequence_ordered)
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import Transaction, without_check_access

from . import return_making
from .tariff import KINDS as TARIFF_KINDS

LINE_KINDS = [
    ('sold', "Sold"),
    ('free', "Free"),
    ('cancelled', "Cancelled"),
    ('given', "Given"),
    ('left', "To Pay Back"),
    ('fee', "Fee"),
    ('rate', "VAT"),
    ('tender', "Tender"),
    ('till', "Till"),
    ('account', "Account"),
    ]


class _ReturnFactMixin(FactMixin):
    __slots__ = ()
    _fact_message = 'tibillet_event.msg_boxoffice_return_fact'


class OfReturnMixin(_ReturnFactMixin):
    "What a return is made of"
    __slots__ = ()

    boxoffice_return = fields.Many2One(
        'tibillet.boxoffice.return', "Return", required=True, readonly=True,
        ondelete='RESTRICT')
    company = fields.Function(
        fields.Many2One('company.company', "Company"),
        'on_change_with_company', searcher='search_company')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('boxoffice_return')

    @fields.depends('boxoffice_return', '_parent_boxoffice_return.company')
    def on_change_with_company(self, name=None):
        if self.boxoffice_return:
            return self.boxoffice_return.company

    @classmethod
    def search_company(cls, name, clause):
        return [('boxoffice_return.' + clause[0], *clause[1:])]

    @fields.depends('boxoffice_return', '_parent_boxoffice_return.currency')
    def on_change_with_currency(self, name=None):
        if self.boxoffice_return:
            return self.boxoffice_return.currency


def amount_field(name, help=""):
    return Monetary(
        name, currency='currency', digits='currency', required=True,
        readonly=True, help=help)


def _name(name):
    return fields.Char(name, readonly=True, strip=False)


def _count(name, help="", **options):
    return fields.Integer(name, readonly=True, help=help, **options)


def _lines(name, *kinds):
    return fields.One2Many(
        'tibillet.boxoffice.return.line', 'boxoffice_return', name,
        readonly=True, filter=[('kind', 'in', kinds)])


_DOORS = {
    'invisible': ~Eval('doors_used'),
    }


class BoxOfficeReturn(_ReturnFactMixin, OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.boxoffice.return'
    __string__ = "Box Office Return"

    company = fields.Many2One(
        'company.company', "Sold by", required=True, readonly=True,
        ondelete='RESTRICT')
    number = fields.Integer(
        "Number", required=True, readonly=True,
        help="Among the returns of the company, without holes.")
    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True, readonly=True,
        ondelete='RESTRICT')
    corrects = fields.Many2One(
        'tibillet.boxoffice.return', "Corrects", readonly=True,
        ondelete='RESTRICT',
        states={
            'invisible': ~Eval('corrects'),
            },
        help="The return before of the same performance: this one holds only "
        "what came after it.")
    corrects_number = _count("Number of what it Corrects")
    made_at = Instant("Made At", required=True, readonly=True)
    made_by = _name("Made By")
    date = fields.Date(
        "Date", required=True, readonly=True, help="In the books.")
    organiser = fields.Many2One(
        'company.company', "Organiser", required=True, readonly=True,
        ondelete='RESTRICT')
    # As they were: what is renamed later stays so here.
    company_name = _name("Sold by")
    organiser_name = _name("Organiser")
    event_name = _name("Event")
    performance_name = _name("Date of the Performance")
    performance_uuid = _name("Identifier of the Performance")
    starts_at = fields.DateTime("Starts", required=True, readonly=True)
    venue_name = _name("Venue")
    venue_address = fields.Text("Address", readonly=True, strip=False)
    capacity = _count("Capacity", "Empty for an entry without limit.")
    sold = _count("Sold")
    free = _count("Free")
    cancelled = _count("Cancelled")
    valid = _count(
        "Tickets", "Sold and free, what is cancelled taken off.")
    free_valid = _count(
        "Free Tickets", "What is cancelled taken off.")
    duplicates = _count("Duplicates")
    admission = amount_field(
        "Receipts", "The prices of the places, tax included.")
    base = amount_field("Without VAT", "Of the receipts.")
    vat = amount_field("VAT", "Of the receipts.")
    fee = amount_field("Service Fees", "Tax included, beside the receipts.")
    retained = amount_field(
        "Kept of Refunds", "Tax included, with what holders have given.")
    received = amount_field(
        "Received", "The receipts, the fees and what refunds have kept.")
    owed = amount_field(
        "Owed", "To other organisers, and to those who earn the fees.")
    doors_used = fields.Boolean(
        "Doors Used", readonly=True,
        help="Whether tickets were scanned at the entry.")
    entered = _count("Entered", states=_DOORS)
    missing = _count(
        "Not Scanned", "Valid tickets that have not entered.", states=_DOORS)
    peak = _count(
        "Most People Inside",
        "At once, with the tickets of all who have sold some.",
        states=_DOORS)
    lines = fields.One2Many(
        'tibillet.boxoffice.return.line', 'boxoffice_return', "Lines",
        readonly=True)
    categories = _lines(
        "By Tariff", 'sold', 'free', 'cancelled', 'given', 'left', 'fee')
    rates = _lines("By VAT Rate", 'rate')
    tenders = _lines("By Tender", 'tender')
    tills = _lines("By Till", 'till')
    accounts = _lines("In the Books", 'account')
    dues = fields.One2Many(
        'tibillet.boxoffice.owed', 'boxoffice_return', "Owed to",
        readonly=True,
        states={
            'invisible': ~Eval('dues', []),
            })
    operations = fields.Many2Many(
        'tibillet.boxoffice.return-tibillet.ticket.operation',
        'boxoffice_return', 'operation', "Operations", readonly=True)
    operations_link = fields.Char(
        "Fingerprint of the Operations", required=True, readonly=True,
        strip=False)
    previous_link = fields.Char(
        "Previous Fingerprint", required=True, readonly=True, strip=False)
    link = fields.Char(
        "Fingerprint", required=True, readonly=True, strip=False)
    key_version = fields.Integer(
        "Key", required=True, readonly=True,
        help="The version of the master that it was derived from.")
    public = fields.Char(
        "Public Key", required=True, readonly=True, strip=False)
    signature = fields.Char(
        "Signature", required=True, readonly=True, strip=False)
    move = fields.Function(fields.Many2One(
            'account.move', "Move",
            states={
                'invisible': ~Eval('move'),
                }),
        'get_move')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique', Unique(table, table.company, table.number),
                'tibillet_event.msg_boxoffice_return_number_unique'),
            ]
        cls._sql_indexes.add(Index(
                table,
                (table.performance, Index.Equality()),
                (table.id, Index.Range())))
        cls._order = [
            ('made_at', 'DESC'), ('number', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'company', 'number', 'performance', 'corrects', 'organiser',
                'previous_link', 'link', 'key_version', 'public',
                'signature', *return_making.CHAINED])

    def get_rec_name(self, name):
        return f'{self.number} – {self.event_name} – {self.performance_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('event_name', *clause[1:]),
            ('performance_name', *clause[1:]),
            ('venue_name', *clause[1:]),
            ]

    @classmethod
    def get_move(cls, returns, name):
        pool = Pool()
        Posting = pool.get('tibillet.boxoffice.return.posting')
        moves = dict.fromkeys([r.id for r in returns])
        for posting in Posting.search([
                    ('boxoffice_return', 'in', list(moves)),
                    ], order=[]):
            moves[posting.boxoffice_return.id] = posting.move.id
        return moves

    @classmethod
    @without_check_access
    def make(cls, performance, company):
        """Make the return of what a company has sold for a performance

        Of what came after the return before, if there is one.
        """
        tools.write_alone()
        with Transaction().set_context(company=company.id):
            return return_making.make(performance, company)


class BoxOfficeReturnLine(
        OfReturnMixin, sequence_ordered(), ModelSQL, ModelView):
    __name__ = 'tibillet.boxoffice.return.line'
    __string__ = "Box Office Return Line"

    kind = fields.Selection(
        LINE_KINDS, "Kind", required=True, readonly=True, sort=False)
    label = fields.Char("Label", readonly=True, strip=False)
    tariff_kind = fields.Selection(
        [(None, ""), *TARIFF_KINDS], "Kind of Tariff", readonly=True,
        sort=False)
    tender = fields.Selection(
        [(None, ""), *TENDERS, ('invoice', "Invoice")], "Tender",
        readonly=True, sort=False)
    tender_string = tender.translated('tender')
    account = fields.Many2One(
        'account.account', "Account", readonly=True, ondelete='RESTRICT')
    price = Monetary(
        "Price", currency='currency', digits='currency', readonly=True)
    rate = fields.Numeric("VAT Rate", digits=RATE_DIGITS, readonly=True)
    first = _name("First Number")
    last = _name("Last Number")
    quantity = fields.Integer("Number", readonly=True)
    amount = amount_field("Amount", "Tax included.")
    base = Monetary(
        "Without VAT", currency='currency', digits='currency', readonly=True)
    vat = Monetary(
        "VAT", currency='currency', digits='currency', readonly=True)

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'boxoffice_return', 'sequence', 'account',
                *return_making.LINE])


class BoxOfficeReturnOperation(OfReturnMixin, ModelSQL):
    __name__ = 'tibillet.boxoffice.return-tibillet.ticket.operation'
    __string__ = "Box Office Return - Ticket Operation"

    operation = fields.Many2One(
        'tibillet.ticket.operation', "Operation", required=True,
        ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('operation_unique', Unique(table, table.operation),
                'tibillet_event.msg_boxoffice_return_operation_unique'),
            ]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, ['boxoffice_return', 'operation'])

    @classmethod
    def link(cls, boxoffice_return, ids):
        "Link the return to its operations"
        pool = Pool()
        Operation = pool.get('tibillet.ticket.operation')
        table, operation = cls.__table__(), Operation.__table__()
        for some in tools.sliced(ids):
            cursor().execute(*table.insert(
                    [table.boxoffice_return, table.operation,
                        table.create_uid, table.create_date],
                    operation.select(
                        Literal(boxoffice_return.id), operation.id,
                        Literal(Transaction().user),
                        Literal(boxoffice_return.made_at),
                        where=fields.SQL_OPERATORS['in'](
                            operation.id, list(some)))))


class BoxOfficeReturnPosting(OfReturnMixin, ModelSQL):
    __name__ = 'tibillet.boxoffice.return.posting'
    __string__ = "Box Office Return Posting"

    move = fields.Many2One(
        'account.move', "Move", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('return_unique', Unique(table, table.boxoffice_return),
                'tibillet_event.msg_boxoffice_return_posting_unique'),
            ]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, ['boxoffice_return', 'move'])


class Move(metaclass=PoolMeta):
    __name__ = 'account.move'

    @classmethod
    def _get_origin(cls):
        return super()._get_origin() + [
            'tibillet.boxoffice.return', 'tibillet.boxoffice.owed']
