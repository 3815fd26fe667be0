import unittest

from tibillet_event.territory import territory


class TerritoryTestCase(unittest.TestCase):

    def test_territory(self):
        for country, postal_code, expected in [
                ('FR', '69001', 'mainland'),
                ('FR', None, 'mainland'),
                ('FR', '20200', 'corsica'),
                ('FR', '97 410', 'overseas'),
                ('FR', '97200', 'overseas'),
                ('FR', '97600', 'overseas_exempt'),
                ('RE', '97410', 'overseas'),
                ('GF', None, 'overseas_exempt'),
                ('BE', '2000', 'abroad'),
                (None, '97410', 'overseas'),
                # Without a country a code alone may be of anywhere.
                (None, '69001', None),
                (None, None, None),
                ]:
            with self.subTest(country=country, postal_code=postal_code):
                self.assertEqual(territory(country, postal_code), expected)
