"""In which order a door looks at a ticket, and who has passed it.

No database, no trytond: a door without network does the same, with the list
that it has downloaded and the people it has let in itself.
Instants are naive, in UTC.
"""
import datetime as dt
from dataclasses import dataclass

ENTRY, EXIT = 'entry', 'exit'
VALID = 'valid'


@dataclass(frozen=True)
class Seen:
    """What is known of a ticket at a door

    is_code: what was read is the code of a ticket.
    is_signed: by a key of the event; None if the door knows no key of it.
    is_here: for the performance of this door.
    state: of the ticket, None if there is none.
    takes_place: the performance is neither cancelled nor postponed.
    since, until: between which the doors are open, None without end.
    is_admitted: the gate admits its tariff.
    is_contradicted: somebody is inside with it, or nobody for an exit.
    """
    is_code: bool = True
    is_signed: bool = True
    is_here: bool = True
    state: str = 'valid'
    takes_place: bool = True
    since: dt.datetime = None
    until: dt.datetime = None
    is_admitted: bool = True
    is_contradicted: bool = False


# Who is inside may leave at any hour and by any gate.
CHECKS = [
    ('not_a_ticket', {ENTRY, EXIT}, lambda seen, at: not seen.is_code),
    ('bad_signature', {ENTRY, EXIT}, lambda seen, at: seen.is_signed is False),
    ('wrong_performance', {ENTRY, EXIT}, lambda seen, at: not seen.is_here),
    ('bad_signature', {ENTRY, EXIT}, lambda seen, at: not seen.is_signed),
    ('unknown', {ENTRY, EXIT}, lambda seen, at: seen.state is None),
    ('revoked', {ENTRY, EXIT}, lambda seen, at: seen.state == 'exchanged'),
    ('cancelled', {ENTRY, EXIT}, lambda seen, at: seen.state == 'cancelled'),
    ('unpaid', {ENTRY}, lambda seen, at: seen.state == 'unpaid'),
    ('called_off', {ENTRY}, lambda seen, at: not seen.takes_place),
    ('too_early', {ENTRY}, lambda seen, at: seen.since and at < seen.since),
    ('over', {ENTRY}, lambda seen, at: seen.until and at >= seen.until),
    ('wrong_gate', {ENTRY}, lambda seen, at: not seen.is_admitted),
    ('already_used', {ENTRY}, lambda seen, at: seen.is_contradicted),
    ('not_inside', {EXIT}, lambda seen, at: seen.is_contradicted),
    ]
CODES = [VALID, *dict.fromkeys(code for code, _, _ in CHECKS)]


def check(kind, seen, at):
    "Return the code of the first check that refuses, VALID if none does"
    for code, kinds, refuses in CHECKS:
        if kind in kinds and refuses(seen, at):
            return code
    return VALID


@dataclass(frozen=True)
class Passage:
    "Somebody who went through a gate, whatever the gate is for who asks"
    kind: str
    at: dt.datetime
    gate: object = None


def contradiction(passages, kind, at):
    """Return whether the passages of a ticket contradict one more, and which

    passages: of one ticket, in order.
    An entry is contradicted by the entry before or after it, if nobody left
    in between; the two may come from doors that did not know of each other.
    An exit needs an entry before it.
    """
    before = after = None
    for passage in passages:
        if passage.at <= at:
            before = passage
        elif after is None:
            after = passage
    if kind == EXIT:
        return before is None or before.kind != ENTRY, None
    for passage in [before, after]:
        if passage and passage.kind == ENTRY:
            return True, passage
    return False, None


def stand(passages):
    """Return the last entry, and when its holder left, None if inside

    passages: of one ticket, in order.
    """
    entry = left_at = None
    for passage in passages:
        if passage.kind == ENTRY:
            entry, left_at = passage, None
        elif entry:
            left_at = passage.at
    return entry, left_at
