"""The VAT of a ticket: by the show, the venue, the rank and the territory.

Pure rules, without database. They propose a rate; the organiser decides,
because only it knows what was staged anew and what is usual in its venue.

Sources: CGI 278-0 bis F (shows and cinema, 5.5 %), 281 quater (the first 140
performances of a new work or a new staging, 2.1 %), 279 (fairs and
exhibitions, 10 %), 278 (20 %), 297 (Corsica), 294 and 296 (overseas).
Where it is usual to drink during the show neither 2.1 nor 5.5 % apply.
"""
from decimal import Decimal

from .territory import ABROAD, CORSICA, MAINLAND, OVERSEAS, OVERSEAS_EXEMPT

# The last performance of a new work that is taxed as one.
FIRST_PERFORMANCES = 140

FIRST, SHOW, REDUCED, STANDARD, NONE = (
    'first', 'show', 'reduced', 'standard', 'none')

# Kinds of events that are shows, and those which can be new works.
SHOWS = {
    'concert', 'theatre', 'dance', 'circus', 'comedy', 'young', 'festival'}
WORKS = {'concert', 'theatre', 'dance', 'circus', 'young'}
# What is neither a show nor taxed as the rest is.
OTHERS = {
    'screening': SHOW,
    'exhibition': REDUCED,
    }

RATES = {
    MAINLAND: {
        FIRST: Decimal('0.021'),
        SHOW: Decimal('0.055'),
        REDUCED: Decimal('0.10'),
        STANDARD: Decimal('0.20'),
        },
    CORSICA: {
        FIRST: Decimal('0.009'),
        SHOW: Decimal('0.021'),
        REDUCED: Decimal('0.10'),
        STANDARD: Decimal('0.20'),
        },
    OVERSEAS: {
        FIRST: Decimal('0.0105'),
        SHOW: Decimal('0.021'),
        REDUCED: Decimal('0.021'),
        STANDARD: Decimal('0.085'),
        },
    }


def admission_category(
        kind, rank=None, new_work=False, drinks=False, territory=MAINLAND,
        exempt=False):
    """Return the category of VAT of the tickets of a performance.

    kind: of the event; rank: of the performance among those of the show,
    from 1, in all venues; None if unknown, which is never a first one.
    new_work: a new work, or a new staging of an old one.
    drinks: it is usual to drink in the venue during the show.
    exempt: the organiser does not charge VAT, or not for this event.
    """
    if exempt or territory == OVERSEAS_EXEMPT:
        return NONE
    if drinks and kind in SHOWS:
        return STANDARD
    if (new_work and kind in WORKS
            and rank is not None and 1 <= rank <= FIRST_PERFORMANCES):
        return FIRST
    if kind in SHOWS:
        return SHOW
    return OTHERS.get(kind, STANDARD)


def admission_rate(category, territory=MAINLAND):
    """Return the rate of a category as a fraction, None where we know none.

    0.055 is 5.5 %. Nothing is charged for what is exempt.
    """
    if category == NONE or territory == OVERSEAS_EXEMPT:
        return Decimal(0)
    if territory == ABROAD:
        return None
    return RATES[territory or MAINLAND][category]
