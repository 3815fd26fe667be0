"""What the holders of tickets of a changed performance have chosen."""
from collections import defaultdict
from decimal import Decimal

from sql import Null
from tibillet_base import tools
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin
from tibillet_base.instant import Instant
from tibillet_base.of_company import OfCompanyMixin
from tibillet_base.tools import cursor, forget, table

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval, If
from trytond.transaction import without_check_access

from . import change_mail, ticket_cancel
from .exceptions import (
    ChoiceDeadlineError, ChoiceMadeError, ChoiceOfferError, ChoicePastError,
    ChoiceTicketError, ChoiceUUIDError)
from .refund import Terms

CHOICES = [
    ('waiting', "Waiting"),
    ('keep', "Kept"),
    ('refund', "Paid Back"),
    ('give', "Given"),
    ]


class PerformanceChoice(FactMixin, OfCompanyMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.performance.choice'
    __string__ = "Performance Choice"
    _fact_message = 'tibillet_event.msg_performance_choice_fact'

    change = fields.Many2One(
        'tibillet.performance.change', "Change", required=True, readonly=True,
        ondelete='RESTRICT')
    performance = fields.Function(fields.Many2One(
            'tibillet.performance', "Performance"),
        'on_change_with_performance', searcher='search_performance')
    company = fields.Many2One(
        'company.company', "Sold by", required=True, readonly=True,
        ondelete='RESTRICT')
    party = fields.Many2One(
        'party.party', "Party", readonly=True, ondelete='RESTRICT',
        context={
            'company': Eval('company', -1),
            },
        depends=['company'])
    holder = fields.Char("Name", readonly=True, strip=False)
    who = fields.Function(fields.Char(
            "Holder", help="The tickets of who has given no name."),
        'get_who')
    email = fields.Char(
        "E-mail", readonly=True, strip=False,
        help="Where the message goes; empty if no address is known.")
    language = fields.Char("Language", readonly=True, strip=False)
    quantity = fields.Integer("Tickets", required=True, readonly=True)
    amount = Monetary(
        "Paid", currency='currency', digits='currency', required=True,
        readonly=True, help="What the tickets have cost, with tax and fee.")
    tickets = fields.Many2Many(
        'tibillet.performance.choice-tibillet.ticket', 'choice', 'ticket',
        "Tickets", readonly=True)
    choice = fields.Selection(
        CHOICES, "Choice", required=True, readonly=True, sort=False)
    choice_string = choice.translated('choice')
    deadline = fields.Function(
        fields.Date("Until"), 'on_change_with_deadline')
    mailed_at = Instant(
        "Message Sent At", readonly=True,
        states={
            'invisible': ~Eval('mailed_at'),
            })
    chosen_at = Instant(
        "Chosen At", readonly=True,
        states={
            'invisible': ~Eval('chosen_at'),
            })
    chosen_by = fields.Char(
        "Recorded By", readonly=True, strip=False,
        states={
            'invisible': ~Eval('chosen_at'),
            },
        help="Who has recorded the choice.")
    request = fields.Char(
        "Request", readonly=True, strip=False,
        help="The identifier of the choice and of what it has cancelled.")
    operations = fields.Function(fields.Many2Many(
            'tibillet.ticket.operation', None, None, "Operations",
            states={
                'invisible': ~Eval('operations', []),
                }),
        'get_operations')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('request_unique', Unique(table, table.request),
                'tibillet_event.msg_uuid_unique'),
            ]
        cls._sql_indexes.update({
                Index(
                    table,
                    (table.change, Index.Equality()),
                    (table.choice, Index.Equality())),
                Index(table, (table.request, Index.Equality())),
                })
        cls._order = [('change', 'DESC'), ('id', 'ASC')]
        cls._buttons.update({
                'choose_wizard': {
                    'invisible': Eval('choice') != 'waiting',
                    'icon': 'tryton-ok',
                    'depends': ['choice'],
                    },
                })

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, [
                'change', 'company', 'quantity', 'amount', 'choice',
                'chosen_at', 'chosen_by', 'request'],
            party_columns=['party'], when="OLD.choice <> 'waiting'",
            personal_columns=['party', 'holder', 'email'])

    @fields.depends('change', '_parent_change.performance')
    def on_change_with_performance(self, name=None):
        return self.change.performance if self.change else None

    @classmethod
    def search_performance(cls, name, clause):
        return [('change.' + clause[0], *clause[1:])]

    @fields.depends('change', '_parent_change.deadline')
    def on_change_with_deadline(self, name=None):
        return self.change.deadline if self.change else None

    @classmethod
    def get_operations(cls, choices, name):
        pool = Pool()
        Operation = pool.get('tibillet.ticket.operation')
        by_request = defaultdict(list)
        for choice in choices:
            if choice.request:
                request = choice.request.removesuffix(f'/{choice.id}')
                by_request[request].append(choice)
        operations = {c.id: [] for c in choices}
        for operation in Operation.search([
                    ('request', 'in', list(by_request)),
                    ], order=[('id', 'ASC')]):
            for choice in by_request[operation.request]:
                if operation.ticket in choice.tickets:
                    operations[choice.id].append(operation.id)
        return operations

    def get_who(self, name):
        return self.holder or self.email or ', '.join(
            t.number for t in self.tickets)

    def get_rec_name(self, name):
        return f'{self.who} – {self.change.rec_name}'

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('holder', *clause[1:]),
            ('email', *clause[1:]),
            ('tickets.number', *clause[1:]),
            ('change.rec_name', *clause[1:]),
            ]

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('choice') == 'waiting', 'warning',
                    If(Eval('choice') == 'keep', 'muted', 'success'))),
            ]

    @classmethod
    @ModelView.button_action('tibillet_event.wizard_performance_choose')
    def choose_wizard(cls, choices):
        pass

    @property
    def valid_tickets(self):
        "The tickets that nothing has happened to since"
        return [t for t in self.tickets if t.state == 'valid']

    @classmethod
    @without_check_access
    def choose(
            cls, choice, answer, uuid, tickets=None, point=None, method=None):
        """Record what a holder has chosen, do it, and return the choice

        answer: keep, refund or give; once for the uuid.
        tickets: some of those of the choice, the others go on waiting.
        point, method: the till, and how it pays back.

        Who calls has checked who asks: staff at the counter, or a holder who
        has proved to be one.
        """
        tools.write_alone()
        found = cls.search([('request', '=', uuid)])
        if found:
            return cls._replay(found[0], choice, answer)
        choice = cls(int(choice))
        choice._check(answer)
        some = choice._get_some(tickets)
        if len(some) < len(choice.tickets):
            choice = choice._split(some)
        choice._claim(answer, uuid)
        if answer != 'keep' and some:
            ticket_cancel.cancel(
                point, uuid, some, method if answer == 'refund' else None,
                Terms(with_fee=True, as_gift=answer == 'give'),
                called_off=True)
        return cls(choice.id)

    @classmethod
    @without_check_access
    def close(cls, tickets, answer, request):
        """Keep what became of tickets that still wait, when it was not chosen
        here but in the list of tickets

        tickets: ids; request: of what has cancelled or exchanged them.
        """
        ids = {int(t) for t in tickets}
        for choice in cls.search([
                    ('choice', '=', 'waiting'),
                    ('tickets', 'in', list(ids)),
                    ], order=[('id', 'ASC')]):
            if choice.change.is_last:
                part = choice
                if any(t.id not in ids for t in choice.valid_tickets):
                    part = choice._split(
                        [t for t in choice.tickets if t.id in ids])
                part._claim(answer, f'{request}/{part.id}')

    @classmethod
    def _replay(cls, first, choice, answer):
        if (first.choice != answer
                or first.change != cls(int(choice)).change):
            raise ChoiceUUIDError(gettext(
                    'tibillet_event.msg_performance_choice_uuid',
                    uuid=first.request))
        return first

    def _check(self, answer):
        "Refuse what is not offered, or not any more"
        change = self.change
        names = {'choice': self.rec_name}
        if answer not in change.offers:
            raise ChoiceOfferError(gettext(
                    'tibillet_event.msg_performance_choice_offer', **names))
        if not change.is_last:
            raise ChoicePastError(gettext(
                    'tibillet_event.msg_performance_choice_past', **names))
        # What is owed for a cancelled performance stays owed.
        if change.kind == 'postponed' and tools.now() >= change.ends_at:
            raise ChoiceDeadlineError(gettext(
                    'tibillet_event.msg_performance_choice_deadline',
                    deadline=change_mail.format_date(change.deadline),
                    **names))
        if self.choice != 'waiting':
            self.refuse_again()

    def refuse_again(self):
        "Say what was chosen before"
        pool = Pool()
        Choice = pool.get('tibillet.performance.choice')
        first = Choice(self.id)
        raise ChoiceMadeError(gettext(
                'tibillet_event.msg_performance_choice_made',
                choice=first.rec_name,
                made=first.choice_string, by=first.chosen_by or ''))

    def _get_some(self, tickets):
        "Return the tickets that are chosen for"
        valid = self.valid_tickets
        if tickets is None:
            return valid
        some = {int(t) for t in tickets}
        if not some or not some <= {t.id for t in valid}:
            raise ChoiceTicketError(gettext(
                    'tibillet_event.msg_performance_choice_tickets',
                    choice=self.rec_name))
        return [t for t in valid if t.id in some]

    def _split(self, some):
        "Return a choice of its own for some of the tickets"
        Choice = self.__class__
        amount = sum((t.paid for t in some), Decimal(0))
        own = table('tibillet.performance.choice')
        link = table('tibillet.performance.choice-tibillet.ticket')
        statement = cursor()
        statement.execute(*own.update(
                [own.quantity, own.amount],
                [own.quantity - len(some), self.amount - amount],
                where=(own.id == self.id) & (own.choice == 'waiting')
                & (own.quantity == self.quantity)))
        if not statement.rowcount:
            self.refuse_again()
        part, = Choice.create([{
                    'change': self.change.id,
                    'company': self.company.id,
                    'party': self.party.id if self.party else None,
                    'holder': self.holder,
                    'email': self.email,
                    'language': self.language,
                    'mailed_at': self.mailed_at,
                    'quantity': len(some),
                    'amount': amount,
                    'choice': 'waiting',
                    }])
        statement.execute(*link.update(
                [link.choice], [part.id],
                where=(link.choice == self.id)
                & fields.SQL_OPERATORS['in'](
                    link.ticket, [t.id for t in some])))
        forget(Choice, [self.id, part.id])
        return Choice(part.id)

    def _claim(self, answer, uuid):
        "Keep the answer, if nobody has given another one meanwhile"
        own = table('tibillet.performance.choice')
        statement = cursor()
        statement.execute(*own.update(
                [own.choice, own.chosen_at, own.chosen_by, own.request,
                    own.write_date],
                [answer, tools.now(), tools.who(), uuid, tools.now()],
                where=(own.id == self.id) & (own.choice == 'waiting')))
        forget(self.__class__, [self.id])
        if not statement.rowcount:
            self.refuse_again()

    @classmethod
    @without_check_access
    def send_message(cls, choices):
        "Send each holder the message of the change, once"
        own = table('tibillet.performance.choice')
        statement = cursor()
        for choice in choices:
            statement.execute(*own.update(
                    [own.mailed_at], [tools.now()],
                    where=(own.id == choice.id) & (own.mailed_at == Null)))
            if statement.rowcount:
                change_mail.send(choice)
        forget(cls, [c.id for c in choices])


