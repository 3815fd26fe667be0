"""Let people in and out, and keep each scan: the only file that does.

    answer = scan_writer.scan(device, Asked(
            nonce, 'entry', performance.uuid, at, code))
    answer['admitted']

One READ COMMITTED transaction of a few statements (routes.api with
hot=True). The ticket is locked, door_check says what is wrong with it, and
it changes by an update that holds only if nobody has changed it. Whatever
becomes of it, the scan is kept with its answer, which a replay gets again.

What a device decided offline is told by upload: it did happen, so that it is
kept even if the server would have refused it, and what contradicts it is in
the answer.

Access is not checked here: who calls has done it.
Instants are naive, in UTC.
"""
from sql import Conflict, Null
from sql.conditionals import Case
from tibillet_base import tools
from tibillet_base.tools import cursor, forget, table

from trytond import backend
from trytond.model import fields
from trytond.pool import Pool
from trytond.transaction import TransactionError, without_check_access

from . import door_check
from .door_check import ENTRY, VALID, Passage
from .door_state import OFFLINE, Asked, Doors
from .scan import is_outside

__all__ = ['Asked', 'ScanAgain', 'scan', 'upload']


class ScanAgain(TransactionError):
    "Another transaction has just changed what this one has read"


@without_check_access
def scan(device, asked):
    "Let somebody in or out if nothing is against it, return the answer"
    doors = Doors(device, [asked])
    if answer := doors.replay(asked):
        return answer
    ticket = doors.ticket(asked)
    code, against = doors.check(asked, doors.now)
    if code == VALID:
        _move(ticket, asked.kind, doors.now, doors.gate)
    answer = doors.answer(asked, code, doors.now, against)
    _insert([doors.row(asked, asked.nonce, doors.now, answer)])
    return answer


@without_check_access
def upload(device, asked):
    """Keep what a device has decided offline, return an answer for each

    asked: Asked, each with its result.
    """
    if not asked:
        return []
    doors = Doors(device, asked)
    doors.read_passages()
    answers, rows, moved = {}, [], set()
    for item in sorted(asked, key=lambda item: item.at):
        nonce, answer = item.nonce, doors.replay(item)
        is_in = item.result == VALID
        if answer and is_in and not answer['admitted']:
            nonce += OFFLINE
            answer = doors.replay(item, nonce)
        if not answer:
            at = min(item.at, doors.now)
            code, against = doors.check(item, at)
            ticket = doors.ticket(item)
            if not is_in:
                code = item.result
            elif ticket and doors.is_here(item):
                ticket.pass_(Passage(item.kind, at, doors.gate))
                moved.add(ticket)
            answer = doors.answer(item, code, at, against)
            answer['admitted'] = is_in
            answer['conflict'] = is_in and code != VALID
            rows.append(doors.row(item, nonce, at, answer, offline=True))
            doors.known[nonce] = item.digest, answer
        answers[item.nonce] = answer
    _insert(rows)
    _settle(moved)
    return [answers[item.nonce] for item in asked]


def _move(ticket, kind, at, gate):
    "Let the holder in, or out, if it is still true that he may"
    pool = Pool()
    Ticket = pool.get('tibillet.ticket')
    rows = table('tibillet.ticket')
    where = (rows.id == ticket.id) & (rows.state == 'valid')
    if kind == ENTRY:
        columns = [rows.entered_at, rows.entered_gate, rows.left_at]
        values = [at, gate, None]
        where &= is_outside(rows)
    else:
        columns, values = [rows.left_at], [at]
        where &= ~is_outside(rows)
    statement = cursor()
    statement.execute(*rows.update(
            [*columns, rows.write_date], [*values, at], where=where))
    if statement.rowcount != 1:
        raise ScanAgain()
    forget(Ticket, [ticket.id])


def _insert(rows):
    "Keep the scans, unless another request has just kept one of them"
    pool = Pool()
    Scan = pool.get('tibillet.scan')
    if not rows:
        return
    new = Scan.__table__()
    statement = cursor()
    statement.execute(*new.insert(
            [getattr(new, name) for name in rows[0]],
            [[Scan._fields[name].sql_format(row[name]) for name in rows[0]]
                for row in rows],
            on_conflict=Conflict(
                new, indexed_columns=[new.device, new.nonce])))
    if statement.rowcount != len(rows):
        raise ScanAgain()


def _settle(tickets):
    "Write on the tickets what their passages say, in the order of the hours"
    pool = Pool()
    Ticket = pool.get('tibillet.ticket')
    if not tickets:
        return
    rows = table('tibillet.ticket')
    stands = {t.id: door_check.stand(t.passages) for t in tickets}

    def column(name, get):
        values = Case(*[
                (rows.id == id_, get(entry, left_at))
                for id_, (entry, left_at) in stands.items()], else_=Null)
        if backend.name == 'postgresql':
            # Which takes them for texts when all are empty.
            return Ticket._fields[name].sql_cast(values)
        return values

    cursor().execute(*rows.update(
            [rows.entered_at, rows.entered_gate, rows.left_at,
                rows.write_date],
            [column('entered_at', lambda entry, left_at: entry and entry.at),
                column(
                    'entered_gate',
                    lambda entry, left_at: entry and entry.gate),
                column('left_at', lambda entry, left_at: left_at),
                tools.now()],
            where=fields.SQL_OPERATORS['in'](rows.id, list(stands))))
    forget(Ticket, list(stands))
