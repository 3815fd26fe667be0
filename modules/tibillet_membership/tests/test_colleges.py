from decimal import Decimal as D
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st
from tibillet_membership import colleges

THREE = ['employees', 'beneficiaries', 'public']


class CollegesTestCase(TestCase):

    def test_find_fault(self):
        for categories, weights, fault in [
                (THREE, ['0.5', '0.3', '0.2'], None),
                (['producers', *THREE[1:]], ['0.5', '0.4', '0.1'], None),
                (THREE, ['0.5', '0.3', '0.1999'], 'sum'),
                (THREE, ['0.5', '0.3', '0.2001'], 'sum'),
                (THREE, ['0.5001', '0.2999', '0.2'], 'bounds'),
                (THREE, ['0.5', '0.4001', '0.0999'], 'bounds'),
                (THREE[:2], ['0.5', '0.5'], 'categories'),
                (['employees', 'employees', 'beneficiaries'],
                    ['0.4', '0.3', '0.3'], 'categories'),
                (['volunteers', *THREE[1:]], ['0.4', '0.3', '0.3'],
                    'workers'),
                (['employees', 'volunteers', 'public'],
                    ['0.4', '0.3', '0.3'], 'beneficiaries'),
                ([], [], 'categories'),
                ]:
            with self.subTest(categories=categories, weights=weights):
                self.assertEqual(
                    colleges.find_fault(list(zip(
                                categories, map(D, weights),
                                strict=True))), fault)

    @given(st.integers(1, 10))
    def test_equal_weights(self, count):
        weights = colleges.equal_weights(count)
        self.assertEqual(sum(weights), 1)
        self.assertLessEqual(max(weights) - min(weights), D('0.0001'))
