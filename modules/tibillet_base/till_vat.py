"""VAT of a sale: rounded once for each rate, then shared out to the lines.

No database, no trytond here.
"""
from decimal import Decimal
from fractions import Fraction

from tibillet.money import CENT, half_up

# Of a rate that is kept: 0.0105 is 1.05 %, 0.09975 is 9.975 %.
RATE_DIGITS = (None, 5)


def split(lines, included, quantum=CENT):
    """Return what each line holds of base and VAT, and the sums by rate

    lines: (key, rate, amount) of each line, in order; lines of one key have
        one rate, None without VAT; amounts of any sign, multiples of quantum.
    included: whether the amounts include VAT.
    Rounding: half up, once for all lines of a key; a line gets the
        difference of two cumulated amounts, so that lines sum exactly.
    Return ([(base, vat)], {key: (rate, base, vat)}), keys in order.
    """
    cumulated, parts, sums = {}, [], {}
    for key, rate, amount in lines:
        total = cumulated.get(key, Decimal(0)) + amount
        cumulated[key] = total
        vat = of_amount(total, rate or 0, included, quantum)
        base = total - vat if included else total
        _, last_base, last_vat = sums.get(key, (rate, Decimal(0), Decimal(0)))
        sums[key] = rate, base, vat
        parts.append((base - last_base, vat - last_vat))
    return parts, sums


def of_amount(amount, rate, included, quantum=CENT):
    "Return the VAT of an amount, in it if included, else on top of it"
    if included:
        return half_up(_divide(amount * rate, 1 + rate), quantum)
    return half_up(amount * rate, quantum)


def _divide(amount, divisor):
    # Exactly: 28 digits of a Decimal could round a half before half_up.
    return Fraction(amount) / Fraction(divisor)
