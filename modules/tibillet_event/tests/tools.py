import datetime as dt

from proteus import Model, config
from trytond.transaction import Transaction


def create_venue(name="La Raffinerie", timezone='Europe/Paris', **values):
    Party = Model.get('party.party')
    Venue = Model.get('tibillet.venue')
    party = Party(name=name)
    party.save()
    venue = Venue(party=party, timezone=timezone, **values)
    venue.save()
    return venue


def create_event(name="Nuit blanche", **values):
    Event = Model.get('tibillet.event')
    event = Event(name=name, **values)
    event.save()
    return event


def create_performance(
        event, venue, date, time='20:30', end_time='22:30', **values):
    "Create a performance, its hours read on the clock of the venue"
    Performance = Model.get('tibillet.performance')
    performance = Performance(event=event, venue=venue, **values)
    performance.date = dt.date.fromisoformat(str(date))
    performance.time = dt.time.fromisoformat(time)
    performance.end_time = dt.time.fromisoformat(end_time)
    performance.save()
    return performance


def take(act, *args, **kwargs):
    "Do an act of place_writer in a transaction of its own, as a server does"
    current = config.get_config()
    with Transaction().start(
            current.database_name, current.user) as transaction:
        result = act(*args, **kwargs)
        transaction.commit()
    return result
