"""The tax on shows: to whom, how much, until when. Pure.

Code des impositions sur les biens et services, L452-14 to L452-27: a part of
what spectators have paid without VAT, owed by who sells the tickets. The
décret 2004-117, modified by the décret 2017-721, says which kind of show is
whose: variety of the Centre national de la musique (CNM), drama, opera and
ballet of the Association pour le soutien du théâtre privé (ASTP).

Amounts are Decimals in euros. Rates, thresholds and delays have dates and
are data; nothing here knows a figure.
"""
import calendar
import datetime as dt
from decimal import Decimal

from tibillet.money import CENT, half_up
from tibillet.terms import add_months

ZERO = Decimal(0)
CNM, ASTP, NONE = 'cnm', 'astp', 'none'
# Décret 2004-117, art. 1 and 1-1. Neither has classical concerts nor circus.
# None: the domain alone does not tell.
BODIES = {
    'street': None,
    'cabaret': CNM,
    'circus_traditional': NONE,
    'circus_creation': NONE,
    'theatre': ASTP,
    'theatre_musical': CNM,
    'dance': ASTP,
    'humour': CNM,
    'puppets': ASTP,
    'mime': ASTP,
    'music_classical': NONE,
    'music_contemporary': NONE,
    'music_popular': CNM,
    'music_world': CNM,
    'other': None,
    }
# Art. 1, II: of the ASTP in the theatres that are its members.
BY_VENUE = {'humour', 'theatre_musical'}
PERIODS = {
    '1': (1, 3),
    '2': (4, 6),
    '3': (7, 9),
    '4': (10, 12),
    'year': (1, 12),
    }


def body(domain, member, chosen=None):
    """Return to whom the tax on a show is owed: cnm, astp or none

    domain: of the show, as the ministry sorts them, None if it is unknown.
    member: whether the venue is a member of the ASTP.
    chosen: what the organiser has said, which is followed.
    Return None if it has to be said.
    """
    if chosen:
        return chosen
    if member and domain in BY_VENUE:
        return ASTP
    return BODIES.get(domain)


def tax(base, rate):
    "Return the tax on receipts without VAT, half up to the cent"
    return half_up(base * rate, CENT)


def added(before, base, rate):
    """Return the tax that receipts add to those declared before

    So that the tax of a performance with corrections is that of their sum.
    """
    return tax(before + base, rate) - tax(before, rate)


def is_collected(amount, threshold):
    """Return if the tax of a year is collected

    Below the threshold it is not (CIBS; 80 euros).
    """
    return amount >= threshold


def to_collect(before, amount, threshold):
    """Return what a worksheet asks to pay

    before: the tax of the same year in the worksheets before it.
    The one that reaches the threshold asks for what those before did not.
    """
    if not is_collected(before + amount, threshold):
        return ZERO
    if is_collected(before, threshold):
        return amount
    return before + amount


def due_date(date, months):
    "Return the last day of the month so many months after a date"
    following = add_months(date.replace(day=1), months)
    return following.replace(
        day=calendar.monthrange(following.year, following.month)[1])


def dates(year, period):
    "Return the first and the last day of a quarter or a year"
    first, last = PERIODS[period]
    return (
        dt.date(year, first, 1),
        dt.date(year, last, calendar.monthrange(year, last)[1]))
