from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from .equipment import RETIREMENT_REASONS
from .exceptions import EquipmentRetireError


class Retire(Wizard):
    __name__ = 'tibillet.equipment.retire'

    start = StateView(
        'tibillet.equipment.retire.start',
        'tibillet_equipment.retire_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Retire", 'retire', 'tryton-ok', default=True),
            ])
    retire = StateTransition()

    def transition_retire(self):
        for unit in self.records:
            if unit.state in {'draft', 'retired'}:
                raise EquipmentRetireError(gettext(
                        'tibillet_equipment.msg_equipment_retire',
                        equipment=unit.rec_name))
        # Owners may keep their books in companies of other users.
        with without_check_access():
            self.model.retire(
                self.model.browse(self.records),
                self.start.date, self.start.reason)
        return 'end'

    def end(self):
        return 'reload'


class RetireStart(ModelView):
    __name__ = 'tibillet.equipment.retire.start'

    date = fields.Date("Date", required=True)
    reason = fields.Selection(
        RETIREMENT_REASONS, "Reason", required=True, sort=False,
        help="A sold unit is invoiced apart, on the disposal income account.")

    @classmethod
    def default_date(cls):
        pool = Pool()
        Date = pool.get('ir.date')
        return Date.today()
