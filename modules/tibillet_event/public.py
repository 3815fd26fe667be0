"""What the public knows of the programme: identifiers and addresses."""
import uuid
from urllib.parse import quote

from sql import Null
from sql.conditionals import Case
from tibillet_base.tools import cursor, sliced

from trytond import backend
from trytond.i18n import gettext
from trytond.model import ModelSingleton, Unique, fields
from trytond.pool import PoolMeta
from trytond.transaction import Transaction
from trytond.url import http_base

from .exceptions import PublicIdentifierAccessError, PublicIdentifierError

EXTENSIONS = {
    'calendar_address': 'ics',
    'feed_address': 'atom',
    'data_address': 'jsonld',
    }


def address(database, path='', extension='ics'):
    "Return the path of an agenda on the server"
    return quote(f'/{database}/tibillet/agenda{path}.{extension}')


def is_uuid(text):
    "Return whether the text is a UUID in its usual form"
    try:
        return str(uuid.UUID(text)) == text
    except ValueError:
        return False


class PublicMixin:
    "A record with a name that stays, whatever the host and the database"
    __slots__ = ()

    uuid = fields.Char(
        "Public Identifier", required=True, readonly=True, strip=False,
        help="The name of the record between machines; it never changes.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('uuid_unique', Unique(table, table.uuid),
                'tibillet_event.msg_uuid_unique'),
            ]

    @classmethod
    def __register__(cls, module):
        if backend.TableHandler.table_exist(cls._table):
            handler = cls.__table_handler__(module)
            if not handler.column_exist('uuid'):
                handler.add_column('uuid', 'VARCHAR')
                cls._fill_uuid()
        super().__register__(module)

    @classmethod
    def _fill_uuid(cls):
        table = cls.__table__()
        statement = cursor()
        statement.execute(*table.select(table.id, where=table.uuid == Null))
        for some in sliced([id_ for id_, in statement]):
            ids = list(some)
            cursor().execute(*table.update(
                    [table.uuid],
                    [Case(*[
                            (table.id == id_, str(uuid.uuid4()))
                            for id_ in ids])],
                    where=fields.SQL_OPERATORS['in'](table.id, ids)))

    @classmethod
    def preprocess_values(cls, mode, values):
        values = super().preprocess_values(mode, values)
        if mode == 'create' and not values.get('uuid'):
            values['uuid'] = str(uuid.uuid4())
        return values

    @classmethod
    def validate_fields(cls, records, field_names):
        super().validate_fields(records, field_names)
        if 'uuid' in field_names:
            for record in records:
                if not is_uuid(record.uuid):
                    raise PublicIdentifierError(gettext(
                            'tibillet_event.msg_uuid_wrong',
                            uuid=record.uuid))

    @classmethod
    def check_modification(cls, mode, records, values=None, external=False):
        super().check_modification(
            mode, records, values=values, external=external)
        if mode == 'write' and 'uuid' in values:
            for record in records:
                if record.uuid != values['uuid']:
                    raise PublicIdentifierAccessError(gettext(
                            'tibillet_event.msg_uuid_change',
                            record=record.rec_name))

    @classmethod
    def copy(cls, records, default=None):
        if not issubclass(cls, ModelSingleton):
            default = default.copy() if default is not None else {}
            default.setdefault('uuid')
        return super().copy(records, default=default)


class SubscribeMixin(PublicMixin):
    "A record that has an agenda of its own, to subscribe to"
    __slots__ = ()

    # How the addresses call the model.
    agenda_kind = None

    calendar_address = fields.Function(fields.Char(
            "Calendar",
            help="Paste it in a calendar to subscribe to the dates."),
        'get_addresses')
    feed_address = fields.Function(fields.Char(
            "News Feed",
            help="Paste it in a feed reader to follow the events."),
        'get_addresses')
    data_address = fields.Function(fields.Char(
            "Data for Web Sites",
            help="Where web sites and search engines read the dates."),
        'get_addresses')

    @classmethod
    def get_addresses(cls, records, names):
        database = Transaction().database.name
        base = http_base().rstrip('/')
        return {
            name: {
                record.id: base + address(
                    database, f'/{cls.agenda_kind}/{record.uuid}',
                    EXTENSIONS[name])
                for record in records}
            for name in names}


class Configuration(PublicMixin, metaclass=PoolMeta):
    __name__ = 'ir.configuration'


class Event(SubscribeMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.event'
    agenda_kind = 'event'

    url = fields.Char(
        "Web Page",
        domain=['OR',
            ('url', '=', None),
            ('url', 'like', 'https://_%'),
            ('url', 'like', 'http://_%'),
            ],
        help="Where the public reads about the event and buys, "
        "starting with https://")


class EventTag(SubscribeMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.event.tag'
    agenda_kind = 'tag'


class Venue(SubscribeMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.venue'
    agenda_kind = 'venue'

    latitude = fields.Numeric(
        "Latitude", digits=(9, 6),
        domain=['OR',
            ('latitude', '=', None),
            [
                ('latitude', '>=', -90),
                ('latitude', '<=', 90),
                ],
            ],
        help="In degrees, north of the equator, such as 48.853000.")
    longitude = fields.Numeric(
        "Longitude", digits=(9, 6),
        domain=['OR',
            ('longitude', '=', None),
            [
                ('longitude', '>=', -180),
                ('longitude', '<=', 180),
                ],
            ],
        help="In degrees, east of Greenwich, such as 2.349000.")


class Artist(SubscribeMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.artist'
    agenda_kind = 'artist'


class Performance(PublicMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.performance'
