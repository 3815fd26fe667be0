"The units of a supplier's line: no more than it bought, for no more"
from collections import defaultdict
from decimal import Decimal

from trytond.i18n import gettext
from trytond.model import ModelView
from trytond.pool import Pool, PoolMeta

from .exceptions import EquipmentBoughtWarning


class Equipment(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment'

    @classmethod
    @ModelView.button
    def create_assets(cls, units):
        cls._ask_bought(units)
        super().create_assets(units)

    @classmethod
    def _ask_bought(cls, units):
        "Ask when more is in service than the supplier's line bought"
        pool = Pool()
        Lang = pool.get('ir.lang')
        Warning = pool.get('res.user.warning')
        lang = Lang.get()
        lines = {u.supplier_invoice_line for u in units} - {None}
        bought = defaultdict(list)
        for unit in cls.search([
                    ('supplier_invoice_line', 'in', [l.id for l in lines]),
                    ('state', '!=', 'draft'),
                    ]):
            bought[unit.supplier_invoice_line].append(unit)
        for line, served in sorted(
                bought.items(), key=lambda item: item[0].id):
            cost = sum((u.get_cost_for(line.company) for u in served),
                Decimal(0))
            # Each unit has its cent of rounding.
            most = line.amount + len(served) * line.currency.rounding
            dearer = cost > most and all(
                u.currency == line.currency for u in served)
            if len(served) <= line.quantity and not dearer:
                continue
            key = Warning.format('equipment_bought', [line, *served])
            if Warning.check(key):
                raise EquipmentBoughtWarning(key, gettext(
                        'tibillet_equipment.msg_equipment_bought',
                        line=line.rec_name,
                        quantity=lang.format_number(
                            line.quantity,
                            digits=line.unit.digits if line.unit else None),
                        amount=lang.currency(line.amount, line.currency),
                        units=len(served),
                        cost=lang.currency(cost, line.currency)))

    def get_cost_for(self, company):
        "Return what the company bears of the cost, excluding tax"
        pool = Pool()
        Owner = pool.get('tibillet.equipment.owner')
        costs = Owner.split_amounts(
            self.owners, self.unit_cost, Decimal(0), self.currency.rounding)
        return sum((
                cost for owner, cost in zip(self.owners, costs)
                if owner.books == company), Decimal(0))
