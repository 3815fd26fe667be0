"""Amounts of a money as whole numbers of its smallest units, and back.

An amount counts ones: euros, hours, points. The scale is how many of the
smallest units make one: 100 cents, 60 minutes. Without a database.
"""
from decimal import Decimal
from fractions import Fraction

from tibillet.money import half_up

# Far above what anybody loads, and sums of it stay in a big integer.
UNITS_MAX = 10 ** 12
# Decimals of an amount that ends nowhere, as a third of an hour.
ROUNDED = Decimal('0.01')


class AmountError(ValueError):
    """An amount that moves nothing

    code: 'number', 'sign', 'unit', 'limit' or 'step'.
    """

    def __init__(self, code, amount):
        super().__init__(f'{code}: {amount!r}')
        self.code = code


def to_units(amount, scale, step=1):
    """Return a positive amount in smallest units.

    amount: Decimal, int or Fraction; nothing is rounded.
    step: the units that are moved only together.
    Raise AmountError.
    """
    if (isinstance(amount, bool)
            or not isinstance(amount, (Decimal, int, Fraction))
            or isinstance(amount, Decimal) and not amount.is_finite()):
        raise AmountError('number', amount)
    if amount <= 0:
        raise AmountError('sign', amount)
    # Before anything is computed of a number with thousands of digits.
    if amount > UNITS_MAX:
        raise AmountError('limit', amount)
    if isinstance(amount, Decimal) and amount.adjusted() < -20:
        raise AmountError('unit', amount)
    units = Fraction(amount) * scale
    if units.denominator != 1:
        raise AmountError('unit', amount)
    if units > UNITS_MAX:
        raise AmountError('limit', amount)
    if units % step:
        raise AmountError('step', amount)
    return int(units)


def from_units(units, scale):
    """Return the amount of smallest units as a Decimal.

    Rounded half up to two decimals where it would never end.
    """
    decimals = digits(scale)
    quantum = Decimal(1).scaleb(-decimals) if decimals else Decimal(1)
    if 10 ** decimals % scale:
        quantum = ROUNDED
    return half_up(Fraction(units, scale), quantum)


def digits(scale):
    "Return the number of decimals in which the amounts are written"
    decimals = len(str(scale)) - 1
    return decimals if 10 ** decimals == scale else 2
