"""Amounts in a currency: rounding and smallest units.

An amount is a Decimal, a quantum is the smallest unit of its currency as a
Decimal: 0.01 for the euro, 1 for the yen, 0.05 for Swiss cash.
"""
from decimal import ROUND_HALF_UP, Decimal
from functools import lru_cache

CENT = Decimal('0.01')
# Decimal.quantize refuses to make more than the 28 digits of its context.
QUANTIZED_MAX = 20


def half_up(amount, quantum=CENT):
    """Return amount rounded to a multiple of quantum.

    amount: Decimal, int or Fraction of any sign, rounded exactly.
    quantum: positive Decimal.
    Rounding: to the nearest, a half goes away from zero, so that an amount
    and its opposite always cancel out.
    """
    exponent = _checked(quantum)
    if (exponent is not None and isinstance(amount, Decimal)
            and amount.adjusted() < QUANTIZED_MAX):
        rounded = amount.quantize(exponent, ROUND_HALF_UP)
    else:
        rounded = _nearest(amount, quantum) * quantum
    return rounded or abs(rounded)  # never a negative zero


def to_units(amount, quantum=CENT):
    """Return amount as an integer number of quantum.

    Raise ValueError if amount is not a multiple of quantum: an amount with
    hidden decimals must be rounded first, by who knows why.
    """
    _checked(quantum)
    units = _nearest(amount, quantum)
    if units * quantum != amount:
        raise ValueError(f"{amount} is not a multiple of {quantum}")
    return units


def from_units(units, quantum=CENT):
    """Return the amount worth an integer number of quantum."""
    _checked(quantum)
    if not isinstance(units, int):
        raise TypeError(f"{units!r} is not an integer number of units")
    return units * quantum


def _nearest(amount, quantum):
    if isinstance(amount, float):
        raise TypeError(f"{amount!r} is a float, an amount is exact")
    numerator, denominator = amount.as_integer_ratio()
    quantum_numerator, quantum_denominator = quantum.as_integer_ratio()
    numerator *= quantum_denominator
    denominator *= quantum_numerator
    units = (2 * abs(numerator) + denominator) // (2 * denominator)
    return units if numerator >= 0 else -units


@lru_cache(maxsize=64, typed=True)
def _checked(quantum):
    """Return 0.01 for 0.01 or 0.0100, None for 0.05: not a power of ten.

    Decimal.quantize only looks at the exponent: for 0.05 it would round to
    the cent.
    """
    if not isinstance(quantum, Decimal):
        raise TypeError(f"quantum {quantum!r} is not a Decimal")
    if quantum <= 0:
        raise ValueError(f"quantum {quantum} is not positive")
    exponent = quantum.normalize()
    return exponent if exponent.as_tuple().digits == (1,) else None
