import datetime as dt
from collections import defaultdict, namedtuple

from trytond.i18n import gettext
from trytond.pool import Pool

from .capacity import Demand, free, is_busy, shortage

# A unit to check is there: the buffer of its booking was for that.
SERVICEABLE_STATES = ['available', 'out', 'to_check']


class Holding(namedtuple('Holding', ['party', 'quantity', 'start', 'end'])):
    """Who has how many of something, from when to when

    end: the last day, the buffer included; none until they come back.
    """

    def say(self, lang):
        return gettext(
            'tibillet_equipment.msg_booking_held'
            if self.end else 'tibillet_equipment.msg_booking_held_late',
            party=self.party.rec_name,
            quantity=self.quantity,
            start=lang.strftime(self.start),
            end=lang.strftime(self.end) if self.end else '')


class Availability:
    """The units of a company and what keeps them busy between two days.

    Bookings count by their lines; once out, by what is still to hand over
    and by what is still out. What is late, or out without a day of return,
    stays busy until it comes back.
    A named unit is checked alone and counts among those of its product: this
    shares the units out over each day, not over each booking, so that a unit
    named in the middle of a long booking of others may have to be exchanged.
    """

    def __init__(
            self, company, products, start, end, today, exclude=(),
            without=()):
        self.company = company
        self.start = start
        self.end = end
        self.today = today
        self.demands = defaultdict(list)
        self.named = defaultdict(list)
        self.units = defaultdict(dict)
        self._load_units(products, without)
        self._load_bookings(products, exclude)

    def _load_units(self, products, without):
        pool = Pool()
        Equipment = pool.get('tibillet.equipment')
        for unit in Equipment.search([
                    ('company', '=', self.company),
                    ('product', 'in', list(products)),
                    ('state', 'in', SERVICEABLE_STATES),
                    ('id', 'not in', [u.id for u in without]),
                    ]):
            self.units[unit.product][unit] = unit.in_service_date

    def _load_bookings(self, products, exclude):
        pool = Pool()
        BookingLine = pool.get('tibillet.equipment.booking.line')
        lines = BookingLine.search([
                ('booking.company', '=', self.company),
                ('booking', 'not in', list(exclude)),
                ('booking.from_date', '<=', self.end),
                ['OR',
                    ('booking.state', '=', 'out'),
                    [
                        ('booking.state', '=', 'confirmed'),
                        ('booking.busy_until', '>=', self.start),
                        ],
                    ],
                ('product', 'in', list(products)),
                ])
        handed = self._load_handed({
                l.booking for l in lines if l.booking.state == 'out'})
        booked = defaultdict(int)
        for line in lines:
            if line.equipment:
                if line.equipment not in handed[line.booking]:
                    self._add_unit(line.booking, line.equipment)
            booked[line.booking, line.product] += line.quantity
        for (booking, product), quantity in booked.items():
            count = sum(
                1 for u in handed[booking] if u.product == product)
            if quantity > count:
                self.demands[product].append(Demand(
                        booking.from_date, booking.busy_until,
                        quantity - count, booking))
        self._load_out()

    def _load_handed(self, bookings):
        "Return the units already handed over for each booking"
        pool = Pool()
        CustodyLine = pool.get('tibillet.equipment.custody.line')
        handed = defaultdict(set)
        for line in CustodyLine.search([
                    ('custody.booking', 'in', list(bookings)),
                    ('custody.direction', '=', 'out'),
                    ('custody.state', '=', 'done'),
                    ]):
            handed[line.custody.booking].add(line.equipment)
        return handed

    def _load_out(self):
        pool = Pool()
        CustodyLine = pool.get('tibillet.equipment.custody.line')
        units = [
            u for units in self.units.values() for u in units
            if u.state == 'out']
        last = CustodyLine.get_last(units)
        for unit in units:
            end = last[unit].custody.busy_until
            if end and end < self.today:
                end = None
            demand = Demand(dt.date.min, end, 1, last[unit].custody)
            self.named[unit].append(demand)
            self.demands[unit.product].append(demand)

    def _add_unit(self, booking, unit):
        self.named[unit].append(
            Demand(booking.from_date, booking.busy_until, 1, booking))

    def add(self, booking):
        "Count with the lines of the booking"
        for line in booking.lines:
            if line.equipment:
                self._add_unit(booking, line.equipment)
            self.demands[line.product].append(Demand(
                    booking.from_date, booking.busy_until, line.quantity,
                    booking))

    def shortage(self, booking):
        """Return what the booking is first short of

        As its name, the day, how many and who has them; None if there is
        enough.
        """
        shortages = []
        for line in booking.lines:
            if line.equipment:
                demands = self.named[line.equipment]
                units = self.units[line.product]
                short = shortage(
                    [units[u] for u in units if u == line.equipment],
                    demands, booking.from_date, booking.busy_until)
            else:
                short = None
            if not short:
                demands = self.demands[line.product]
                short = shortage(
                    self.units[line.product].values(), demands,
                    booking.from_date, booking.busy_until)
                record = line.product
            else:
                record = line.equipment
            if short:
                day, missing = short
                shortages.append((
                        record.rec_name, day, missing,
                        self._get_holdings(demands, day, booking)))
        return min(shortages, key=lambda s: s[1], default=None)

    @staticmethod
    def _get_holdings(demands, day, booking):
        "Return the Holdings of others on the day, the first that began first"
        quantities = defaultdict(int)
        for demand in demands:
            if demand.by != booking and is_busy(demand, day):
                by = demand.by
                quantities[by.holder, by.held_from, demand.end] += (
                    demand.quantity)
        return sorted(
            (Holding(party, quantity, start, end)
                for (party, start, end), quantity in quantities.items()),
            key=lambda h: (h.start, h.party.rec_name))

    def free(self, product, start, end):
        "Return how many units of the product are free on all these days"
        return free(
            self.units[product].values(), self.demands[product], start, end)


def get_short(company, today, without=()):
    """Return the confirmed bookings to come that units are short for

    without: units that will not be there.
    """
    pool = Pool()
    Booking = pool.get('tibillet.equipment.booking')
    bookings = Booking.search([
            ('company', '=', company.id),
            ('state', '=', 'confirmed'),
            ('busy_until', '>=', today),
            ], order=[('from_date', 'ASC'), ('id', 'ASC')])
    if not bookings:
        return []
    availability = Availability(
        company, {l.product for b in bookings for l in b.lines},
        min(b.from_date for b in bookings),
        max(b.busy_until for b in bookings), today, without=without)
    return [b for b in bookings if availability.shortage(b)]
