"""The days that people and equipment are given to a service."""
from decimal import Decimal

from tibillet_base.problem import SurpriseMixin

from trytond.model import fields

from .exceptions import ServiceDaysWarning

# Nobody prepares a service for longer without meaning it.
USUAL_DAYS = 60


class DaysMixin(SurpriseMixin):
    __slots__ = ()

    _surprise_warning = ServiceDaysWarning

    days = fields.Numeric("Days", digits=(6, 2), required=True)

    @classmethod
    def default_days(cls):
        return Decimal(1)

    def _get_problem(self, field_names):
        problem = super()._get_problem(field_names)
        if problem:
            return problem
        if 'days' in field_names and self.days <= 0:
            return 'days'

    def _get_problem_names(self):
        service = self.service
        return {
            **super()._get_problem_names(),
            'service': service.rec_name,
            'date': service.convention.format_date(service.date),
            'days': self.days,
            }

    def _get_surprises(self, field_names):
        yield from super()._get_surprises(field_names)
        if 'days' in field_names and self.days > USUAL_DAYS:
            yield 'many_days'

    def _get_surprise_key(self, surprise):
        service = self.service
        return '.'.join([
                f'service_{surprise}', str(service.convention.id),
                f'{service.date:%Y%m%d}', str(self.days)])
