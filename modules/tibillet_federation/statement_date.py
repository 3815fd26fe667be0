"""When a statement may be made: its convention, its period, its day."""
from tibillet_base.problem import ProblemMixin
from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import PoolMeta

from .choice import refuse
from .exceptions import StatementDateError, StatementPeriodError


class Statement(ProblemMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.statement'

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
