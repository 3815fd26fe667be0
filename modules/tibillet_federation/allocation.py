from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, fields
from trytond.modules.currency.fields import Monetary

from .exceptions import AllocationModificationError

KINDS = [
    ('recoupment', "Recoupment"),
    ('tier', "Cascade"),
    ('destination', "Destination"),
    ('local', "Local Fund"),
    ('reimbursement', "Common Cost"),
    ]


class Allocation(ModelSQL, ModelView):
    __name__ = 'tibillet.convention.allocation'
    __string__ = "Convention Allocation"
    # People make none, its statement does when it is locked.
    _server_fields = {
        'line', 'payer', 'beneficiary', 'kind', 'key', 'name', 'amount',
        'mode'}

    line = fields.Many2One(
        'tibillet.convention.statement.line', "Statement Line",
        required=True, ondelete='CASCADE')
    statement = fields.Function(
        fields.Many2One('tibillet.convention.statement', "Statement"),
        'on_change_with_statement', searcher='search_statement')
    service = fields.Function(
        fields.Many2One('tibillet.convention.service', "Service"),
        'on_change_with_service')
    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')
    payer = fields.Many2One(
        'party.party', "Payer", required=True, ondelete='RESTRICT',
        help="The operator of the service.")
    beneficiary = fields.Many2One(
        'party.party', "Beneficiary", required=True, ondelete='RESTRICT')
    kind = fields.Selection(KINDS, "Kind", required=True, sort=False)
    kind_string = kind.translated('kind')
    key = fields.Char("Key")
    name = fields.Char(
        "For", help="The line of the cascade or the destination.")
    amount = Monetary(
        "Amount", currency='currency', digits='currency', required=True,
        help="Negative when a correction takes back.")
    mode = fields.Selection([
            ('pay', "To Pay"),
            ('retain', "Retained"),
            ], "Mode", required=True, sort=False,
        help="The operator keeps what it would pay to itself.")
    invoice_lines = fields.One2Many(
        'account.invoice.line', 'origin', "Invoice Lines", readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('line')
        table = cls.__table__()
        cls._sql_indexes.add(Index(table, (table.line, Index.Equality())))
        cls._order = [
            ('line', 'ASC'),
            ('id', 'ASC'),
            ]

    @fields.depends('line', '_parent_line.statement')
    def on_change_with_statement(self, name=None):
        return self.line.statement if self.line else None

    @classmethod
    def search_statement(cls, name, clause):
        return [('line.' + clause[0], *clause[1:])]

    @fields.depends('line', '_parent_line.service')
    def on_change_with_service(self, name=None):
        return self.line.service if self.line else None

    @fields.depends('line', '_parent_line.currency')
    def on_change_with_currency(self, name=None):
        return self.line.currency if self.line else None

    def get_rec_name(self, name):
        return ' - '.join(filter(None, [
                    self.line.rec_name, self.name or self.kind_string]))

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('line.service.rec_name', *clause[1:])]

    @classmethod
    def check_modification(
            cls, mode, allocations, values=None, external=False):
        super().check_modification(
            mode, allocations, values=values, external=external)
        for allocation in allocations:
            if external or (
                    mode != 'create' and allocation.line.statement.is_locked):
                raise AllocationModificationError(gettext(
                        'tibillet_federation.msg_allocation_immutable',
                        allocation=allocation.rec_name,
                        statement=allocation.line.statement.rec_name))
