from sql.operators import Equal
from tibillet_base import tools
from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import Exclude, Index, ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from .exceptions import TicketAccessError
from .tariff_count import Person
from .ticket_exceptions import TicketEraseError


class Ticket(OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.ticket'
    __string__ = "Ticket"
    _rec_name = 'number'

    number = fields.Char(
        "Number", required=True, readonly=True,
        help="That of the operation that made it.")
    uuid = fields.Char("Identifier", required=True, readonly=True, strip=False)
    company = fields.Many2One(
        'company.company', "Sold by", required=True, readonly=True,
        ondelete='RESTRICT')
    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True, readonly=True,
        ondelete='RESTRICT')
    place = fields.Many2One(
        'tibillet.place', "Place", required=True, readonly=True,
        ondelete='RESTRICT')
    tariff = fields.Many2One(
        'tibillet.tariff', "Tariff", required=True, readonly=True,
        ondelete='RESTRICT')
    hold = fields.Many2One(
        'tibillet.place.hold', "Hold", required=True, readonly=True,
        ondelete='RESTRICT')
    paid = Monetary(
        "Paid", currency='currency', digits='currency', required=True,
        readonly=True, help="Tax and fee included.")
    promotion = fields.Many2One(
        'tibillet.promotion', "Promotion", readonly=True,
        ondelete='RESTRICT',
        states={
            'invisible': ~Eval('promotion'),
            })
    price_before = Monetary(
        "Instead Of", currency='currency', digits='currency', readonly=True,
        states={
            'invisible': ~Eval('promotion'),
            },
        help="What it would have cost without the promotion.")
    pass_sale = fields.Many2One(
        'tibillet.pass.sale', "Season Pass", readonly=True,
        ondelete='RESTRICT',
        states={
            'invisible': ~Eval('pass_sale'),
            })
    state = fields.Selection([
            ('valid', "Valid"),
            ('cancelled', "Cancelled"),
            ('exchanged', "Exchanged"),
            ], "State", required=True, readonly=True, sort=False)
    prints = fields.Integer(
        "Printed", required=True, readonly=True,
        help="How often; after the first time it is a duplicate.")
    holder = fields.Char("Holder", readonly=True)
    party = fields.Many2One(
        'party.party', "Party", readonly=True, ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    email = fields.Char("E-mail", readonly=True)
    operations = fields.One2Many(
        'tibillet.ticket.operation', 'ticket', "Operations", readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique', Unique(table, table.company, table.number),
                'tibillet_event.msg_ticket_number_unique'),
            ('uuid_unique', Unique(table, table.uuid),
                'tibillet_event.msg_uuid_unique'),
            # The last defence: place_writer gives a place once.
            ('place_unique',
                Exclude(table, (table.place, Equal),
                    where=table.state == 'valid'),
                'tibillet_event.msg_ticket_place_unique'),
            ]
        cls._sql_indexes.update({
                Index(
                    table,
                    (table.performance, Index.Equality()),
                    (table.state, Index.Equality())),
                Index(table, (table.place, Index.Equality())),
                Index(table, (table.promotion, Index.Equality())),
                Index(table, (table.pass_sale, Index.Equality())),
                Index(table, (table.holder, Index.Similarity())),
                Index(table, (table.email, Index.Similarity())),
                })
        cls._order = [('id', 'DESC')]

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('number', *clause[1:]),
            ('holder', *clause[1:]),
            ('email', *clause[1:]),
            ]

    @classmethod
    def get_open(cls, now):
        "Return the domain of the tickets that let in or are to be paid back"
        return [
            ('state', '=', 'valid'),
            ['OR',
                ('performance.end', '>', now),
                # It is still to come, or what was paid is still owed.
                ('performance.state', 'in', ['postponed', 'cancelled']),
                ],
            ]

    @classmethod
    def check_modification(cls, mode, tickets, values=None, external=False):
        super().check_modification(
            mode, tickets, values=values, external=external)
        # Each change of a ticket is an operation: ticket_writer makes them.
        for ticket in tickets:
            raise TicketAccessError(gettext(
                    'tibillet_event.msg_ticket_modify',
                    ticket=ticket.rec_name))


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls):
        return super().fields_to_replace() + [
            ('tibillet.ticket', 'party'),
            ]

    def transition_replace(self):
        transition = super().transition_replace()
        # Counted again from the tickets, which are of one person now.
        count = table('tibillet.tariff.count')
        cursor().execute(*count.delete(where=count.person.in_([
                        Person(party=party.id).key
                        for party in [
                            self.ask.source, self.ask.destination]])))
        return transition


class Erase(metaclass=PoolMeta):
    __name__ = 'party.erase'

    def check_erase_company(self, party, company):
        pool = Pool()
        Ticket = pool.get('tibillet.ticket')
        super().check_erase_company(party, company)
        tickets = Ticket.search([
                ('party', '=', party.id),
                ('company', '=', company.id),
                Ticket.get_open(tools.now()),
                ], limit=1)
        for ticket in tickets:
            raise TicketEraseError(gettext(
                    'tibillet_event.msg_erase_ticket',
                    party=party.rec_name,
                    ticket=ticket.rec_name,
                    company=company.rec_name))

    def to_erase(self, party_id):
        pool = Pool()
        Ticket = pool.get('tibillet.ticket')
        # Numbers, amounts and operations are kept: the law wants them.
        return super().to_erase(party_id) + [
            (Ticket, [('party', '=', party_id)], True,
                ['holder', 'email'], [None, None]),
            ]
