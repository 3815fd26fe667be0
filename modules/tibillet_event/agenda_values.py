"""What an agenda says, as plain values: what each format is made of.

Instants are naive UTC dates and times, amounts Decimals. Identifiers are
UUIDs: they depend neither on the host nor on the database.
"""
import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Venue:
    "country: two letters; timezone: its name, 'Europe/Paris'"
    uuid: str
    name: str
    timezone: str
    street: str | None = None
    postal_code: str | None = None
    city: str | None = None
    country: str | None = None
    latitude: Decimal | None = None
    longitude: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Artist:
    uuid: str
    name: str
    links: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Offer:
    """A price of a place, fee and tax included

    currency: three letters; minimum: the least, when the buyer chooses.
    start, end: between which instants it is sold.
    is_full: whether it may sell no more at this performance.
    """
    name: str
    price: Decimal
    currency: str
    minimum: Decimal | None = None
    start: dt.datetime | None = None
    end: dt.datetime | None = None
    is_full: bool = False


@dataclass(frozen=True, slots=True)
class Event:
    "kind: as the event has it; url: the page that the public reads"
    uuid: str
    name: str
    kind: str
    organizer: str
    summary: str | None = None
    description: str | None = None
    url: str | None = None
    artists: tuple[Artist, ...] = ()
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Performance:
    """One date of an event

    state: on_sale, closed, postponed or cancelled.
    postponed_from: the start that was announced before.
    revision, revised: how often, and when last, it changed.
    has_places: whether the public can have one, None if nobody knows.
    text: the date as people of the venue read it, state: said if unusual.
    """
    uuid: str
    event: Event
    venue: Venue
    start: dt.datetime
    end: dt.datetime
    state: str
    revised: dt.datetime
    revision: int = 0
    name: str | None = None
    doors: dt.datetime | None = None
    postponed_from: dt.datetime | None = None
    has_places: bool | None = None
    offers: tuple[Offer, ...] = ()
    text: str = ''
    note: str | None = None

    @property
    def title(self):
        if self.name:
            return f'{self.event.name} – {self.name}'
        return self.event.name


@dataclass(frozen=True, slots=True)
class Agenda:
    """The programme of a venue, an artist, a tag, an event or of everybody

    address: where this very document is; revised: of all it may tell.
    now: the instant at which offers are judged.
    """
    uuid: str
    title: str
    revised: dt.datetime
    now: dt.datetime
    address: str = ''
    performances: tuple[Performance, ...] = field(default=())


def on_clock(instant, timezone):
    "Return the instant, which is naive and in UTC, on the clock of the zone"
    return instant.replace(tzinfo=dt.UTC).astimezone(ZoneInfo(timezone))


def readable(text):
    "Return the text without what XML and calendars cannot hold"
    return ''.join(
        c for c in '\n'.join(text.splitlines())
        if c in '\t\n' or ' ' <= c and not '\x7f' <= c <= '\x9f'
        and not '\ud800' <= c <= '\udfff' and c not in '\ufffe\uffff')
