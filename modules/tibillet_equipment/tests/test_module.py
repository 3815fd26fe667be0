import datetime as dt
from decimal import Decimal
from io import BytesIO

from pypdf import PdfReader
from tibillet_equipment.exceptions import (
    DepreciationTableError, EquipmentServiceError)

from trytond.modules.company.tests import (
    CompanyTestMixin, PartyCompanyCheckEraseMixin, create_company, set_company)
from trytond.modules.party.tests import PartyCheckReplaceMixin
from trytond.pool import Pool
from trytond.tests.test_tryton import ModuleTestCase, with_transaction

from .access import AccessMixin
from .lending import LendingMixin
from .records import create_party, create_product, create_units, move, utc


class TibilletEquipmentTestCase(
        AccessMixin, LendingMixin, PartyCompanyCheckEraseMixin,
        PartyCheckReplaceMixin, CompanyTestMixin, ModuleTestCase):
    module = 'tibillet_equipment'

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
    def test_depreciation_table(self):
        "The table prints each owner's assets by unit and year"
        pool = Pool()
        Equipment = pool.get('tibillet.equipment')
        Table = pool.get(
            'tibillet.equipment.depreciation_table', type='report')
        company = create_company()
        other = create_company(name="Association", currency=company.currency)
        with set_company(company):
            units = create_units(
                create_product(), 2,
                owners={company.party: '0.675', other.party: '0.325'},
                unit_cost=Decimal('400.00'))
            with self.assertRaises(DepreciationTableError):
                Table.execute([u.id for u in units], {})
            Equipment.create_assets(units)
            Equipment.run_assets(units)
            date = dt.date(2026, 6, 30)
            tables = Table.get_tables([u.id for u in units], date)
            self.assertEqual(
                [t['company'] for t in tables], [company, other])
            self.assertEqual(list(tables[0]['years']), [2025, 2026, 2027])
            self.assertEqual(tables[0]['total'], {
                    'cost': Decimal('540.00'),
                    'depreciated': Decimal('270.00'),
                    'net_value': Decimal('270.00'),
                    'years': {
                        2025: Decimal('180.00'),
                        2026: Decimal('180.00'),
                        2027: Decimal('180.00'),
                        },
                    })
            extension, content, _, _ = Table.execute(
                [u.id for u in units], {'date': date})
        self.assertEqual(extension, 'pdf')
        first, second = [
            p.extract_text() for p in PdfReader(BytesIO(content)).pages]
        for text in [
                'Depreciation Table', 'posted or not', 'Net Value on',
                'Dunder Mifflin', units[0].code, units[1].code, 'Terminal',
                '67.5\xa0%', '90.00', '135.00', '540.00']:
            with self.subTest(text=text):
                self.assertIn(text, first)
        self.assertIn('Association', second)
        self.assertIn('260.00', second)


del ModuleTestCase
