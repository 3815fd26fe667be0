"""The engine of a convention: what a service recoups, and what it shares.

Plain data in (clauses.py), plain data out (outcome.py), without database.
Amounts are Decimals in the currency of the convention, excluding tax,
rounded half up; divisions are to the cent by largest remainder, equal
remainders favour the first. doc/engine.rst explains the rules E1 to E12
with the figures of the tests.
"""
from decimal import Decimal
from fractions import Fraction
from typing import NamedTuple

from tibillet.money import CENT, half_up
from tibillet.shares import split

from .carry import carried, carry_on
from .order import SERVICE, entry_position, position
from .outcome import Adjustment, Allocation, Figures, Settlement
from .pot import check_balances, credited, divide, post, remaining_of
from .schedule import reckon

ZERO = Decimal(0)
ONE = Decimal(1)
NOTHING = {}
ALPHA_QUANTUM = Decimal('0.000001')


class _Part(NamedTuple):
    "What one step finally takes, when it does not recoup"
    phase: str | None
    key: str
    beneficiary: str | None
    amount: Decimal


class _Cut(NamedTuple):
    """A service between the two phases.

    alpha: exact part of the service under pre.
    recouped, local: what lowers the pot, and the local part taken from it.
    parts: all that does not recoup.
    excess: what whole_pre takes beyond the pot.
    """
    phase: str
    pre: Figures | None
    post: Figures | None
    alpha: Decimal | Fraction
    recouped: Decimal
    local: Decimal
    parts: list
    excess: Decimal


def settle(clauses, balances, service, brought=NOTHING):
    """Return the Settlement of one service.

    balances: Balances before the service, in the order of contributors.
    brought: costs of tiers that wait since earlier services, by key; below
        zero what a correction has paid ahead.
    Raise ValueError if a contributor has two balances.
    """
    quantum = clauses.quantum
    zero = quantum * 0  # written with the digits of the currency
    opening = check_balances(balances)
    remaining = zero + remaining_of(opening)
    turnover, exclusions, excluded, base, alerts = _base(clauses, service)
    cut = _cut(clauses, remaining, base, service, brought)
    recouped_by = divide(clauses.allocation, opening, cut.recouped, quantum)

    tiers = {}
    post_part = zero
    for _, key, beneficiary, amount in cut.parts:
        if beneficiary is None:
            post_part += amount
        elif amount:
            tiers[key, beneficiary] = tiers.get(
                (key, beneficiary), ZERO) + amount
    local, by_destination = spread(clauses, post_part, cut.excess)
    local += cut.local
    allocations = _allocations(
        clauses, service.operator, recouped_by, tiers, local, by_destination)
    share = sum((a.amount for a in allocations), zero)
    retained = zero + _retained(allocations)
    reimbursements = _reimbursements(service)
    reimbursed = sum((a.amount for a in reimbursements), zero)

    if base and share >= base:
        alerts.append('share_is_base')
    if '' in by_destination:
        alerts.append('destinations_missing')
    if _is_short(cut):
        alerts.append('tier_unpaid')
    if isinstance(cut.alpha, Fraction):
        base_pre = half_up(Fraction(base) * cut.alpha, quantum)
    else:
        base_pre = base * cut.alpha
    return Settlement(
        service, clauses, turnover, exclusions, excluded, base,
        opening, remaining, cut.phase, cut.pre, cut.post,
        half_up(cut.alpha, ALPHA_QUANTUM), base_pre, base - base_pre,
        cut.recouped, recouped_by, _by_key(tiers), cut.excess, post_part,
        local, by_destination, share, retained, reimbursed,
        share - retained + reimbursed, allocations, reimbursements,
        credited(opening, recouped_by),
        remaining - cut.recouped, brought, carried(clauses, cut, brought),
        _hits(cut), tuple(alerts))


