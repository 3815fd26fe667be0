"""What the register of shares says to the books.

An entry of the register changes what is subscribed, called, paid and owed;
each line of its move follows from these. Amounts are Decimals, positive for
a debit, without a database.
"""
from itertools import chain

# The accounts of the French chart, by what each holds.
ROLES = {
    'contribution': '4561',
    'uncalled': '109',
    'called': '4562',
    'capital_uncalled': '1011',
    'capital_called': '1012',
    'capital_paid': '1013',
    'owed': '4567',
    'losses': '119',
    'money': '512',
    }


def get_lines(kind, subscribed, called, paid, owed, losses):
    """Return the role and the amount of each line of an entry

    They sum to zero. A transfer changes nothing but who owes what, see
    get_transfer_lines.
    """
    lines = []
    if kind == 'subscription':
        # What is promised goes through the account of contributions.
        lines += [
            ('contribution', paid), ('contribution', -paid), ('money', paid)]
    elif kind == 'payment':
        lines.append(('money', paid))
    elif kind == 'refund':
        lines.append(('money', owed))
    lines += [
        ('uncalled', subscribed - called),
        ('called', called - paid),
        ('capital_uncalled', called - subscribed),
        ('capital_called', paid - called),
        ('capital_paid', -paid),
        ('owed', -owed),
        ('losses', -losses),
        ]
    return [(role, amount) for role, amount in lines if amount]


def get_transfer_lines(subscribed, called, paid):
    """Return role, amount and whose of each line of what somebody gets

    It owes from then on what is not called or not paid of the shares, and
    who has given them does no more: whose is 1 for the first, 0 for the
    second.
    """
    amounts = [('uncalled', subscribed - called), ('called', called - paid)]
    return list(chain.from_iterable(
            [(role, amount, 1), (role, -amount, 0)]
            for role, amount in amounts if amount))
