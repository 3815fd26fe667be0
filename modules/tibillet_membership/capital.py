"""What a co-operative may do with its capital.

Capital is what members have subscribed: it comes and goes, and never falls
below its floor. Amounts are Decimals, dates of both ends count, without a
database. All rounding is half up.
"""
import datetime as dt
from fractions import Fraction
from typing import NamedTuple

from tibillet.money import CENT, half_up
from tibillet.terms import add_months

# Loi 47-1775 du 10 septembre 1947, article 12: a quarter at least is paid at
# once, the rest within five years.
FIRST_RATE = Fraction(1, 4)
CALL_MONTHS = 60
# Article 13: capital never falls below a quarter of the highest it has been.
FLOOR_RATE = Fraction(1, 4)


def to_pay_first(subscribed, rate=FIRST_RATE, quantum=CENT):
    """Return the least that is paid of an amount when it is subscribed

    Never less than the rate, were it by a part of a cent.
    """
    return _up(Fraction(subscribed) * Fraction(rate), quantum)


class Lot(NamedTuple):
    "Shares that came at once, and what is not called of them yet"
    shares: object
    uncalled: object


def get_lots(changes):
    """Return the lots that a member holds

    changes: (shares, subscribed, called), in the order of the register.
    A call asks the same of each share, never more than what is left of its
    lot; who leaves or gives takes a part of all lots alike.
    """
    lots = []
    for shares, subscribed, called in changes:
        uncalled = Fraction(subscribed) - Fraction(called)
        if shares > 0:
            lots.append(Lot(Fraction(shares), uncalled))
        elif shares < 0:
            held = sum(lot.shares for lot in lots)
            left = sum(lot.uncalled for lot in lots)
            lots = [
                Lot(lot.shares * (held + shares) / held,
                    left and lot.uncalled * (left + uncalled) / left)
                for lot in lots if held + shares]
        elif uncalled:
            rate = _get_call(lots, -uncalled)
            lots = [
                lot._replace(
                    uncalled=lot.uncalled
                    - min(lot.shares * rate, lot.uncalled))
                for lot in lots]
    return lots


def _get_call(lots, called):
    "Return how much a share was called, for all to be called of the lots"
    shares, rate = sum(lot.shares for lot in lots), 0
    for lot in sorted(lots, key=lambda l: l.uncalled / l.shares):
        rate = lot.uncalled / lot.shares
        if rate * shares >= called:
            return called / shares
        called -= lot.uncalled
        shares -= lot.shares
    return rate


def to_call(amount, lots, quantum=CENT):
    """Return what a call of an amount a share asks of a member

    Never more than what is left to call of each lot.
    """
    return half_up(sum((
                min(lot.shares * Fraction(amount), lot.uncalled)
                for lot in lots), Fraction(0)), quantum)


def part(amount, shares, total, quantum=CENT):
    """Return what goes of an amount with some of the shares, half up

    The last shares take all that is left.
    """
    return half_up(Fraction(amount) * shares / total, quantum)


def oldest_uncalled(changes):
    """Return the day on which what is not called yet was subscribed

    changes: (day of subscription, subscribed, called), in the order of the
    register; what is called or leaves is first what is oldest.
    Return None if all is called.
    """
    lots = sorted(
        (day, subscribed - called) for day, subscribed, called in changes
        if subscribed > called)
    gone = sum(
        called - subscribed for _, subscribed, called in changes
        if called > subscribed)
    for day, uncalled in lots:
        gone -= uncalled
        if gone < 0:
            return day
    return None


def call_until(subscribed_on):
    "Return the last day to call what was subscribed on a day"
    return add_months(subscribed_on, CALL_MONTHS)


def highest(changes):
    "Return the highest level of capital, from its changes in order"
    level = top = 0
    for change in changes:
        level += change
        top = max(top, level)
    return top


def floor(top, rate=FLOOR_RATE, amount=0, quantum=CENT):
    """Return below what the capital never falls

    top: the highest that it has been.
    rate, amount: what the statutes ask, never less than the law.
    A part of a cent counts for a whole one.
    """
    return max(
        _up(Fraction(top) * max(Fraction(rate), FLOOR_RATE), quantum), amount)


def stands(changes):
    """Return if what a member has never falls below nothing

    changes: (shares, subscribed, called, paid, owed), in the order of the
    register. Nobody has paid more than is called, nor is more called than is
    subscribed.
    """
    totals = [0] * 5
    for change in changes:
        totals = [a + b for a, b in zip(totals, change, strict=True)]
        shares, subscribed, called, paid, owed = totals
        if min(shares, paid, owed) < 0 or not paid <= called <= subscribed:
            return False
    return True


def free(capital, least):
    "Return what may leave a capital that never falls below its floor"
    return max(capital - least, 0 * capital)


class Turn(NamedTuple):
    """When who asks to leave may

    day: None until others have subscribed what is missing.
    missing: what the capital lacks, 0 if a day is known.
    """
    day: dt.date
    missing: object


def turns(capital, least, asked):
    """Return the turn of each withdrawal, oldest first

    capital, least: what there is, and its floor.
    asked: (amount, day from which it may leave), oldest first.
    Nobody overtakes: who comes after one that must wait waits too.
    """
    found, left, last, stopped = [], capital, None, False
    for amount, day in asked:
        left -= amount
        last = max(last or day, day)
        stopped = stopped or left < least
        found.append(
            Turn(None, max(least - left, 0 * left)) if stopped
            else Turn(last, 0 * left))
    return found


def refund(paid, subscribed, losses, capital, quantum=CENT):
    """Return what a member gets back: nominal less its part of the losses

    paid: of what was subscribed, the rest is owed no more.
    losses: of the co-operative, that its reserves do not cover.
    capital: all that is subscribed, the part of the member included.
    Never less than nothing: who leaves owes no more than the shares.
    """
    if not losses:
        return half_up(paid, quantum)
    borne = half_up(
        Fraction(losses) * Fraction(subscribed) / Fraction(capital), quantum)
    return max(paid - borne, 0 * paid)


def _up(exact, quantum):
    "Return the first multiple of quantum that is not less"
    amount = half_up(exact, quantum)
    return amount if amount >= exact else amount + quantum
