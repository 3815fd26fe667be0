"""A share from a base, under one schedule: bare share, floor, cap, maximum.

Pure arithmetic on the data of clauses.py. Nothing is rounded before the end,
except the tiers of a cascade: each one is paid to someone.
"""
from decimal import ROUND_CEILING, Decimal

from tibillet.money import half_up

from .outcome import Figures, Take

ZERO = Decimal(0)
NOTHING = {}


def reckon(
        schedule, phase, base, max_rate, quantum,
        costs=NOTHING, days=NOTHING, brought=NOTHING):
    """Return the Figures of a base under a schedule.

    phase: pre or post; what the schedule takes in pre lowers the pot.
    base: Decimal, a multiple of quantum, at least 0.
    costs, days, brought: by key of tier; only a cascade looks at them.
    """
    slices, takes = (), []
    if schedule.kind == 'flat':
        raw = base * schedule.rate
    elif schedule.kind == 'fixed':
        raw = schedule.amount
    elif schedule.kind == 'tiers':
        takes = _takes(schedule, phase, base, quantum, costs, days, brought)
        raw = sum((take.amount for take in takes), ZERO)
    else:
        slices = _slices(schedule, base)
        raw = sum((amount for *_, amount in slices), ZERO)

    limit, after_floor, after_cap, after_max, hits = _limited(
        schedule, raw, base, max_rate)
    share = half_up(after_max, quantum)
    if schedule.kind == 'tiers':
        takes = _fit(takes, share, phase)
    else:
        kind = 'recoup' if phase == 'pre' else 'residual'
        takes = [Take(schedule.kind, kind, share, share, base)]
    return Figures(
        phase, schedule.kind, raw, after_floor, after_cap, after_max, limit,
        share, hits, tuple(takes), slices)


def _limited(schedule, raw, base, max_rate):
    hits = []
    after_floor = raw
    if raw < schedule.floor:
        after_floor = schedule.floor
        hits.append('floor')
    after_cap = after_floor
    if schedule.cap is not None and after_floor > schedule.cap:
        after_cap = schedule.cap
        hits.append('cap')
    limit, name = base, 'base'
    if max_rate is not None and max_rate < 1:
        limit, name = base * max_rate, 'max_rate'
    after_max = after_cap
    if after_cap > limit:
        after_max = limit
        hits.append(name)
    return limit, after_floor, after_cap, after_max, tuple(hits)


def _slices(schedule, base):
    "Return (from, to, rate, amount) of the brackets that count"
    if not base:
        return ()
    slices, lower = [], ZERO
    for bracket in schedule.brackets:
        last = bracket.up_to is None or base <= bracket.up_to
        upper = base if last else bracket.up_to
        if schedule.kind == 'marginal':
            slices.append(
                (lower, upper, bracket.rate, (upper - lower) * bracket.rate))
        elif last:
            slices.append((ZERO, base, bracket.rate, base * bracket.rate))
        lower = upper
        if last:
            break
    return tuple(slices)


def _takes(schedule, phase, base, quantum, costs, days, brought):
    "Return what each tier of a cascade takes, in order"
    takes, left = [], base
    for tier in schedule.tiers:
        if tier.kind == 'cost':
            wanted = half_up(costs.get(tier.key, ZERO), quantum)
            if tier.amount is not None:
                wanted = min(wanted, tier.amount)
        elif tier.kind == 'time':
            wanted = half_up(days.get(tier.key, ZERO) * tier.amount, quantum)
        elif tier.kind == 'fixed':
            wanted = tier.amount
        elif tier.kind == 'gross_pct':
            wanted = half_up(base * tier.rate, quantum)
        elif tier.kind == 'net_pct':
            wanted = half_up(left * tier.rate, quantum)
        elif tier.kind == 'recoup' and phase == 'post':
            wanted = ZERO  # the pot is empty
        elif tier.kind == 'recoup' and tier.rate is not None:
            wanted = half_up(base * tier.rate, quantum)
        else:
            wanted = left
        if tier.carry:
            # What a correction paid ahead is taken off.
            wanted += brought.get(tier.key, ZERO)
        else:
            wanted = max(wanted, ZERO)
        amount = max(ZERO, min(wanted, left))
        takes.append(
            Take(tier.key, tier.kind, wanted, amount, left, tier.beneficiary))
        left -= amount
    return takes


def _fit(takes, share, phase):
    """Return takes that sum to share after its floor, cap and maximum.

    What a floor adds lowers the pot in pre, and goes to the destinations in
    post. What a cap or a maximum removes is removed from the last tier up.
    """
    missing = share - sum((take.amount for take in takes), ZERO)
    if missing > 0:
        kind = 'recoup' if phase == 'pre' else 'residual'
        return [*takes, Take('floor', kind, missing, missing, missing)]
    if not missing:
        return takes
    fitted = []
    for take in reversed(takes):
        kept = max(ZERO, take.amount + missing)
        missing += take.amount - kept
        fitted.append(
            Take(
                take.key, take.kind, take.wanted, kept, take.available,
                take.beneficiary))
    return fitted[::-1]


def cliffs(schedule, max_rate, quantum):
    """Return the bounds of a class schedule where the share falls.

    Each is (bound, share at the bound, share one quantum further, base from
    which the share is again as high or None if it never is). Shares are
    not rounded.
    """
    def share(units):
        return reckon(
            schedule, 'post', units * quantum, max_rate, quantum).after_max

    found = []
    for index, bracket in enumerate(schedule.brackets[:-1]):
        bound = int(bracket.up_to / quantum)
        best, after = share(bound), share(bound + 1)
        if after < best:
            until = _recovered(
                schedule.brackets[index + 1:], bound, best, share, quantum)
            found.append((
                    bracket.up_to, best, after,
                    None if until is None else until * quantum))
    return found


def _recovered(brackets, bound, best, share, quantum):
    "Return the first units after bound whose share reaches best"
    lower = bound + 1
    for bracket in brackets:
        if bracket.up_to is not None:
            upper = int(bracket.up_to / quantum)
        elif bracket.rate:
            # The rate alone reaches best there; the cap and the maximum
            # rate, which best has met below, cannot prevent it.
            upper = max(lower, 1 + int(
                    (best / bracket.rate / quantum).to_integral_value(
                        ROUND_CEILING)))
        else:
            upper = lower
        # Inside a bracket a share never falls: search by halves.
        if share(upper) >= best:
            while lower < upper:
                middle = (lower + upper) // 2
                if share(middle) >= best:
                    upper = middle
                else:
                    lower = middle + 1
            return lower
        lower = upper + 1
    return None
