"""How the votes of a co-operative are divided between its colleges.

Weights are Decimals that sum to one, without a database.
Loi 47-1775 du 10 septembre 1947, articles 19 septies and 19 octies.
"""
from decimal import Decimal

from tibillet.shares import split

LEAST = Decimal('0.10')
MOST = Decimal('0.50')
# A tenth of a thousandth, so that thirds can be written.
QUANTUM = Decimal('0.0001')
CATEGORIES_MIN = 3
# Who works for the co-operative, and who benefits from it.
WORKERS = {'employees', 'producers'}
BENEFICIARIES = {'beneficiaries'}


def find_fault(colleges):
    """Return what the law refuses of colleges, None if nothing

    colleges: the category and the weight of each.
    """
    categories = {category for category, _ in colleges}
    weights = [weight for _, weight in colleges]
    if len(categories) < CATEGORIES_MIN:
        return 'categories'
    if not categories & WORKERS:
        return 'workers'
    if not categories & BENEFICIARIES:
        return 'beneficiaries'
    if not all(LEAST <= weight <= MOST for weight in weights):
        return 'bounds'
    if sum(weights) != 1:
        return 'sum'
    return None


def equal_weights(count):
    "Return equal weights, what they are when the statutes say nothing"
    return split(Decimal(1), [1] * count, QUANTUM) if count else []
