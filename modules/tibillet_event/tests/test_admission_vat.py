from decimal import Decimal

import pytest
from tibillet_event.admission_vat import admission_category, admission_rate


@pytest.mark.parametrize('kind, rank, new, drinks, place, category, rate', [
        # A concert in a hall, then in a café-concert.
        ('concert', 1, False, False, 'mainland', 'show', '0.055'),
        ('concert', 1, False, True, 'mainland', 'standard', '0.20'),
        # A new play, at its last performance as one and at the next.
        ('theatre', 1, True, False, 'mainland', 'first', '0.021'),
        ('theatre', 140, True, False, 'mainland', 'first', '0.021'),
        ('theatre', 141, True, False, 'mainland', 'show', '0.055'),
        ('theatre', 1, True, True, 'mainland', 'standard', '0.20'),
        # Nobody knows how often it was played.
        ('theatre', None, True, False, 'mainland', 'show', '0.055'),
        ('theatre', 0, True, False, 'mainland', 'show', '0.055'),
        # A comedian is a show, never a new work.
        ('comedy', 1, True, False, 'mainland', 'show', '0.055'),
        # What is no show.
        ('screening', 1, True, True, 'mainland', 'show', '0.055'),
        ('exhibition', 1, False, False, 'mainland', 'reduced', '0.10'),
        ('party', 1, False, False, 'mainland', 'standard', '0.20'),
        ('workshop', 1, False, False, 'mainland', 'standard', '0.20'),
        ('festival', 1, True, False, 'mainland', 'show', '0.055'),
        # Elsewhere.
        ('dance', 1, True, False, 'corsica', 'first', '0.009'),
        ('dance', 200, True, False, 'corsica', 'show', '0.021'),
        ('dance', 1, True, False, 'overseas', 'first', '0.0105'),
        ('dance', 1, False, False, 'overseas', 'show', '0.021'),
        ('party', 1, False, False, 'overseas', 'standard', '0.085'),
        ('party', 1, False, False, 'overseas_exempt', 'none', '0'),
        ('dance', 1, True, False, None, 'first', '0.021'),
        ])
def test_category_and_rate(kind, rank, new, drinks, place, category, rate):
    found = admission_category(kind, rank, new, drinks, place)
    assert found == category
    assert admission_rate(found, place) == Decimal(rate)


def test_exempt():
    category = admission_category('concert', 1, exempt=True)
    assert category == 'none'
    assert admission_rate(category) == 0


def test_abroad_has_rates_of_its_own():
    category = admission_category('concert', 1, territory='abroad')
    assert admission_rate(category, 'abroad') is None
