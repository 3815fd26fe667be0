"""What the terminals of a till may ask: what there is to sell, and sales."""
import re
import uuid
from decimal import Decimal

from trytond.i18n import gettext
from trytond.wsgi import app

from . import till_chain, till_writer
from .exceptions import (
    DeviceTillError, RequestDataError, TillArticleError, TillPriceChangedError,
    TillQuantityError)
from .routes import api, body
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
    point = _get_point(device)
    shown = Screen.get_shown(point)
    currency = point.company.currency
    return {
        'till': {
            'code': point.code,
            'name': point.name,
            'state': point.state,
            'tax_included': point.tax_included,
            'currency': currency.code,
            'digits': currency.digits,
            },
        'version': shown.version,
        'articles': [{
                'product': article.product,
                'label': article.label,
                'color': article.color,
                'price': article.price,
                'unit': article.unit,
                'digits': article.digits,
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
    point = _get_point(device)
    uuid_ = _get_uuid(data['uuid'])
    lines = [
        Sold(_get_id('product', line), _get_amount('quantity', line),
            _get_amount('price', line))
        for line in _get_items('lines', data)]
    payments = [
        Paid(_get_id('method', payment), _get_amount('amount', payment))
        for payment in _get_items('payments', data)]
    if not till_writer.find(uuid_):
        # What was sold once is answered again whatever it costs by now.
        _check_shown(pool, point, lines)
    sold = till_writer.sell(point.id, uuid_, lines, payments)
    return {
        'uuid': sold.uuid,
        'number': sold.number,
        'total': sold.total,
        'change': sold.change,
        'link': sold.link,
        'mark': till_chain.mark(sold.signature),
        }


def _get_point(device):
    "Return the till of a terminal"
    if not getattr(device, 'point', None):
        raise DeviceTillError(gettext(
                'tibillet_base.msg_device_till', device=device.rec_name))
    return device.point


def _check_shown(pool, point, lines):
    "Refuse what the screen does not have, or not at this price"
    Screen = pool.get('tibillet.till.screen')
    articles = {a.product: a for a in Screen.get_shown(point).articles}
    for line in lines:
        article = articles.get(line.product)
        if not article:
            raise TillArticleError(gettext(
                    'tibillet_base.msg_till_article', till=point.rec_name))
        if line.unit_price != article.price:
            raise TillPriceChangedError(gettext(
                    'tibillet_base.msg_till_price_changed',
                    article=article.label))
        if line.quantity != round(line.quantity, article.digits):
            raise TillQuantityError(gettext(
                    'tibillet_base.msg_till_quantity_digits',
                    article=article.label, unit=article.unit))


def _get_items(name, data):
    "Return a list of objects of the request"
    items = data[name]
    if (len(items) > LINES_MAX
            or not all(isinstance(item, dict) for item in items)):
        raise _wrong(name)
    return items


def _get_uuid(text):
    try:
        return str(uuid.UUID(text))
    except ValueError as error:
        raise _wrong('uuid') from error


def _get_id(name, item):
    value = item.get(name)
    if type(value) is not int or not 0 < value < 2 ** 31:
        raise _wrong(name)
    return value


def _get_amount(name, item):
    "Return the number of a text such as 3.50, or of a number"
    value = item.get(name)
    if type(value) not in {str, int, Decimal} or not AMOUNT.fullmatch(
            str(value)):
        raise _wrong(name)
    return Decimal(value)


def _wrong(name):
    return RequestDataError(gettext(
            'tibillet_base.msg_request_data',
            reason=gettext('tibillet_base.msg_request_type', name=name)))
