from trytond.i18n import gettext
from trytond.model import ModelStorage
from trytond.transaction import Transaction

from .exceptions import NumberModificationError


class GivenNumberMixin(ModelStorage):
    "What gets its number from a sequence, and from nobody else"
    __slots__ = ()

    @classmethod
    def create(cls, vlist):
        transaction = Transaction()
        vlist = list(vlist)
        if transaction.user and transaction.check_access:
            for values in vlist:
                if values.get('number'):
                    cls._refuse_number(values['number'])
        return super().create(vlist)

    @classmethod
    def check_modification(cls, mode, records, values=None, external=False):
        if mode == 'write' and external and 'number' in values:
            for record in records:
                if record.number != values['number']:
                    cls._refuse_number(values['number'])
        super().check_modification(
            mode, records, values=values, external=external)

    @classmethod
    def _refuse_number(cls, number):
        raise NumberModificationError(gettext(
                'tibillet_base.msg_number_given',
                number=number or '', **cls.__names__()))
