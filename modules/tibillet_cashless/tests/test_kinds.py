import unittest

from tibillet_cashless import kinds


class KindsTestCase(unittest.TestCase):

    def test_rights(self):
        "What is bought is paid back, what is given is not"
        for name, kind in kinds.KINDS.items():
            with self.subTest(kind=name):
                self.assertEqual(kind.owed, True in kind.purchasable)
                self.assertEqual(kind.owed, kind.redeemable == kinds.YES)
                if kind.owed:
                    self.assertTrue(kind.valued)

    def test_kinds(self):
        for values, expected in [
                ({'owed': True}, ['federated', 'local']),
                ({'valued': False}, ['time', 'loyalty', 'badge']),
                ({'melts': kinds.NO}, ['badge']),
                ({'redeemable': kinds.EITHER}, []),
                ]:
            with self.subTest(values=values):
                self.assertEqual(kinds.kinds(**values), expected)

    def test_scale(self):
        for kind, digits, expected in [
                ('federated', 2, 100),
                ('local', 0, 1),
                ('gift', 3, 1000),
                ('local', None, None),
                ('time', None, 60),
                ('time', 2, 60),
                ('badge', None, 1),
                ('loyalty', None, None),
                ]:
            with self.subTest(kind=kind, digits=digits):
                self.assertEqual(kinds.scale(kind, digits), expected)
