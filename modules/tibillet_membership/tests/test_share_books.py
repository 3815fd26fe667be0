from decimal import Decimal as D
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st
from tibillet_membership.share_books import (
    ROLES, get_lines, get_transfer_lines)

AMOUNTS = st.decimals(0, 10 ** 6, places=2)


class BooksTestCase(TestCase):

    def test_lines(self):
        # Subscribed, called, paid, owed, losses, and the move by account.
        for kind, changes, expected in [
                # A quarter is paid, the rest is not called.
                ('subscription', ['200', '50', '50', '0', '0'], [
                        ('4561', '50'), ('4561', '-50'), ('512', '50'),
                        ('109', '150'), ('1011', '-150'), ('1013', '-50')]),
                # All is paid at once.
                ('subscription', ['200', '200', '200', '0', '0'], [
                        ('4561', '200'), ('4561', '-200'), ('512', '200'),
                        ('1013', '-200')]),
                ('call', ['0', '50', '0', '0', '0'], [
                        ('109', '-50'), ('4562', '50'),
                        ('1011', '50'), ('1012', '-50')]),
                ('payment', ['0', '0', '50', '0', '0'], [
                        ('512', '50'), ('4562', '-50'),
                        ('1012', '50'), ('1013', '-50')]),
                # Who leaves bears losses, and owes nothing any more.
                ('withdrawal', ['-400', '-400', '-400', '360', '40'], [
                        ('1013', '400'), ('4567', '-360'), ('119', '-40')]),
                ('exclusion', ['-200', '-100', '-50', '50', '0'], [
                        ('109', '-100'), ('4562', '-50'),
                        ('1011', '100'), ('1012', '50'), ('1013', '50'),
                        ('4567', '-50')]),
                ('refund', ['0', '0', '0', '-360', '0'], [
                        ('512', '-360'), ('4567', '360')]),
                ]:
            with self.subTest(kind=kind, changes=changes):
                self.assertEqual(
                    [(ROLES[role], amount) for role, amount in get_lines(
                            kind, *map(D, changes))],
                    [(code, D(amount)) for code, amount in expected])

    def test_transfer(self):
        for changes, expected in [
                (['80', '80', '80'], []),
                (['80', '40', '30'], [
                        ('uncalled', '40', 1), ('uncalled', '-40', 0),
                        ('called', '10', 1), ('called', '-10', 0)]),
                ]:
            with self.subTest(changes=changes):
                self.assertEqual(
                    get_transfer_lines(*map(D, changes)),
                    [(r, D(a), w) for r, a, w in expected])

    @given(AMOUNTS, AMOUNTS, AMOUNTS, AMOUNTS)
    def test_balanced(self, paid, called, subscribed, losses):
        called += paid
        subscribed += called
        losses = min(losses, paid)
        zero = D(0)
        for kind, changes in [
                ('subscription', [subscribed, paid, paid, zero, zero]),
                ('call', [zero, called, zero, zero, zero]),
                ('payment', [zero, zero, paid, zero, zero]),
                ('withdrawal', [
                        -subscribed, -called, -paid, paid - losses, losses]),
                ('refund', [zero, zero, zero, -paid, zero]),
                ]:
            lines = get_lines(kind, *changes)
            self.assertEqual(sum(amount for _, amount in lines), 0)
            self.assertTrue(all(amount for _, amount in lines))
