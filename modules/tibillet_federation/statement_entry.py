from trytond.model import ModelSQL, Unique, fields


class StatementEntry(ModelSQL):
    """The locked statement that shows an entry

    The entry is a fact and is not edited: the link is a row of its own.
    """
    __name__ = 'tibillet.convention.statement.entry'

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
