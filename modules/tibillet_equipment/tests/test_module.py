import datetime as dt
from contextlib import contextmanager
from decimal import Decimal
from unittest.mock import patch

from tibillet_equipment.exceptions import (
    BookingCapacityError, BookingModificationError, CustodyModificationError,
    EquipmentModificationError, EquipmentServiceError)

from trytond.model.exceptions import AccessError
from trytond.model.modelview import AccessButtonError
from trytond.modules.company.tests import (
    CompanyTestMixin, PartyCompanyCheckEraseMixin, create_company, set_company)
from trytond.modules.party.exceptions import EraseError
from trytond.modules.party.tests import PartyCheckReplaceMixin
from trytond.pool import Pool
from trytond.tests.test_tryton import ModuleTestCase, with_transaction
from trytond.transaction import Transaction, check_access


def utc(text):
    return dt.datetime.fromisoformat(text)


def create_party(name):
    pool = Pool()
    Party = pool.get('party.party')
    party = Party(name=name)
    party.save()
    return party


def create_product(**values):
    pool = Pool()
    Template = pool.get('product.template')
    Uom = pool.get('product.uom')
    unit, = Uom.search([('name', '=', "Unit")], limit=1)
    template, = Template.create([{
                'name': "Terminal",
                'type': 'assets',
                'default_uom': unit.id,
                'depreciable': True,
                'depreciation_duration': 36,
                'object_of_activity': True,
                'products': [('create', [{}])],
                **values,
                }])
    product, = template.products
    return product


def create_units(product, number, owners=None, **values):
    pool = Pool()
    Equipment = pool.get('tibillet.equipment')
    vlist = {
        'product': product.id,
        'unit_cost': Decimal('250.00'),
        'acquisition_date': dt.date(2025, 1, 1),
        'in_service_date': dt.date(2025, 1, 1),
        **values}
    if owners:
        vlist['owners'] = [('create', [
                    {'party': p.id, 'quota': Decimal(q)}
                    for p, q in owners.items()])]
    units = Equipment.create([vlist.copy() for _ in range(number)])
    Equipment.put_in_service(units)
    return units


def create_booking(party, product, quantity, from_date, to_date):
    pool = Pool()
    Booking = pool.get('tibillet.equipment.booking')
    booking, = Booking.create([{
                'party': party.id,
                'from_date': from_date,
                'to_date': to_date,
                'lines': [('create', [{
                                'product': product.id,
                                'quantity': quantity,
                                }])],
                }])
    return booking


def move(direction, units, party, date, **values):
    pool = Pool()
    Custody = pool.get('tibillet.equipment.custody')
    keeper = units[0].company.party
    custody, = Custody.create([{
                'direction': direction,
                'from_party': (keeper if direction == 'out' else party).id,
                'to_party': (party if direction == 'out' else keeper).id,
                'date': date,
                'lines': [('create', [{'equipment': u.id} for u in units])],
                **values,
                }])
    Custody.do([custody])
    return custody


def create_user(company, *groups, parties=()):
    pool = Pool()
    ModelData = pool.get('ir.model.data')
    User = pool.get('res.user')
    user, = User.create([{
                'name': "User",
                'login': '-'.join(groups),
                'companies': [('add', [company.id])],
                'company': company.id,
                'groups': [('add', [
                            ModelData.get_id('tibillet_base', g)
                            for g in groups])],
                'partner_parties': [('add', [p.id for p in parties])],
                }])
    return user


@contextmanager
def acting(user):
    "Act as the client of the user does"
    pool = Pool()
    User = pool.get('res.user')
    with Transaction().set_user(user.id):
        with Transaction().set_context(
                User.get_preferences(context_only=True)), \
                check_access():
            yield


def read_as_client(Model, records):
    "Read all that the views of the model show"
    for type_ in ['tree', 'form']:
        view = Model.fields_view_get(view_type=type_)
        names = []
        for name, field in view['fields'].items():
            names.append(name)
            if field['type'] == 'many2one':
                names.append(f'{name}.rec_name')
        values = Model.read([r.id for r in records], names)
    return values


