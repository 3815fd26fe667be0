"""Worked by hand: each figure here was computed on paper, then written."""
import datetime as dt
import unittest
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from tibillet_federation.clauses import (
    Amount, Balance, Bracket, Clauses, Destination, Entry, Schedule, Service,
    Tier, in_force)
from tibillet_federation.outcome import Posting
from tibillet_federation.revenue import adjust, history, replay, settle
from tibillet_federation.schedule import reckon

from tibillet.money import half_up

D = Decimal
day = dt.date.fromisoformat
CENT = D('0.01')


def flat(rate, floor='0', cap=None):
    return Schedule(
        'flat', rate=D(rate), floor=D(floor), cap=D(cap) if cap else None)


def scale(kind, *rows, **limits):
    return Schedule(kind, brackets=tuple(
            Bracket(D(up_to) if up_to else None, D(rate))
            for up_to, rate in rows), **limits)


RESEARCH = (Destination('research', D(1), "Research"),)
THREE = (
    Destination('research', D('0.5'), "Research"),
    Destination('hosting', D('0.3'), "Hosting"),
    Destination('renewal', D('0.2'), "Renewal"),
    )
# X10: the marginal scales before and after recoupment.
BEFORE = scale(
    'marginal', ('2000', '0.50'), ('10000', '0.25'), ('50000', '0.15'),
    (None, '0.08'))
AFTER = scale(
    'marginal', ('2000', '0.20'), ('10000', '0.12'), ('50000', '0.06'),
    (None, '0.03'))
# X12: the rate of the class applies to the whole base.
CLASS = scale('class', ('5000', '0.40'), ('20000', '0.30'), (None, '0.15'))


def make_clauses(pre, post, **values):
    values.setdefault('destinations', RESEARCH)
    return Clauses('1', day('2026-01-01'), pre, post, **values)


def make_service(
        turnover, human_cost='0', number='1', date='2026-06-01', **values):
    exclusions = ()
    if D(human_cost):
        exclusions = (Amount("Fee", D(human_cost), 'human'),)
    return Service(
        number, day(date), (Amount("Service", D(turnover)),), exclusions,
        **values)


def pot(amount):
    return (Balance('ccc', D(amount)),)


def texts(amounts):
    return {key: str(amount) for key, amount in amounts.items()}


# The season: two rates, floors, caps, a maximum, and five services.
SEASON_CLAUSES = make_clauses(
    flat('0.35', '500', '15000'), flat('0.12', '150', '6000'),
    max_rate=D('0.60'), destinations=THREE, local_rate=D('0.10'),
    exclusions_max_rate=D('0.30'))
SEASON = tuple(
    make_service(
        turnover, human_cost, f'P{index}', f'2026-0{index + 3}-15',
        operator='mamasound')
    for index, (turnover, human_cost) in enumerate([
            ('1000', '300'), ('9000', '900'), ('9000', '600'),
            ('150000', '4500'), ('9000', '900')], 1))


