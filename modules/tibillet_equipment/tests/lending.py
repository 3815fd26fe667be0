import datetime as dt
from unittest.mock import patch

from tibillet_equipment.availability import Availability
from tibillet_equipment.exceptions import (
    BookingCapacityError, CustodyChainError)

from trytond.modules.company.tests import create_company, set_company
from trytond.modules.party.exceptions import EraseError
from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction

from .records import (
    create_booking, create_party, create_product, create_units, move, utc)


class LendingMixin:
    "Tests of what is booked, out and late"

    @with_transaction()
    def test_late(self):
        "Units out are busy until their buffer, or until they are back"
        pool = Pool()
        Booking = pool.get('tibillet.equipment.booking')
        Date = pool.get('ir.date')
        company = create_company()
        with set_company(company):
            product = create_product()
            festival = create_party("Festival")
            units = create_units(product, 3)
            booking = create_booking(
                festival, product, 2,
                dt.date(2026, 7, 10), dt.date(2026, 7, 12))
            Booking.confirm([booking])
            move('out', units[:2], festival, utc('2026-07-10'),
                booking=booking.id)

            def free(day, today):
                return Availability(
                    company, {product}, day, day, today).free(
                        product, day, day)

            for day, today, number in [
                    (dt.date(2026, 7, 12), dt.date(2026, 7, 11), 1),
                    (dt.date(2026, 7, 13), dt.date(2026, 7, 11), 1),
                    (dt.date(2026, 7, 14), dt.date(2026, 7, 11), 3),
                    (dt.date(2026, 7, 14), dt.date(2026, 7, 13), 3),
                    # On the 14th they should be back, and are not.
                    (dt.date(2026, 7, 14), dt.date(2026, 7, 14), 1),
                    (dt.date(2027, 1, 1), dt.date(2026, 7, 14), 1),
                    ]:
                with self.subTest(day=day, today=today):
                    self.assertEqual(free(day, today), number)

            other = create_booking(
                festival, product, 3,
                dt.date(2026, 8, 1), dt.date(2026, 8, 2))
            with patch.object(Date, 'today') as today:
                today.return_value = dt.date(2026, 7, 14)
                self.assertEqual(Booking.search([('late', '=', True)]), [
                        booking])
                with self.assertRaises(BookingCapacityError):
                    Booking.confirm([other])
                move('return', units[:1], festival, utc('2026-07-15'))
                with self.assertRaises(BookingCapacityError):
                    Booking.confirm([other])
                move('return', units[1:2], festival,
                    utc('2026-07-15'))
                Booking.confirm([other])
            self.assertEqual(other.state, 'confirmed')

    @with_transaction()
    def test_lent_without_booking(self):
        "Units lent without a booking are busy until they are due"
        company = create_company()
        with set_company(company):
            product = create_product()
            choir = create_party("Choir")
            first, second = create_units(product, 2)
            move('out', [first], choir, utc('2026-07-01'),
                due_date=dt.date(2026, 7, 5))
            move('out', [second], choir, utc('2026-07-01'))
            for day, number in [
                    (dt.date(2026, 7, 5), 0),
                    (dt.date(2026, 7, 6), 1),
                    (dt.date(2027, 7, 6), 1),
                    ]:
                with self.subTest(day=day):
                    self.assertEqual(
                        Availability(
                            company, {product}, day, day,
                            dt.date(2026, 7, 2)).free(product, day, day),
                        number)

    @with_transaction()
    def test_confirm_many(self):
        "Bookings confirmed together count for each other"
        pool = Pool()
        Booking = pool.get('tibillet.equipment.booking')
        company = create_company()
        with set_company(company):
            product = create_product()
            festival = create_party("Festival")
            create_units(product, 3)
            day = dt.date(2026, 7, 10)
            first, second, third = [
                create_booking(festival, product, n, day, day)
                for n in [2, 2, 1]]
            with self.assertRaises(BookingCapacityError):
                Booking.confirm([first, second])
            Booking.confirm([first, third])
            self.assertEqual(
                [first.state, second.state, third.state],
                ['confirmed', 'draft', 'confirmed'])

    @with_transaction()
    def test_hand_over_together(self):
        "Notes recorded together count together, and exchanges do not"
        pool = Pool()
        Booking = pool.get('tibillet.equipment.booking')
        Custody = pool.get('tibillet.equipment.custody')
        company = create_company()
        with set_company(company):
            product = create_product()
            festival = create_party("Festival")
            units = create_units(product, 4)
            booking = create_booking(
                festival, product, 2,
                dt.date(2026, 7, 10), dt.date(2026, 7, 12))
            Booking.confirm([booking])

            def prepare(unit):
                custody, = Custody.create([{
                            'direction': 'out',
                            'from_party': company.party.id,
                            'to_party': festival.id,
                            'booking': booking.id,
                            'date': utc('2026-07-10'),
                            'lines': [('create', [{'equipment': unit.id}])],
                            }])
                return custody

            notes = [prepare(u) for u in units[:3]]
            with self.assertRaises(CustodyChainError):
                Custody.do(notes)
            Custody.do(notes[:2])
            move('return', units[:1], festival, utc('2026-07-11'))
            move('out', units[3:], festival, utc('2026-07-11 01:00'),
                booking=booking.id)
            self.assertEqual(set(booking.get_units_out()), {
                    units[1], units[3]})
            with self.assertRaises(CustodyChainError):
                Custody.do(notes[2:])

    @with_transaction()
    def test_named_and_any(self):
        "A named unit counts among those of its product"
        pool = Pool()
        Booking = pool.get('tibillet.equipment.booking')
        Equipment = pool.get('tibillet.equipment')
        company = create_company()
        with set_company(company):
            product = create_product()
            festival = create_party("Festival")
            units = create_units(product, 2)
            day = dt.date(2099, 7, 10)
            named = create_booking(
                festival, product, 1, day, day, equipment=units[0].id)
            Booking.confirm([named])
            self.assertEqual(
                Equipment.search([('reserved', '=', True)]), [units[0]])
            self.assertEqual([u.reserved for u in units], [True, False])
            any_ = create_booking(festival, product, 2, day, day)
            with self.assertRaises(BookingCapacityError):
                Booking.confirm([any_])
            # The hand-over leaves the named unit to whom named it.
            one = create_booking(festival, product, 1, day, day)
            Booking.confirm([one])
            self.assertEqual(
                [l.equipment for l in one.get_custody('out').lines],
                [units[1]])
            self.assertEqual(
                [l.equipment for l in named.get_custody('out').lines],
                [units[0]])

    @with_transaction()
    def test_event_days_timezone(self):
        "Days of use are those on the clock of the company"
        pool = Pool()
        Booking = pool.get('tibillet.equipment.booking')
        Equipment = pool.get('tibillet.equipment')
        company = create_company()
        company.timezone = 'Indian/Reunion'
        company.save()
        with set_company(company):
            product = create_product()
            festival = create_party("Festival")
            unit, = create_units(product, 1)
            booking = create_booking(
                festival, product, 1,
                dt.date(2025, 7, 10), dt.date(2025, 7, 12))
            Booking.confirm([booking])
            # 01:00 on the 11th over there.
            move('out', [unit], festival, utc('2025-07-10 21:00'),
                booking=booking.id)
            self.assertEqual(
                Equipment.get_event_days([unit], dt.date(2025, 7, 31)),
                {unit: {dt.date(2025, 7, 11), dt.date(2025, 7, 12)}})
            self.assertEqual(
                Equipment.get_event_days([unit], dt.date(2025, 7, 11)),
                {unit: {dt.date(2025, 7, 11)}})

    @with_transaction()
    def test_erase_custodian(self):
        "A party that has units is not erased"
        pool = Pool()
        Erase = pool.get('party.erase', type='wizard')
        company = create_company()
        with set_company(company):
            choir = create_party("Choir")
            unit, = create_units(create_product(), 1)
            move('out', [unit], choir, utc('2026-07-01'))
            session_id, _, _ = Erase.create()
            erase = Erase(session_id)
            with self.assertRaises(EraseError):
                erase.check_erase_company(choir, company)
            move('return', [unit], choir, utc('2026-07-02'))
            erase.check_erase_company(choir, company)
