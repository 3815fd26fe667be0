"""Schedules worked by hand: scales, cascades, and how each crosses."""
import unittest
from dataclasses import replace

from tibillet_federation.clauses import Schedule, Tier
from tibillet_federation.revenue import settle
from tibillet_federation.schedule import reckon
from tibillet_federation.tests.worked import (
    AFTER, BEFORE, CENT, CLASS, UNEQUAL, D, flat, make_clauses, make_service,
    pot, scale, texts)


class ScalesTestCase(unittest.TestCase):
    "X10, X12: brackets"

    def test_marginal(self):
        for base, before, after in [
                ('0', '0.00', '0.00'),
                ('1000', '500.00', '200.00'),
                ('2000', '1000.00', '400.00'),
                ('2000.01', '1000.00', '400.00'),  # 1 000.0025, 400.0012
                ('2000.02', '1000.01', '400.00'),  # 1 000.005, 400.0024
                ('5000', '1750.00', '760.00'),
                ('9000', '2750.00', '1240.00'),
                ('10000', '3000.00', '1360.00'),
                ('20000', '4500.00', '1960.00'),
                ('50000', '9000.00', '3760.00'),
                ('150000', '17000.00', '6760.00'),
                ]:
            with self.subTest(base=base):
                self.assertEqual(
                    [str(reckon(s, 'post', D(base), None, CENT).share)
                        for s in [BEFORE, AFTER]],
                    [before, after])
        # A service of 150 000 is never asked 30 000.
        self.assertLess(D('17000.00'), D('30000.00'))

    def test_marginal_slices(self):
        found = reckon(BEFORE, 'pre', D(9000), None, CENT)
        self.assertEqual(found.slices, (
                (D(0), D(2000), D('0.50'), D(1000)),
                (D(2000), D(9000), D('0.25'), D(1750))))

    def test_class(self):
        for base, share in [
                ('0', '0.00'),
                ('4999.99', '2000.00'),  # 1 999.996
                ('5000', '2000.00'),
                ('5000.01', '1500.00'),  # 1 500.003
                ('6666.67', '2000.00'),  # 2 000.001
                ('20000', '6000.00'),
                ('20000.01', '3000.00'),
                ('40000', '6000.00'),
                ]:
            with self.subTest(base=base):
                self.assertEqual(
                    str(reckon(CLASS, 'post', D(base), None, CENT).share),
                    share)

    def test_one_bracket(self):
        "Test that a scale of one bracket is one rate"
        for kind in ['marginal', 'class']:
            self.assertEqual(
                reckon(
                    scale(kind, (None, '0.35')), 'post', D(8100), None,
                    CENT).share,
                D(2835))


