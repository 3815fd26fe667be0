import datetime as dt
import json
import unittest
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from tibillet.chain import (
    ChainError, canonical, derive_key, genesis, is_signed, link, links,
    public_key, sign, verify_chain)

time = dt.datetime.fromisoformat
MASTERS = {1: bytes(range(32)), 2: bytes(range(32, 96))}
FACTS = [
    {'number': 1, 'amount': Decimal('3.50'), 'card': "é"},
    {'number': 2, 'amount': Decimal('-3.50'), 'card': None},
    {'number': 3, 'amount': Decimal('20'), 'card': "b"},
    ]

plain = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text()
    | st.decimals(allow_nan=False, allow_infinity=False, places=4)
    | st.dates() | st.datetimes(),
    lambda inner: st.lists(inner, max_size=4)
    | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=12)


class ChainTestCase(unittest.TestCase):
    "Test chains, keys and signatures"

    def test_canonical(self):
        for data, text in [
                (None, 'null'),
                (True, 'true'),
                (7, '7'),
                ("Léa \"A\"", '"Léa \\"A\\""'),
                (Decimal('2835.00'), '"2835"'),
                (Decimal('2835'), '"2835"'),
                (Decimal('0.350'), '"0.35"'),
                (Decimal('1E+3'), '"1000"'),
                (Decimal('-0.00'), '"0"'),
                (Decimal('-0.10'), '"-0.1"'),
                (dt.date(2026, 7, 4), '"2026-07-04"'),
                (time('2026-07-04T20:30'), '"2026-07-04T20:30:00Z"'),
                (time('2026-07-04T22:30+02:00'),
                    '"2026-07-04T20:30:00Z"'),
                (time('2026-07-04T00:00:00.000005'),
                    '"2026-07-04T00:00:00.000005Z"'),
                ({'b': [1, (2, 3)], 'a': {}}, '{"a":{},"b":[1,[2,3]]}'),
                ({'é': 1, 'z': 2, 'Z': 3}, '{"Z":3,"z":2,"é":1}'),
                ]:
            with self.subTest(data=data):
                self.assertEqual(canonical(data), text.encode())

    def test_canonical_refusals(self):
        for data in [
                0.1, [0.1], {1: 'a'}, {'a': {None: 1}}, b'bytes', {1, 2},
                Decimal('NaN'), Decimal('Infinity'), object()]:
            with self.subTest(data=data):
                with self.assertRaises(TypeError):
                    canonical(data)

    def test_known_values(self):
        "Test that links and keys made once can always be made again"
        self.assertEqual(
            genesis('till-1'),
            '7884dcdab977e061973d2a07f1081b80'
            'b77326b9fb7593e25917978663f88a91')
        self.assertEqual(
            links('till-1', FACTS)[-1],
            '948b67a3dc57e56ca78f9ae6f53c3235'
            '6417843c063d0f2b21d8e1da5d6362b3')
        self.assertEqual(
            derive_key(MASTERS, 1, 'till', 1).hex(),
            'af36b5dcb835fac6efb7a97b66ca9c5a'
            '188263634bbcbad498a7f70ce6afbc94')

    def test_verify(self):
        start = genesis('till-1')
        chain = list(zip(FACTS, links('till-1', FACTS), strict=True))
        self.assertEqual(verify_chain(start, chain), chain[-1][1])
        self.assertEqual(verify_chain(start, []), start)
        # A part is verified from the last link before it.
        self.assertEqual(
            verify_chain(chain[0][1], chain[1:]), chain[-1][1])

    def test_broken(self):
        "Test that the first broken link is named"
        start = genesis('till-1')
        chain = list(zip(FACTS, links('till-1', FACTS), strict=True))
        changed = {**FACTS[1], 'amount': Decimal('-3.40')}
        for name, position, broken in [
                ("changed", 1, [chain[0], (changed, chain[1][1]), chain[2]]),
                ("removed", 1, [chain[0], chain[2]]),
                ("first removed", 0, chain[1:]),
                ("swapped", 0, [chain[1], chain[0], chain[2]]),
                ("doubled", 1, [chain[0], chain[0], *chain[1:]]),
                ("link changed", 2, [*chain[:2], (FACTS[2], '0' * 64)]),
                ("changed and linked again", 2, [
                        chain[0], (changed, link(chain[0][1], changed)),
                        chain[2]]),
                ]:
            with self.subTest(name=name):
                with self.assertRaises(ChainError) as caught:
                    verify_chain(start, broken)
                self.assertEqual(caught.exception.position, position)
                self.assertIn(f'link {position}', str(caught.exception))
        with self.assertRaises(ChainError) as caught:
            verify_chain(genesis('till-2'), chain)
        self.assertEqual(caught.exception.position, 0)

    def test_link_refusals(self):
        for previous in ['', 'xyz', '00', '0' * 63, '0' * 66]:
            with self.subTest(previous=previous):
                with self.assertRaises(ValueError):
                    link(previous, {})

    def test_keys(self):
        keys = {
            derive_key(MASTERS, version, *context)
            for version, context in [
                (1, ('till', 1)), (1, ('till', 2)), (2, ('till', 1)),
                (1, ('event', 1)), (1, ('till', '1')), (1, ('till', [1])),
                (1, ('till',)), (1, (['till', 1],))]}
        self.assertEqual(len(keys), 8)
        self.assertTrue(all(len(key) == 32 for key in keys))
        for masters, version, context, error in [
                (MASTERS, 3, ('till', 1), LookupError),
                (MASTERS, 1, (), ValueError),
                ({1: b'short'}, 1, ('till', 1), ValueError),
                ]:
            with self.assertRaises(error):
                derive_key(masters, version, *context)

    def test_signature(self):
        private = derive_key(MASTERS, 1, 'till', 1)
        public = public_key(private)
        self.assertEqual(len(public), 32)
        signature = sign(private, b'message')
        self.assertEqual(len(signature), 64)
        self.assertTrue(is_signed(public, b'message', signature))
        other = public_key(derive_key(MASTERS, 1, 'till', 2))
        for key, message, value in [
                (public, b'Message', signature),
                (public, b'message', signature[:-1]),
                (public, b'message', signature[:-1] + b'\0'),
                (public, b'message', b''),
                (other, b'message', signature),
                (b'short', b'message', signature),
                ]:
            with self.subTest(message=message, key=key):
                self.assertFalse(is_signed(key, message, value))

    def test_signature_known(self):
        "Test the first vector of RFC 8032"
        private = bytes.fromhex(
            '9d61b19deffd5a60ba844af492ec2cc4'
            '4449c5697b326919703bac031cae7f60')
        self.assertEqual(public_key(private).hex(), (
                'd75a980182b10ab7d54bfed3c964073a'
                '0ee172f3daa62325af021a68f707511a'))
        self.assertEqual(sign(private, b'').hex(), (
                'e5564300c360ac729086e2cc806e828a'
                '84877f1eb8e5d974d873e06522490155'
                '5fb8821590a33bacc61e39701cf9b46b'
                'd25bf5f0595bbe24655141438e7a100b'))

    @given(plain)
    def test_canonical_is_json(self, data):
        "Test that anyone reads it, and that writing again changes nothing"
        written = canonical(data)
        again = json.loads(written)
        self.assertEqual(canonical(again), written)

    @given(st.lists(plain, min_size=1, max_size=5), st.data())
    def test_any_change_is_seen(self, facts, data):
        chain = list(zip(facts, links('till', facts), strict=True))
        position = data.draw(st.integers(0, len(facts) - 1))
        other = data.draw(plain.filter(
                lambda d: canonical(d) != canonical(facts[position])))
        chain[position] = other, chain[position][1]
        with self.assertRaises(ChainError) as caught:
            verify_chain(genesis('till'), chain)
        self.assertEqual(caught.exception.position, position)
