"""The pot worked by hand: who gets back what, and the ledger."""
import unittest

from tibillet_federation.clauses import Balance, Entry, Schedule
from tibillet_federation.outcome import Posting
from tibillet_federation.revenue import history, replay, settle
from tibillet_federation.tests.worked import (
    UNEQUAL, D, day, flat, make_clauses, make_service, pot, texts)


class AllocationTestCase(unittest.TestCase):
    "E4: who gets back what"

    def test_allocations(self):
        # 9 000 at 35 % is 3 150.
        for balances, allocation, expected in [
                ([(8000, 1000, 1), (4000, 1000, 0)], 'remaining',
                    ['2205.00', '945.00']),  # 7 000 : 3 000
                ([(8000, 1000, 1), (4000, 1000, 0)], 'initial',
                    ['2100.00', '1050.00']),  # 8 000 : 4 000
                ([(8000, 1000, 1), (4000, 1000, 0)], 'priority',
                    ['150.00', '3000.00']),
                ([(8000, 1000, 0), (4000, 1000, 1)], 'priority',
                    ['3150.00', None]),
                # Equal priorities, by what remains.
                ([(8000, 1000, 5), (4000, 1000, 5)], 'priority',
                    ['2205.00', '945.00']),
                # Three ranks, the first two of them equal: 100 + 100, then
                # 2 950.
                ([(100, 0, 1), (100, 0, 1), (9000, 0, 2)], 'priority',
                    ['100.00', '100.00', '2950.00']),
                # By initial: 1 575 each, but the first has only 50 left.
                ([(5000, 4950, 0), (5000, 0, 0)], 'initial',
                    ['50.00', '3100.00']),
                # 1 050 each; the first keeps 50, the others 1 550 each, but
                # the second has only 1 400 left.
                ([(5000, 4950, 0), (5000, 3600, 0), (5000, 0, 0)], 'initial',
                    ['50.00', '1400.00', '1700.00']),
                # Who has all back gets nothing.
                ([(5000, 5000, 0), (5000, 0, 0)], 'remaining',
                    [None, '3150.00']),
                ([(5000, 5000, 0), (5000, 0, 0)], 'initial',
                    [None, '3150.00']),
                ([(5000, 5000, 0), (5000, 0, 1)], 'priority',
                    [None, '3150.00']),
                # Thirds: the cent goes to the first.
                ([(4000, 0, 0), (4000, 0, 0), (4000, 0, 0)], 'remaining',
                    ['1050.00', '1050.00', '1050.00']),
                ]:
            with self.subTest(balances=balances, allocation=allocation):
                found = settle(
                    make_clauses(
                        flat('0.35'), flat('0.12'), allocation=allocation),
                    [Balance(str(i), D(contributed), D(recouped), priority)
                        for i, (contributed, recouped, priority)
                        in enumerate(balances)],
                    make_service('9000'))
                self.assertEqual(
                    [found.recouped_by.get(str(i))
                        for i in range(len(balances))],
                    [D(amount) if amount else None for amount in expected])

    def test_cents(self):
        "Test that three equal contributors end together, to the cent"
        clauses = make_clauses(
            Schedule('fixed', amount=D(100)), flat('0.12'))
        settled = replay(
            lambda date: clauses, [Balance(n, D(100)) for n in 'abc'],
            [make_service('1000', number=str(n)) for n in [1, 2, 3]])
        self.assertEqual(
            [texts(s.recouped_by) for s in settled], [
                {'a': '33.34', 'b': '33.33', 'c': '33.33'},
                # 66.66, 66.67, 66.67 are left.
                {'a': '33.33', 'b': '33.34', 'c': '33.33'},
                {'a': '33.33', 'b': '33.33', 'c': '33.34'}])
        self.assertEqual(settled[-1].closing_remaining, 0)

    def test_only_some_recoup(self):
        "Test that a contribution may be shown without being recouped"
        found = settle(
            make_clauses(flat('0.35'), flat('0.12')),
            [Balance('ccc', D(15560)),
                Balance('mamasound', D(3850), recoupable=False)],
            make_service('9000', '900'))
        self.assertEqual(found.opening_remaining, D(15560))
        self.assertEqual(found.recouped_by, {'ccc': D(2835)})
        self.assertEqual(found.closing[1].recouped, 0)

    def test_retained(self):
        "E12: the operator pays itself nothing"
        balances = [Balance('ccc', D(15560)), Balance('mamasound', D(3850))]
        clauses = make_clauses(flat('0.35'), flat('0.12'))
        for operator, retained, payable in [
                ('mamasound', '562.33', '2272.67'),
                ('ccc', '2272.67', '562.33'),
                ('another', '0', '2835.00'),
                (None, '0', '2835.00'),
                ]:
            with self.subTest(operator=operator):
                found = settle(clauses, balances, make_service(
                        '9000', '900', operator=operator))
                self.assertEqual(found.share, D('2835.00'))
                self.assertEqual(found.retained, D(retained))
                self.assertEqual(found.payable, D(payable))
                self.assertEqual(
                    {a.beneficiary for a in found.allocations
                        if a.mode == 'retain'},
                    {operator} if D(retained) else set())

    def test_two_balances(self):
        with self.assertRaisesRegex(ValueError, "'ccc' has two balances"):
            settle(
                make_clauses(flat('0.35'), None),
                [Balance('ccc', D(1)), Balance('ccc', D(2))],
                make_service('9000'))


