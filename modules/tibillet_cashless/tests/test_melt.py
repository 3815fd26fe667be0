import datetime as dt
from decimal import Decimal as D
from unittest.mock import patch

from tibillet_base.exceptions import FactError, ValueRangeError
from tibillet_cashless import melt_holders, wallet_check
from tibillet_cashless.exceptions import (
    MeltPolicyAccessError, MeltPolicyError, MeltRunError, TermsAccessError,
    TermsDateError, TermsMissingError)
from tibillet_cashless.wallet_exceptions import (
    OperationKindError, OperationReversedError)

from trytond.model.exceptions import AccessError, ValidationError
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import (
    TestCase, activate_module, with_transaction)

from .melt_records import ACCEPTED, DUE, NOTICED, OLD, MeltMixin
from .wallet_records import at, utc


class MeltTestCase(MeltMixin, TestCase):
    "Test that money melts, for whom and by how much"

    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        activate_module('tibillet_cashless')

    def make_evening(self, **values):
        "Lea and Tom have loaded; both have accepted"
        self.make_records()
        policy, terms = self.make_policy(**values)
        self.top_up(self.lea, '20.00', now=OLD)
        self.top_up(self.tom, '10.00', now=OLD)
        self.accept(terms, self.lea, self.tom)
        return policy

    def check(self):
        self.assertEqual(wallet_check.check().problems, [])

    @with_transaction()
    def test_melt(self):
        policy = self.make_evening()
        self.assertEqual(len(self.give(policy)), 2)
        self.assertEqual(self.run_until(policy), ['30.00'])
        self.assertEqual(self.balance(self.lea), '0.00')
        # Once for each due date.
        self.assertEqual(self.run_until(policy), [])
        self.check()

    @with_transaction()
    def test_not_accepted(self):
        "Nothing melts for who has not accepted, or has accepted too late"
        self.make_records()
        policy, terms = self.make_policy()
        for card in [self.lea, self.tom]:
            self.top_up(card, '20.00', now=OLD)
        self.accept(terms, self.tom, date=dt.date(2026, 4, 2))
        self.assertEqual(self.give(policy), [])
        self.assertEqual(self.run_until(policy), ['0.00'])
        self.check()

    @with_transaction()
    def test_other_terms(self):
        "Terms that do not melt, accepted later, count"
        policy = self.make_evening()
        pool = Pool()
        Terms = pool.get('tibillet.money.terms')
        self.give(policy)
        terms, = Terms.create([{
                    'money': self.fed.id,
                    'from_date': dt.date(2026, 3, 1),
                    'text': "Nothing melts any more.",
                    }])
        self.accept(terms, self.lea, date=dt.date(2026, 3, 2))
        self.assertEqual(self.run_until(policy), ['10.00'])
        self.assertEqual(self.balance(self.lea), '20.00')

    @with_transaction()
    def test_used_after_the_notice(self):
        policy = self.make_evening()
        self.give(policy)
        self.spend(self.lea, '1.00', now=utc(2026, 3, 20, 20))
        self.assertEqual(self.run_until(policy), ['10.00'])
        self.assertEqual(self.balance(self.lea), '19.00')

    @with_transaction()
    def test_late(self):
        "Each due date that was missed is made once, in order"
        policy = self.make_evening(mode='percent', rate=D('0.1'))
        self.give(policy)
        self.assertEqual(
            self.run_until(policy, dt.date(2026, 6, 15)),
            ['3.00', '2.70', '2.43'])
        self.assertEqual(self.run_until(policy, dt.date(2026, 6, 15)), [])
        pool = Pool()
        Operation = pool.get('tibillet.wallet.operation')
        self.assertEqual(
            [str(o.date) for o in Operation.search(
                    [('kind', '=', 'melt'), ('moves.wallet.cards.uid', '=',
                            self.lea)], order=[('id', 'ASC')])],
            ['2026-04-01', '2026-05-01', '2026-06-01'])
        self.check()

    @with_transaction()
    def test_fixed(self):
        policy = self.make_evening(mode='fixed', amount=D('12.00'))
        self.give(policy)
        self.assertEqual(self.run_until(policy), ['22.00'])
        self.assertEqual(
            [self.balance(c) for c in [self.lea, self.tom]], ['8.00', '0.00'])

    @with_transaction()
    def test_held(self):
        "What is set aside for a table does not melt"
        policy = self.make_evening()
        self.give(policy)
        self.call(
            'hold', self.lea, [(self.fed.id, D('4.00'))], utc(2099, 1, 1),
            at=self.at_venue, now=utc(2026, 3, 30, 20))
        self.assertEqual(self.run_until(policy), ['26.00'])
        self.assertEqual(self.balance(self.lea), '4.00')
        self.check()

    @with_transaction()
    def test_lot(self):
        "Since each top-up: what was loaded later melts later, told anew"
        policy = self.make_evening(
            clock='lot', from_date=dt.date(2025, 12, 1))
        self.top_up(self.lea, '5.00', now=utc(2025, 1, 31, 12))
        self.give(policy, dt.date(2025, 10, 25))
        self.assertEqual(
            self.run_until(policy, dt.date(2026, 4, 1)),
            ['30.00', '0.00', '0.00', '0.00', '0.00'])
        self.give(policy, dt.date(2026, 4, 1))
        self.assertEqual(
            self.run_until(policy, dt.date(2026, 5, 1)), ['5.00'])
        self.check()

    @with_transaction()
    def test_exempt(self):
        "What was given never melts, even in another wallet"
        pool = Pool()
        Card = pool.get('tibillet.card')
        Party = pool.get('party.party')
        self.make_records()
        policy, terms = self.make_policy(self.gift, exempt_kinds=['grant'])
        self.grant(self.lea, '5.00', now=OLD)
        lea = Party(name="Lea")
        lea.save()
        self.grant(self.cards[3].uid, '2.00', now=OLD)
        with set_company(self.company), at(utc(2024, 10, 1)):
            Card.write(
                Card.browse([self.cards[3].id, self.cards[0].id]),
                {'party': lea.id})
        self.accept(terms, self.lea)
        self.assertEqual(self.give(policy), [])
        self.assertEqual(self.run_until(policy), ['0.00'])

    @with_transaction()
    def test_exempted_wallet(self):
        "Nothing melts of an exempted wallet, nor once it is merged"
        pool = Pool()
        Card = pool.get('tibillet.card')
        Exemption = pool.get('tibillet.melt.exemption')
        Party = pool.get('party.party')
        policy = self.make_evening()
        with set_company(self.company):
            Exemption.create([{
                        'money': self.fed.id,
                        'wallet': Card.find(self.lea).wallet.id,
                        'from_date': ACCEPTED,
                        'reason': "She objects",
                        }])
        self.assertEqual(len(self.give(policy)), 1)
        lea = Party(name="Lea")
        lea.save()
        with set_company(self.company), at(utc(2024, 10, 1)):
            for card in [self.cards[1], self.cards[0]]:
                Card.write([card], {'party': lea.id})
        self.assertEqual(self.run_until(policy), ['0.00'])
        self.assertEqual(self.balance(self.lea), '30.00')
        self.check()

    @with_transaction()
    def test_restore(self):
        "It is given back once, in its lots; then the holder was there"
        pool = Pool()
        Line = pool.get('tibillet.melt.run.line')
        policy = self.make_evening()
        self.top_up(self.lea, '5.00', now=utc(2024, 12, 1, 12))
        before = self.lots(self.lea)
        self.give(policy)
        self.run_until(policy)
        line, = Line.search([('wallet.cards.uid', '=', self.lea)])
        for name, error in [
                # It was not asked for: it is not reversed.
                ('reverse', OperationKindError), ('restore', None),
                ('restore', OperationReversedError)]:
            with self.subTest(name=name):
                if error:
                    with self.assertRaises(error):
                        self.call(
                            name, line.operation.uuid,
                            now=utc(2026, 4, 10, 12))
                else:
                    self.call(
                        name, line.operation.uuid, now=utc(2026, 4, 10, 12))
        self.assertEqual(self.lots(self.lea), before)
        self.assertTrue(Line(line.id).restored)
        self.assertEqual(
            self.run_until(policy, dt.date(2026, 5, 1)), ['0.00'])
        self.check()

    @with_transaction()
    def test_parts(self):
        "Many wallets are melted a part at a time, as all at once"
        self.make_records()
        policy, terms = self.make_policy()
        cards = [c.uid for c in self.cards[:10]]
        for card in cards:
            self.top_up(card, '1.10', now=OLD)
        self.accept(terms, *cards)
        with patch.object(melt_holders, 'PART', 3):
            self.assertEqual(len(melt_holders.parts(self.fed.id)), 4)
            self.assertEqual(len(self.give(policy)), 10)
            self.assertEqual(self.give(policy), [])
            self.assertEqual(self.run_until(policy), ['11.00'])
        self.check()

    @with_transaction()
    def test_bad_policy(self):
        self.make_records()
        for day, (values, error) in enumerate([
                ({'mode': 'fixed'}, ValidationError),
                ({'mode': 'fixed', 'amount': D('-1')}, MeltPolicyError),
                ({'mode': 'fixed', 'amount': D('0')}, MeltPolicyError),
                ({'mode': 'fixed', 'amount': D('0.005')}, ValidationError),
                ({'mode': 'fixed', 'amount': D('1e30')}, ValueRangeError),
                ({'mode': 'percent'}, ValidationError),
                ({'mode': 'percent', 'rate': D('1.1')}, ValidationError),
                ({'mode': 'percent', 'rate': D('0')}, ValidationError),
                ({'months': 0}, ValidationError),
                ({'months': 10**6}, ValidationError),
                ({'day': 32}, ValidationError),
                ({'notice_days': 29}, ValidationError),
                ({'clock': 'moon'}, ValidationError),
                ]):
            date = DUE + dt.timedelta(day)
            with self.subTest(values=values), self.assertRaises(error):
                self.make_policy(from_date=date, **values)
        for money, error in [
                # Another party answers for it to the holders.
                (self.raf, MeltPolicyError),
                # One has it or not.
                (self.badge, ValidationError)]:
            with self.subTest(money=money.code), self.assertRaises(error):
                self.make_policy(money)

    @with_transaction()
    def test_twice(self):
        "One policy from a day"
        self.make_records()
        self.make_policy()
        with self.assertRaises(ValidationError):
            self.make_policy()

    @with_transaction()
    def test_accepted(self):
        "What was accepted stays as it was"
        pool = Pool()
        Acceptance = pool.get('tibillet.money.terms.acceptance')
        Policy = pool.get('tibillet.melt.policy')
        Terms = pool.get('tibillet.money.terms')
        policy = self.make_evening()
        terms, = policy.terms
        first, _ = Acceptance.search([], order=[('id', 'ASC')])
        for name, act, error in [
                ('months', lambda: Policy.write([policy], {'months': 2}),
                    MeltPolicyAccessError),
                ('delete', lambda: Policy.delete([policy]),
                    MeltPolicyAccessError),
                ('text', lambda: Terms.write([terms], {'text': "x"}),
                    TermsAccessError),
                ('terms', lambda: Terms.delete([terms]), TermsAccessError),
                ('date', lambda: Acceptance.write(
                        [first], {'date': dt.date(2020, 1, 1)}), FactError),
                ('acceptance', lambda: Acceptance.delete([first]), FactError),
                ('too soon', lambda: self.accept(
                        terms, self.lea, date=dt.date(2023, 12, 31)),
                    TermsDateError),
                ('nobody', lambda: Acceptance.accept(terms, ACCEPTED),
                    TermsMissingError),
                ]:
            with self.subTest(name=name), self.assertRaises(error):
                act()
        Policy.write([policy], {'automatic': True})
        # The same acceptance, not another.
        self.assertEqual(self.accept(terms, self.lea), [first])

    @with_transaction()
    def test_facts(self):
        "Notices, runs and what they melted are not edited"
        pool = Pool()
        policy = self.make_evening()
        self.give(policy)
        self.run_until(policy)
        for name, values in [
                ('tibillet.melt.notice', {'date': ACCEPTED}),
                ('tibillet.melt.run', {'due_date': ACCEPTED}),
                ('tibillet.melt.run.line', {'units': 1}),
                ]:
            Model = pool.get(name)
            records = Model.search([])
            with self.subTest(name=name):
                with self.assertRaises(AccessError):
                    Model.write(records, values)
                with self.assertRaises(AccessError):
                    Model.delete(records)

    @with_transaction()
    def test_future(self):
        "What is due later does not melt today"
        pool = Pool()
        Date = pool.get('ir.date')
        policy = self.make_evening()
        with patch.object(Date, 'today', return_value=NOTICED):
            with self.assertRaises(MeltRunError):
                self.run_until(policy, DUE)

    @with_transaction()
    def test_night(self):
        "By night what nobody looks at is done, and nothing else"
        pool = Pool()
        Date = pool.get('ir.date')
        Notice = pool.get('tibillet.melt.notice')
        Run = pool.get('tibillet.melt.run')
        policy = self.make_evening()
        for automatic, notices, runs in [(False, 0, 0), (True, 2, 1)]:
            policy.automatic = automatic
            policy.save()
            with patch.object(Date, 'today', return_value=NOTICED):
                Notice.give_night()
            with patch.object(Date, 'today', return_value=DUE):
                Run.melt_night()
                while Run.work([policy]):
                    self.assertTrue(automatic)
            with self.subTest(automatic=automatic):
                self.assertEqual(
                    (Notice.search([], count=True),
                        Run.search([], count=True)), (notices, runs))
        self.assertEqual(self.balance(self.lea), '0.00')
