from sql import Literal
from sql.aggregate import Sum
from sql.conditionals import Case, Coalesce
from tibillet_base.tools import cursor

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from . import place_capacity, seating
from .exceptions import (
    CapacityError, PerformanceAccessError, PlaceQuantityError)
from .place_sql import clock, is_free, is_offered, is_unnumbered, table


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    unlimited = fields.Boolean(
        "Without Limit", readonly=True,
        help="Entry is free of any number of places.")
    allotments = fields.One2Many(
        'tibillet.allotment', 'performance', "Allotments",
        states={
            'readonly': Eval('state').in_(['closed', 'cancelled']),
            })
    capacity = fields.Function(fields.Integer(
            "Capacity",
            states={
                'invisible': Eval('unlimited', False),
                },
            help="How many places there are, retired ones left out."),
        'get_counts', searcher='search_counts')
    places_free = fields.Function(fields.Integer(
            "Free Places",
            states={
                'invisible': Eval('unlimited', False),
                }),
        'get_counts', searcher='search_counts')
    places_held = fields.Function(fields.Integer(
            "Held Places",
            help="Taken for a while; they are free again by themselves."),
        'get_counts', searcher='search_counts')
    places_sold = fields.Function(
        fields.Integer("Sold Places"),
        'get_counts', searcher='search_counts')
    places_retired = fields.Function(fields.Integer(
            "Retired Places",
            help="Places that are not for sale any more."),
        'get_counts', searcher='search_counts')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons.update({
                'change_capacity': {
                    'invisible': Eval('state').in_(['closed', 'cancelled']),
                    'depends': ['state'],
                    },
                'plan_seats': {
                    'invisible': Eval('state').in_(['closed', 'cancelled']),
                    'depends': ['state'],
                    },
                })

    @classmethod
    def default_unlimited(cls):
        return False

    @classmethod
    def _count_columns(cls, place):
        "Return the SQL of the counts by name, over the rows of the places"
        free = is_free(place, clock())

        def count(where):
            return Coalesce(Sum(Case((where, 1), else_=0)), 0)

        return {
            'capacity': count(~place.retired),
            'places_free': count(free),
            'places_held': count(~place.retired & ~place.sold & ~free),
            'places_sold': count(~place.retired & place.sold),
            'places_retired': count(place.retired),
            }

    @classmethod
    def get_counts(cls, performances, names):
        place = table('tibillet.place')
        columns = cls._count_columns(place)
        result = {
            name: dict.fromkeys((p.id for p in performances), 0)
            for name in names}
        statement = cursor()
        statement.execute(*place.select(
                place.performance, *[columns[name] for name in names],
                where=fields.SQL_OPERATORS['in'](
                    place.performance, [p.id for p in performances]),
                group_by=place.performance))
        for id_, *values in statement:
            for name, value in zip(names, values, strict=True):
                result[name][id_] = int(value)
        for name in {'capacity', 'places_free'} & result.keys():
            for performance in performances:
                if performance.unlimited:
                    result[name][performance.id] = None
        return result

    @classmethod
    def search_counts(cls, name, clause):
        _, operator, value = clause
        Operator = fields.SQL_OPERATORS[operator]
        performance = table('tibillet.performance')
        place = table('tibillet.place')
        column = cls._count_columns(place)[name]
        if name in {'capacity', 'places_free'}:
            column = Case((performance.unlimited, None), else_=column)
        query = performance.join(
            place, 'LEFT', condition=place.performance == performance.id
            ).select(
                performance.id,
                group_by=[performance.id, performance.unlimited],
                having=Operator(column, value))
        return [('id', 'in', query)]

    @classmethod
    def copy(cls, performances, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('allotments', None)
        copies = super().copy(performances, default=default)
        for performance, copy in zip(performances, copies, strict=True):
            place_capacity.copy(performance, [copy])
        return copies

    @classmethod
    def on_delete(cls, performances):
        callbacks = super().on_delete(performances)
        place_capacity.remove(performances)
        return callbacks

    @classmethod
    def check_modification(
            cls, mode, performances, values=None, external=False):
        super().check_modification(
            mode, performances, values=values, external=external)
        if mode == 'delete':
            for performance in performances:
                taken = performance.places_held + performance.places_sold
                if taken:
                    raise PerformanceAccessError(gettext(
                            'tibillet_event.msg_performance_delete_taken',
                            performance=performance.rec_name,
                            taken=taken))

    @classmethod
    def on_modification(cls, mode, performances, field_names=None):
        super().on_modification(mode, performances, field_names=field_names)
        if mode == 'write' and field_names & {'venue', 'unlimited'}:
            place_capacity.check_venues([p.id for p in performances])

    @classmethod
    def repeat(cls, performances, frequency, interval, count):
        copies = super().repeat(performances, frequency, interval, count)
        cls.write(
            [c for i, c in enumerate(copies)
                if performances[i // count].unlimited],
            {'unlimited': True})
        for i, performance in enumerate(performances):
            place_capacity.copy(
                performance, copies[i * count:(i + 1) * count])
        return copies

    @classmethod
    @ModelView.button_action('tibillet_event.wizard_capacity_change')
    def change_capacity(cls, performances):
        pass

    @classmethod
    @ModelView.button_action('tibillet_event.wizard_seating')
    def plan_seats(cls, performances):
        pass

    @classmethod
    def set_capacity(cls, performances, quantity, unlimited=False):
        """Have as many unnumbered places at each performance

        quantity: beside the named seats; None leaves them as they are.
        unlimited: whether places are added as people come.
        """
        if quantity is not None and quantity < 0:
            raise PlaceQuantityError(gettext(
                    'tibillet_event.msg_capacity_negative',
                    quantity=quantity))
        cls._open_capacity(performances)
        cls.write(performances, {'unlimited': unlimited})
        if quantity is not None:
            for performance in performances:
                place_capacity.set_quantity(performance, quantity)

    def get_unnumbered(self):
        "Return what is known before the capacity is changed"
        place = table('tibillet.place')
        columns = self._count_columns(place)
        statement = cursor()
        statement.execute(*place.select(
                columns['capacity'], columns['places_held'],
                columns['places_sold'],
                where=(place.performance == self.id)
                & is_unnumbered(place)))
        quantity, held, sold = map(int, statement.fetchone())
        return {
            'venue_capacity': self.venue.capacity,
            'seats': (
                self.capacity - quantity if not self.unlimited else None),
            'taken': held + sold,
            'unlimited': self.unlimited,
            'quantity': quantity,
            }

    @classmethod
    def add_seats(cls, performances, lines):
        "Add named seats to each performance, see seating.plan"
        cls._open_capacity(performances)
        for performance in performances:
            place_capacity.add_seats(performance, lines)

    @classmethod
    def _open_capacity(cls, performances):
        place_capacity.claim(performances)
        for performance in performances:
            if performance.state in {'closed', 'cancelled'}:
                raise CapacityError(gettext(
                        'tibillet_event.msg_capacity_closed',
                        performance=performance.rec_name))

    def propose_seats(self, quantity, allotment=None, zone=None):
        """Return the best free seats side by side, none if there are not

        Other people may take them before they are held.
        """
        pool = Pool()
        Place = pool.get('tibillet.place')
        place = Place.__table__()
        where = (
            (place.performance == self.id) & ~place.retired
            & ~is_unnumbered(place))
        if zone:
            where &= place.zone == zone
        statement = cursor()
        statement.execute(*place.select(
                place.zone, place.row, place.id, place.position,
                Case((
                        is_free(place, clock())
                        & is_offered(
                            place, allotment.id if allotment else None),
                        Literal(True)),
                    else_=Literal(False)),
                where=where,
                order_by=[place.number.asc]))
        rows = {}
        for zone_, row, *seat in statement:
            rows.setdefault((zone_, row), []).append(seat)
        return Place.browse(seating.choose(rows.values(), quantity))


class Venue(metaclass=PoolMeta):
    __name__ = 'tibillet.venue'

    @classmethod
    def on_modification(cls, mode, venues, field_names=None):
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        super().on_modification(mode, venues, field_names=field_names)
        if mode == 'write' and 'capacity' in field_names:
            # What has taken place stays as it was.
            performances = Performance.search([
                    ('venue', 'in', [v.id for v in venues]),
                    ('state', 'not in', ['closed', 'cancelled']),
                    ])
            if performances:
                place_capacity.check_venues([p.id for p in performances])
