import unittest

from hypothesis import given
from hypothesis import strategies as st
from tibillet_event.group_names import LENGTH_MAX, get_long, read


class GroupNamesTestCase(unittest.TestCase):
    "Test the names that people paste"

    def test_read(self):
        for text, names in [
                (None, []),
                ('', []),
                (' \n\t\n', []),
                ('Ada', ['Ada']),
                ('  Ada   Lovelace \r\n\nÉmilie\tdu Châtelet\n',
                    ['Ada Lovelace', 'Émilie du Châtelet']),
                ('Ada\nAda', ['Ada', 'Ada']),
                ]:
            with self.subTest(text=text):
                self.assertEqual(read(text), names)

    def test_long(self):
        fits, long = 'a' * LENGTH_MAX, 'a' * (LENGTH_MAX + 1)
        for names, found in [
                ([], None), ([fits], None), ([fits, long, 'b'], long)]:
            with self.subTest(names=names):
                self.assertEqual(get_long(names), found)

    @given(st.text())
    def test_properties(self, text):
        names = read(text)
        self.assertEqual(read('\n'.join(names)), names)
        for name in names:
            self.assertTrue(name.strip())
            self.assertNotIn('\n', name)
