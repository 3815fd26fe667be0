import datetime as dt
import xml.etree.ElementTree as etree
from decimal import Decimal

from tibillet_base.exceptions import ServerFieldError
from tibillet_equipment.exceptions import (
    BookingModificationError, EquipmentModificationError)

from trytond.model.exceptions import AccessError
from trytond.model.modelview import AccessButtonError
from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import with_transaction

from .records import (
    acting, click_as_client, create_booking, create_party, create_product,
    create_units, create_user, move, read_as_client, utc)


class AccessMixin:
    "Tests of who may do what"

    @with_transaction()
    def test_board(self):
        "Who reads the depreciation reads all that its board shows"
        pool = Pool()
        ActWindow = pool.get('ir.action.act_window')
        ModelData = pool.get('ir.model.data')
        View = pool.get('ir.ui.view')
        board = View(ModelData.get_id(
                'tibillet_equipment', 'depreciation_view_board'))
        models = {
            ActWindow(ModelData.get_id(action.get('name'))).res_model
            for action in etree.fromstring(board.arch).iter('action')}
        company = create_company()
        for group in [
                'group_administrator', 'group_accountant',
                'group_venue_manager', 'group_tax_agent']:
            user = create_user(company, group)
            for model in models:
                with self.subTest(group=group, model=model), acting(user):
                    self.assertEqual(pool.get(model).search([]), [])

    @with_transaction()
    def test_partner(self):
        "A partner reads what it owns or has had, and nothing else"
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
            self.assertEqual(Equipment.search([]), [owned, held])

    @with_transaction()
    def test_partner_without_company(self):
        "A partner works for no company and reads what is of its party"
        pool = Pool()
        Booking = pool.get('tibillet.equipment.booking')
        Consumable = pool.get('tibillet.equipment.consumable')
        Custody = pool.get('tibillet.equipment.custody')
        Equipment = pool.get('tibillet.equipment')
        Incident = pool.get('tibillet.equipment.incident')
        company = create_company()
        today = dt.date(2025, 7, 1)
        with set_company(company):
            mine, other = create_party("Mine"), create_party("Other")
            product, card = create_product(), create_product(type='goods')
            owned, = create_units(product, 1, owners={mine: '1'})
            held, theirs = create_units(product, 2)
            # The other party has the same: none of it is read.
            for party, unit in [(other, theirs), (mine, held)]:
                booking = create_booking(
                    party, product, 1, today, today, equipment=unit.id)
                booking.confirm([booking])
                custody = move(
                    'out', [unit], party, utc('2025-07-01'),
                    booking=booking.id)
                incident, = Incident.create([{
                            'equipment': unit.id,
                            'type': 'wear',
                            'date': today,
                            }])
                Incident.report([incident])
                consumable, = Consumable.create([{
                            'product': card.id,
                            'owner': party.id,
                            'date': today,
                            'quantity': 9,
                            'unit_cost': Decimal(1),
                            'uses': [('create', [{
                                            'date': today,
                                            'quantity': 1,
                                            }])],
                            }])
            returned = move('return', [held], mine, utc('2025-07-02'))
        user = create_user(company, 'group_partner', parties=[mine])
        user.companies, user.company = [], None
        user.save()

        with acting(user):
            self.assertEqual(Equipment.search([]), [owned, held])
            read_as_client(Equipment, [owned, held])
            for Model, records in [
                    (Booking, [booking]), (Custody, [returned, custody]),
                    (Incident, [incident]), (Consumable, [consumable])]:
                with self.subTest(model=Model.__name__):
                    self.assertEqual(Model.search([]), records)
                    read_as_client(Model, records)
                    with self.assertRaises(AccessError):
                        Model.write(records, {})
                    with self.assertRaises(AccessError):
                        Model.delete(records)
            for name in ['booking.line', 'custody.line', 'consumable.use']:
                with self.subTest(model=name):
                    Line = pool.get(f'tibillet.equipment.{name}')
                    lines = Line.search([])
                    self.assertEqual(
                        len(lines), 2 if name == 'custody.line' else 1)
                    read_as_client(Line, lines)

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
            with self.assertRaises(ServerFieldError):
                create_units(product, 1, state='available')
            with self.assertRaises(BookingModificationError):
                Booking.write([booking], {'state': 'confirmed'})
            with self.assertRaises(ServerFieldError):
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
            for button in ['repair', 'report_missing', 'create_assets']:
                with self.subTest(button=button), \
                        self.assertRaises(AccessError):
                    click_as_client(shared, button)
