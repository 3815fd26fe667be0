"""The rules of the engine a second time, slowly, in fractions of a cent.

Written from the rules and not from revenue.py, to be compared with it.
All amounts are whole cents, everything in between is a Fraction.
"""
from fractions import Fraction as F


def cents(amount):
    return int(F(amount) * 100)


def nearest(value):
    "Half up, away from zero"
    return int(value + F(1, 2)) if value >= 0 else -nearest(-value)


def largest_remainder(total, weights):
    "One cent at a time, to who misses most; the first when equal"
    whole = sum(weights)
    ideal = [F(total) * w / whole for w in weights]
    got = [int(i) for i in ideal]
    missing = [i - g for i, g in zip(ideal, got, strict=True)]
    while sum(got) < total:
        best = max(missing)
        index = missing.index(best)
        got[index] += 1
        missing[index] = F(-1)
    return got


def base_of(clauses, service):
    turnover = sum(cents(a.amount) for a in service.turnover)
    out = max(0, sum(cents(a.amount) for a in service.exclusions))
    if clauses.exclusions_max_rate is not None:
        out = min(
            out,
            nearest(max(0, turnover) * F(clauses.exclusions_max_rate)))
    return max(0, turnover - out)


def bare(schedule, base):
    if schedule.kind == 'flat':
        return base * F(schedule.rate)
    if schedule.kind == 'fixed':
        return F(cents(schedule.amount))
    bounds = [
        (F(cents(b.up_to)) if b.up_to is not None else F(10 ** 15), F(b.rate))
        for b in schedule.brackets]
    if schedule.kind == 'class':
        return base * next(rate for bound, rate in bounds if base <= bound)
    return sum(
        rate * max(0, min(base, bound) - lower)
        for (bound, rate), lower in zip(
            bounds, [0] + [bound for bound, _ in bounds], strict=False))


def limited(clauses, schedule, raw, base):
    share = max(raw, F(cents(schedule.floor)))
    if schedule.cap is not None:
        share = min(share, F(cents(schedule.cap)))
    rate = F(1) if clauses.max_rate is None else F(clauses.max_rate)
    return nearest(min(share, base * rate))


def cascade(schedule, phase, base, service, brought):
    "[key, beneficiary, recoups, wanted, taken] of each tier"
    rows, left = [], base
    for t in schedule.tiers:
        want = left
        if t.kind == 'cost':
            want = nearest(F(service.costs.get(t.key, 0)) * 100)
            if t.amount is not None:
                want = min(want, cents(t.amount))
        elif t.kind == 'time':
            want = nearest(F(service.days.get(t.key, 0)) * F(t.amount) * 100)
        elif t.kind == 'fixed':
            want = cents(t.amount)
        elif t.kind == 'gross_pct' or t.rate and t.kind == 'recoup':
            want = nearest(base * F(t.rate))
        elif t.kind == 'net_pct':
            want = nearest(left * F(t.rate))
        if t.kind == 'recoup' and phase == 'post':
            want = 0
        if t.carry:
            want += cents(brought.get(t.key, 0))
        else:
            want = max(0, want)
        taken = max(0, min(want, left))
        rows.append([t.key, t.beneficiary, t.kind == 'recoup', want, taken])
        left -= taken
    return rows


def rows_of(clauses, schedule, phase, base, service, brought):
    if schedule is None:
        return []
    if schedule.kind != 'tiers':
        share = limited(clauses, schedule, bare(schedule, base), base)
        return [['', None, phase == 'pre', share, share]]
    rows = cascade(schedule, phase, base, service, brought)
    total = sum(row[4] for row in rows)
    share = limited(clauses, schedule, F(total), base)
    if share > total:
        rows.append(['floor', None, phase == 'pre', 0, share - total])
    over = max(0, total - share)
    for row in rows[::-1]:
        less = min(over, row[4])
        row[4] -= less
        over -= less
    return rows


