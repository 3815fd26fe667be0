"""The receipts of closed performances are on one worksheet of the tax."""
import csv
import datetime as dt
from decimal import Decimal

from tibillet_event.declaration_exceptions import (
    ShowTaxFrozenError, ShowTaxMissingError, ShowTaxPeriodError,
    ShowTaxRateError)

from trytond.exceptions import UserError
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .records import utc
from .return_records import NEXT_DAY
from .show_tax_records import JULY, ShowTaxMixin
from .ticket_records import D


class ShowTaxTestCase(ShowTaxMixin, TestCase):

    @with_transaction()
    def test_worksheet(self):
        self.open_show()
        Worksheet = Pool().get('tibillet.show.tax')
        order = self.sell('a', self.item(150), paid='3000')
        self.close_till()
        self.close()
        worksheet = self.worksheet()
        self.assertEqual(
            (worksheet.start_date, worksheet.end_date),
            (dt.date(2026, 1, 1), dt.date(2026, 3, 31)))
        Worksheet.compute([worksheet])
        worksheet = Worksheet(worksheet.id)
        # 3000 / 1.055, at 3.5 %, of which 65 %.
        self.assertEqual(
            (worksheet.base, worksheet.amount, worksheet.account_amount,
                worksheet.to_collect, worksheet.due_date),
            (D('2843.60'), D('99.53'), D('64.69'), D('99.53'),
                dt.date(2026, 6, 30)))
        self.assertIn("L452-14", worksheet.source)
        worksheet = self.freeze(worksheet)
        self.assertEqual(worksheet.state, 'frozen')
        # What is given back later is on the next worksheet, in the sum.
        self.at(NEXT_DAY)
        self.reopen_till()
        self.cancel('back', order.tickets[:1])
        self.close_till()
        self.make_return()
        after = self.freeze(self.worksheet('2'), JULY)
        line, = after.lines
        self.assertEqual(
            (line.base, line.amount, line.date, after.year_before,
                after.to_collect),
            (D('-18.96'), D('-0.67'), dt.date(2026, 3, 6), D('99.53'),
                D('-0.67')))
        self.assertIn("Corrects return no. 1", line.note)
        self.assertEqual(
            worksheet.amount + after.amount,
            ((D('2843.60') - D('18.96')) * D('0.035')).quantize(
                Decimal('0.01')))

    @with_transaction()
    def test_threshold(self):
        "Below 80 euros for the year nothing is collected"
        self.open_show()
        self.sell('a', self.item(5), paid='100')
        self.close_till()
        self.close()
        worksheet = self.freeze(self.worksheet())
        self.assertEqual(
            (worksheet.amount, worksheet.to_collect, worksheet.threshold),
            (D('3.32'), 0, 80))

    @with_transaction()
    def test_missing(self):
        "To whom it is owed has to be said, the period has to be over"
        self.open_show()
        Worksheet = Pool().get('tibillet.show.tax')
        event = self.performance.event
        event.sibil_domain = None
        event.save()
        self.sell('a', self.item(1), paid='20')
        worksheet = self.worksheet()
        self.assertIn("Close the performance", worksheet.missing)
        self.close_till()
        self.close()
        worksheet = Worksheet(worksheet.id)
        self.assertIn(event.name, worksheet.missing)
        with self.assertRaises(ShowTaxMissingError):
            self.freeze(worksheet)
        event.show_tax, event.show_tax_reason = 'none', "School show"
        event.save()
        self.assertIsNone(Worksheet(worksheet.id).missing)
        with self.assertRaises(ShowTaxPeriodError):
            self.freeze(worksheet, utc('2026-03-31 21:59'))
        self.assertEqual(self.freeze(worksheet).lines, ())

    @with_transaction()
    def test_bodies(self):
        "Drama goes to the other body, a workshop to none"
        self.open_show()
        Worksheet = Pool().get('tibillet.show.tax')
        event, venue = self.performance.event, self.performance.venue
        self.sell('a', self.item(1), paid='20')
        self.close_till()
        self.close()
        for kind, domain, member, lines in [
                ('concert', 'music_popular', False, (1, 0)),
                ('concert', 'music_classical', False, (0, 0)),
                ('theatre', 'theatre', False, (0, 1)),
                ('comedy', 'humour', False, (1, 0)),
                ('comedy', 'humour', True, (0, 1)),
                ('workshop', 'theatre', False, (0, 0)),
                ]:
            event.kind, event.sibil_domain = kind, domain
            event.save()
            venue.astp_member = member
            venue.save()
            found = []
            for body in ['cnm', 'astp']:
                worksheet = self.worksheet(body=body)
                Worksheet.compute([worksheet])
                found.append(len(Worksheet(worksheet.id).lines))
                Worksheet.delete([worksheet])
            self.assertEqual(tuple(found), lines, (kind, domain))

    @with_transaction()
    def test_astp_account(self):
        "The body decides of the account: nothing is guessed"
        self.open_show()
        event = self.performance.event
        event.sibil_domain = 'theatre'
        event.save()
        self.sell('a', self.item(1), paid='20')
        self.close_till()
        self.close()
        line, = self.freeze(self.worksheet(body='astp')).lines
        self.assertEqual((line.amount, line.account_amount), (D('0.66'), None))

    @with_transaction()
    def test_free(self):
        self.open_show()
        guest = self.make_tariff("Guest", '0', kind='free')
        self.sell('a', self.item(3, guest))
        self.close_till()
        self.close()
        line, = self.freeze(self.worksheet()).lines
        self.assertEqual((line.amount, line.valid), (0, 3))
        self.assertIn("Free entry", line.note)

    @with_transaction()
    def test_frozen(self):
        "What is frozen does not change, figures are not typed"
        self.open_show()
        pool = Pool()
        Line = pool.get('tibillet.show.tax.line')
        Worksheet = pool.get('tibillet.show.tax')
        self.sell('a', self.item(1), paid='20')
        self.close_till()
        self.close()
        worksheet = self.worksheet()
        worksheet = self.freeze(worksheet)
        for act in [
                lambda: Worksheet.write([worksheet], {'year': 2025}),
                lambda: Worksheet.delete([worksheet]),
                lambda: Line.write(list(worksheet.lines), {'amount': 0}),
                lambda: Line.delete(list(worksheet.lines)),
                ]:
            with self.assertRaises(ShowTaxFrozenError):
                act()
        with self.assertRaises(UserError):
            self.worksheet()

    @with_transaction()
    def test_bad_input(self):
        self.open_show()
        pool = Pool()
        Rate = pool.get('tibillet.show.tax.rate')
        for year in [0, -1, 1789, 2100]:
            with self.assertRaises(ShowTaxPeriodError):
                self.worksheet(year=year)
        good = {
            'body': 'cnm', 'start_date': dt.date(2027, 1, 1),
            'rate': D('0.04'), 'threshold': 100, 'months': 3,
            'source': "Loi de finances pour 2027"}
        for day, (name, value) in enumerate([
                ('rate', D('1')), ('rate', D('-0.01')),
                ('account_rate', D('1.01')), ('account_rate', D('-0.1')),
                ('threshold', D('-1')), ('months', -1), ('months', 25)], 2):
            with self.assertRaises(ShowTaxRateError):
                Rate.create([{
                            **good, name: value,
                            'start_date': dt.date(2027, 1, day),
                            }])
        Rate.create([good])
        with self.assertRaises(UserError):
            Rate.create([good])

    @with_transaction()
    def test_rates(self):
        "Each performance has the rate of its date"
        Rate = Pool().get('tibillet.show.tax.rate')
        Rate.create([{
                    'body': 'cnm', 'start_date': dt.date(2027, 1, 1),
                    'rate': D('0.04'), 'threshold': 100, 'months': 3,
                    'source': "Loi de finances pour 2027"}])
        last, first = dt.date(2026, 12, 31), dt.date(2027, 1, 1)
        rates = Rate.get_at('cnm', [last, first])
        self.assertEqual(
            (rates[last].rate, rates[first].rate), (D('0.035'), D('0.04')))
        with self.assertRaises(ShowTaxRateError):
            Rate.get_at('cnm', [dt.date(2003, 12, 31)])

    @with_transaction()
    def test_csv(self):
        self.open_show()
        self.sell('a', self.item(5), paid='100')
        self.close_till()
        self.close()
        worksheet = self.freeze(self.worksheet())
        Report = Pool().get('tibillet.show.tax.csv', type='report')
        extension, content, _, _ = Report.execute([worksheet.id], {})
        rows = list(csv.reader(content.decode('utf-8-sig').splitlines()))
        self.assertEqual(extension, 'csv')
        self.assertIn(['Tax', '3.32'], rows)
        self.assertTrue([row for row in rows if '94.79' in row])
