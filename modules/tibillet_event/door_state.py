"""A device at its gate, and what it asks about: all that a scan reads.

The tickets are locked: see scan_writer, the only file that writes.
"""
import datetime as dt
import json
from dataclasses import dataclass, field
from functools import cached_property

from sql import Literal
from sql.operators import Exists
from tibillet_base import till_sql, tools
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.transaction import Transaction

from tibillet import chain, ticket_code

from . import door_check, schedule, ticket_key
from .door_check import ENTRY, VALID, Passage
from .exceptions import DoorGateError, DoorPerformanceError, ScanNonceError

# Added to the nonce of a scan that the server has refused and the device,
# which did not get the answer, has let in.
OFFLINE = '/offline'
CALLED_OFF = {'cancelled', 'postponed'}


@dataclass(frozen=True)
class Asked:
    """What a door has read

    nonce: made by the device, once for each scan; performance: its UUID, what
    the doors are open for; at: on the clock of the device.
    code: the text of the QR; ticket: the UUID of one that was searched for.
    result: of its own checks, when it was offline; None if it was not.
    """
    nonce: str
    kind: str
    performance: str
    at: dt.datetime
    code: str = None
    ticket: str = None
    result: str = None

    @property
    def digest(self):
        return chain.link(chain.genesis(['scan']), [
                self.kind, self.performance, self.code, self.ticket])

    @cached_property
    def read(self):
        "What the code says, None if it is not one"
        try:
            return ticket_code.read(self.code or '')
        except ticket_code.CodeError:
            return None

    @property
    def ticket_uuid(self):
        if self.ticket:
            return self.ticket
        return self.read.ticket if self.read else None


@dataclass(frozen=True)
class _Event:
    id: int
    uuid: str


@dataclass(frozen=True)
class _Date:
    "A performance that the doors are open for"
    id: int
    uuid: str
    start: dt.datetime
    end: dt.datetime
    doors: dt.datetime
    state: str
    postponed_from: dt.datetime
    timezone: str
    event: _Event
    # Whether the gate admits only some tariffs of the event.
    is_restricted: bool

    @property
    def takes_place(self):
        return self.state not in CALLED_OFF


@dataclass(eq=False)
class _Ticket:
    id: int
    uuid: str
    number: str
    performance: int
    state: str
    tariff: int
    # Whether the gate names its tariff.
    is_listed: bool
    passages: list = field(default_factory=list)

    def pass_(self, passage):
        self.passages.append(passage)
        self.passages.sort(key=lambda passage: passage.at)