def _base(clauses, service):
    "Return turnover, exclusions declared and counted, base, alerts"
    alerts = []
    zero = clauses.quantum * 0
    turnover = sum((line.amount for line in service.turnover), zero)
    exclusions = sum((line.amount for line in service.exclusions), zero)
    excluded = exclusions
    if exclusions < 0:
        excluded = zero
        alerts.append('exclusions_negative')
    elif clauses.exclusions_max_rate is not None:
        most = half_up(
            max(ZERO, turnover) * clauses.exclusions_max_rate,
            clauses.quantum)
        if exclusions > most:
            excluded = most
            alerts.append('exclusions_limited')
    base = half_up(turnover - excluded, clauses.quantum)
    if base < 0:
        base = zero
        alerts.append('base_negative')
    return turnover, exclusions, excluded, base, alerts


def _cut(clauses, remaining, base, service, brought):
    "Return the service between the phases (E2, E3, E7)"
    def figures(schedule, phase):
        if schedule is None:
            return None
        return reckon(
            schedule, phase, base, clauses.max_rate, clauses.quantum,
            service.costs, service.days, brought)

    zero = clauses.quantum * 0
    if not remaining:
        after = figures(clauses.post, 'post')
        return _Cut(
            'post', None, after, ZERO, zero, zero, _parts(after), zero)
    before = figures(clauses.pre, 'pre')
    gross = sum(
        (take.amount for take in before.takes if take.kind == 'recoup'),
        zero) if before else zero
    local = zero
    if clauses.local_base == 'share':
        local = half_up(gross * clauses.local_rate, clauses.quantum)
    wanted = gross - local
    if wanted <= remaining:
        return _Cut(
            'pre', before, None, ONE, wanted, local, _parts(before), zero)
    if clauses.crossing == 'whole_pre':
        return _Cut(
            'crossing', before, None, ONE, remaining, local, _parts(before),
            wanted - remaining)
    after = figures(clauses.post, 'post')
    local, parts = _crossed(
        local, _parts(before), _parts(after), remaining, wanted,
        clauses.quantum)
    return _Cut(
        'crossing', before, after, Fraction(remaining) / Fraction(wanted),
        remaining, local, parts, zero)


def _parts(figures):
    if figures is None:
        return []
    return [
        _Part(figures.phase, take.key, take.beneficiary, take.amount)
        for take in figures.takes if take.kind != 'recoup']


def _crossed(local, before, after, remaining, wanted, quantum):
    """Return the local part and the parts of a service cut in two.

    remaining / wanted of it is under pre, the rest under post. The sum is
    rounded once, so that with what recoups it never exceeds the base.
    """
    before = [_Part(None, '', None, local), *before]
    weights = [part.amount * remaining for part in before] + [
        part.amount * (wanted - remaining) for part in after]
    total = half_up(
        Fraction(sum(weights, ZERO)) / Fraction(wanted), quantum)
    amounts = split(total, weights, quantum) if total else [ZERO] * len(
        weights)
    first, *parts = [
        part._replace(amount=amount)
        for part, amount in zip([*before, *after], amounts, strict=True)]
    return first.amount, parts


def spread(clauses, post_part, excess):
    """Return the local part, and the rest by destination (E5, E6).

    post_part: what the clauses after recoupment ask for.
    excess: what the pot did not need; nothing local is taken from it.
    Without destination the rest is under the key ''.
    """
    local = half_up(post_part * clauses.local_rate, clauses.quantum)
    rates = [destination.rate for destination in clauses.destinations]
    rest = post_part - local + excess
    if not any(rates):
        return local, {'': rest} if rest else {}
    parts = split(rest, rates, clauses.quantum)
    return local, {
        destination.key: part
        for destination, part in zip(
            clauses.destinations, parts, strict=True)}


def _allocations(
        clauses, operator, recouped_by, tiers, local, by_destination):
    beneficiaries = {
        d.key: d.beneficiary for d in clauses.destinations if d.beneficiary}
    found = [
        ('recoup', contributor, contributor, amount)
        for contributor, amount in recouped_by.items()]
    found += [
        ('tier', key, beneficiary, amount)
        for (key, beneficiary), amount in tiers.items()]
    found.append(('local', 'local', clauses.provider, local))
    found += [
        ('destination', key, beneficiaries.get(key, clauses.provider),
            amount)
        for key, amount in by_destination.items()]
    return tuple(
        _allocation(kind, key, beneficiary, amount, operator)
        for kind, key, beneficiary, amount in found if amount)


