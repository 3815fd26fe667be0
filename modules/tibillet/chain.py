"""Chains of facts that nobody can change unseen, and who signed them.

A fact is plain data. It is written in one way only (canonical), each link
hashes it with the link before, and a signature covers a link. A verifier
needs nothing but this file, the facts and the public keys.
"""
import datetime as dt
import hashlib
import json
from decimal import Decimal

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric.ed25519 import (
    Ed25519PrivateKey, Ed25519PublicKey)
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

KEY_BYTES = 32
# Part of every link and key: a change of the rules below needs another one.
DOMAIN = 'tibillet-chain-1'


class ChainError(ValueError):
    """A link that does not follow from the ones before.

    position: of the first broken link, from 0.
    """

    def __init__(self, position, expected, found):
        super().__init__(
            f"link {position} is broken: {found!r} instead of {expected!r}")
        self.position = position
        self.expected = expected
        self.found = found


def canonical(data):
    """Return the bytes of plain data, always the same for equal data.

    JSON in UTF-8, keys in order of code points, no spaces. Amounts are texts
    without useless zeros ("2835", "0.35"), so that 2835.00 read again as
    2835 keeps its hash. Times are texts in UTC, a naive one is in UTC.
    Raise TypeError for a float or anything else that is not plain.
    """
    return json.dumps(
        _plain(data), ensure_ascii=False, allow_nan=False, sort_keys=True,
        separators=(',', ':')).encode()


def _plain(data):
    if data is None or isinstance(data, (bool, int, str)):
        return data
    if isinstance(data, Decimal):
        return _amount(data)
    if isinstance(data, dt.datetime):
        return _time(data)
    if isinstance(data, dt.date):
        return data.isoformat()
    if isinstance(data, (list, tuple)):
        return [_plain(item) for item in data]
    if isinstance(data, dict):
        for key in data:
            if not isinstance(key, str):
                raise TypeError(f"key {key!r} is not a text")
        return {key: _plain(value) for key, value in data.items()}
    raise TypeError(f"{data!r} is not plain data")


def _amount(amount):
    if not amount.is_finite():
        raise TypeError(f"{amount} is not a number")
    text = f'{amount:f}'
    if '.' in text:
        text = text.rstrip('0').rstrip('.')
    return '0' if text == '-0' else text


def _time(time):
    if time.tzinfo is not None:
        time = time.astimezone(dt.UTC).replace(tzinfo=None)
    return time.isoformat() + 'Z'


def genesis(name):
    """Return the link before the first of the chain called name.

    name: plain data; two chains never start alike, so that a part of one
    cannot pass for the other.
    """
    return hashlib.sha256(canonical([DOMAIN, 'genesis', name])).hexdigest()


def link(previous, data):
    "Return the hexadecimal SHA-256 of data that follows the link previous"
    digest = bytes.fromhex(previous)
    if len(digest) != hashlib.sha256().digest_size:
        raise ValueError(f"{previous!r} is not a link")
    return hashlib.sha256(digest + canonical(data)).hexdigest()


def links(name, facts):
    "Return the links of facts, in order, from the genesis of name"
    found, previous = [], genesis(name)
    for data in facts:
        previous = link(previous, data)
        found.append(previous)
    return found


def verify_chain(start, chain):
    """Return the last link of chain, or start if it is empty.

    start: genesis, or the last link of a part already verified.
    chain: (data, link) pairs in order.
    Raise ChainError that names the first broken link.
    """
    previous = start
    for position, (data, found) in enumerate(chain):
        expected = link(previous, data)
        if found != expected:
            raise ChainError(position, expected, found)
        previous = expected
    return previous


def derive_key(masters, version, *context):
    """Return 32 secret bytes for one use, by HKDF with SHA-256.

    masters: secrets of at least 32 bytes, by version.
    version: which one; a key made by an old one can always be made again.
    context: plain data that names the use: a kind and an identifier.
    Raise LookupError for an unknown version.
    """
    try:
        master = masters[version]
    except KeyError:
        raise LookupError(f"there is no master key {version!r}") from None
    if len(master) < KEY_BYTES:
        raise ValueError(f"the master key {version!r} is too short")
    if not context:
        raise ValueError("a key is derived for a use")
    return HKDF(
        algorithm=hashes.SHA256(), length=KEY_BYTES,
        salt=DOMAIN.encode(),
        info=canonical([version, *context])).derive(master)


def public_key(private):
    "Return the 32 public bytes of an Ed25519 private key of 32 bytes"
    return Ed25519PrivateKey.from_private_bytes(
        private).public_key().public_bytes_raw()


def sign(private, message):
    "Return the 64 bytes of the Ed25519 signature of message"
    return Ed25519PrivateKey.from_private_bytes(private).sign(message)


def is_signed(public, message, signature):
    "Return whether signature of message is the one of a public key"
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
