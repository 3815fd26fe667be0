"""What is declared to the ministry, without database."""
import datetime as dt
import json
from dataclasses import replace
from decimal import Decimal as D
from unittest import TestCase
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st
from tibillet_event import sibil
from tibillet_event.event import DOMAINS
from tibillet_event.sibil import Show

SHOW = Show(
    uuid='5f0c2f6e-7d5e-4f3c-9a51-0d3f7c1b2a90', title="Nuit blanche",
    domain='music_popular',
    starts_at=dt.datetime(2026, 3, 6, 20, 30, tzinfo=ZoneInfo('Europe/Paris')),
    capacity=60, young_audience=False, coproduced=True,
    venue="La Raffinerie", venue_kind='concert_hall', street="1 rue du Sucre",
    postal_code='97410', city="Saint-Pierre")


class SibilTestCase(TestCase):

    def test_key(self):
        "Short, and the same each time it is declared again"
        found = sibil.key(SHOW.uuid)
        self.assertEqual(found, sibil.key(SHOW.uuid))
        self.assertEqual(len(found), 26)
        self.assertTrue(found.isalnum())

    def test_due_date(self):
        for date, due in [
                ('2026-01-01', '2026-04-10'),
                ('2026-03-31', '2026-04-10'),
                ('2026-04-01', '2026-07-10'),
                ('2026-08-15', '2026-10-10'),
                ('2026-12-31', '2027-01-10'),
                ]:
            with self.subTest(date=date):
                self.assertEqual(
                    sibil.due_date(dt.date.fromisoformat(date)),
                    dt.date.fromisoformat(due))

    def test_missing(self):
        for values, found in [
                ({}, []),
                ({'siret': '12345678901234'}, []),
                ({'domain': None}, ['domain']),
                ({'venue_kind': None, 'capacity': None},
                    ['venue_kind', 'capacity']),
                ({'city': None}, ['address']),
                ]:
            with self.subTest(values=values):
                self.assertEqual(
                    sibil.missing(replace(SHOW, **values)), found)

    def test_figures(self):
        found = sibil.figures([
                ('sold', 'full', D('20'), 3, D('60.00')),
                ('sold', 'reduced', D('12'), 1, D('12.00')),
                ('sold', 'pass', D('9.99'), 2, D('19.98')),
                ('cancelled', 'full', D('20'), 1, D('-20.00')),
                ('cancelled', 'free', D('0'), 1, D('0')),
                ], 7, 2)
        self.assertEqual(found, {
                'nbBilletsTotalBilletterie': 7,
                'recetteTotalBilletterie': D('71.98'),
                'prixMoyenTotalBilletterie': D('10.28'),
                'nbBilletsTarifPlein': 2,
                'recetteTarifPlein': D('40.00'),
                'prixMoyenTarifPlein': D('20.00'),
                'nbBilletsTarifAbonnementForfait': 2,
                'nbBilletsExoneres': 2,
                'nbBilletsTarifPayant': 5,
                'recetteTarifPayant': D('71.98'),
                })

    def test_nothing(self):
        found = sibil.figures([], 0, 0)
        self.assertEqual(set(found.values()), {0})

    def test_dump(self):
        data = sibil.content(SHOW, sibil.figures(
                [('sold', 'full', D('20'), 1, D('20'))], 1, 0))
        text = sibil.dump(data)
        self.assertIn('"recetteTotalBilletterie": 20.00', text)
        self.assertIn('"2026-03-06T20:30:00+01:00"', text)
        read = json.loads(text)
        self.assertEqual(read['lieuChamps']['ville'], "Saint-Pierre")
        self.assertIs(read['coProduction'], True)
        self.assertEqual(
            sibil.flatten(data)['spectacleChamps.domaineSpectacle'],
            "Musiques actuelles")

    def test_domains(self):
        "Each domain of the form has its name at the ministry"
        self.assertEqual(
            set(sibil.DOMAINS), {name for name, _ in DOMAINS} - {None})


@given(st.dates(dt.date(2020, 1, 1), dt.date(2040, 1, 1)))
def test_due_after_the_quarter(date):
    due = sibil.due_date(date)
    assert due.day == 10 and due.month in {1, 4, 7, 10}
    assert dt.timedelta(0) < due - date <= dt.timedelta(days=103)
