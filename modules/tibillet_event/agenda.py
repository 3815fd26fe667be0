"""Read the published programme, by as many queries for one date as for all."""
import datetime as dt
import uuid
from collections import defaultdict
from dataclasses import replace

from sql import Literal
from sql.conditionals import Coalesce
from tibillet_base import tools

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool, PoolMeta

from . import agenda_values as values
from .exceptions import AgendaPeriodError, AgendaUnknownError
from .place_sql import clock, is_free, is_offered
from .public import is_uuid
from .schedule import to_local
from .waiting_sql import is_kept

# How long dates that are over stay in an agenda.
PAST_DAYS = 30
KINDS = {
    'venue': ('tibillet.venue', 'venue'),
    'artist': ('tibillet.artist', 'event.artists'),
    'tag': ('tibillet.event.tag', 'event.tags'),
    'event': ('tibillet.event', 'event'),
    }
# A partner sells to its own public.
PUBLIC = ['online', 'counter']


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    @classmethod
    def states_published(cls):
        "Return the states of a date that the public may know"
        return ['on_sale', 'closed', 'postponed', 'cancelled']

    @classmethod
    def get_agenda(
            cls, kind=None, identifier=None, since=None, until=None,
            address='', offers=False, now=None):
        """Return the agenda of what kind and identifier name, of all if none

        kind: one of KINDS; identifier: its UUID.
        since, until: the first and the last day, on the clock of the venue.
        address: where it is asked for; now: the instant in UTC.
        offers: whether prices and places are asked too.
        """
        now = now or tools.now()
        since = since or now.date() - dt.timedelta(days=PAST_DAYS)
        if until and until < since:
            raise AgendaPeriodError(gettext(
                    'tibillet_event.msg_agenda_period_order'))
        subject, domain = cls._agenda_subject(kind, identifier)
        domain = [
            domain,
            ('state', 'in', cls.states_published()),
            ('event.active', '=', True),
            ('end_date', '>=', since),
            ]
        if until:
            domain.append(('date', '<=', until))
        performances = cls.search(domain)
        # Nobody's own: an event and its agenda are not the same thing.
        own = uuid.uuid5(uuid.UUID(subject.uuid), 'agenda')
        return values.Agenda(
            uuid=str(own), title=cls._agenda_title(kind, subject),
            revised=cls._last_revised(now), now=now, address=address,
            performances=tuple(_Reader(performances, offers).read()))

    @classmethod
    def _agenda_subject(cls, kind, identifier):
        "Return the record that the agenda is of and its domain"
        pool = Pool()
        Configuration = pool.get('ir.configuration')
        if not kind:
            return Configuration(1), []
        if kind in KINDS and identifier and is_uuid(identifier):
            model, path = KINDS[kind]
            Model = pool.get(model)
            found = Model.search([('uuid', '=', identifier)], limit=1)
            if found:
                subject, = found
                return subject, (path, '=', subject.id)
        raise AgendaUnknownError(gettext('tibillet_event.msg_agenda_unknown'))

    @classmethod
    def _agenda_title(cls, kind, subject):
        if not kind:
            return gettext('tibillet_event.msg_agenda_title')
        return gettext(
            'tibillet_event.msg_agenda_title_of', name=subject.name)

    @classmethod
    def _last_revised(cls, now):
        """Return when an agenda may have changed last

        Drafts count, for they may have been published before, and so does
        midnight, when older dates leave.
        """
        last = cls.search([], order=[('revised', 'DESC')], limit=1)
        midnight = dt.datetime.combine(now.date(), dt.time())
        return max([midnight, *(p.revised for p in last)])


class Tariff(metaclass=PoolMeta):
    __name__ = 'tibillet.tariff'

    @classmethod
    def get_full(cls, tariffs):
        "Return the ids of tariffs and performances that may sell no more"
        return set()


