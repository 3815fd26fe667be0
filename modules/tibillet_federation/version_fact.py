"""The database keeps what adopted clauses say, whoever writes."""
from tibillet_base.append_only import refuse_returns

from trytond.pool import PoolMeta


class Version(metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version'

    @classmethod
    def __register__(cls, module):
        super().__register__(module)
        refuse_returns(cls, ['adopted', 'superseded'])
