"""Hypothesis: any clauses that can be adopted, any balances and services."""
import datetime as dt
from decimal import Decimal

from hypothesis import strategies as st
from tibillet_federation.clauses import (
    ALLOCATIONS, CROSSINGS, LOCAL_BASES, Advance, Amount, Balance, Bracket,
    Clauses, Destination, Schedule, Service, Tier)

START = dt.date(2026, 1, 1)
PARTIES = ['ccc', 'mamasound', 'friends']
KEYS = ['a', 'b', 'c', 'd', 'e']


def amounts(most):
    "Amounts in cents, often small or round: the edges are there"
    return st.one_of(
        st.integers(0, 3), st.integers(0, most * 100),
        st.integers(0, most).map(lambda euros: euros * 100)).map(
        lambda units: Decimal(units) / 100)


rates = st.one_of(
    st.sampled_from(['0', '1', '0.35', '0.12', '0.3', '0.5', '0.125']),
    st.integers(0, 1000).map(lambda n: str(Decimal(n) / 1000)),
    ).map(Decimal)


def seldom_none(strategy):
    return st.one_of(st.none(), *[strategy] * 7)


@st.composite
def limits(draw):
    floor = draw(st.just(Decimal(0)) | amounts(600))
    cap = draw(
        st.none() | st.none()
        | amounts(20000).map(lambda cap: cap + floor))
    return {'floor': floor, 'cap': cap}


@st.composite
def brackets(draw):
    bounds = sorted(set(draw(st.lists(
                    st.integers(1, 3000000), max_size=4))))
    bounds = [Decimal(bound) / 100 for bound in bounds]
    return tuple(
        Bracket(bound, draw(rates)) for bound in [*bounds, None])


@st.composite
def tiers(draw):
    found = []
    for key in draw(st.lists(
                st.sampled_from(KEYS), min_size=1, max_size=5,
                unique=True)):
        kind = draw(st.sampled_from([
                    'recoup', 'cost', 'time', 'gross_pct', 'net_pct',
                    'recoup', 'fixed', 'residual']))
        rate = amount = None
        if kind in {'gross_pct', 'net_pct'}:
            rate = draw(rates)
        elif kind == 'recoup':
            # A rate of zero would say all that is left or nothing.
            rate = draw(st.none() | rates.filter(bool))
        elif kind in {'time', 'fixed'}:
            amount = draw(amounts(400))
        elif kind == 'cost':
            amount = draw(st.none() | amounts(400))
        beneficiary = draw(st.sampled_from(PARTIES))
        if kind in {'gross_pct', 'net_pct', 'fixed', 'residual'}:
            beneficiary = draw(st.none() | st.just(beneficiary))
        elif kind == 'recoup':
            beneficiary = None
        carry = kind in {'cost', 'time', 'fixed'} and draw(st.booleans())
        found.append(Tier(key, kind, rate, amount, beneficiary, carry))
    return tuple(found)


@st.composite
def schedules(draw, kinds=('flat', 'marginal', 'class', 'fixed', 'tiers')):
    kind = draw(st.sampled_from(list(kinds)))
    values = draw(limits())
    if kind == 'flat':
        values['rate'] = draw(rates)
    elif kind == 'fixed':
        values['amount'] = draw(amounts(2000))
    elif kind == 'tiers':
        values['tiers'] = draw(tiers())
    else:
        values['brackets'] = draw(brackets())
    return Schedule(kind, **values)


@st.composite
def destinations(draw):
    parts = draw(st.lists(st.integers(0, 100), min_size=1, max_size=4))
    parts[-1] += 1
    total = sum(parts)
    known = [
        (Decimal(part) / total).quantize(Decimal('0.001')) for part in parts]
    known[-1] = Decimal(1) - sum(known[:-1])
    if known[-1] < 0:
        known = [Decimal(0)] * (len(parts) - 1) + [Decimal(1)]
    return tuple(
        Destination(
            f'd{index}', rate, beneficiary=draw(
                st.none() | st.sampled_from(PARTIES)))
        for index, rate in enumerate(known))


@st.composite
def clauses(
        draw, kinds=('flat', 'marginal', 'class', 'fixed', 'tiers'),
        **fixed):
    found = {
        'label': 'v1',
        'effective_from': START,
        'pre': draw(seldom_none(schedules(kinds))),
        'post': draw(seldom_none(schedules(kinds))),
        'max_rate': draw(st.none() | st.sampled_from([
                    Decimal('0.6'), Decimal('0.9'), Decimal(1)]) | rates),
        'crossing': draw(st.sampled_from(CROSSINGS)),
        'allocation': draw(st.sampled_from(ALLOCATIONS)),
        'destinations': draw(destinations()),
        'local_rate': draw(st.just(Decimal(0)) | rates),
        'local_base': draw(st.sampled_from(LOCAL_BASES)),
        'exclusions_max_rate': draw(
            st.none() | st.none() | st.just(Decimal('0.3')) | rates),
        'provider': draw(st.none() | st.sampled_from(PARTIES)),
        }
    if found['pre'] is None and found['post'] is None:
        found['pre'] = draw(schedules(kinds))
    return Clauses(**{**found, **fixed})


@st.composite
def balances(draw):
    found = []
    for contributor in draw(st.lists(
                st.sampled_from(PARTIES), min_size=draw(
                    st.sampled_from([0, 1, 1, 1, 2])),
                max_size=3, unique=True)):
        # Little is left, so that many services cross.
        remaining = draw(amounts(300) | amounts(300) | amounts(9000))
        recouped = draw(amounts(8000))
        found.append(Balance(
                contributor, recouped + remaining, recouped,
                priority=draw(st.integers(0, 2)),
                recoupable=draw(st.sampled_from([True] * 9 + [False]))))
    return tuple(found)


turnovers = st.one_of(
    amounts(40000), st.integers(10000, 4000000).map(
        lambda units: Decimal(units) / 100))


def _lines(most):
    signed = st.one_of(
        amounts(most), amounts(most), amounts(most).map(lambda a: -a))
    return st.lists(
        signed.map(lambda amount: Amount('', amount)),
        max_size=3).map(tuple)


@st.composite
def services(draw, number='1', day=None):
    return Service(
        number=number,
        date=day or START,
        turnover=(
            Amount('', draw(turnovers)), *draw(st.just(()) | _lines(9000))),
        exclusions=draw(st.just(()) | _lines(3000)),
        costs={
            key: draw(amounts(900))
            for key in draw(st.sets(st.sampled_from(KEYS)))},
        days={
            key: Decimal(draw(st.integers(0, 20))) / 4
            for key in draw(st.sets(st.sampled_from(KEYS)))},
        operator=draw(st.none() | st.sampled_from(PARTIES)),
        advances=tuple(
            Advance(str(index), draw(st.sampled_from(PARTIES)), amount, 'van')
            for index, amount in enumerate(draw(
                st.just([]) | st.lists(amounts(300), max_size=3)))))


@st.composite
def series(draw, max_size=6):
    "Services on a few days, some on the same one, numbers not padded"
    size = draw(st.integers(1, max_size))
    start = draw(st.sampled_from([1, 8]))
    return tuple(
        draw(services(
                number=f'P{start + index}',
                day=START + dt.timedelta(draw(st.integers(0, 9)))))
        for index in range(size))
