"""When a part becomes due: pro rata of what the customer pays (rule E8).

Pure arithmetic, without database. What the customer pays and what was
invoiced are on one basis, both including tax, or both excluding it.
"""
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from math import floor

from tibillet.money import CENT, from_units, half_up, to_units

ZERO, ONE = Decimal(0), Decimal(1)


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
    Rounding: each one half up, amount × payment ÷ invoiced, where a payment
    first makes up for what was given back before it; the one that
    completes the payment takes what is left, never more, and the one that
    gives everything back takes everything back.
    Without anything invoiced, the first payment makes all of it due.
    """
    sign = -1 if amount < 0 else 1
    whole = abs(amount)
    dues, paid, total = [], ZERO, ZERO
    for payment in sorted(payments, key=lambda p: p.date):
        before = min(max(paid, ZERO), invoiced)
        paid += payment.amount
        if paid >= invoiced:
            reached = whole
        elif paid <= 0:
            reached = ZERO
        else:
            reached = total + half_up(
                Fraction(whole * (paid - before)) / Fraction(invoiced),
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


def paid_rates(total, to_pay, credits=()):
    """Return what is paid of an invoice, two parts from 0 to 1

    Of what credit notes leave of it, and of what they take off: that was
    paid before, and is to be given back. A credit note pays nothing.
    total: of the invoice; to_pay: what the books show as left of it.
    credits: (amount, settled) of its credit notes, of the sign of the total;
        settled is what was taken off what is left to pay of this invoice or
        of another, or was given back.
    """
    left = total - sum((amount for amount, _ in credits), ZERO)
    received = total - to_pay - sum((settled for _, settled in credits), ZERO)
    kept = _part(received, left)
    more = ZERO if left and kept != ONE else received - left
    return kept, _part(more, total - left)


def _part(amount, whole):
    return min(max(amount / whole, ZERO), ONE) if whole else ZERO


def due_by_part(parts, invoiced, paid, quantum=CENT):
    """Return what is due of each of parts, in order.

    parts: Decimals of any sign: a correction gives to one what it takes back
    from another.
    paid: all that the customer has paid of what was invoiced.
    Each is due at the rate of what is paid, within a quantum, never more
    than all of it nor in the other direction; the sum is what is due of
    their sum.
    Rounding: largest remainder; equal remainders favour the first.
    """
    if invoiced <= 0 or paid >= invoiced:
        return list(parts)
    rate = Fraction(max(paid, ZERO)) / Fraction(invoiced)
    exact = [Fraction(part) * rate / Fraction(quantum) for part in parts]
    units = [floor(part) for part in exact]
    total = half_up(Fraction(sum(parts, ZERO)) * rate, quantum)
    left = to_units(total, quantum) - sum(units)
    by_remainder = sorted(
        range(len(parts)), key=lambda i: units[i] - exact[i])
    for i in by_remainder[:left]:
        units[i] += 1
    return [from_units(u, quantum) for u in units]


def to_invoice(amount, due, invoiced):
    """Return what of amount is due and not invoiced yet, of its sign

    Nothing when more is invoiced than is due: what customers take back is
    given back by the correction of the service.
    """
    left = due - invoiced
    return max(left, ZERO) if amount > 0 else min(left, ZERO)
