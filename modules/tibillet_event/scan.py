from sql import Literal, Null
from sql.aggregate import Sum
from sql.conditionals import Case
from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin
from tibillet_base.instant import Instant
from tibillet_base.tools import cursor, table

from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pool import PoolMeta
from trytond.pyson import Eval, If

KINDS = [
    ('entry', "Entry"),
    ('exit', "Exit"),
    ]
RESULTS = [
    ('valid', "Valid"),
    ('already_used', "Already Used"),
    ('not_inside', "Not Inside"),
    ('cancelled', "Cancelled"),
    ('revoked', "Exchanged"),
    ('unpaid', "Not Paid"),
    ('wrong_performance', "Other Performance"),
    ('wrong_gate', "Other Gate"),
    ('called_off', "Does not Take Place"),
    ('too_early', "Too Early"),
    ('over', "Over"),
    ('bad_signature', "Bad Signature"),
    ('unknown', "Unknown"),
    ('not_a_ticket', "Not a Ticket"),
    ]


class Scan(FactMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.scan'
    __string__ = "Scan"
    _rec_name = 'nonce'
    _fact_message = 'tibillet_event.msg_scan_fact'

    company = fields.Many2One(
        'company.company', "Company", required=True, readonly=True,
        ondelete='RESTRICT')
    device = fields.Many2One(
        'tibillet.device', "Device", required=True, readonly=True,
        ondelete='RESTRICT')
    gate = fields.Many2One(
        'tibillet.gate', "Gate", required=True, readonly=True,
        ondelete='RESTRICT')
    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True, readonly=True,
        ondelete='RESTRICT',
        help="What the doors were open for.")
    ticket = fields.Many2One(
        'tibillet.ticket', "Ticket", readonly=True, ondelete='RESTRICT',
        help="Empty if what was read names no ticket.")
    code = fields.Char(
        "Code", readonly=True, strip=False,
        help="What was read, if it names no ticket.")
    kind = fields.Selection(
        KINDS, "Kind", required=True, readonly=True, sort=False)
    at = Instant(
        "At", required=True, readonly=True,
        help="On the clock of the server, or of the device when it was "
        "offline.")
    device_at = Instant(
        "On the Clock of the Device", required=True, readonly=True)
    nonce = fields.Char(
        "Request", required=True, readonly=True, strip=False,
        help="The identifier made by the device, so that it counts once.")
    digest = fields.Char(
        "Fingerprint", required=True, readonly=True, strip=False)
    result = fields.Selection(
        RESULTS, "Result", required=True, readonly=True, sort=False)
    offline = fields.Boolean(
        "Offline", readonly=True,
        help="The device decided by itself, and told the server later.")
    forced = fields.Boolean(
        "Let In Nevertheless", readonly=True,
        help="A device that was offline let somebody pass whom the server "
        "would have refused.")
    answer = fields.Text("Answer", required=True, readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('nonce_unique', Unique(table, table.device, table.nonce),
                'tibillet_event.msg_scan_nonce_unique'),
            ]
        cls._sql_indexes.update({
                Index(table, (table.ticket, Index.Equality())),
                Index(
                    table,
                    (table.performance, Index.Equality()),
                    (table.id, Index.Range())),
                Index(
                    table, (table.performance, Index.Equality()),
                    where=table.forced == Literal(True)),
                })
        cls._order = [('at', 'DESC'), ('id', 'DESC')]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, [
                'company', 'device', 'gate', 'performance', 'ticket', 'code',
                'kind', 'at', 'device_at', 'nonce', 'digest', 'result',
                'offline', 'forced', 'answer'])

    @classmethod
    def view_attributes(cls):
        return super().view_attributes() + [
            ('/tree', 'visual', If(
                    Eval('forced', False), 'danger',
                    If(Eval('result') != 'valid', 'warning',
                        If(Eval('kind') == 'exit', 'muted', 'success')))),
            ]


class Ticket(metaclass=PoolMeta):
    __name__ = 'tibillet.ticket'

    entered_at = Instant(
        "Entered At", readonly=True,
        states={
            'invisible': ~Eval('entered_at'),
            },
        help="For the last time.")
    entered_gate = fields.Many2One(
        'tibillet.gate', "Entered By", readonly=True, ondelete='RESTRICT',
        states={
            'invisible': ~Eval('entered_at'),
            })
    left_at = Instant(
        "Left At", readonly=True,
        states={
            'invisible': ~Eval('left_at'),
            },
        help="Empty while the holder is inside.")


def is_outside(ticket):
    "Return the SQL that tells whether the holder is not inside"
    return (ticket.entered_at == Null) | (ticket.left_at != Null)


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    people_inside = fields.Function(fields.Integer(
            "People Inside",
            help="Who have entered and not left."),
        'get_people')
    people_entered = fields.Function(fields.Integer(
            "People Entered",
            help="Who have entered at least once, of those with a valid "
            "ticket."),
        'get_people')

    @classmethod
    def get_people(cls, performances, names):
        ticket = table('tibillet.ticket')
        where = {
            'people_inside': ~is_outside(ticket),
            'people_entered': ticket.entered_at != Null,
            }
        result = {
            name: dict.fromkeys((p.id for p in performances), 0)
            for name in names}
        statement = cursor()
        statement.execute(*ticket.select(
                ticket.performance,
                *(Sum(Case((where[name], 1), else_=0)) for name in names),
                where=fields.SQL_OPERATORS['in'](
                    ticket.performance, [p.id for p in performances])
                & (ticket.state == 'valid'),
                group_by=ticket.performance))
        for id_, *values in statement:
            for name, value in zip(names, values, strict=True):
                result[name][id_] = int(value)
        return result
