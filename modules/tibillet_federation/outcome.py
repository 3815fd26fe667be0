"""What the engine answers: every intermediate figure, and its sentences.

Plain data, without database. Sentences are (code, values) pairs that
words.py turns into English or French.
"""
import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from .clauses import Balance, Clauses, Entry, Service
from .sentences import (
    adjustment_sentences, posting_sentences, settlement_sentences)


@dataclass(frozen=True, slots=True)
class Take:
    """What one step of a schedule takes: a tier, or the schedule itself.

    wanted: what it would take if enough were left; below zero when more was
        paid ahead than it asks for.
    available: what was left before it.
    """
    key: str
    kind: str
    wanted: Decimal
    amount: Decimal
    available: Decimal
    beneficiary: str | None = None


@dataclass(frozen=True, slots=True)
class Figures:
    """A share under one schedule, step by step.

    raw, after_floor, after_cap, after_max: not rounded.
    share: after_max rounded half up; the sum of takes.
    limit: most of the base that a share may take, not rounded.
    hits: among floor, cap, max_rate, base: the limits that counted.
    slices: (from, to, rate, amount) of each bracket used.
    """
    phase: str
    kind: str
    raw: Decimal
    after_floor: Decimal
    after_cap: Decimal
    after_max: Decimal
    limit: Decimal
    share: Decimal
    hits: tuple[str, ...]
    takes: tuple[Take, ...]
    slices: tuple[tuple, ...] = ()


@dataclass(frozen=True, slots=True)
class Allocation:
    """A part of a share and who gets it.

    kind: recoup, tier, local, destination, or reimbursement of an advance.
    key: the contributor, or the key of the tier or of the destination.
    mode: retain when the operator keeps its own part (it sends no invoice
        to itself), else pay.
    """
    kind: str
    key: str
    beneficiary: str | None
    amount: Decimal
    mode: str = 'pay'


@dataclass(frozen=True, slots=True)
class Settlement:
    """A service settled under the clauses of its date.

    turnover, exclusions: sums declared; excluded: what really counts.
    phase: pre, crossing or post.
    pre, post: the figures of each schedule, None where not used.
    alpha: part of the service that counts under pre, to six digits.
    base_pre, base_post: the base cut by alpha.
    recouped: what lowers the pot, recouped_by contributor.
    by_tier: what tiers pay to their beneficiaries.
    excess: of whole_pre, what the pot did not need.
    post_part: what the clauses after recoupment ask for.
    local: taken from post_part (and from the recoupment when local_base is
        share); by_destination divides the rest, and excess.
    share: all of it; retained: what the operator would pay to itself.
    reimbursements: what the operator gives back beside the share, for common
        costs that others have paid.
    payable: by the operator, share − retained + reimbursed.
    brought, carried: costs of tiers that waited for this service, and
        that wait for the next one; below zero what was paid ahead.
    hits: limits that counted, as pre.cap; alerts: what someone should look
        at, among base_negative, exclusions_limited, exclusions_negative,
        share_is_base, tier_unpaid, destinations_missing.
    """
    service: Service
    clauses: Clauses
    turnover: Decimal
    exclusions: Decimal
    excluded: Decimal
    base: Decimal
    opening: tuple[Balance, ...]
    opening_remaining: Decimal
    phase: str
    pre: Figures | None
    post: Figures | None
    alpha: Decimal
    base_pre: Decimal
    base_post: Decimal
    recouped: Decimal
    recouped_by: Mapping[str, Decimal]
    by_tier: Mapping[str, Decimal]
    excess: Decimal
    post_part: Decimal
    local: Decimal
    by_destination: Mapping[str, Decimal]
    share: Decimal
    retained: Decimal
    reimbursed: Decimal
    payable: Decimal
    allocations: tuple[Allocation, ...]
    reimbursements: tuple[Allocation, ...]
    closing: tuple[Balance, ...]
    closing_remaining: Decimal
    brought: Mapping[str, Decimal]
    carried: Mapping[str, Decimal]
    hits: tuple[str, ...]
    alerts: tuple[str, ...]

    @property
    def sentences(self):
        "The (code, values) of what was done, worked out at each call"
        return settlement_sentences(self)

    @property
    def number(self):
        return self.service.number

    @property
    def date(self):
        return self.service.date

    @property
    def version(self):
        return self.clauses.label

    @property
    def figures(self):
        "The figures of the schedule the service began under"
        return self.post if self.phase == 'post' else self.pre

    @property
    def effective_rate(self):
        "The share as a fraction of the base, None without base"
        return self.share / self.base if self.base else None

    @property
    def booked(self):
        return self.allocations


@dataclass(frozen=True, slots=True)
class Posting:
    """An entry of the ledger as it counted.

    amount: what really changed what is to recoup, with its sign.
    surplus: credit beyond what remained: it goes to the renewal fund.
    refused: accrual after the end of recoupment: it does not count.
    """
    entry: Entry
    opening: tuple[Balance, ...]
    opening_remaining: Decimal
    amount: Decimal
    by_contributor: Mapping[str, Decimal]
    surplus: Decimal
    refused: Decimal
    closing: tuple[Balance, ...]
    closing_remaining: Decimal

    @property
    def sentences(self):
        return posting_sentences(self)


@dataclass(frozen=True, slots=True)
class Adjustment:
    """The correction of a locked service: differences, never a rewriting.

    original: what is corrected, a Settlement or its last Adjustment.
    target: the service settled again, corrected, from its own opening.
    allocations: differences to book, of any sign; their sum is share.
    reimbursements: differences of the advances; payable counts them too.
    recouped, recouped_by: differences; a negative one reopens the pot.
    spilled: recoupment that the pot does not need any more; it goes to the
        destinations.
    carried: differences of the costs that wait, see carry_on.
    booked: all that is booked for the service once this one is.
    """
    date: dt.date
    original: 'Settlement | Adjustment'
    target: Settlement
    base: Decimal
    share: Decimal
    recouped: Decimal
    recouped_by: Mapping[str, Decimal]
    by_tier: Mapping[str, Decimal]
    local: Decimal
    by_destination: Mapping[str, Decimal]
    spilled: Decimal
    retained: Decimal
    reimbursed: Decimal
    payable: Decimal
    carried: Mapping[str, Decimal]
    allocations: tuple[Allocation, ...]
    reimbursements: tuple[Allocation, ...]
    booked: tuple[Allocation, ...]
    opening: tuple[Balance, ...]
    closing: tuple[Balance, ...]
    closing_remaining: Decimal

    @property
    def entries(self):
        "The lines of the ledger that book what is recouped or taken back"
        return tuple(
            Entry(
                self.date, 'adjustment', -amount, contributor,
                self.target.number)
            for contributor, amount in self.recouped_by.items())

    @property
    def sentences(self):
        return adjustment_sentences(self)
