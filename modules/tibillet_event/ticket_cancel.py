"""Cancel tickets and give back what they have cost: the only file that does.

    refund = ticket_cancel.cancel(till, uuid, tickets, cash, Terms())
    refund.quote.given

One transaction, as selling is: the places are free again, the limits count
less, the till takes back the very lines that it has sold, and each ticket
has an operation that cancels the one that made it. All of it or nothing,
once for a uuid.

Access is not checked here: who calls has done it.
"""
from collections import Counter, defaultdict
from dataclasses import asdict, dataclass
from decimal import Decimal

from tibillet_base import till_sql, till_writer, tools
from tibillet_base.till_product import Facts
from tibillet_base.till_writer import Paid, Sold
from tibillet_base.tools import cursor, forget, table

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.transaction import without_check_access

from tibillet.shares import split

from . import (
    event_refund, limited, pass_terms, place_writer, refund, tariff_count,
    ticket_journal, ticket_offer, ticket_request, ticket_series)
from .exceptions import (
    TicketCompanyError, TicketEmptyError, TicketEnteredError,
    TicketRetainedError, TicketStateError)
from .sale_exceptions import TicketInvoicedError
from .tariff_count import Person
from .ticket_journal import AMOUNTS, get_made


@dataclass(frozen=True)
class Refund:
    """The answer to the first request and to each replay

    tickets: ids; sale: that of the till, None if nothing was paid.
    """
    uuid: str
    tickets: tuple
    quote: refund.Quote
    sale: till_writer.Sale = None


@without_check_access
def cancel(point, uuid, tickets, method, terms, called_off=False):
    """Cancel tickets at a till and return the Refund

    method: of payment; terms: refund.Terms.
    called_off: whether who has entered may give his ticket back too.
    """
    pool = Pool()
    Choice = pool.get('tibillet.performance.choice')
    Point = pool.get('sale.point')
    point = Point(int(point))
    ids = sorted({int(t) for t in tickets})
    is_new = ticket_request.is_new(uuid, {
            'kind': 'cancel',
            'point': point.id,
            'tickets': ids,
            'method': int(method) if method else None,
            'terms': asdict(terms),
            })
    if not ids:
        raise TicketEmptyError(gettext('tibillet_event.msg_ticket_empty'))
    if not is_new:
        return Refund(
            uuid, tuple(ids), _quote(get_made(ids), terms, point.company),
            till_writer.find(uuid))
    lock(ids, point, called_off)
    everything = get_made(ids)
    if not called_off:
        tickets = [o.ticket for o in everything]
        pass_terms.check_refund(tickets)
        event_refund.check_refund(tickets)
    total = _quote(everything, terms, point.company)
    made = [o for o in everything if not o.is_invoiced]
    invoiced = [o for o in everything if o.is_invoiced]
    if invoiced and total.kept:
        raise TicketInvoicedError(gettext(
                'tibillet_event.msg_ticket_invoiced',
                tickets=', '.join(o.number for o in invoiced)))
    found = _quote(made, terms, point.company)
    lines = _taken_back(made, terms)
    kept = list(_kept(found, made, terms))
    # Before the till is locked, as who sells does: nobody waits for who
    # waits for him.
    free(everything)
    sale, vat = None, {}
    if found.worth:
        sale = till_writer.sell(
            point, uuid, [*map(negate, lines.items()), *kept],
            [Paid(int(method), -found.given)] if found.given else [],
            may_return=True)
        vat = share_vat(made, lines, sale)
    if made:
        _record(point, uuid, made, sale, vat, terms)
    _credit(uuid, invoiced)
    Choice.close(ids, 'refund', uuid)
    return Refund(uuid, tuple(ids), total, sale)


@without_check_access
def simulate(company, tickets, terms):
    "Return the Quote of a refund, nothing written"
    ids = sorted({int(t) for t in tickets})
    return _quote(get_made(ids), terms, company)


def lock(ids, point, called_off=False):
    "Lock the tickets, refuse those that are not valid any more"
    pool = Pool()
    Ticket = pool.get('tibillet.ticket')
    ticket = table('tibillet.ticket')
    statement = cursor()
    # In one order, so that nobody waits for who waits for him.
    statement.execute(*ticket.select(
            ticket.id, ticket.state, ticket.company, ticket.entered_at,
            where=fields.SQL_OPERATORS['in'](ticket.id, ids),
            order_by=ticket.id.asc, for_=till_sql.for_update()))
    rows = statement.fetchall()
    if any(company != point.company.id for _, _, company, _ in rows):
        raise TicketCompanyError(gettext(
                'tibillet_event.msg_ticket_company', till=point.rec_name))
    invalid = [id_ for id_, state, *_ in rows if state != 'valid']
    if invalid:
        raise TicketStateError(gettext(
                'tibillet_event.msg_ticket_state',
                tickets=', '.join(
                    t.number for t in Ticket.browse(invalid))))
    entered = [id_ for id_, _, _, entered_at in rows if entered_at]
    if entered and not called_off:
        raise TicketEnteredError(gettext(
                'tibillet_event.msg_ticket_entered',
                tickets=', '.join(
                    t.number for t in Ticket.browse(entered))))


def _quote(made, terms, company):
    return refund.quote(
        [(o.admission, o.fee) for o in made], terms,
        company.currency.rounding)


