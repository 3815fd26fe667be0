"""Season passes that were sold, each with its tickets."""
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin
from tibillet_base.instant import Instant
from tibillet_base.of_company import OfCompanyMixin

from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary

from .tariff_price import ZERO


class PassSale(FactMixin, OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.pass.sale'
    __string__ = "Pass Sale"
    _rec_name = 'number'
    _fact_message = 'tibillet_event.msg_pass_sale_fact'

    number = fields.Char(
        "Number", required=True, readonly=True, strip=False,
        help="That of its first ticket.")
    season_pass = fields.Many2One(
        'tibillet.pass', "Pass", required=True, readonly=True,
        ondelete='RESTRICT')
    company = fields.Many2One(
        'company.company', "Sold by", required=True, readonly=True,
        ondelete='RESTRICT')
    at = Instant("At", required=True, readonly=True)
    price = Monetary(
        "Paid", currency='currency', digits='currency', required=True,
        readonly=True, help="For all its dates, tax included.")
    holder = fields.Function(
        fields.Char("Holder"), 'get_holder', searcher='search_holder')
    tickets = fields.One2Many(
        'tibillet.ticket', 'pass_sale', "Tickets", readonly=True,
        order=[('performance.start', 'ASC'), ('id', 'ASC')])
    dates_left = fields.Function(fields.Integer(
            "Valid Tickets", help="Neither given back nor exchanged."),
        'get_tickets')
    worth = fields.Function(Monetary(
            "Worth", currency='currency', digits='currency',
            help="What was paid for the valid tickets."), 'get_tickets')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique', Unique(table, table.company, table.number),
                'tibillet_event.msg_ticket_number_unique'),
            ]
        cls._sql_indexes.add(
            Index(table, (table.season_pass, Index.Equality())))
        cls._order = [('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'number', 'season_pass', 'company', 'at', 'price'])

    def get_holder(self, name):
        "Return who has it, as its tickets say"
        for ticket in self.tickets:
            return ticket.holder

    @classmethod
    def search_holder(cls, name, clause):
        return [('tickets.' + clause[0], *clause[1:])]

    @property
    def valid_tickets(self):
        return [t for t in self.tickets if t.state == 'valid']

    @classmethod
    def get_tickets(cls, sales, names):
        found = {name: {} for name in names}
        for sale in sales:
            valid = sale.valid_tickets
            values = {
                'dates_left': len(valid),
                'worth': sum((t.paid for t in valid), ZERO),
                }
            for name in names:
                found[name][sale.id] = values[name]
        return found

    def get_rec_name(self, name):
        return f'{self.season_pass.rec_name} – {self.number}'

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('number', *clause[1:]),
            ('tickets.rec_name', *clause[1:]),
            ('season_pass.rec_name', *clause[1:]),
            ]