class CascadeTestCase(unittest.TestCase):
    "X14 and E7: tiers"
    time = Tier(
        'follow', 'time', amount=D(300), beneficiary='ccc', label="Follow-up")

    def settle(self, tiers, base, remaining='0', post=None, **values):
        costs = values.pop('costs', {})
        days = values.pop('days', {})
        brought = values.pop('brought', {})
        limits = {
            name: values.pop(name) for name in ['floor', 'cap']
            if name in values}
        schedule = Schedule('tiers', tiers=tuple(tiers), **limits)
        return settle(
            make_clauses(schedule, post or schedule, **values),
            pot(remaining) if D(remaining) else (),
            make_service(base, costs=costs, days=days, operator='mamasound'),
            brought)

    def test_follow_up_then_research(self):
        "X14: 4 days, then research"
        for tier, research, share, operator in [
                # 7 800 × 15 %
                (Tier('research', 'net_pct', rate=D('0.15')),
                    '1170.00', '2370.00', '6630.00'),
                # 9 000 × 10 %
                (Tier('research', 'gross_pct', rate=D('0.10')),
                    '900.00', '2100.00', '6900.00'),
                ]:
            with self.subTest(kind=tier.kind):
                found = self.settle(
                    [self.time, tier], '9000', days={'follow': D(4)})
                self.assertEqual(texts(found.by_tier), {'follow': '1200.00'})
                self.assertEqual(str(found.post_part), research)
                self.assertEqual(str(found.share), share)
                self.assertEqual(str(found.base - found.share), operator)

    def test_simple(self):
        "Test that one step of 30 % is one rate of 30 %"
        found = self.settle(
            [Tier('all', 'gross_pct', rate=D('0.30'))], '9000')
        self.assertEqual(found.share, D(2700))

    def test_each_takes_what_is_left(self):
        tiers = [
            Tier('costs', 'cost', beneficiary='ccc', amount=D(500)),
            self.time,
            Tier('licence', 'fixed', amount=D(100), beneficiary='ccc'),
            Tier('gross', 'gross_pct', rate=D('0.10')),
            Tier('rest', 'residual', beneficiary='mamasound'),
            Tier('never', 'fixed', amount=D(1), beneficiary='ccc'),
            ]
        for base, amounts, post_part in [
                ('2000', ['500', '600', '100', '600', '0'], '200'),
                ('1200', ['500', '600', '100', '0', '0'], '0'),
                ('1150', ['500', '600', '50', '0', '0'], '0'),
                ('700', ['500', '200', '0', '0', '0'], '0'),
                ('0', ['0', '0', '0', '0', '0'], '0'),
                ]:
            with self.subTest(base=base):
                found = self.settle(
                    tiers, base, costs={'costs': D(650)},
                    days={'follow': D(2)})
                self.assertEqual(
                    [found.by_tier.get(key, D(0)) for key in [
                            'costs', 'follow', 'licence', 'rest', 'never']],
                    [D(a) for a in amounts])
                self.assertEqual(found.post_part, D(post_part))
                self.assertEqual(
                    'tier_unpaid' in found.alerts, D(base) < 2000
                    or 'never' not in found.by_tier)
                # What the operator takes, it keeps.
                self.assertEqual(
                    found.retained, found.by_tier.get('rest', D(0)))

    def test_carry(self):
        "Test that an unpaid cost waits, only if it says so"
        for carry, waiting in [(True, '200'), (False, None)]:
            tier = Tier('costs', 'cost', beneficiary='ccc', carry=carry)
            first = self.settle(
                [tier], '300', costs={'costs': D(500)})
            self.assertEqual(first.by_tier, {'costs': D(300)})
            self.assertEqual(
                first.carried, {'costs': D(waiting)} if waiting else {})
            second = self.settle(
                [tier], '1000', costs={'costs': D(100)},
                brought=first.carried)
            self.assertEqual(
                second.by_tier, {'costs': D(300) if carry else D(100)})
            self.assertEqual(second.carried, {})

    def test_carry_fixed_and_time(self):
        tiers = [
            replace(self.time, carry=True),
            Tier('licence', 'fixed', amount=D(100), carry=True)]
        found = self.settle(
            tiers, '350', days={'follow': D('1.5')},
            brought={'other': D(7), 'licence': D(10)})
        # 450 of days: 350 now, 100 later; 110 of licence later.
        self.assertEqual(found.by_tier, {'follow': D(350)})
        self.assertEqual(
            found.carried,
            {'other': D(7), 'follow': D(100), 'licence': D(110)})

    def test_recoup(self):
        "Test the pot among the steps, long before it is empty"
        for rate, recouped, research in [
                ('0.20', '1800', '660'),  # 15 % would be 990 of 6 600
                (None, '8400', '0'),
                ]:
            with self.subTest(rate=rate):
                found = self.settle([
                        self.time,
                        Tier('pot', 'recoup', rate=D(rate) if rate else None),
                        Tier('research', 'net_pct', rate=D('0.10')),
                        ], '9000', '15560', days={'follow': D(2)})
                self.assertEqual(found.phase, 'pre')
                self.assertEqual(found.by_tier, {'follow': D(600)})
                self.assertEqual(found.recouped, D(recouped))
                self.assertEqual(found.post_part, D(research))

    def test_crossing_flows(self):
        """Test that a step takes the least of what it asks and the pot

        With the same cascade in both phases, the days are paid once, the
        pot takes the 1 000 it needs, and research its part of what is left.
        """
        for rate, share in [
                # 600 + 1 000 + 10 % of (8 400 − 1 000)
                ('0.20', '2340'), (None, '2340')]:
            with self.subTest(rate=rate):
                found = self.settle([
                        self.time,
                        Tier('pot', 'recoup', rate=D(rate) if rate else None),
                        Tier('research', 'net_pct', rate=D('0.10')),
                        ], '9000', '1000', days={'follow': D(2)})
                self.assertEqual(found.phase, 'crossing')
                self.assertEqual(found.by_tier, {'follow': D(600)})
                self.assertEqual(found.recouped, D(1000))
                self.assertEqual(found.post_part, D(740))
                self.assertEqual(found.share, D(share))

    def test_crossing_whole(self):
        "Test that nothing is cut: the excess goes to the destinations"
        found = self.settle([
                self.time, Tier('pot', 'recoup', rate=D('0.20')),
                Tier('research', 'net_pct', rate=D('0.10')),
                ], '9000', '1000', days={'follow': D(2)},
            crossing='whole_pre', local_rate=D('0.10'))
        self.assertEqual(found.by_tier, {'follow': D(600)})
        self.assertEqual(found.recouped, D(1000))
        self.assertEqual(found.excess, D(800))
        # 9 000 − 600 − 1 800 = 6 600, 10 %; 66 local, 594 + 800 left.
        self.assertEqual(found.post_part, D(660))
        self.assertEqual(found.local, D(66))
        self.assertEqual(found.by_destination, {'research': D(1394)})

    def test_limits(self):
        "Test that a cap takes from the last step, a floor feeds the pot"
        tiers = [
            Tier('licence', 'fixed', amount=D(400), beneficiary='ccc'),
            Tier('pot', 'recoup', rate=D('0.10')),
            Tier('research', 'net_pct', rate=D('0.10')),
            ]
        for remaining, limits, paid, recouped, post_part in [
                # 400 + 500 + 410 = 1 310
                ('9999', {}, '400', '500', '410'),
                ('9999', {'cap': D(1000)}, '400', '500', '100'),
                ('9999', {'cap': D(700)}, '400', '300', '0'),
                ('9999', {'cap': D(300)}, '300', '0', '0'),
                ('9999', {'max_rate': D('0.2')}, '400', '500', '100'),
                ('9999', {'floor': D(2000)}, '400', '1190', '410'),
                # Nothing to recoup: 400 + 10 % of 4 600 = 860
                ('0', {}, '400', '0', '460'),
                ('0', {'cap': D(500)}, '400', '0', '100'),
                ('0', {'floor': D(2000)}, '400', '0', '1600'),
                ]:
            with self.subTest(remaining=remaining, limits=limits):
                found = self.settle(tiers, '5000', remaining, **limits)
                self.assertEqual(found.by_tier, {'licence': D(paid)})
                self.assertEqual(found.recouped, D(recouped))
                self.assertEqual(found.post_part, D(post_part))

    def test_half_cents(self):
        """Test that two half cents do not make the share exceed the base

        0.03 before: 0.02 for the pot and 0.01 of licence; 0.03 after. The
        pot needs 0.01, half of the service. Rounded apart, the halves
        0.005 and 0.015 would be 0.01 and 0.02, and the share 0.04.
        """
        before = Schedule('tiers', tiers=(
                Tier('pot', 'recoup', rate=D('0.5')),
                Tier('licence', 'fixed', amount=CENT, beneficiary='ccc')))
        found = settle(
            make_clauses(before, flat('1')), pot('0.01'),
            make_service('0.03'))
        self.assertEqual(found.alpha, D('0.5'))
        self.assertEqual(found.recouped, CENT)
        self.assertEqual(found.by_tier, {'licence': CENT})
        self.assertEqual(found.post_part, CENT)
        self.assertEqual(found.share, D('0.03'))


