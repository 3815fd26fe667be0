import json
from decimal import Decimal
from unittest import TestCase

from tibillet_event import agenda_jsonld
from tibillet_event.agenda_values import Artist, Offer

from .agenda_tools import UUIDS, agenda, event, performance, utc, venue


def parse(*performances, **given):
    data = json.loads(agenda_jsonld.render(agenda(*performances, **given)))
    assert data['@context'] == 'https://schema.org'
    return data['@graph']


def item(**given):
    found, = parse(performance(**given))
    return found


class AgendaJSONLDTestCase(TestCase):
    "Test the agenda in the words of schema.org"

    def test_least(self):
        "Test what is not known is left out"
        self.assertEqual(item(), {
                '@type': 'MusicEvent',
                '@id': f'urn:uuid:{UUIDS[3]}',
                'identifier': UUIDS[3],
                'name': "Nuit blanche",
                'startDate': '2026-07-10T20:30:00+02:00',
                'endDate': '2026-07-10T22:30:00+02:00',
                'eventStatus': 'https://schema.org/EventScheduled',
                'eventAttendanceMode':
                    'https://schema.org/OfflineEventAttendanceMode',
                'location': {
                    '@type': 'Place',
                    '@id': f'urn:uuid:{UUIDS[1]}',
                    'name': "La Raffinerie",
                    },
                'organizer': {
                    '@type': 'Organization',
                    'name': "La Coopérative",
                    },
                'superEvent': {
                    '@type': 'EventSeries',
                    '@id': f'urn:uuid:{UUIDS[2]}',
                    'name': "Nuit blanche",
                    },
                })

    def test_types(self):
        for kind, type_, series in [
                ('concert', 'MusicEvent', 'EventSeries'),
                ('theatre', 'TheaterEvent', 'EventSeries'),
                ('circus', 'Event', 'EventSeries'),
                ('festival', 'Festival', 'Festival'),
                ('workshop', 'EducationEvent', 'EventSeries'),
                ('other', 'Event', 'EventSeries'),
                ]:
            with self.subTest(kind=kind):
                found = item(event=event(kind=kind))
                self.assertEqual(found['@type'], type_)
                self.assertEqual(found['superEvent']['@type'], series)

    def test_status(self):
        before = utc('2026-07-09 18:30')
        for state, postponed_from, status, previous in [
                ('on_sale', None, 'Scheduled', None),
                ('closed', None, 'Scheduled', None),
                ('postponed', before, 'Postponed', None),
                ('on_sale', before, 'Rescheduled',
                    '2026-07-09T20:30:00+02:00'),
                ('closed', before, 'Rescheduled',
                    '2026-07-09T20:30:00+02:00'),
                ('cancelled', None, 'Cancelled', None),
                ('cancelled', before, 'Cancelled',
                    '2026-07-09T20:30:00+02:00'),
                ]:
            with self.subTest(state=state, postponed_from=postponed_from):
                found = item(state=state, postponed_from=postponed_from)
                self.assertEqual(
                    found['eventStatus'], f'https://schema.org/Event{status}')
                self.assertEqual(found.get('previousStartDate'), previous)

    def test_clock(self):
        "Test the two passes of the hour that happens twice have two offsets"
        for start, text in [
                ('2026-10-25 00:30', '2026-10-25T02:30:00+02:00'),
                ('2026-10-25 01:30', '2026-10-25T02:30:00+01:00'),
                ]:
            found, = parse(performance(
                    start, '2026-10-25 04:00', doors=utc(start)))
            self.assertEqual(found['startDate'], text)
            self.assertEqual(found['doorTime'], text)

    def test_place(self):
        place = item(venue=venue(
                street="6 impasse du Bal", postal_code='75018', city="Paris",
                country='FR', latitude=Decimal('48.853'),
                longitude=Decimal('0')))['location']
        self.assertEqual(place['address'], {
                '@type': 'PostalAddress',
                'streetAddress': "6 impasse du Bal",
                'postalCode': '75018',
                'addressLocality': "Paris",
                'addressCountry': 'FR',
                })
        self.assertEqual(place['geo'], {
                '@type': 'GeoCoordinates',
                'latitude': '48.853',
                'longitude': '0',
                })

    def test_people(self):
        found = item(event=event(
                tags=("Bal", "Été"), url='https://bal.example.org',
                artists=(
                    Artist(UUIDS[5], "Dimanches", ('https://d.example.org',)),
                    Artist(UUIDS[6], "Lundis"))))
        self.assertEqual(found['performer'], [{
                    '@type': 'PerformingGroup',
                    '@id': f'urn:uuid:{UUIDS[5]}',
                    'name': "Dimanches",
                    'sameAs': ['https://d.example.org'],
                    }, {
                    '@type': 'PerformingGroup',
                    '@id': f'urn:uuid:{UUIDS[6]}',
                    'name': "Lundis",
                    }])
        self.assertEqual(found['keywords'], ["Bal", "Été"])
        self.assertEqual(found['url'], 'https://bal.example.org')

    def test_availability(self):
        "Test what is said of a price, an instant before and at each bound"
        offer = Offer(
            "Full", Decimal('15.80'), 'EUR',
            start=utc('2026-03-01 12:00'), end=utc('2026-07-10 18:00'))
        for now, has_places, expected in [
                ('2026-03-01 11:59', True, 'PreOrder'),
                ('2026-03-01 12:00', True, 'InStock'),
                ('2026-03-01 11:59', False, 'SoldOut'),
                ('2026-03-01 12:00', False, 'SoldOut'),
                ('2026-03-01 12:00', None, None),
                ('2026-07-10 17:59', True, 'InStock'),
                ]:
            with self.subTest(now=now, has_places=has_places):
                found, = parse(
                    performance(has_places=has_places, offers=(offer,)),
                    now=utc(now))
                told, = found['offers']
                self.assertEqual(
                    told.get('availability'),
                    expected and f'https://schema.org/{expected}')
        for now, end in [
                ('2026-07-10 18:00', offer.end),
                ('2026-07-10 20:30', None)]:
            with self.subTest(now=now, end=end):
                found, = parse(
                    performance(has_places=True, offers=(
                            Offer("Full", Decimal(15), 'EUR', end=end),)),
                    now=utc(now))
                self.assertNotIn('offers', found)

    def test_full(self):
        "Test one tariff may be sold out while places are left"
        found = item(has_places=True, offers=(
                Offer("Early", Decimal(10), 'EUR', is_full=True),
                Offer("Full", Decimal(15), 'EUR')))
        self.assertEqual(
            [o['availability'] for o in found['offers']],
            ['https://schema.org/SoldOut', 'https://schema.org/InStock'])

    def test_offer(self):
        told, = item(
            event=event(url='https://bal.example.org'), has_places=True,
            offers=(Offer(
                    "Open", Decimal('10.00'), 'EUR', minimum=Decimal('0.00'),
                    start=utc('2026-02-01 09:00'),
                    end=utc('2026-07-10 18:00')),))['offers']
        self.assertEqual(told, {
                '@type': 'Offer',
                'name': "Open",
                'price': '10.00',
                'priceCurrency': 'EUR',
                'priceSpecification': {
                    '@type': 'PriceSpecification',
                    'minPrice': '0.00',
                    'price': '10.00',
                    'priceCurrency': 'EUR',
                    },
                'availability': 'https://schema.org/InStock',
                'validFrom': '2026-02-01T10:00:00+01:00',
                'validThrough': '2026-07-10T20:00:00+02:00',
                'url': 'https://bal.example.org',
                })

    def test_free(self):
        told, = item(offers=(
                Offer("Free", Decimal('0'), 'EUR'),))['offers']
        self.assertEqual(told['price'], '0')

    def test_texts(self):
        "Test a page that holds the data is not left by it"
        text = "L'été & \"co\" </script><b> \\ \u2028 🎻"
        raw = agenda_jsonld.render(agenda(performance(event=event(name=text))))
        for sign in [b'<', b'>', b'&']:
            self.assertNotIn(sign, raw)
        self.assertEqual(json.loads(raw)['@graph'][0]['name'], text)

    def test_nothing(self):
        self.assertEqual(parse(), [])
