"""Costs of a cascade that wait, when a service is corrected (E7, E9)."""
import unittest
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st
from tibillet_federation.carry import carry_on
from tibillet_federation.clauses import Balance, Schedule, Tier
from tibillet_federation.revenue import adjust, settle, unpaid
from tibillet_federation.tests import strategies as some
from tibillet_federation.tests.worked import D, day, make_clauses, make_service

COSTS = Tier(
    'costs', 'cost', beneficiary='ccc', carry=True, label="Costs")
CLAUSES = make_clauses(None, Schedule('tiers', tiers=(COSTS,)))


class CarryTestCase(unittest.TestCase):
    "Test that no cost is paid twice, and none is lost"

    def setUp(self):
        super().setUp()
        # 100.00 of 200.00 is paid, 100.00 waits.
        self.first = settle(
            CLAUSES, (), make_service('100', costs={'costs': D(200)}))
        self.corrected = make_service('300', costs={'costs': D(200)})

    def adjust(self, corrected, waiting=None):
        "Adjust the first service, when this is what waits"
        waiting = self.first.carried if waiting is None else waiting
        return adjust(
            self.first, corrected, day('2026-07-01'),
            brought=unpaid(self.first, corrected, waiting))

    def settle(self, base, brought, cost='0'):
        return settle(
            CLAUSES, (), make_service(
                base, number='2', date='2026-08-01',
                costs={'costs': D(cost)}), brought)

    def test_corrected_first(self):
        "Test a service that comes after what is corrected before it"
        found = self.adjust(self.corrected)
        self.assertEqual(found.by_tier, {'costs': D(100)})
        brought = carry_on(self.first.carried, found.carried)
        self.assertEqual(brought, {})
        self.assertEqual(self.settle('500', brought).by_tier, {})

    def test_corrected_after(self):
        "Test a cost that a service between has paid already"
        second = self.settle('500', self.first.carried)
        self.assertEqual(second.by_tier, {'costs': D(100)})
        found = self.adjust(self.corrected, second.carried)
        self.assertEqual((found.by_tier, found.share), ({}, 0))
        self.assertEqual(carry_on(second.carried, found.carried), {})
        # Corrected again, for 250.00 of costs, it pays those 50.00.
        again = make_service('300', costs={'costs': D(250)})
        last = adjust(
            found, again, day('2026-09-01'),
            brought=unpaid(found, again, {}))
        self.assertEqual(
            (last.by_tier, last.carried), ({'costs': D(50)}, {}))

    def test_partly_paid(self):
        "Test a cost of which a service between has paid a part"
        for base, waiting, paid in [
                # Of 100.00 that waited 60.00 are paid, 40.00 wait.
                ('60', {'costs': D(40)}, '40'),
                ('99', {'costs': D(1)}, '1')]:
            with self.subTest(base=base):
                second = self.settle(base, self.first.carried)
                self.assertEqual(second.carried, waiting)
                found = self.adjust(self.corrected, waiting)
                self.assertEqual(found.by_tier, {'costs': D(paid)})
                self.assertEqual(carry_on(waiting, found.carried), {})

    def test_less_than_paid(self):
        "Test that what was paid of a cost that was not there is taken back"
        second = self.settle('500', self.first.carried)
        # 60.00 instead of 200.00, of which each has paid 100.00.
        found = self.adjust(
            make_service('300', costs={'costs': D(60)}), second.carried)
        self.assertEqual(found.by_tier, {'costs': D(-100)})
        self.assertEqual(
            carry_on(second.carried, found.carried), {'costs': D(-40)})

    def test_paid_ahead(self):
        "Test the services that come once more was paid than is declared"
        brought = {'costs': D(-100)}
        # base, its own cost, what it pays, what waits then
        for base, cost, paid, waiting in [
                ('500', '250', '150', None),
                ('500', '100', None, None),
                ('500', '60', None, '-40'),
                ('500', '0', None, '-100'),
                ('80', '250', '80', '70'),
                ]:
            with self.subTest(base=base, cost=cost):
                third = self.settle(base, brought, cost)
                self.assertEqual(
                    third.by_tier, {'costs': D(paid)} if paid else {})
                self.assertEqual(
                    third.carried,
                    {'costs': D(waiting)} if waiting else {})

    def test_less(self):
        "Test that what a correction no longer pays waits"
        found = self.adjust(make_service('40', costs={'costs': D(200)}))
        self.assertEqual(found.by_tier, {'costs': D(-60)})
        self.assertEqual(
            carry_on(self.first.carried, found.carried), {'costs': D(160)})

    def test_cut_in_two(self):
        """Test the service that ends the pot, when one phase pays no cost

        The pot takes 500.00 of 1 000.00 and needs 100.00: a fifth is under
        the cascade, which asks for a fifth of the cost and of what waited.
        The rest of what waited waits on.
        """
        cascade = Schedule('tiers', tiers=(
                Tier('pot', 'recoup', rate=D('0.50')), COSTS))
        lost = Schedule('tiers', tiers=(replace(COSTS, carry=False),))
        flat = Schedule('flat', rate=D('0.12'))
        # after the pot, what waited, own cost, what is paid, what waits
        for post, brought, cost, paid, waiting in [
                (flat, '400', '300', '100', '360'),
                (None, '400', '300', '100', '360'),
                # 20.00 of 100.00 is asked for and paid.
                (flat, '0', '100', '20', None),
                (flat, '400', '0', '80', '320'),
                (flat, '-400', '300', None, '-340'),
                (cascade, '400', '300', '660', '40'),
                (cascade, '-400', '300', None, '-100'),
                # Four fifths of the cost are paid by a step that forgets.
                (lost, '400', '300', '340', '360'),
                ]:
            with self.subTest(post=post, brought=brought, cost=cost):
                settled = settle(
                    make_clauses(cascade, post), (Balance('ccc', D(100)),),
                    make_service('1000', costs={'costs': D(cost)}),
                    {'costs': D(brought)})
                self.assertEqual(
                    settled.by_tier, {'costs': D(paid)} if paid else {})
                self.assertEqual(
                    settled.carried,
                    {'costs': D(waiting)} if waiting else {})

    @given(
        some.balances(), st.lists(some.services(), min_size=1, max_size=4),
        st.sampled_from([
                None, Schedule('flat', rate=D('0.12')),
                Schedule('tiers', cap=D(50), tiers=(COSTS,))]),
        some.amounts(2000))
    def test_what_waited(self, balances, services, post, waiting):
        "Test that what waits is paid or waits on, whatever the phases pay"
        pre = Schedule('tiers', tiers=(
                Tier('pot', 'recoup', rate=D('0.50')), COSTS))
        clauses = make_clauses(pre, post)
        brought, paid = {'costs': waiting}, D(0)
        for service in services:
            found = settle(
                clauses, balances, replace(service, costs={}), brought)
            brought, balances = found.carried, found.closing
            paid += found.by_tier.get('costs', D(0))
            self.assertEqual(paid + brought.get('costs', D(0)), waiting)

    def test_sentences(self):
        "Test what people are told, with the name of the line"
        def said(settled):
            return {
                code: values for code, values in settled.sentences
                if 'carried' in code or 'ahead' in code}

        self.assertEqual(
            said(self.adjust(self.corrected)), {
                'adjust_carried_less': {'label': "Costs", 'amount': D(100)}})
        self.assertEqual(
            said(self.adjust(make_service('40', costs={'costs': D(200)}))), {
                'carried': {'label': "Costs", 'amount': D(160)},
                'adjust_carried': {'label': "Costs", 'amount': D(60)}})
        self.assertEqual(
            said(self.settle('500', {'costs': D(-100)}, '60')), {
                'tier_ahead': {'ahead': D(100), 'wanted': D(0)},
                'carried_ahead': {'label': "Costs", 'amount': D(40)}})

    @given(
        st.lists(some.services(), min_size=1, max_size=4),
        st.lists(
            st.tuples(st.integers(0, 3), some.services()), max_size=4),
        st.permutations(range(8)), some.amounts(2000),
        st.none() | some.amounts(400))
    def test_conserved(self, services, corrections, order, pot, cap):
        "Test that paid and waiting costs sum to what was declared last"
        schedule = Schedule('tiers', cap=cap, tiers=(
                COSTS, Tier('pot', 'recoup', rate=D('0.20')),
                Tier('end', 'net_pct', rate=D('0.10'), beneficiary='ccc')))
        clauses = make_clauses(schedule, schedule)
        balances = (Balance('ccc', pot),)
        last, declared, paid, brought, less = {}, {}, D(0), {}, False
        steps = [(index, service) for index, service in enumerate(services)]
        steps += [(i, s) for i, s in corrections if i < len(services)]
        for at in [i for i in order if i < len(steps)]:
            index, service = steps[at]
            service = replace(
                service, number=str(index), operator=None)
            if index in last:
                found = adjust(
                    last[index], service, some.START, balances,
                    unpaid(last[index], service, brought))
                brought = carry_on(brought, found.carried)
            else:
                found = settle(clauses, balances, service, brought)
                brought = found.carried
            balances = found.closing
            last[index] = found
            cost = service.costs.get('costs', D(0))
            less = less or cost < declared.get(index, D(0))
            declared[index] = cost
            paid += found.by_tier.get('costs', D(0))
            self.assertEqual(
                paid + brought.get('costs', D(0)),
                sum(declared.values(), D(0)))
            # Only what is declared no longer was paid too much.
            if not less:
                self.assertGreaterEqual(brought.get('costs', D(0)), 0)
