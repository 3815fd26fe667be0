"""How many places a tariff has sold, where there is a limit.

One row a performance, and one a person, changed only if the limit allows:
two orders at once are refused as two in a row are. There is no row where
nothing is limited.
"""
from dataclasses import dataclass

from sql import Conflict, Literal
from sql.aggregate import Count
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import ModelSQL, Unique, fields
from trytond.pool import PoolMeta

from .exceptions import (
    TariffPersonError, TariffPersonUnknownError, TariffSoldOutError)

EVERYONE = ''


@dataclass(frozen=True)
class Person:
    """Who tickets are for

    party: of the books; email: verified by who calls.
    """
    name: str = None
    party: int = None
    email: str = None

    @property
    def key(self):
        "Return what tells the person from others, None for somebody unknown"
        if self.party is not None:
            return f'party:{int(self.party)}'
        return self.address

    @property
    def address(self):
        return self.email.strip().lower() if self.email else None

    def is_of(self, ticket):
        "Return the SQL that tells the tickets of the person"
        if self.party is not None:
            return ticket.party == int(self.party)
        return ticket.email == self.address


class TariffCount(ModelSQL):
    __name__ = 'tibillet.tariff.count'
    __string__ = "Tariff Count"

    tariff = fields.Many2One(
        'tibillet.tariff', "Tariff", required=True, ondelete='CASCADE')
    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True,
        ondelete='CASCADE')
    person = fields.Char("Person", required=True, strip=False)
    quantity = fields.Integer("Quantity", required=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('tariff')
        table = cls.__table__()
        cls._sql_constraints += [
            ('person_unique',
                Unique(table, table.tariff, table.performance, table.person),
                'tibillet_event.msg_tariff_count_unique'),
            ]


class Tariff(metaclass=PoolMeta):
    __name__ = 'tibillet.tariff'

    @classmethod
    def on_modification(cls, mode, tariffs, field_names=None):
        super().on_modification(mode, tariffs, field_names=field_names)
        if mode == 'write' and field_names & {'number', 'person_max'}:
            # Counted again from the tickets.
            count = table('tibillet.tariff.count')
            cursor().execute(*count.delete(
                    where=fields.SQL_OPERATORS['in'](
                        count.tariff, [t.id for t in tariffs])))


def take(offer, person, quantity):
    "Count places of an offer that are sold, refuse more than it allows"
    values = {
        'tariff': offer.names['tariff_name'],
        'performance': offer.performance_name,
        'number': offer.number,
        'most': offer.person_max,
        }
    if offer.number and not _add(
            offer.tariff, offer.performance, EVERYONE, quantity,
            offer.number):
        raise TariffSoldOutError(gettext(
                'tibillet_event.msg_tariff_number', **values))
    if not offer.person_max:
        return
    if not person or not person.key:
        raise TariffPersonUnknownError(gettext(
                'tibillet_event.msg_tariff_person_unknown', **values))
    if not _add(
            offer.tariff, offer.performance, person, quantity,
            offer.person_max):
        raise TariffPersonError(gettext(
                'tibillet_event.msg_tariff_person_max', **values))


def give_back(tariff, performance, person, quantity):
    "Count places of a tariff that are not sold any more"
    count = table('tibillet.tariff.count')
    keys = [EVERYONE]
    if person.key:
        keys.append(person.key)
    # One by one, in the order of who takes.
    for key in keys:
        cursor().execute(*count.update(
                [count.quantity], [count.quantity - quantity],
                where=_is(count, tariff, performance)
                & (count.person == key)))


def _is(count, tariff, performance):
    return (
        (count.tariff == tariff) & (count.performance == performance))


def _add(tariff, performance, person, quantity, limit):
    "Return whether there are not too many"
    key = person.key if person else EVERYONE
    if _raise(tariff, performance, key, quantity, limit):
        return True
    # Refused, or there was no row yet: another order may have made it since.
    _count(tariff, performance, person, key)
    return _raise(tariff, performance, key, quantity, limit)


def _raise(tariff, performance, key, quantity, limit):
    count = table('tibillet.tariff.count')
    statement = cursor()
    statement.execute(*count.update(
            [count.quantity], [count.quantity + quantity],
            where=_is(count, tariff, performance) & (count.person == key)
            & (count.quantity + quantity <= limit)))
    return bool(statement.rowcount)


def _count(tariff, performance, person, key):
    "Make the row of what was sold before, if there is none"
    count = table('tibillet.tariff.count')
    ticket = table('tibillet.ticket')
    sold = (
        (ticket.tariff == tariff)
        & (ticket.performance == performance)
        & (ticket.state == 'valid'))
    if person:
        sold &= person.is_of(ticket)
    cursor().execute(*count.insert(
            [count.tariff, count.performance, count.person, count.quantity],
            ticket.select(
                Literal(tariff), Literal(performance), Literal(key),
                Count(ticket.id), where=sold),
            on_conflict=Conflict(
                count, indexed_columns=[
                    count.tariff, count.performance, count.person])))
