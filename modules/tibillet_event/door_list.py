"""What a device keeps of a performance to decide without network.

The list is signed as a whole with the key of the event. It holds no e-mail,
and names only where the venue manager shows them, of those tickets that the
company of the gate has sold.
"""
import base64
import datetime as dt

from sql.conditionals import Coalesce
from tibillet_base import keys, tools
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.tools import escape_wildcard
from trytond.transaction import without_check_access

from tibillet import chain

from . import ticket_key
from .door_state import CALLED_OFF, text
from .exceptions import DoorGateError, DoorNamesError, DoorPerformanceError

# What a transaction that is not over has changed is in the list after.
MARGIN = dt.timedelta(minutes=1)
FOUND_MAX = 20
SEARCHED_MIN = 3
# Before what is signed: no code of a ticket begins so.
SIGNED = b'door-list-1'


@without_check_access
def get(device, performance, since=None, names=False):
    """Return the signed list of a performance

    performance: its UUID; since: only the tickets changed since then.
    names: with those of the holders, if the gate shows them.
    """
    gate, performance = _find(device, performance)
    if names and not gate.show_names:
        raise DoorNamesError(gettext(
                'tibillet_event.msg_door_names', gate=gate.rec_name))
    event = performance.event
    listed = {
        'performance': performance.uuid,
        'name': performance.rec_name,
        'takes_place': performance.state not in CALLED_OFF,
        'since': text(ticket_key.since(performance)),
        'until': text(performance.end),
        'gate': gate.name,
        'admitted': sorted(
            t.id for t in gate.tariffs if t.event == event),
        'tariffs': [{
                'id': tariff.id,
                'name': tariff.name,
                'proof': tariff.proof,
                } for tariff in sorted(event.tariffs, key=lambda t: t.id)],
        'keys': {
            str(version): base64.b64encode(public).decode()
            for version, public in ticket_key.publics(event).items()},
        'whole': since is None,
        'next': text(tools.now() - MARGIN),
        'tickets': _tickets(gate, performance, since, names),
        }
    version = keys.current()
    return {
        'list': listed,
        'key': version,
        'signature': base64.b64encode(chain.sign(
                ticket_key.private(event, version),
                to_sign(listed))).decode(),
        }


def to_sign(listed):
    "Return the bytes of a list that its signature covers"
    return SIGNED + chain.canonical(listed)


@without_check_access
def search(device, performance, searched):
    "Return the tickets with a number, or a holder if the gate shows names"
    gate, performance = _find(device, performance)
    searched = searched.strip()
    if len(searched) < SEARCHED_MIN:
        return {'tickets': []}
    pattern = f'%{escape_wildcard(searched)}%'
    return {
        'tickets': _tickets(
            gate, performance, names=gate.show_names, pattern=pattern),
        }


def _find(device, uuid):
    "Return the gate of a device, and a performance at its venue"
    pool = Pool()
    Performance = pool.get('tibillet.performance')
    gate = device.gate
    if not gate or not gate.active:
        raise DoorGateError(gettext(
                'tibillet_event.msg_door_gate', device=device.name))
    performances = Performance.search([
            ('uuid', '=', uuid),
            ('venue', '=', gate.venue.id),
            ])
    if not performances:
        raise DoorPerformanceError(gettext(
                'tibillet_event.msg_door_performance', gate=gate.rec_name))
    return gate, performances[0]


def _tickets(gate, performance, since=None, names=False, pattern=None):
    pool = Pool()
    Ticket = pool.get('tibillet.ticket')
    ticket = table('tibillet.ticket')
    where = ticket.performance == performance.id
    if since is not None:
        where &= Coalesce(ticket.write_date, ticket.create_date) >= since
    if pattern is not None:
        domain = ['OR', ('number', 'ilike', pattern)]
        if names:
            domain.append([
                    ('holder', 'ilike', pattern),
                    ('company', '=', gate.company.id),
                    ])
        where &= ticket.id.in_(Ticket.search([
                    ('performance', '=', performance.id),
                    domain,
                    ], query=True, order=[]))
    statement = cursor()
    statement.execute(*ticket.select(
            ticket.uuid, ticket.state, ticket.entered_at, ticket.left_at,
            ticket.tariff, ticket.number, ticket.company, ticket.holder,
            where=where, order_by=ticket.id.asc,
            limit=None if pattern is None else FOUND_MAX))
    return [
        _told(*row, gate, names, pattern is not None)
        for row in statement.fetchall()]


def _told(
        uuid, state, entered_at, left_at, tariff, number, company, holder,
        gate, names, numbers):
    "Return what a device is told of a ticket"
    told = {
        'ticket': uuid,
        'state': state,
        # Empty when its holder is not inside.
        'entered': text(entered_at) if entered_at and not left_at else None,
        'tariff': tariff,
        }
    if numbers:
        told['number'] = number
    if names:
        told['holder'] = holder if company == gate.company.id else None
    return told
