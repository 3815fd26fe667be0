"""Who has brought a contribution, and on which day it may be."""
from itertools import groupby

from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import ModelView, Workflow
from trytond.pool import Pool, PoolMeta

from .exceptions import (
    ContributionDateWarning, ContributionValidationError,
    ContributionVerificationError)


class Contribution(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.contribution'

    @classmethod
    def preprocess_values(cls, mode, values):
        pool = Pool()
        Convention = pool.get('tibillet.convention')
        values = super().preprocess_values(mode, values)
        # The domain of the field comes before any other check.
        if mode == 'create' and values.get('convention'):
            cls._check_contributor(
                Convention(values['convention']), values.get('contributor'),
                values.get('description'))
        return values

    @classmethod
    def check_modification(
            cls, mode, contributions, values=None, external=False):
        super().check_modification(
            mode, contributions, values=values, external=external)
        if mode == 'write' and 'contributor' in values:
            for contribution in contributions:
                cls._check_contributor(
                    contribution.convention, values['contributor'],
                    contribution.rec_name)

    @classmethod
    def _check_contributor(cls, convention, party_id, description):
        pool = Pool()
        Party = pool.get('party.party')
        parties = [line.party for line in convention.parties]
        if (party_id and parties
                and party_id not in {p.id for p in parties}):
            raise ContributionValidationError(gettext(
                    'tibillet_federation.msg_contribution_contributor',
                    contribution=description or '',
                    convention=convention.rec_name,
                    contributor=Party(party_id).rec_name,
                    parties=', '.join(p.rec_name for p in parties)))

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