class ContributionsTestCase(unittest.TestCase):
    "X01, X02, X03: what was put in"
    # (quantity, unit cost including tax, rate of recoverable tax)
    ccc = [
        ('17', '300', '0.2'), ('2', '300', '0.2'), ('6', '300', '0.2'),
        ('2', '180', '0.2'), ('6000', '0.35', '0.2'), ('1', '2500', '0'),
        ('13', '200', '0'), ('1', '500', '0.2')]
    mamasound = [('11000', '0.35', '0.2')]

    def gross(self, lines):
        return [half_up(D(qty) * D(unit)) for qty, unit, _ in lines]

    def net(self, lines):
        return [
            half_up(Fraction(D(qty) * D(unit)) / (1 + Fraction(rate)))
            for qty, unit, rate in lines]

    def test_gross(self):
        self.assertEqual(
            [str(a) for a in self.gross(self.ccc)],
            ['5100.00', '600.00', '1800.00', '360.00', '2100.00', '2500.00',
                '2600.00', '500.00'])
        self.assertEqual(sum(self.gross(self.ccc)), D('15560.00'))
        self.assertEqual(
            D('15500.00') - sum(self.gross(self.ccc)), D('-60.00'))
        self.assertEqual(sum(self.gross(self.ccc)[:4]), D('7860.00'))
        self.assertEqual(sum(self.gross(self.ccc)[:5]), D('9960.00'))
        self.assertEqual(sum(self.gross(self.mamasound)), D('3850.00'))
        self.assertEqual(
            D('3750.00') - sum(self.gross(self.mamasound)), D('-100.00'))

    def test_net(self):
        self.assertEqual(
            [str(a) for a in self.net(self.ccc)],
            ['4250.00', '500.00', '1500.00', '300.00', '1750.00', '2500.00',
                '2600.00', '416.67'])
        self.assertEqual(sum(self.net(self.ccc)), D('13816.67'))
        self.assertEqual(sum(self.net(self.mamasound)), D('3208.33'))
        self.assertEqual(
            sum(self.net(self.ccc + self.mamasound)), D('17025.00'))

    def test_both_recoup(self):
        "Test 15 560 and 3 850: 80.16 and 19.84 % of 19 410"
        both = (
            Balance('ccc', sum(self.gross(self.ccc))),
            Balance('mamasound', sum(self.gross(self.mamasound))))
        found = settle(
            make_clauses(flat('0.35'), flat('0.12')), both,
            make_service('9000', '900'))
        # 2 835 × 15 560 / 19 410 = 2 272.6739…
        # 2 835 ×  3 850 / 19 410 =   562.3261…
        self.assertEqual(
            texts(found.recouped_by),
            {'ccc': '2272.67', 'mamasound': '562.33'})
        self.assertEqual(found.opening_remaining, D('19410.00'))
        self.assertEqual(found.closing_remaining, D('16575.00'))
        for balance, rate in zip(both, ['0.8016', '0.1984'], strict=True):
            self.assertEqual(
                half_up(Fraction(balance.contributed) / 19410, D('0.0001')),
                D(rate))


