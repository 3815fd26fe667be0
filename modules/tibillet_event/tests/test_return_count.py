"""What a return counts, as tables and as properties."""
import datetime as dt
from collections import defaultdict
from decimal import Decimal as D
from unittest import TestCase

from hypothesis import given
from hypothesis import strategies as st
from tibillet_event.return_count import (
    Attendance, Operation, attendance, by_rate, by_tariff, by_tender, by_till,
    share)

from tibillet.money import CENT

SALE, FREE, BACK = 'sale', 'free', 'cancellation'


def operation(
        kind, number, tariff, admission, vat='0', fee='0', rate='0.055',
        till=1, tariff_kind='full', **values):
    admission, vat = D(admission), D(vat)
    return Operation(
        kind, str(number), till, tariff, tariff_kind, admission, D(rate),
        admission - vat, vat, D(fee), **values)


EVENING = [
    operation(SALE, 1, "Full", '20.00', '1.04', '1.00'),
    operation(SALE, 2, "Full", '20.00', '1.05', '1.00'),
    operation(SALE, 3, "Student", '12.00', '0.63', tariff_kind='reduced'),
    operation(FREE, 4, "Guest", '0', rate='0', tariff_kind='free'),
    operation('duplicate', 5, "Full", '0'),
    operation(BACK, 6, "Full", '-20.00', '-1.05', made=SALE),
    operation(SALE, 1, "Full", '20.00', '1.04', till=2),
    ]


def figures(lines):
    return [
        (l.kind, l.label, l.quantity, l.amount, l.base, l.vat, l.fee)
        for l in lines]


class ReturnCountTestCase(TestCase):

    def test_by_tariff(self):
        self.assertEqual(figures(by_tariff(EVENING)), [
                ('sold', "Full", 3, D('60.00'), D('56.87'), D('3.13'),
                    D('2.00')),
                ('sold', "Student", 1, D('12.00'), D('11.37'), D('0.63'), 0),
                ('free', "Guest", 1, 0, 0, 0, 0),
                ('cancelled', "Full", 1, D('-20.00'), D('-18.95'),
                    D('-1.05'), 0),
                ])

    def test_prices_and_rates_apart(self):
        "A free price has a line for each price, a rate for each rate"
        lines = by_tariff([
                operation(SALE, 1, "Free price", '5.00'),
                operation(SALE, 2, "Free price", '7.50'),
                operation(SALE, 3, "Free price", '7.50', rate='0.2'),
                ])
        self.assertEqual(
            [(l.price, l.rate, l.quantity) for l in lines], [
                (D('7.50'), D('0.055'), 1),
                (D('7.50'), D('0.2'), 1),
                (D('5.00'), D('0.055'), 1),
                ])

    def test_by_rate(self):
        line, = by_rate(EVENING)
        self.assertEqual(
            (line.rate, line.quantity, line.amount, line.base, line.vat),
            (D('0.055'), 3, D('52.00'), D('49.29'), D('2.71')))
        self.assertEqual(by_rate([EVENING[3]]), [])

    def test_by_till(self):
        self.assertEqual(
            [(l.till, l.first, l.last, l.quantity, l.amount + l.fee)
                for l in by_till(EVENING)],
            [(1, '1', '6', 3, D('34.00')), (2, '1', '1', 1, D('20.00'))])

    def test_nothing(self):
        for count in [by_tariff, by_rate, by_till]:
            self.assertEqual(count([]), [])

    def test_exchanged(self):
        "A free date that is exchanged stays free, a paid one is sold"
        out = operation('exchange_out', 5, "Pass", '0', made=FREE)
        in_ = operation('exchange_in', 6, "Pass", '0')
        paid = operation('exchange_in', 7, "Pass", '12.00', '0.63')
        back = operation(BACK, 8, "Pass", '0', made='exchange_in')
        taken = operation(
            BACK, 9, "Pass", '-12.00', '-0.63', made='exchange_in')
        self.assertEqual(
            [(o.part, o.tickets, o.free_tickets)
                for o in [out, in_, paid, back, taken]],
            [('cancelled', -1, -1), ('free', 1, 1), ('sold', 1, 0),
                ('cancelled', -1, -1), ('cancelled', -1, 0)])

    def test_free_tickets(self):
        free = EVENING[3]
        back = operation(BACK, 7, "Guest", '0', made=FREE)
        self.assertEqual(
            [o.free_tickets for o in [EVENING[0], free, back, EVENING[4]]],
            [0, 1, -1, 0])

    def test_share(self):
        for parts, payments, rows, rests in [
                # One payment, two shows.
                (['40', '24'], ['64'], [['40'], ['24']], ['0', '0']),
                # Half in cash: each show has its part of it.
                (['40', '24'], ['32', '32'],
                    [['20', '20'], ['12', '12']], ['0', '0']),
                (['0.01', '0.02'], ['0.01', '0.02'],
                    [['0', '0.01'], ['0.01', '0.01']], ['0', '0']),
                # All given back.
                (['-40', '-24'], ['-64'], [['-40'], ['-24']], ['0', '0']),
                # An exchange without difference, then with one.
                (['-20', '20'], [], [[], []], ['-20', '20']),
                (['-20', '25'], ['5'], [['0'], ['5']], ['-20', '20']),
                # Paid by card more than it costs, the rest in cash.
                (['30', '10'], ['50', '-10'],
                    [['37.50', '-7.50'], ['12.50', '-2.50']], ['0', '0']),
                ]:
            with self.subTest(parts=parts, payments=payments):
                found, left = share(
                    [D(p) for p in parts], [D(p) for p in payments], CENT)
                self.assertEqual(
                    found, [[D(a) for a in row] for row in rows])
                self.assertEqual(left, [D(r) for r in rests])

    def test_share_refused(self):
        with self.assertRaises(ValueError):
            share([D(1)], [D(2)], CENT)

    def test_by_tender(self):
        self.assertEqual(by_tender([
                    (D('40'), [D('24')], {'cash': D('32'), 'card': D('32')}),
                    (D('-20'), [], {'cash': D('-20')}),
                    ], CENT), {'card': D('20')})

    def test_attendance(self):
        def at(minute):
            return dt.time(20, minute)

        passages = [
            (at(0), 'lea', 'entry'), (at(5), 'tom', 'entry'),
            (at(10), 'lea', 'exit'), (at(20), 'ana', 'entry'),
            (at(30), 'lea', 'entry'), (at(25), 'tom', 'exit'),
            ]
        self.assertEqual(
            attendance(passages, {'lea', 'tom', 'zoe'}),
            Attendance(entered=2, missing=1, peak=2))
        self.assertIsNone(attendance([], {'lea'}))


