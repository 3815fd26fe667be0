"""When a statement may be made: its convention, its period, its day."""
from tibillet_base.problem import SurpriseMixin
from tibillet_base.tools import is_far, today

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta

from .choice import refuse
from .exceptions import (
    StatementComputeError, StatementDateError, StatementFarWarning,
    StatementPeriodError, StatementUndeclaredWarning)


class Statement(SurpriseMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.statement'
    _problem_message = 'tibillet_federation.msg_statement'
    _surprise_warning = StatementFarWarning

    @fields.depends('end_date')
    def on_change_end_date(self):
        "Issue it today, or once its period is over"
        if self.end_date:
            self.date = max(self.end_date, today())

    def _check_problem(self, field_names):
        if (field_names & {'start_date', 'end_date'}
                and self.start_date > self.end_date):
            raise StatementPeriodError(gettext(
                    'tibillet_federation.msg_statement_inverted',
                    statement=self.rec_name,
                    start=self.convention.format_date(self.start_date),
                    end=self.convention.format_date(self.end_date)))
        if ('convention' in field_names
                and self.state == self.convention.state == 'draft'):
            refuse('draft', convention=self.convention.rec_name)
        super()._check_problem(field_names)

    def _get_problem_names(self):
        return {
            'statement': self.rec_name,
            'date': self.convention.format_date(self._last_date),
            }

    @property
    def _last_date(self):
        return max(self.end_date, self.date)

    def _get_surprises(self, field_names):
        yield from super()._get_surprises(field_names)
        if (field_names & {'end_date', 'date'}
                and is_far(self._last_date, self.convention.company)):
            yield 'far'

    def _get_surprise_key(self, surprise):
        return '.'.join([
                f'statement_{surprise}', str(self.convention.id),
                f'{self._last_date:%Y%m%d}'])

    @classmethod
    def validate_fields(cls, statements, field_names):
        super().validate_fields(statements, field_names)
        if not field_names & {'end_date', 'date'}:
            return
        for statement in statements:
            if statement.date < statement.end_date:
                raise StatementDateError(gettext(
                        'tibillet_federation.msg_statement_date',
                        statement=statement.rec_name,
                        end=statement.convention.format_date(
                            statement.end_date)))

    @classmethod
    @ModelView.button
    def compute(cls, statements):
        for statement in statements:
            statement._warn_undeclared()
        super().compute(statements)

    @classmethod
    @ModelView.button
    def send(cls, statements):
        for statement in statements:
            statement._warn_undeclared()
        super().send(statements)

    def _warn_undeclared(self):
        "Ask when services of the period have still to say what they made"
        pool = Pool()
        Service = pool.get('tibillet.convention.service')
        Warning = pool.get('res.user.warning')
        convention = self.convention
        services = Service.search([
                ('convention', '=', convention.id),
                ('scope', '=', 'external'),
                ('state', 'in', ['confirmed', 'performed']),
                ('date', '>=', self.start_date),
                ('date', '<=', self.end_date),
                ], order=[('date', 'ASC'), ('id', 'ASC')])
        if not services:
            return
        key = Warning.format('statement_undeclared', [self, *services])
        if Warning.check(key):
            raise StatementUndeclaredWarning(key, gettext(
                    'tibillet_federation.msg_statement_undeclared',
                    statement=self.rec_name,
                    services=', '.join(s.rec_name for s in services)))

    def check_computed(self):
        "Refuse to print what would say that nothing happened"
        if self.state == 'draft':
            raise StatementComputeError(gettext(
                    'tibillet_federation.msg_statement_uncomputed',
                    statement=self.rec_name))