class FlatTestCase(unittest.TestCase):
    "X04, X05, X06, X16: one rate"

    def test_services_needed(self):
        "X04: how many services of 9 000 recoup 15 560, and the last one"
        for rate, count, last in [
                ('0.30', 6, '2060.00'),
                ('0.35', 5, '2960.00'),
                ('0.40', 5, '1160.00'),
                ]:
            with self.subTest(rate=rate):
                clauses = make_clauses(flat(rate), flat('0.12'))
                settled = replay(lambda date: clauses, pot('15560'), [
                        make_service('9000', number=str(n))
                        for n in range(1, 9)])
                recouping = [s for s in settled if s.recouped]
                self.assertEqual(len(recouping), count)
                self.assertEqual(str(recouping[-1].recouped), last)
                self.assertEqual(
                    sum(s.recouped for s in settled), D('15560.00'))
                self.assertEqual(
                    {s.phase for s in settled[count:]}, {'post'})

    def test_crossing(self):
        "X05, X06: 9 000 when little is left to recoup"
        for before, after, remaining, alpha, post_part, share in [
                # 2 960 / 3 150; 9 000 × 12 % × 190 / 3 150 = 65.142857
                ('0.35', '0.12', '2960', '0.939683', '65.14', '3025.14'),
                # 900 × 190 / 3 150 = 54.285714
                ('0.35', '0.10', '2960', '0.939683', '54.29', '3014.29'),
                # 1 350 × 190 / 3 150 = 81.428571
                ('0.35', '0.15', '2960', '0.939683', '81.43', '3041.43'),
                # 2 060 / 2 700; 1 080 × 640 / 2 700 = 256
                ('0.30', '0.12', '2060', '0.762963', '256.00', '2316.00'),
                # 1 160 / 3 600; 1 080 × 2 440 / 3 600 = 732
                ('0.40', '0.12', '1160', '0.322222', '732.00', '1892.00'),
                # One cent is left: 1 080 × 3 149.99 / 3 150 = 1 079.9966
                ('0.35', '0.12', '0.01', '0.000003', '1080.00', '1080.01'),
                # All but one cent: 1 080 × 0.01 / 3 150 = 0.0034
                ('0.35', '0.12', '3149.99', '0.999997', '0.00', '3149.99'),
                ]:
            with self.subTest(
                    before=before, after=after, remaining=remaining):
                found = settle(
                    make_clauses(flat(before), flat(after)), pot(remaining),
                    make_service('9000'))
                self.assertEqual(found.phase, 'crossing')
                self.assertEqual(str(found.alpha), alpha)
                self.assertEqual(found.recouped, D(remaining))
                self.assertEqual(str(found.post_part), post_part)
                self.assertEqual(str(found.share), share)
                self.assertEqual(found.closing_remaining, 0)

    def test_crossing_bases(self):
        "X05: the base cut in two"
        found = settle(
            make_clauses(flat('0.35'), flat('0.12')), pot('2960'),
            make_service('9000'))
        self.assertEqual(str(found.base_pre), '8457.14')
        self.assertEqual(str(found.base_post), '542.86')

    def test_crossing_whole(self):
        "X05: 3 150 whole, 190 more than the pot needs"
        found = settle(
            make_clauses(
                flat('0.35'), flat('0.12'), crossing='whole_pre',
                local_rate=D('0.10')),
            pot('2960'), make_service('9000'))
        self.assertEqual(found.phase, 'crossing')
        self.assertEqual(found.recouped, D('2960'))
        self.assertEqual(str(found.excess), '190.00')
        self.assertEqual(texts(found.by_destination), {'research': '190.00'})
        self.assertEqual(found.local, 0)
        self.assertEqual(str(found.share), '3150.00')
        self.assertEqual(found.alpha, 1)

    def test_exactly_finished(self):
        "Test that a pot finished to the cent is no crossing"
        found = settle(
            make_clauses(flat('0.35'), flat('0.12')), pot('3150'),
            make_service('9000'))
        self.assertEqual(found.phase, 'pre')
        self.assertEqual(found.post_part, 0)
        self.assertEqual(found.closing_remaining, 0)
        self.assertIn('closing_post', [code for code, _ in found.sentences])

    def test_rounding(self):
        "X16: half up, not half even"
        for base, share in [
                ('8333.50', '2916.73'),  # 2 916.725
                ('8333.49', '2916.72'),  # 2 916.7215
                ('0.01', '0.00'),  # 0.0035
                ('0.02', '0.01'),  # 0.007
                ]:
            with self.subTest(base=base):
                found = settle(
                    make_clauses(flat('0.35'), flat('0.12')), pot('15560'),
                    make_service(base))
                self.assertEqual(str(found.share), share)

    def test_limits(self):
        "Test 35 %, at least 500, at most 15 000, never above 60 %"
        schedule = flat('0.35', '500', '15000')
        for base, raw, floor, cap, most, share, hits in [
                ('0', '0', '500', '500', '0', '0.00', ['floor', 'max_rate']),
                ('0.01', '0.0035', '500', '500', '0.006', '0.01',
                    ['floor', 'max_rate']),
                ('700', '245', '500', '500', '420', '420.00',
                    ['floor', 'max_rate']),
                ('833.33', '291.6655', '500', '500', '499.998', '500.00',
                    ['floor', 'max_rate']),
                ('833.34', '291.669', '500', '500', '500', '500.00',
                    ['floor']),
                ('1428.57', '499.9995', '500', '500', '500', '500.00',
                    ['floor']),
                ('1428.58', '500.003', '500.003', '500.003', '500.003',
                    '500.00', []),
                ('8100', '2835', '2835', '2835', '2835', '2835.00', []),
                ('42857.14', '14999.999', '14999.999', '14999.999',
                    '14999.999', '15000.00', []),
                ('42857.15', '15000.0025', '15000.0025', '15000', '15000',
                    '15000.00', ['cap']),
                ('145500', '50925', '50925', '15000', '15000', '15000.00',
                    ['cap']),
                ]:
            with self.subTest(base=base):
                found = reckon(schedule, 'pre', D(base), D('0.60'), CENT)
                self.assertEqual(
                    (found.raw, found.after_floor, found.after_cap,
                        found.after_max),
                    (D(raw), D(floor), D(cap), D(most)))
                self.assertEqual(str(found.share), share)
                self.assertEqual(list(found.hits), hits)

    def test_odd_limits(self):
        for schedule, max_rate, base, share, hits in [
                # Without a maximum rate, the base is the maximum.
                (flat('0.35', '500'), None, '400', '400.00',
                    ['floor', 'base']),
                (flat('0.35', '500'), '1', '400', '400.00',
                    ['floor', 'base']),
                (flat('0.35', '500'), None, '0', '0.00', ['floor', 'base']),
                (flat('0.35', '500'), '0', '9000', '0.00', ['max_rate']),
                # A cap of zero, a floor as high as the cap.
                (Schedule('flat', rate=D('0.35'), cap=D(0)), None, '9000',
                    '0.00', ['cap']),
                (flat('0.35', '500', '500'), None, '1000', '500.00',
                    ['floor']),
                (flat('0.35', '500', '500'), None, '9000', '500.00',
                    ['cap']),
                # The maximum rate is under the rate itself.
                (flat('0.35'), '0.2', '1000', '200.00', ['max_rate']),
                (Schedule('fixed', amount=D(300)), None, '9000', '300.00',
                    []),
                (Schedule('fixed', amount=D(300)), None, '200', '200.00',
                    ['base']),
                (Schedule('fixed', amount=D(300)), '0.6', '200', '120.00',
                    ['max_rate']),
                (flat('0'), None, '9000', '0.00', []),
                ]:
            with self.subTest(schedule=schedule, base=base):
                found = reckon(
                    schedule, 'post', D(base),
                    D(max_rate) if max_rate else None, CENT)
                self.assertEqual(str(found.share), share)
                self.assertEqual(list(found.hits), hits)


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
    balances = (
        Balance('ccc', D(1000), D(300), priority=1),
        Balance('mamasound', D(3000), D(2700), priority=0))

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
                            self.balances,
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


