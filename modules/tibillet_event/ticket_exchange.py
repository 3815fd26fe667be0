"""Exchange a date of a season pass for another one: the only file that does.

    exchange = ticket_exchange.exchange(till, uuid, ticket, performance)
    exchange.ticket

One transaction, as selling is: the place at the new date is taken, the one at
the old date is free again, and what was paid for the date goes with it: the
till takes back the line that it has sold and sells the new one, for nothing
in all, so that each date has its own VAT and its part in its own return. The
journal has both sides: exchange_out, then exchange_in. All of it or nothing,
once for a uuid.

Access is not checked here: who calls has done it.
"""
from dataclasses import dataclass

from tibillet_base import till_sql, till_writer, tools
from tibillet_base.tools import cursor, table

from trytond.pool import Pool
from trytond.transaction import Transaction, without_check_access

from . import (
    pass_terms, tariff_count, ticket_cancel, ticket_journal, ticket_request,
    ticket_series)
from .tariff_count import Person
from .tariff_price import Price
from .ticket_journal import AMOUNTS, get_made
from .ticket_lot import Item, Lot, Till


@dataclass(frozen=True)
class Exchange:
    """The answer to the first request and to each replay

    ticket: the id of the new one; sale: of the till, None if the date was
    free.
    """
    uuid: str
    ticket: int
    sale: till_writer.Sale = None


class _ExchangeLot(Lot):
    "The place at the new date, for what was paid for the old one"

    def __init__(self, till, item, uuid, made):
        self.made = made
        super().__init__(till, item, uuid, None, None)

    def get_price(self, channel, now):
        return Price(self.made.admission, self.made.admission)


@without_check_access
def exchange(point, uuid, ticket, performance, seats=None):
    """Exchange a ticket of a pass and return the Exchange

    performance: the new date; seats: the place there, if it is chosen.
    """
    pool = Pool()
    Choice = pool.get('tibillet.performance.choice')
    Performance = pool.get('tibillet.performance')
    Point = pool.get('sale.point')
    Ticket = pool.get('tibillet.ticket')
    point, performance = Point(int(point)), Performance(int(performance))
    id_ = int(ticket)
    is_new = ticket_request.is_new(uuid, {
            'kind': 'exchange',
            'point': point.id,
            'ticket': id_,
            'performance': performance.id,
            'seats': list(seats) if seats else None,
            })
    if not is_new:
        return Exchange(uuid, _get_made_by(uuid), till_writer.find(uuid))
    ticket_cancel.lock([id_], point)
    ticket = Ticket(id_)
    pass_terms.check_exchange(ticket, performance)
    now = tools.now()
    (made,) = get_made([id_])
    person = Person(
        ticket.holder, ticket.party.id if ticket.party else None,
        ticket.email)
    lot = _ExchangeLot(Till(point), Item(
            performance.id, pass_terms.get_tariff(ticket, performance).id, 1,
            seats=tuple(seats) if seats else None), f'{uuid}/0', made)
    lot.take_places(now)
    tariff_count.take(lot.offer, person, 1)
    ticket_cancel.free([made])
    sale, vat = _pass_on(point, uuid, made, lot)
    new = _record(point, uuid, made, lot, sale, vat, person, now)
    Choice.close([id_], 'keep', uuid)
    return Exchange(uuid, new, sale)


def _get_made_by(uuid):
    operation = table('tibillet.ticket.operation')
    statement = cursor()
    statement.execute(*operation.select(
            operation.ticket,
            where=(operation.request == uuid)
            & (operation.kind == 'exchange_in')))
    id_, = statement.fetchone()
    return id_


def _pass_on(point, uuid, made, lot):
    """Take back what was sold for the old date, sell the new one for it

    Return the sale of the till, None if there was nothing to pay, and the VAT
    that is taken back.
    """
    if not made.sale_line:
        return None, {}
    lines = {made.sale_line: 1}
    sale = till_writer.sell(
        point, uuid,
        [*map(ticket_cancel.negate, lines.items()), *lot.sold()], [],
        may_return=True)
    _, new = sale.lines
    lot.set_line(*new)
    return sale, ticket_cancel.share_vat([made], lines, sale)


def _record(point, uuid, made, lot, sale, vat, person, now):
    "Write both sides in the journal and the new ticket, return its id"
    series = ticket_series.lock(point)
    out = {
        'request': uuid,
        'cancelled': made.id,
        'cancelled_number': made.number,
        'sale': sale.id if sale else None,
        'sale_number': sale.number if sale else None,
        **{name: -getattr(made, name) for name in AMOUNTS},
        }
    if made in vat:
        out['vat'] = vat[made]
        out['base'] = out['admission'] - vat[made]
    ticket_journal.write(point, series, 'exchange_out', {made: out}, now)
    ticket_cancel.set_state([made.ticket.id], 'exchanged')
    (operation, place), = lot.operations(sale, tools.who(), uuid, now)
    operation['kind'] = 'exchange_in'
    series.take(operation)
    old = made.ticket
    new, = till_sql.insert('tibillet.ticket', [{
                **lot.ticket(
                    operation, place, person, pass_sale=old.pass_sale.id),
                'create_uid': Transaction().user,
                'create_date': now,
                }])
    series.write([{**operation, 'ticket': new}], now)
    return new
