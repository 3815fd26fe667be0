import datetime as dt
from decimal import Decimal as D

from tibillet_base.exceptions import FactError
from tibillet_cashless import melt_waits
from tibillet_cashless.exceptions import MeltForecastError
from tibillet_cashless.melt_survival import Wait

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)

from .melt_records import DUE, NOTICED, OLD, MeltMixin
from .wallet_records import utc

DAY = dt.date(2025, 5, 10)
JANUARY = utc(2025, 1, 10, 12)


class MeltForecastTestCase(MeltMixin, TestCase):
    "Test what is expected to melt, and from which history"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_cashless')

    def waits(self, date=DAY):
        return melt_waits.read(self.fed.id, date)

    def make_spring(self, **values):
        "Lea uses her card and loads it again, Tom does not use his"
        self.make_records()
        policy, terms = self.make_policy(
            from_date=dt.date(2025, 6, 1), **{'months': 3, **values})
        self.top_up(self.lea, '20.00', now=JANUARY)
        self.top_up(self.tom, '10.00', now=JANUARY)
        self.spend(self.lea, '12.00', now=utc(2025, 1, 20, 12))
        self.spend(self.lea, '3.00', now=utc(2025, 3, 15, 12))
        self.top_up(self.lea, '8.00', now=utc(2025, 5, 1, 12))
        self.accept(terms, self.lea, self.tom)
        return policy

    def make(self, policy, date=DAY):
        Forecast = Pool().get('tibillet.melt.forecast')
        return Forecast.make(policy, date)

    @with_transaction()
    def test_waits(self):
        "Each unit once, by the age of its lot"
        self.make_spring()
        for date, waits in [
                ('2025-01-09', []),
                ('2025-01-10', [Wait(0, 0, 3000)]),
                ('2025-01-20', [Wait(0, 1200, 1800)]),
                ('2025-03-14', [Wait(0, 1200, 0), Wait(2, 0, 1800)]),
                ('2025-05-10', [
                    Wait(0, 1200, 800), Wait(2, 300, 0), Wait(4, 0, 1500)]),
                ]:
            with self.subTest(date=date):
                self.assertEqual(
                    self.waits(dt.date.fromisoformat(date)), waits)

    @with_transaction()
    def test_taken_back(self):
        "A payment that was taken back has not ended a wait"
        self.make_records()
        loaded = self.top_up(self.lea, '10.00', now=JANUARY)
        paid = self.spend(self.lea, '4.00', now=utc(2025, 2, 10, 12))
        self.reverse(paid.uuid, now=utc(2025, 2, 11, 12))
        self.assertEqual(
            self.waits(dt.date(2025, 2, 10)), [Wait(1, 400, 600)])
        self.assertEqual(self.waits(), [Wait(4, 0, 1000)])
        self.reverse(loaded.uuid, now=utc(2025, 2, 12, 12))
        self.assertEqual(self.waits(), [])

    @with_transaction()
    def test_melted(self):
        "What has melted was not used: it had waited so long, and no more"
        self.make_records()
        policy, terms = self.make_policy()
        self.top_up(self.lea, '20.00', now=OLD)
        self.accept(terms, self.lea)
        self.give(policy, NOTICED)
        self.run_until(policy, DUE)
        june = dt.date(2026, 6, 1)
        self.assertEqual(self.waits(june), [Wait(18, 0, 2000)])
        line, = Pool().get('tibillet.melt.run.line').search([])
        self.call('restore', line.operation.uuid, now=utc(2026, 4, 20, 12))
        self.assertEqual(self.waits(june), [Wait(20, 0, 2000)])

    @with_transaction()
    def test_merged(self):
        "What goes on in another wallet has waited since it was loaded"
        self.make_spring()
        before = self.waits()
        pool = Pool()
        Card = pool.get('tibillet.card')
        Party = pool.get('party.party')
        holder = Party(name="Lea")
        holder.save()
        with set_company(self.company):
            for uid in [self.lea, self.tom]:
                card = Card.find(uid)
                card.party = holder
                card.save()
        self.assertEqual(self.balance(self.lea), '23.00')
        self.assertEqual(self.waits(dt.date(2100, 1, 10)), [
                Wait(0, 1200, 0), Wait(2, 300, 0), Wait(896, 0, 800),
                Wait(900, 0, 1500)])
        self.assertEqual(sum(w.used + w.open for w in before), 3800)

    @with_transaction()
    def test_forecast(self):
        """By hand

        Of 38.00, 12.00 were used in the first month and 3.00 of the 18.00
        that have lasted until the third: 26/38 × 15/18 = 0.5702 is still
        there. Tom's 10.00 and Lea's 5.00 have waited for four months, which
        nothing since has ended: all of it. Lea's 8.00 are new: 4.56.
        """
        forecast = self.make(self.make_spring())
        self.assertEqual(
            [(str(line.month), str(line.at_most), str(line.amount),
                    str(line.unseen)) for line in forecast.lines], [
                ('2025-05-01', '0.00', '0.00', '0.00'),
                ('2025-06-01', '0.00', '0.00', '0.00'),
                ('2025-07-01', '10.00', '10.00', '0.00'),
                ('2025-08-01', '0.00', '0.00', '0.00'),
                # Lea's 5.00 will have waited for seven months.
                ('2025-09-01', '13.00', '9.56', '5.00')])
        self.assertEqual(
            [(w.months, str(w.amount), str(w.used), str(w.part))
                for w in forecast.waits], [
                (0, '38.00', '12.00', '0.6842'),
                (1, '18.00', '0.00', '0.6842'),
                (2, '18.00', '3.00', '0.5702'),
                (3, '15.00', '0.00', '0.5702'),
                (4, '15.00', '0.00', '0.5702')])
        self.assertEqual(
            [forecast.wallets, forecast.months_seen, str(forecast.since)],
            [2, 5, '2025-01-10'])
        self.assertEqual(
            [str(getattr(forecast, name)) for name in [
                    'held', 'at_most', 'amount', 'unseen']],
            ['23.00', '23.00', '19.56', '5.00'])
        self.assertIsNone(forecast.fees)
        self.assertIn("not known", forecast.known)

    @with_transaction()
    def test_short_history(self):
        "Who waits longer than was ever seen is said to be unknown"
        forecast = self.make(self.make_spring(months=14))
        self.assertEqual(forecast.unseen, forecast.amount)
        self.assertTrue(forecast.known.startswith("Too little history"))

    @with_transaction()
    def test_nothing(self):
        "No history, nobody who has accepted, a day to come"
        self.make_records()
        policy, terms = self.make_policy()
        forecast = self.make(policy)
        self.assertEqual(
            [forecast.months_seen, forecast.wallets, str(forecast.amount),
                forecast.lines, forecast.waits, forecast.since],
            [0, 0, '0.00', (), (), None])
        self.assertTrue(forecast.known.startswith("Nothing of this money"))
        self.top_up(self.lea, '20.00', now=JANUARY)
        forecast = self.make(policy)
        self.assertEqual(
            [str(forecast.held), str(forecast.at_most)], ['20.00', '0.00'])
        with self.assertRaises(MeltForecastError):
            self.make(policy, dt.date(2999, 1, 1))

    @with_transaction()
    def test_percent(self):
        "A tenth a month of each wallet, as long as runs are counted"
        policy = self.make_spring(mode='percent', rate=D('0.1'))
        forecast = self.make(policy)
        by_month = {str(ln.month): ln for ln in forecast.lines}
        self.assertEqual(
            [str(by_month[month].at_most) for month in [
                    '2025-07-01', '2025-08-01', '2025-09-01']],
            # Of 10.00, then 9.00; then 8.10 and Lea's 13.00.
            ['1.00', '0.90', '2.11'])
        self.assertEqual(str(max(by_month)), '2027-08-01')
        self.assertLess(forecast.at_most, forecast.held)

    @with_transaction()
    def test_fact(self):
        "It is kept, to be compared with what has melted"
        forecast = self.make(self.make_spring())
        Forecast = Pool().get('tibillet.melt.forecast')
        with self.assertRaises(FactError):
            Forecast.write([forecast], {'units': 1})
        with self.assertRaises(FactError):
            Forecast.delete([forecast])

    @with_transaction()
    def test_as_it_melts(self):
        "If nothing is used it melts as it is said that it may"
        policy = self.make_spring()
        forecast = self.make(policy)
        for date in [DAY, dt.date(2025, 7, 20)]:
            self.give(policy, date)
        self.assertEqual(
            self.run_until(policy, dt.date(2025, 9, 1)),
            ['0.00', '10.00', '0.00', '13.00'])
        self.assertEqual(
            [str(ln.at_most) for ln in forecast.lines[1:]],
            ['0.00', '10.00', '0.00', '13.00'])
