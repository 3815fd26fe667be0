"""What each kind of money may do.

Plain tables, without a database: the model only asks them.
"""
from collections import namedtuple

# valued: counted in a currency, else in a unit of its own.
# owed: the issuer owes it to the holders, an account of the books says how
#     much.
# purchasable, redeemable, melts: the values that the right may take.
# scale: smallest units in one, None if it is chosen.
# shared: bought and paid back by all who accept it, else by its issuer only.
# spendable: whether it pays.
Kind = namedtuple(
    'Kind', [
        'valued', 'owed', 'purchasable', 'redeemable', 'melts', 'scale',
        'shared', 'spendable'])

YES = frozenset([True])
NO = frozenset([False])
EITHER = frozenset([True, False])

KINDS = {
    # Code monétaire et financier, article L133-30: what was bought with money
    # is paid back at par to the holder who asks.
    'federated': Kind(
        True, True, EITHER, YES, EITHER, None, True, True),
    'local': Kind(
        True, True, EITHER, YES, EITHER, None, False, True),
    # What is given is neither sold nor paid back.
    'gift': Kind(
        True, False, NO, NO, EITHER, None, False, True),
    # Hours, in whole minutes.
    'time': Kind(
        False, False, NO, NO, EITHER, 60, False, True),
    'loyalty': Kind(
        False, False, NO, NO, EITHER, None, False, True),
    # One has a badge or not.
    'badge': Kind(
        False, False, NO, NO, NO, 1, False, False),
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
