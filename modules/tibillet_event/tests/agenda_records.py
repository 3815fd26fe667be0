import datetime as dt

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool

DAY = dt.date(2099, 7, 10)


class Season:
    """Records of a season, made one by one in the transaction

    The same company, venue and event are used again unless others are given.
    """

    def __init__(self, name="Le Bal"):
        pool = Pool()
        Company = pool.get('company.company')
        Party = pool.get('party.party')
        self.company, = Company.search([], limit=1) or [create_company()]
        self.party = Party(name=f"Association {name}")
        self.party.save()
        self.venue = self.create_venue(name)
        self.event = self.create_event()

    def create_venue(self, name, **values):
        Venue = Pool().get('tibillet.venue')
        with set_company(self.company):
            venue = Venue(
                party=self.party, name=name,
                **{'timezone': 'Europe/Paris', **values})
            venue.save()
        return venue

    def create_event(self, name="Nuit blanche", **values):
        Event = Pool().get('tibillet.event')
        with set_company(self.company):
            event = Event(
                name=name, company=self.company,
                **{'kind': 'concert', **values})
            event.save()
        return event

    def create_artist(self, name, **values):
        pool = Pool()
        Artist = pool.get('tibillet.artist')
        Party = pool.get('party.party')
        party = Party(name=f"{name} (civil)")
        party.save()
        artist = Artist(party=party, name=name, **values)
        artist.save()
        return artist

    def create_dates(self, count=1, state='on_sale', day=DAY, **values):
        "Return performances on days that follow each other"
        Performance = Pool().get('tibillet.performance')
        dates = [
            Performance(
                **{'event': self.event, 'venue': self.venue,
                    'date': day + dt.timedelta(days=i),
                    'time': dt.time(20, 30), 'end_time': dt.time(22, 30),
                    **values})
            for i in range(count)]
        Performance.save(dates)
        if state != 'draft':
            Performance.put_on_sale(dates)
        button = {
            'closed': Performance.close,
            'postponed': Performance.postpone,
            'cancelled': Performance.cancel,
            }.get(state)
        if button:
            button(dates)
        return Performance.browse(dates)

    def create_date(self, **values):
        date, = self.create_dates(**values)
        return date
