"""The message to holders: fields, what is none, what values hold."""
from unittest import TestCase

from tibillet_event import change_text

VALUES = {'holder': "Léa {event}", 'event': "Nuit blanche", 'amount': "20 €"}


class ChangeTextTestCase(TestCase):

    def test_fill(self):
        for text, filled in [
                ("Hello {holder}", "Hello Léa {event}"),
                ("{event}: {amount}", "Nuit blanche: 20 €"),
                ("{ event }", "Nuit blanche"),
                ("{}", "{}"),
                ("{nothing} {", "{nothing} {"),
                ("{event.__class__}", "{event.__class__}"),
                ("", ""),
                ]:
            with self.subTest(text=text):
                self.assertEqual(change_text.fill(text, VALUES), filled)

    def test_unknown(self):
        for text, names in [
                ("{holder} {new_date}", []),
                ("{password} {holder} {date} {x}", ['password', 'x']),
                ("no field", []),
                ]:
            with self.subTest(text=text):
                self.assertEqual(change_text.unknown(text), names)
