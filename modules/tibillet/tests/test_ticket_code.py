"""The code of a ticket is read only as it was signed."""
import datetime as dt
import unittest

from hypothesis import given
from hypothesis import strategies as st

from tibillet import chain
from tibillet.ticket_code import Code, CodeError, encode, read, verify

PRIVATE, OTHER = bytes(range(32)), bytes(range(1, 33))
PUBLICS = {7: chain.public_key(PRIVATE)}


def instant(text):
    return dt.datetime.fromisoformat(text)


CODE = Code(
    '6ecd8c99-4036-403d-bf84-cf8400f67836',
    '3f333df6-90a4-4fda-8dd3-9485d27cee36',
    instant('2026-03-06T18:30'), instant('2026-03-06T23:00'), 7)


class TicketCodeTestCase(unittest.TestCase):

    def test_code(self):
        text = encode(CODE, PRIVATE)
        # Capital letters and digits: what a QR code holds in fewest dots.
        self.assertRegex(text, '^TB1[A-Z2-7]+$')
        self.assertLessEqual(len(text), 178)
        self.assertEqual(encode(CODE, PRIVATE), text)
        self.assertEqual(read(text), CODE)
        self.assertEqual(verify(text, PUBLICS), CODE)

    def test_typed(self):
        "A reader may add spaces and small letters"
        text = encode(CODE, PRIVATE).lower()
        self.assertEqual(verify(f' {text[:20]} {text[20:]}\n', PUBLICS), CODE)

    def test_not_signed(self):
        "The signature of another key is not good"
        self.assertIsNone(verify(encode(CODE, OTHER), PUBLICS))
        self.assertIsNone(verify(encode(CODE, PRIVATE), {}))
        self.assertIsNone(verify(
                encode(CODE, PRIVATE), {7: chain.public_key(OTHER)}))

    def test_replaced_key(self):
        "Tickets of the old key and of the new one both open the door"
        new = Code(**{**vars(CODE), 'key': 8})
        both = {**PUBLICS, 8: chain.public_key(OTHER)}
        for code, private in [(CODE, PRIVATE), (new, OTHER)]:
            self.assertEqual(verify(encode(code, private), both), code)

    @given(st.integers(3, 173), st.integers(1, 31))
    def test_changed(self, position, step):
        "No letter can be changed"
        text = encode(CODE, PRIVATE)
        letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'
        position = min(position, len(text) - 2)
        letter = letters[(letters.index(text[position]) + step) % 32]
        changed = text[:position] + letter + text[position + 1:]
        self.assertIsNone(verify(changed, PUBLICS))

    def test_nonsense(self):
        text = encode(CODE, PRIVATE)
        for wrong in [
                '', 'TB1', 'hello', 'https://example.org', text[:-8],
                text + 'AAAAAAAA', 'TB2' + text[3:], 'TB1é', 'TB1' + '1' * 171,
                ]:
            with self.subTest(wrong=wrong), self.assertRaises(CodeError):
                verify(wrong, PUBLICS)
