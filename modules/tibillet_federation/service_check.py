"""What a service cannot be, or is only on purpose."""
from decimal import Decimal

from tibillet_base.problem import SurpriseMixin
from tibillet_base.tools import is_far

from trytond.i18n import gettext
from trytond.model import ModelView, Workflow, fields
from trytond.pool import Pool, PoolMeta

from .exceptions import (
    ServiceConfirmError, ServiceDateWarning, ServiceDeclareError,
    ServiceModificationError, ServiceTurnoverWarning, ServiceValidationError)


class Service(SurpriseMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.service'
    _problem_error = ServiceValidationError
    _problem_message = 'tibillet_federation.msg_service'
    _surprise_warning = ServiceDateWarning

    was_confirmed = fields.Boolean(
        "Was Confirmed", readonly=True,
        help="It was set back to draft to be corrected.")

    @classmethod
    def copy(cls, services, default=None):
        default = default.copy() if default is not None else {}
        default.setdefault('was_confirmed', False)
        return super().copy(services, default=default)

    @classmethod
    def check_modification(cls, mode, services, values=None, external=False):
        super().check_modification(
            mode, services, values=values, external=external)
        if not external:
            return
        for service in services:
            if (mode == 'create' and service.was_confirmed
                    or mode == 'write' and 'was_confirmed' in values):
                raise ServiceModificationError(gettext(
                        'tibillet_federation.msg_service_modification',
                        service=service.rec_name))

    def _get_problem(self, field_names):
        problem = super()._get_problem(field_names)
        if problem:
            return problem
        if self.state == 'draft':
            if ('convention' in field_names
                    and self.convention.state in {'closing', 'closed'}):
                return 'convention_over'
            if ({'convention', 'operator', 'state'} & field_names
                    and self.operator not in self.operators):
                return 'operator'
        if ({'date', 'end_date'} & field_names
                and self.end_date and self.end_date < self.date):
            return 'inverted'
        if ({'ethics', 'ethics_note'} & field_names
                and self.ethics != 'clear' and not self.ethics_note):
            return 'ethics_note'

    def _get_problem_names(self):
        convention = self.convention
        return {
            'service': self.rec_name,
            'convention': convention.rec_name,
            'operator': self.operator.rec_name,
            'operators': ', '.join(o.rec_name for o in self.operators),
            'date': convention.format_date(self.date),
            'end': convention.format_date(self.last_date),
            }

    def _get_surprises(self, field_names):
        yield from super()._get_surprises(field_names)
        if ({'date', 'end_date'} & field_names
                and is_far(self.last_date, self.convention.company)):
            yield 'far'

    def _get_surprise_key(self, surprise):
        return '.'.join([
                f'service_{surprise}', str(self.convention.id),
                f'{self.last_date:%Y%m%d}'])

    @classmethod
    @ModelView.button
    @Workflow.transition('draft')
    def draft(cls, services):
        confirmed = [s for s in services if s.state != 'cancelled']
        super().draft(services)
        cls.write(confirmed, {'was_confirmed': True})

    def _check_convention(self):
        if self.convention.state != 'closing':
            super()._check_convention()
        elif not self.was_confirmed:
            raise ServiceConfirmError(gettext(
                    'tibillet_federation.msg_service_convention_closing',
                    service=self.rec_name,
                    convention=self.convention.rec_name))

    @classmethod
    @ModelView.button
    @Workflow.transition('confirmed')
    def confirm(cls, services):
        for service in services:
            if service.scope == 'external' and not service.customer:
                raise ServiceConfirmError(gettext(
                        'tibillet_federation.msg_service_customer',
                        service=service.rec_name))
        super().confirm(services)

    @classmethod
    @ModelView.button
    @Workflow.transition('declared')
    def declare(cls, services):
        for service in services:
            included = [l.amount for l in service.turnovers if l.included]
            if (service.scope == 'external' and included
                    and sum(included, Decimal(0)) <= 0):
                raise ServiceDeclareError(gettext(
                        'tibillet_federation.msg_service_turnover',
                        service=service.rec_name,
                        turnover=service.convention.format_amount(
                            sum(included, Decimal(0)))))
            service._warn_in_part()
        super().declare(services)

    def _warn_in_part(self):
        "Ask when a part of what the customer pays is not declared"
        pool = Pool()
        Turnover = pool.get('tibillet.convention.service.turnover')
        Warning = pool.get('res.user.warning')
        convention = self.convention
        for line, declared in Turnover.get_in_part(self):
            key = Warning.format(f'turnover_rest.{declared}', [self, line])
            if Warning.check(key):
                raise ServiceTurnoverWarning(key, gettext(
                        'tibillet_federation.msg_turnover_rest',
                        service=self.rec_name,
                        line=line.rec_name,
                        declared=convention.format_amount(declared),
                        amount=convention.format_amount(line.amount),
                        rest=convention.format_amount(
                            line.amount - declared)))
