"""What the terminals of a till may ask about cards."""
from decimal import Decimal

from tibillet_base.routes import api, body
from tibillet_base.till_routes import (
    PREFIX, get_amount, get_id, get_lines, get_payments, get_point, get_tip,
    get_uuid, say, wrong)
from tibillet_base.till_screen import check_shown

from trytond.pool import Pool
from trytond.wsgi import app

from . import till_card, wallet_read
from .wallet_request import At

# A number that is read or printed, or what a QR code holds.
CARD_MAX = 100


@app.route(f'{PREFIX}/card', methods=['POST'])
@api(device=['terminal'], readonly=True)
def card(request, pool, device):
    data = body(request, card=str)
    point = get_point(device)
    return {'balances': [{
                'money': balance.money,
                'code': balance.code,
                'name': balance.name,
                'kind': balance.kind,
                'balance': balance.amount,
                'accepted': balance.accepted,
                'melts_on': balance.melts_on,
                'melts': balance.melts,
                } for balance in wallet_read.balances(
                    At(point.company.id), get_card('card', data))]}


@app.route(f'{PREFIX}/pay', methods=['POST'])
@api(device=['terminal'], hot=True)
def pay(request, pool, device):
    data = body(request, uuid=str, card=str, lines=list)
    data.setdefault('payments', [])
    point, uuid = get_point(device), get_uuid(data['uuid'])
    lines = get_lines(data)
    check_shown(point, uuid, lines)
    return _say(till_card.pay(
            point.id, uuid, [*lines, *get_tip(point, data)],
            get_card('card', data),
            get_payments(data), get_card('second', data)))


@app.route(f'{PREFIX}/top-up', methods=['POST'])
@api(device=['terminal'], hot=True)
def top_up(request, pool, device):
    data = body(
        request, uuid=str, card=str, money=int, amount=Decimal,
        payments=list)
    return _say(till_card.top_up(
            get_point(device).id, get_uuid(data['uuid']),
            get_card('card', data), get_id('money', data),
            get_amount('amount', data), get_payments(data)))


@app.route(f'{PREFIX}/redeem', methods=['POST'])
@api(device=['terminal'], hot=True)
def redeem(request, pool, device):
    data = body(
        request, uuid=str, card=str, money=int, amount=Decimal, method=int)
    return _say(till_card.redeem(
            get_point(device).id, get_uuid(data['uuid']),
            get_card('card', data), get_id('money', data),
            get_amount('amount', data), get_id('method', data)))


@app.route(f'{PREFIX}/cancel', methods=['POST'])
@api(device=['terminal'], hot=True)
def cancel(request, pool, device):
    data = body(request, uuid=str, sale=str)
    return _say(till_card.cancel_own(
            get_point(device).id, get_uuid(data['uuid']),
            get_uuid(data['sale'])))


def get_card(name, data):
    "Return the number of a card, None if there is none"
    value = data.get(name)
    if value is None:
        return None
    if (not isinstance(value, str) or not value.strip()
            or len(value) > CARD_MAX or '\0' in value):
        raise wrong(name)
    return value


def _say(answer):
    "Return what a terminal is told of a sale and of the cards"
    Money = Pool().get('tibillet.money')
    moneys = {m.id: m for m in Money.browse(
            [moved.money for moved in answer.wallet.moved])}
    return {
        **say(answer.sale),
        'moved': [{
                'money': moved.money,
                'code': moneys[moved.money].code,
                'amount': moved.amount,
                'balance': moved.balance,
                } for moved in answer.wallet.moved],
        }
