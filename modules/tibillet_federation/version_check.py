"""What figures of clauses cannot be, or are only on purpose."""
from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta

from .exceptions import MaximumRateWarning, VersionValidationError

# Ten years: beyond, it is a typing error.
PAYMENT_DAYS_MAX = 3650


class Version(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version'

    @classmethod
    def validate_fields(cls, versions, field_names):
        super().validate_fields(versions, field_names)
        for version in versions:
            problem = version._get_problem(field_names)
            if problem:
                raise VersionValidationError(gettext(
                        f'tibillet_federation.msg_version_{problem}',
                        version=version.rec_name,
                        convention=version.convention.rec_name,
                        days_max=PAYMENT_DAYS_MAX))

    def _get_problem(self, field_names):
        "Return what to correct before the clauses are saved, or nothing"
        if 'payment_days' in field_names and not (
                0 <= self.payment_days <= PAYMENT_DAYS_MAX):
            return 'payment_days'
        if ('accrual_ceiling' in field_names
                and (self.accrual_ceiling or 0) < 0):
            return 'accrual_ceiling'

    @classmethod
    def on_modification(cls, mode, versions, field_names=None):
        super().on_modification(mode, versions, field_names=field_names)
        if (mode == 'create'
                or (mode == 'write' and 'max_rate' in field_names)):
            cls._warn_max_rate(versions)

    @classmethod
    def _warn_max_rate(cls, versions):
        "Ask whether nothing should ever be recouped"
        pool = Pool()
        Warning = pool.get('res.user.warning')
        for version in versions:
            if version.max_rate != 0:
                continue
            # The id of a new version changes at each try.
            key = f'version_max_rate.{version.convention.id}'
            if Warning.check(key):
                raise MaximumRateWarning(key, gettext(
                        'tibillet_federation.msg_version_max_rate',
                        version=version.rec_name,
                        convention=version.convention.rec_name))
