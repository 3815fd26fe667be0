"""The keys of an event, that sign the codes of its tickets.

Derived from the masters of the server, one a version: an old one goes on
opening the doors. The database holds none of them.
"""
import datetime as dt

from tibillet_base import keys
from tibillet_base.tools import cursor, table

from trytond.model import fields
from trytond.pool import PoolMeta

from tibillet import chain, ticket_code

# Where no hour of the doors is said.
DOORS_BEFORE = dt.timedelta(hours=2)


def private(event, version):
    "Return the 32 secret bytes that sign the tickets of an event"
    return keys.derive(version, 'event', event.uuid)


def publics(event):
    "Return the 32 public bytes of each key of an event, by version"
    return {
        version: chain.public_key(private(event, version))
        for version in keys.masters()}


def since(performance):
    "Return from when the tickets of a performance open its doors, in UTC"
    return performance.doors or performance.start - DOORS_BEFORE


def get_printed(request):
    "Return what is printed of the tickets that a request has made"
    event = table('tibillet.event')
    operation = table('tibillet.ticket.operation')
    performance = table('tibillet.performance')
    statement = cursor()
    statement.execute(*operation
        .join(performance, condition=performance.id == operation.performance)
        .join(event, condition=event.id == performance.event)
        .select(
            operation.ticket_uuid, operation.number, operation.place_name,
            performance.uuid, performance.start, performance.end,
            performance.doors, event.uuid,
            where=operation.request == request,
            order_by=operation.rank.asc))
    version, found = keys.current(), []
    for uuid, number, place, date, start, end, doors, event_uuid in statement:
        code = ticket_code.Code(
            uuid, date, doors or start - DOORS_BEFORE, end, version)
        found.append({
                'ticket': uuid,
                'number': number,
                'place': place,
                'code': ticket_code.encode(
                    code, keys.derive(version, 'event', event_uuid)),
                })
    return found


class Ticket(metaclass=PoolMeta):
    __name__ = 'tibillet.ticket'

    code = fields.Function(fields.Char(
            "Code", strip=False,
            help="Signed, what the QR of the ticket holds."),
        'get_code')

    @classmethod
    def get_code(cls, tickets, name):
        version = keys.current()
        privates, codes = {}, {}
        for ticket in tickets:
            performance = ticket.performance
            event = performance.event
            if event not in privates:
                privates[event] = private(event, version)
            codes[ticket.id] = ticket_code.encode(
                ticket_code.Code(
                    ticket.uuid, performance.uuid, since(performance),
                    performance.end, version),
                privates[event])
        return codes
