import datetime as dt

from tibillet_event import place_writer

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool


def utc(text):
    "Return the instant in UTC, as the database keeps it"
    return dt.datetime.fromisoformat(text)


def create_sale(quantity=None, venue_capacity=None, lines=(), **values):
    """Return a performance that is on sale in the summer of 2099

    quantity: how many unnumbered places; lines: of named seats.
    """
    pool = Pool()
    Company = pool.get('company.company')
    Event = pool.get('tibillet.event')
    Party = pool.get('party.party')
    Performance = pool.get('tibillet.performance')
    Venue = pool.get('tibillet.venue')
    company, = Company.search([], limit=1) or [create_company()]
    with set_company(company):
        party = Party(name="Le Bal")
        party.save()
        venue = Venue(
            party=party, name="Le Bal", timezone='Europe/Paris',
            capacity=venue_capacity)
        venue.save()
        event = Event(name="Nuit blanche", kind='concert', company=company)
        event.save()
        performance = Performance(
            event=event, venue=venue, date=dt.date(2099, 7, 10),
            time=dt.time(20, 30), end_time=dt.time(22, 30), **values)
        performance.save()
    if quantity is not None:
        Performance.set_capacity([performance], quantity)
    if lines:
        Performance.add_seats([performance], lines)
    Performance.put_on_sale([performance])
    return Performance(performance.id)


def give_to(organiser, event):
    "Make another company the organiser, that the first one sells for"
    with set_company(event.company):
        event.sellers = [event.company]
        event.company = organiser
        event.save()


class PlaceMixin:
    "What tests look at in the places of a performance"
    __slots__ = ()

    def seats(self, performance):
        Place = Pool().get('tibillet.place')
        return Place.search([
                ('performance', '=', performance.id),
                ('seat', '!=', None),
                ])

    def counts(self, performance):
        Performance = Pool().get('tibillet.performance')
        record = Performance(performance.id)
        return (
            record.capacity, record.places_free, record.places_held,
            record.places_sold, record.places_retired)

    def check_nothing_written(self, performance, error, func, *args, **kwargs):
        Hold = Pool().get('tibillet.place.hold')
        before = self.counts(performance), Hold.search([], count=True)
        with self.assertRaises(error):
            func(*args, **kwargs)
        self.assertEqual(
            (self.counts(performance), Hold.search([], count=True)), before)


NOON = utc('2099-07-01 12:00')
QUARTER = utc('2099-07-01 12:15')
LATER = utc('2099-07-01 13:00')
STALLS = [('Stalls', 'A', 'B', 1, 4, 'following')]


def hold(performance, quantity, uuid, allotment=None, until=QUARTER, now=NOON):
    return place_writer.hold(
        performance, allotment, quantity, uuid, until, now=now)


def hold_seats(performance, seats, uuid, allotment=None, now=NOON):
    return place_writer.hold_seats(
        performance, allotment, seats, uuid, QUARTER, now=now)
