"""Cancel or postpone a performance: read who has tickets, write, tell them.

Who sells a ticket holds the row of the performance by the foreign key of
its hold before it reads whether it is on sale. Who changes it locks that row
first: a ticket is either among the choices, or is not sold.
"""
import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from tibillet_base import till_finish, tools
from tibillet_base.tools import cursor, forget, table

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.transaction import Transaction, TransactionError

from . import change_mail, change_text, schedule, ticket_offer
from .exceptions import (
    ChangeDateError, ChangeDeadlineError, ChangeFieldError, ChangeOfferError,
    ChangeReturnError, ChangeStateError, ChangeUUIDError)
from .ticket_journal import get_made

STATES = {
    'cancelled': {'draft', 'on_sale', 'postponed'},
    'postponed': {'draft', 'on_sale', 'postponed'},
    }
# What the hours of the performance become when it is postponed.
HOURS = ['date', 'time', 'end_date', 'end_time', 'doors_time']


@dataclass(frozen=True)
class Asked:
    """What is asked of a performance

    kind: cancelled or postponed.
    offers: what holders may choose; deadline: their last day.
    messages: (id of the language, subject, body).
    hours: of the new date by the fields of the performance, None if it is
        not known.
    """
    uuid: str
    kind: str
    offers: tuple
    deadline: dt.date
    messages: tuple = ()
    hours: dict = None


@dataclass
class Holder:
    """Who has tickets: an address, else a party, else an order

    company: that has sold them.
    """
    company: int
    address: str = None
    party: int = None
    name: str = None
    language: str = None
    tickets: list = None
    amount: object = 0


def end_of(date, timezone):
    "Return the instant after the last minute of a day, in UTC"
    return schedule.to_utc(
        date, dt.time(23, 59), timezone) + dt.timedelta(minutes=1)


def today(company):
    "Return the date at the clock of the company"
    return till_finish.local_date(tools.now(), company.id)


def get_holders(performance):
    "Return the holders of the valid tickets of a performance"
    pool = Pool()
    Ticket = pool.get('tibillet.ticket')
    tickets = Ticket.search([
            ('performance', '=', performance.id),
            ('state', '=', 'valid'),
            ], order=[('id', 'ASC')])
    addresses = {t: change_mail.get_address(t) for t in tickets}
    alone = [t.id for t in tickets if not addresses[t] and not t.party]
    orders = {}
    for some in tools.sliced(alone):
        orders.update(
            (o.ticket.id, o.request) for o in get_made(list(some)))
    groups = defaultdict(list)
    for ticket in tickets:
        who = (
            addresses[ticket] and addresses[ticket].lower()
            or ticket.party or orders[ticket.id])
        groups[ticket.company.id, who].append(ticket)
    return [
        _get_holder(company, some, addresses[some[0]])
        for (company, _), some in groups.items()]


def _get_holder(company, tickets, address):
    parties = list(dict.fromkeys(t.party for t in tickets if t.party))
    names = dict.fromkeys(
        t.holder or (t.party.name if t.party else None) for t in tickets)
    languages = [p.lang.code for p in parties if p.lang]
    return Holder(
        company, address, parties[0].id if len(parties) == 1 else None,
        ', '.join(filter(None, names)) or None,
        languages[0] if languages else None, tickets,
        sum(t.paid for t in tickets))


def make(performance, asked):
    "Write the change, once for its uuid, and return it"
    pool = Pool()
    Change = pool.get('tibillet.performance.change')
    Performance = pool.get('tibillet.performance')
    found = Change.search([('request', '=', asked.uuid)])
    if found:
        return _replay(found[0], performance, asked)
    Performance.lock([performance])
    _check_seen(performance.id)
    performance = Performance(performance.id)
    _check(performance, asked)
    holders = get_holders(performance)
    old_start = performance.start
    _apply(performance, asked)
    performance = Performance(performance.id)
    change, = Change.create([{
                'company': performance.event.company.id,
                'performance': performance.id,
                'kind': asked.kind,
                'at': tools.now(),
                'by': tools.who(),
                'request': asked.uuid,
                'old_start': old_start,
                'new_start': performance.start if asked.hours else None,
                'offers': list(asked.offers),
                'deadline': asked.deadline,
                'messages': [('create', [{
                                'language': language,
                                'subject': subject,
                                'body': body,
                                } for language, subject, body
                            in asked.messages])],
                }])
    _create_choices(change, holders)
    return change


class ChangeAgain(TransactionError):
    "A ticket was sold between the look and the lock: look again"


def _check_seen(performance):
    """Look again if tickets were sold that are not seen here

    What a transaction sees is as of its first statement, and that is the one
    that asks for the lock: who sold just before the lock was had is not seen.
    Once it is had nobody sells, and another look sees them all.
    """
    transaction = Transaction()
    if not transaction.database.has_select_for():
        # One at a time.
        return
    seen = _get_tickets(performance)
    with transaction.new_transaction(readonly=True):
        sold = _get_tickets(performance)
    if sold - seen:
        raise ChangeAgain()


