"""The database keeps what adopted clauses say, whoever writes."""
from tibillet_base.append_only import refuse_changes, same, stored

from trytond.pool import PoolMeta

_adopted = "('adopted', 'superseded')"


class Version(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version'

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        columns = stored(cls, but={'state'})
        # It goes on to be superseded, never back.
        refuse_changes(
            cls._table, [*columns, 'state'],
            when=f"OLD.state IN {_adopted} AND (TG_OP = 'DELETE' "
            f"OR NEW.state NOT IN {_adopted} OR NOT ({same(columns)}))")
