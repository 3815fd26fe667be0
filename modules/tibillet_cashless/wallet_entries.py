"""Which accounts of a company the operations of a money go to.

Plain tables, without a database. Units are whole numbers of the smallest unit
of the money; a positive entry is a credit.

holders: what the company owes to the holders, if it is the issuer; else what
    it owes to the issuer, negative when the issuer owes it.
due: what the issuer owes to who took its money.
melted: what has melted, at the issuer, if the money is owed.
fees: what payments have cost. debt: what holders owe to the company, having
    spent what the bank has taken back.
counter: what paid for what was loaded, or was paid back, where no till has
    recorded it; what a gift costs, if the money is not owed.
"""
from collections import defaultdict, namedtuple

from .wallet_rules import OWN

# kind: of the operations. party: at which they were.
# units: what came into wallets, negative if it went out.
# side: of what concerns one company alone (wallet_rules.OWN), else None.
Group = namedtuple('Group', ['kind', 'party', 'units', 'side'])
Group.__new__.__defaults__ = (None,)
Entry = namedtuple('Entry', ['account', 'kind', 'party', 'units'])


MELTS = frozenset(['melt', 'restore'])
ACCOUNTS = {'bank': 'counter', 'fee': 'fees', 'debt': 'debt'}


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
        if group.side in OWN:
            # What was not in the books of others concerns them neither.
            if group.party == company:
                found.append(Entry(
                        ACCOUNTS[group.side], group.kind, group.party,
                        -group.units))
            continue
        account = other(
            group.kind, owed, issuer, group.party == company)
        found.append(Entry('holders', group.kind, group.party, group.units))
        found.append(Entry(account, group.kind, group.party, -group.units))
    return _add(found)


def _add(entries):
    "Return one entry for what goes the same way, a move and its opposite two"
    sums = defaultdict(int)
    for entry in entries:
        sums[entry[:3], entry.units > 0] += entry.units
    return [Entry(*key, units) for (key, _), units in sums.items()]
