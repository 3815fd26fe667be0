from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tibillet_event.tariff_price import Price, discounted, pass_parts, with_fee

amounts = st.decimals(0, 10000, places=2)
rates = st.decimals(0, 1, places=4)


def decimals(*values):
    return [Decimal(v) for v in values]


@pytest.mark.parametrize('price, kind, value, expected', [
        ('15.00', 'percent', '0.20', '12.00'),
        # 0.10 x 25 % is half a cent more than 0.02: 0.03 off.
        ('0.10', 'percent', '0.25', '0.07'),
        ('15.00', 'percent', '1', '0'),
        ('15.00', 'amount', '4.00', '11.00'),
        ('3.00', 'amount', '4.00', '0'),
        ('15.00', 'set', '9.00', '9.00'),
        # A promotion never makes dearer.
        ('5.00', 'set', '9.00', '5.00'),
        ('0', 'percent', '0.20', '0'),
        ])
def test_promotion(price, kind, value, expected):
    assert discounted(
        Decimal(price), kind, Decimal(value)) == Decimal(expected)


@pytest.mark.parametrize('price, mode, fixed, rate, expected', [
        ('15.00', 'added', '0.80', '0', ('15.80', '15.00', '0.80')),
        ('15.00', 'absorbed', '0.80', '0', ('15.00', '14.20', '0.80')),
        ('15.00', 'added', '0.30', '0.02', ('15.60', '15.00', '0.60')),
        ('12.25', 'added', '0', '0.02', ('12.50', '12.25', '0.25')),
        # What is free has no fee; a fee takes no more than the price.
        ('0', 'added', '0.80', '0.02', ('0', '0', '0')),
        ('0.50', 'absorbed', '0.80', '0', ('0.50', '0', '0.50')),
        ])
def test_fee(price, mode, fixed, rate, expected):
    assert with_fee(
        Decimal(price), mode, Decimal(fixed),
        Decimal(rate)) == Price(*decimals(*expected))


@pytest.mark.parametrize('price, weights, left, expected', [
        ('100.00', ('20', '20', '20'), None, ('33.34', '33.33', '33.33')),
        ('40.00', ('10', '30'), None, ('10.00', '30.00')),
        # The first of four has passed: three quarters are left.
        ('50.00', ('1', '1', '1', '1'), (False, True, True, True),
            ('0', '12.50', '12.50', '12.50')),
        # 50.00 x 2/3 is 33.33.
        ('50.00', ('1', '1', '1'), (True, False, True),
            ('16.67', '0', '16.66')),
        # Free entries weigh alike.
        ('9.00', ('0', '0', '0'), None, ('3.00', '3.00', '3.00')),
        ('9.00', ('5', '0'), (False, True), ('0', '0')),
        ('0', ('5', '5'), None, ('0', '0')),
        ])
def test_pass(price, weights, left, expected):
    assert pass_parts(
        Decimal(price), decimals(*weights), left) == decimals(*expected)


def test_nothing_left():
    with pytest.raises(ValueError):
        pass_parts(Decimal(50), decimals('1', '1'), [False, False])


@pytest.mark.parametrize('function', [discounted, with_fee])
def test_unknown(function):
    with pytest.raises(ValueError):
        function(Decimal(1), 'other', Decimal(1))


@given(amounts, st.sampled_from(['added', 'absorbed']), amounts, rates)
def test_what_is_paid_is_for_something(price, mode, fixed, rate):
    found = with_fee(price, mode, fixed, rate)
    assert found.paid == found.admission + found.fee
    assert min(found.paid, found.admission, found.fee) >= 0


@given(amounts, st.lists(amounts, min_size=1, max_size=12), st.data())
def test_parts_sum_to_what_is_paid(price, weights, data):
    left = data.draw(st.lists(
            st.booleans(), min_size=len(weights), max_size=len(weights)))
    if not any(left):
        return
    parts = pass_parts(price, weights, left)
    assert sum(parts) <= price
    assert all(p >= 0 for p in parts)
    assert not any(
        part for part, still in zip(parts, left, strict=True) if not still)
    if all(left):
        assert sum(parts) == price
