"""When a part becomes due: pro rata of what the customer pays (rule E8).

Pure arithmetic, without database. What the customer pays and what was
invoiced are on one basis, both including tax, or both excluding it.
"""
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from tibillet.money import CENT, half_up
from tibillet.shares import split

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Payment:
    "What the customer paid, or got back when negative"
    date: dt.date
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Due:
    """What a payment makes due

    amount: of any sign; total: with what earlier payments made due.
    """
    date: dt.date
    amount: Decimal
    total: Decimal


def due_by_payment(amount, invoiced, payments, quantum=CENT):
    """Return one Due per payment, by date.

    amount: the part that becomes due; negative, it is to be given back.
    invoiced: what the customer owes for the service.
    payments: Payments, in any order; those of a day keep theirs.
    Rounding: each one half up, amount × payment ÷ invoiced; the one that
    completes the payment takes what is left, never more, and the one that
    gives everything back takes everything back.
    Without anything invoiced, the first payment makes all of it due.
    """
    sign = -1 if amount < 0 else 1
    whole = abs(amount)
    dues, paid, total = [], ZERO, ZERO
    for payment in sorted(payments, key=lambda p: p.date):
        paid += payment.amount
        if paid >= invoiced:
            reached = whole
        elif paid <= 0:
            reached = ZERO
        else:
            reached = total + half_up(
                Fraction(whole * payment.amount) / Fraction(invoiced),
                quantum)
            reached = min(max(reached, ZERO), whole)
        dues.append(Due(
                payment.date, sign * (reached - total), sign * reached))
        total = reached
    return dues


def due_total(amount, invoiced, payments, quantum=CENT):
    """Return what is due of amount, given the payments.

    All of it when nothing was invoiced: no payment is to be waited for.
    """
    if invoiced <= 0:
        return amount
    dues = due_by_payment(amount, invoiced, payments, quantum)
    return dues[-1].total if dues else half_up(ZERO, quantum)


def due_by_part(parts, dues, quantum=CENT):
    """Return, for each Due, what each of parts gets of it, in order.

    parts: Decimals of one sign, whose sum is the amount of the dues.
    Each due is divided by what is left to each part, so that all are
    complete with the last one; what is given back, by what each got.
    """
    parts = [abs(part) for part in parts]
    got = [ZERO] * len(parts)
    found = []
    for due in dues:
        sign = -1 if due.amount < 0 else 1
        grows = abs(due.total) >= sum(got, ZERO)
        weights = [
            part - had if grows else had
            for part, had in zip(parts, got, strict=True)]
        moved = [ZERO] * len(parts)
        if due.amount:
            moved = split(abs(due.amount), weights, quantum)
        got = [
            had + (part if grows else -part)
            for had, part in zip(got, moved, strict=True)]
        found.append([sign * part for part in moved])
    return found
