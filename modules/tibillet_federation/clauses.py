"""What a version of a convention says, and what the engine is given.

Plain data, without database. Rates are Decimal fractions (0.35 is 35 %),
amounts are Decimals in the currency of the convention, excluding tax.
"""
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from tibillet.money import CENT

ZERO = Decimal(0)

SCHEDULES = ['flat', 'marginal', 'class', 'fixed', 'tiers']
TIERS = [
    'cost', 'time', 'gross_pct', 'net_pct', 'recoup', 'fixed', 'residual']
CROSSINGS = ['split', 'whole_pre']
ALLOCATIONS = ['remaining', 'initial', 'priority']
LOCAL_BASES = ['post', 'share']


@dataclass(frozen=True, slots=True)
class Bracket:
    "A rate up to a bound, included; the last bracket has no bound"
    up_to: Decimal | None
    rate: Decimal


@dataclass(frozen=True, slots=True)
class Tier:
    """One step of a cascade: it takes from what the steps before have left.

    cost: the costs declared under key, amount is their ceiling if any.
    time: the days declared under key, amount is the price of a day.
    gross_pct: rate of the base.
    net_pct: rate of what is left.
    recoup: lowers the pot, by rate of the base or, without rate, by all
        that is left.
    fixed: amount.
    residual: all that is left.

    A tier is paid to its beneficiary; without beneficiary it goes to the
    local part and the destinations of the version (a recoup tier goes to
    the contributors).
    carry: what could not be paid waits for the next service (cost, time and
    fixed only).
    """
    key: str
    kind: str
    rate: Decimal | None = None
    amount: Decimal | None = None
    beneficiary: str | None = None
    carry: bool = False
    label: str = ''


@dataclass(frozen=True, slots=True)
class Schedule:
    """How a share is computed from a base.

    flat: rate of the base.
    marginal: each bracket applies to its slice of the base only.
    class: the rate of the bracket of the base applies to the whole base.
    fixed: amount, whatever the base.
    tiers: a cascade.

    floor and cap are the least and the most of the share; the floor gives
    way to the cap, and both to the maximum rate of the version.
    """
    kind: str
    rate: Decimal | None = None
    amount: Decimal | None = None
    brackets: tuple[Bracket, ...] = ()
    tiers: tuple[Tier, ...] = ()
    floor: Decimal = ZERO
    cap: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    "Who or what receives a percentage of the part after recoupment"
    key: str
    rate: Decimal
    label: str = ''
    beneficiary: str | None = None


@dataclass(frozen=True, slots=True)
class Clauses:
    """The figures of one version of a convention.

    pre: schedule while something is left to recoup.
    post: schedule once all is recouped; None when nothing is due any more.
    max_rate: most of the base that a share may take.
    crossing: split cuts the service that ends recoupment in two, whole_pre
        counts it whole under pre and sends what exceeds the pot to the
        destinations.
    allocation: how contributors divide what is recouped: by what remains to
        each, by initial contributions, or in order of priority.
    local_rate: of the part after recoupment, or of the whole share when
        local_base is share; taken before the destinations.
    exclusions_max_rate: most of the turnover that exclusions may take out.
    provider: who receives what names nobody: the local part, and
        destinations without beneficiary.
    """
    label: str
    effective_from: dt.date
    pre: Schedule | None
    post: Schedule | None
    max_rate: Decimal | None = None
    crossing: str = 'split'
    allocation: str = 'remaining'
    destinations: tuple[Destination, ...] = ()
    local_rate: Decimal = ZERO
    local_base: str = 'post'
    exclusions_max_rate: Decimal | None = None
    quantum: Decimal = CENT
    currency_symbol: str = '€'
    provider: str | None = None

    def check(self):
        "Return the Problems that forbid adoption"
        from .clauses_check import problems
        return problems(self)

    def warnings(self):
        "Return the Problems to know about before adoption"
        from .clauses_check import warnings
        return warnings(self)


@dataclass(frozen=True, slots=True)
class Balance:
    """What a contributor has put in and got back.

    recouped: everything that lowers what remains: recoupments, indemnities,
        write-offs.
    priority: lowest first, for the allocation of that name.
    recoupable: false for a contribution shown but not recouped.
    """
    contributor: str
    contributed: Decimal
    recouped: Decimal = ZERO
    priority: int = 0
    recoupable: bool = True

    @property
    def remaining(self):
        if not self.recoupable:
            return ZERO
        return max(self.contributed - self.recouped, ZERO)


@dataclass(frozen=True, slots=True)
class Amount:
    label: str
    amount: Decimal
    nature: str = ''


@dataclass(frozen=True, slots=True)
class Advance:
    "A common cost that a partner has paid, key by key"
    key: str
    beneficiary: str
    amount: Decimal
    label: str = ''


@dataclass(frozen=True, slots=True)
class Service:
    """A service as declared.

    turnover: included lines, excluding tax; a credit note is negative.
    exclusions: what does not count in the base, such as fees of people.
    costs, days: declared costs and days, by key of tier.
    operator: who ran the service and owes the share.
    advances: common costs the operator gives back beside the share; its own
        it keeps.
    """
    number: str
    date: dt.date
    turnover: tuple[Amount, ...]
    exclusions: tuple[Amount, ...] = ()
    costs: Mapping[str, Decimal] = field(default_factory=dict)
    days: Mapping[str, Decimal] = field(default_factory=dict)
    operator: str | None = None
    advances: tuple[Advance, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the recoupment ledger that no service made.

    amount: adds to what is to recoup when positive, lowers it when negative.
    kind: contribution and accrual change what was contributed; any other
        (adjustment, indemnity, write_off, buy_back, rental …) changes what
        was recouped.
    contributor: None for a credit shared by all, by what remains to each.
    """
    date: dt.date
    kind: str
    amount: Decimal
    contributor: str | None = None
    number: str = ''


def in_force(versions, date):
    """Return the version in force at date, None if there is none yet."""
    return max(
        (v for v in versions if v.effective_from <= date),
        key=lambda v: v.effective_from, default=None)
