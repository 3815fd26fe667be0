"""How fast services are settled and said.

    python -m bench.statement --engine
    python -m bench.statement --records

The engine is pure: it is measured without database, in services a second of
processor time, against the 5 000 a second that are asked of it. Three
figures are printed for each kind of clauses: the figures alone, with the
codes of the sentences, and with the sentences written in French.
"""
import argparse
import datetime as dt
import random
import time
from decimal import Decimal

from tibillet_federation import words
from tibillet_federation.clauses import (
    Amount, Balance, Bracket, Clauses, Destination, Schedule, Service, Tier)
from tibillet_federation.revenue import replay

from bench.machine import describe
from bench.statement_records import records

ASKED = 5000  # services a second, with their sentences
START = dt.date(2026, 1, 1)
PARTIES = ['ccc', 'mamasound', 'friends', 'neighbours']


def make_clauses(pre, post):
    return Clauses(
        '1', START, pre, post, max_rate=Decimal('0.60'),
        local_rate=Decimal('0.10'), exclusions_max_rate=Decimal('0.30'),
        destinations=(
            Destination('research', Decimal('0.5'), "R&D"),
            Destination('hosting', Decimal('0.3'), "Hébergement"),
            Destination('renewal', Decimal('0.2'), "Renouvellement")))


def flat(rate, floor, cap):
    return Schedule(
        'flat', rate=Decimal(rate), floor=Decimal(floor), cap=Decimal(cap))


def marginal(*rates):
    bounds = [Decimal(2000), Decimal(10000), Decimal(50000), None]
    return Schedule('marginal', brackets=tuple(
            Bracket(bound, Decimal(rate))
            for bound, rate in zip(bounds, rates, strict=True)))


CASCADE = Schedule('tiers', tiers=(
        Tier('days', 'time', amount=Decimal(300), beneficiary='ccc',
            label="Suivi"),
        Tier('costs', 'cost', beneficiary='mamasound', carry=True,
            label="Frais"),
        Tier('pot', 'recoup', rate=Decimal('0.20'), label="Matériel"),
        Tier('research', 'net_pct', rate=Decimal('0.15'), label="R&D"),
        ))
KINDS = {
    'flat': make_clauses(
        flat('0.35', 500, 15000), flat('0.12', 150, 6000)),
    'marginal': make_clauses(
        marginal('0.50', '0.25', '0.15', '0.08'),
        marginal('0.20', '0.12', '0.06', '0.03')),
    'cascade': make_clauses(CASCADE, CASCADE),
    }


def make_services(count, seed=2026):
    "Return services over three years, each with a fee, days and costs"
    generator = random.Random(seed)
    found = []
    for number in range(count):
        turnover = Decimal(generator.randint(50000, 3000000)) / 100
        fee = Decimal(generator.randint(10000, 90000)) / 100
        found.append(Service(
                f'P{number}',
                START + dt.timedelta(generator.randint(0, 1095)),
                (Amount("Prestation", turnover),),
                (Amount("Cachet", fee, 'human'),),
                {'costs': Decimal(generator.randint(0, 40000)) / 100},
                {'days': Decimal(generator.randint(1, 8)) / 2},
                'mamasound'))
    return found


def make_balances(clauses, services, contributors):
    "Return a pot that about half of the services recoup"
    share = sum(s.share for s in replay(
            lambda date: clauses, [Balance('ccc', Decimal(10) ** 12)],
            services))
    part = (share / 2 / contributors).quantize(Decimal('0.01'))
    return [Balance(party, part) for party in PARTIES[:contributors]]


def measure(clauses, balances, services):
    "Return the seconds of figures, of codes of sentences, of French"
    started = time.process_time()
    settled = replay(lambda date: clauses, balances, services)
    replayed = time.process_time()
    sentences = [settlement.sentences for settlement in settled]
    coded = time.process_time()
    voice = words.Voice('fr')
    said = [voice.say(each) for each in sentences]
    finished = time.process_time()
    assert len(said) == len(services)
    return replayed - started, coded - replayed, finished - coded


def best(rounds, *arguments):
    return min((measure(*arguments) for _ in range(rounds)), key=sum)


def engine(count, rounds=7):
    "Print services a second of the pure engine"
    print(f"Pure engine, {count} services, best of {rounds}:")
    print(
        f"{'clauses':<10} {'who':>3} {'figures':>9} {'+ codes':>9} "
        f"{'+ French':>9} {'of asked':>9}")
    services = make_services(count)
    for kind, clauses in KINDS.items():
        for contributors in [1, 4]:
            balances = make_balances(clauses, services, contributors)
            figures, codes, french = best(rounds, clauses, balances, services)
            rate = count / (figures + codes + french)
            print(
                f"{kind:<10} {contributors:>3} {count / figures:>9.0f} "
                f"{count / (figures + codes):>9.0f} {rate:>9.0f} "
                f"{rate / ASKED:>8.1f}×")
    many = make_services(10 * count)
    clauses = KINDS['flat']
    ratio = (
        sum(best(3, clauses, make_balances(clauses, many, 1), many))
        / sum(best(
                rounds, clauses, make_balances(clauses, services, 1),
                services)))
    print(f"10 times as many services take {ratio:.1f} times as long.")


PARTS = {
    'engine': engine,
    'records': records,
    }


def main():
    parser = argparse.ArgumentParser(
        description=__doc__.partition('\n')[0])
    for name, part in PARTS.items():
        parser.add_argument(
            f'--{name}', action='store_true', help=part.__doc__)
    parser.add_argument(
        '--services', type=int, default=1000, metavar='N',
        help="how many services (1000)")
    arguments = parser.parse_args()
    chosen = [name for name in PARTS if getattr(arguments, name)]
    print(describe())
    for name in chosen or PARTS:
        PARTS[name](arguments.services)


if __name__ == '__main__':
    main()
