"""The database keeps what a locked statement says, whoever writes."""
from tibillet_base.append_only import refuse_changes, refuse_returns, stored

from trytond.pool import PoolMeta

from .settlement import LOCKED

_locked = ', '.join(f"'{state}'" for state in LOCKED)
# A draft that is deleted takes its lines away after itself: no row is found.
_is_locked = f"""EXISTS (
    SELECT 1 FROM tibillet_convention_statement AS statement
    WHERE statement.id = {{statement}}
        AND statement.state IN ({_locked}))"""
_of_line = """(
    SELECT line.statement FROM tibillet_convention_statement_line AS line
    WHERE line.id = {row}.line)"""


class Statement(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.statement'

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_returns(cls, LOCKED)


class StatementLine(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.statement.line'

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, stored(cls),
            within=_is_locked.format(statement='{row}.statement'))


class Allocation(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.allocation'

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        parties = ['payer', 'beneficiary']
        refuse_changes(
            cls._table, stored(cls, but=parties), party_columns=parties,
            within=_is_locked.format(statement=_of_line))
