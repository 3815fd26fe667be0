"""What a co-operative may do with the result of a year.

Law no. 47-1775 of 10 September 1947, articles 14, 16 and 19 nonies. Amounts
are Decimals, rates are parts of one, without a database.
"""
import datetime as dt
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from tibillet.money import CENT, half_up
from tibillet.shares import split
from tibillet.terms import add_months

# Article 16: three twentieths of the surplus, while all reserves together
# are less than the capital.
LEGAL_RATE = Decimal('0.15')
# Article 19 nonies: half of what is left then.
STATUTORY_RATE = Decimal('0.5')
# Article 14: the mean yield of three civil years, two points more.
ABOVE_YIELD = Decimal('0.02')
YIELD_YEARS = 3
# Article 25-1 and decree no. 2015-706: a revision every five years, or after
# three years of losses, or when a year loses half of the highest capital.
REVISION_MONTHS = 60
LOSSES_IN_A_ROW = 3
# The assembly allocates the result within six months.
ALLOCATE_MONTHS = 6


class Allocation(NamedTuple):
    """Where a result goes; its parts sum to the result

    covered: of the losses of the years before.
    carried: to the next year; negative for a loss.
    """
    covered: object
    legal: object
    statutory: object
    interest: object
    other: object
    carried: object


def get_reserves(base, is_filled, legal_rate=LEGAL_RATE,
        statutory_rate=STATUTORY_RATE, quantum=CENT):
    """Return the legal and the statutory reserve of a surplus

    base: the result less the losses of the years before, not negative.
    is_filled: all reserves together are the capital or more.
    Never less than the rates, were it by a part of a cent.
    """
    legal = base * 0
    if not is_filled:
        legal = min(_up(Fraction(base) * Fraction(legal_rate), quantum), base)
    statutory = _up(
        Fraction(base - legal) * Fraction(statutory_rate), quantum)
    return legal, min(statutory, base - legal)


def get_available(result, losses, subsidies, is_filled, **rates):
    """Return the most that may be paid as interest

    What would be left after the reserves without the subsidies of public
    bodies and of associations, which interest never comes from.
    """
    base = max(result - losses - subsidies, abs(0 * result))
    return base - sum(get_reserves(base, is_filled, **rates))


def allocate(result, losses=0, is_filled=False, interest=0, other=0, **rates):
    """Return where the result of a year goes

    losses: of the years before, not covered yet.
    interest: on shares; other: to the reserve that is free.
    Raise ValueError if the two are more than what is left.
    """
    zero = abs(0 * result)
    if result < 0:
        if interest or other:
            raise ValueError("nothing is left of a loss")
        return Allocation(zero, zero, zero, zero, zero, result)
    covered = min(result, losses)
    base = result - covered
    legal, statutory = get_reserves(base, is_filled, **rates)
    carried = base - legal - statutory - interest - other
    if carried < 0:
        raise ValueError(f"{-carried} is missing")
    return Allocation(covered, legal, statutory, interest, other, carried)


def get_yield_halves(date):
    """Return the halves of the civil years that bound the interest

    date: of the assembly. Each is (year, 1 or 2), oldest first.
    """
    return [
        (year, half)
        for year in range(date.year - YIELD_YEARS, date.year)
        for half in [1, 2]]


def get_bound(yields):
    """Return the highest rate of interest, exactly

    yields: of the halves of the three years, as parts of one.
    """
    mean = sum(map(Fraction, yields), Fraction(0)) / len(yields)
    return max(mean + Fraction(ABOVE_YIELD), Fraction(0))


def get_paid_days(changes, start, end):
    """Return the sum of what was paid up at the end of each day

    changes: (date, by how much), in order; start, end: both days count.
    """
    return sum(
        (paid * ((end - max(date, start)).days + 1)
            for date, paid in changes if date <= end),
        Decimal(0))


def get_interest(paid_days, rate, bound, end, quantum=CENT):
    """Return the interest on shares of a year that ends on a day

    paid_days: of each shareholder. A day counts for one of the days of the
    twelve months that end then.
    Rounding: the sum half up, never above the bound.
    """
    total = sum(map(Fraction, paid_days), Fraction(0))
    days = get_year_days(end)
    most = _down(total * Fraction(bound) / days, quantum)
    return min(half_up(total * Fraction(rate) / days, quantum), most)


def get_year_days(end):
    "Return how many days the twelve months that end on a day have"
    after = end + dt.timedelta(days=1)
    return (after - add_months(after, -12)).days


def share_interest(interest, paid_days, quantum=CENT):
    """Return the interest of each shareholder, in order

    As the amounts paid up and the days; largest remainder, the first of the
    register when remainders are equal.
    """
    if not interest:
        return [interest for _ in paid_days]
    return split(interest, paid_days, quantum)


def asks_revision(results, highest):
    """Return if the losses ask for a co-operative revision

    results: of the years since the last revision, newest first.
    highest: the highest level of the capital.
    """
    last = results[:LOSSES_IN_A_ROW]
    return (
        len(last) == LOSSES_IN_A_ROW and all(r < 0 for r in last)
        or any(-2 * r >= highest > 0 for r in results[:1]))


def _down(exact, quantum):
    "Return the last multiple of quantum that is not more"
    amount = half_up(exact, quantum)
    return amount if amount <= exact else amount - quantum


def _up(exact, quantum):
    "Return the first multiple of quantum that is not less"
    amount = half_up(exact, quantum)
    return amount if amount >= exact else amount + quantum