class Doors:
    "A device at its gate, and what it asks about"

    def __init__(self, device, asked):
        self.device = device
        self.now = tools.now()
        self.gate = self.company = None
        self.dates = self._read_dates({item.performance for item in asked})
        self.known = self._read_known([item.nonce for item in asked])
        self.tickets = self._lock_tickets(
            {item.ticket_uuid for item in asked} - {None})
        self.others = self._read_others(asked)
        self.publics = {}

    def _read_dates(self, uuids):
        "Return the performances at the gate of the device, by UUID"
        device = table('tibillet.device')
        event = table('tibillet.event')
        gate = table('tibillet.gate')
        link = table('tibillet.gate-tibillet.tariff')
        performance = table('tibillet.performance')
        tariff = table('tibillet.tariff')
        venue = table('tibillet.venue')
        statement = cursor()
        statement.execute(*device
            .join(gate, condition=(gate.id == device.gate)
                & (gate.active == Literal(True)))
            .join(venue, condition=venue.id == gate.venue)
            .join(performance, condition=performance.venue == venue.id)
            .join(event, condition=event.id == performance.event)
            .select(
                gate.id, gate.company, performance.state, venue.timezone,
                event.id, event.uuid,
                Exists(link
                    .join(tariff, condition=link.tariff == tariff.id)
                    .select(
                        Literal(1),
                        where=(link.gate == gate.id)
                        & (tariff.event == event.id))),
                performance.id, performance.uuid, performance.start,
                performance.end, performance.doors,
                performance.postponed_from,
                where=(device.id == self.device.id)
                & fields.SQL_OPERATORS['in'](
                    performance.uuid, list(uuids))))
        found = {}
        for row in statement.fetchall():
            (self.gate, self.company, state, zone, *event, restricted,
                id_, uuid, start, end, doors, postponed_from) = row
            found[uuid] = _Date(
                id_, uuid, start, end, doors, state, postponed_from, zone,
                _Event(*event), bool(restricted))
        if found.keys() != uuids:
            self._refuse()
        return found

    def _refuse(self):
        gate = self.device.gate
        if not gate or not gate.active:
            raise DoorGateError(gettext(
                    'tibillet_event.msg_door_gate',
                    device=self.device.rec_name))
        raise DoorPerformanceError(gettext(
                'tibillet_event.msg_door_performance', gate=gate.rec_name))

    def _read_known(self, nonces):
        "Return the fingerprint and the answer of what was asked before"
        known = table('tibillet.scan')
        statement = cursor()
        statement.execute(*known.select(
                known.nonce, known.digest, known.answer,
                where=(known.device == self.device.id)
                & fields.SQL_OPERATORS['in'](
                    known.nonce, [n + s for n in nonces
                        for s in ['', OFFLINE]])))
        return {
            nonce: (digest, json.loads(answer))
            for nonce, digest, answer in statement.fetchall()}

    def _lock_tickets(self, uuids):
        if not uuids:
            return {}
        link = table('tibillet.gate-tibillet.tariff')
        ticket = table('tibillet.ticket')
        statement = cursor()
        # In one order, so that nobody waits for who waits for him.
        statement.execute(*ticket.select(
                ticket.id, ticket.uuid, ticket.number, ticket.performance,
                ticket.state, ticket.tariff,
                Exists(link.select(
                        Literal(1),
                        where=(link.gate == self.gate)
                        & (link.tariff == ticket.tariff))),
                ticket.entered_at, ticket.entered_gate, ticket.left_at,
                where=fields.SQL_OPERATORS['in'](ticket.uuid, list(uuids)),
                order_by=ticket.id.asc, for_=till_sql.for_update()))
        found = {}
        for *row, entered_at, entered_gate, left_at in statement.fetchall():
            ticket = found[row[1]] = _Ticket(*row)
            if entered_at:
                ticket.pass_(Passage(ENTRY, entered_at, entered_gate))
            if left_at:
                ticket.pass_(Passage(door_check.EXIT, left_at))
        return found

    def _read_others(self, asked):
        "Return the other performances that codes are for, by UUID"
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        uuids = {
            item.read.performance for item in asked
            if item.code and item.read} - self.dates.keys()
        if not uuids:
            return {}
        return {
            p.uuid: p
            for p in Performance.search([('uuid', 'in', list(uuids))])}

    def read_passages(self):
        "Read who has passed, which doors that were offline add to later"
        done = table('tibillet.scan')
        by_id = {t.id: t for t in self.tickets.values()}
        if not by_id:
            return
        for ticket in by_id.values():
            ticket.passages.clear()
        statement = cursor()
        statement.execute(*done.select(
                done.ticket, done.performance, done.kind, done.at, done.gate,
                where=fields.SQL_OPERATORS['in'](done.ticket, list(by_id))
                & ((done.result == VALID) | (done.forced == Literal(True))),
                order_by=[done.at.asc, done.id.asc]))
        for id_, performance, *passage in statement.fetchall():
            # Who was let in with a ticket for another date is not at his own.
            if by_id[id_].performance == performance:
                by_id[id_].passages.append(Passage(*passage))

    def replay(self, asked, nonce=None):
        "Return the first answer, None if it is asked for the first time"
        digest, answer = self.known.get(nonce or asked.nonce, (None, None))
        if answer and digest != asked.digest:
            raise ScanNonceError(gettext(
                    'tibillet_event.msg_scan_nonce', nonce=asked.nonce))
        return answer

    def ticket(self, asked):
        return self.tickets.get(asked.ticket_uuid)

    def check(self, asked, at):
        "Return the code of door_check, and the passage that is against it"
        date, ticket = self.dates[asked.performance], self.ticket(asked)
        is_contradicted, against = door_check.contradiction(
            ticket.passages if ticket else [], asked.kind, at)
        seen = door_check.Seen(
            is_code=bool(asked.ticket or asked.read),
            is_signed=self._is_signed(asked),
            is_here=self.is_here(asked),
            state=ticket.state if ticket else None,
            takes_place=date.takes_place,
            since=ticket_key.since(date),
            until=date.end,
            is_admitted=not date.is_restricted or (
                ticket is not None and bool(ticket.is_listed)),
            is_contradicted=is_contradicted)
        return door_check.check(asked.kind, seen, at), against

    def _is_signed(self, asked):
        if asked.ticket:
            # Found in the list of the server.
            return True
        if not asked.read:
            return False
        uuid = asked.read.performance
        date = self.dates.get(uuid) or self.others.get(uuid)
        if not date:
            return False
        if date.event.uuid not in self.publics:
            self.publics[date.event.uuid] = ticket_key.publics(date.event)
        return ticket_code.verify(
            asked.code, self.publics[date.event.uuid]) is not None

    def is_here(self, asked):
        "Return whether what was read is for the performance of the doors"
        date, ticket = self.dates[asked.performance], self.ticket(asked)
        if ticket:
            return ticket.performance == date.id
        return not asked.read or asked.read.performance == date.uuid

    def answer(self, asked, code, at, against):
        "Return what the device is told"
        date, ticket = self.dates[asked.performance], self.ticket(asked)
        answer = {
            'nonce': asked.nonce,
            'code': code,
            'kind': asked.kind,
            'at': text(at),
            'admitted': code == VALID,
            'conflict': False,
            'ticket': asked.ticket_uuid,
            }
        if ticket and self.is_here(asked):
            answer['number'] = ticket.number
            answer['tariff'] = ticket.tariff
        names = {'at': self._shown(at, date)}
        message = code
        if code == VALID and asked.kind == door_check.EXIT:
            message = 'left'
        elif code == 'already_used' and not against:
            message = 'used'
        elif code == 'already_used':
            names['at'] = self._shown(against.at, date)
            names['gate'] = self._gate_name(against.gate)
            answer['entered_at'] = text(against.at)
            answer['gate'] = names['gate']
        elif code == 'too_early':
            since = ticket_key.since(date)
            if date.postponed_from:
                message = 'moved'
            names['at'] = self._shown(since, date)
            answer['opens_at'] = text(since)
        elif code == 'called_off' and date.state == 'postponed':
            message = 'postponed'
        elif code == 'over':
            names['at'] = self._shown(date.end, date)
            answer['ended_at'] = text(date.end)
        elif code == 'wrong_performance':
            names['performance'] = self._performance_name(asked, ticket)
        answer['message'] = gettext(
            f'tibillet_event.msg_scan_{message}', **names)
        return answer

    def _shown(self, instant, date):
        "Return an instant on the clock of the venue, its day if not today"
        pool = Pool()
        Lang = pool.get('ir.lang')
        shown = schedule.to_local(instant, date.timezone)
        today = schedule.to_local(self.now, date.timezone).date()
        hour = f'{shown:%H:%M}'
        if shown.date() == today:
            return hour
        return f'{Lang.get().strftime(shown.date())} {hour}'

    def _gate_name(self, gate):
        pool = Pool()
        Gate = pool.get('tibillet.gate')
        return Gate(gate).name if gate else ''

    def _performance_name(self, asked, ticket):
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        if ticket:
            return Performance(ticket.performance).rec_name
        other = self.others.get(asked.read.performance if asked.read else None)
        return other.rec_name if other else ''

    def row(self, asked, nonce, at, answer, offline=False):
        "Return the fact to keep"
        ticket = self.ticket(asked)
        return {
            'company': self.company,
            'device': self.device.id,
            'gate': self.gate,
            'performance': self.dates[asked.performance].id,
            'ticket': ticket.id if ticket else None,
            'code': None if ticket else asked.code or asked.ticket,
            'kind': asked.kind,
            'at': at,
            'device_at': asked.at,
            'nonce': nonce,
            'digest': asked.digest,
            'result': answer['code'],
            'offline': offline,
            'forced': answer['admitted'] and answer['code'] != VALID,
            'answer': json.dumps(answer, ensure_ascii=False),
            'create_uid': Transaction().user,
            'create_date': self.now,
            }


def text(instant):
    "Return an instant as devices are told"
    return instant.isoformat(timespec='milliseconds') + 'Z'
