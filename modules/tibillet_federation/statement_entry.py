from tibillet_base.append_only import refuse_changes
from tibillet_base.fact import FactMixin

from trytond.model import ModelSQL, Unique, fields

from .exceptions import StatementModificationError


class StatementEntry(FactMixin, ModelSQL):
    """The locked statement that shows an entry

    The entry is a fact and is not edited: the link is a row of its own.
    """
    __name__ = 'tibillet.convention.statement.entry'
    __string__ = "Convention Statement Entry"
    _fact_error = StatementModificationError
    _fact_message = 'tibillet_federation.msg_statement_modification'

    statement = fields.Many2One(
        'tibillet.convention.statement', "Statement",
        required=True, ondelete='RESTRICT')
    entry = fields.Many2One(
        'tibillet.convention.entry', "Entry",
        required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__access__.add('entry')
        table = cls.__table__()
        cls._sql_constraints += [
            ('entry_unique', Unique(table, table.entry),
                'tibillet_federation.msg_statement_entry_unique'),
            ]

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(cls._table, ['statement', 'entry'])

    def get_fact_names(self):
        return {'statement': self.statement.rec_name}
