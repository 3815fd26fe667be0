"""What a place costs: promotions, fees, passes. Pure, without database.

Amounts are Decimals in the currency, tax included, never negative.
Rounding: half up to the smallest unit, once, where a percentage is taken.
"""
from dataclasses import dataclass
from decimal import Decimal

from tibillet.money import CENT, half_up
from tibillet.shares import split

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Price:
    """What a buyer pays for a place, and for what

    paid: by the buyer; admission: for the place itself; fee: for the
    service. paid = admission + fee.
    """
    paid: Decimal
    admission: Decimal
    fee: Decimal = ZERO


def discounted(price, kind, value, quantum=CENT):
    """Return the price by a promotion, never below zero nor above price.

    kind: percent (value 0.20 takes off 20 %), amount (value is taken off)
    or set (value is the price).
    """
    if kind == 'percent':
        found = price - half_up(price * value, quantum)
    elif kind == 'amount':
        found = price - value
    elif kind == 'set':
        found = value
    else:
        raise ValueError(f"{kind!r} is no kind of promotion")
    return min(max(found, ZERO), price)


def with_fee(price, mode, fixed=ZERO, rate=ZERO, quantum=CENT):
    """Return the Price with the fee of the service.

    mode: added, on top of the price, or absorbed, taken out of it.
    fixed: per place; rate: a fraction of the price.
    What is free has no fee, and a fee never takes more than the price.
    """
    if not price:
        return Price(ZERO, ZERO)
    fee = fixed + half_up(price * rate, quantum)
    if mode == 'added':
        return Price(price + fee, price, fee)
    if mode == 'absorbed':
        fee = min(fee, price)
        return Price(price, price - fee, fee)
    raise ValueError(f"{mode!r} is no mode of fee")


def pass_parts(price, weights, left=None, quantum=CENT):
    """Return what each performance gets of the price of a pass.

    price: of the pass for all its performances.
    weights: one for each performance, such as its usual price; all alike
    when none is positive.
    left: True for each performance that is still to come, all by default:
    the others get nothing and the price is less by what they weigh, rounded
    once. The sum of the parts is the price to pay, to the cent.
    Raise ValueError when nothing is left.
    """
    weights = list(weights)
    if not any(w > 0 for w in weights):
        weights = [Decimal(1)] * len(weights)
    left = [True] * len(weights) if left is None else list(left)
    kept = [
        weight if still else ZERO
        for weight, still in zip(weights, left, strict=True)]
    if not any(left):
        raise ValueError("no performance is left")
    if not any(w > 0 for w in kept):
        # What is left was never sold for more than nothing.
        return [ZERO] * len(weights)
    due = half_up(price * sum(kept) / sum(weights), quantum)
    return split(due, kept, quantum)
