"""Corrections of locked services, worked by hand."""
import unittest
from dataclasses import replace

from tibillet_federation.clauses import Amount, Balance, Schedule, Tier
from tibillet_federation.revenue import adjust, replay, settle
from tibillet_federation.tests.worked import (
    SEASON, SEASON_CLAUSES, D, day, flat, make_clauses, make_service, pot,
    texts)


class AdjustmentTestCase(unittest.TestCase):
    "E9: a locked service is never rewritten"
    today = day('2026-10-01')

    def setUp(self):
        self.settled = replay(
            lambda date: SEASON_CLAUSES, pot('15560'), SEASON)
        self.current = self.settled[-1].closing

    def adjust(self, index, turnover, balances=None):
        original = self.settled[index]
        return adjust(
            original, replace(
                original.service,
                turnover=(Amount('', D(turnover)),)),
            self.today, self.current if balances is None else balances)

    def test_adjust(self):
        for index, turnover, recouped, local, others, spilled, left in [
                # 2 was 9 000: 7 100 × 35 % = 2 485, 350 less.
                (1, '8000', '-350', '0', '0', '0', '350'),
                # A credit note for most of it: only 30 % may be deducted,
                # 630 is the base; at least 500 but at most 378.
                (1, '900', '-2457', '0', '0', '0', '2457'),
                # For all of it, then for more: nothing is shared.
                (1, '0', '-2835', '0', '0', '0', '2835'),
                (1, '-1000', '-2835', '0', '0', '0', '2835'),
                # 3 was 9 000: 350 more, but the pot is empty since.
                (2, '10000', '0', '0', '350', '350', '0'),
                # 4: still above both caps.
                (3, '100000', '0', '0', '0', '0', '0'),
                # 4: 15 500 × 35 % = 5 425, the pot was not finished; 3 940
                # less recouped, nothing after.
                (3, '20000', '-3940', '-225.40', '-2028.60', '0', '3940'),
                # 5: 900 more × 12 % = 108, 10.80 of it local.
                (4, '9900', '0', '10.80', '97.20', '0', '0'),
                # 5: 630 × 12 % = 75.60, at least 150: 822 less.
                (4, '900', '0', '-82.20', '-739.80', '0', '0'),
                (4, '0', '0', '-97.20', '-874.80', '0', '0'),
                ]:
            with self.subTest(index=index, turnover=turnover):
                found = self.adjust(index, turnover)
                self.assertEqual(found.recouped, D(recouped))
                self.assertEqual(found.local, D(local))
                self.assertEqual(
                    sum(found.by_destination.values()), D(others))
                self.assertEqual(
                    found.share, D(recouped) + D(local) + D(others))
                self.assertEqual(found.spilled, D(spilled))
                self.assertEqual(found.closing_remaining, D(left))
                self.assertEqual(
                    [e.amount for e in found.entries],
                    [-D(recouped)] if D(recouped) else [])
                self.assertTrue(all(
                        e.date == self.today and e.kind == 'adjustment'
                        for e in found.entries))

    def test_spilled_destinations(self):
        self.assertEqual(
            texts(self.adjust(2, '10000').by_destination),
            {'research': '175.00', 'hosting': '105.00', 'renewal': '70.00'})

    def test_from_its_own_opening(self):
        "Test that the pot of that day counts, not the one of today"
        found = self.adjust(1, '8000')
        self.assertEqual(found.target.opening_remaining, D('15140.00'))
        self.assertEqual(found.target.phase, 'pre')
        self.assertEqual(found.base, D(-1000))
        # The original has not changed.
        self.assertEqual(self.settled[1].share, D(2835))

    def test_partly_needed(self):
        "Test more to recoup when the pot needs only a part of it"
        found = self.adjust(
            2, '10000', (Balance('ccc', D(15560), D(15460)),))
        self.assertEqual(found.recouped, D(100))
        self.assertEqual(found.spilled, D(250))
        self.assertEqual(found.share, D(350))

    def test_twice(self):
        "Test that a second correction starts from the first"
        first = self.adjust(2, '10000')
        second = adjust(
            first, replace(
                self.settled[2].service, turnover=(Amount('', D(8000)),)),
            self.today, first.closing)
        # 7 400 × 35 % = 2 590; 3 290 is booked, 350 of it spilled.
        self.assertEqual(second.share, D(-700))
        self.assertEqual(second.recouped, D(-350))
        self.assertEqual(sum(second.by_destination.values()), D(-350))
        third = adjust(
            second, self.settled[2].service, self.today, second.closing)
        self.assertEqual(third.share, D(350))
        self.assertEqual(third.recouped, D(350))
        self.assertEqual(
            {(a.kind, a.amount) for a in third.booked},
            {('recoup', D(2940))})
        again = adjust(
            third, self.settled[2].service, self.today, third.closing)
        self.assertEqual((again.share, again.allocations), (D(0), ()))

    def test_default_balances(self):
        "Test a correction just after the service"
        found = adjust(
            self.settled[2], replace(
                self.settled[2].service, turnover=(Amount('', D(10000)),)),
            self.today)
        self.assertEqual(found.recouped, D(350))
        self.assertEqual(found.closing_remaining, D('9015.00'))

    def test_others_have_it_all(self):
        "Test that who has all back since leaves the place to the others"
        clauses = make_clauses(
            flat('0.35'), flat('0.12'), allocation='priority')
        balances = (
            Balance('ccc', D(3500), priority=0),
            Balance('mamasound', D(3500), priority=1))
        settled = replay(lambda date: clauses, balances, [
                make_service('9000', number='1'),
                make_service('2000', number='2')])
        # 3 150 then 350 + 350: ccc has all back, 3 150 are left.
        found = adjust(
            settled[0], make_service('10000', number='1'), self.today,
            settled[-1].closing)
        self.assertEqual(found.recouped_by, {'mamasound': D(350)})
        self.assertEqual(found.closing_remaining, D(2800))
        # When it needs only 100, the other 250 go to the destinations.
        found = adjust(
            settled[0], make_service('10000', number='1'), self.today, (
                Balance('ccc', D(3500), D(3500)),
                Balance('mamasound', D(3500), D(3400))))
        self.assertEqual(found.recouped_by, {'mamasound': D(100)})
        self.assertEqual(found.spilled, D(250))
        self.assertEqual(found.by_destination, {'research': D(250)})
        self.assertEqual(found.share, D(350))

    def test_retained(self):
        balances = (
            Balance('ccc', D(15560)), Balance('mamasound', D(3850)))
        settled = replay(lambda date: SEASON_CLAUSES, balances, SEASON)
        found = adjust(
            settled[0], replace(
                settled[0].service, turnover=(Amount('', D(600)),)),
            self.today, settled[0].closing)
        # 30 % of 600 may be deducted; 420 × 60 % = 252: 168 less.
        # 252 × 3 850 / 19 410 = 49.98 kept instead of 83.31.
        self.assertEqual(found.share, D('-168.00'))
        self.assertEqual(found.retained, D('-33.33'))
        self.assertEqual(found.payable, D('-134.67'))

    def test_cascade_waiting(self):
        "Test that costs that wait are shown, not booked again"
        clauses = make_clauses(None, Schedule('tiers', tiers=(
                    Tier('costs', 'cost', beneficiary='ccc', carry=True),)))
        original = settle(
            clauses, (), make_service('300', costs={'costs': D(500)}))
        found = adjust(
            original, make_service('400', costs={'costs': D(500)}),
            self.today)
        self.assertEqual(found.by_tier, {'costs': D(100)})
        self.assertEqual(found.carried, {'costs': D(-100)})