def _get_tickets(performance):
    ticket = table('tibillet.ticket')
    statement = cursor()
    statement.execute(*ticket.select(
            ticket.id, where=ticket.performance == performance))
    return {id_ for id_, in statement}


def _replay(change, performance, asked):
    if change.performance != performance or change.kind != asked.kind:
        raise ChangeUUIDError(gettext(
                'tibillet_event.msg_performance_change_uuid',
                uuid=asked.uuid))
    return change


def _check(performance, asked):
    "Refuse before anything is written"
    pool = Pool()
    Return = pool.get('tibillet.boxoffice.return')
    names = {'performance': performance.rec_name}
    if performance.state not in STATES[asked.kind]:
        raise ChangeStateError(gettext(
                'tibillet_event.msg_performance_change_state',
                state=performance.state_string, **names))
    returns = Return.search([
            ('performance', '=', performance.id),
            ], order=[('number', 'ASC')], limit=1)
    if returns:
        raise ChangeReturnError(gettext(
                'tibillet_event.msg_performance_change_return',
                number=returns[0].number,
                company=returns[0].company.rec_name, **names))
    least = 'refund' if asked.kind == 'cancelled' else 'keep'
    if least not in asked.offers:
        raise ChangeOfferError(gettext(
                f'tibillet_event.msg_performance_change_{least}', **names))
    if asked.deadline < today(performance.event.company):
        raise ChangeDeadlineError(gettext(
                'tibillet_event.msg_performance_change_deadline', **names))
    if asked.hours and asked.deadline > asked.hours['date']:
        raise ChangeDeadlineError(gettext(
                'tibillet_event.msg_performance_change_deadline_date',
                **names))
    for _, subject, body in asked.messages:
        check_text(subject, body)
    if 'give' in asked.offers:
        check_gifts(performance)


def check_text(*texts):
    "Refuse texts with fields that nobody knows"
    for text in texts:
        if wrong := change_text.unknown(text):
            raise ChangeFieldError(gettext(
                    'tibillet_event.msg_performance_change_field',
                    field=wrong[0],
                    fields=', '.join(f'{{{n}}}' for n in change_text.FIELDS)))


def check_gifts(performance):
    "Refuse gifts that no account is chosen for, of those who have sold"
    pool = Pool()
    Company = pool.get('company.company')
    ticket = table('tibillet.ticket')
    statement = cursor()
    statement.execute(*ticket.select(
            ticket.company,
            where=(ticket.performance == performance.id)
            & (ticket.state == 'valid'),
            group_by=[ticket.company]))
    for id_, in statement.fetchall():
        company = Company(id_)
        ticket_offer.get_account(
            'gifts_account' if company == performance.event.company
            else 'organisers_account', company)


def _apply(performance, asked):
    "Change the state of the performance, and its hours"
    pool = Pool()
    Performance = pool.get('tibillet.performance')
    if asked.kind == 'cancelled':
        Performance.call_off([performance])
        return
    was_draft = performance.state == 'draft'
    Performance.put_off([performance])
    _let_out(performance)
    if not asked.hours:
        return
    performance = Performance(performance.id)
    for name in HOURS:
        setattr(performance, name, asked.hours.get(name))
    performance.save()
    if performance.start <= tools.now():
        raise ChangeDateError(gettext(
                'tibillet_event.msg_performance_change_date',
                performance=performance.rec_name))
    if not was_draft:
        Performance.put_on_sale([performance])


def _let_out(performance):
    "Let those who are inside enter again on the new date"
    pool = Pool()
    Ticket = pool.get('tibillet.ticket')
    inside = Ticket.search([
            ('performance', '=', performance.id),
            ('entered_at', '!=', None),
            ('left_at', '=', None),
            ])
    if inside:
        ticket = table('tibillet.ticket')
        ids = [t.id for t in inside]
        cursor().execute(*ticket.update(
                [ticket.left_at, ticket.write_date],
                [tools.now(), tools.now()],
                where=fields.SQL_OPERATORS['in'](ticket.id, ids)))
        forget(Ticket, ids)


def _create_choices(change, holders):
    pool = Pool()
    Choice = pool.get('tibillet.performance.choice')
    choices = Choice.create([{
                'change': change.id,
                'company': holder.company,
                'party': holder.party,
                'holder': holder.name,
                'email': holder.address,
                'language': holder.language,
                'quantity': len(holder.tickets),
                'amount': holder.amount,
                'choice': 'waiting',
                'tickets': [('add', [t.id for t in holder.tickets])],
                } for holder in holders])
    if change.messages and (told := [c for c in choices if c.email]):
        with Transaction().set_context(queue_batch=True):
            Choice.__queue__.send_message(told)
