"A unit whose day of service is to come: said in its state, and corrected"
from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import ModelView, Workflow, fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access


class Equipment(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment'

    state_now = fields.Function(
        fields.Char("State"), 'get_state_now')

    @classmethod
    def get_state_now(cls, units, name):
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        return {
            u.id: gettext(
                'tibillet_equipment.msg_equipment_service_to_come',
                date=lang.strftime(u.in_service_date))
            if u.state == 'available' and u.is_to_come()
            else u.state_string
            for u in units}

    def is_to_come(self):
        "Return whether the unit is not in service yet, whatever its state"
        return bool(self.in_service_date
            and self.in_service_date > today(self.company))

    @property
    def is_asset_bound(self):
        # What was computed from a day to come is computed anew.
        return super().is_asset_bound and not (
            self.is_to_come() and all(a.is_unposted() for a in self.assets))

    @classmethod
    @ModelView.button
    @Workflow.transition('draft')
    def draft(cls, units):
        super().draft(units)
        cls._each_company(
            units, 'running', lambda Asset, assets: Asset.draft(assets))
        with without_check_access():
            cls._each_company(
                units, 'draft', lambda Asset, assets: Asset.delete(assets))
