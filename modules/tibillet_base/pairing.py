"""Codes that pair a device and keys that it keeps.

A code is typed by a person, within minutes, with few attempts: groups of
letters without look-alikes, the first group says which device is meant. A key
is for machines only: the name of the device and 256 bits, of which a hash is
enough to recognise it.

No database, no trytond here.
"""
import hashlib
import hmac
import secrets

# Crockford's base 32: no I, L, O nor U.
ALPHABET = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
LOOK_ALIKES = str.maketrans('ILO', '110')
GROUP = 4
GROUPS = 3
KEY_BYTES = 32


def new_code():
    "Return a new code in capital letters without separators"
    return ''.join(secrets.choice(ALPHABET) for _ in range(GROUP * GROUPS))


def show_code(code):
    "Return the code as people read it, ABCD-EFGH-JKMN"
    return '-'.join(
        code[i:i + GROUP] for i in range(0, len(code), GROUP))


def read_code(text):
    """Return the code that was typed, None if it cannot be one

    Case, spaces and dashes do not count, look-alikes are taken for what they
    look like.
    """
    code = ''.join(
        c for c in text.upper() if not c.isspace() and c != '-'
        ).translate(LOOK_ALIKES)
    if len(code) == GROUP * GROUPS and set(code) <= set(ALPHABET):
        return code


def split_code(code):
    "Return the group that names the device and the secret rest"
    return code[:GROUP], code[GROUP:]


def new_key(name):
    "Return a new key for what has the name"
    return f'{name}.{secrets.token_urlsafe(KEY_BYTES)}'


def split_key(key):
    "Return the name and the secret of the key, empty if it has none"
    name, _, secret = key.partition('.')
    return name, secret


def hash_key(key):
    "Return the hash to keep of a key: it is too long to be guessed"
    return hashlib.sha256(key.encode()).hexdigest()


def check_key(key, hash_):
    "Return whether the key has that hash, in a time that does not tell"
    return hmac.compare_digest(hash_key(key), hash_ or '')
