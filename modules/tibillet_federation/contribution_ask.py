"""What an import asks before it writes: columns left out, lines made twice."""
from collections import Counter

from trytond.i18n import gettext
from trytond.pool import Pool

from .exceptions import ContributionAgainWarning, ContributionColumnsWarning


def warn_columns(convention, unknown):
    "Ask whether the columns that are not read may be left out"
    pool = Pool()
    Warning = pool.get('res.user.warning')
    key = '.'.join([
            'contribution_columns', str(convention.id),
            *(header for header, _ in unknown)])
    if unknown and Warning.check(key):
        raise ContributionColumnsWarning(key, gettext(
                'tibillet_federation.msg_contribution_columns',
                columns='\n'.join(say_unknown(unknown))))


def warn_again(convention, contributions):
    "Ask about what the register has already"
    pool = Pool()
    Contribution = pool.get('tibillet.convention.contribution')
    Warning = pool.get('res.user.warning')
    known = {
        _content(c) for c in Contribution.search([
                ('convention', '=', convention.id),
                ], order=[])}
    again = [c for c in contributions if _content(c) in known]
    twice = _get_twice(contributions)
    key = f'contribution_twice.{convention.id}.{len(known)}'
    if twice and Warning.check(key):
        raise ContributionAgainWarning(key, gettext(
                'tibillet_federation.msg_contribution_twice',
                contributions=', '.join(c.description for c in twice)))
    key = f'contribution_again.{convention.id}.{len(known)}'
    if again and Warning.check(key):
        raise ContributionAgainWarning(key, gettext(
                'tibillet_federation.msg_contribution_again',
                convention=convention.rec_name,
                contributions=', '.join(c.description for c in again)))


def say_unknown(columns):
    "Return a sentence on each column that is not read"
    return [
        gettext(
            'tibillet_federation.msg_contribution_column_'
            f'{"near" if near else "unknown"}',
            header=header, near=near)
        for header, near in columns]


def _get_twice(contributions):
    "Return, once each, what comes again among contributions"
    counts = Counter(_content(c) for c in contributions)
    first = {_content(c): c for c in reversed(contributions)}
    return [c for content, c in first.items() if counts[content] > 1]


def _content(contribution):
    "Return what two lines of a register have in common when they are one"
    return (
        contribution.contributor, contribution.date,
        contribution.description, contribution.quantity, contribution.unit,
        contribution.unit_cost)