class LedgerTestCase(unittest.TestCase):
    "Entries between services"
    clauses = make_clauses(flat('0.35'), flat('0.12'))

    def history(self, balances, services, entries):
        return list(history(
                lambda date: self.clauses, balances, services, entries))

    def entry(self, date, kind, amount, contributor=None, number=''):
        return Entry(day(date), kind, D(amount), contributor, number)

    def test_contributions_open_the_pot(self):
        steps = self.history((), [make_service('9000')], [
                self.entry('2026-02-01', 'contribution', '2000', 'ccc'),
                self.entry('2026-01-01', 'contribution', '500', 'mamasound'),
                self.entry('2026-03-01', 'contribution', '-100', 'ccc'),
                ])
        self.assertEqual(
            [s.closing_remaining for s in steps],
            [D(500), D(2500), D(2400), D(0)])
        # 3 150 for a pot of 2 400: 1 080 × 750 / 3 150 = 257.142857
        self.assertEqual(steps[-1].share, D('2657.14'))
        # In the order in which they came.
        self.assertEqual(
            steps[-1].recouped_by, {'mamasound': D(500), 'ccc': D(1900)})

    def test_credits(self):
        for kind, amount, contributor, moved, surplus, left in [
                ('indemnity', '-300', 'ccc', '-300', '0', '700'),
                ('write_off', '-700', 'ccc', '-700', '0', '300'),
                # More than what is left to it: the rest is for renewal.
                ('indemnity', '-900', 'ccc', '-700', '200', '300'),
                ('indemnity', '-900', 'mamasound', '-300', '600', '700'),
                # For all, by what remains: 700 and 300.
                ('rental', '-100', None, '-100', '0', '900'),
                ('rental', '-1500', None, '-1000', '500', '0'),
                ('adjustment', '50', 'ccc', '50', '0', '1050'),
                # Given back by what each had: 300 and 2 700.
                ('adjustment', '100', None, '100', '0', '1100'),
                ('accrual', '80', 'ccc', '80', '0', '1080'),
                ]:
            with self.subTest(kind=kind, amount=amount):
                posting, = self.history(
                    UNEQUAL, [],
                    [self.entry('2026-02-01', kind, amount, contributor)])
                self.assertEqual(posting.amount, D(moved))
                self.assertEqual(posting.surplus, D(surplus))
                self.assertEqual(posting.closing_remaining, D(left))
                self.assertEqual(
                    sum(posting.by_contributor.values()), D(moved))
        posting, = self.history(UNEQUAL, [], [
                self.entry('2026-02-01', 'adjustment', '100')])
        self.assertEqual(
            posting.by_contributor, {'ccc': D(10), 'mamasound': D(90)})

    def test_correction_below_recouped(self):
        "Test a contribution corrected below what it got back"
        posting, = self.history(UNEQUAL, [], [
                self.entry('2026-02-01', 'contribution', '-800', 'ccc')])
        # 1 000 became 200, 300 were recouped: 100 too much.
        self.assertEqual(posting.surplus, D(100))
        self.assertEqual(posting.amount, D(-700))
        self.assertEqual(posting.closing_remaining, D(300))
        # Corrected again, 50 too much come on top; then all is put right.
        again, right = self.history(posting.closing, [], [
                self.entry('2026-02-02', 'contribution', '-50', 'ccc'),
                self.entry('2026-02-03', 'contribution', '850', 'ccc')])
        self.assertEqual((again.surplus, again.amount), (D(50), D(0)))
        self.assertEqual((right.surplus, right.amount), (D(0), D(700)))

    def test_accruals_stop(self):
        "Test that costs no longer add to a pot that has been recouped"
        for date, refused in [
                ('2026-05-31', '0'),
                # On the day of the crossing already.
                ('2026-06-01', '40'),
                ('2026-06-02', '40'),
                ]:
            with self.subTest(date=date):
                steps = self.history(
                    pot('1000'), [make_service('9000')],
                    [self.entry(date, 'accrual', '40', 'ccc')])
                posting = next(s for s in steps if isinstance(s, Posting))
                self.assertEqual(posting.refused, D(refused))
                self.assertEqual(steps[-1].closing_remaining, 0)
        # A correction of accruals always counts.
        steps = self.history(
            pot('1000'), [], [
                self.entry('2026-06-02', 'accrual', '-40', 'ccc')])
        self.assertEqual(steps[0].closing_remaining, D(960))

    def test_order_of_day(self):
        "Test one day: entries by number, services, then accruals"
        steps = self.history(
            pot('5000'), [make_service('9000')], [
                self.entry('2026-06-01', 'accrual', '1', 'ccc', '1'),
                self.entry('2026-06-01', 'indemnity', '-10', 'ccc', '10'),
                self.entry('2026-06-01', 'write_off', '-20', 'ccc', '9'),
                ])
        self.assertEqual(
            [s.entry.kind if isinstance(s, Posting) else 'service'
                for s in steps],
            ['write_off', 'indemnity', 'service', 'accrual'])

    def test_reopened(self):
        "Test that the phase goes back when the pot is reopened"
        services = [
            make_service('9000', number=str(n), date=f'2026-0{n}-01')
            for n in [1, 3, 5]]
        settled = replay(
            lambda date: self.clauses, pot('3150'), services, [
                self.entry('2026-04-01', 'adjustment', '350', 'ccc')])
        self.assertEqual(
            [s.phase for s in settled], ['pre', 'post', 'crossing'])
        self.assertEqual(settled[2].recouped, D(350))

    def test_refusals(self):
        for kind, amount, contributor, message in [
                ('contribution', '10', None, "nobody's"),
                ('accrual', '10', None, "nobody's"),
                ('indemnity', '-10', 'unknown', "'unknown' recoups nothing"),
                ]:
            with self.assertRaisesRegex(ValueError, message):
                self.history(pot('100'), [], [
                        self.entry('2026-02-01', kind, amount, contributor)])