class PerformanceChoiceTicket(ModelSQL):
    __name__ = 'tibillet.performance.choice-tibillet.ticket'
    __string__ = "Performance Choice - Ticket"

    choice = fields.Many2One(
        'tibillet.performance.choice', "Choice", required=True,
        ondelete='RESTRICT')
    ticket = fields.Many2One(
        'tibillet.ticket', "Ticket", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls.__access__.add('choice')
        cls._sql_constraints += [
            ('ticket_unique', Unique(table, table.choice, table.ticket),
                'tibillet_event.msg_performance_choice_ticket_unique'),
            ]
        cls._sql_indexes.add(Index(table, (table.ticket, Index.Equality())))


class Replace(metaclass=PoolMeta):
    __name__ = 'party.replace'

    @classmethod
    def fields_to_replace(cls):
        return super().fields_to_replace() + [
            ('tibillet.performance.choice', 'party'),
            ]


class Erase(metaclass=PoolMeta):
    __name__ = 'party.erase'

    def to_erase(self, party_id):
        pool = Pool()
        Choice = pool.get('tibillet.performance.choice')
        # Tickets with the same address are of one choice.
        return super().to_erase(party_id) + [
            (Choice, ['OR',
                    ('party', '=', party_id),
                    ('tickets.party', '=', party_id),
                    ], True,
                ['holder', 'email'], [None, None]),
            ]

    @classmethod
    def get_messages(cls, party_id):
        return super().get_messages(party_id) + [
            ('tibillet.performance.choice', ['OR',
                    ('party', '=', party_id),
                    ('tickets.party', '=', party_id),
                    ]),
            ]
