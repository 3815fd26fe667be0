from decimal import Decimal as D
from fractions import Fraction as F
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st
from tibillet_membership import ballot
from tibillet_membership.ballot import Votes

# 50, 30 and 20 % of the votes: employees, beneficiaries, public bodies.
WEIGHTS = [D('0.5'), D('0.3'), D('0.2')]
votes = st.builds(Votes, *[st.integers(0, 20)] * 4)
methods = st.sampled_from(ballot.METHODS)
majorities = st.sampled_from(list(ballot.MAJORITIES))


@st.composite
def weighted(draw):
    "Draw colleges whose weights sum to one"
    parts = draw(st.lists(st.integers(1, 50), min_size=1, max_size=6))
    return [(F(part, sum(parts)), draw(votes)) for part in parts]


def options():
    return st.fixed_dictionaries({
            'method': methods,
            'majority': majorities,
            'abstentions_against': st.booleans(),
            'blanks_against': st.booleans(),
            })


class BallotTestCase(TestCase):

    def test_quorum(self):
        for voters, taking_part, rate, needed, reached in [
                (40, 8, '0.2', 8, True),
                (40, 7, '0.2', 8, False),
                (41, 8, '0.2', 9, False),
                (3, 1, '0.3333', 1, True),
                (3, 1, '0.3334', 2, False),
                (40, 0, '0', 1, False),
                (40, 1, '0', 1, True),
                (0, 0, '0.5', 1, False),
                (5, 5, '1', 5, True),
                ]:
            with self.subTest(voters=voters, rate=rate):
                quorum = ballot.quorum(voters, taking_part, D(rate))
                self.assertEqual(
                    (quorum.needed, quorum.reached), (needed, reached))

    def test_count(self):
        # The same votes, three results: 3 of 4 employees are for, 2 of 10
        # beneficiaries, 1 of 2 public bodies.
        room = [Votes(3, 1), Votes(2, 8), Votes(1, 1)]
        for method, seen, majority, part, adopted in [
                ('members', room, 'simple', F(6, 16), False),
                # 50 % × 3/4 + 30 % × 2/10 + 20 % × 1/2
                ('proportional', room, 'simple', F('0.535'), True),
                ('proportional', room, 'two_thirds', F('0.535'), False),
                # Only employees are for: 50 %, which is not more than half.
                ('majority', room, 'simple', F(1, 2), False),
                ('majority', [room[0], room[1], Votes(2, 1)], 'simple',
                    F('0.7'), True),
                ('majority', [room[0], room[1], Votes(2, 1)], 'two_thirds',
                    F('0.7'), True),
                ('majority', [room[0], room[1], Votes(2, 1)],
                    'three_quarters', F('0.7'), False),
                # Public bodies say nothing: 80 % are expressed.
                ('majority', [room[0], room[1], Votes(0, 0, 2)], 'simple',
                    F(5, 8), True),
                ('proportional', [Votes(2, 1), Votes(2, 1), Votes(2, 1)],
                    'two_thirds', F(2, 3), True),
                ('members', [Votes(2, 1), Votes(), Votes()],
                    'two_thirds', F(2, 3), True),
                ('members', [Votes(3, 1)] * 3, 'three_quarters', F(3, 4),
                    True),
                ('members', [Votes(1, 1), Votes(), Votes()], 'simple',
                    F(1, 2), False),
                ('members', [Votes()] * 3, 'simple', None, False),
                ('majority', [Votes(0, 0, 5, 5)] * 3, 'simple', None, False),
                ]:
            with self.subTest(method=method, seen=seen, majority=majority):
                result = ballot.count(
                    list(zip(WEIGHTS, seen, strict=True)), method, majority)
                self.assertEqual(
                    (result.part, result.adopted), (part, adopted))

    def test_abstentions_and_blanks(self):
        seen = [(D(1), Votes(4, 3, 2, 1))]
        for abstentions, blanks, against, part, adopted in [
                (False, False, 3, F(4, 7), True),
                (True, False, 5, F(4, 9), False),
                (False, True, 4, F(4, 8), False),
                (True, True, 6, F(4, 10), False),
                ]:
            for method in ['members', 'proportional']:
                with self.subTest(method=method, against=against):
                    result = ballot.count(
                        seen, method, 'simple', abstentions, blanks)
                    college, = result.colleges
                    self.assertEqual(
                        (college.against, result.part, result.adopted),
                        (against, part, adopted))

    def test_no_rounding(self):
        "Test a member in a million decides, which a rounding would hide"
        million = 1_000_000
        for yes, adopted in [(million, False), (million + 1, True)]:
            result = ballot.count(
                [(D(1), Votes(yes, million))], 'proportional')
            self.assertEqual(result.adopted, adopted)

    def test_weights(self):
        for weights in [['0.5', '0.3', '0.1999'], ['0.5', '0.3', '0.2001']]:
            colleges = [(D(w), Votes(1)) for w in weights]
            for method in ['proportional', 'majority']:
                with self.assertRaises(ValueError):
                    ballot.count(colleges, method)
            self.assertTrue(ballot.count(colleges, 'members').adopted)

    def test_weaker(self):
        for majority, other, weaker in [
                ('simple', 'two_thirds', True),
                ('two_thirds', 'two_thirds', False),
                ('three_quarters', 'two_thirds', False),
                ]:
            self.assertEqual(ballot.is_weaker(majority, other), weaker)

    @given(weighted(), options())
    def test_sum(self, colleges, asked):
        "Test what each college gives is its weight, or nothing"
        result = ballot.count(colleges, **asked)
        for college in result.colleges:
            self.assertEqual(
                college.weight_for + college.weight_against,
                college.weight if college.expressed else 0)
        if asked['method'] == 'members' and result.part is not None:
            self.assertEqual(sum(c.weight for c in result.colleges), 1)
        if result.part is not None:
            self.assertTrue(0 <= result.part <= 1)

    @given(weighted(), options(), st.randoms())
    def test_order(self, colleges, asked, random):
        "Test the order in which colleges are counted changes nothing"
        shuffled = random.sample(colleges, len(colleges))
        first, second = (
            ballot.count(rows, **asked) for rows in [colleges, shuffled])
        self.assertEqual(first[1:], second[1:])

    @given(weighted(), options(), st.data())
    def test_monotonic(self, colleges, asked, data):
        "Test who turns to yes never makes a resolution fail"
        before = ballot.count(colleges, **asked)
        index = data.draw(st.integers(0, len(colleges) - 1))
        weight, seen = colleges[index]
        turned = data.draw(st.sampled_from(
                [None, 'no', 'abstention', 'blank']))
        if turned and getattr(seen, turned):
            seen = seen._replace(**{turned: getattr(seen, turned) - 1})
        after = ballot.count([
                *colleges[:index], (weight, seen._replace(yes=seen.yes + 1)),
                *colleges[index + 1:]], **asked)
        self.assertGreaterEqual(after.part, before.part or 0)
        self.assertGreaterEqual(after.adopted, before.adopted)

    @given(weighted(), options())
    def test_stronger_majority(self, colleges, asked):
        "Test what a stronger majority adopts, a weaker one does too"
        adopted = [
            ballot.count(colleges, **{**asked, 'majority': m}).adopted
            for m in ballot.MAJORITIES]
        self.assertEqual(adopted, sorted(adopted, reverse=True))