def _allocation(kind, key, beneficiary, amount, operator):
    # E12: nobody sends an invoice to itself.
    kept = operator is not None and beneficiary == operator
    return Allocation(
        kind, key, beneficiary, amount, 'retain' if kept else 'pay')


def _reimbursements(service):
    "Return what the operator gives back to those who advanced costs"
    return tuple(
        _allocation(
            'reimbursement', advance.key, advance.beneficiary,
            advance.amount, service.operator)
        for advance in service.advances
        if advance.amount and advance.beneficiary != service.operator)


def _retained(allocations):
    return sum(
        (a.amount for a in allocations if a.mode == 'retain'), ZERO)


def _by_key(tiers):
    amounts = {}
    for (key, _), amount in tiers.items():
        amounts[key] = amounts.get(key, ZERO) + amount
    return amounts


def _is_short(cut):
    "Return whether a declared cost could not be paid whole"
    return any(
        take.kind in {'cost', 'time', 'fixed'} and take.amount < take.wanted
        for figures in [cut.pre, cut.post] if figures
        for take in figures.takes if figures.kind == 'tiers')


def _hits(cut):
    return tuple(
        f'{figures.phase}.{hit}'
        for figures in [cut.pre, cut.post] if figures
        for hit in figures.hits)


def adjust(original, corrected, date, balances=None, brought=None):
    """Return the Adjustment of a locked service (E9).

    original: its Settlement, or its last Adjustment.
    corrected: the Service as it should have been declared.
    date: day of the adjustment; the original keeps its own.
    balances: Balances today, those after the original by default.
    brought: what unpaid gives, the costs that waited then by default.

    The service is settled again under its own version, from its own opening;
    what is booked is the difference with what already is. A recoupment
    taken back reopens the pot. One that the pot does not need any more goes
    to the destinations.
    """
    first = _target(original)
    clauses = first.clauses
    if brought is None:
        brought = first.brought
    target = settle(clauses, first.opening, corrected, brought)
    opening = check_balances(
        original.closing if balances is None else balances)

    booked = _by_name(original.booked)
    changes = _by_name(target.allocations)
    for name, amount in booked.items():
        changes[name] = changes.get(name, ZERO) - amount
    asked = {
        key: amount for (kind, key, _), amount in changes.items()
        if kind == 'recoup' and amount}
    recouped_by, spilled = _recouped_again(clauses, opening, asked)
    spilled_parts = _allocations(
        clauses, corrected.operator, recouped_by, {},
        *spread(clauses, ZERO, spilled))
    changes = {
        name: amount for name, amount in changes.items()
        if name[0] != 'recoup'}
    for name, amount in _by_name(spilled_parts).items():
        changes[name] = changes.get(name, ZERO) + amount

    allocations = tuple(
        _allocation(*name, amount, corrected.operator)
        for name, amount in changes.items() if amount)
    for name, amount in changes.items():
        booked[name] = booked.get(name, ZERO) + amount
    zero = clauses.quantum * 0
    share = sum((a.amount for a in allocations), zero)
    retained = zero + _retained(allocations)
    reimbursements = tuple(
        _allocation(*name, amount, corrected.operator)
        for name, amount in _differences(
            _by_name(target.reimbursements),
            _by_name(first.reimbursements)).items())
    reimbursed = sum((a.amount for a in reimbursements), zero)
    closing = credited(opening, recouped_by)
    return Adjustment(
        date, original, target, target.base - first.base, share,
        sum(recouped_by.values(), zero), recouped_by,
        _amounts(allocations, 'tier'),
        sum(_amounts(allocations, 'local').values(), zero),
        _amounts(allocations, 'destination'), zero + spilled,
        retained, reimbursed, share - retained + reimbursed, _differences(
            carry_on(target.carried, _differences(first.brought, brought)),
            first.carried),
        allocations, reimbursements, tuple(
            _allocation(*name, amount, corrected.operator)
            for name, amount in booked.items() if amount),
        opening, closing, remaining_of(closing))


