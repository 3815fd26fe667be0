"""What a convention cannot be about: terms and dates without meaning."""
from tibillet_base.problem import ProblemMixin

from trytond.pool import PoolMeta

from .convention import NOTICE_MONTHS_MAX, TERM_MONTHS_MAX
from .exceptions import ConventionValidationError


class Convention(ProblemMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention'
    _problem_error = ConventionValidationError
    _problem_message = 'tibillet_federation.msg_convention'

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
