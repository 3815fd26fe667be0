import datetime as dt
import unittest
from dataclasses import replace
from decimal import Decimal

from hypothesis import assume, given
from hypothesis import strategies as st
from tibillet_federation import words
from tibillet_federation.clauses import Amount, Entry
from tibillet_federation.order import without_undone
from tibillet_federation.outcome import Posting, Settlement
from tibillet_federation.revenue import adjust, history, replay, settle
from tibillet_federation.schedule import reckon
from tibillet_federation.tests import oracle
from tibillet_federation.tests import strategies as some

ZERO = Decimal(0)
CENT = Decimal('0.01')
# What waits for a service, below zero what was paid ahead.
brought = st.dictionaries(
    st.sampled_from(some.KEYS),
    st.tuples(some.amounts(200).filter(bool), st.sampled_from([1, -1])).map(
        lambda pair: pair[0] * pair[1]),
    max_size=2)


def total(amounts):
    return sum(amounts, ZERO)


def recouped(balances):
    return {b.contributor: b.recouped for b in balances}


def in_cents(amounts):
    return {key: oracle.cents(a) for key, a in amounts.items() if a}


# Which value of a sentence says what has to be paid, the last one counts.
PAYABLE = {
    'total': 'share', 'total_sum': 'share', 'retained': 'payable',
    'retained_left': 'payable', 'reimbursed': 'payable',
    'adjust_due': 'amount', 'adjust_refund': 'amount',
    }
NOTHING = {'total_nothing', 'adjust_nothing'}


def said(sentences):
    "Return what the last sentence that speaks of it says to pay"
    for code, values in reversed(sentences):
        if code in NOTHING:
            return ZERO
        if code in PAYABLE:
            amount = values[PAYABLE[code]]
            return -amount if code == 'adjust_refund' else amount


