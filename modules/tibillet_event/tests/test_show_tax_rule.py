"""To whom the tax on shows is owed, how much and until when."""
import datetime as dt
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st
from tibillet_event import show_tax_rule, sibil

amounts = st.decimals('-9999.99', '9999.99', places=2)
rates = st.decimals('0', '0.2', places=4)


def test_body():
    for domain, member, chosen, body in [
            ('music_popular', False, None, 'cnm'),
            ('music_world', True, None, 'cnm'),
            ('music_classical', False, None, 'none'),
            ('circus_creation', False, None, 'none'),
            ('theatre', False, None, 'astp'),
            ('dance', False, None, 'astp'),
            ('humour', False, None, 'cnm'),
            ('humour', True, None, 'astp'),
            ('theatre_musical', True, None, 'astp'),
            ('street', False, None, None),
            ('other', True, None, None),
            (None, False, None, None),
            (None, False, 'cnm', 'cnm'),
            ('theatre', False, 'none', 'none'),
            ]:
        assert show_tax_rule.body(domain, member, chosen) == body, domain
    assert show_tax_rule.BODIES.keys() == sibil.DOMAINS.keys()


def test_tax():
    for base, rate, tax in [
            ('1000.00', '0.035', '35.00'),
            ('0', '0.035', '0'),
            ('0.14', '0.035', '0.00'),
            ('0.15', '0.035', '0.01'),
            ('127.00', '0.035', '4.45'),
            ('-127.00', '0.035', '-4.45'),
            ('1000.00', '0', '0'),
            ]:
        assert show_tax_rule.tax(
            Decimal(base), Decimal(rate)) == Decimal(tax), base


def test_to_collect():
    for before, amount, found in [
            ('0', '79.99', '0'),
            ('0', '80.00', '80.00'),
            ('50.00', '29.99', '0'),
            ('50.00', '30.00', '80.00'),
            ('80.00', '10.00', '10.00'),
            ('0', '0', '0'),
            ]:
        assert show_tax_rule.to_collect(
            Decimal(before), Decimal(amount), Decimal('80')
            ) == Decimal(found), (before, amount)


def test_due_date():
    for date, months, due in [
            ('2026-01-15', 3, '2026-04-30'),
            ('2026-03-31', 3, '2026-06-30'),
            ('2026-11-30', 3, '2027-02-28'),
            ('2027-11-01', 3, '2028-02-29'),
            ('2026-12-31', 3, '2027-03-31'),
            ('2026-05-02', 0, '2026-05-31'),
            ]:
        assert show_tax_rule.due_date(
            dt.date.fromisoformat(date), months
            ) == dt.date.fromisoformat(due), date


def test_dates():
    for period, start, end in [
            ('1', '2026-01-01', '2026-03-31'),
            ('2', '2026-04-01', '2026-06-30'),
            ('3', '2026-07-01', '2026-09-30'),
            ('4', '2026-10-01', '2026-12-31'),
            ('year', '2026-01-01', '2026-12-31'),
            ]:
        assert show_tax_rule.dates(2026, period) == (
            dt.date.fromisoformat(start), dt.date.fromisoformat(end))


@given(st.lists(amounts, max_size=6), rates)
def test_corrections(bases, rate):
    "A performance with corrections is taxed on the sum of its receipts"
    before = total = Decimal(0)
    for base in bases:
        total += show_tax_rule.added(before, base, rate)
        before += base
    assert total == show_tax_rule.tax(sum(bases), rate)


@given(st.lists(
        st.decimals('0', '60', places=2), max_size=6))
def test_collected(taxes):
    "What worksheets ask in a year is its tax, or nothing below the threshold"
    threshold = Decimal(80)
    before = asked = Decimal(0)
    for amount in taxes:
        asked += show_tax_rule.to_collect(before, amount, threshold)
        before += amount
    assert asked == (before if before >= threshold else 0)
