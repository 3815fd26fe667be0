"""The agendas, through HTTP."""
import datetime as dt
import json
from decimal import Decimal
from unittest.mock import patch
from uuid import uuid4
from xml.etree import ElementTree

from icalendar import Calendar
from tibillet_base import tools
from tibillet_event.agenda_atom import ATOM

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.protocols.wrappers import exceptions
from trytond.tests.test_tryton import RouteTestCase
from trytond.transaction import Transaction

from .agenda_records import DAY, Season

FORMATS = [
    ('ics', 'text/calendar; charset=utf-8', 300),
    ('atom', 'application/atom+xml; charset=utf-8', 300),
    ('jsonld', 'application/ld+json', 60),
    ]
DAYS = [DAY + dt.timedelta(days=i) for i in range(9)]


class AgendaRoutesTestCase(RouteTestCase):
    module = 'tibillet_event'

    @classmethod
    def setUpDatabase(cls):
        season = Season()
        Link = Pool().get('tibillet.artist.link')
        artist = season.create_artist(
            "Dimanches Nomades", biography="Secret",
            biography_visibility='network', links=[
                Link(url='https://plan.example.org', visibility='private'),
                ])
        Tag = Pool().get('tibillet.event.tag')
        tag = Tag(name="Musique, fête")
        tag.save()
        season.event.artists = [artist]
        season.event.tags = [tag]
        season.event.save()
        Tariff = Pool().get('tibillet.tariff')
        with set_company(season.company):
            Tariff(
                event=season.event, name="Plein", price=Decimal(15)).save()
        other = season.create_event("Sans artiste", kind='talk')
        elsewhere = season.create_venue("Le Comptoir")
        dates = {
            'sale': season.create_date(),
            'draft': season.create_date(
                state='draft', name="Brouillon", day=DAYS[1]),
            'cancelled': season.create_date(state='cancelled', day=DAYS[2]),
            'other': season.create_date(event=other, venue=elsewhere),
            'past': season.create_date(
                state='closed', day=dt.date(2020, 1, 1)),
            }
        cls.uuids = {name: date.uuid for name, date in dates.items()}
        cls.paths = {
            kind: f'/{kind}/{record.uuid}' for kind, record in [
                ('venue', season.venue), ('artist', artist), ('tag', tag),
                ('event', season.event)]}
        Transaction().commit()

    def get(self, path='', extension='ics', **kwargs):
        return self.client().get(
            f'/{self.db_name}/tibillet/agenda{path}.{extension}', **kwargs)

    def uids(self, *args, **kwargs):
        response = self.get(*args, **kwargs)
        self.assertEqual(response.status_code, 200, response.data)
        calendar = Calendar.from_ical(response.data)
        names = {uuid: name for name, uuid in self.uuids.items()}
        return sorted(names[e['uid']] for e in calendar.walk('VEVENT'))

    def test_published(self):
        self.assertEqual(self.uids(), ['cancelled', 'other', 'sale'])

    def test_subjects(self):
        for kind, names in [
                ('venue', ['cancelled', 'sale']),
                ('artist', ['cancelled', 'sale']),
                ('tag', ['cancelled', 'sale']),
                ('event', ['cancelled', 'sale']),
                ]:
            with self.subTest(kind=kind):
                self.assertEqual(self.uids(self.paths[kind]), names)

    def test_period(self):
        for query, names in [
                ({'from': '2020-01-01', 'to': '2020-01-01'}, ['past']),
                ({'from': '2020-01-02', 'to': '2020-12-31'}, []),
                ({'from': '2019-01-01', 'to': '2019-12-31'}, []),
                ({'to': DAY.isoformat()}, ['other', 'sale']),
                ({'from': DAYS[2].isoformat()}, ['cancelled']),
                ({'from': '2020-01-01'},
                    ['cancelled', 'other', 'past', 'sale']),
                ]:
            with self.subTest(query=query):
                self.assertEqual(self.uids(query_string=query), names)

    def test_period_refused(self):
        for query in [
                {'from': 'hier'}, {'to': '2026-02-30'}, {'from': ''},
                {'from': '2026-01-02', 'to': '2026-01-01'},
                {'to': '2019-01-01'}, {'from': '0000-01-01'},
                {'from': '2026-01-01T00:00'},
                ]:
            with self.subTest(query=query):
                response = self.get(query_string=query)
                self.assertEqual(
                    (response.status_code, response.json['code']),
                    (400, 'agenda_period'))

    def test_unknown(self):
        event = self.paths['event'].rpartition('/')[2]
        for path, extension in [
                (f'/venue/{uuid4()}', 'ics'), ('/venue/1', 'ics'),
                (f'/artist/{event}', 'ics'), (f'/party/{event}', 'ics'),
                ('/tag/%27', 'ics'), ('/tag/%00', 'ics'), ('', 'exe'),
                ]:
            with self.subTest(path=path, extension=extension):
                response = self.get(path, extension)
                self.assertEqual(response.content_type, 'application/json')
                self.assertEqual(
                    (response.status_code, response.json['code']),
                    (404, 'agenda_unknown'))
                self.assertTrue(response.json['message'])

    def test_headers(self):
        for extension, type_, seconds in FORMATS:
            with self.subTest(extension=extension):
                response = self.get(extension=extension)
                self.assertEqual(response.status_code, 200)
                self.assertEqual(response.content_type, type_)
                self.assertEqual(
                    response.headers['Cache-Control'],
                    f'public, max-age={seconds}')
                self.assertIn('Accept-Language', response.headers['Vary'])
                self.assertEqual(
                    response.headers['Access-Control-Allow-Origin'], '*')

    def test_head(self):
        for extension, type_, _ in FORMATS:
            with self.subTest(extension=extension):
                whole = self.get(extension=extension)
                head = self.client().head(
                    f'/{self.db_name}/tibillet/agenda.{extension}')
                self.assertEqual(
                    (head.status_code, head.data, head.content_type),
                    (200, b'', type_))
                for name in ['ETag', 'Content-Length', 'Cache-Control']:
                    self.assertEqual(head.headers[name], whole.headers[name])

    def test_any_origin(self):
        "A page of another site may read agendas, and nothing else"
        headers = {'Origin': 'https://venue.example.org'}
        response = self.get(headers=headers)
        self.assertEqual(response.status_code, 200)
        self.assertEqual(
            response.headers.get_all('Access-Control-Allow-Origin'), ['*'])
        response = self.get('/venue/1', headers=headers)
        self.assertEqual(response.status_code, 404)
        with self.assertRaises(exceptions.Forbidden):
            self.client().post(
                f'/{self.db_name}/tibillet/v1/pair', json={}, headers=headers)

    def test_not_modified(self):
        for extension, _, _ in FORMATS:
            with self.subTest(extension=extension):
                first = self.get(extension=extension)
                again = self.get(
                    extension=extension,
                    headers={'If-None-Match': first.headers['ETag']})
                self.assertEqual((again.status_code, again.data), (304, b''))
                self.assertEqual(
                    again.headers['ETag'], first.headers['ETag'])
                # As a proxy that has compressed the answer calls it.
                weak = self.get(extension=extension, headers={
                        'If-None-Match': 'W/' + first.headers['ETag']})
                self.assertEqual(weak.status_code, 304)
                other = self.get(
                    extension=extension, headers={'If-None-Match': '"x"'})
                self.assertEqual(other.status_code, 200)

    def test_modified(self):
        "A change is seen by who has the agenda already"
        first = self.get()
        again = self.get(
            headers={'If-Modified-Since': first.headers['Last-Modified']})
        self.assertEqual(again.status_code, 304)
        later = dt.datetime.fromisoformat('2099-01-01T12:00')
        with Transaction().start(self.db_name, 0) as transaction:
            Event = Pool().get('tibillet.event')
            event, = Event.search([
                    ('uuid', '=', self.paths['event'].rpartition('/')[2])])
            with patch.object(tools, 'now', return_value=later):
                Event.write([event], {'name': "Nuit noire"})
            transaction.commit()
        for headers in [
                {'If-None-Match': first.headers['ETag']},
                {'If-Modified-Since': first.headers['Last-Modified']},
                ]:
            with self.subTest(headers=headers):
                again = self.get(headers=headers)
                self.assertEqual(again.status_code, 200)
                self.assertIn("Nuit noire", again.text)
                self.assertEqual(
                    again.last_modified, later.replace(tzinfo=dt.UTC))

    def test_offers(self):
        "Only data tell prices, and nothing says when they changed"
        path = self.paths['event']
        offer = json.loads(self.get(path, 'jsonld').data)['@graph'][0][
            'offers'][0]
        self.assertEqual(
            (offer['name'], Decimal(offer['price'])), ("Plein", 15))
        self.assertNotIn('Last-Modified', self.get('', 'jsonld').headers)
        self.assertNotIn("Plein", self.get(path, 'atom').text)

    def test_self(self):
        "The feed says where it is, its names do not depend on it"
        path = self.paths['venue']
        feeds = [
            ElementTree.fromstring(self.get(path, 'atom', base_url=base).data)
            for base in ['https://a.example.org', 'https://b.example.org']]
        for tag, same in [('id', True), ('link', False), ('entry', True)]:
            one, other = [
                ElementTree.tostring(f.find(f'{{{ATOM}}}{tag}'))
                for f in feeds]
            self.assertEqual(one == other, same)
        calendars = [
            self.get(path, base_url=base).data
            for base in ['https://a.example.org', 'https://b.example.org']]
        self.assertEqual(*calendars)

    def test_nothing_private(self):
        for extension, _, _ in FORMATS:
            with self.subTest(extension=extension):
                text = self.get(extension=extension).text
                self.assertIn("Sans artiste", text)
                for private in [
                        "civil", "Association", "Brouillon",
                        "plan.example.org", "Secret"]:
                    self.assertNotIn(private, text)


del RouteTestCase