class BaseTestCase(unittest.TestCase):
    "The base: turnover less what is deducted"

    def test_base(self):
        for turnover, exclusions, max_rate, excluded, base, alerts in [
                (['9000'], ['900'], None, '900', '8100.00', []),
                (['9000'], [], None, '0', '9000.00', []),
                (['5000', '4000'], ['500', '400'], None, '900', '8100.00',
                    []),
                # At most 30 % of the turnover.
                (['1000'], ['300'], '0.30', '300', '700.00', []),
                (['1000'], ['300.01'], '0.30', '300', '700.00',
                    ['exclusions_limited']),
                (['1000'], ['900'], '0', '0', '1000.00',
                    ['exclusions_limited']),
                # 33.335 half up
                (['111.1166'], ['90'], '0.30', '33.33', '77.79',
                    ['exclusions_limited']),
                # Less than nothing.
                (['500'], ['900'], None, '900', '0.00', ['base_negative']),
                (['9000', '-9500'], [], None, '0', '0.00',
                    ['base_negative']),
                (['9000', '-9500'], ['900'], '0.30', '0', '0.00',
                    ['exclusions_limited', 'base_negative']),
                (['0'], [], None, '0', '0.00', []),
                ([], [], None, '0', '0.00', []),
                # A credit on what is deducted.
                (['9000'], ['900', '-100'], None, '800', '8200.00', []),
                (['9000'], ['-100'], None, '0', '9000.00',
                    ['exclusions_negative']),
                ]:
            with self.subTest(turnover=turnover, exclusions=exclusions):
                found = settle(
                    make_clauses(
                        flat('0.35', '500'), flat('0.12'),
                        exclusions_max_rate=D(max_rate) if max_rate else None,
                        max_rate=D('0.6')),
                    pot('15560'), Service(
                        '1', day('2026-06-01'),
                        tuple(Amount('', D(a)) for a in turnover),
                        tuple(Amount('', D(a)) for a in exclusions)))
                self.assertEqual(found.excluded, D(excluded))
                self.assertEqual(str(found.base), base)
                self.assertEqual(list(found.alerts), alerts)
                if not found.base:
                    self.assertEqual(found.share, 0)
                    self.assertEqual(found.closing_remaining, D(15560))

    def test_alerts(self):
        for pre, base, alerts in [
                (flat('0.35', '500'), '400', ['share_is_base']),
                (flat('0.35', '500'), '500', ['share_is_base']),
                (flat('0.35', '500'), '501', []),
                ]:
            found = settle(
                make_clauses(pre, None), pot('15560'), make_service(base))
            self.assertEqual(list(found.alerts), alerts)
        found = settle(
            make_clauses(None, flat('0.12'), destinations=()), (),
            make_service('9000'))
        self.assertEqual(list(found.alerts), ['destinations_missing'])
        self.assertEqual(found.by_destination, {'': D(1080)})
        self.assertEqual(found.share, D(1080))


