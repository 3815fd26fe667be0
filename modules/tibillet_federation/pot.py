"""The pot: what contributors have still to recoup, and how it moves.

Pure arithmetic on the Balances of clauses.py. What is to recoup is never
negative; contributors that recoup nothing keep their balance as it is.
"""
from decimal import Decimal

from tibillet.shares import split

from .clauses import Balance
from .outcome import Posting

ZERO = Decimal(0)

# These entries change what was contributed; the others what was recouped.
RAISING = {'contribution', 'accrual'}


def remaining_of(balances):
    "Return what is left to recoup"
    return sum((balance.remaining for balance in balances), ZERO)


def check_balances(balances):
    "Return balances, refuse two of the same contributor"
    seen = set()
    for balance in balances:
        if balance.contributor in seen:
            raise ValueError(
                f"contributor {balance.contributor!r} has two balances")
        seen.add(balance.contributor)
    return tuple(balances)


def divide(allocation, balances, amount, quantum):
    """Return what each contributor gets of a recouped amount, if anything.

    allocation: remaining, by what remains to each: all end together.
        initial, by what each contributed; who has all back leaves the rest
        to the others. priority, the lowest first; equal priorities by what
        remains to each.
    amount: Decimal between 0 and what is left to recoup.
    """
    open_ = [balance for balance in balances if balance.remaining]
    if not amount:
        return {}
    if amount > remaining_of(open_):
        raise ValueError(f"{amount} is more than what is left to recoup")
    if allocation == 'initial':
        shares = _by_initial(open_, amount, quantum)
    elif allocation == 'priority':
        shares = _by_priority(open_, amount, quantum)
    else:
        shares = _by_remaining(open_, amount, quantum)
    return {
        balance.contributor: shares[balance.contributor]
        for balance in open_ if shares.get(balance.contributor)}


def _by_remaining(balances, amount, quantum):
    return dict(zip(
            [balance.contributor for balance in balances],
            split(amount, [b.remaining for b in balances], quantum),
            strict=True))


def _by_initial(balances, amount, quantum):
    shares = {}
    while True:
        weights = [max(ZERO, b.contributed) for b in balances]
        if not any(weights):
            return shares | _by_remaining(balances, amount, quantum)
        tried = split(amount, weights, quantum)
        full = {
            balance.contributor: balance.remaining
            for balance, share in zip(balances, tried, strict=True)
            if share >= balance.remaining}
        if not full or len(full) == len(balances):
            return shares | {
                balance.contributor: share
                for balance, share in zip(balances, tried, strict=True)}
        # Who would get too much gets all that remains, and the others
        # divide the rest again.
        shares |= full
        amount -= sum(full.values(), ZERO)
        balances = [b for b in balances if b.contributor not in full]


def _by_priority(balances, amount, quantum):
    shares = {}
    for priority in sorted({balance.priority for balance in balances}):
        rank = [b for b in balances if b.priority == priority]
        served = min(amount, remaining_of(rank))
        if served:
            shares |= _by_remaining(rank, served, quantum)
        amount -= served
    return shares


def credited(balances, amounts):
    "Return balances after each contributor has got back its amount"
    return tuple(
        Balance(
            b.contributor, b.contributed, b.recouped + amounts[b.contributor],
            b.priority, b.recoupable)
        if b.contributor in amounts else b
        for b in balances)


def post(entry, balances, quantum):
    """Return the Posting of an entry of the ledger.

    A credit beyond what remains is a surplus: it goes to the renewal fund.
    An accrual after the end of recoupment does not count.
    Raise ValueError if the contributor is unknown, or if a contribution
    has none.
    """
    opening = tuple(balances)
    before = remaining_of(opening)
    surplus = refused = ZERO
    if entry.kind == 'accrual' and entry.amount > 0 and not before:
        closing, refused = opening, entry.amount
    elif entry.kind in RAISING:
        closing = _contributed(opening, entry)
        surplus = max(ZERO, _beyond(closing) - _beyond(opening))
    else:
        amounts = _credits(opening, entry, quantum)
        closing = credited(opening, amounts)
        if entry.amount < 0:
            surplus = -entry.amount - sum(amounts.values(), ZERO)
    after = remaining_of(closing)
    previous = {b.contributor: b.remaining for b in opening}
    by_contributor = {}
    for balance in closing:
        moved = balance.remaining - previous.get(balance.contributor, ZERO)
        if moved:
            by_contributor[balance.contributor] = moved
    return Posting(
        entry, opening, before, after - before, by_contributor, surplus,
        refused, closing, after)


def _beyond(balances):
    "Return what was recouped beyond contributions corrected since"
    return sum(
        (max(ZERO, b.recouped - b.contributed)
            for b in balances if b.recoupable), ZERO)


def _contributed(balances, entry):
    "Return balances after a contribution, or its correction"
    if entry.contributor is None:
        raise ValueError(f"the {entry.kind} {entry.number!r} is nobody's")
    if all(b.contributor != entry.contributor for b in balances):
        return (*balances, Balance(entry.contributor, entry.amount))
    return tuple(
        Balance(
            b.contributor, b.contributed + entry.amount, b.recouped,
            b.priority, b.recoupable)
        if b.contributor == entry.contributor else b
        for b in balances)


def _credits(balances, entry, quantum):
    "Return what each contributor gets back, or gives back if negative"
    concerned = [b for b in balances if b.recoupable]
    if entry.contributor is not None:
        concerned = [
            b for b in concerned if b.contributor == entry.contributor]
        if not concerned:
            raise ValueError(
                f"{entry.contributor!r} recoups nothing in this convention")
    if entry.amount < 0:
        served = min(-entry.amount, remaining_of(concerned))
        return divide('remaining', concerned, served, quantum)
    # Given back by what each has recouped, else by what each contributed.
    for weights in [
            [max(ZERO, b.recouped) for b in concerned],
            [max(ZERO, b.contributed) for b in concerned],
            [1] * len(concerned)]:
        if any(weights):
            return {
                b.contributor: -part
                for b, part in zip(
                    concerned, split(entry.amount, weights, quantum),
                    strict=True)
                if part}
    return {}
