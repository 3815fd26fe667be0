"""Amounts of euros in French words, as tax receipts and cheques have them.

The usual spelling, with hyphens below a hundred only: vingt et un, soixante
et onze, quatre-vingts, quatre-vingt-un. *Cent* and *vingt* take an s when
they are multiplied and end the number, or stand before a noun (millions);
not before *mille*, which never changes.
"""
from decimal import Decimal

MOST = Decimal('999999999.99')
UNITS = [
    'zéro', 'un', 'deux', 'trois', 'quatre', 'cinq', 'six', 'sept', 'huit',
    'neuf', 'dix', 'onze', 'douze', 'treize', 'quatorze', 'quinze', 'seize',
    'dix-sept', 'dix-huit', 'dix-neuf']
TENS = {
    2: 'vingt', 3: 'trente', 4: 'quarante', 5: 'cinquante', 6: 'soixante'}


def euros(amount):
    "Return in words an amount from 0 to 999 999 999.99"
    if not amount.is_finite() or not 0 <= amount <= MOST:
        raise ValueError(f"no words for {amount}")
    cents = int(amount * 100)
    if cents != amount * 100:
        raise ValueError(f"no words for parts of a cent: {amount}")
    whole, cents = divmod(cents, 100)
    parts = []
    if whole or not cents:
        noun = 'euros' if whole > 1 else 'euro'
        linked = "d'" if whole and whole % 10 ** 6 == 0 else ''
        parts.append(f'{number(whole)} {linked}{noun}')
    if cents:
        noun = 'centimes' if cents > 1 else 'centime'
        parts.append(f'{number(cents)} {noun}')
    return ' et '.join(parts)


def number(value):
    "Return in words a whole number from 0 to 999 999 999"
    if value == 0:
        return UNITS[0]
    millions, rest = divmod(value, 10 ** 6)
    thousands, units = divmod(rest, 1000)
    parts = []
    if millions:
        noun = 'millions' if millions > 1 else 'million'
        parts.append(f'{_hundreds(millions)} {noun}')
    if thousands > 1:
        parts.append(f'{_hundreds(thousands, is_last=False)} mille')
    elif thousands:
        parts.append('mille')
    if units:
        parts.append(_hundreds(units))
    return ' '.join(parts)


def _hundreds(value, is_last=True):
    "is_last: the number ends there, or a noun follows"
    hundreds, rest = divmod(value, 100)
    parts = []
    if hundreds > 1:
        plural = 's' if is_last and not rest else ''
        parts.append(f'{UNITS[hundreds]} cent{plural}')
    elif hundreds:
        parts.append('cent')
    if rest:
        parts.append(_tens(rest, is_last))
    return ' '.join(parts)


def _tens(value, is_last):
    tens, units = divmod(value, 10)
    if value < 20:
        return UNITS[value]
    if tens >= 8:
        if value == 80:
            return 'quatre-vingts' if is_last else 'quatre-vingt'
        return f'quatre-vingt-{UNITS[value - 80]}'
    # Seventy is sixty and ten.
    base = 6 if tens == 7 else tens
    units = value - base * 10
    if not units:
        return TENS[base]
    if units in {1, 11}:
        return f'{TENS[base]} et {UNITS[units]}'
    return f'{TENS[base]}-{UNITS[units]}'
