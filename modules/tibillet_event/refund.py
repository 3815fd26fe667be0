"""What a refund keeps and gives back. Pure, without database.

Amounts are Decimals in the currency, tax included, never negative.
Rounding: half up, once for each ticket, where a percentage is taken.
"""
from dataclasses import dataclass
from decimal import Decimal

from tibillet.money import CENT, half_up

ZERO = Decimal(0)


@dataclass(frozen=True)
class Terms:
    """What is kept of a refund

    fixed: once for all; per_ticket: for each; rate: of what each has cost.
    with_fee: whether the service fee is given back too.
    as_gift: whether all of it is left to the organiser as a gift.
    """
    fixed: Decimal = ZERO
    per_ticket: Decimal = ZERO
    rate: Decimal = ZERO
    with_fee: bool = False
    as_gift: bool = False


@dataclass(frozen=True)
class Quote:
    "worth = kept + given: what the tickets take back, what is kept of it"
    worth: Decimal
    kept: Decimal

    @property
    def given(self):
        return self.worth - self.kept


def quote(prices, terms, quantum=CENT):
    """Return the Quote of the refund of tickets

    prices: the admission and the fee of each.
    What was free costs nothing, and no more is kept than there is.
    """
    worth = kept = ZERO
    for admission, fee in prices:
        paid = admission + (fee if terms.with_fee else ZERO)
        worth += paid
        if paid:
            kept += min(
                paid, terms.per_ticket + half_up(paid * terms.rate, quantum))
    if terms.as_gift:
        kept = worth
    elif worth:
        kept = min(worth, kept + terms.fixed)
    return Quote(worth, kept)
