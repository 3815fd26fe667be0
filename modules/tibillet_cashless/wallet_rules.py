"""What each operation moves, and from which side to which.

Plain tables, without a database: who writes an operation and who proves it
afterwards ask the same ones.

A move is a whole number of the smallest units of a money on one side, what
comes in positive. Within an operation the moves of a money sum to zero, so
that what was issued is always somewhere:
issued = held + owed + used + redeemed + melted + cleared + charged.

What a payment costs, and what a holder owes, is not issued: these sides face
each other, and sum to zero by themselves.
"""
from collections import defaultdict, namedtuple

HOLDER = 'holder'
# issued: by the issuer, the opposite of what is anywhere else.
# owed: to who took it as a payment, until it is cleared.
# used: what nobody is owed, as a gift that was spent.
# redeemed: paid back to the holder, by the party of the move.
# charged: taken back by the bank out of a wallet, what was loaded not being
#     paid after all.
# bank: what the bank has taken besides, of which the next two say why.
# fee: the cost of a payment. debt: owed by the holder, who has spent it.
SIDES = [
    HOLDER, 'issued', 'owed', 'used', 'redeemed', 'melted', 'cleared',
    'charged', 'bank', 'fee', 'debt']
# They concern the company at which it was, and nobody else.
OWN = frozenset(['bank', 'fee', 'debt'])

# holder: 1 if the wallet gets, -1 if it gives, 0 for both.
# side: the other one, by whether the money is owed to its holders.
# activity: whether the holder shows by it that he is there (melting).
Rule = namedtuple('Rule', ['holder', 'side', 'activity'])

RULES = {
    'top_up': Rule(1, {True: 'issued'}, True),
    'grant': Rule(1, {False: 'issued'}, False),
    'spend': Rule(-1, {True: 'owed', False: 'used'}, True),
    'redeem': Rule(-1, {True: 'redeemed'}, True),
    # Set aside, without a move; taken; given back.
    'hold': Rule(0, {}, False),
    'capture': Rule(-1, {True: 'owed', False: 'used'}, True),
    'release': Rule(0, {}, False),
    # The opposite of the moves of another operation.
    'reverse': Rule(0, {}, True),
    # Without use for a long time; given back to who objects, who is there.
    'melt': Rule(-1, {True: 'melted', False: 'melted'}, False),
    'restore': Rule(0, {}, True),
    # The bank takes a top-up back: what is left of it, the rest is a debt.
    'chargeback': Rule(-1, {True: 'charged'}, False),
    'fee': Rule(0, {}, False),
    # From a wallet to the one it is merged into.
    'merge': Rule(0, {}, True),
    }
REVERSIBLE = frozenset([
        'top_up', 'grant', 'spend', 'redeem', 'capture', 'fee', 'chargeback'])
# The opposite of the moves of another operation, and of which.
OPPOSITE = {'reverse': REVERSIBLE, 'restore': frozenset(['melt'])}
# Of which operations there is a fee, and what the bank takes back.
REFERS = {
    **OPPOSITE,
    'chargeback': frozenset(['top_up']),
    'fee': frozenset(['top_up', 'chargeback']),
    }
STILL = frozenset(['hold', 'release'])

Move = namedtuple('Move', ['money', 'side', 'wallet', 'units'])


def kinds(**values):
    "Return the kinds of operations of which each attribute has the value"
    return [
        name for name, rule in RULES.items()
        if all(getattr(rule, k) == v for k, v in values.items())]


def problem(kind, moves, owed, reversed_moves=None):
    """Return what is wrong with the moves of an operation, None if nothing

    moves: Move, all those of the operation.
    owed: whether each money is owed to its holders, by money.
    reversed_moves: those of the operation that this one reverses.
    """
    if (not moves) != (kind in STILL):
        return 'empty'
    sums = defaultdict(int)
    for move in moves:
        sums[move.money] += move.units
        if not move.units:
            return 'zero'
        if (move.wallet is not None) != (move.side == HOLDER):
            return 'side'
    if any(sums.values()):
        return 'sum'
    if kind in OPPOSITE:
        return _reverse_problem(moves, reversed_moves)
    if kind == 'merge':
        return _merge_problem(moves)
    if kind in {'fee', 'chargeback'}:
        return _bank_problem(kind, moves, reversed_moves)
    rule = RULES[kind]
    for move in moves:
        if move.side == HOLDER:
            expected, sign = HOLDER, rule.holder
        else:
            expected, sign = rule.side.get(owed[move.money]), -rule.holder
        if move.side != expected:
            return 'side'
        if move.units * sign < 0:
            return 'sign'


def _reverse_problem(moves, reversed_moves):
    def by_side(moves, sign):
        # The wallet may have been merged since.
        sums = defaultdict(int)
        for move in moves:
            sums[move.money, move.side] += move.units * sign
        return sums
    if by_side(moves, 1) != by_side(reversed_moves or [], -1):
        return 'reverse'


def _merge_problem(moves):
    wallets = {move.wallet for move in moves}
    if any(move.side != HOLDER for move in moves):
        return 'side'
    if len(wallets) != 2:
        return 'merge'


# What faces each side, and the sign of its units.
_FACES = {
    'fee': {'bank': 1, 'fee': -1},
    'chargeback': {HOLDER: -1, 'charged': 1, 'bank': 1, 'debt': -1},
    }


def _bank_problem(kind, moves, reversed_moves):
    signs, sums = _FACES[kind], defaultdict(int)
    for move in moves:
        if move.side not in signs:
            return 'side'
        if move.units * signs[move.side] < 0:
            return 'sign'
        sums[move.money, move.side] += move.units
    for money in {move.money for move in moves}:
        if sum(sums[money, side] for side in OWN):
            return 'sum'
    if kind == 'chargeback':
        taken, loaded = defaultdict(int), defaultdict(int)
        for move in moves:
            if move.side in {'charged', 'bank'}:
                taken[move.money] += move.units
        for move in reversed_moves or []:
            if move.side == HOLDER:
                loaded[move.money] += move.units
        if taken != loaded:
            return 'reverse'
