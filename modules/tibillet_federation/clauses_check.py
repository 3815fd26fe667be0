"""What is wrong in clauses, and what their signatories should know.

A problem forbids adoption, a warning does not. Both are (code, where,
values), written in words by words.py.
"""
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_CEILING, Decimal

from tibillet.money import half_up

from . import clauses as plain
from .schedule import cliffs

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class Problem:
    """A clause to correct, or to know about

    where: the clause, as pre.floor; also in values.
    """
    code: str
    where: str
    values: Mapping

    def __iter__(self):
        "A problem is also a sentence, for words.py"
        return iter((self.code, self.values))


def problems(clauses):
    "Return the Problems that forbid adoption, in the order of the clauses"
    found = []
    if clauses.quantum <= 0:
        return [_problem('quantum_wrong', 'quantum')]
    for name, choices in [
            ('crossing', plain.CROSSINGS),
            ('allocation', plain.ALLOCATIONS),
            ('local_base', plain.LOCAL_BASES)]:
        value = getattr(clauses, name)
        if value not in choices:
            found.append(_problem('choice_unknown', name, value=value))
    if clauses.pre is None and clauses.post is None:
        found.append(_problem('schedule_missing', 'pre'))
    for phase in ['pre', 'post']:
        schedule = getattr(clauses, phase)
        if schedule is not None:
            found += _schedule_problems(schedule, phase, clauses.quantum)
    for name in ['max_rate', 'exclusions_max_rate', 'local_rate']:
        found += _rate_problems(getattr(clauses, name), name)
    found += _destination_problems(clauses)
    return found


def _problem(code, where, **values):
    return Problem(code, where, {'where': where, **values})


def _rate_problems(rate, where):
    if rate is not None and not 0 <= rate <= 1:
        return [_problem('rate_range', where, rate=rate)]
    return []


def _amount_problems(amount, where, quantum):
    if amount is None:
        return []
    if amount < 0:
        return [_problem('amount_negative', where, amount=amount)]
    if half_up(amount, quantum) != amount:
        return [_problem('amount_digits', where, amount=amount)]
    return []


def _needed(value, code, where):
    return [_problem(code, where)] if value is None else []


def line_problems(where, quantum, rate=None, amount=None):
    "Return the Problems of the figures of one bracket, tier or destination"
    return _rate_problems(rate, where) + _amount_problems(
        amount, where, quantum)


def _schedule_problems(schedule, phase, quantum):
    found = []
    if schedule.kind not in plain.SCHEDULES:
        found.append(_problem(
                'choice_unknown', f'{phase}.kind', value=schedule.kind))
    elif schedule.kind == 'flat':
        found += _needed(schedule.rate, 'rate_missing', f'{phase}.rate')
        found += _rate_problems(schedule.rate, f'{phase}.rate')
    elif schedule.kind == 'fixed':
        found += _needed(
            schedule.amount, 'amount_missing', f'{phase}.amount')
        found += _amount_problems(
            schedule.amount, f'{phase}.amount', quantum)
    elif schedule.kind == 'tiers':
        found += _tier_problems(schedule, f'{phase}.tiers', quantum)
    else:
        found += _bracket_problems(schedule, f'{phase}.brackets', quantum)
    found += _amount_problems(schedule.floor, f'{phase}.floor', quantum)
    found += _amount_problems(schedule.cap, f'{phase}.cap', quantum)
    if schedule.cap is not None and schedule.floor > schedule.cap:
        found.append(_problem(
                'floor_above_cap', phase,
                floor=schedule.floor, cap=schedule.cap))
    return found


def _bracket_problems(schedule, where, quantum):
    if not schedule.brackets:
        return [_problem('brackets_missing', where)]
    found, lower = [], ZERO
    *bounded, last = schedule.brackets
    if last.up_to is not None or any(b.up_to is None for b in bounded):
        found.append(_problem('brackets_open', where))
    for bracket in schedule.brackets:
        found += _needed(bracket.rate, 'rate_missing', where)
        found += line_problems(where, quantum, bracket.rate, bracket.up_to)
        if bracket.up_to is None:
            continue
        if bracket.up_to <= lower:
            found.append(_problem(
                    'brackets_order', where,
                    bound=bracket.up_to, lower=lower))
        lower = bracket.up_to
    return found


