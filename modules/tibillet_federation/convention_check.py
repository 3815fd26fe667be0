"""What a convention cannot be about: terms and dates without meaning."""
from trytond.i18n import gettext
from trytond.pool import PoolMeta

from .convention import NOTICE_MONTHS_MAX, TERM_MONTHS_MAX
from .exceptions import ConventionValidationError


class Convention(metaclass=PoolMeta):
    __name__ = 'tibillet.convention'

    @classmethod
    def validate_fields(cls, conventions, field_names):
        super().validate_fields(conventions, field_names)
        for convention in conventions:
            problem = convention._get_problem(field_names)
            if problem:
                raise ConventionValidationError(gettext(
                        f'tibillet_federation.msg_convention_{problem}',
                        convention=convention.rec_name,
                        start=convention.format_date(convention.start),
                        notice=convention.format_date(
                            convention.notice_date),
                        term_max=TERM_MONTHS_MAX,
                        notice_max=NOTICE_MONTHS_MAX))

    def _get_problem(self, field_names):
        "Return what to correct before the convention is saved, or nothing"
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
