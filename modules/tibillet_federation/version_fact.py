"""The database keeps what adopted clauses say, whoever writes."""
from tibillet_base.append_only import refuse_changes, refuse_returns, stored

from trytond.pool import PoolMeta

STATES = ['adopted', 'superseded']
# What belongs to adopted clauses.
WITHIN = """EXISTS (
    SELECT 1 FROM tibillet_convention_version AS version
    WHERE version.id = {{row}}.version AND version.state IN ({states}))
    """.format(states=', '.join(f"'{state}'" for state in STATES))


class Version(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version'

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_returns(cls, STATES)


class _LineMixin:
    "A part of clauses: the engine reads it, and the parties have signed it"
    __slots__ = ()
    _party_columns = ()

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_changes(
            cls._table, stored(cls, but=cls._party_columns),
            cls._party_columns, within=WITHIN)


class Bracket(_LineMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version.bracket'


class Tier(_LineMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version.tier'
    _party_columns = ['beneficiary']


class Destination(_LineMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version.destination'
    _party_columns = ['beneficiary']


class Article(_LineMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version.article'
