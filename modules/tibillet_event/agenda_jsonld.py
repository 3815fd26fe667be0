"""An agenda as JSON-LD in the words of schema.org: plain values in, bytes out.

What each property means is at https://schema.org/Event; what search engines
ask of it (an address, offsets in times, the price with its fee) comes first.
"""
import json

from .agenda_values import on_clock

CONTENT_TYPE = 'application/ld+json'
SCHEMA = 'https://schema.org'
TYPES = {
    'concert': 'MusicEvent',
    'theatre': 'TheaterEvent',
    'dance': 'DanceEvent',
    'comedy': 'ComedyEvent',
    'young': 'ChildrensEvent',
    'party': 'SocialEvent',
    'festival': 'Festival',
    'screening': 'ScreeningEvent',
    'exhibition': 'ExhibitionEvent',
    'workshop': 'EducationEvent',
    }
# A page that holds the data in a script must not be left by it.
ESCAPES = {
    ord('<'): '\\u003c',
    ord('>'): '\\u003e',
    ord('&'): '\\u0026',
    }


def render(agenda):
    "Return the agenda as bytes"
    data = {
        '@context': SCHEMA,
        '@graph': [_event(p, agenda.now) for p in agenda.performances],
        }
    return json.dumps(data, ensure_ascii=False).translate(ESCAPES).encode()


def status(performance):
    "Return the status of the date and the start announced before, if any"
    if performance.state == 'cancelled':
        return 'EventCancelled', performance.postponed_from
    if performance.state == 'postponed':
        return 'EventPostponed', None
    if performance.postponed_from:
        return 'EventRescheduled', performance.postponed_from
    return 'EventScheduled', None


def availability(performance, offer, now):
    "Return whether a place can be had at the price, None if nobody knows"
    if performance.has_places is None:
        return None
    if offer.is_full or not performance.has_places:
        return 'SoldOut'
    if offer.start and now < offer.start:
        return 'PreOrder'
    return 'InStock'


def _event(performance, now):
    event, venue = performance.event, performance.venue
    status_, previous = status(performance)

    def local(instant):
        if instant:
            return on_clock(instant, venue.timezone).isoformat()

    return _filled({
            '@type': TYPES.get(event.kind, 'Event'),
            '@id': _id(performance),
            'identifier': performance.uuid,
            'name': performance.title,
            'startDate': local(performance.start),
            'endDate': local(performance.end),
            'doorTime': local(performance.doors),
            'previousStartDate': local(previous),
            'eventStatus': f'{SCHEMA}/{status_}',
            'eventAttendanceMode': f'{SCHEMA}/OfflineEventAttendanceMode',
            'location': _place(venue),
            'description': event.description or event.summary,
            'keywords': list(event.tags),
            'url': event.url,
            'performer': [_performer(a) for a in event.artists],
            'organizer': {
                '@type': 'Organization',
                'name': event.organizer,
                },
            'superEvent': _filled({
                    '@type': (
                        'Festival' if event.kind == 'festival'
                        else 'EventSeries'),
                    '@id': _id(event),
                    'name': event.name,
                    'url': event.url,
                    }),
            'offers': [
                _offer(performance, o, now) for o in performance.offers
                if now < min(o.end or performance.end, performance.end)],
            })


def _place(venue):
    address = _filled({
            'streetAddress': venue.street,
            'postalCode': venue.postal_code,
            'addressLocality': venue.city,
            'addressCountry': venue.country,
            })
    geo = None
    if venue.latitude is not None and venue.longitude is not None:
        geo = {
            '@type': 'GeoCoordinates',
            'latitude': format(venue.latitude, 'f'),
            'longitude': format(venue.longitude, 'f'),
            }
    return _filled({
            '@type': 'Place',
            '@id': _id(venue),
            'name': venue.name,
            'address': (
                {'@type': 'PostalAddress', **address} if address else None),
            'geo': geo,
            })


def _performer(artist):
    return _filled({
            '@type': 'PerformingGroup',
            '@id': _id(artist),
            'name': artist.name,
            'sameAs': list(artist.links),
            })


def _offer(performance, offer, now):
    found = availability(performance, offer, now)
    minimum = None
    if offer.minimum is not None:
        minimum = {
            '@type': 'PriceSpecification',
            'minPrice': format(offer.minimum, 'f'),
            'price': format(offer.price, 'f'),
            'priceCurrency': offer.currency,
            }

    def local(instant):
        if instant:
            return on_clock(instant, performance.venue.timezone).isoformat()

    return _filled({
            '@type': 'Offer',
            'name': offer.name,
            'price': format(offer.price, 'f'),
            'priceCurrency': offer.currency,
            'priceSpecification': minimum,
            'availability': found and f'{SCHEMA}/{found}',
            'validFrom': local(offer.start),
            'validThrough': local(offer.end),
            'url': performance.event.url,
            })


def _id(value):
    return f'urn:uuid:{value.uuid}'


def _filled(values):
    "Return the values without what is not known"
    return {k: v for k, v in values.items() if v not in (None, '', [])}
