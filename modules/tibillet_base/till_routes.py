"""What the terminals of a till may ask: what there is to sell, and sales."""
import re
import uuid
from decimal import Decimal

from trytond.i18n import gettext
from trytond.wsgi import app

from . import till_chain, till_tip, till_writer
from .exceptions import DeviceTillError, RequestDataError
from .routes import api, body
from .till_screen import check_shown
from .till_writer import Paid, Sold

PREFIX = '/<database_name>/tibillet/v1/till'
# Of a sale; a bar has a few, a group some dozens.
LINES_MAX = 200
# What amounts and quantities may be, far beyond any sale.
AMOUNT = re.compile(r'-?[0-9]{1,9}([.][0-9]{1,6})?')


@app.route(f'{PREFIX}/screen', methods=['POST'])
@api(device=['terminal'], readonly=True)
def screen(request, pool, device):
    Method = pool.get('sale.point.payment.method')
    Screen = pool.get('tibillet.till.screen')
    point = get_point(device)
    shown = Screen.get_shown(point)
    currency = point.company.currency
    return {
        'till': {
            'code': point.code,
            'name': point.name,
            'state': point.state,
            'tax_included': bool(point.tax_included),
            'currency': currency.code,
            'digits': currency.digits,
            'practice': bool(point.practice),
            'tips': bool(till_tip.get_account(point.company.id)),
            },
        'version': shown.version,
        'articles': [{
                'product': article.product,
                'label': article.label,
                'color': article.color,
                'price': article.price,
                'unit': article.unit,
                'digits': article.digits,
                'deposit': article.deposit,
                } for article in shown.articles],
        'methods': [{
                'method': method.id,
                'name': method.name,
                'tender': method.tender,
                } for method in Method.search([
                    ('company', '=', point.company.id),
                    ])],
        }


@app.route(f'{PREFIX}/sale', methods=['POST'])
@api(device=['terminal'], hot=True)
def sale(request, pool, device):
    data = body(request, uuid=str, lines=list, payments=list)
    point = get_point(device)
    uuid_ = get_uuid(data['uuid'])
    lines, payments = get_lines(data), get_payments(data)
    check_shown(point, uuid_, lines)
    return say(till_writer.sell(
            point.id, uuid_, [*lines, *get_tip(point, data)], payments))


def say(sale):
    "Return what a terminal is told of a sale"
    return {
        'uuid': sale.uuid,
        'number': sale.number,
        'total': sale.total,
        'change': sale.change,
        'link': sale.link,
        'mark': till_chain.mark(sale.signature),
        }


def get_point(device):
    "Return the till of a terminal"
    if not getattr(device, 'point', None):
        raise DeviceTillError(gettext(
                'tibillet_base.msg_device_till', device=device.rec_name))
    return device.point


def get_lines(data):
    return [
        Sold(get_id('product', line), get_amount('quantity', line),
            get_amount('price', line))
        for line in get_items('lines', data)]


def get_tip(point, data):
    "Return the line of what is left for the staff, if anything is"
    if data.get('tip') is None:
        return []
    return till_tip.get_lines(point.company.id, get_amount('tip', data))


def get_payments(data):
    return [
        Paid(get_id('method', payment), get_amount('amount', payment))
        for payment in get_items('payments', data)]


def get_items(name, data):
    "Return a list of objects of the request"
    items = data[name]
    if (len(items) > LINES_MAX
            or not all(isinstance(item, dict) for item in items)):
        raise wrong(name)
    return items


def get_uuid(text):
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise wrong('uuid') from error


def get_id(name, item):
    value = item.get(name)
    if type(value) is not int or not 0 < value < 2 ** 31:
        raise wrong(name)
    return value


def get_amount(name, item):
    "Return the number of a text such as 3.50, or of a number"
    value = item.get(name)
    if type(value) not in {str, int, Decimal} or not AMOUNT.fullmatch(
            str(value)):
        raise wrong(name)
    return Decimal(value)


def wrong(name):
    return RequestDataError(gettext(
            'tibillet_base.msg_request_data',
            reason=gettext('tibillet_base.msg_request_type', name=name)))
