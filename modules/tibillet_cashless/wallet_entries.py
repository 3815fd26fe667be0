"""Which accounts of a company the operations of a money go to.

Plain tables, without a database. Units are whole numbers of the smallest unit
of the money; a positive entry is a credit.

holders: what the company owes to the holders, if it is the issuer; else what
    it owes to the issuer, negative when the issuer owes it.
due: what the issuer owes to who took its money.
melted: what has melted, at the issuer, if the money is owed.
counter: what paid for what was loaded, or was paid back, where no till has
    recorded it; what a gift costs, if the money is not owed.
"""
from collections import namedtuple

# kind: of the operations. party: at which they were.
# units: what came into wallets, negative if it went out.
Group = namedtuple('Group', ['kind', 'party', 'units'])
Entry = namedtuple('Entry', ['account', 'kind', 'party', 'units'])


MELTS = frozenset(['melt', 'restore'])


def other(kind, owed, issuer, here):
    """Return the account that faces that of the holders.

    kind: of the operations.
    owed: whether the money is owed to its holders.
    issuer: whether the company has issued it.
    here: whether it is the company that has loaded, taken or paid it back.
    """
    if owed and kind in MELTS:
        return 'melted'
    if not owed or here:
        return 'counter'
    if not issuer:
        raise ValueError("neither issued nor taken by the company")
    return 'due'


def entries(groups, owed, issuer, company):
    """Return the entries of groups of operations, which sum to zero.

    company: its party.
    """
    found = []
    for group in groups:
        account = other(
            group.kind, owed, issuer, group.party == company)
        found.append(Entry('holders', group.kind, group.party, group.units))
        found.append(Entry(account, group.kind, group.party, -group.units))
    return found