def _taken_back(made, terms):
    "Return the lines of the till to take back, with how much of each"
    lines = Counter()
    for operation in made:
        if operation.sale_line:
            lines[operation.sale_line] += 1
        if operation.fee_line and terms.with_fee:
            lines[operation.fee_line] += 1
    return dict(sorted(lines.items(), key=lambda item: item[0].id))


def negate(item):
    "Return the opposite of what the till has sold"
    line, quantity = item
    return Sold(
        line.product.id, Decimal(-quantity), line.unit_gross_price,
        Facts(
            line.label, line.vat_tax.id if line.vat_tax else None,
            line.vat_rate, line.revenue_account.id,
            line.category.id if line.category else None))


def share_vat(made, lines, sale):
    "Return the VAT that the till takes back with each operation"
    line = table('sale.point.sale.line')
    statement = cursor()
    statement.execute(*line.select(
            line.vat_amount,
            where=line.sale == sale.id, order_by=line.id.asc))
    found = {}
    for (sold, quantity), (vat,) in zip(
            lines.items(), statement.fetchall(), strict=False):
        # What was sold for another organiser has its VAT, not ours.
        same = [o for o in made if o.sale_line == sold and sold.vat_tax]
        if same:
            shares = split(
                vat, [1] * quantity, sold.currency.rounding)
            found.update(zip(same, shares, strict=True))
    return found


def _kept(found, made, terms):
    pool = Pool()
    Configuration = pool.get('tibillet.ticket.configuration')
    if not found.kept:
        return
    if terms.as_gift:
        yield _gift(made, found.kept)
        return
    product = Configuration(1).retained_product
    if not product:
        raise TicketRetainedError(
            gettext('tibillet_event.msg_ticket_retained_product'))
    yield Sold(product.id, Decimal(1), found.kept)


def _gift(made, amount):
    """Return what the till writes of a gift, which has no VAT

    A gift to another organiser is owed to it, as its tickets were.
    """
    first = next(operation for operation in made if operation.paid)
    line = first.sale_line or first.fee_line
    is_own = first.organiser == first.company
    account = ticket_offer.get_account(
        'gifts_account' if is_own else 'organisers_account', first.company)
    return Sold(line.product.id, Decimal(1), amount, Facts(
            gettext(
                'tibillet_event.msg_ticket_gift',
                performance=first.performance.rec_name),
            None, Decimal(0), account, None))


def _record(point, uuid, made, sale, vat, terms):
    "Cancel each operation by the opposite one, and the tickets"
    series = ticket_series.lock(point)
    changes = {}
    for first in made:
        changes[first] = operation = {
            'request': uuid,
            'cancelled': first.id,
            'cancelled_number': first.number,
            'sale': sale.id if sale else None,
            'sale_number': sale.number if sale else None,
            **{name: -getattr(first, name) for name in AMOUNTS},
            }
        if first in vat:
            operation['vat'] = vat[first]
            operation['base'] = operation['admission'] - vat[first]
        if not terms.with_fee:
            operation['fee'] = Decimal(0)
            operation['paid'] = operation['admission']
    ticket_journal.write(
        point, series, 'cancellation', changes, tools.now())
    set_state([o.ticket.id for o in made], 'cancelled')


def _credit(uuid, made):
    "Cancel what was invoiced, in the series of each, and credit it"
    pool = Pool()
    Operation = pool.get('tibillet.ticket.operation')
    by_point = defaultdict(list)
    for operation in made:
        by_point[operation.point].append(operation)
    for point in sorted(by_point, key=int):
        series = ticket_series.lock(point)
        ticket_journal.write(point, series, 'cancellation', {
                first: {
                    'request': uuid,
                    'cancelled': first.id,
                    'cancelled_number': first.number,
                    'sale_number': first.sale_number,
                    'order_line': first.order_line.id,
                    **{name: -getattr(first, name) for name in AMOUNTS},
                    } for first in by_point[point]}, tools.now())
        set_state([o.ticket.id for o in by_point[point]], 'cancelled')
    if made:
        Operation.credit(made)


def set_state(ids, state):
    pool = Pool()
    Ticket = pool.get('tibillet.ticket')
    ticket = table('tibillet.ticket')
    cursor().execute(*ticket.update(
            [ticket.state, ticket.write_date], [state, tools.now()],
            where=fields.SQL_OPERATORS['in'](ticket.id, ids)
            & (ticket.state == 'valid')))
    forget(Ticket, ids)


def free(made):
    "Give the places back, and count less where there is a limit"
    pool = Pool()
    Pass = pool.get('tibillet.pass')
    Promotion = pool.get('tibillet.promotion')
    holds, counts = {}, Counter()
    promotions, passes = set(), set()
    for operation in made:
        ticket = operation.ticket
        holds.setdefault(ticket.hold.uuid, []).append(ticket.place.id)
        person = Person(
            party=ticket.party.id if ticket.party else None,
            email=ticket.email)
        counts[ticket.tariff.id, ticket.performance.id, person] += 1
        if ticket.promotion:
            promotions.add(ticket.promotion.id)
        if ticket.pass_sale:
            passes.add(ticket.pass_sale.season_pass.id)
    for uuid, places in sorted(holds.items()):
        place_writer.free(uuid, places)
    # In the order of who takes, so that nobody waits for who waits for him.
    for (tariff, performance, person), quantity in sorted(
            counts.items(), key=_taking_order):
        tariff_count.give_back(tariff, performance, person, quantity)
    limited.count_again(Promotion, promotions)
    limited.count_again(Pass, passes)


def _taking_order(item):
    (tariff, performance, person), _ = item
    return performance, tariff, person.key or ''
