"""How an assembly of a co-operative counts: its quorum, then each ballot.

Counts are integers, weights and parts exact Fractions, without a database:
nothing is rounded, so that no result hangs on a rounding.
Loi 47-1775 du 10 septembre 1947, article 19 octies: one member has one vote;
the statutes may divide the votes between colleges.
"""
import math
from fractions import Fraction
from typing import NamedTuple

# What is asked of the votes expressed, and whether it must be passed: more
# than half, two thirds at least. The least first.
MAJORITIES = {
    'simple': (Fraction(1, 2), True),
    'two_thirds': (Fraction(2, 3), False),
    'three_quarters': (Fraction(3, 4), False),
    }
METHODS = ['members', 'proportional', 'majority']


class Quorum(NamedTuple):
    """Whether enough members take part

    needed: how many must be present or represented.
    taking_part: how many are.
    """
    needed: int
    taking_part: int

    @property
    def reached(self):
        return self.taking_part >= self.needed


class Votes(NamedTuple):
    "How the members of a college voted"
    yes: int = 0
    no: int = 0
    abstention: int = 0
    blank: int = 0


class Counted(NamedTuple):
    """What a college says

    against: the votes that count against.
    expressed: the votes that count at all.
    weight_for, weight_against: what goes to each side of all votes.
    """
    votes: Votes
    against: int
    expressed: int
    weight: Fraction
    weight_for: Fraction
    weight_against: Fraction


class Result(NamedTuple):
    """What an assembly says

    part: what is for, of what is expressed; None if nothing is.
    """
    colleges: list
    weight_for: Fraction
    weight_against: Fraction
    part: Fraction
    adopted: bool


def quorum(voters, taking_part, rate):
    """Return how many voters are needed, and how many take part

    A part of a member counts for a whole one, and one at least is needed.
    """
    return Quorum(max(math.ceil(Fraction(rate) * voters), 1), taking_part)


def is_reached(part, majority):
    "Return if a part of what is expressed is the majority that is asked"
    asked, strict = MAJORITIES[majority]
    return part is not None and (part > asked if strict else part >= asked)


def is_weaker(majority, other):
    "Return if a majority asks for less than another"
    order = list(MAJORITIES)
    return order.index(majority) < order.index(other)


def count(
        colleges, method, majority='simple', abstentions_against=False,
        blanks_against=False):
    """Return what an assembly says, with what each of its colleges says

    colleges: the weight and the Votes of each, weights None for members.
    method:
        members: one member, one vote, whatever the college.
        proportional: the weight of a college is divided as its votes are.
        majority: all of its weight goes to the side that has more than half
            of its votes; who is tied has not adopted, and is against.
    abstentions_against, blanks_against: else they are no votes expressed.

    A college of which nobody expressed a vote is on neither side.
    """
    weights = [weight for weight, _ in colleges]
    if method != 'members' and sum(map(Fraction, weights)) != 1:
        raise ValueError("weights sum to one")
    rows = []
    for _, votes in colleges:
        against = (
            votes.no
            + (votes.abstention if abstentions_against else 0)
            + (votes.blank if blanks_against else 0))
        rows.append((votes, against, votes.yes + against))
    expressed = sum(row[2] for row in rows)
    if method == 'members':
        weights = [
            Fraction(row[2], expressed) if expressed else Fraction(0)
            for row in rows]
    counted = [
        _count_college(method, Fraction(weight), *row)
        for weight, row in zip(weights, rows, strict=True)]
    weight_for = sum((c.weight_for for c in counted), Fraction(0))
    weight_against = sum((c.weight_against for c in counted), Fraction(0))
    total = weight_for + weight_against
    part = weight_for / total if total else None
    return Result(
        counted, weight_for, weight_against, part,
        is_reached(part, majority))


def _count_college(method, weight, votes, against, expressed):
    if not expressed:
        part = None
    elif method == 'majority':
        part = Fraction(int(2 * votes.yes > expressed))
    else:
        part = Fraction(votes.yes, expressed)
    return Counted(
        votes, against, expressed, weight,
        weight * part if expressed else Fraction(0),
        weight * (1 - part) if expressed else Fraction(0))
