from sql.conditionals import Case

from trytond.i18n import gettext
from trytond.model import Index, ModelSQL, ModelView, Unique, fields
from trytond.pyson import Eval

from . import place_capacity
from .exceptions import PlaceAccessError
from .place_sql import clock


class Place(ModelSQL, ModelView):
    __name__ = 'tibillet.place'
    __string__ = "Place"

    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True, readonly=True,
        ondelete='CASCADE')
    number = fields.Integer(
        "Number", readonly=True,
        help="Empty if the place was added for an entry without limit.")
    zone = fields.Char("Zone", readonly=True)
    row = fields.Char("Row", readonly=True)
    seat = fields.Char("Seat", readonly=True)
    position = fields.Integer(
        "Position", readonly=True,
        help="From the left of the row: neighbours differ by one, "
        "an aisle leaves a gap.")
    hold = fields.Many2One(
        'tibillet.place.hold', "Hold", readonly=True, ondelete='RESTRICT',
        help="Who has taken the place last.")
    held_until = fields.DateTime(
        "Held Until", readonly=True,
        help="After this instant the place is free again by itself.")
    sold = fields.Boolean("Sold", readonly=True)
    retired = fields.Boolean("Retired", readonly=True)
    state = fields.Function(fields.Selection([
                ('free', "Free"),
                ('held', "Held"),
                ('sold', "Sold"),
                ('retired', "Retired"),
                ], "State", sort=False))
    allotments = fields.Many2Many(
        'tibillet.place-tibillet.allotment', 'place', 'allotment',
        "Allotments", readonly=True)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('performance')
        table = cls.__table__()
        cls._sql_constraints += [
            ('number_unique',
                Unique(table, table.performance, table.number),
                'tibillet_event.msg_place_number_unique'),
            ('seat_unique',
                # The performance last: another index tells what is free.
                Unique(
                    table, table.zone, table.row, table.seat,
                    table.performance),
                'tibillet_event.msg_place_seat_unique'),
            ]
        cls._sql_indexes.update({
                # What can still be taken.
                Index(
                    table,
                    (table.performance, Index.Range()),
                    (table.number, Index.Range()),
                    where=~table.sold & ~table.retired),
                })
        cls._order = [
            ('performance', 'ASC'),
            ('number', 'ASC NULLS LAST'),
            ('id', 'ASC'),
            ]
        cls._buttons.update({
                'retire': {
                    'invisible': Eval('state') != 'free',
                    'icon': 'tryton-archive',
                    'depends': ['state'],
                    },
                'restore': {
                    'invisible': Eval('state') != 'retired',
                    'icon': 'tryton-unarchive',
                    'depends': ['state'],
                    },
                })

    @classmethod
    def column_state(cls, tables):
        table, _ = tables[None]
        return Case(
            (table.retired, 'retired'),
            (table.sold, 'sold'),
            (table.held_until > clock(), 'held'),
            else_='free')

    def get_rec_name(self, name):
        if self.seat:
            return ' '.join([self.zone, self.row, self.seat])
        if self.number is not None:
            return str(self.number)
        return f'({self.id})'

    @classmethod
    def search_rec_name(cls, name, clause):
        operator = 'AND' if clause[1].startswith(('!', 'not ')) else 'OR'
        return [operator,
            ('zone', *clause[1:]),
            ('row', *clause[1:]),
            ('seat', *clause[1:]),
            ]

    @classmethod
    def check_modification(
            cls, mode, places, values=None, external=False):
        super().check_modification(
            mode, places, values=values, external=external)
        # Others may be taking them: place_writer and place_capacity know how.
        raise PlaceAccessError(
            gettext('tibillet_event.msg_place_modify'))

    @classmethod
    @ModelView.button
    def retire(cls, places):
        place_capacity.claim({p.performance for p in places})
        place_capacity.retire(places)

    @classmethod
    @ModelView.button
    def restore(cls, places):
        place_capacity.claim({p.performance for p in places})
        place_capacity.restore(places)
