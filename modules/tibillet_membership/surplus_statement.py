"""What is printed of an allocation: for the convocation, then as decided."""
from tibillet_base.whole_report import WholeReport

from trytond.i18n import gettext

from .exceptions import SurplusResolutionError
from .surplus import percent


class SurplusStatement(WholeReport):
    __name__ = 'tibillet.surplus.statement'

    @classmethod
    def get_context(cls, records, header, data):
        for surplus in records:
            if surplus.state == 'draft':
                raise SurplusResolutionError(gettext(
                        'tibillet_membership.msg_surplus_not_proposed',
                        surplus=surplus.rec_name))
        context = super().get_context(records, header, data)
        context['surpluses'] = records
        context['percent'] = percent
        return context
