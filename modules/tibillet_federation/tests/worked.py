"""Clauses, pots and services of the examples that tests work by hand."""
import datetime as dt
from decimal import Decimal

from tibillet_federation.clauses import (
    Amount, Balance, Bracket, Clauses, Destination, Schedule, Service)

D = Decimal
day = dt.date.fromisoformat
CENT = D('0.01')


def flat(rate, floor='0', cap=None):
    return Schedule(
        'flat', rate=D(rate), floor=D(floor), cap=D(cap) if cap else None)


def scale(kind, *rows, **limits):
    return Schedule(kind, brackets=tuple(
            Bracket(D(up_to) if up_to else None, D(rate))
            for up_to, rate in rows), **limits)


RESEARCH = (Destination('research', D(1), "Research"),)
THREE = (
    Destination('research', D('0.5'), "Research"),
    Destination('hosting', D('0.3'), "Hosting"),
    Destination('renewal', D('0.2'), "Renewal"),
    )
# X10: the marginal scales before and after recoupment.
BEFORE = scale(
    'marginal', ('2000', '0.50'), ('10000', '0.25'), ('50000', '0.15'),
    (None, '0.08'))
AFTER = scale(
    'marginal', ('2000', '0.20'), ('10000', '0.12'), ('50000', '0.06'),
    (None, '0.03'))
# X12: the rate of the class applies to the whole base.
CLASS = scale('class', ('5000', '0.40'), ('20000', '0.30'), (None, '0.15'))


def make_clauses(pre, post, **values):
    values.setdefault('destinations', RESEARCH)
    return Clauses('1', day('2026-01-01'), pre, post, **values)


def make_service(
        turnover, human_cost='0', number='1', date='2026-06-01', **values):
    exclusions = ()
    if D(human_cost):
        exclusions = (Amount("Fee", D(human_cost), 'human'),)
    return Service(
        number, day(date), (Amount("Service", D(turnover)),), exclusions,
        **values)


def pot(amount):
    return (Balance('ccc', D(amount)),)


def texts(amounts):
    return {key: str(amount) for key, amount in amounts.items()}


# The season: two rates, floors, caps, a maximum, and five services.
SEASON_CLAUSES = make_clauses(
    flat('0.35', '500', '15000'), flat('0.12', '150', '6000'),
    max_rate=D('0.60'), destinations=THREE, local_rate=D('0.10'),
    exclusions_max_rate=D('0.30'))
SEASON = tuple(
    make_service(
        turnover, human_cost, f'P{index}', f'2026-0{index + 3}-15',
        operator='mamasound')
    for index, (turnover, human_cost) in enumerate([
            ('1000', '300'), ('9000', '900'), ('9000', '600'),
            ('150000', '4500'), ('9000', '900')], 1))
# 700 and 300 are left.
UNEQUAL = (
    Balance('ccc', D(1000), D(300), priority=1),
    Balance('mamasound', D(3000), D(2700), priority=0))
