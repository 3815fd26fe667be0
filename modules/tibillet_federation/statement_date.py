"""The day from which the payment delay of a statement runs."""
from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import PoolMeta

from .exceptions import StatementDateError


class Statement(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.statement'

    @fields.depends('end_date')
    def on_change_end_date(self):
        "Issue it today, or once its period is over"
        if self.end_date:
            self.date = max(self.end_date, today())

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
