"""The numbered series of a till's tickets.

As the till numbers its sales: one row, locked by who numbers, chained and
signed with the key of the till.
"""
from dataclasses import dataclass

from tibillet_base import till_chain, till_reading, till_sql
from tibillet_base.exceptions import TillFactError
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import PoolMeta
from trytond.transaction import Transaction

MORE = ['ticket_counter', 'ticket_head']
COUNTED = set(MORE)


class POS(metaclass=PoolMeta):
    __name__ = 'sale.point'

    ticket_counter = fields.Integer(
        "Last Ticket Operation", readonly=True,
        help="How many operations on tickets the till has made, "
        "numbered without holes.")
    ticket_head = fields.Char(
        "Fingerprint of the Tickets", readonly=True, strip=False)

    @classmethod
    def copy(cls, points, default=None):
        default = default.copy() if default is not None else {}
        for name in COUNTED:
            default.setdefault(name)
        return super().copy(points, default=default)

    @classmethod
    def get_other_chains(cls, row):
        return super().get_other_chains(row) + [
            till_reading.Chain(
                'ticket',
                lambda first, last: till_reading.sliced(
                    _operations, row, first, last),
                *_read(row), {'operation': CHAINED})]

    @classmethod
    def check_modification(cls, mode, points, values=None, external=False):
        super().check_modification(
            mode, points, values=values, external=external)
        for point in points:
            if external and (
                    mode == 'write' and values.keys() & COUNTED
                    or mode == 'create' and point.ticket_counter):
                raise TillFactError(gettext(
                        'tibillet_base.msg_till_used', till=point.rec_name))


@dataclass
class Series:
    "The series of a till that nobody else numbers until the transaction ends"
    row: till_sql.Row
    counter: int
    head: str
    signer: till_sql.Signer

    def take(self, operation):
        "Number, chain and sign an operation, a dictionary that it completes"
        self.counter += 1
        operation['rank'] = self.counter
        operation['number'] = f'{self.row.code}-T{self.counter:06d}'
        self.head = till_chain.follow(self.head, chained(operation))
        operation['link'] = self.head
        operation['key'] = self.signer.id
        operation['signature'] = self.signer.sign(self.head)

    def write(self, operations, now):
        "Write the operations that were taken, and how far the till is"
        till_sql.insert('tibillet.ticket.operation', [{
                    **operation,
                    'create_uid': Transaction().user,
                    'create_date': now,
                    } for operation in operations])
        self.row.more.update(
            ticket_counter=self.counter, ticket_head=self.head)
        till_sql.advance(self.row)


def lock(point):
    "Return the series of the till, its row locked until write"
    row = till_sql.lock(point, MORE)
    return Series(
        row, *_stand(row, **row.more),
        # A new key is told in the log of the till.
        till_sql.signer(row))


def _read(row):
    "Return how far the series of the till has come, and its last link"
    till = table('sale.point')
    statement = cursor()
    statement.execute(*till.select(
            *(getattr(till, name) for name in MORE),
            where=till.id == row.id))
    return _stand(row, *statement.fetchone())


def _stand(row, ticket_counter, ticket_head):
    return ticket_counter or 0, ticket_head or till_chain.start(
        'ticket', row.uuid)


def _operations(row, first, last):
    "Yield the operations of the till as its chain holds them"
    operation = table('tibillet.ticket.operation')
    statement = cursor()
    statement.execute(*operation.select(
            operation.link, operation.key, operation.signature,
            *(getattr(operation, name) for name in CHAINED),
            where=(operation.point == row.id)
            & (operation.rank >= first) & (operation.rank <= last),
            order_by=operation.rank.asc))
    for link, key, signature, *values in statement.fetchall():
        data = dict(zip(CHAINED, values, strict=True))
        yield (
            data['rank'], data['number'], chained(data), link, key,
            signature)


# What the chain holds of an operation, by names that no other database needs.
CHAINED = [
    'rank', 'number', 'at', 'kind', 'user', 'ticket_uuid', 'request',
    'cancelled_number', 'organiser_name', 'event_name', 'performance_name',
    'performance_uuid', 'starts_at', 'venue_name', 'place_name',
    'tariff_name', 'tariff_kind', 'admission', 'vat_rate', 'base', 'vat',
    'fee', 'paid', 'sale_number']


def chained(operation):
    "Return what the chain holds of an operation"
    return {
        'kind': 'ticket',
        'operation': [operation[name] for name in CHAINED],
        }
