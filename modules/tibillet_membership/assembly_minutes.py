"""What is printed of an assembly: convocation, attendance, minutes."""
from tibillet_base.whole_report import WholeReport

from trytond.i18n import gettext

from .exceptions import AssemblyError
from .resolution import percent


class _Page(WholeReport):

    @classmethod
    def get_context(cls, records, header, data):
        context = super().get_context(records, header, data)
        context['assemblies'] = records
        context['percent'] = percent
        context['hour'] = lambda assembly: assembly.hour.strftime('%H:%M')
        return context


class Convocation(_Page):
    __name__ = 'tibillet.assembly.convocation'

    @classmethod
    def get_context(cls, records, header, data):
        for assembly in records:
            if not assembly.rule:
                raise AssemblyError(gettext(
                        'tibillet_membership.msg_assembly_not_convened',
                        assembly=assembly.rec_name))
        return super().get_context(records, header, data)


class Sheet(_Page):
    "With a place to sign for each member of the roll"
    __name__ = 'tibillet.assembly.sheet'

    @classmethod
    def get_context(cls, records, header, data):
        for assembly in records:
            if not assembly.attendances:
                raise AssemblyError(gettext(
                        'tibillet_membership.msg_assembly_no_sheet',
                        assembly=assembly.rec_name))
        return super().get_context(records, header, data)


class Minutes(_Page):
    __name__ = 'tibillet.assembly.minutes'

    @classmethod
    def get_context(cls, records, header, data):
        for assembly in records:
            if assembly.state not in {'closed', 'failed'}:
                raise AssemblyError(gettext(
                        'tibillet_membership.msg_assembly_no_minutes',
                        assembly=assembly.rec_name))
        return super().get_context(records, header, data)
