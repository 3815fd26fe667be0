import datetime as dt
from decimal import Decimal

from tibillet_membership.exceptions import (
    MembershipCurrencyError, MembershipPaymentError)

from trytond.modules.company.tests import (
    CompanyTestMixin, PartyCompanyCheckEraseMixin, create_company, set_company)
from trytond.modules.currency.tests import create_currency
from trytond.modules.party.tests import PartyCheckReplaceMixin
from trytond.pool import Pool
from trytond.tests.test_tryton import ModuleTestCase, with_transaction
from trytond.transaction import Transaction


def date(text):
    return dt.date.fromisoformat(text) if text else None


class TibilletMembershipTestCase(
        PartyCompanyCheckEraseMixin, PartyCheckReplaceMixin,
        CompanyTestMixin, ModuleTestCase):
    module = 'tibillet_membership'
    extras = ['account_product', 'sale_point']

    def _create_plan(self, **values):
        pool = Pool()
        Plan = pool.get('tibillet.membership.plan')
        plan = Plan(
            name="Plan", duration_unit='year', duration_count=1,
            price_kind='fixed', price=Decimal('20.00'), grace_days=30)
        for name, value in values.items():
            setattr(plan, name, value)
        plan.save()
        return plan

    @with_transaction()
    def test_state(self):
        "Test the state follows from the dates and the payments"
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        Party = pool.get('party.party')
        Period = pool.get('tibillet.membership.period')

        def check(membership, day, state, end):
            with Transaction().set_context(membership_date=date(day)):
                found = Membership(membership.id)
                self.assertEqual(found.state, state)
                self.assertEqual(found.end, date(end))
                self.assertEqual(
                    Membership.search([
                            ('id', '=', membership.id),
                            ('state', '=', state),
                            ]), [found])
                self.assertEqual(
                    Membership.search([
                            ('id', '=', membership.id),
                            ('state', 'not in', [state]),
                            ]), [])

        company = create_company()
        with set_company(company):
            plan = self._create_plan()
            # periods: from, to, end of grace, paid on, cancelled on
            for accepted, cancelled, periods, expected in [
                    (None, None, [], [
                            ('2024-01-01', 'waiting', None)]),
                    ('2024-01-10', None, [], [
                            ('2024-01-09', 'waiting', None),
                            ('2024-01-10', 'to_pay', None)]),
                    ('2024-01-01', None, [
                            ('2024-02-01', '2024-12-31', '2025-01-30',
                                '2024-01-15', None)], [
                            ('2024-01-14', 'to_pay', None),
                            ('2024-01-15', 'waiting', '2024-12-31'),
                            ('2024-02-01', 'current', '2024-12-31'),
                            ('2024-12-31', 'current', '2024-12-31'),
                            ('2025-01-01', 'grace', '2024-12-31'),
                            ('2025-01-30', 'grace', '2024-12-31'),
                            ('2025-01-31', 'expired', '2024-12-31')]),
                    # Renewed in grace: what was grace becomes current when
                    # it is paid, and not before.
                    ('2024-01-01', None, [
                            ('2024-01-01', '2024-12-31', '2025-01-30',
                                '2024-01-01', None),
                            ('2025-01-01', '2025-12-31', '2026-01-30',
                                '2025-01-20', None)], [
                            ('2025-01-19', 'grace', '2024-12-31'),
                            ('2025-01-20', 'current', '2025-12-31'),
                            ('2026-01-31', 'expired', '2025-12-31')]),
                    # A gap between two periods.
                    ('2024-01-01', None, [
                            ('2024-01-01', '2024-06-30', '2024-06-30',
                                '2024-01-01', None),
                            ('2024-09-01', '2025-08-31', '2025-08-31',
                                '2024-07-01', None)], [
                            ('2024-06-30', 'current', '2024-06-30'),
                            ('2024-07-15', 'expired', '2025-08-31'),
                            ('2024-09-01', 'current', '2025-08-31')]),
                    # For life.
                    ('2024-01-01', None, [
                            ('2024-01-01', None, None, '2024-01-01', None)], [
                            ('2024-01-01', 'current', None),
                            ('2074-01-01', 'current', None)]),
                    # A payment that bounced.
                    ('2024-01-01', None, [
                            ('2024-01-01', '2024-12-31', '2025-01-30',
                                '2024-01-01', '2024-01-20')], [
                            ('2024-01-19', 'current', '2024-12-31'),
                            ('2024-01-20', 'to_pay', None)]),
                    # Cancelled before and after being accepted.
                    ('2024-01-01', '2024-03-01', [
                            ('2024-01-01', '2024-12-31', '2025-01-30',
                                '2024-01-01', None)], [
                            ('2024-02-29', 'current', '2024-12-31'),
                            ('2024-03-01', 'cancelled', '2024-12-31')]),
                    (None, '2024-03-01', [], [
                            ('2024-02-29', 'waiting', None),
                            ('2024-03-01', 'cancelled', None)]),
                    ]:
                party = Party(name="Lea")
                party.save()
                membership = Membership(
                    party=party, plan=plan, since=date('2024-01-01'))
                membership.save()
                Membership.write([membership], {
                        'accepted_on': date(accepted),
                        'cancelled_on': date(cancelled),
                        })
                Period.create([{
                            'membership': membership.id,
                            'start': date(start),
                            'end': date(end),
                            'grace_end': date(grace_end),
                            'paid_on': date(paid_on),
                            'cancelled_on': date(cancelled_on),
                            'amount': Decimal('20.00'),
                            } for (
                            start, end, grace_end, paid_on, cancelled_on)
                        in periods])
                for day, state, end in expected:
                    with self.subTest(
                            accepted=accepted, periods=periods, day=day):
                        check(membership, day, state, end)

    @with_transaction()
    def test_currency(self):
        "Test a payment in another currency is refused"
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        Party = pool.get('party.party')
        company = create_company()
        franc = create_currency('chf')
        with set_company(company):
            party = Party(name="Lea")
            party.save()
            membership = Membership(
                party=party, plan=self._create_plan(),
                since=date('2024-01-01'))
            membership.save()
            amount = Decimal('20.00')
            with self.assertRaises(MembershipCurrencyError):
                membership.pay(date('2024-01-01'), amount, franc)
            self.assertFalse(membership.periods)
            with self.assertRaises(MembershipPaymentError):
                membership.pay(date('2190-01-01'), amount, company.currency)
            membership.pay(date('2024-01-01'), amount, company.currency)
            self.assertEqual(len(membership.periods), 1)

    @with_transaction()
    def test_state_order(self):
        "Test memberships are sorted by their computed state"
        pool = Pool()
        Membership = pool.get('tibillet.membership')
        Party = pool.get('party.party')
        company = create_company()
        with set_company(company):
            plan = self._create_plan()
            memberships = []
            for paid_on in [None, '2023-01-01', '2024-06-01']:
                party = Party(name="Member")
                party.save()
                membership = Membership(
                    party=party, plan=plan, since=date('2023-01-01'))
                membership.save()
                if paid_on:
                    membership.pay(date(paid_on))
                memberships.append(membership)
            with Transaction().set_context(
                    membership_date=date('2024-11-08')):
                self.assertEqual(
                    [m.state for m in Membership.search(
                            [], order=[('state', 'ASC'), ('id', 'ASC')])],
                    ['to_pay', 'current', 'expired'])
                for domain, found in [
                        ([('state', 'like', 'exp%')], memberships[1:2]),
                        ([('state', 'in', [])], []),
                        ([('state', 'not in', [])], memberships),
                        (['OR', ('state', '=', 'to_pay'),
                            ('state', '=', 'current')],
                            [memberships[0], memberships[2]]),
                        ]:
                    with self.subTest(domain=domain):
                        self.assertEqual(
                            Membership.search(domain, order=[('id', 'ASC')]),
                            found)


del ModuleTestCase