class CrossingTestCase(unittest.TestCase):
    "Each schedule, each crossing, each allocation"
    def test_schedules(self):
        "Test 9 000 when 1 000 is left, under each schedule"
        after_class = scale('class', ('5000', '0.2'), (None, '0.1'))
        tiers = Schedule('tiers', tiers=(
                Tier('follow', 'time', amount=D(300), beneficiary='ccc'),
                Tier('pot', 'recoup', rate=D('0.20')),
                Tier('research', 'net_pct', rate=D('0.10'))))
        for before, after, wanted, share, whole in [
                # 1 000 + 1 080 × 2 150 / 3 150 = 1 737.142857
                (flat('0.35'), flat('0.12'), '3150', '1737.14', '3150'),
                # 1 000 + 1 240 × 1 750 / 2 750 = 1 789.090909
                (BEFORE, AFTER, '2750', '1789.09', '2750'),
                # 1 000 + 900 × 1 700 / 2 700 = 1 566.666667
                (CLASS, after_class, '2700', '1566.67', '2700'),
                # 1 000 + 400 × 500 / 1 500 = 1 133.333333
                (Schedule('fixed', amount=D(1500)),
                    Schedule('fixed', amount=D(400)), '1500', '1133.33',
                    '1500'),
                # Before: 600 + 1 800 + 660, after: 600 + 840.
                # 1 000 + 1 260 × 1 000 / 1 800 + 1 440 × 800 / 1 800
                (tiers, tiers, '1800', '2340.00', '3060'),
                # One kind before, another after: 1 000 + 1 240 × 2 150 /
                # 3 150 = 1 846.349206
                (flat('0.35'), AFTER, '3150', '1846.35', '3150'),
                # Nothing after.
                (flat('0.35'), None, '3150', '1000', '3150'),
                ]:
            for crossing in ['split', 'whole_pre']:
                for allocation in ['remaining', 'initial', 'priority']:
                    with self.subTest(
                            before=before.kind, crossing=crossing,
                            allocation=allocation):
                        found = settle(
                            make_clauses(
                                before, after, crossing=crossing,
                                allocation=allocation),
                            UNEQUAL,
                            make_service('9000', days={'follow': D(2)}))
                        self.assertEqual(found.phase, 'crossing')
                        self.assertEqual(found.recouped, D(1000))
                        # The pot is empty: each has all back.
                        self.assertEqual(
                            found.recouped_by,
                            {'ccc': D(700), 'mamasound': D(300)})
                        self.assertEqual(
                            found.share,
                            D(share) if crossing == 'split' else D(whole))
                        self.assertEqual(
                            found.excess, D(0) if crossing == 'split'
                            else D(wanted) - 1000)

    def test_local_on_share(self):
        "Test the local part on the whole share, before the end too"
        clauses = make_clauses(
            flat('0.35'), flat('0.12'), local_rate=D('0.10'),
            local_base='share')
        for remaining, recouped, local, research in [
                # 3 150: 315 local, 2 835 to the pot
                ('9999', '2835', '315', '0'),
                # 1 080: 108 local, 972
                ('0', '0', '108', '972'),
                # 2 835 asked, 1 000 left: the parts are 315 × 1 000 / 2 835
                # = 111.1111 local and 1 080 × 1 835 / 2 835 = 699.0476;
                # 810.1587 in all, 111.11 + 699.05; then 69.91 (69.905)
                # local and 629.14.
                ('1000', '1000', '181.02', '629.14'),
                ]:
            with self.subTest(remaining=remaining):
                found = settle(clauses, pot(remaining), make_service('9000'))
                self.assertEqual(found.recouped, D(recouped))
                self.assertEqual(found.local, D(local))
                self.assertEqual(
                    found.by_destination.get('research', D(0)), D(research))
