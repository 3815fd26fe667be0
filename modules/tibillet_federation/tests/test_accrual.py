"On which days what is not invoiced is accrued."
import datetime as dt
from types import SimpleNamespace

from tibillet_federation.tests.ledger import END, LedgerTestCase

from trytond.modules.account.tests import create_chart, get_fiscalyear
from trytond.pool import Pool

YEAR_END = dt.date(2026, 12, 31)


class AccrualTestCase(LedgerTestCase):

    def get_closings(self, state, *ends):
        "Return the days of a statement when the years end on some days"
        with self.start() as transaction:
            pool = Pool()
            company = pool.get('company.company')(self.company)
            Statement = pool.get('tibillet.convention.statement')
            statement = Statement(self.create_statement())
            Statement.lock_content([statement])
            create_chart(company)
            for end in ends:
                year = get_fiscalyear(
                    company, start_date=end - dt.timedelta(days=180),
                    end_date=end)
                year.save()
            statement.state = state
            found = statement._get_closings(company)
            transaction.rollback()
        return found

    def test_closings(self):
        "Test that a year that ends with the period is not passed over"
        for state, ends, expected in [
                ('locked', [YEAR_END], [END, YEAR_END]),
                ('invoiced', [YEAR_END], [YEAR_END]),
                ('settled', [YEAR_END], [YEAR_END]),
                ('locked', [END], [END]),
                ('invoiced', [END], [END]),
                ('settled', [END, YEAR_END], [END, YEAR_END]),
                ('invoiced', [dt.date(2025, 12, 31)], []),
                ]:
            with self.subTest(state, ends=ends):
                self.assertEqual(self.get_closings(state, *ends), expected)

    def test_opposites(self):
        "Test that the opposite of a day is no accrual of the next day"
        pool = Pool(self.db_name)
        Statement = pool.get('tibillet.convention.statement')
        a, b = 'Co-operative', 'Association'

        def accrued(*moves):
            return Statement._get_accrued(SimpleNamespace(accrual_moves=[
                        SimpleNamespace(
                            company=company, date=dt.date(2026, 12, day))
                        for company, day in moves]))

        day = {n: dt.date(2026, 12, n) for n in [29, 30, 31]}
        self.assertEqual(accrued(), set())
        self.assertEqual(accrued((a, 30), (a, 31)), {(a, day[30])})
        self.assertEqual(
            accrued((a, 29), (a, 30), (a, 30), (a, 31)),
            {(a, day[29]), (a, day[30])})
        self.assertEqual(
            accrued((a, 29), (b, 30), (a, 30), (b, 31)),
            {(a, day[29]), (b, day[30])})
        # Two flows of a company.
        self.assertEqual(
            accrued((a, 30), (a, 30), (a, 31), (a, 31)), {(a, day[30])})


del LedgerTestCase
