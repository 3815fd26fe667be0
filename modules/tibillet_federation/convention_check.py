"""What a convention cannot be about: terms and dates without meaning."""
from tibillet_base.problem import SurpriseMixin
from tibillet_base.tools import is_far, today

from trytond.i18n import gettext
from trytond.model import ModelView, Workflow
from trytond.pool import Pool, PoolMeta

from tibillet.terms import add_months

from .convention import NOTICE_MONTHS_MAX, TERM_MONTHS_MAX
from .exceptions import (
    ConventionBooksWarning, ConventionDateWarning, ConventionValidationError)

# What began longer ago has most likely a mistyped year.
PAST_MONTHS = 120


class Convention(SurpriseMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention'
    _problem_error = ConventionValidationError
    _problem_message = 'tibillet_federation.msg_convention'
    _surprise_warning = ConventionDateWarning

    def _get_problem(self, field_names):
        if 'term_months' in field_names and not (
                0 < self.term_months <= TERM_MONTHS_MAX):
            return 'term'
        if 'notice_months' in field_names and not (
                0 <= self.notice_months <= NOTICE_MONTHS_MAX):
            return 'notice'
        if ({'notice_date', 'start'} & field_names
                and self.notice_date and self.start
                and self.notice_date < self.start):
            return 'notice_date'

    def _get_problem_names(self):
        return {
            'convention': self.rec_name,
            'start': self.format_date(self.start),
            'notice': self.format_date(self.notice_date),
            'term_max': TERM_MONTHS_MAX,
            'notice_max': NOTICE_MONTHS_MAX,
            }

    def _get_surprises(self, field_names):
        yield from super()._get_surprises(field_names)
        if 'start' in field_names and self.start:
            if self.start < add_months(today(self.company), -PAST_MONTHS):
                yield 'old'
            elif is_far(self.start, self.company):
                yield 'far'

    def _get_surprise_key(self, surprise):
        return '.'.join([
                f'convention_{surprise}', str(self.company.id),
                f'{self.start:%Y%m%d}'])

    @classmethod
    @ModelView.button
    @Workflow.transition('active')
    def activate(cls, conventions):
        super().activate(conventions)
        cls._warn_books(conventions)

    @classmethod
    def _warn_books(cls, conventions):
        "Ask about parties that keep their books here and would get no invoice"
        pool = Pool()
        FiscalYear = pool.get('account.fiscalyear')
        Warning = pool.get('res.user.warning')
        without = {
            convention: [
                line.party for line in convention.parties
                if not line.company]
            for convention in conventions}
        keeping = {
            y.company.party for y in FiscalYear.search([
                    ('company.party', 'in', [
                            p.id for parties in without.values()
                            for p in parties]),
                    ], order=[])}
        for convention in conventions:
            parties = [p for p in without[convention] if p in keeping]
            key = Warning.format('convention_books', [convention, *parties])
            if parties and Warning.check(key):
                raise ConventionBooksWarning(key, gettext(
                        'tibillet_federation.msg_convention_books',
                        convention=convention.rec_name,
                        parties=', '.join(p.rec_name for p in parties)))
