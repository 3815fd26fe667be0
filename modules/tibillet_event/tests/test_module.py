from trytond.model.exceptions import DomainValidationError
from trytond.modules.company.tests import (
    CompanyTestMixin, PartyCompanyCheckEraseMixin)
from trytond.modules.party.tests import PartyCheckReplaceMixin
from trytond.pool import Pool
from trytond.tests.test_tryton import ModuleTestCase, with_transaction


class TibilletEventTestCase(
        PartyCompanyCheckEraseMixin, PartyCheckReplaceMixin,
        CompanyTestMixin, ModuleTestCase):
    module = 'tibillet_event'
    extras = ['account', 'account_product', 'sale', 'sale_point']

    @with_transaction()
    def test_artist_page(self):
        "Test what each audience reads of an artist"
        pool = Pool()
        Artist = pool.get('tibillet.artist')
        Link = pool.get('tibillet.artist.link')
        Party = pool.get('party.party')
        party = Party(name="Dimanches Nomades")
        party.save()
        artist = Artist(
            party=party, name="Dimanches Nomades",
            biography="Born on a Sunday.",
            rider=b'Two chairs', rider_visibility='network',
            links=[
                Link(url='https://music.example.org', visibility='public'),
                Link(url='https://plan.example.org', visibility='private'),
                ])
        artist.save()
        for audience, keys, links in [
                ('public', {'name', 'biography', 'links'}, 1),
                ('network', {'name', 'biography', 'rider', 'links'}, 1),
                ('private', {'name', 'biography', 'rider', 'links'}, 2),
                ]:
            with self.subTest(audience=audience):
                page = artist.get_page(audience)
                self.assertEqual(page.keys(), keys)
                self.assertEqual(len(page['links']), links)

    @with_transaction()
    def test_venue_territory(self):
        "Test the territory follows the address"
        pool = Pool()
        Address = pool.get('party.address')
        Country = pool.get('country.country')
        Party = pool.get('party.party')
        Venue = pool.get('tibillet.venue')
        country = Country(name="France", code='FR')
        country.save()
        party = Party(name="La Raffinerie", addresses=[
                Address(postal_code='97410', country=country)])
        party.save()
        venue = Venue(party=party)
        venue.on_change_party()
        self.assertEqual(venue.name, "La Raffinerie")
        self.assertEqual(venue.address, party.addresses[0])
        self.assertEqual(venue.territory, 'overseas')
        venue.party = None
        venue.on_change_party()
        self.assertIsNone(venue.address)

    @with_transaction()
    def test_venue_capacity(self):
        "Test the capacity is positive or not limited"
        pool = Pool()
        Party = pool.get('party.party')
        Venue = pool.get('tibillet.venue')
        party = Party(name="Le Bal")
        party.save()
        for capacity in [None, 1, 200]:
            with self.subTest(capacity=capacity):
                Venue(party=party, name="Le Bal", capacity=capacity).save()
        for capacity in [0, -1]:
            with self.subTest(capacity=capacity):
                with self.assertRaises(DomainValidationError):
                    Venue(
                        party=party, name="Le Bal", capacity=capacity).save()


del ModuleTestCase
