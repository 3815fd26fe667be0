"""What is looked for by several names."""
import unittest

from tibillet_base.names import search_names


class NamesTestCase(unittest.TestCase):

    def test_search(self):
        "One name fits, or none does"
        for operator, together in [
                ('=', 'OR'),
                ('ilike', 'OR'),
                ('in', 'OR'),
                ('!=', 'AND'),
                ('not ilike', 'AND'),
                ('not in', 'AND'),
                ]:
            with self.subTest(operator=operator):
                self.assertEqual(
                    search_names(
                        ('rec_name', operator, 'x'), 'number', 'party.name'),
                    [together,
                        ('number', operator, 'x'),
                        ('party.name', operator, 'x')])