def settle(clauses, balances, service, brought):
    base = base_of(clauses, service)
    left = {
        b.contributor: cents(b.contributed) - cents(b.recouped)
        for b in balances
        if b.recoupable and b.contributed > b.recouped}
    pot = sum(left.values())

    pre = post = []
    alpha, excess, local = F(0), 0, 0
    if pot:
        pre = rows_of(clauses, clauses.pre, 'pre', base, service, brought)
        gross = sum(row[4] for row in pre if row[2])
        if clauses.local_base == 'share':
            local = nearest(gross * F(clauses.local_rate))
        wanted = gross - local
        alpha = min(F(1), F(pot, wanted)) if wanted else F(1)
        if alpha < 1 and clauses.crossing == 'whole_pre':
            excess, alpha = wanted - pot, F(1)
        recouped = min(pot, wanted)
    else:
        recouped = 0
    if alpha < 1:
        post = rows_of(clauses, clauses.post, 'post', base, service, brought)

    parts = [['', None, local * alpha]] + [
        [row[0], row[1], row[4] * alpha] for row in pre if not row[2]] + [
        [row[0], row[1], row[4] * (1 - alpha)] for row in post if not row[2]]
    total = nearest(sum(part[2] for part in parts))
    amounts = [0] * len(parts)
    if total:
        amounts = largest_remainder(total, [part[2] for part in parts])
    local, *amounts = amounts
    paid = {}
    for (key, beneficiary, _), amount in zip(
            parts[1:], amounts, strict=True):
        paid.setdefault((key, beneficiary), 0)
        paid[key, beneficiary] += amount
    post_part = sum(a for (_, who), a in paid.items() if who is None)
    local_post = nearest(post_part * F(clauses.local_rate))
    rest = post_part - local_post + excess
    destinations = {}
    if clauses.destinations:
        destinations = dict(zip(
                [d.key for d in clauses.destinations],
                largest_remainder(
                    rest, [F(d.rate) for d in clauses.destinations]),
                strict=True))

    # What waited before waits on in the part where nothing asks for it.
    before = sum(not row[2] for row in pre)
    waiting = {k: F(cents(v)) for k, v in brought.items()}
    given = {}
    for schedule, rows, part, taken in [
            (clauses.pre, pre, alpha, amounts[:before]),
            (clauses.post, post, 1 - alpha, amounts[before:])]:
        if schedule is None or not rows or schedule.kind != 'tiers':
            continue
        got = dict.fromkeys([row[0] for row in rows], 0)
        for row, amount in zip(
                [r for r in rows if not r[2]], taken, strict=True):
            got[row[0]] += amount
        for tier, row in zip(schedule.tiers, rows, strict=False):
            if tier.carry:
                key = tier.key
                waiting[key] = waiting.get(key, F(0)) + part * (
                    row[3] - cents(brought.get(key, 0)))
                given[key] = given.get(key, 0) + got[key]
    carried = {k: nearest(v) - given.get(k, 0) for k, v in waiting.items()}
    return {
        'base': base,
        'recouped': recouped,
        'alpha': alpha,
        'tiers': {
            name: amount for name, amount in paid.items()
            if name[1] is not None and amount},
        'local': local + local_post,
        'destinations': destinations,
        'share': (
            recouped + local + local_post + sum(destinations.values())
            + sum(a for (_, who), a in paid.items() if who is not None)),
        'carried': {k: v for k, v in carried.items() if v},
        'by_contributor': divided(clauses.allocation, balances, recouped),
        }


def divided(allocation, balances, amount):
    left = [
        max(0, cents(b.contributed) - cents(b.recouped))
        if b.recoupable else 0
        for b in balances]
    got = [0] * len(balances)
    while amount:
        open_ = [i for i, part in enumerate(left) if part > got[i]]
        if allocation == 'priority':
            first = min(balances[i].priority for i in open_)
            open_ = [i for i in open_ if balances[i].priority == first]
            served = min(amount, sum(left[i] for i in open_))
            weights = [left[i] for i in open_]
        elif allocation == 'initial':
            weights = [max(0, cents(balances[i].contributed)) for i in open_]
            if not any(weights):
                weights = [left[i] for i in open_]
            served = amount
        else:
            weights = [left[i] for i in open_]
            served = amount
        shares = largest_remainder(served, weights)
        full = [
            i for i, share in zip(open_, shares, strict=True)
            if share > left[i]]
        if full:
            # Nobody gets more than what remains: serve those first.
            for i, share in zip(open_, shares, strict=True):
                if share >= left[i]:
                    got[i] = left[i]
                    amount -= left[i]
            continue
        for i, share in zip(open_, shares, strict=True):
            got[i] += share
            amount -= share
        if allocation != 'priority':
            break
    return {
        b.contributor: part
        for b, part in zip(balances, got, strict=True) if part}
