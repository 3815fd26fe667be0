"""Who writes what a statement counts takes the turn of its convention.

What is decided from the ledger (a ceiling, what remains, what is locked) is
right only if nobody writes it meanwhile. On PostgreSQL a transaction reads
what was there when it began, however long it then waits for a lock: see
take_turn. It does not matter when in a transaction the turn is taken.
"""
from tibillet_base import tools

from trytond.model import ModelStorage
from trytond.pool import Pool, PoolMeta


class Convention(metaclass=PoolMeta):
    __name__ = 'tibillet.convention'

    @classmethod
    def take_turn(cls, conventions):
        "Let nobody else decide from the ledgers until the transaction ends"
        tools.take_turn(cls, {c.id for c in conventions})


class TurnMixin(ModelStorage):
    "What is written in the turn of its convention"
    __slots__ = ()

    @classmethod
    def on_modification(cls, mode, records, field_names=None):
        pool = Pool()
        Convention = pool.get('tibillet.convention')
        super().on_modification(mode, records, field_names=field_names)
        if cls._needs_turn(mode, field_names):
            Convention.take_turn(cls._get_conventions(records))

    @classmethod
    def _needs_turn(cls, mode, field_names):
        return True

    @classmethod
    def _get_conventions(cls, records):
        return {r.convention for r in records}


class StateTurnMixin(TurnMixin):
    "What counts, or no longer, by its state"
    __slots__ = ()

    @classmethod
    def _needs_turn(cls, mode, field_names):
        return mode == 'write' and 'state' in field_names


class ServiceLineTurnMixin(TurnMixin):
    __slots__ = ()

    @classmethod
    def _needs_turn(cls, mode, field_names):
        return mode != 'write' or bool(field_names - cls._free_fields)

    @classmethod
    def _get_conventions(cls, records):
        return {r.service.convention for r in records}


class Contribution(TurnMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.contribution'

    @classmethod
    def _get_conventions(cls, records):
        # A draft has no ledger.
        return {
            c for c in super()._get_conventions(records)
            if c.state != 'draft'}


class Cost(TurnMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.cost'


class Entry(TurnMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.entry'


class Service(StateTurnMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.service'


class Turnover(ServiceLineTurnMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.service.turnover'


class HumanCost(ServiceLineTurnMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.service.human_cost'


class CommonCost(ServiceLineTurnMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.service.common_cost'


class Statement(TurnMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.statement'

    @classmethod
    def _needs_turn(cls, mode, field_names):
        # Two periods do not overlap.
        return mode == 'create' or (
            mode == 'write' and bool(field_names & {
                    'convention', 'start_date', 'end_date', 'state'}))


class StatementApproval(TurnMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.statement.approval'

    @classmethod
    def _needs_turn(cls, mode, field_names):
        # The last one approves the statement.
        return mode == 'write' and 'date' in field_names

    @classmethod
    def _get_conventions(cls, approvals):
        return {a.statement.convention for a in approvals}


class StatementDispute(TurnMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.statement.dispute'

    @classmethod
    def _needs_turn(cls, mode, field_names):
        # The first one contests the statement, the last answer answers it.
        return mode == 'create' or (
            mode == 'write' and 'state' in field_names)

    @classmethod
    def _get_conventions(cls, disputes):
        return {d.statement.convention for d in disputes}


class Version(StateTurnMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version'
