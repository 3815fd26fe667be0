"""The months and the years of a till are closed, chained and checked."""
import csv
import datetime as dt
import io
import unittest
import uuid
import zipfile
from decimal import Decimal as D
from unittest.mock import patch

from tibillet_base import till_calendar, till_writer, tools
from tibillet_base.exceptions import FactError, TillPeriodError
from tibillet_base.till_product import Facts
from tibillet_base.till_writer import Paid, Sold

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction

from tibillet import verify

from .till_records import TillMixin, make_till, sell


class CalendarTestCase(unittest.TestCase):

    def test_ended(self):
        for since, today, ended in [
                ('2026-01-15', '2026-01-31', []),
                ('2026-01-31', '2026-02-01', ['2026-01']),
                # A month without sales is closed too.
                ('2026-01-15', '2026-03-31', ['2026-01', '2026-02']),
                ('2024-02-29', '2024-03-01', ['2024-02']),
                # A year comes after its last month.
                ('2025-11-30', '2026-02-01',
                    ['2025-11', '2025-12', '2025', '2026-01']),
                ('2023-12-31', '2025-01-01',
                    ['2023-12', '2023', *(
                            f'2024-{month:02d}' for month in range(1, 13)),
                        '2024']),
                ]:
            with self.subTest(since=since, today=today):
                found = till_calendar.get_ended(*map(
                        dt.date.fromisoformat, [since, today]))
                self.assertEqual([
                        str(start)[:7 if kind == 'month' else 4]
                        for kind, start, _ in found], ended)

    def test_days(self):
        for kind, date, first, last in [
                ('month', '2024-02-10', '2024-02-01', '2024-02-29'),
                ('month', '2026-02-28', '2026-02-01', '2026-02-28'),
                ('month', '2026-12-01', '2026-12-01', '2026-12-31'),
                ('year', '2024-12-31', '2024-01-01', '2024-12-31'),
                ('year', '2026-01-01', '2026-01-01', '2026-12-31'),
                ]:
            with self.subTest(kind=kind, date=date):
                day = dt.date.fromisoformat(date)
                self.assertEqual(
                    [str(till_calendar.first_day(kind, day)),
                        str(till_calendar.last_day(kind, day))],
                    [first, last])