class _Reader:
    "What is read once for all the performances"

    def __init__(self, performances, offers=False):
        pool = Pool()
        Event = pool.get('tibillet.event')
        Venue = pool.get('tibillet.venue')
        self.performances = performances
        self.events = {
            e.id: self.event(e)
            for e in Event.browse(
                list(dict.fromkeys(p.event.id for p in performances)))}
        self.venues = {
            v.id: self.venue(v)
            for v in Venue.browse(
                list(dict.fromkeys(p.venue.id for p in performances)))}
        self.tariffs = self.get_tariffs() if offers else {}
        self.places = self.get_places() if offers else {}

    def read(self):
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        for performance in self.performances:
            venue = self.venues[performance.venue.id]
            local = to_local(performance.start, venue.timezone)
            note = None
            if performance.state in {'postponed', 'cancelled'}:
                note = performance.state_string
            yield values.Performance(
                uuid=performance.uuid,
                event=self.events[performance.event.id],
                venue=venue,
                start=performance.start,
                end=performance.end,
                state=performance.state,
                revised=performance.revised,
                revision=performance.revision,
                name=performance.name,
                doors=performance.doors,
                postponed_from=performance.postponed_from,
                has_places=self.places.get(performance.id),
                offers=self.get_offers(performance),
                text=f'{lang.strftime(local.date())} {local:%H:%M}',
                note=note)

    @staticmethod
    def event(event):
        return values.Event(
            uuid=event.uuid, name=event.name, kind=event.kind,
            organizer=event.company.rec_name,
            summary=event.summary,
            description=event.description,
            url=event.url,
            artists=tuple(_Reader.artist(a) for a in event.artists),
            tags=tuple(tag.name for tag in event.tags))

    @staticmethod
    def artist(artist):
        page = artist.get_page('public', names=[])
        return values.Artist(
            artist.uuid, page['name'],
            tuple(link['url'] for link in page['links']))

    @staticmethod
    def venue(venue):
        address = {}
        if venue.address:
            country = venue.address.country
            address = {
                'street': venue.address.street_single_line,
                'postal_code': venue.address.postal_code,
                'city': venue.address.city,
                'country': country.code if country else None,
                }
        return values.Venue(
            uuid=venue.uuid, name=venue.name, timezone=venue.timezone,
            latitude=venue.latitude, longitude=venue.longitude, **address)

    def get_tariffs(self):
        "Return the public tariffs by event"
        pool = Pool()
        Tariff = pool.get('tibillet.tariff')
        tariffs = defaultdict(list)
        public = []
        for some in tools.sliced(list(self.events)):
            public += [
                tariff for tariff in Tariff.search([
                        ('event', 'in', list(some)),
                        ('kind', '!=', 'pass'),
                        ])
                if not set(PUBLIC).isdisjoint(tariff.channels)]
        self.full = Tariff.get_full(public)
        for tariff in public:
            tariffs[tariff.event.id].append((
                    tariff.id, {p.id for p in tariff.performances},
                    self.offer(tariff)))
        return tariffs

    @staticmethod
    def offer(tariff):
        minimum = None
        if tariff.free_price:
            minimum = tariff.get_price(tariff.minimum).paid
        return values.Offer(
            name=tariff.name,
            price=tariff.paid,
            currency=tariff.currency.code,
            minimum=minimum,
            start=tariff.sale_start,
            end=tariff.sale_end)

    def get_offers(self, performance):
        if performance.state != 'on_sale':
            return ()
        return tuple(
            replace(offer, is_full=(id_, performance.id) in self.full)
            for id_, only, offer in self.tariffs.get(performance.event.id, [])
            if not only or performance.id in only)

    def get_places(self):
        """Return whether the public can have a place, by performance

        What is in no allotment is for the public too. A performance that has
        been given no place is left out.
        """
        performance = tools.table('tibillet.performance')
        place = tools.table('tibillet.place')
        link = tools.table('tibillet.place-tibillet.allotment')
        allotment = tools.table('tibillet.allotment')

        def any_of(table, column, where):
            # One look into the index, not a join that a planner could begin
            # by the other side.
            return Coalesce(table.select(column, where=where, limit=1), 0) > 0

        def any_place(where):
            return any_of(
                place, place.id,
                (place.performance == performance.id) & ~place.retired
                & where)

        public = any_of(
            link.join(
                allotment, condition=link.allotment == allotment.id),
            link.id,
            (link.place == place.id) & allotment.kind.in_(PUBLIC))
        found = {p.id: True for p in self.performances if p.unlimited}
        ids = [p.id for p in self.performances if p.state == 'on_sale']
        statement = tools.cursor()
        for some in tools.sliced([id_ for id_ in ids if id_ not in found]):
            statement.execute(*performance.select(
                    performance.id,
                    any_place(
                        is_free(place, clock())
                        & ~is_kept(place, clock())
                        & (is_offered(place, None) | public)),
                    where=fields.SQL_OPERATORS['in'](
                        performance.id, list(some))
                    & any_place(Literal(True))))
            found.update((id_, bool(free)) for id_, free in statement)
        return found
