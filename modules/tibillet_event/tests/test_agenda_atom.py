from unittest import TestCase
from xml.etree import ElementTree

from tibillet_event import agenda_atom

from .agenda_tools import UUIDS, agenda, event, performance, utc, venue

NAMES = {
    'a': 'http://www.w3.org/2005/Atom',
    'x': 'http://www.w3.org/1999/xhtml',
    }


def parse(*performances, **given):
    return ElementTree.fromstring(
        agenda_atom.render(agenda(*performances, **given)))


def texts(element, path):
    return [found.text for found in element.findall(path, NAMES)]


class AgendaAtomTestCase(TestCase):
    "Test the agenda as a feed"

    def test_feed(self):
        feed = parse()
        self.assertEqual(feed.tag, '{http://www.w3.org/2005/Atom}feed')
        self.assertEqual(texts(feed, 'a:id'), [f'urn:uuid:{UUIDS[0]}'])
        self.assertEqual(texts(feed, 'a:title'), ["Programme"])
        self.assertEqual(
            texts(feed, 'a:updated'), ['2026-02-02T00:00:00+00:00'])
        link, = feed.findall('a:link', NAMES)
        self.assertEqual(
            (link.get('rel'), link.get('href')),
            ('self', 'https://tickets.example.org/bal/agenda'))
        self.assertEqual(feed.findall('a:entry', NAMES), [])

    def test_entry(self):
        "Test an event is one entry, with its dates"
        show = event(
            summary="Court.", description="Un.\n\nDeux.",
            url='https://bal.example.org/?a=1&b=2', tags=("Bal", "Été"))
        feed = parse(
            performance(
                event=show, text="10/07/2026 20:30",
                revised=utc('2026-02-03 10:00')),
            performance(
                event=show, text="11/07/2026 20:30", name="Matinée",
                note="Annulée", venue=venue(city="Paris"),
                revised=utc('2026-02-01 10:00')))
        entry, = feed.findall('a:entry', NAMES)
        self.assertEqual(texts(entry, 'a:id'), [f'urn:uuid:{UUIDS[2]}'])
        self.assertEqual(texts(entry, 'a:title'), ["Nuit blanche"])
        self.assertEqual(
            texts(entry, 'a:updated'), ['2026-02-03T10:00:00+00:00'])
        self.assertEqual(
            texts(entry, 'a:author/a:name'), ["La Coopérative"])
        self.assertEqual(texts(entry, 'a:summary'), ["Court."])
        self.assertEqual(
            entry.find('a:link', NAMES).get('href'),
            'https://bal.example.org/?a=1&b=2')
        self.assertEqual(
            [c.get('term') for c in entry.findall('a:category', NAMES)],
            ["Bal", "Été"])
        self.assertEqual(
            texts(entry, 'a:content/x:div/x:p'), ["Un.", "Deux."])
        self.assertEqual(texts(entry, 'a:content/x:div/x:ul/x:li'), [
                "10/07/2026 20:30 – La Raffinerie",
                "11/07/2026 20:30 – Matinée – La Raffinerie – Paris – Annulée",
                ])

    def test_order(self):
        "Test what changed last comes first"
        dates = [
            performance(
                event=event(uuid=UUIDS[n], name=str(n)),
                revised=utc(f'2026-02-0{day} 10:00'))
            for n, day in [(4, 2), (5, 3), (6, 1), (6, 4)]]
        self.assertEqual(
            texts(parse(*dates), 'a:entry/a:title'), ['6', '5', '4'])

    def test_texts(self):
        for text in [
                "Été ; l'œuvre & <b> « à deux » ]]>", "Bal 🎻", "é" * 500]:
            with self.subTest(text=text):
                feed = parse(
                    performance(event=event(name=text), text=text))
                self.assertEqual(texts(feed, 'a:entry/a:title'), [text])
        feed = parse(performance(event=event(name="Bal\x0b\x00folk\ufffe")))
        self.assertEqual(texts(feed, 'a:entry/a:title'), ["Bal\nfolk"])
