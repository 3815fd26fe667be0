"""Nothing is written any more in a convention that is closed.

Services and entries have reasons of their own, in their files.
"""
from trytond.i18n import gettext
from trytond.model import ModelStorage
from trytond.pool import Pool, PoolMeta

from .exceptions import ConventionClosedError


class ClosedMixin(ModelStorage):
    "What changes as long as its convention is not closed"
    __slots__ = ()

    # How it may no longer be modified.
    _closed_modes = {'create', 'write', 'delete'}

    @classmethod
    def check_modification(cls, mode, records, values=None, external=False):
        super().check_modification(
            mode, records, values=values, external=external)
        if mode not in cls._closed_modes:
            return
        for record in records:
            if record.convention.state == 'closed':
                pool = Pool()
                IrModel = pool.get('ir.model')
                raise ConventionClosedError(gettext(
                        'tibillet_federation.msg_convention_closed',
                        type=IrModel.get_name(cls.__name__),
                        record=record.rec_name,
                        convention=record.convention.rec_name))


class ConventionParty(ClosedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.party'


class Contribution(ClosedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.contribution'


class Cost(ClosedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.cost'


class Obligation(ClosedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.obligation'


class Question(ClosedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.question'


class Statement(ClosedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.statement'

    # Those there are have been settled, and refuse the rest by themselves.
    _closed_modes = {'create'}


class Version(ClosedMixin, metaclass=PoolMeta):
    __name__ = 'tibillet.convention.version'
