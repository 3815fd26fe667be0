import datetime as dt

from tibillet_cashless.exceptions import CardReplaceError

from trytond.modules.company.tests import (
    CompanyTestMixin, PartyCompanyCheckEraseMixin, create_company, set_company)
from trytond.modules.party.tests import PartyCheckReplaceMixin
from trytond.pool import Pool
from trytond.tests.test_tryton import ModuleTestCase, with_transaction


class TibilletCashlessTestCase(
        PartyCompanyCheckEraseMixin, PartyCheckReplaceMixin,
        CompanyTestMixin, ModuleTestCase):
    module = 'tibillet_cashless'
    extras = ['product', 'sale_point']

    @with_transaction()
    def test_enter(self):
        "The Enter with which a reader ends a number sells nothing in cash"
        pool = Pool()
        for name, default in [
                ('tibillet.till.sell', {'wallet'}),
                ('tibillet.card.load', set()),
                ('tibillet.card.redeem', set())]:
            with self.subTest(wizard=name):
                Wizard = pool.get(name, type='wizard')
                self.assertEqual(
                    {b.state for b in Wizard.start.buttons if b.default},
                    default)

    @with_transaction()
    def test_find_card(self):
        "Test a card is found by the number read or printed"
        pool = Pool()
        Batch = pool.get('tibillet.card.batch')
        Card = pool.get('tibillet.card')
        Party = pool.get('party.party')
        party = Party(name="La Raffinerie")
        party.save()
        batch = Batch(name="First", origin=party)
        batch.save()
        card = Card(batch=batch, uid='EE144274', number='0001')
        card.save()
        for text, expected in [
                ('EE144274', card),
                ('ee:14:42:74', card),
                ('0001', card),
                ('0002', None),
                ('', None),
                ('EE144275', None),
                ]:
            with self.subTest(text=text):
                self.assertEqual(Card.find(text), expected)

    @with_transaction()
    def test_replace_card(self):
        "Test what may replace a card"
        pool = Pool()
        Batch = pool.get('tibillet.card.batch')
        Card = pool.get('tibillet.card')
        Party = pool.get('party.party')
        party = Party(name="La Raffinerie")
        party.save()
        batch = Batch(name="First", origin=party)
        batch.save()
        lost, new, held, blocked = cards = [
            Card(batch=batch, uid=uid) for uid in [
                'EE144271', 'EE144272', 'EE144273', 'EE144274']]
        held.party = party
        Card.save(cards)
        Card.block([blocked])
        for other in [lost, held, blocked]:
            with self.subTest(other=other):
                with self.assertRaises(CardReplaceError):
                    lost.replace(other)
                self.assertEqual(lost.state, 'active')
        # An anonymous card is replaced too.
        lost.replace(new)
        self.assertEqual(lost.state, 'replaced')
        self.assertEqual(lost.replaced_by, new)
        self.assertIsNone(new.party)
        with self.assertRaises(CardReplaceError):
            lost.replace(held)

    @with_transaction()
    def test_is_accepted(self):
        "Test a money is accepted between two dates, both included"
        pool = Pool()
        Acceptance = pool.get('tibillet.money.acceptance')
        Money = pool.get('tibillet.money')
        Party = pool.get('party.party')
        company = create_company()
        baker, other = Party(name="Baker"), Party(name="Other")
        Party.save([baker, other])
        with set_company(company):
            money = Money(name="Rafftou", code='RAF')
            money.save()
            Acceptance(
                money=money, party=baker,
                from_date=dt.date(2024, 3, 1),
                to_date=dt.date(2024, 8, 31)).save()
            for party, date, expected in [
                    (baker, dt.date(2024, 2, 29), False),
                    (baker, dt.date(2024, 3, 1), True),
                    (baker, dt.date(2024, 8, 31), True),
                    (baker, dt.date(2024, 9, 1), False),
                    (other, dt.date(2024, 3, 1), False),
                    ]:
                with self.subTest(party=party.name, date=date):
                    self.assertIs(money.is_accepted(party, date), expected)


del ModuleTestCase
