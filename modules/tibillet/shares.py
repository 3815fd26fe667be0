"""Divide an amount between several, to the smallest unit of its currency."""
from math import lcm

from .money import CENT, from_units, to_units


def split(amount, weights, quantum=CENT):
    """Return one share per weight, in order, summing exactly to amount.

    amount: Decimal of any sign, a multiple of quantum.
    weights: non-negative numbers, at least one of them positive.
    quantum: smallest unit of the currency, Decimal('0.01') for EUR.
    Rounding: largest remainder; equal remainders favour the first.
    Raise ValueError if there is no positive weight, if one is negative or
    if amount is not a multiple of quantum.

    A zero weight gets nothing. When amount does not exceed the sum of the
    weights, and these are multiples of quantum, no share exceeds its weight.
    """
    units = to_units(amount, quantum)
    return [
        from_units(share, quantum)
        for share in split_units(units, weights)]


def split_units(units, weights):
    """Return one integer share per weight, summing exactly to units."""
    weights = _integers(weights)
    total = sum(weights)
    if total <= 0:
        raise ValueError("there is no positive weight")
    sign = -1 if units < 0 else 1
    shares, remainders = [], []
    for weight in weights:
        share, remainder = divmod(abs(units) * weight, total)
        shares.append(share)
        remainders.append(remainder)
    left = abs(units) - sum(shares)
    # sorted() is stable: equal remainders stay in order.
    for index in sorted(
            range(len(weights)), key=lambda i: -remainders[i])[:left]:
        shares[index] += 1
    return [sign * share for share in shares]


def _integers(weights):
    ratios = []
    for weight in weights:
        if isinstance(weight, float):
            raise TypeError(f"{weight!r} is a float, a weight is exact")
        if weight < 0:
            raise ValueError(f"{weight} is a negative weight")
        ratios.append(weight.as_integer_ratio())
    common = lcm(*(denominator for _, denominator in ratios))
    return [
        numerator * (common // denominator)
        for numerator, denominator in ratios]
