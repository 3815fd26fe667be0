"""Count what subscribers must see of a performance.

A calendar replaces a date it knows only by one of a greater revision. What
changes the date counts, be it the date, its event, its venue, its artists,
its tags or the address of the venue; a count too many does no harm.
"""
from tibillet_base import tools

from trytond.model import Index, fields
from trytond.pool import Pool, PoolMeta

PERFORMANCE = {
    'event', 'venue', 'name', 'date', 'time', 'end_date', 'end_time',
    'doors_time', 'state'}
EVENT = {
    'name', 'kind', 'company', 'artists', 'tags', 'summary', 'description',
    'url', 'active'}
VENUE = {'name', 'address', 'timezone', 'latitude', 'longitude'}
NAME = {'name'}


def revise(where):
    """Count a revision of the performances that where finds

    where: from the table of performances to the SQL of a condition.
    """
    pool = Pool()
    Performance = pool.get('tibillet.performance')
    table = Performance.__table__()
    statement = tools.cursor()
    statement.execute(*table.select(table.id, where=where(table)))
    ids = [id_ for id_, in statement]
    # Not by the ORM: closed dates, and those of other companies, count too.
    for some in tools.sliced(ids):
        tools.cursor().execute(*table.update(
                [table.revision, table.revised],
                [table.revision + 1, Performance.default_revised()],
                where=fields.SQL_OPERATORS['in'](table.id, list(some))))
    tools.forget(Performance, ids)


def _ids(records):
    return [r.id for r in records]


def _is_in(column, records):
    return fields.SQL_OPERATORS['in'](column, _ids(records))


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    revision = fields.Integer(
        "Revision", required=True, readonly=True,
        help="How often what subscribers see of the date has changed.")
    revised = fields.DateTime(
        "Revised", required=True, readonly=True,
        help="When what subscribers see of the date changed last.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.revised, Index.Range(order='DESC'))))

    @classmethod
    def default_revision(cls):
        return 0

    @classmethod
    def default_revised(cls):
        return tools.now().replace(microsecond=0)

    @classmethod
    def copy(cls, performances, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('revision', cls.default_revision())
        default.setdefault('revised', cls.default_revised())
        return super().copy(performances, default=default)

    @classmethod
    def on_modification(cls, mode, performances, field_names=None):
        super().on_modification(mode, performances, field_names=field_names)
        if mode == 'write' and field_names & PERFORMANCE:
            revise(lambda table: _is_in(table.id, performances))


class Event(metaclass=PoolMeta):
    __name__ = 'tibillet.event'

    @classmethod
    def on_modification(cls, mode, events, field_names=None):
        super().on_modification(mode, events, field_names=field_names)
        if mode == 'write' and field_names & EVENT:
            revise(lambda table: _is_in(table.event, events))


class EventTag(metaclass=PoolMeta):
    __name__ = 'tibillet.event.tag'

    @classmethod
    def on_modification(cls, mode, tags, field_names=None):
        super().on_modification(mode, tags, field_names=field_names)
        if mode == 'delete' or mode == 'write' and field_names & NAME:
            link = tools.table('tibillet.event-tibillet.event.tag')
            revise(lambda table: table.event.in_(
                    link.select(link.event, where=_is_in(link.tag, tags))))


class Artist(metaclass=PoolMeta):
    __name__ = 'tibillet.artist'

    @classmethod
    def on_modification(cls, mode, artists, field_names=None):
        super().on_modification(mode, artists, field_names=field_names)
        if mode == 'write' and field_names & NAME:
            link = tools.table('tibillet.event-tibillet.artist')
            revise(lambda table: table.event.in_(link.select(
                        link.event, where=_is_in(link.artist, artists))))


class Venue(metaclass=PoolMeta):
    __name__ = 'tibillet.venue'

    @classmethod
    def on_modification(cls, mode, venues, field_names=None):
        super().on_modification(mode, venues, field_names=field_names)
        if mode == 'write' and field_names & VENUE:
            revise(lambda table: _is_in(table.venue, venues))


class Address(metaclass=PoolMeta):
    __name__ = 'party.address'

    @classmethod
    def on_modification(cls, mode, addresses, field_names=None):
        super().on_modification(mode, addresses, field_names=field_names)
        if mode == 'write':
            venue = tools.table('tibillet.venue')
            revise(lambda table: table.venue.in_(venue.select(
                        venue.id, where=_is_in(venue.address, addresses))))