def _tier_problems(schedule, where, quantum):
    if not schedule.tiers:
        return [_problem('tiers_missing', where)]
    found, keys = [], set()
    for tier in schedule.tiers:
        if tier.kind not in plain.TIERS:
            found.append(_problem('choice_unknown', where, value=tier.kind))
        if tier.key in keys:
            found.append(_problem('tier_duplicate', where, key=tier.key))
        keys.add(tier.key)
        if tier.kind in {'gross_pct', 'net_pct'}:
            found += _needed(tier.rate, 'rate_missing', where)
        if tier.kind in {'time', 'fixed'}:
            found += _needed(tier.amount, 'amount_missing', where)
        found += line_problems(where, quantum, tier.rate, tier.amount)
        if tier.kind in {'cost', 'time'} and tier.beneficiary is None:
            found.append(_problem(
                    'tier_beneficiary', where, key=tier.label or tier.key))
        if tier.carry and tier.kind not in {'cost', 'time', 'fixed'}:
            found.append(_problem(
                    'tier_carry', where, key=tier.label or tier.key))
    return found


def _destination_problems(clauses):
    found, keys = [], set()
    for destination in clauses.destinations:
        found += line_problems(
            'destinations', clauses.quantum, destination.rate)
        if destination.key in keys:
            found.append(_problem(
                    'destination_duplicate', 'destinations',
                    key=destination.key))
        keys.add(destination.key)
    total = sum((d.rate for d in clauses.destinations), ZERO)
    needed = clauses.post is not None or clauses.crossing == 'whole_pre'
    if total != 1 and (needed or clauses.destinations):
        found.append(_problem(
                'destinations_sum', 'destinations', total=total))
    return found


def warnings(clauses):
    """Return the Problems to know about before adoption

    Clauses with problems have no warnings: they would be meaningless.
    """
    if problems(clauses):
        return []
    found = []
    for phase in ['pre', 'post']:
        schedule = getattr(clauses, phase)
        if schedule is not None:
            found += _schedule_warnings(clauses, schedule, phase)
    if clauses.max_rate == 0:
        found.append(_problem('max_rate_zero', 'max_rate'))
    if clauses.pre is None:
        found.append(_problem('pre_missing', 'pre'))
    elif (clauses.post is not None
            and clauses.pre.kind == clauses.post.kind == 'flat'
            and clauses.post.rate > clauses.pre.rate):
        found.append(_problem(
                'post_above_pre', 'post.rate',
                pre=clauses.pre.rate, post=clauses.post.rate))
    return found


def _schedule_warnings(clauses, schedule, phase):
    found, max_rate = [], clauses.max_rate
    if schedule.kind == 'class':
        for bound, share, after, until in cliffs(
                schedule, max_rate, clauses.quantum):
            code = 'class_cliff' if until is not None else (
                'class_cliff_endless')
            found.append(_problem(
                    code, phase, bound=bound, share=share, after=after,
                    until=until))
    least = schedule.amount if schedule.kind == 'fixed' else ZERO
    least = max(least, schedule.floor)
    if schedule.cap is not None:
        least = min(least, schedule.cap)
    if least and max_rate is not None and 0 < max_rate < 1:
        below = _ceiling(least / max_rate, clauses.quantum)
        found.append(_problem(
                'floor_above_max', phase, floor=least, rate=max_rate,
                below=below))
    elif least and (max_rate is None or max_rate == 1):
        found.append(_problem('floor_takes_all', phase, below=least))
    if schedule.cap == 0:
        found.append(_problem('cap_zero', phase))
    if schedule.kind == 'tiers':
        found += _tier_warnings(schedule, phase)
    return found


def _tier_warnings(schedule, phase):
    found, full = [], False
    for tier in schedule.tiers:
        if full:
            found.append(_problem(
                    'tier_unreachable', phase, key=tier.label or tier.key))
        takes_all = tier.kind == 'residual' or (
            tier.kind == 'recoup' and tier.rate is None and phase == 'pre')
        full = full or takes_all
    if phase == 'pre' and all(t.kind != 'recoup' for t in schedule.tiers):
        found.append(_problem('tiers_without_recoup', phase))
    return found


def _ceiling(amount, quantum):
    return (amount / quantum).to_integral_value(ROUND_CEILING) * quantum
