from sql import Null
from sql.conditionals import Case

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields

from .exceptions import PlaceAccessError
from .place_sql import clock


class Hold(ModelSQL, ModelView):
    __name__ = 'tibillet.place.hold'
    __string__ = "Place Hold"
    _rec_name = 'uuid'

    uuid = fields.Char(
        "Identifier", required=True, readonly=True,
        help="Made by who asks, so that asking again takes nothing more.")
    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True, readonly=True,
        ondelete='CASCADE')
    allotment = fields.Many2One(
        'tibillet.allotment', "Allotment", readonly=True,
        ondelete='RESTRICT')
    quantity = fields.Integer("Quantity", required=True, readonly=True)
    named = fields.Boolean(
        "Named Seats", readonly=True,
        help="The seats were chosen, not only their number.")
    until = fields.DateTime("Until", required=True, readonly=True)
    sold_at = fields.DateTime("Sold at", readonly=True)
    released_at = fields.DateTime("Released at", readonly=True)
    reference = fields.Char(
        "Reference", readonly=True,
        help="The order, the group or the offer the places are held for.")
    state = fields.Function(fields.Selection([
                ('held', "Held"),
                ('sold', "Sold"),
                ('released', "Released"),
                ('expired', "Expired"),
                ], "State", sort=False))
    places = fields.Many2Many(
        'tibillet.place.hold-tibillet.place', 'hold', 'place', "Places",
        readonly=True,
        help="What was given, even if it was given back later.")

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('uuid_unique', Unique(table, table.uuid),
                'tibillet_event.msg_hold_uuid_unique'),
            ]
        cls._order = [('id', 'DESC')]

    @classmethod
    def column_state(cls, tables):
        table, _ = tables[None]
        return Case(
            (table.sold_at != Null, 'sold'),
            (table.released_at != Null, 'released'),
            (table.until > clock(), 'held'),
            else_='expired')

    @classmethod
    def check_modification(
            cls, mode, holds, values=None, external=False):
        super().check_modification(
            mode, holds, values=values, external=external)
        raise PlaceAccessError(
            gettext('tibillet_event.msg_place_modify'))


class HoldPlace(ModelSQL):
    __name__ = 'tibillet.place.hold-tibillet.place'
    __string__ = "Place Hold - Place"

    hold = fields.Many2One(
        'tibillet.place.hold', "Hold", required=True, ondelete='CASCADE')
    place = fields.Many2One(
        'tibillet.place', "Place", required=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('hold')
        table = cls.__table__()
        cls._sql_constraints += [
            ('place_unique', Unique(table, table.hold, table.place),
                'tibillet_event.msg_hold_place_unique'),
            ]

    @classmethod
    def check_modification(
            cls, mode, links, values=None, external=False):
        super().check_modification(
            mode, links, values=values, external=external)
        raise PlaceAccessError(
            gettext('tibillet_event.msg_place_modify'))
