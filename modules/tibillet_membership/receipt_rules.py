"""What may be on a tax receipt; knows neither database nor Tryton.

Code général des impôts (CGI): article 200 (gifts of persons), article 978
(wealth tax of persons), article 238 bis (gifts of companies). A gift is made
without direct or indirect counterpart; what is handed over is accepted where
it is out of proportion with the gift (BOI-IR-RICI-250-20): for persons at
most a quarter of it, and no more than a ceiling for each donor and civil
year, which is revised every five years. Both are data here, with their dates.
"""
from decimal import Decimal
from typing import NamedTuple

# The form of who gives, and the articles that it may name.
FORMS = {'person': '11580', 'organisation': '16216'}
ARTICLES = {
    'person': ['article_200', 'article_978'],
    'organisation': ['article_238bis'],
    }


class Limit(NamedTuple):
    """What a donor may get

    rate: of the gift. ceiling: of all of a civil year, None without one.
    """
    rate: Decimal
    ceiling: Decimal | None = None


def is_small(amount, counterpart, limit):
    "Tell whether what was got for one gift is out of proportion with it"
    return counterpart <= amount * limit.rate


def is_under(counterparts, limit):
    "Tell whether all that a donor got in a civil year is under the ceiling"
    return limit.ceiling is None or sum(
        counterparts, Decimal(0)) <= limit.ceiling


def label(year, number):
    "Return the number of a receipt as people read it"
    return f'{year}-{number:04d}'
