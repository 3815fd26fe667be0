from unittest import TestCase

from tibillet.named_fields import fill, unknown


class NamedFieldsTestCase(TestCase):

    def test_fill(self):
        for text, filled in [
                ("Hello {name}", "Hello Lea"),
                ("Hello { name }, {name}!", "Hello Lea, Lea!"),
                ("{nobody} and { }", "{nobody} and { }"),
                # What a value holds is not read again.
                ("{odd}", "{name}"),
                ("", ""),
                ]:
            with self.subTest(text=text):
                self.assertEqual(
                    fill(text, {'name': "Lea", 'odd': "{name}"}), filled)

    def test_unknown(self):
        for text, names in [
                ("Hello {name}", []),
                ("{nobody}, { other } and {name}", ['nobody', 'other']),
                ("{ }", []),
                ]:
            with self.subTest(text=text):
                self.assertEqual(unknown(text, ['name']), names)
