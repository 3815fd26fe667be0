"""Which moneys of a holder pay a sale, in which order and how much.

What is given (gifts, points, hours) reduces the lines, each in proportion: a
discount, there is no VAT on what nobody paid. What is owed to its holders
then pays, and leaves the lines, their quantities and their VAT as they are.
A second card pays next; what is left is for another tender.

Whole numbers, without a database: amounts in the smallest unit of the
currency of the sale, funds in the smallest units of their money.
"""
from collections import namedtuple
from fractions import Fraction

from tibillet.shares import split_units

# First the given ones, then those the seller owes himself, then what he is
# owed by others: the nearest first, the federated one last.
REDUCING = ['gift', 'loyalty', 'time']
PAYING = ['own', 'local', 'federated']

# amount: of the line, tax included. reducible: whether gifts may pay it; a
# deposit or a ticket of somebody else is not.
Line = namedtuple('Line', ['amount', 'reducible'], defaults=[True])
# key: what names the money of a wallet. role: of REDUCING or PAYING.
# units: that may be used, step: the units that move together.
# worth: of one unit in the currency, a Fraction.
Fund = namedtuple(
    'Fund', ['key', 'role', 'units', 'step', 'worth'],
    defaults=[1, Fraction(1)])
# value: what the units pay. shares: of it on each line, if it reduces them.
Taken = namedtuple('Taken', ['key', 'units', 'value', 'shares'])
# missing: what the funds do not cover.
Plan = namedtuple('Plan', ['reductions', 'payments', 'missing'])


def plan(lines, funds, second=(), rest=0):
    """Return what each fund gives, as much as it can in its turn.

    lines: Line. funds: Fund, of the first card; second: of the second one,
    which only pays.
    rest: what is paid otherwise.
    Raise ValueError if the rest is more than the lines.
    """
    total = sum(line.amount for line in lines)
    if not 0 <= rest <= total:
        raise ValueError(f"{rest} is not a part of {total}")
    due = total - rest
    left = [line.amount if line.reducible else 0 for line in lines]
    reductions, payments = [], []
    for fund in _ordered(funds, REDUCING):
        units, value = use(fund, min(due, sum(left)))
        if units:
            shares = split_units(value, left)
            left = _minus(left, shares)
            due -= value
            reductions.append(Taken(fund.key, units, value, tuple(shares)))
    for fund in [*_ordered(funds, PAYING), *_ordered(second, PAYING)]:
        units, value = use(fund, due)
        if units:
            due -= value
            payments.append(Taken(fund.key, units, value, ()))
    return Plan(tuple(reductions), tuple(payments), due)


def share(lines, values):
    "Return the shares on each line of reductions made one after the other"
    left = [line.amount if line.reducible else 0 for line in lines]
    shares = []
    for value in values:
        shares.append(tuple(split_units(value, left)))
        left = _minus(left, shares[-1])
    return shares


def use(fund, due):
    """Return (units, value) of the most that pays no more than due.

    The value is rounded half up; of what would pay the same, no more units
    are taken than are worth it.
    """
    # The value of units is at most due if units * worth < due + 1/2.
    units = min(fund.units, _ceil((due + Fraction(1, 2)) / fund.worth) - 1)
    units -= units % fund.step
    value = (2 * units * fund.worth + 1) // 2
    worth_it = fund.step * _ceil(value / (fund.worth * fund.step))
    units = min(units, worth_it)
    return (units, int(value)) if units > 0 and value else (0, 0)


def _ceil(number):
    return -(-number.numerator // number.denominator)


def _ordered(funds, roles):
    "Return the funds of the roles, in their order"
    return sorted(
        (fund for fund in funds if fund.role in roles),
        key=lambda fund: (roles.index(fund.role), fund.key))


def _minus(left, shares):
    return [a - b for a, b in zip(left, shares, strict=True)]
