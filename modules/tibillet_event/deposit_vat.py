"""The VAT that is in the deposit of a group, to the cent.

Pure rules, without database. Amounts in Decimal, rounded half up.

Source: CGI, art. 269-2-c: the VAT of services is due when they are paid, so
that of a deposit when it is received; what is given back or kept as an
indemnity bears none any more (CGI, art. 272-1; CJCE, 18 July 2007, C-277/05).
"""
from decimal import Decimal

from tibillet.money import CENT, half_up

ZERO = Decimal(0)


def get_contained(held, total, taxes, quantum=CENT):
    """Return {key: (base, VAT)} of what is held of a price

    held: what is held of the deposit, zero or more.
    total: the price, VAT included.
    taxes: {key: (base, VAT)} of the price.
    Each VAT is the part of the deposit in the price, rounded half up; its
    base is what is left of what the deposit pays at this rate.
    """
    contained = {}
    for key, (base, vat) in taxes.items():
        if not total:
            break
        part = half_up(held * vat / total, quantum)
        paid = half_up(held * (base + vat) / total, quantum)
        contained[key] = (paid - part, part)
    return contained


def get_due(held, total, taxes, posted, quantum=CENT):
    """Return {key: (base, VAT)} to post so that the books say what is held

    posted: {key: (base, VAT)} that was posted before, the sum of it.
    What is posted from one deposit to the next sums to what is held: to
    nothing, by each rate, once nothing is held any more.
    """
    wanted = get_contained(held, total, taxes, quantum)
    due = {}
    for key in [*wanted, *(k for k in posted if k not in wanted)]:
        base, vat = wanted.get(key, (ZERO, ZERO))
        before, vat_before = posted.get(key, (ZERO, ZERO))
        due[key] = (base - before, vat - vat_before)
    return {key: amounts for key, amounts in due.items() if any(amounts)}