cents = st.integers(-10 ** 6, 10 ** 6).map(lambda n: D(n) * CENT)


@st.composite
def journals(draw):
    "Operations of any kind, in the order of their numbers"
    found = []
    for number in range(draw(st.integers(0, 30))):
        kind = draw(st.sampled_from(
                [SALE, FREE, BACK, 'exchange_in', 'exchange_out',
                    'duplicate']))
        amount = vat = fee = D(0)
        if kind in {SALE, 'exchange_in', BACK, 'exchange_out'}:
            amount = draw(st.integers(0, 5000)) * CENT
            vat = draw(st.integers(0, 500)) * CENT
            fee = draw(st.integers(0, 200)) * CENT
        sign = -1 if kind in {BACK, 'exchange_out'} else 1
        found.append(operation(
                kind, number, draw(st.sampled_from(["Full", "Student"])),
                sign * amount, sign * vat, sign * fee,
                rate=draw(st.sampled_from(['0.021', '0.055', '0.2'])),
                till=draw(st.sampled_from([1, 2]))))
    return found


def totals(lines):
    sums = defaultdict(D)
    for line in lines:
        for name in ['amount', 'base', 'vat']:
            sums[name] += getattr(line, name)
    return {name: sums[name] for name in ['amount', 'base', 'vat']}


@given(journals())
def test_parts_sum_to_the_whole(operations):
    whole = {
        'amount': sum((o.admission for o in operations), D(0)),
        'base': sum((o.base for o in operations), D(0)),
        'vat': sum((o.vat for o in operations), D(0)),
        }
    assert totals(by_tariff(operations)) == whole
    assert totals(by_till(operations)) == whole
    by_rates = totals(by_rate(operations))
    assert by_rates['amount'] == whole['amount']
    fees = sum((o.fee for o in operations), D(0))
    for lines in [by_tariff(operations), by_till(operations)]:
        assert sum((l.fee for l in lines), D(0)) == fees
        assert sum(
            l.quantity if l.kind != 'cancelled' else -l.quantity
            for l in lines) == sum(o.tickets for o in operations)


@given(st.lists(cents, min_size=1, max_size=5), st.lists(cents, max_size=4))
def test_shares_sum_both_ways(parts, payments):
    payments = [*payments, sum(parts, D(0)) - sum(payments, D(0))]
    rows, rests = share(parts, payments, CENT)
    assert sum(rests) == 0
    for part, row, rest in zip(parts, rows, rests, strict=True):
        assert sum(row) + rest == part
        assert all(amount % CENT == 0 for amount in row)
    for payment, *column in zip(payments, *rows, strict=True):
        assert sum(column) == payment


@given(
    st.lists(st.integers(0, 10 ** 6), min_size=1, max_size=5),
    st.lists(st.integers(0, 100), min_size=1, max_size=4))
def test_no_share_has_the_other_sign(parts, weights):
    "Where nothing is given back, nobody pays less than nothing"
    parts = [part * CENT for part in parts]
    total, payments = sum(parts, D(0)), []
    for weight in weights:
        payments.append(min(total, weight * D(100)))
        total -= payments[-1]
    payments.append(total)
    rows, _ = share(parts, payments, CENT)
    assert all(amount >= 0 for row in rows for amount in row)
