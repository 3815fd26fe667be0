"""What each kind of money may do.

Plain tables, without a database: the model only asks them.
"""
from collections import namedtuple

# valued: counted in a currency, else in a unit of its own.
# owed: the issuer owes it to the holders, an account of the books says how
#     much.
# purchasable, redeemable, melts: the values that the right may take.
# scale: smallest units in one, None if it is chosen.
Kind = namedtuple(
    'Kind', ['valued', 'owed', 'purchasable', 'redeemable', 'melts', 'scale'])

YES = frozenset([True])
NO = frozenset([False])
EITHER = frozenset([True, False])

KINDS = {
    # Code monétaire et financier, article L133-30: what was bought with money
    # is paid back at par to the holder who asks.
    'federated': Kind(True, True, EITHER, YES, EITHER, None),
    'local': Kind(True, True, EITHER, YES, EITHER, None),
    # What is given is neither sold nor paid back.
    'gift': Kind(True, False, NO, NO, EITHER, None),
    # Hours, in whole minutes.
    'time': Kind(False, False, NO, NO, EITHER, 60),
    'loyalty': Kind(False, False, NO, NO, EITHER, None),
    # One has a badge or not.
    'badge': Kind(False, False, NO, NO, NO, 1),
    }
RIGHTS = ['purchasable', 'redeemable', 'melts']


def kinds(**values):
    "Return the kinds of which each attribute has the value"
    return [
        name for name, kind in KINDS.items()
        if all(getattr(kind, k) == v for k, v in values.items())]


def scale(kind, currency_digits=None):
    """Return how many smallest units make one, None if it is chosen

    currency_digits: of the currency in which the kind is valued.
    """
    if KINDS[kind].valued:
        return None if currency_digits is None else 10 ** currency_digits
    return KINDS[kind].scale