def unpaid(original, corrected, waiting):
    """Return the costs that waited for a service, less those paid since (E9).

    waiting: those that wait today, by key. What services between have paid
    of what the original left is not paid again by its correction.
    """
    first = _target(original)
    target = settle(first.clauses, first.opening, corrected, first.brought)
    brought = dict(first.brought)
    for key in {**first.carried, **target.carried}:
        now = waiting.get(key, ZERO)
        since = first.carried.get(key, ZERO) - now
        if since > 0 and target.carried.get(key, ZERO) < since:
            brought[key] = brought.get(key, ZERO) - since
    return brought


def _target(settled):
    "Return the Settlement that a Settlement or an Adjustment arrived at"
    return settled.target if isinstance(settled, Adjustment) else settled


def _by_name(allocations):
    return {(a.kind, a.key, a.beneficiary): a.amount for a in allocations}


def _amounts(allocations, kind):
    amounts = {}
    for allocation in allocations:
        if allocation.kind == kind:
            amounts[allocation.key] = (
                amounts.get(allocation.key, ZERO) + allocation.amount)
    return amounts


def _differences(amounts, others):
    found = {
        key: amounts.get(key, ZERO) - others.get(key, ZERO)
        for key in [*amounts, *(k for k in others if k not in amounts)]}
    return {key: amount for key, amount in found.items() if amount}


def _recouped_again(clauses, balances, asked):
    """Return what each contributor gets back today, and what none needs.

    asked: differences by contributor; a negative one is given back whole.
    """
    given = {name: amount for name, amount in asked.items() if amount < 0}
    after = credited(balances, given)
    left = sum((a for a in asked.values() if a > 0), ZERO)
    for balance in after:
        part = min(
            max(ZERO, asked.get(balance.contributor, ZERO)),
            balance.remaining)
        if part:
            given[balance.contributor] = part
            left -= part
    # Who has all back since leaves the place to the others.
    after = credited(balances, given)
    shared = divide(
        clauses.allocation, after, min(left, remaining_of(after)),
        clauses.quantum)
    for name, amount in shared.items():
        given[name] = given.get(name, ZERO) + amount
    return (
        {name: amount for name, amount in given.items() if amount},
        left - sum(shared.values(), ZERO))


def replay(
        clauses_of, balances, services, entries=(), quantum=CENT,
        brought=NOTHING):
    """Return the Settlements of services, in order of date then number.

    See history().
    """
    return [
        step for step in history(
            clauses_of, balances, services, entries, quantum, brought)
        if isinstance(step, Settlement)]


def history(
        clauses_of, balances, services, entries=(), quantum=CENT,
        brought=NOTHING):
    """Yield the Settlement or the Posting of each service and entry.

    clauses_of: function of a date, the version in force (E1).
    balances: Balances before all of them.
    Order: by date; within a day the entries, then the services, then the
    accruals, each by number, as order.py says.
    A service or an entry of a later day never changes a former one.
    Raise ValueError if no version is in force at the date of a service.
    """
    steps = [
        (position(service.date, SERVICE, service.number), service)
        for service in services]
    steps += [
        (entry_position(entry.date, entry.kind, entry.number), entry)
        for entry in entries]
    current = check_balances(balances)
    for (date, rank, *_), step in sorted(steps, key=lambda step: step[0]):
        if rank == SERVICE:
            clauses = clauses_of(date)
            if clauses is None:
                raise ValueError(f"no version is in force on {date}")
            outcome = settle(clauses, current, step, brought)
            brought = outcome.carried
        else:
            outcome = post(step, current, quantum)
        current = outcome.closing
        yield outcome
