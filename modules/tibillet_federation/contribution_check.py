"""Who has brought a contribution, and on which day it may be."""
from collections import defaultdict
from itertools import groupby

from tibillet_base.tools import today
from tibillet_base.values import NUMERIC_MAX

from trytond.i18n import gettext
from trytond.model import ModelView, Workflow
from trytond.pool import Pool, PoolMeta

from .contribution_table import count_decimals
from .exceptions import (
    ContributionDateWarning, ContributionValidationError,
    ContributionVerificationError)
from .settlement_figures import get_voice
from .words import plain


class Contribution(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.contribution'

    @classmethod
    def create(cls, vlist):
        # Before the domain of the field, which says less.
        vlist = list(vlist)
        cls._check_contributors([
                (v['convention'], v['contributor'], v.get('description', ''))
                for v in vlist if v.get('convention') and v.get('contributor')
                ])
        return super().create(vlist)

    @classmethod
    def check_modification(
            cls, mode, contributions, values=None, external=False):
        super().check_modification(
            mode, contributions, values=values, external=external)
        if mode == 'write' and values.get('contributor'):
            cls._check_contributors([
                    (c.convention.id, values['contributor'], c.rec_name)
                    for c in contributions])

    @classmethod
    def _check_contributors(cls, brought):
        """Refuse who is not a party of the convention

        brought: list of (id of the convention, id of the party, what).
        A convention without parties is not written yet.
        """
        pool = Pool()
        Line = pool.get('tibillet.convention.party')
        Party = pool.get('party.party')
        lines = defaultdict(list)
        for line in Line.search([
                    ('convention', 'in', list({b[0] for b in brought})),
                    ]):
            lines[line.convention.id].append(line)
        for convention_id, party_id, what in brought:
            parties = [line.party for line in lines[convention_id]]
            if parties and party_id not in {p.id for p in parties}:
                convention = lines[convention_id][0].convention
                raise ContributionValidationError(gettext(
                        'tibillet_federation.msg_contribution_contributor',
                        contribution=what,
                        convention=convention.rec_name,
                        contributor=Party(party_id).rec_name,
                        parties=', '.join(p.rec_name for p in parties)))

    def _get_problem(self, field_names):
        problem = super()._get_problem(field_names)
        if problem:
            return problem
        if ({'quantity', 'unit'} & field_names
                and count_decimals(self.quantity) > self.unit.digits):
            return 'quantity_decimals'
        if field_names & {
                'quantity', 'unit_cost', 'vat_rate', 'tax_included',
                'vat_recoverable'}:
            # Read again: what is computed from them is what is written.
            amounts = [
                self.on_change_with_amount(), self.on_change_with_gross(),
                self.on_change_with_net()]
            if max(amounts) > NUMERIC_MAX:
                return 'amount'

    def _get_problem_names(self):
        voice = get_voice(self.convention)
        return super()._get_problem_names() | {
            'quantity': plain(voice.number(self.quantity or 0)),
            'unit': self.unit.rec_name,
            'digits': self.unit.digits,
            }

    @classmethod
    def validate_fields(cls, contributions, field_names):
        super().validate_fields(contributions, field_names)
        if 'date' in field_names:
            cls._check_brought([
                    c for c in contributions if c.state == 'verified'])

    @classmethod
    @ModelView.button
    @Workflow.transition('verified')
    def verify(cls, contributions):
        cls._check_brought(contributions)
        super().verify(contributions)

    @classmethod
    def _check_brought(cls, contributions):
        "Refuse as verified what has not been brought yet"
        for contribution in contributions:
            if contribution.is_to_come():
                raise ContributionVerificationError(gettext(
                        'tibillet_federation.msg_contribution_to_come',
                        contribution=contribution.rec_name,
                        date=contribution.convention.format_date(
                            contribution.date)))

    def is_to_come(self):
        "Return if it is dated after today"
        return self.date > today(self.convention.company)

    @classmethod
    def on_modification(cls, mode, contributions, field_names=None):
        super().on_modification(
            mode, contributions, field_names=field_names)
        if mode == 'create' or (mode == 'write' and 'date' in field_names):
            cls._warn_dates(contributions)

    @classmethod
    def _warn_dates(cls, contributions):
        "Ask whether the dates that surprise are right"
        pool = Pool()
        Warning = pool.get('res.user.warning')
        surprising = [
            (c.get_date_surprise(), c) for c in contributions]
        surprising = [(s, c) for s, c in surprising if s]
        for (convention, surprise), grouped in groupby(
                sorted(surprising, key=lambda s: (s[1].convention.id, s[0])),
                key=lambda s: (s[1].convention, s[0])):
            dated = [c for _, c in grouped]
            # The ids of new contributions change at each try. The years let
            # who accepts once for all be asked again about others.
            years = sorted({str(c.date.year) for c in dated})
            key = '.'.join([
                    f'contribution_{surprise}', str(convention.id), *years])
            if Warning.check(key):
                raise ContributionDateWarning(key, gettext(
                        f'tibillet_federation.msg_contribution_{surprise}',
                        convention=convention.rec_name,
                        start=convention.format_date(convention.start),
                        end=convention.format_date(convention.end),
                        contributions=', '.join(
                            f'{c.rec_name} ({convention.format_date(c.date)})'
                            for c in dated)))

    def get_date_surprise(self):
        "Return what surprises in the date, or nothing"
        convention = self.convention
        if self.is_to_come():
            return 'warn_future'
        if convention.start and self.date < convention.start:
            return 'warn_before'
        if convention.end and self.date > convention.end:
            return 'warn_after'
