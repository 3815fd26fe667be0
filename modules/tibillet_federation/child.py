"""A line stays in the record it was made for.

What freezes a line looks at the record it belongs to: a line that could be
moved would leave a draft for what is adopted, locked or closed.
"""
from trytond.i18n import gettext
from trytond.model import ModelStorage
from trytond.pool import Pool

from .exceptions import ChildModificationError


class ChildMixin(ModelStorage):
    __slots__ = ()

    # The name of the Many2One to what it belongs to.
    _parent_name = 'convention'

    @classmethod
    def check_modification(cls, mode, records, values=None, external=False):
        super().check_modification(
            mode, records, values=values, external=external)
        if mode != 'write' or cls._parent_name not in values:
            return
        for record in records:
            parent = getattr(record, cls._parent_name)
            if values[cls._parent_name] != parent.id:
                pool = Pool()
                IrModel = pool.get('ir.model')
                raise ChildModificationError(gettext(
                        'tibillet_federation.msg_child_modification',
                        type=IrModel.get_name(cls.__name__),
                        record=record.rec_name,
                        parent=parent.rec_name))