class TillPeriodTestCase(TillMixin, TestCase):

    def at(self, *when):
        "Let it be that instant, in UTC"
        tools.now.return_value = dt.datetime(
            *when, tzinfo=dt.UTC).replace(tzinfo=None)

    def evening(self, point, *quantities, returned=False):
        """Sell beers at 3.50 each by card, then close the till

        returned: whether one is sold for cash and taken back.
        """
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        Point = pool.get('sale.point')
        if not Point(point.id).session:
            Point.open_till([Point(point.id)])
        for quantity in quantities:
            sell(point, self.beer, self.card, quantity=quantity)
        for quantity in [1, -1] if returned else []:
            sell(point, self.beer, self.cash, quantity=quantity)
        return Closure.close_till(point, {})

    def night(self):
        "Do what the server does by night, and what it puts off"
        pool = Pool()
        Period = pool.get('tibillet.till.period')
        Point = pool.get('sale.point')
        Point.close_every_period()
        Point.close_ended_periods([
                p for p in Point.search([]) if Period.get_due(p)])

    def make_winter(self):
        "Sell on 20 and 31 January and 3 March, nothing in February"
        self.at(2026, 1, 20, 19)
        point = self.open_till()
        self.evening(point, 2)
        self.at(2026, 1, 31, 19)
        self.evening(point, 4, returned=True)
        self.at(2026, 3, 3, 19)
        self.evening(point, 1)
        return point

    @with_transaction()
    def test_winter(self):
        "A till is opened when the months before are closed, empty ones too"
        pool = Pool()
        Log = pool.get('tibillet.till.log')
        Period = pool.get('tibillet.till.period')
        Point = pool.get('sale.point')
        with set_company(self.get_company()):
            point = self.make_winter()
            january, february = Period.search([], order=[('number', 'ASC')])
            self.assertEqual(
                [p.rec_name for p in [january, february]],
                ['BAR 2026-01', 'BAR 2026-02'])
            self.assertEqual(
                (january.closures, january.count, january.total,
                    january.sold, january.returned,
                    january.perpetual_total),
                (2, 4, D('21.00'), D('24.50'), D('3.50'), D('21.00')))
            card, cash = january.tenders
            tax, = january.taxes
            category, = january.categories
            self.assertEqual(
                [(l.label, l.quantity, l.base, l.vat, l.amount)
                    for l in [card, cash, tax, category]], [
                    ("card", 2, None, None, D('21.00')),
                    ("cash", 1, None, None, D('0.00')),
                    ("VAT 0.2", None, D('17.50'), D('3.50'), D('21.00')),
                    ("At 0.2", 6, D('17.50'), D('3.50'), D('21.00')),
                    ])
            self.assertEqual(
                (february.closures, february.total, february.perpetual_total,
                    february.last_closure, len(february.lines)),
                (0, 0, D('21.00'), 2, 0))
            self.assertEqual(
                february.previous_link, january.link)
            self.at(2027, 1, 1, 5)
            self.night()
            self.assertEqual(
                Period.search([], count=True), 13)
            year, = Period.search([('kind', '=', 'year')])
            self.assertEqual(
                (year.number, year.closures, year.total,
                    year.perpetual_total),
                (13, 3, D('24.50'), D('24.50')))
            months = Period.search([('kind', '=', 'month')])
            self.assertEqual(sum(m.total for m in months), year.total)
            self.assertEqual(Point.check_chain(Point(point.id))[1], [])
            self.assertEqual(Log.search([
                        ('kind', '=', 'period')], count=True), 13)

    @with_transaction()
    def test_once(self):
        "Nothing is closed twice"
        pool = Pool()
        Period = pool.get('tibillet.till.period')
        Point = pool.get('sale.point')
        with set_company(self.get_company()):
            point = self.make_winter()
            self.at(2026, 3, 31, 23)
            with self.assertRaises(TillPeriodError):
                Point.close_periods([Point(point.id)])
            self.at(2026, 4, 1, 0)
            Point.close_periods([Point(point.id)])
            self.night()
            self.assertEqual(
                [p.rec_name for p in Period.search(
                        [], order=[('number', 'ASC')])],
                ['BAR 2026-01', 'BAR 2026-02', 'BAR 2026-03'])

    @with_transaction()
    def test_night(self):
        "A month waits for the night that began in it"
        pool = Pool()
        Period = pool.get('tibillet.till.period')
        Point = pool.get('sale.point')
        with set_company(self.get_company()):
            self.at(2026, 1, 31, 22)
            point = self.open_till()
            sell(point, self.beer, self.card)
            self.at(2026, 2, 1, 2)
            with self.assertRaises(TillPeriodError):
                Point.close_periods([Point(point.id)])
            self.evening(point, 1)
            Point.close_periods([Point(point.id)])
            january, = Period.search([])
            self.assertEqual(
                (january.end_date, january.total),
                (dt.date(2026, 1, 31), D('7.00')))

    @with_transaction()
    def test_clock(self):
        "A closure dated after the next one is in the month of the next one"
        pool = Pool()
        Period = pool.get('tibillet.till.period')
        Point = pool.get('sale.point')
        with set_company(self.get_company()):
            self.at(2026, 2, 1, 19)
            point = self.open_till()
            self.evening(point, 1)
            self.at(2026, 1, 31, 19)
            self.evening(point, 2)
            self.at(2026, 3, 1, 19)
            self.evening(point, 4)
            self.at(2026, 4, 1, 19)
            self.night()
            self.assertEqual(
                [(p.rec_name[-2:], p.total) for p in Period.search(
                        [], order=[('number', 'ASC')])], [
                    ('02', D('10.50')), ('03', D('14.00'))])
            self.assertEqual(Point.check_chain(Point(point.id))[1], [])

    @with_transaction()
    def test_unused(self):
        "A till that has closed nothing has no month"
        pool = Pool()
        Period = pool.get('tibillet.till.period')
        Point = pool.get('sale.point')
        with set_company(self.get_company()):
            point = self.open_till()
            sell(point, self.beer, self.card)
            self.at(2026, 9, 1, 19)
            self.night()
            Point.open_till([make_till(code='DOOR')])
            self.assertEqual(Period.search([]), [])

    @with_transaction()
    def test_outside(self):
        "What is no sale is in the tenders, the cash and the books alone"
        pool = Pool()
        Account = pool.get('account.account')
        Archive = pool.get('tibillet.till.archive')
        Closure = pool.get('tibillet.till.closure')
        Period = pool.get('tibillet.till.period')
        Point = pool.get('sale.point')
        with set_company(self.get_company()):
            self.at(2026, 1, 20, 19)
            point = self.open_till()
            self.evening(point, 1)
            Point.open_till([point])
            account, = Account.search([('code', '=', '1.1.1')])
            loaded = Sold(
                self.beer.id, D(1), D('20.00'),
                Facts("Top-up", None, None, account.id, None))
            sold = till_writer.sell(
                point.id, str(uuid.uuid4()),
                [loaded, Sold(self.beer.id, D(1), D('3.50'))],
                [Paid(self.cash.id, D('23.50'))])
            self.assertEqual(sold.total, D('23.50'))
            closure = Closure.close_till(
                Point(point.id), {D('23.50'): 1})
            self.assertEqual(
                (closure.total, closure.sold, closure.outside,
                    closure.perpetual_total, closure.cash_sales),
                (D('3.50'), D('3.50'), D('20.00'), D('7.00'), D('23.50')))
            self.assertEqual(
                [(l.kind, l.amount) for l in closure.lines], [
                    ('tender', D('23.50')), ('vat', D('3.50')),
                    ('category', D('3.50')), ('outside', D('20.00'))])
            Closure.post([closure])
            self.assertEqual([
                    l.credit for l in Closure(closure.id).move.lines
                    if l.account == account and l.credit], [D('20.00')])
            self.at(2026, 2, 1, 1)
            self.night()
            january, = Period.search([])
            self.assertEqual(
                (january.total, january.outside,
                    [l.amount for l in january.outsides]),
                (D('7.00'), D('20.00'), [D('20.00')]))
            self.assertEqual(Point.check_chain(Point(point.id))[1], [])
            archive = Archive.make(Point(point.id))
            self.assertIsNone(archive.problems)
            rows = list(csv.DictReader(io.StringIO(zipfile.ZipFile(
                            io.BytesIO(archive.file)).read(
                            'closure.csv').decode('utf-8-sig'))))
            self.assertEqual(
                [row['outside'] for row in rows], ['', '20.00'])

    @with_transaction()
    def test_fact(self):
        pool = Pool()
        Period = pool.get('tibillet.till.period')
        with set_company(self.get_company()):
            self.make_winter()
            january, february = Period.search([], order=[('number', 'ASC')])
            for act in [
                    lambda: Period.write([january], {'total': D(0)}),
                    lambda: Period.delete([february]),
                    lambda: january.lines[0].delete(list(january.lines)),
                    ]:
                with self.assertRaises(FactError):
                    act()

    @with_transaction()
    def test_broken(self):
        "What was changed behind the till is found, in the archive too"
        pool = Pool()
        Archive = pool.get('tibillet.till.archive')
        Point = pool.get('sale.point')
        with set_company(self.get_company()):
            point = self.make_winter()
            archive = Archive.make(Point(point.id))
            found = verify.verify(io.BytesIO(archive.file))
            self.assertEqual(
                (found.counts['period'], found.problems), (2, []))
            Transaction().connection.cursor().execute(
                'UPDATE "tibillet_till_period" SET "total" = 10 '
                "WHERE \"number\" = 1")
            _, problems = Point.check_chain(Point(point.id))
            self.assertEqual(
                [(p.kind, p.where, p.number) for p in problems],
                [('link', 'period', '1'), ('total', 'period', '1')])

    @with_transaction()
    def test_each(self):
        "By night each till is closed by itself, and only if there is cause"
        pool = Pool()
        Period = pool.get('tibillet.till.period')
        Point = pool.get('sale.point')
        Queue = pool.get('ir.queue')
        with set_company(self.get_company()):
            point = self.make_winter()
            other = make_till(code='DOOR')
            self.at(2026, 4, 1, 4)
            before = Queue.search([], count=True)
            Point.close_every_period()
            task, = Queue.search([], order=[('id', 'DESC')], limit=1)
            self.assertEqual(Queue.search([], count=True), before + 1)
            self.assertEqual(list(task.data['instances']), [point.id])
            self.assertEqual(Period.get_due(Point(other.id)), [])
            self.assertEqual(
                [start.month for _, start, _ in Period.get_due(
                        Point(point.id))], [3])

    @with_transaction()
    def test_report(self):
        pool = Pool()
        Period = pool.get('tibillet.till.period')
        Report = pool.get('tibillet.till.period', type='report')
        with set_company(self.get_company()):
            self.make_winter()
            january, february = Period.search([], order=[('number', 'ASC')])
            for period in [january, february]:
                with patch.object(
                        Report, 'convert', lambda report, content, **kwargs:
                        ('html', content)):
                    _, content, *_ = Report.execute([period.id], {})
                self.assertIn(period.link, str(content))
