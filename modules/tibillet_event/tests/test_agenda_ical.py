import datetime as dt
from decimal import Decimal
from unittest import TestCase
from zoneinfo import ZoneInfo

from icalendar import Calendar
from tibillet_event import agenda_ical

from .agenda_tools import UUIDS, agenda, event, performance, utc, venue


def parse(*performances):
    return Calendar.from_ical(agenda_ical.render(agenda(*performances)))


def component(**given):
    found, = parse(performance(**given)).walk('VEVENT')
    return found


def offset_at(zone, local):
    """Return the offset that a VTIMEZONE gives to a local time

    As RFC 5545 has it: that of the latest onset before it.
    """
    onsets = []
    for part in zone.subcomponents:
        dates = [part['dtstart'].dt]
        if 'rdate' in part:
            dates += [d.dt for d in part['rdate'].dts]
        onsets += [(d, part['tzoffsetto'].td) for d in dates]
    return max(o for o in onsets if o[0] <= local)[1]


class AgendaICalTestCase(TestCase):
    "Test the agenda as iCalendar"

    def test_clock(self):
        "Test hours on the clock of the venue, of summer and of winter"
        paris = ';TZID=Europe/Paris:2026'
        for zone, start, text in [
                ('Europe/Paris', '2026-07-10 18:30', paris + '0710T203000'),
                ('Europe/Paris', '2026-01-10 19:30', paris + '0110T203000'),
                # Over midnight in UTC, not in Paris, and the other way round.
                ('Europe/Paris', '2026-07-10 22:30', paris + '0711T003000'),
                # The hour that happens twice: the first, then the second.
                ('Europe/Paris', '2026-10-25 00:30', paris + '1025T023000'),
                ('Europe/Paris', '2026-10-25 01:30', ':20261025T013000Z'),
                ('Europe/Paris', '2026-10-25 02:00', paris + '1025T030000'),
                # The hour that is skipped.
                ('Europe/Paris', '2026-03-29 00:59', paris + '0329T015900'),
                ('Europe/Paris', '2026-03-29 01:00', paris + '0329T030000'),
                ('Indian/Reunion', '2026-07-10 16:30',
                    ';TZID=Indian/Reunion:20260710T203000'),
                ('UTC', '2026-07-10 18:30', ':20260710T183000Z'),
                ]:
            with self.subTest(zone=zone, start=start):
                end = utc(start) + dt.timedelta(hours=30)
                raw = agenda_ical.render(agenda(performance(
                            start, str(end), venue=venue(timezone=zone))))
                self.assertIn(f'DTSTART{text}\r\n', raw.decode())
                found, = Calendar.from_ical(raw).walk('VEVENT')
                self.assertEqual(
                    found['dtstart'].dt.astimezone(dt.UTC),
                    utc(start).replace(tzinfo=dt.UTC))
                self.assertEqual(
                    found['dtend'].dt - found['dtstart'].dt.astimezone(dt.UTC),
                    dt.timedelta(hours=30))

    def test_time_zone(self):
        "Test a calendar that only reads the zone in it gets each hour right"
        for name in [
                'Europe/Paris', 'Indian/Reunion', 'America/Cayenne',
                'Australia/Lord_Howe', 'America/New_York']:
            tzinfo = ZoneInfo(name)
            zone, = parse(
                performance(venue=venue(timezone=name))).walk('VTIMEZONE')
            self.assertEqual(zone['tzid'], name)
            for hours in range(0, 24 * 365, 1):
                instant = utc('2026-01-01 00:10').replace(
                    tzinfo=dt.UTC) + dt.timedelta(hours=hours)
                local = instant.astimezone(tzinfo)
                if local.fold:
                    continue
                naive = local.replace(tzinfo=None)
                if offset_at(zone, naive) != local.utcoffset():
                    self.fail(f'{name} {naive}')

    def test_time_zones(self):
        "Test each zone is there once, for the years of its dates"
        calendar = parse(
            performance(), performance('2031-07-10 18:30', '2031-07-10 20:30'),
            performance(venue=venue(timezone='Indian/Reunion')))
        self.assertEqual(
            [z['tzid'] for z in calendar.walk('VTIMEZONE')],
            ['Europe/Paris', 'Indian/Reunion'])
        paris = calendar.walk('VTIMEZONE')[0]
        for local, hours in [
                ('2026-07-10 20:30', 2), ('2031-07-10 20:30', 2),
                ('2031-12-10 20:30', 1)]:
            self.assertEqual(
                offset_at(paris, utc(local)), dt.timedelta(hours=hours))

    def test_identity(self):
        found = component(revision=3, revised=utc('2026-02-01 10:00'))
        self.assertEqual(found['uid'], UUIDS[3])
        self.assertEqual(found['sequence'], 3)
        for name in ['last-modified', 'dtstamp']:
            self.assertEqual(
                found[name].dt, utc('2026-02-01 10:00+00:00'))

    def test_state(self):
        for state, status in [
                ('on_sale', 'CONFIRMED'), ('closed', 'CONFIRMED'),
                ('postponed', 'TENTATIVE'), ('cancelled', 'CANCELLED')]:
            with self.subTest(state=state):
                self.assertEqual(component(state=state)['status'], status)

    def test_texts(self):
        "Test accents, signs that mean something, and lines too long"
        for text in [
                "Été ; l'œuvre, « à \\ deux »", "Ligne\nsuivante",
                "Bal folk 🎻🎻 " * 20, "é" * 200, "a" * 74, "a" * 75,
                "END:VEVENT", "x:y;z=\"w\"", " ",
                ]:
            with self.subTest(text=text):
                raw = agenda_ical.render(agenda(performance(
                            event=event(name=text, summary=text))))
                for line in raw.split(b'\r\n'):
                    self.assertLessEqual(len(line), 75)
                    line.decode()
                found, = Calendar.from_ical(raw).walk('VEVENT')
                self.assertEqual(found['summary'], text)

    def test_injection(self):
        "Test no text can write lines of its own"
        for end in ['\n', '\r\n', '\r', '\x0b', '\x85', '\u2028', '\x00']:
            text = f"https://a{end}STATUS:CANCELLED"
            with self.subTest(end=end):
                raw = agenda_ical.render(agenda(performance(
                            name=text, venue=venue(name=text),
                            event=event(
                                name=text, summary=text, url=text,
                                tags=(text,)))))
                lines = raw.decode().replace('\r\n ', '').split('\r\n')
                for line in lines:
                    self.assertNotRegex(line, r'[\x00-\x1f\x7f-\x9f]')
                self.assertEqual(
                    [x for x in lines if x.startswith('STATUS')],
                    ['STATUS:CONFIRMED'])

    def test_tags(self):
        for tags in [("Musique",), ("Musique, fête", "À deux"), ("a;b\\c",)]:
            with self.subTest(tags=tags):
                found = component(event=event(tags=tags))
                self.assertEqual(tuple(found['categories'].cats), tags)
        self.assertNotIn('categories', component())

    def test_place(self):
        found = component(venue=venue(
                street="6, impasse du Bal", postal_code='75018', city="Paris",
                latitude=Decimal('48.853000'), longitude=Decimal('0')))
        self.assertEqual(
            found['location'],
            "La Raffinerie, 6, impasse du Bal, 75018 Paris")
        self.assertEqual(
            (found['geo'].latitude, found['geo'].longitude), (48.853, 0))
        found = component(venue=venue(latitude=Decimal('48.853')))
        self.assertEqual(found['location'], "La Raffinerie")
        self.assertNotIn('geo', found)

    def test_url(self):
        found = component(event=event(url='https://bal.example.org/a?b=c,d'))
        self.assertEqual(found['url'], 'https://bal.example.org/a?b=c,d')
        self.assertNotIn('url', component())

    def test_description(self):
        found = component(
            state='cancelled', note="Cancelled",
            event=event(summary="Short.", description="Long."))
        self.assertEqual(
            found['description'], "Cancelled\n\nShort.\n\nLong.")
        self.assertNotIn('description', component())

    def test_nothing(self):
        calendar = parse()
        self.assertEqual(calendar['x-wr-calname'], "Programme")
        self.assertEqual(calendar.subcomponents, [])
