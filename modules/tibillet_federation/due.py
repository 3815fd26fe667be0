"""When a part becomes due: pro rata of what the customer pays (rule E8).

Pure arithmetic, without database. What the customer pays and what was
invoiced are on one basis, both including tax, or both excluding it.
"""
from decimal import Decimal
from fractions import Fraction
from math import floor

from tibillet.money import CENT, from_units, half_up, to_units

ZERO, ONE = Decimal(0), Decimal(1)


def due_total(amount, invoiced, paid, quantum=CENT):
    """Return what is due of amount, given what the customer has paid.

    amount: of any sign; negative, it is to be given back.
    invoiced: what the customer owes for the service; without anything, no
    payment is to be waited for, and all of it is due.
    paid: less what the customer got back; all is due once all is paid.
    Rounding: half up, amount × paid ÷ invoiced. What a payment makes due is
    the difference with what was due before it: the last takes what is left.
    """
    if invoiced <= 0 or paid >= invoiced:
        return amount
    rate = Fraction(max(paid, ZERO)) / Fraction(invoiced)
    return half_up(Fraction(amount) * rate, quantum)


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
    total = due_total(sum(parts, ZERO), invoiced, paid, quantum)
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
