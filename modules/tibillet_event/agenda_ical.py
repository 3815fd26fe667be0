"""An agenda as iCalendar, RFC 5545: plain values in, bytes out."""
import datetime as dt
from functools import lru_cache
from zoneinfo import ZoneInfo

from icalendar import (
    Calendar, Event, Timezone, TimezoneDaylight, TimezoneStandard, vDuration)

from .agenda_values import on_clock, readable

CONTENT_TYPE = 'text/calendar; charset=utf-8'
PRODUCER = '-//TiBillet//Agenda//EN'
# How often calendars that ask are told to come back.
REFRESH = dt.timedelta(hours=1)
MINUTE = dt.timedelta(minutes=1)
STATUS = {
    'postponed': 'TENTATIVE',
    'cancelled': 'CANCELLED',
    }


def render(agenda):
    "Return the agenda as bytes"
    calendar = Calendar()
    calendar.add('prodid', PRODUCER)
    calendar.add('version', '2.0')
    title = readable(agenda.title)
    calendar.add('name', title)
    # What Google and Apple read of the name and of the refreshing.
    calendar.add('x-wr-calname', title)
    calendar.add(
        'refresh-interval', vDuration(REFRESH),
        parameters={'value': 'DURATION'})
    calendar.add('x-published-ttl', vDuration(REFRESH))
    components = [_component(p) for p in agenda.performances]
    for component in [*_zones(components), *components]:
        calendar.add_component(component)
    return calendar.to_ical()


def instant(value, timezone):
    """Return the instant with the zone of its venue

    Of the hour that the clocks live twice, the second is told in UTC: the
    time of a clock would mean the first (RFC 5545, 3.3.5).
    """
    local = on_clock(value, timezone)
    if local.fold:
        return value.replace(tzinfo=dt.UTC)
    return local


def location(venue):
    "Return the name and the address of the venue in a line"
    city = ' '.join(filter(None, [venue.postal_code, venue.city]))
    return ', '.join(filter(None, [venue.name, venue.street, city]))


def _component(performance):
    event, venue = performance.event, performance.venue
    component = Event()
    component.add('uid', performance.uuid)
    # Without a method it is when the date last changed (3.8.7.2).
    revised = performance.revised.replace(tzinfo=dt.UTC)
    component.add('dtstamp', revised)
    component.add('last-modified', revised)
    component.add('sequence', performance.revision)
    component.add('status', STATUS.get(performance.state, 'CONFIRMED'))
    component.add('dtstart', instant(performance.start, venue.timezone))
    component.add('dtend', instant(performance.end, venue.timezone))
    component.add('summary', readable(performance.title))
    description = '\n\n'.join(
        filter(None, [performance.note, event.summary, event.description]))
    if description:
        component.add('description', readable(description))
    component.add('location', readable(location(venue)))
    if venue.latitude is not None and venue.longitude is not None:
        component.add('geo', (venue.latitude, venue.longitude))
    if event.url:
        # Not a text: nothing in it is escaped.
        component.add('url', ''.join(readable(event.url).split()))
    if event.tags:
        component.add('categories', [readable(t) for t in event.tags])
    return component


def _zones(components):
    "Return the time zones that the components name, for their years"
    years = {}
    for component in components:
        for name in ['dtstart', 'dtend']:
            zone = component[name].params.get('TZID')
            if zone:
                years.setdefault(zone, set()).add(component[name].dt.year)
    return [
        _zone(name, min(years[name]), max(years[name]))
        for name in sorted(years)]


@lru_cache(maxsize=256)
def _zone(name, first, last):
    zone = Timezone()
    zone.add('tzid', name)
    tzinfo = ZoneInfo(name)
    start = dt.datetime(first - 1, 1, 1, tzinfo=dt.UTC)
    offset = start.astimezone(tzinfo).utcoffset()
    zone.add_component(_observance(
            [start.replace(tzinfo=None) + offset], offset,
            start.astimezone(tzinfo)))
    observances = {}
    for change in changes(
            tzinfo, start, dt.datetime(last + 2, 1, 1, tzinfo=dt.UTC)):
        before = (change - MINUTE).astimezone(tzinfo).utcoffset()
        after = change.astimezone(tzinfo)
        onsets, _, _ = observances.setdefault(
            (before, after.utcoffset(), after.tzname()), ([], before, after))
        # Read on the clock before it is put forward or back (3.6.5).
        onsets.append(change.replace(tzinfo=None) + before)
    for onsets, before, after in observances.values():
        zone.add_component(_observance(onsets, before, after))
    return zone


def _observance(onsets, before, after):
    Observance = TimezoneDaylight if after.dst() else TimezoneStandard
    observance = Observance()
    observance.add('dtstart', onsets[0])
    if onsets[1:]:
        observance.add('rdate', onsets[1:])
    observance.add('tzname', after.tzname())
    observance.add('tzoffsetfrom', before)
    observance.add('tzoffsetto', after.utcoffset())
    return observance


def changes(tzinfo, start, end):
    """Return the instants in UTC at which clocks are put forward or back

    Two changes on one day are not seen.
    """
    def offset(instant):
        return instant.astimezone(tzinfo).utcoffset()

    found = []
    day = start
    while day < end:
        before, after = day, day + dt.timedelta(days=1)
        if offset(before) != offset(after):
            while after - before > MINUTE:
                middle = before + (after - before) // 2
                middle = middle.replace(second=0, microsecond=0)
                if offset(middle) == offset(before):
                    before = middle
                else:
                    after = middle
            found.append(after)
        day += dt.timedelta(days=1)
    return found
