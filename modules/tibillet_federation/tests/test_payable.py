"""What an operator pays of a service, worked by hand, and how it is said."""
import datetime as dt
import unittest
from dataclasses import replace

from tibillet_federation import words
from tibillet_federation.clauses import Advance
from tibillet_federation.revenue import adjust, settle
from tibillet_federation.tests.worked import (
    D, flat, make_clauses, make_service, pot)
from tibillet_federation.words import plain

NAMES = {'ccc': "CCC", 'mamasound': "Mamasound"}
VAN = Advance('1', 'ccc', D('100.00'), "Van")
FUEL = Advance('2', 'mamasound', D('30.00'), "Fuel")


def last(found):
    "Return the last thing said of what there is to pay"
    said = [
        plain(text) for text in words.say(
            found.sentences, 'fr', names=NAMES) if 'payer' in text]
    return said[-1] if said else None


class PayableTestCase(unittest.TestCase):
    "Test who keeps what, and what is paid beside the share"

    def setUp(self):
        super().setUp()
        # 8 100 × 12 % = 972.00, of which 97.20 local and 874.80 research.
        self.clauses = make_clauses(
            flat('0.35'), flat('0.12'), local_rate=D('0.10'),
            provider='ccc')

    def settle(self, **values):
        return settle(
            self.clauses, pot('0'), make_service('9000', '900', **values))

    def test_local_part(self):
        "Test that the provider keeps the local part of what it operates"
        for operator, retained, payable, sentence in [
                ('mamasound', '0', '972.00', None),
                ('ccc', '972.00', '0.00',
                    "CCC garde ce qui lui revient : 972,00 € - 972,00 € = "
                    "0,00 € à payer."),
                ]:
            with self.subTest(operator=operator):
                found = self.settle(operator=operator)
                self.assertEqual(str(found.local), '97.20')
                self.assertEqual(found.retained, D(retained))
                self.assertEqual(found.payable, D(payable))
                self.assertEqual(last(found), sentence)
                self.assertEqual(
                    {a.beneficiary for a in found.allocations}, {'ccc'})

    def test_no_destination(self):
        "Test that the provider receives what has no destination"
        self.clauses = replace(self.clauses, destinations=())
        found = self.settle(operator='ccc')
        self.assertEqual(found.payable, 0)
        self.assertIn('destinations_missing', found.alerts)

    def test_advances(self):
        "Test common costs that the operator gives back beside its share"
        for operator, advances, payable, sentence in [
                ('mamasound', [VAN], '1072.00',
                    "Frais communs à rembourser à qui les a payés : CCC "
                    "100,00 € ; 972,00 € + 100,00 € = 1 072,00 € à payer."),
                # Its own it keeps.
                ('mamasound', [VAN, FUEL], '1072.00',
                    "Frais communs à rembourser à qui les a payés : CCC "
                    "100,00 € ; 972,00 € + 100,00 € = 1 072,00 € à payer."),
                ('mamasound', [FUEL], '972.00', None),
                # All is its own but the fuel.
                ('ccc', [VAN, FUEL], '30.00',
                    "Frais communs à rembourser à qui les a payés : "
                    "Mamasound 30,00 € ; 0,00 € + 30,00 € = 30,00 € "
                    "à payer."),
                # Two costs of one partner are said together.
                ('mamasound', [VAN, replace(VAN, key='3')], '1172.00',
                    "Frais communs à rembourser à qui les a payés : CCC "
                    "200,00 € ; 972,00 € + 200,00 € = 1 172,00 € à payer."),
                ]:
            with self.subTest(operator=operator, advances=advances):
                found = self.settle(
                    operator=operator, advances=tuple(advances))
                self.assertEqual(str(found.share), '972.00')
                self.assertEqual(found.payable, D(payable))
                self.assertEqual(last(found), sentence)

    def test_corrected(self):
        "Test that a van which cost 40 less is given back 40 less"
        original = self.settle(operator='mamasound', advances=(VAN,))
        less = Advance('3', 'ccc', D('-40.00'), "Van, discount")
        found = adjust(
            original, replace(original.service, advances=(VAN, less)),
            dt.date(2026, 7, 1))
        self.assertEqual(found.share, 0)
        self.assertEqual(found.reimbursed, D('-40.00'))
        self.assertEqual(found.payable, D('-40.00'))
        said = [plain(t) for t in words.say(
                found.sentences, 'fr', names=NAMES)]
        self.assertEqual(said[-2:], [
                "Frais communs corrigés : CCC -40,00 € ; 0,00 € - 40,00 € = "
                "-40,00 €.",
                "40,00 € à rendre."])
        again = adjust(found, original.service, dt.date(2026, 7, 2))
        self.assertEqual(again.payable, D('40.00'))

    def test_corrected_retained(self):
        "Test that a correction says what the operator keeps of it"
        original = self.settle(operator='ccc')
        found = adjust(
            original, make_service(
                '10000', '900', operator='ccc'), dt.date(2026, 7, 1))
        # 1 000 more: 120.00, all of it its own.
        said = [plain(t) for t in words.say(
                found.sentences, 'fr', names=NAMES)]
        self.assertEqual(said[-2:], [
                "Sur cette différence, CCC garde ce qui lui revient, "
                "120,00 € : 120,00 € - 120,00 € = 0,00 €.",
                "Rien de plus à payer ni à rendre."])
