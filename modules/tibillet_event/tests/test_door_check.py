import datetime as dt
from unittest import TestCase

from tibillet_event import scan
from tibillet_event.door_check import (
    CODES, ENTRY, EXIT, Passage, Seen, check, contradiction, stand)

DOORS = dt.datetime.fromisoformat('2026-03-06 18:30')
END = dt.datetime.fromisoformat('2026-03-06 22:30')


def at(hour):
    return dt.datetime.fromisoformat(f'2026-03-06 {hour}')


def passages(text):
    "Return the passages of '19:00 20:00 21:00', entries and exits in turn"
    return [
        Passage(EXIT if index % 2 else ENTRY, at(hour), 'North')
        for index, hour in enumerate(text.split())]


class DoorCheckTestCase(TestCase):

    def test_check(self):
        "What is wrong with a ticket, the first thing first"
        for code, leaves, values in [
                ('valid', 'valid', {}),
                ('not_a_ticket', 'not_a_ticket', {
                        'is_code': False, 'is_signed': False,
                        'state': None}),
                ('bad_signature', 'bad_signature', {
                        'is_signed': False, 'is_here': False}),
                # A door without network has no key of other events.
                ('wrong_performance', 'wrong_performance', {
                        'is_signed': None, 'is_here': False}),
                ('bad_signature', 'bad_signature', {'is_signed': None}),
                ('unknown', 'unknown', {'state': None}),
                ('revoked', 'revoked', {'state': 'exchanged'}),
                ('cancelled', 'cancelled', {
                        'state': 'cancelled', 'is_contradicted': True}),
                # Who is inside may leave.
                ('unpaid', 'valid', {'state': 'unpaid'}),
                ('called_off', 'valid', {
                        'takes_place': False, 'since': END}),
                ('too_early', 'valid', {'since': at('19:01')}),
                ('valid', 'valid', {'since': at('19:00')}),
                ('over', 'valid', {
                        'until': at('19:00'), 'is_admitted': False}),
                ('wrong_gate', 'valid', {'is_admitted': False}),
                ('already_used', 'not_inside', {'is_contradicted': True}),
                ]:
            with self.subTest(code=code, **values):
                seen = Seen(**{'since': DOORS, 'until': END, **values})
                self.assertEqual(check(ENTRY, seen, at('19:00')), code)
                self.assertEqual(check(EXIT, seen, at('19:00')), leaves)

    def test_codes(self):
        "Each code has its name in the list of scans"
        self.assertEqual(set(CODES), {code for code, _ in scan.RESULTS})

    def test_contradiction(self):
        "An entry needs an exit before the next one, told in any order"
        for before, kind, hour, is_contradicted, against in [
                ('', ENTRY, '19:00', False, None),
                ('19:00', ENTRY, '19:05', True, '19:00'),
                ('19:00', ENTRY, '19:00', True, '19:00'),
                ('19:00 20:00', ENTRY, '20:10', False, None),
                # Told late, by a door that was offline.
                ('19:00', ENTRY, '18:55', True, '19:00'),
                ('19:00 20:00', ENTRY, '19:30', True, '19:00'),
                ('19:00 20:00 20:30', ENTRY, '20:10', True, '20:30'),
                ('', EXIT, '19:00', True, None),
                ('19:00', EXIT, '19:05', False, None),
                ('19:00', EXIT, '18:55', True, None),
                ('19:00 20:00', EXIT, '20:10', True, None),
                ('19:00 20:00', EXIT, '19:30', False, None),
                ]:
            with self.subTest(before=before, kind=kind, hour=hour):
                found = contradiction(passages(before), kind, at(hour))
                self.assertEqual(found[0], is_contradicted)
                self.assertEqual(
                    found[1] and found[1].at, against and at(against))

    def test_stand(self):
        "Who is inside follows from the passages, two entries count as one"
        twice = [
            Passage(ENTRY, at('19:00'), 'North'),
            Passage(ENTRY, at('19:10'), 'South'),
            ]
        for done, entered, left in [
                (passages(''), None, None),
                (passages('19:00'), '19:00', None),
                (passages('19:00 20:00'), '19:00', '20:00'),
                (passages('19:00 20:00 20:30'), '20:30', None),
                (twice, '19:10', None),
                ([*twice, Passage(EXIT, at('20:00'))], '19:10', '20:00'),
                ([Passage(EXIT, at('20:00'))], None, None),
                ]:
            with self.subTest(done=done):
                entry, left_at = stand(done)
                self.assertEqual(
                    entry and entry.at, entered and at(entered))
                self.assertEqual(left_at, left and at(left))
