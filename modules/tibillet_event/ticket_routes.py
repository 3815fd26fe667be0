"""What the terminals of a till may ask about tickets."""
from tibillet_base.routes import api, body
from tibillet_base.till_routes import (
    PREFIX, get_amount, get_id, get_items, get_payments, get_point, get_uuid,
    say, wrong)

from trytond.wsgi import app

from . import ticket_key, ticket_writer, till_programme
from .ticket_writer import Item, Person

# Of one order, as of the lines of a sale.
PLACES_MAX = 200
TEXT_MAX = 200


@app.route(f'{PREFIX}/programme', methods=['POST'])
@api(device=['terminal'], readonly=True)
def programme(request, pool, device):
    return {'performances': till_programme.get(get_point(device))}


@app.route(f'{PREFIX}/seats', methods=['POST'])
@api(device=['terminal'], readonly=True)
def seats(request, pool, device):
    data = body(request, performance=str, quantity=int)
    return {'seats': till_programme.propose(
            get_point(device), get_text('performance', data),
            get_quantity(data))}


@app.route(f'{PREFIX}/tickets', methods=['POST'])
@api(device=['terminal'], hot=True)
def tickets(request, pool, device):
    data = body(request, uuid=str, items=list, payments=list)
    point, uuid = get_point(device), get_uuid(data['uuid'])
    order = ticket_writer.sell(
        point.id, uuid,
        [get_item(point, item) for item in get_items('items', data)],
        get_payments(data), 'counter',
        Person(get_text('name', data) or None))
    return {
        'uuid': uuid,
        'sale': say(order.sale) if order.sale else None,
        'tickets': ticket_key.get_printed(uuid),
        }


def get_item(point, data):
    "Return what is asked of one tariff"
    return Item(
        till_programme.find(point, get_text('performance', data)),
        get_id('tariff', data), get_quantity(data),
        get_amount('price', data) if data.get('price') is not None else None,
        seats=get_seats(data), code=get_text('code', data) or None)


def get_quantity(data):
    quantity = get_id('quantity', data)
    if quantity > PLACES_MAX:
        raise wrong('quantity')
    return quantity


def get_seats(data):
    "Return the ids of the seats, None if any place is good"
    seats = data.get('seats')
    if seats is None:
        return None
    if not isinstance(seats, list) or len(seats) > PLACES_MAX:
        raise wrong('seats')
    return tuple(get_id('seats', {'seats': seat}) for seat in seats)


def get_text(name, data):
    "Return a text of the request, empty if there is none"
    text = data.get(name) or ''
    if (not isinstance(text, str) or len(text) > TEXT_MAX
            or any(c == '\0' or '\ud800' <= c <= '\udfff' for c in text)):
        raise wrong(name)
    return text.strip()
