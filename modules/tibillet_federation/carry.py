"""Costs of the tiers of a cascade that wait for the next service (E7, E9).

Plain arithmetic, without database. By key of tier; below zero, more was paid
than is declared.
"""
from decimal import Decimal
from fractions import Fraction

from tibillet.money import half_up

ZERO = Decimal(0)


def carried(clauses, cut, brought):
    """Return the costs of tiers that wait for the next service (E7)

    cut: the service between the phases, as revenue cuts it.
    brought: those that waited for it, by key.

    Below zero, they were paid ahead. Of a service that is cut in two, each
    phase pays its part of what its steps that wait ask for; the part of one
    without such a step leaves what waited before as it was.
    """
    found = {}
    phases = list(_get_phases(clauses, cut))
    for key in {**brought, **{k: 0 for _, asked, _ in phases for k in asked}}:
        waited = brought.get(key, ZERO)
        amount = sum(
            part * _exact(asked.get(key, waited), part)
            for _, asked, part in phases)
        paid = sum(
            (p.amount for phase, asked, _ in phases if key in asked
                for p in cut.parts if (p.phase, p.key) == (phase, key)), ZERO)
        if waiting := half_up(amount, clauses.quantum) - paid:
            found[key] = waiting
    return found


def _get_phases(clauses, cut):
    "Yield each phase, what its steps that wait ask for by key, and its part"
    for phase, schedule, figures, part in [
            ('pre', clauses.pre, cut.pre, cut.alpha),
            ('post', clauses.post, cut.post, 1 - cut.alpha)]:
        asked = {}
        if figures is not None and figures.kind == 'tiers':
            carrying = {tier.key for tier in schedule.tiers if tier.carry}
            asked = {
                take.key: take.wanted for take in figures.takes
                if take.key in carrying}
        if part:
            yield phase, asked, part


def _exact(amount, part):
    return Fraction(amount) if isinstance(part, Fraction) else amount


def carry_on(brought, changes):
    """Return the costs of tiers that wait, by key, once some have changed.

    Below zero, more was paid than is declared: it is taken off the next
    ones.
    """
    keys = [*brought, *(k for k in changes if k not in brought)]
    found = {
        key: brought.get(key, ZERO) + changes.get(key, ZERO) for key in keys}
    return {key: amount for key, amount in found.items() if amount}
