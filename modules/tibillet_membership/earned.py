"""How much of what was paid for a period is earned.

Amounts are Decimals, dates of both ends count, without a database.
"""
from decimal import Decimal

from tibillet.money import half_up


def earned(amount, start, end, date, quantum):
    """Return how much of amount is earned at the end of a date

    amount: paid for the days from start to end, not negative.
    quantum: smallest unit of the currency, Decimal('0.01') for EUR.
    Each day earns the same; what is earned so far is rounded, half up, so
    that what is earned between two dates is a difference and all of them
    together are the amount.
    """
    if date < start:
        return Decimal(0)
    if date >= end:
        return amount
    days = (end - start).days + 1
    gone = (date - start).days + 1
    return half_up(amount * gone / days, quantum)