class TibilletEquipmentTestCase(
        PartyCompanyCheckEraseMixin, PartyCheckReplaceMixin, CompanyTestMixin,
        ModuleTestCase):
    module = 'tibillet_equipment'

    @with_transaction()
    def test_partner(self):
        "A partner reads what it owns or has, and nothing else"
        pool = Pool()
        Booking = pool.get('tibillet.equipment.booking')
        Custody = pool.get('tibillet.equipment.custody')
        Equipment = pool.get('tibillet.equipment')
        company = create_company()
        with set_company(company):
            mine, other = create_party("Mine"), create_party("Other")
            product = create_product()
            owned, = create_units(
                product, 1, owners={mine: '0.5', other: '0.5'})
            held, = create_units(product, 1)
            create_units(product, 1, owners={other: '1'})
            booking = create_booking(
                mine, product, 1, dt.date(2025, 7, 1), dt.date(2025, 7, 2))
            create_booking(
                other, product, 1, dt.date(2025, 8, 1), dt.date(2025, 8, 2))
            custody = move('out', [held], mine, utc('2025-06-30'))
        user = create_user(company, 'group_partner', parties=[mine])

        with acting(user):
            self.assertEqual(Equipment.search([]), [owned, held])
            read_as_client(Equipment, [owned, held])
            self.assertEqual(Booking.search([]), [booking])
            read_as_client(Booking, [booking])
            self.assertEqual(Custody.search([]), [custody])
            read_as_client(Custody, [custody])
            for values in [{'notes': "Mine"}, {'unit_cost': Decimal(0)}]:
                with self.assertRaises(AccessError):
                    Equipment.write([owned], values)
            with self.assertRaises(AccessError):
                Booking.write([booking], {'notes': "Mine"})
            with self.assertRaises(AccessError):
                Booking.confirm([booking])
            with self.assertRaises(AccessError):
                Equipment.retire([owned], dt.date(2025, 12, 31), 'sold')

        with set_company(company):
            move('return', [held], mine, utc('2025-07-03'))
        with acting(user):
            self.assertEqual(Equipment.search([]), [owned])

    @with_transaction()
    def test_partner_without_party(self):
        "A partner of nobody reads nothing"
        pool = Pool()
        company = create_company()
        with set_company(company):
            create_units(create_product(), 1)
        user = create_user(company, 'group_partner')
        with acting(user):
            for name in [
                    'tibillet.equipment', 'tibillet.equipment.booking',
                    'tibillet.equipment.custody',
                    'tibillet.equipment.incident',
                    'tibillet.equipment.consumable']:
                with self.subTest(model=name):
                    self.assertEqual(pool.get(name).search([]), [])
            for name in ['account.asset', 'tibillet.equipment.depreciation']:
                with self.subTest(model=name), \
                        self.assertRaises(AccessError):
                    pool.get(name).search([])

    @with_transaction()
    def test_keeper(self):
        "A keeper keeps units but does not touch the books"
        pool = Pool()
        Equipment = pool.get('tibillet.equipment')
        Incident = pool.get('tibillet.equipment.incident')
        company = create_company()
        with set_company(company):
            product = create_product()
            festival = create_party("Festival")
        user = create_user(company, 'group_equipment_keeper')
        with acting(user):
            unit, = create_units(product, 1)
            read_as_client(Equipment, [unit])
            booking = create_booking(
                festival, product, 1,
                dt.date(2025, 7, 1), dt.date(2025, 7, 2))
            booking.confirm([booking])
            move('out', [unit], festival, utc('2025-06-30'),
                booking=booking.id)
            self.assertEqual(booking.state, 'out')
            incident, = Incident.create([{
                        'equipment': unit.id,
                        'type': 'loss',
                        'date': dt.date(2025, 7, 3),
                        'decision': 'write_off',
                        'decision_date': dt.date(2025, 9, 3),
                        }])
            Incident.report([incident])
            self.assertEqual(unit.state, 'missing')
            with self.assertRaises(AccessButtonError):
                Incident.decide([incident])
            with self.assertRaises(AccessButtonError):
                Equipment.create_assets([unit])

    @with_transaction()
    def test_state_is_not_written(self):
        "States move by buttons and notes only"
        pool = Pool()
        Booking = pool.get('tibillet.equipment.booking')
        Custody = pool.get('tibillet.equipment.custody')
        Equipment = pool.get('tibillet.equipment')
        company = create_company()
        with set_company(company):
            product = create_product()
            festival = create_party("Festival")
            unit, = create_units(product, 1)
            booking = create_booking(
                festival, product, 18,
                dt.date(2025, 7, 1), dt.date(2025, 7, 2))
        user = create_user(company, 'group_administrator')
        with acting(user):
            with self.assertRaises(EquipmentModificationError):
                Equipment.write([unit], {'state': 'retired'})
            with self.assertRaises(EquipmentModificationError):
                create_units(product, 1, state='available')
            with self.assertRaises(BookingModificationError):
                Booking.write([booking], {'state': 'confirmed'})
            with self.assertRaises(CustodyModificationError):
                Custody.create([{
                            'direction': 'out',
                            'from_party': company.party.id,
                            'to_party': festival.id,
                            'state': 'done',
                            'lines': [('create', [{'equipment': unit.id}])],
                            }])
            # Draft is not a way around the check either.
            with self.assertRaises(AccessButtonError):
                Equipment.make_available([
                        Equipment.create([{
                                    'product': product.id,
                                    'unit_cost': Decimal(1),
                                    }])[0]])

    @with_transaction()
    def test_tax_agent(self):
        "A tax agent reads the units and what they are in the books"
        pool = Pool()
        Asset = pool.get('account.asset')
        Booking = pool.get('tibillet.equipment.booking')
        Depreciation = pool.get('tibillet.equipment.depreciation')
        Equipment = pool.get('tibillet.equipment')
        company = create_company()
        with set_company(company):
            unit, = create_units(create_product(), 1)
            Equipment.create_assets([unit])
            Equipment.run_assets([unit])
        user = create_user(company, 'group_tax_agent')
        with acting(user):
            asset, = Asset.search([])
            read_as_client(Asset, [asset])
            rows = Depreciation.search([])
            self.assertEqual(
                [r.year for r in rows], ['2025', '2026', '2027'])
            read_as_client(Depreciation, rows)
            read_as_client(Equipment, [unit])
            with self.assertRaises(AccessError):
                Booking.search([])
            with self.assertRaises(AccessError):
                Asset.write([asset], {'comment': "Seen"})

    @with_transaction()
    def test_owner_company(self):
        "An owner's accountant reads the units it owns, changes none"
        pool = Pool()
        Asset = pool.get('account.asset')
        Equipment = pool.get('tibillet.equipment')
        keeper = create_company()
        owner = create_company(name="Association", currency=keeper.currency)
        with set_company(keeper):
            product = create_product()
            shared, = create_units(
                product, 1,
                owners={keeper.party: '0.75', owner.party: '0.25'})
            create_units(product, 1)
            Equipment.create_assets([shared])
            self.assertEqual(
                [(a.company, a.value) for a in shared.assets], [
                    (keeper, Decimal('187.50')), (owner, Decimal('62.50'))])
        user = create_user(owner, 'group_accountant')
        with acting(user):
            self.assertEqual(Equipment.search([]), [shared])
            asset, = Asset.search([])
            self.assertEqual(asset.company, owner)
            read_as_client(Asset, [asset])
            read_as_client(Equipment, [shared])
            with self.assertRaises(AccessError):
                Equipment.write([shared], {'notes': "Mine"})

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
                return Booking.get_free(
                    company, product, day, day, today=today)

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
        pool = Pool()
        Booking = pool.get('tibillet.equipment.booking')
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
                        Booking.get_free(
                            company, product, day, day,
                            today=dt.date(2026, 7, 2)),
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
            named, = Booking.create([{
                        'party': festival.id,
                        'from_date': day,
                        'to_date': day,
                        'lines': [('create', [{
                                        'product': product.id,
                                        'equipment': units[0].id,
                                        }])],
                        }])
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
    def test_put_in_service_needs_date(self):
        "A unit in service has a date and a serial number"
        pool = Pool()
        Equipment = pool.get('tibillet.equipment')
        company = create_company()
        with set_company(company):
            with self.assertRaises(EquipmentServiceError):
                create_units(create_product(), 1, in_service_date=None)
            unit, = create_units(create_product(), 1)
            self.assertEqual(unit.lot.number, unit.code)
            Equipment.create_assets([unit])
            move('out', [unit], create_party("Choir"), utc('2026-07-01'))
            copy, = Equipment.copy([unit])
            self.assertEqual(
                (copy.state, copy.lot, copy.in_service_date, copy.assets,
                    copy.custody_lines),
                ('draft', None, None, (), ()))
            self.assertEqual([o.quota for o in copy.owners], [1])
            self.assertNotEqual(copy.code, unit.code)

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


del ModuleTestCase
