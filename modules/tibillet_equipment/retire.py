from tibillet_base.tools import today

from trytond.i18n import gettext
from trytond.model import ModelView, Workflow, fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from .availability import get_short
from .equipment import RETIREMENT_REASONS
from .exceptions import EquipmentBookedWarning, EquipmentRetireError


class Equipment(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment'

    @classmethod
    @Workflow.transition('retired')
    def retire(cls, units, date, reason):
        cls.check_leaving(units, date)
        super().retire(units, date, reason)
        cls.dispose(units, date)

    @classmethod
    def check_leaving(cls, units, date):
        "Refuse that the units leave the books and the equipment on the day"
        pool = Pool()
        Lang = pool.get('ir.lang')
        lang = Lang.get()
        for unit in units:
            # What leaves before its day of service never comes into it.
            since, problem = (
                (unit.acquisition_date, 'acquired') if unit.is_to_come()
                else (unit.in_service_date, 'before'))
            last = today(unit.company)
            if since <= date <= last:
                continue
            day = since
            if since > last:
                problem = 'to_come'
            elif date > last:
                problem, day = 'future', last
            raise EquipmentRetireError(gettext(
                    f'tibillet_equipment.msg_equipment_retire_{problem}',
                    equipment=unit.rec_name,
                    date=lang.strftime(date), day=lang.strftime(day)))
        cls._each_company(
            units, 'running',
            lambda Asset, assets: Asset.check_closing(assets, date))
        cls._ask_booked(units)

    @classmethod
    def _ask_booked(cls, units):
        "Ask about the bookings to come that will lack the units"
        pool = Pool()
        BookingLine = pool.get('tibillet.equipment.booking.line')
        Warning = pool.get('res.user.warning')
        for company in sorted(
                {u.company for u in units}, key=lambda c: c.id):
            day = today(company)
            ours = [u for u in units if u.company == company]
            before = get_short(company, day)
            named = [l.booking for l in BookingLine.search([
                        ('equipment', 'in', [u.id for u in ours]),
                        ('booking.state', '=', 'confirmed'),
                        ('booking.to_date', '>=', day),
                        ])]
            short = [
                b for b in get_short(company, day, without=ours)
                if b not in before]
            bookings = sorted(
                {*named, *short}, key=lambda b: (b.from_date, b.id))
            if not bookings:
                continue
            key = Warning.format('equipment_booked', [*ours, *bookings])
            if Warning.check(key):
                raise EquipmentBookedWarning(key, gettext(
                        'tibillet_equipment.msg_equipment_booked',
                        equipment=", ".join(u.rec_name for u in ours),
                        bookings=", ".join(b.rec_name for b in bookings)))

    @classmethod
    def dispose(cls, units, date):
        "Close the assets of the units: they leave the books on the date"
        cls._each_company(
            units, 'draft', lambda Asset, assets: Asset.delete(assets))
        cls._each_company(
            units, 'running',
            lambda Asset, assets: Asset.close(assets, date=date))


class Retire(Wizard):
    __name__ = 'tibillet.equipment.retire'

    start = StateView(
        'tibillet.equipment.retire.start',
        'tibillet_equipment.retire_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Retire", 'retire', 'tryton-ok', default=True),
            ])
    retire = StateTransition()

    def check_records(self):
        for unit in self.records:
            if unit.state in {'draft', 'retired'}:
                raise EquipmentRetireError(gettext(
                        'tibillet_equipment.msg_equipment_retire',
                        equipment=unit.rec_name))

    def transition_retire(self):
        self.check_records()
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
    __string__ = "Retire Units Start"

    date = fields.Date("Date", required=True)
    reason = fields.Selection(
        RETIREMENT_REASONS, "Reason", required=True, sort=False)

    @classmethod
    def default_date(cls):
        pool = Pool()
        Date = pool.get('ir.date')
        return Date.today()
