"""Worked by hand: each figure here was computed on paper, then written."""
import unittest
from dataclasses import replace
from fractions import Fraction

from tibillet_federation.clauses import (
    Amount, Balance, Schedule, Service, in_force)
from tibillet_federation.revenue import replay, settle
from tibillet_federation.schedule import reckon
from tibillet_federation.tests.worked import (
    CENT, SEASON, SEASON_CLAUSES, D, day, flat, make_clauses, make_service,
    pot, texts)

from tibillet.money import half_up


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