class PhaseTestCase(unittest.TestCase):
    "The phase follows from the pot"

    def test_empty_pot(self):
        "Test a convention with nothing to recoup"
        clauses = make_clauses(flat('0.35'), flat('0.12'))
        for balances in [
                (), pot('0'), (Balance('ccc', D(5), D(5)),),
                (Balance('ccc', D(5), D(7)),),
                (Balance('ccc', D(5), recoupable=False),)]:
            with self.subTest(balances=balances):
                found = settle(clauses, balances, make_service('9000'))
                self.assertEqual(found.phase, 'post')
                self.assertEqual(found.alpha, 0)
                self.assertEqual(found.share, D(1080))
                self.assertEqual(found.closing, balances)

    def test_nothing_shared(self):
        "Test a share of zero while something is left"
        for pre in [flat('0'), None, Schedule('flat', D(1), cap=D(0))]:
            with self.subTest(pre=pre):
                found = settle(
                    make_clauses(pre, flat('0.12')), pot('100'),
                    make_service('9000'))
                self.assertEqual(found.phase, 'pre')
                self.assertEqual(found.share, 0)
                self.assertEqual(found.allocations, ())
                self.assertEqual(found.closing_remaining, D(100))

    def test_nothing_after(self):
        found = settle(
            make_clauses(flat('0.35'), None), pot('0'), make_service('9000'))
        self.assertEqual((found.phase, found.share), ('post', D(0)))

    def test_version_of_the_day(self):
        "E1: the clauses are those of the day of the service"
        first = make_clauses(flat('0.30'), flat('0.10'))
        second = replace(
            make_clauses(flat('0.40'), flat('0.15')), label='2',
            effective_from=day('2026-07-01'))
        versions = [second, first]
        settled = replay(
            lambda date: in_force(versions, date), pot('9000'), [
                make_service('9000', number='3', date='2026-07-01'),
                make_service('9000', number='1', date='2026-06-30'),
                make_service('9000', number='4', date='2026-07-02'),
                make_service('9000', number='2', date='2026-06-30'),
                ])
        self.assertEqual(
            [(s.number, s.version, s.share) for s in settled], [
                ('1', '1', D(2700)),
                ('2', '1', D(2700)),
                ('3', '2', D(3600)),  # 9 000 − 5 400 = 3 600: just enough
                ('4', '2', D(1350)),
                ])
        with self.assertRaisesRegex(ValueError, '2025-12-31'):
            replay(
                lambda date: in_force(versions, date), (),
                [make_service('9000', date='2025-12-31')])

    def test_order(self):
        "Test services of one day: by number, 9 before 10"
        clauses = make_clauses(flat('0.35'), flat('0.12'))
        settled = replay(lambda date: clauses, pot('4000'), [
                make_service('9000', number=number)
                for number in ['P10', 'P9', 'P100', 'P009b', 'P9a']])
        self.assertEqual(
            [(s.number, s.phase) for s in settled], [
                ('P9', 'pre'), ('P9a', 'crossing'), ('P009b', 'post'),
                ('P10', 'post'), ('P100', 'post')])


