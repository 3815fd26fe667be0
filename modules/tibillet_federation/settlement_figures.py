"""What the engine answers, as a statement line keeps it."""
import json
from dataclasses import astuple, dataclass
from decimal import Decimal

from trytond.pool import Pool
from trytond.transaction import Transaction

from tibillet.money import half_up

from . import clauses as plain
from . import pot
from .words import Voice

ZERO = Decimal(0)
RATE_QUANTUM = Decimal('0.000001')
# What the kinds of the engine are called in records.
KINDS = {'recoup': 'recoupment'}


@dataclass(frozen=True)
class Part:
    """A part of what an operator gives back for a service

    beneficiary: id of a party. name: of the destination or of the cost.
    mode: pay, or retain for what the operator would pay to itself.
    """
    kind: str
    key: str
    name: str
    beneficiary: int
    amount: Decimal
    mode: str


def get_parts(outcome):
    "Return the Parts of an outcome"
    result, target = outcome.result, outcome.target
    clauses = target.clauses
    names = {d.key: d.label for d in clauses.destinations}
    names.update(
        (t.key, t.label) for schedule in [clauses.pre, clauses.post]
        if schedule for t in schedule.tiers)
    labels = {a.key: a.label for a in target.service.advances}
    return [
        Part(
            KINDS.get(a.kind, a.kind), a.key,
            names.get(a.key) if a.kind in {'tier', 'destination'} else None,
            int(a.beneficiary), a.amount, a.mode)
        for a in result.allocations
        ] + [
        Part(a.kind, '', labels.get(a.key), int(a.beneficiary), a.amount,
            a.mode)
        for a in result.reimbursements]


def get_figures(outcome):
    "Return the values of a statement line for what the engine answered"
    result, target = outcome.result, outcome.target
    parts = get_parts(outcome)
    turnover, excluded = target.turnover, target.excluded
    if outcome.kind == 'adjustment':
        # The amounts of an adjustment are differences.
        before = getattr(result.original, 'target', result.original)
        turnover -= before.turnover
        excluded -= before.excluded
    rate = target.effective_rate
    return {
        'phase': target.phase,
        'turnover': turnover,
        'excluded': excluded,
        'base': result.base,
        'opening_remaining': pot.remaining_of(result.opening),
        'pre_share': target.pre.share if target.pre else None,
        'post_share': target.post.share if target.post else None,
        'hits': sorted(target.hits),
        'alpha': target.alpha,
        'recouped': result.recouped,
        'tiers': sum(result.by_tier.values(), ZERO),
        'local': result.local,
        'destinations': sum(result.by_destination.values(), ZERO),
        'share': result.share,
        'reimbursed': result.reimbursed,
        'retained': result.retained,
        'payable': result.payable,
        'effective_rate': (
            half_up(rate, RATE_QUANTUM) if rate is not None else None),
        'closing_remaining': result.closing_remaining,
        'figures': json.dumps(_get_steps(outcome, parts), default=str),
        }


def _get_steps(outcome, parts):
    "Return what the fields do not hold, as JSON can write it"
    result, target = outcome.result, outcome.target
    return {
        'opening': dump_balances(result.opening),
        'brought': dump_amounts(target.brought),
        'carried': dump_amounts(outcome.carried),
        'recouped_by': dump_amounts(result.recouped_by),
        'base_pre': str(target.base_pre),
        'base_post': str(target.base_post),
        'parts': [astuple(p) for p in parts],
        'alerts': list(target.alerts),
        'sentences': result.sentences,
        }


def get_current(id):
    "Return the id, as a text, of a party or of what it was merged into"
    pool = Pool()
    Party = pool.get('party.party')
    return str(Party(int(id)).current.id)


class Names(dict):
    "The names of parties by their ids, of those that were merged too"

    def get(self, id, default=None):
        if id not in self and str(id).isdecimal():
            return super().get(get_current(id), default)
        return super().get(id, default)


def get_voice(convention, language=None):
    "Return who says the sentences of a convention"
    currency = convention.currency
    names = Names(
        (str(p.party.id), p.party.name) for p in convention.parties)
    return Voice(
        language or Transaction().language, currency.symbol or currency.code,
        currency.rounding, names)


def dump_balances(balances):
    return [
        [b.contributor, str(b.contributed), str(b.recouped), b.priority,
            b.recoupable]
        for b in balances]


def load_balances(values):
    "Return the balances of contributors, by who they are today"
    return tuple(
        plain.Balance(
            get_current(contributor), Decimal(contributed),
            Decimal(recouped), priority,
            recoupable)
        for contributor, contributed, recouped, priority, recoupable
        in values)


def dump_amounts(amounts):
    return {key: str(amount) for key, amount in amounts.items()}


def load_amounts(values):
    return {key: Decimal(amount) for key, amount in values.items()}
