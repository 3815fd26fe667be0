from trytond.i18n import gettext
from trytond.model import ModelSQL, ModelView, fields

from .exceptions import ServiceValidationError
from .service_days import DaysMixin
from .service_line import ServiceLineMixin


class EquipmentUsed(DaysMixin, ServiceLineMixin, ModelSQL, ModelView):
    __name__ = 'tibillet.convention.service.equipment'
    __string__ = "Convention Service Equipment"
    _problem_error = ServiceValidationError
    _problem_message = 'tibillet_federation.msg_service_equipment'

    equipment = fields.Many2One(
        'tibillet.equipment', "Equipment", required=True,
        ondelete='RESTRICT')

    def get_rec_name(self, name):
        return self.equipment.rec_name

    @classmethod
    def search_rec_name(cls, name, clause):
        return [('equipment.rec_name', *clause[1:])]

    def _get_problem_names(self):
        return {
            **super()._get_problem_names(),
            'equipment': self.rec_name,
            }

    @classmethod
    def validate_fields(cls, lines, field_names):
        super().validate_fields(lines, field_names)
        if field_names & {'equipment', 'service', 'correction_date'}:
            cls._check_once(lines)

    @classmethod
    def _check_once(cls, lines):
        "Refuse the same days of a unit twice, but for what is corrected"
        others = cls.search([
                ('service', 'in', [l.service.id for l in lines]),
                ], order=[])
        found = set()
        for line in others:
            key = line.service, line.equipment, line.correction_date
            if key in found:
                raise ServiceValidationError(gettext(
                        'tibillet_federation.msg_service_equipment_twice',
                        equipment=line.rec_name,
                        service=line.service.rec_name))
            found.add(key)