class RevenuePropertiesTestCase(unittest.TestCase):
    "Test what is true of any service"

    @given(some.clauses(), some.balances(), some.services(), brought)
    def test_oracle(self, clauses, balances, service, brought):
        "Test against the same rules written a second time"
        self.assertEqual(clauses.check(), [])
        found = settle(clauses, balances, service, brought)
        expected = oracle.settle(clauses, balances, service, brought)
        self.assertEqual(oracle.cents(found.base), expected['base'])
        self.assertEqual(oracle.cents(found.recouped), expected['recouped'])
        self.assertLessEqual(
            abs(found.alpha - Decimal(expected['alpha'].numerator)
                / Decimal(expected['alpha'].denominator)),
            Decimal('0.0000005'))
        self.assertEqual(
            in_cents(found.recouped_by), expected['by_contributor'])
        tiers = {
            (a.key, a.beneficiary): oracle.cents(a.amount)
            for a in found.allocations if a.kind == 'tier'}
        self.assertEqual(tiers, expected['tiers'])
        self.assertEqual(oracle.cents(found.local), expected['local'])
        self.assertEqual(
            {k: oracle.cents(a) for k, a in found.by_destination.items()},
            expected['destinations'])
        self.assertEqual(oracle.cents(found.share), expected['share'])
        self.assertEqual(in_cents(found.carried), expected['carried'])

    @given(some.clauses(), some.balances(), some.services(), brought)
    def test_invariants(self, clauses, balances, service, brought):
        found = settle(clauses, balances, service, brought)
        # All that is shared goes somewhere, and no more than the base.
        self.assertEqual(
            total(a.amount for a in found.allocations), found.share)
        self.assertTrue(all(a.amount > 0 for a in found.allocations))
        self.assertGreaterEqual(found.base, 0)
        self.assertGreaterEqual(found.share, 0)
        self.assertLessEqual(found.share, found.base)
        if clauses.max_rate is not None:
            # The most is rounded once: half a cent.
            self.assertLessEqual(
                found.share - found.base * clauses.max_rate, CENT / 2)
        self.assertEqual(
            found.retained + found.payable, found.share + found.reimbursed)
        self.assertEqual(found.payable, total(
                a.amount for a in [*found.allocations, *found.reimbursements]
                if a.mode == 'pay'))
        self.assertEqual(
            found.share,
            found.recouped + total(found.by_tier.values()) + found.local
            + total(found.by_destination.values()))
        self.assertEqual(found.base_pre + found.base_post, found.base)
        # The pot goes down by what is recouped, and stops at zero.
        self.assertEqual(total(found.recouped_by.values()), found.recouped)
        self.assertEqual(
            found.opening_remaining - found.recouped,
            found.closing_remaining)
        self.assertGreaterEqual(found.closing_remaining, 0)
        self.assertEqual(
            found.closing_remaining,
            total(b.remaining for b in found.closing))
        for before, after in zip(balances, found.closing, strict=True):
            self.assertLessEqual(
                after.recouped, max(before.contributed, before.recouped))
            self.assertEqual(
                after.recouped - before.recouped,
                found.recouped_by.get(before.contributor, ZERO))
        self.assertEqual(
            found.phase == 'post', not found.opening_remaining)
        self.assertEqual(
            found.phase == 'crossing' and not found.excess,
            0 < found.alpha < 1 or (
                found.pre is not None and found.post is not None))
        # Twice the same is the same.
        self.assertEqual(settle(clauses, balances, service, brought), found)

    @given(
        some.clauses(
            kinds=['flat', 'marginal', 'fixed'], local_base='post',
            exclusions_max_rate=None),
        some.balances(), some.amounts(40000), some.amounts(300))
    def test_monotone(self, clauses, balances, turnover, more):
        """Test that a larger base never shares less

        True for one opening balance and one version, when both schedules
        are flat, marginal or fixed, with any floor, cap and maximum, and on
        both sides of the crossing.
        """
        service = some.Service('1', some.START, (Amount('', turnover),))
        larger = replace(
            service, turnover=(Amount('', turnover + more),))
        first = settle(clauses, balances, service)
        second = settle(clauses, balances, larger)
        self.assertLessEqual(first.share, second.share)
        self.assertLessEqual(first.recouped, second.recouped)

    @given(
        some.schedules(['flat', 'marginal', 'fixed', 'tiers']),
        st.sampled_from(['pre', 'post']), st.none() | some.rates,
        some.services(), some.amounts(40000), some.amounts(300))
    def test_monotone_cascade(
            self, schedule, phase, max_rate, service, base, more):
        "Test that within a phase a cascade never takes less either"
        def share(base):
            return reckon(
                schedule, phase, base, max_rate, CENT, service.costs,
                service.days).share
        self.assertLessEqual(share(base), share(base + more))

    @given(some.clauses(), some.balances(), some.series(max_size=10))
    def test_season(self, clauses, balances, services):
        "Test that a season never recoups more than was put in"
        settled = replay(lambda date: clauses, balances, services)
        self.assertEqual(
            [(s.date, int(s.number[1:])) for s in settled],
            sorted((s.date, int(s.number[1:])) for s in services))
        left = total(b.remaining for b in balances)
        self.assertLessEqual(total(s.recouped for s in settled), left)
        for before, after in zip(settled, settled[1:], strict=False):
            self.assertEqual(before.closing, after.opening)
            self.assertEqual(before.carried, after.brought)
        # The order they are given in does not matter.
        self.assertEqual(
            replay(lambda date: clauses, balances, services[::-1]), settled)

    @given(
        some.clauses(), some.balances(), some.series(), some.services(
            number='P99', day=some.START + dt.timedelta(20)))
    def test_later_changes_nothing(
            self, clauses, balances, services, later):
        settled = replay(lambda date: clauses, balances, services)
        self.assertEqual(
            replay(lambda date: clauses, balances, [later, *services])[:-1],
            settled)

    @given(
        some.clauses(allocation='remaining'), some.balances(),
        some.services())
    def test_end_together(self, clauses, balances, service):
        "Test that by what remains, all contributors end on the same service"
        found = settle(clauses, balances, service)
        if found.recouped and not found.closing_remaining:
            self.assertEqual(
                found.recouped_by,
                {b.contributor: b.remaining for b in balances
                    if b.remaining})

    @given(
        some.clauses(), some.balances(), some.series(),
        st.integers(0, 5), some.services(), some.services())
    def test_adjust(
            self, clauses, balances, services, index, corrected, again):
        "Test that corrections arrive where the service should have been"
        settled = replay(lambda date: clauses, balances, services)
        original = settled[index % len(settled)]
        operator = original.service.operator

        def same(service):
            return replace(
                service, number=original.number, date=original.date,
                operator=operator)

        today = some.START + dt.timedelta(30)
        current = settled[-1].closing
        already = total(a.amount for a in original.allocations)
        given = original.reimbursed
        step = original
        for service in [same(corrected), same(again), original.service]:
            step = adjust(step, service, today, current)
            self.assertEqual(step.share, total(
                    a.amount for a in step.allocations))
            self.assertEqual(
                step.retained + step.payable, step.share + step.reimbursed)
            self.assertEqual(step.payable, total(
                    a.amount
                    for a in [*step.allocations, *step.reimbursements]
                    if a.mode == 'pay'))
            self.assertEqual(said(step.sentences), step.payable)
            given += step.reimbursed
            self.assertEqual(given, step.target.reimbursed)
            self.assertEqual(
                total(step.recouped_by.values()), step.recouped)
            self.assertEqual(
                step.share,
                step.recouped + total(step.by_tier.values()) + step.local
                + total(step.by_destination.values()))
            already += step.share
            self.assertEqual(already, step.target.share)
            self.assertEqual(
                total(a.amount for a in step.booked), step.target.share)
            for before, after in zip(current, step.closing, strict=True):
                self.assertLessEqual(
                    after.recouped,
                    max(before.contributed, before.recouped))
                self.assertGreaterEqual(after.remaining, 0)
            if step.spilled:
                self.assertEqual(step.closing_remaining, 0)
            # The ledger says the same.
            postings = list(history(
                    lambda date: clauses, current, [], step.entries))
            booked = postings[-1].closing if postings else current
            self.assertEqual(recouped(booked), recouped(step.closing))
            current = step.closing
        # Back where it was, nothing is left but what the pot has given
        # back since to others.
        self.assertEqual(already, original.share)

    @given(
        some.clauses(), some.balances(), some.series(), some.services())
    def test_adjust_then_replay(self, clauses, balances, services, corrected):
        "Test that later services start from what a correction left"
        later = [
            replace(s, date=s.date + dt.timedelta(40), number=f'Q{s.number}')
            for s in services]
        settled = replay(lambda date: clauses, balances, services)
        original = settled[0]
        adjustment = adjust(
            original, replace(
                corrected, number=original.number, date=original.date),
            some.START + dt.timedelta(30), settled[-1].closing)
        steps = list(history(
                lambda date: clauses, balances, [*services, *later],
                adjustment.entries))
        found = [s for s in steps if isinstance(s, Settlement)]
        self.assertEqual(found[:len(settled)], settled)
        self.assertEqual(
            recouped(found[len(settled)].opening),
            recouped(adjustment.closing))

    @given(
        some.clauses(), some.balances(), some.series(),
        st.lists(st.tuples(
                st.integers(0, 10),
                st.sampled_from([
                        'contribution', 'accrual', 'adjustment',
                        'indemnity', 'write_off']),
                some.amounts(3000).filter(bool), st.booleans()),
            max_size=5))
    def test_entries(self, clauses, balances, services, rows):
        "Test that entries between services keep the pot right"
        assume(any(b.recoupable for b in balances))
        contributor = next(b for b in balances if b.recoupable).contributor
        entries = [
            Entry(
                some.START + dt.timedelta(day), kind,
                amount if kind in {'contribution', 'accrual'} else -amount,
                contributor if named or kind in {'contribution', 'accrual'}
                else None, str(index))
            for index, (day, kind, amount, named) in enumerate(rows)]
        left = total(b.remaining for b in balances)
        date = some.START
        for step in history(lambda date: clauses, balances, services, entries):
            self.assertEqual(step.opening_remaining, left)
            if isinstance(step, Posting):
                self.assertGreaterEqual(step.entry.date, date)
                date = step.entry.date
                self.assertEqual(
                    step.amount, total(step.by_contributor.values()))
                if step.entry.kind == 'accrual':
                    self.assertEqual(bool(step.refused), not left)
                self.assertEqual(
                    step.entry.amount,
                    step.amount - step.surplus + step.refused)
            else:
                self.assertGreaterEqual(step.date, date)
                date = step.date
            left = step.closing_remaining
            self.assertGreaterEqual(left, 0)
            self.assertEqual(left, total(b.remaining for b in step.closing))

    @given(
        some.clauses(), some.balances(), some.series(),
        st.lists(st.tuples(
                st.integers(0, 10), st.integers(0, 10), st.booleans(),
                some.amounts(3000).filter(bool)), max_size=5))
    def test_undone(self, clauses, balances, services, rows):
        "Test that what is undone changes nothing, on whatever days"
        assume(any(b.recoupable for b in balances))
        contributor = next(b for b in balances if b.recoupable).contributor
        entries, kept, origins = [], [], {}
        for index, (day, later, undone, amount) in enumerate(rows):
            entry = Entry(
                some.START + dt.timedelta(day), 'write_off', -amount,
                contributor, str(index))
            entries.append(entry)
            if undone:
                opposite = replace(
                    entry, date=entry.date + dt.timedelta(later),
                    amount=amount, number=str(100 + index))
                origins[opposite] = entry
                entries.append(opposite)
            else:
                kept.append(entry)
        self.assertEqual(
            list(history(
                    lambda date: clauses, balances, services,
                    without_undone(entries, origins.get))),
            list(history(lambda date: clauses, balances, services, kept)))

    @given(some.clauses(), some.balances(), some.services(), brought)
    def test_sentences_pay(self, clauses, balances, service, brought):
        "Test that sentences, parts and line agree on what has to be paid"
        found = settle(clauses, balances, service, brought)
        self.assertEqual(said(found.sentences), found.payable)
        for code, values in found.sentences:
            if code == 'reimbursed':
                self.assertEqual(total(values['lines']), found.payable)
                self.assertEqual(
                    total(amount for _, amount in values['parts']),
                    found.reimbursed)
        for part in [*found.allocations, *found.reimbursements]:
            self.assertEqual(
                part.mode == 'retain',
                service.operator is not None
                and part.beneficiary == service.operator)

    @given(some.clauses(), some.balances(), some.services(), brought)
    def test_sentences(self, clauses, balances, service, brought):
        "Test that everything can be said, in both languages"
        found = settle(clauses, balances, service, brought)
        for language in ['en', 'fr']:
            said = words.say(found.sentences, language)
            self.assertTrue(said)
            for text in said:
                self.assertNotIn('None', text)
                self.assertNotIn('{', text)
                self.assertIn(text[-1], '.!?')
            self.assertIsInstance(
                words.brief(found.sentences, language), str)
        for problem in clauses.warnings():
            self.assertNotIn('None', words.render(problem))
