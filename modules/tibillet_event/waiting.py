"""People who wait for places of a performance, and what they are offered."""
import datetime as dt

from sql import Null
from sql.conditionals import Case
from tibillet_base import mail, tools
from tibillet_base.instant import Instant
from tibillet_base.tools import cursor, forget, table

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pyson import Eval, If
from trytond.transaction import Transaction, without_check_access

from . import place_writer, waiting_check, waiting_mail, waiting_offer
from .place_sql import clock
from .waiting_exceptions import (
    WaitingAccessError, WaitingOfferError, WaitingStateError)
from .waiting_sql import is_waiting

# After a performance nobody needs to know who had waited for it.
KEPT = dt.timedelta(days=30)
PERSONAL = ['party', 'holder', 'email', 'phone', 'person']
# What the acts write.
WRITTEN = {
    'arrived_at', 'person', 'turn', 'until', 'hold', 'offered_at',
    'offered_until', 'offered', 'mailed_at', 'taken_at', 'refused_at',
    'withdrawn_at', 'request'}
_STATES = {
    'readonly': Eval('id', -1) >= 0,
    }


class Waiting(ModelSQL, ModelView):
    __name__ = 'tibillet.waiting'
    __string__ = "Waiting List Entry"

    company = fields.Many2One(
        'company.company', "Company", required=True, states=_STATES,
        ondelete='RESTRICT', help="Who sells the places.")
    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True,
        ondelete='CASCADE',
        domain=[
            If(Eval('id', -1) < 0, ('state', '=', 'on_sale'), ()),
            ],
        states=_STATES)
    event = fields.Function(fields.Many2One(
            'tibillet.event', "Event"), 'on_change_with_event')
    tariff = fields.Many2One(
        'tibillet.tariff', "Tariff", ondelete='RESTRICT',
        domain=[
            ('event', '=', Eval('event', -1)),
            ],
        states=_STATES, help="Leave empty if any will do.")
    allotment = fields.Many2One(
        'tibillet.allotment', "Allotment", ondelete='CASCADE',
        domain=[
            ('performance', '=', Eval('performance', -1)),
            ],
        states=_STATES,
        help="Leave empty to wait for places that are in none.")
    quantity = fields.Integer(
        "Places", required=True,
        domain=[
            ('quantity', '>', 0),
            ],
        states=_STATES)
    partial = fields.Boolean(
        "Fewer Will Do", states=_STATES,
        help="Otherwise all or nothing: others are served before while too "
        "few places are free.")
    party = fields.Many2One(
        'party.party', "Party", ondelete='RESTRICT', states=_STATES,
        context={
            'company': Eval('company', -1),
            'buyer': True,
            },
        depends=['company'])
    holder = fields.Char("Name", states=_STATES)
    email = fields.Char(
        "E-mail", states=_STATES,
        help="Verified by who writes it; the offer is sent there.")
    phone = fields.Char(
        "Phone", states=_STATES,
        help="Verified by who writes it, to call who has no e-mail.")
    who = fields.Function(fields.Char("Who"), 'get_who')
    person = fields.Char("Person", readonly=True, strip=False)
    turn = fields.Char("Turn", readonly=True, strip=False)
    arrived_at = Instant("Arrived At", readonly=True)
    until = fields.DateTime(
        "On the List Until", readonly=True,
        help="Then the list is over, and what is free is for everybody.")
    hold = fields.Many2One(
        'tibillet.place.hold', "Hold", readonly=True, ondelete='CASCADE')
    offered = fields.Integer(
        "Places Offered", readonly=True,
        states={
            'invisible': ~Eval('offered_at'),
            })
    offered_at = Instant(
        "Offered At", readonly=True,
        states={
            'invisible': ~Eval('offered_at'),
            })
    offered_until = fields.DateTime(
        "Offered Until", readonly=True,
        states={
            'invisible': ~Eval('offered_at'),
            },
        help="Then the places are offered to the next one.")
    mailed_at = Instant(
        "Message Sent At", readonly=True,
        states={
            'invisible': ~Eval('mailed_at'),
            })
    taken_at = Instant(
        "Taken At", readonly=True,
        states={
            'invisible': ~Eval('taken_at'),
            })
    refused_at = Instant(
        "Refused At", readonly=True,
        states={
            'invisible': ~Eval('refused_at'),
            })
    withdrawn_at = Instant(
        "Withdrawn At", readonly=True,
        states={
            'invisible': ~Eval('withdrawn_at'),
            })
    request = fields.Char("Request", readonly=True, strip=False)
    state = fields.Function(fields.Selection([
                ('waiting', "Waiting"),
                ('offered', "Offered"),
                ('taken', "Taken"),
                ('refused', "Refused"),
                ('expired', "Expired"),
                ('withdrawn', "Withdrawn"),
                ], "State", sort=False))

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('turn_unique', Unique(table, table.turn),
                'tibillet_event.msg_waiting_twice'),
            ]
        cls._sql_indexes.update({
                # Who waits; every sale looks into it.
                Index(
                    table,
                    (table.performance, Index.Equality()),
                    where=(table.offered_at == Null)
                    & (table.withdrawn_at == Null)),
                Index(table, (table.performance, Index.Equality())),
                })
        cls._order = [
            ('performance', 'ASC'),
            ('arrived_at', 'ASC'),
            ('id', 'ASC'),
            ]
        cls._buttons.update({
                'withdraw': {
                    'invisible': (
                        (Eval('state') != 'waiting') | (Eval('id', -1) < 0)),
                    'icon': 'tryton-cancel',
                    'depends': ['state'],
                    },
                'refuse': {
                    'invisible': Eval('state') != 'offered',
                    'icon': 'tryton-cancel',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_company(cls):
        return Transaction().context.get('company')

    @classmethod
    def default_quantity(cls):
        return 1

    @classmethod
    def default_partial(cls):
        return False

    @classmethod
    def default_state(cls):
        return 'waiting'

    @fields.depends('performance', '_parent_performance.event')
    def on_change_with_event(self, name=None):
        return self.performance.event if self.performance else None

    @fields.depends('performance', 'tariff', 'allotment')
    def on_change_performance(self):
        self.tariff = self.allotment = None

    def get_who(self, name):
        return (
            self.holder or (self.party.rec_name if self.party else None)
            or self.email or self.phone)

    @property
    def address(self):
        return waiting_mail.get_address(self)

    def get_rec_name(self, name):
        return ' – '.join(filter(None, [self.who, self.performance.rec_name]))

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('holder', *clause[1:]),
            ('party.rec_name', *clause[1:]),
            ('email', *clause[1:]),
            ('phone', *clause[1:]),
            ('performance.rec_name', *clause[1:]),
            ]

    @classmethod
    def column_state(cls, tables):
        waiting, _ = tables[None]
        performance = table('tibillet.performance')
        over = waiting.performance.in_(performance.select(
                performance.id,
                where=performance.state.in_(['closed', 'cancelled'])))
        return Case(
            (waiting.taken_at != Null, 'taken'),
            (waiting.refused_at != Null, 'refused'),
            (waiting.withdrawn_at != Null, 'withdrawn'),
            (over, 'expired'),
            ((waiting.offered_at != Null)
                & (waiting.offered_until > clock()), 'offered'),
            ((waiting.offered_at == Null)
                & (waiting.until > clock()), 'waiting'),
            else_='expired')

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('state') == 'offered', 'warning',
                    If(Eval('state') == 'taken', 'success',
                        If(Eval('state') == 'waiting', '', 'muted')))),
            ]

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        if mode == 'create':
            values.update(waiting_check.get_values(values))
        return values

    @classmethod
    def check_modification(cls, mode, entries, values=None, external=False):
        super().check_modification(
            mode, entries, values=values, external=external)
        # The acts write it.
        if mode != 'create':
            for entry in entries:
                raise WaitingAccessError(gettext(
                        'tibillet_event.msg_waiting_modify',
                        entry=entry.rec_name))

    @classmethod
    def copy(cls, entries, default=None):
        default = default.copy() if default is not None else {}
        for name in sorted(WRITTEN):
            default.setdefault(name)
        return super().copy(entries, default=default)

    @classmethod
    @ModelView.button
    @without_check_access
    def withdraw(cls, entries):
        "Take people who wait off the list"
        for entry in entries:
            waiting = cls.__table__()
            if not entry._write(
                    is_waiting(waiting, tools.now()), waiting,
                    withdrawn_at=tools.now()):
                raise WaitingStateError(gettext(
                        'tibillet_event.msg_waiting_state',
                        entry=entry.rec_name))

    @classmethod
    @ModelView.button
    @without_check_access
    def refuse(cls, entries):
        "Give back what people are offered, to the next ones"
        for entry in entries:
            entry.claim(refused_at=tools.now())
            place_writer.release(entry.hold.uuid)
        for performance in {e.performance for e in entries}:
            waiting_offer.make(performance)

    @classmethod
    @without_check_access
    def end(cls, entries):
        "End what is open of the entries, whose people are forgotten"
        by_state = {
            state: [e for e in entries if e.state == state]
            for state in ['waiting', 'offered']}
        cls.withdraw(by_state['waiting'])
        cls.refuse(by_state['offered'])

    def claim(self, **values):
        "Write what becomes of an open offer, refuse if it is not any more"
        waiting = self.__table__()
        if not self._write(
                (waiting.offered_at != Null) & (waiting.taken_at == Null)
                & (waiting.refused_at == Null)
                & (waiting.offered_until > tools.now()),
                waiting, **values):
            raise WaitingOfferError(gettext(
                    'tibillet_event.msg_waiting_no_offer',
                    entry=self.rec_name))

    def _write(self, where, waiting, **values):
        "Write the end of an entry, return whether it had not come before"
        statement = cursor()
        statement.execute(*waiting.update(
                [getattr(waiting, name) for name in values]
                + [waiting.turn, waiting.write_date, waiting.write_uid],
                [*values.values(), Null, clock(), Transaction().user],
                where=(waiting.id == self.id) & where))
        forget(self.__class__, [self.id])
        return bool(statement.rowcount)

    @classmethod
    def make_offers(cls):
        "Offer what is free to those who wait, as a task"
        waiting = cls.__table__()
        performance = table('tibillet.performance')
        event = table('tibillet.event')
        for company in tools.each_company():
            statement = cursor()
            statement.execute(*waiting
                .join(performance,
                    condition=waiting.performance == performance.id)
                .join(event, condition=performance.event == event.id)
                .select(
                    performance.id,
                    where=(event.company == company.id)
                    & (performance.state == 'on_sale')
                    & is_waiting(waiting, tools.now()),
                    group_by=[performance.id],
                    order_by=[performance.id]))
            for id_, in statement.fetchall():
                waiting_offer.make(id_)

    @classmethod
    @without_check_access
    def send_offer(cls, entries):
        "Send each person the message of the offer, once"
        waiting = cls.__table__()
        statement = cursor()
        for entry in entries:
            statement.execute(*waiting.update(
                    [waiting.mailed_at], [tools.now()],
                    where=(waiting.id == entry.id)
                    & (waiting.mailed_at == Null)))
            if statement.rowcount:
                waiting_mail.send(entry)
        forget(cls, [e.id for e in entries])

    @classmethod
    @without_check_access
    def forget_people(cls):
        "Forget who has waited for performances that are long over, as a task"
        for company in tools.each_company():
            entries = cls.search([
                    ('company', '=', company.id),
                    ('performance.end', '<', tools.now() - KEPT),
                    ('person', '!=', None),
                    ])
            cls.forget(entries)

    @classmethod
    def forget(cls, entries):
        "Forget who the entries are of, and what was written to them"
        waiting = cls.__table__()
        for some in tools.sliced(entries):
            ids = [e.id for e in some]
            cursor().execute(*waiting.update(
                    [getattr(waiting, n) for n in [*PERSONAL, 'turn']],
                    [Null] * (len(PERSONAL) + 1),
                    where=fields.SQL_OPERATORS['in'](waiting.id, ids)))
            forget(cls, ids)
        mail.forget(entries)
