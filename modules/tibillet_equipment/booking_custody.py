from collections import Counter

from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction
from trytond.wizard import StateAction, Wizard


class Booking(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment.booking'

    def get_custody(self, direction):
        "Return a draft note that hands over or takes back what is left"
        pool = Pool()
        Custody = pool.get('tibillet.equipment.custody')
        CustodyLine = pool.get('tibillet.equipment.custody.line')
        with Transaction().set_context(company=self.company.id):
            custody = Custody(
                company=self.company, booking=self, direction=direction)
            custody.on_change_direction()
            if direction == 'out':
                units = self._get_units_to_hand_over()
            else:
                units = self.get_units_out()
            custody.lines = [
                CustodyLine(equipment=u)
                for u in sorted(units, key=lambda u: u.code)]
        return custody

    def get_booked(self):
        "Return the number of units booked, by product"
        booked = Counter()
        for line in self.lines:
            booked[line.product] += line.quantity
        return booked

    def get_units_out(self):
        "Return the units that are still out for the booking"
        pool = Pool()
        CustodyLine = pool.get('tibillet.equipment.custody.line')
        last = CustodyLine.get_last(self._get_units_handed())
        return [
            u for u, l in last.items()
            if l.custody.direction == 'out' and l.custody.booking == self]

    def _get_units_handed(self):
        pool = Pool()
        CustodyLine = pool.get('tibillet.equipment.custody.line')
        return {l.equipment for l in CustodyLine.search([
                    ('custody.booking', '=', self.id),
                    ('custody.direction', '=', 'out'),
                    ('custody.state', '=', 'done'),
                    ])}

    def _get_units_to_hand_over(self):
        """Return available units for what is booked and not handed over

        Once all of it was, what was brought back is exchanged.
        Named units first; those that other bookings name, last.
        """
        pool = Pool()
        Equipment = pool.get('tibillet.equipment')
        named = {l.equipment for l in self.lines if l.equipment}
        booked = self.get_booked()
        wanted = (
            booked - Counter(u.product for u in self._get_units_handed())
            or booked - Counter(u.product for u in self.get_units_out()))
        units = []
        candidates = Equipment.search([
                ('company', '=', self.company.id),
                ('product', 'in', [p.id for p in wanted]),
                ('state', '=', 'available'),
                ])
        for unit in sorted(
                candidates,
                key=lambda u: (u not in named, u.reserved, u.code)):
            if wanted[unit.product] > 0:
                wanted[unit.product] -= 1
                units.append(unit)
        return units


class _BookingCustody(Wizard):
    start_state = 'open_'
    open_ = StateAction('tibillet_equipment.act_custody_form')
    _direction = None

    def do_open_(self, action):
        pool = Pool()
        Custody = pool.get('tibillet.equipment.custody')
        custodies = [b.get_custody(self._direction) for b in self.records]
        Custody.save(custodies)
        if len(custodies) == 1:
            action['views'].reverse()
        return action, {'res_id': [c.id for c in custodies]}


class BookingHandOver(_BookingCustody):
    __name__ = 'tibillet.equipment.booking.hand_over'
    _direction = 'out'


class BookingTakeBack(_BookingCustody):
    __name__ = 'tibillet.equipment.booking.take_back'
    _direction = 'return'
