"""What a test database is called follows the database."""
import unittest
from unittest.mock import patch

from trytond.cache import Cache, MemoryCache
from trytond.tests.test_tryton import DB_NAME

from tests import layered


class WordsTestCase(unittest.TestCase):

    def setUp(self):
        super().setUp()
        self.enterContext(patch.dict(Cache._instances))
        self.cache = MemoryCache('test.words', context=False)
        self.enterContext(
            patch.object(layered._Words, 'NAMES', [self.cache._name]))
        self.words = layered._Words()
        self.drop = self.words.dropping(MemoryCache.drop)

    @property
    def read(self):
        "What is known of the database, by id"
        return self.cache._database_cache[DB_NAME]

    def test_kept(self):
        "Test that words are kept for the next database of a layer"
        self.words.begin('events')
        self.read[1] = "Event"
        self.drop(DB_NAME)
        self.assertEqual(dict(self.read), {1: "Event"})
        self.words.begin(None)
        self.assertEqual(dict(self.read), {})
        self.words.begin('events')
        self.assertEqual(dict(self.read), {1: "Event"})

    def test_other_layer(self):
        "Test that words of a layer are none of another's, dropped or not"
        self.words.begin('events')
        self.read[1] = "Event"
        self.drop(DB_NAME)
        self.words.begin('memberships')
        self.assertEqual(dict(self.read), {})

    def test_committed(self):
        "Test that words that were written are not kept"
        self.words.begin('events')
        self.read[1] = "Event"
        self.cache._timestamp[DB_NAME] = 'now'
        self.drop(DB_NAME)
        self.assertEqual(dict(self.read), {})
