"""A performance that is closed is declared."""
import json

from tibillet_event.exceptions import DeclarationMissingError

from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .return_records import NEXT_DAY, ReturnMixin


class DeclarationTestCase(ReturnMixin, TestCase):

    def declaration(self):
        Declaration = Pool().get('tibillet.declaration')
        declaration, = Declaration.search([])
        return declaration

    def fill(self):
        event, venue = self.performance.event, self.performance.venue
        event.sibil_domain = 'music_popular'
        event.save()
        Address = Pool().get('party.address')
        address, = Address.create([{
                    'party': venue.party.id,
                    'street_unstructured': "1 rue du Sucre",
                    'postal_code': '97410',
                    'city': "Saint-Pierre",
                    }])
        venue.kind, venue.address = 'concert_hall', address
        venue.save()

    @with_transaction()
    def test_declaration(self):
        self.open_evening()
        Declaration = Pool().get('tibillet.declaration')
        student = self.make_tariff("Student", '12.00', kind='reduced')
        guest = self.make_tariff("Guest", '0', kind='free')
        order = self.sell('a', self.item(2), self.item(1, student), paid='52')
        self.sell('b', self.item(1, guest))
        self.close_till()
        self.assertEqual(Declaration.search([]), [])
        self.close()
        declaration = self.declaration()
        self.assertEqual(
            (declaration.state, str(declaration.due_date), declaration.valid),
            ('draft', '2026-04-10', 4))
        self.assertEqual(len(declaration.missing.splitlines()), 3)
        with self.assertRaises(DeclarationMissingError) as caught:
            Declaration.send([declaration])
        self.assertIn("Le Bal", str(caught.exception))
        self.fill()
        declaration = self.declaration()
        self.assertIsNone(declaration.missing)
        data = json.loads(declaration.data)
        self.assertEqual(data['idExtBilletterie'], declaration.key)
        self.assertEqual(
            (data['nbBilletsTotalBilletterie'],
                data['recetteTotalBilletterie'], data['nbBilletsTarifPlein'],
                data['nbBilletsExoneres'], data['jauge']),
            (4, 52, 2, 1, 100))
        Declaration.send([declaration])
        declaration = self.declaration()
        self.assertEqual(
            (declaration.state, declaration.sent), ('sent', declaration.data))
        # What comes after is sent again under the same key.
        key = declaration.key
        self.at(NEXT_DAY)
        self.reopen_till()
        self.cancel('back', order.tickets[:1])
        self.close_till()
        self.make_return()
        declaration = self.declaration()
        self.assertEqual((declaration.state, declaration.key), ('draft', key))
        data = json.loads(declaration.data)
        self.assertEqual(
            (data['nbBilletsTotalBilletterie'],
                data['recetteTotalBilletterie']), (3, 32))
        self.assertIn('52.00', declaration.sent)

    @with_transaction()
    def test_no_show(self):
        "A workshop is not declared"
        self.open_evening()
        event = self.performance.event
        event.kind = 'workshop'
        event.save()
        self.close()
        Declaration = Pool().get('tibillet.declaration')
        self.assertEqual(Declaration.search([]), [])
