from sql.aggregate import Count, Sum
from sql.conditionals import Case
from tibillet_base.tools import cursor

from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, Unique, fields, sequence_ordered
from trytond.pyson import Eval

from . import place_capacity
from .exceptions import AllotmentError, PlaceAccessError
from .place_sql import clock, is_free, table


class Allotment(sequence_ordered(), ModelSQL, ModelView):
    __name__ = 'tibillet.allotment'
    __string__ = "Allotment"

    performance = fields.Many2One(
        'tibillet.performance', "Performance", required=True,
        ondelete='CASCADE',
        states={
            'readonly': Eval('id', -1) >= 0,
            })
    name = fields.Char("Name", required=True)
    kind = fields.Selection([
            ('online', "Online"),
            ('counter', "Counter"),
            ('partner', "Partner"),
            ('production', "Production"),
            ], "Kind", required=True, sort=False,
        help="Who sells the places, or keeps them.")
    capacity = fields.Function(fields.Integer(
            "Places",
            help="How many places it has, retired ones left out."),
        'get_counts')
    places_free = fields.Function(fields.Integer("Free"), 'get_counts')
    places_held = fields.Function(fields.Integer("Held"), 'get_counts')
    places_sold = fields.Function(fields.Integer("Sold"), 'get_counts')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('performance')
        own = cls.__table__()
        cls._sql_constraints += [
            ('name_unique', Unique(own, own.performance, own.name),
                'tibillet_event.msg_allotment_name_unique'),
            ]
        cls._order.insert(0, ('performance', 'ASC'))
        cls._buttons.update({
                'change': {
                    'icon': 'tryton-switch',
                    'depends': [],
                    },
                })

    @classmethod
    def default_kind(cls):
        return 'online'

    @classmethod
    def get_counts(cls, allotments, names):
        place = table('tibillet.place')
        link = table('tibillet.place-tibillet.allotment')
        counts = {
            'capacity': Count(place.id),
            'places_free': Sum(Case((is_free(place, clock()), 1), else_=0)),
            'places_sold': Sum(Case((place.sold, 1), else_=0)),
            }
        result = {
            name: dict.fromkeys((a.id for a in allotments), 0)
            for name in counts.keys() | {'places_held'}}
        query = link.join(place, condition=link.place == place.id).select(
            link.allotment, *counts.values(),
            where=fields.SQL_OPERATORS['in'](
                link.allotment, [a.id for a in allotments])
            & ~place.retired,
            group_by=link.allotment)
        statement = cursor()
        statement.execute(*query)
        for id_, *values in statement:
            capacity, free, sold = map(int, values)
            result['capacity'][id_] = capacity
            result['places_free'][id_] = free
            result['places_sold'][id_] = sold
            result['places_held'][id_] = capacity - free - sold
        return {name: result[name] for name in names}

    @classmethod
    def check_modification(
            cls, mode, allotments, values=None, external=False):
        super().check_modification(
            mode, allotments, values=values, external=external)
        if mode == 'delete':
            for allotment in allotments:
                taken = allotment.places_held + allotment.places_sold
                if taken:
                    raise AllotmentError(gettext(
                            'tibillet_event.msg_allotment_delete',
                            allotment=allotment.rec_name,
                            taken=taken))

    @classmethod
    @ModelView.button_action('tibillet_event.wizard_allotment_change')
    def change(cls, allotments):
        pass

    @classmethod
    def add_places(
            cls, allotments, quantity, source=None, zone=None, row=None):
        "Add places to each allotment, see place_capacity.allot"
        place_capacity.claim({a.performance for a in allotments})
        for allotment in allotments:
            place_capacity.allot(allotment, quantity, source, zone, row)

    @classmethod
    def remove_places(cls, allotments, quantity):
        "Take free places out of each allotment"
        place_capacity.claim({a.performance for a in allotments})
        for allotment in allotments:
            place_capacity.give_back(allotment, quantity)


class PlaceAllotment(ModelSQL):
    __name__ = 'tibillet.place-tibillet.allotment'
    __string__ = "Place - Allotment"

    place = fields.Many2One(
        'tibillet.place', "Place", required=True, ondelete='CASCADE')
    allotment = fields.Many2One(
        'tibillet.allotment', "Allotment", required=True, ondelete='CASCADE')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('allotment')
        own = cls.__table__()
        cls._sql_constraints += [
            ('place_unique', Unique(own, own.place, own.allotment),
                'tibillet_event.msg_allotment_place_unique'),
            ]

    @classmethod
    def check_modification(
            cls, mode, links, values=None, external=False):
        super().check_modification(
            mode, links, values=values, external=external)
        # place_capacity knows which places are free.
        if mode != 'delete':
            raise PlaceAccessError(
                gettext('tibillet_event.msg_place_modify'))
