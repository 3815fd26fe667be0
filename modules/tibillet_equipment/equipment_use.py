import datetime as dt
from collections import defaultdict
from itertools import zip_longest

from sql.conditionals import Coalesce

from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval


class Equipment(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment'

    custodian = fields.Function(
        fields.Many2One(
            'party.party', "Custodian",
            context={
                'company': Eval('company', -1),
                },
            depends={'company'},
            help="Who has the unit according to the last custody note."),
        'get_custodian', searcher='search_custodian')
    custodian_person = fields.Function(
        fields.Char("Custodian Person"), 'get_custodian')
    custody_date = fields.Function(
        fields.DateTime("In Custody Since"), 'get_custodian')
    custody_lines = fields.One2Many(
        'tibillet.equipment.custody.line', 'equipment', "Custody",
        filter=[
            ('custody.state', '=', 'done'),
            ],
        readonly=True)
    booking_lines = fields.One2Many(
        'tibillet.equipment.booking.line', 'equipment', "Booking Lines",
        readonly=True)
    expected_event_days = fields.Integer(
        "Expected Event-Days",
        help="How many days of event the unit should last.\n"
        "Leave empty to use the number of the product.")
    opening_event_days = fields.Integer(
        "Opening Event-Days", required=True,
        help="Days of event of the unit before it was followed here.")
    used_event_days = fields.Function(
        fields.Integer(
            "Used Event-Days",
            help="The opening days, and the days of the bookings for which "
            "the unit was out."),
        'get_used_event_days')
    reserved = fields.Function(
        fields.Boolean(
            "Reserved",
            help="The unit is named on a booking still to come."),
        'get_reserved', searcher='search_reserved')

    @classmethod
    def default_opening_event_days(cls):
        return 0

    @fields.depends('product', 'expected_event_days')
    def on_change_product(self):
        if self.product and not self.expected_event_days:
            self.expected_event_days = self.product.expected_event_days

    @property
    def expected_event_days_used(self):
        return self.expected_event_days or self.product.expected_event_days

    @property
    def event_days_to_come(self):
        "The days of event the unit should still last when it arrives"
        return max(
            (self.expected_event_days_used or 0) - self.opening_event_days, 0)

    @classmethod
    def get_custodian(cls, units, names):
        pool = Pool()
        CustodyLine = pool.get('tibillet.equipment.custody.line')
        last = CustodyLine.get_last(units)
        result = {n: {} for n in names}
        for unit in units:
            line = last.get(unit)
            values = {
                'custodian': (
                    line.custody.to_party if line
                    else unit.company.party).id,
                'custodian_person': line.custody.to_person if line else None,
                'custody_date': line.custody.date if line else None,
                }
            for name in names:
                result[name][unit.id] = values[name]
        return result

    @classmethod
    def search_custodian(cls, name, clause):
        pool = Pool()
        Company = pool.get('company.company')
        CustodyLine = pool.get('tibillet.equipment.custody.line')
        Party = pool.get('party.party')
        _, operator, value = clause[:3]
        nested = clause[0][len(name) + 1:]
        if not nested:
            if value is None:
                # Somebody always has the unit.
                return [('id', '<', 0)] if operator == '=' else []
            nested = 'rec_name' if isinstance(value, str) else 'id'
        parties = Party.search([(nested, *clause[1:])], query=True)
        last = CustodyLine.query_last()
        unit, company = cls.__table__(), Company.__table__()
        query = (unit
            .join(company, condition=unit.company == company.id)
            .join(last, 'LEFT', condition=last.equipment == unit.id)
            .select(
                unit.id,
                where=Coalesce(last.to_party, company.party).in_(parties)))
        return [('id', 'in', query)]

    @classmethod
    @ModelView.button
    def find(cls, units):
        "A unit that its custodian has found is still out"
        units = [u for u in units if u.state in {'missing', 'lost', 'stolen'}]
        held = [u for u in units if u.custodian != u.company.party]
        cls.hand_over(held)
        super().find([u for u in units if u not in held])

    @classmethod
    def get_used_event_days(cls, units, name):
        pool = Pool()
        Date = pool.get('ir.date')
        days = cls.get_event_days(units, Date.today())
        return {u.id: u.opening_event_days + len(days[u]) for u in units}

    @classmethod
    def get_event_days(cls, units, until):
        """Return the set of days of event of each unit, by unit

        They are the days of the booking on which the unit was out; a day
        counts once, days after until do not.
        Extend it to add days known otherwise.
        """
        pool = Pool()
        CustodyLine = pool.get('tibillet.equipment.custody.line')
        days = {u: set() for u in units}
        lines = defaultdict(list)
        for line in CustodyLine.search([
                    ('equipment', 'in', [u.id for u in units]),
                    ('custody.state', '=', 'done'),
                    ], order=[('custody.date', 'ASC')]):
            lines[line.equipment].append(line.custody)
        for unit in units:
            for custody, following in zip_longest(
                    lines[unit], lines[unit][1:]):
                booking = custody.booking
                if custody.direction == 'out' and booking:
                    first = max(booking.from_date, custody.local_date.date())
                    last = min(booking.to_date, until)
                    if following:
                        last = min(last, following.local_date.date())
                    days[unit].update(
                        first + dt.timedelta(days=i)
                        for i in range((last - first).days + 1))
        return days

    @classmethod
    def get_reserved(cls, units, name):
        reserved = {
            u.id for u in cls.search([
                    ('id', 'in', [u.id for u in units]),
                    ('reserved', '=', True),
                    ])}
        return {u.id: u.id in reserved for u in units}

    @classmethod
    def search_reserved(cls, name, clause):
        pool = Pool()
        BookingLine = pool.get('tibillet.equipment.booking.line')
        Date = pool.get('ir.date')
        _, operator, value = clause
        reserved = bool(value) if operator == '=' else not value
        lines = BookingLine.search([
                ('equipment', '!=', None),
                ('booking.state', '=', 'confirmed'),
                ('booking.busy_until', '>=', Date.today()),
                ])
        return [('id', 'in' if reserved else 'not in', list(
                    {l.equipment.id for l in lines}))]

    @classmethod
    def copy(cls, units, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('custody_lines')
        default.setdefault('booking_lines')
        default.setdefault('opening_event_days', 0)
        return super().copy(units, default=default)

    def _get_problem(self, field_names):
        problem = super()._get_problem(field_names)
        if problem:
            return problem
        if ('expected_event_days' in field_names
                and self.expected_event_days is not None
                and self.expected_event_days <= 0):
            return 'expected_event_days'
        if 'opening_event_days' in field_names and self.opening_event_days < 0:
            return 'opening_event_days'

    def is_bound(self):
        return super().is_bound() or bool(self.custody_lines)