class SeasonTestCase(unittest.TestCase):
    "The season of the two associations and the co-operative"

    def settle(self, balances=None):
        return replay(
            lambda date: SEASON_CLAUSES,
            pot('15560') if balances is None else balances, SEASON)

    def test_season(self):
        # 1  700 × 35 % = 245, at least 500, at most 60 % = 420
        # 2  8 100 × 35 % = 2 835
        # 3  8 400 × 35 % = 2 940
        # 4  145 500 × 35 % = 50 925, at most 15 000; 9 365 is left;
        #    145 500 × 12 % = 17 460, at most 6 000;
        #    6 000 × 5 635 / 15 000 = 2 254
        # 5  8 100 × 12 % = 972
        self.assertEqual(
            [(s.phase, str(s.base), str(s.recouped), str(s.post_part),
                    str(s.local), str(s.share), str(s.closing_remaining))
                for s in self.settle()], [
                ('pre', '700.00', '420.00', '0.00', '0.00', '420.00',
                    '15140.00'),
                ('pre', '8100.00', '2835.00', '0.00', '0.00', '2835.00',
                    '12305.00'),
                ('pre', '8400.00', '2940.00', '0.00', '0.00', '2940.00',
                    '9365.00'),
                ('crossing', '145500.00', '9365.00', '2254.00', '225.40',
                    '11619.00', '0.00'),
                ('post', '8100.00', '0.00', '972.00', '97.20', '972.00',
                    '0.00'),
                ])

    def test_crossing_of_season(self):
        fourth = self.settle()[3]
        self.assertEqual(str(fourth.alpha), '0.624333')
        self.assertEqual(fourth.hits, ('pre.cap', 'post.cap'))
        # 145 500 × 9 365 / 15 000
        self.assertEqual(str(fourth.base_pre), '90840.50')
        self.assertEqual(str(fourth.base_post), '54659.50')
        self.assertEqual(
            (fourth.pre.raw, fourth.pre.share, fourth.post.raw,
                fourth.post.share),
            (D(50925), D(15000), D(17460), D(6000)))
        # 2 254 − 225.40 = 2 028.60
        self.assertEqual(texts(fourth.by_destination), {
                'research': '1014.30', 'hosting': '608.58',
                'renewal': '405.72'})
        self.assertEqual(half_up(fourth.effective_rate, D('0.0001')),
            D('0.0799'))

    def test_totals_of_season(self):
        settled = self.settle()
        self.assertEqual(sum(s.share for s in settled), D('18786.00'))
        self.assertEqual(sum(s.recouped for s in settled), D('15560.00'))
        self.assertEqual(sum(s.post_part for s in settled), D('3226.00'))
        self.assertEqual(sum(s.local for s in settled), D('322.60'))
        self.assertEqual(
            texts(settled[4].by_destination), {
                'research': '437.40', 'hosting': '262.44',
                'renewal': '174.96'})
        self.assertEqual(sum(s.retained for s in settled), 0)

    def test_season_both_recoup(self):
        "Test the same season when 3 850 of the operator recoup too"
        settled = self.settle((
                Balance('ccc', D('15560')), Balance('mamasound', D('3850'))))
        self.assertEqual(
            [(texts(s.recouped_by), str(s.payable)) for s in settled], [
                # 420 × 15 560 / 19 410 = 336.6924
                ({'ccc': '336.69', 'mamasound': '83.31'}, '336.69'),
                # 15 223.31 of 18 990 left: 2 835 × = 2 272.6740
                ({'ccc': '2272.67', 'mamasound': '562.33'}, '2272.67'),
                # 12 950.64 of 16 155: 2 940 × = 2 356.8481
                ({'ccc': '2356.85', 'mamasound': '583.15'}, '2356.85'),
                # 10 593.79 of 13 215: all of it, then 6 000 × 1 785 /
                # 15 000 = 714
                ({'ccc': '10593.79', 'mamasound': '2621.21'}, '11307.79'),
                ({}, '972.00'),
                ])
        self.assertEqual(str(settled[3].post_part), '714.00')
        self.assertEqual(sum(s.retained for s in settled), D('3850.00'))


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
                    CrossingTestCase.balances, [],
                    [self.entry('2026-02-01', kind, amount, contributor)])
                self.assertEqual(posting.amount, D(moved))
                self.assertEqual(posting.surplus, D(surplus))
                self.assertEqual(posting.closing_remaining, D(left))
                self.assertEqual(
                    sum(posting.by_contributor.values()), D(moved))
        posting, = self.history(CrossingTestCase.balances, [], [
                self.entry('2026-02-01', 'adjustment', '100')])
        self.assertEqual(
            posting.by_contributor, {'ccc': D(10), 'mamasound': D(90)})

    def test_correction_below_recouped(self):
        "Test a contribution corrected below what it got back"
        posting, = self.history(CrossingTestCase.balances, [], [
                self.entry('2026-02-01', 'contribution', '-800', 'ccc')])
        # 1 000 became 200, 300 were recouped: 100 too much.
        self.assertEqual(posting.surplus, D(100))
        self.assertEqual(posting.amount, D(-700))
        self.assertEqual(posting.closing_remaining, D(300))

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
