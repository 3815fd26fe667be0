import unittest

from tibillet_base import pairing


class PairingTestCase(unittest.TestCase):

    def test_new_code(self):
        codes = {pairing.new_code() for _ in range(100)}
        self.assertEqual(len(codes), 100)
        for code in codes:
            self.assertEqual(len(code), 12)
            self.assertLessEqual(set(code), set(pairing.ALPHABET))
            self.assertEqual(
                pairing.read_code(pairing.show_code(code)), code)

    def test_read_code(self):
        for text, code in [
                ('ABCD-EFGH-JKMN', 'ABCDEFGHJKMN'),
                ('abcdefghjkmn', 'ABCDEFGHJKMN'),
                (' ab cd\tefgh–jkmn'.replace('–', '-'), 'ABCDEFGHJKMN'),
                ('OIL0-0000-0000', '011000000000'),
                ('oil0-0000-0000', '011000000000'),
                ('ABCD-EFGH-JKM', None),
                ('ABCD-EFGH-JKMNP', None),
                ('ABCD-EFGH-JKMU', None),
                ('ABCD-EFGH-JKM!', None),
                ('', None),
                ]:
            with self.subTest(text=text):
                self.assertEqual(pairing.read_code(text), code)

    def test_split_code(self):
        self.assertEqual(
            pairing.split_code('ABCDEFGHJKMN'), ('ABCD', 'EFGHJKMN'))

    def test_key(self):
        key = pairing.new_key('name')
        name, secret = pairing.split_key(key)
        self.assertEqual(name, 'name')
        self.assertGreaterEqual(len(secret), 43)
        hash_ = pairing.hash_key(key)
        self.assertNotIn(secret, hash_)
        self.assertTrue(pairing.check_key(key, hash_))
        for wrong, against in [
                (key + 'x', hash_),
                (pairing.new_key('name'), hash_),
                ('', hash_),
                (key, ''),
                (key, None),
                ]:
            with self.subTest(wrong=wrong, against=against):
                self.assertFalse(pairing.check_key(wrong, against))

    def test_split_key(self):
        for key, parts in [
                ('a.b', ('a', 'b')),
                ('a.b.c', ('a', 'b.c')),
                ('a', ('a', '')),
                ('', ('', '')),
                ]:
            with self.subTest(key=key):
                self.assertEqual(pairing.split_key(key), parts)
