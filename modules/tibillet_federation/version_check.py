"""What figures of clauses cannot be, or are only on purpose."""
from tibillet_base.problem import SurpriseMixin

from trytond.pool import PoolMeta

from .exceptions import MaximumRateWarning, VersionValidationError

# Ten years: beyond, it is a typing error.
PAYMENT_DAYS_MAX = 3650


class Version(SurpriseMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version'
    _problem_error = VersionValidationError
    _problem_message = 'tibillet_federation.msg_version'
    _surprise_warning = MaximumRateWarning

    def _get_problem(self, field_names):
        if 'payment_days' in field_names and not (
                0 <= self.payment_days <= PAYMENT_DAYS_MAX):
            return 'payment_days'
        if ('accrual_ceiling' in field_names
                and (self.accrual_ceiling or 0) < 0):
            return 'accrual_ceiling'

    def _get_problem_names(self):
        return {
            'version': self.rec_name,
            'convention': self.convention.rec_name,
            'days_max': PAYMENT_DAYS_MAX,
            }

    def _get_surprises(self, field_names):
        yield from super()._get_surprises(field_names)
        # Nothing would ever be recouped.
        if 'max_rate' in field_names and self.max_rate == 0:
            yield 'max_rate'

    def _get_surprise_key(self, surprise):
        return f'version_{surprise}.{self.convention.id}'
