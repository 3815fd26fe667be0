"""What the terminals of a till may ask about waiting lists.

Who calls has verified the e-mail or the phone: a kiosk, the site of a venue.
"""
from tibillet_base.routes import api, body
from tibillet_base.till_routes import (
    PREFIX, get_id, get_items, get_payments, get_point, get_uuid, say, wrong)

from trytond.i18n import gettext
from trytond.wsgi import app

from . import ticket_key, till_programme, waiting_person
from .ticket_routes import get_quantity, get_text
from .ticket_writer import Item, Person
from .waiting_exceptions import WaitingTwiceError, WaitingUnknownError

# What tells one wish from another.
ASKED = ['quantity', 'partial', 'tariff']


@app.route(f'{PREFIX}/waiting', methods=['POST'])
@api(device=['terminal'])
def waiting(request, pool, device):
    "Put somebody on the list; the same again gives the same entry"
    Waiting = pool.get('tibillet.waiting')
    data = body(request, performance=str, quantity=int)
    point, partial = get_point(device), data.get('partial', False)
    if type(partial) is not bool:
        raise wrong('partial')
    values = {
        'company': point.company.id,
        'performance': till_programme.find(
            point, get_text('performance', data)),
        'quantity': get_quantity(data),
        'partial': partial,
        'tariff': (
            get_id('tariff', data) if data.get('tariff') is not None
            else None),
        'holder': get_text('name', data) or None,
        'email': get_text('email', data).strip() or None,
        'phone': get_text('phone', data).strip() or None,
        }
    entry = find_same(Waiting, values)
    if not entry:
        entry, = Waiting.create([values])
    return show(entry)


@app.route(f'{PREFIX}/waiting/look', methods=['POST'])
@api(device=['terminal'], readonly=True)
def look(request, pool, device):
    return show(find(pool, device, body(request, entry=int)))


@app.route(f'{PREFIX}/waiting/accept', methods=['POST'])
@api(device=['terminal'], hot=True)
def accept(request, pool, device):
    "Sell what was offered, or a part of it"
    data = body(request, uuid=str, entry=int, items=list, payments=list)
    uuid, entry = get_uuid(data['uuid']), find(pool, device, data)
    order = entry.take(
        get_point(device).id, uuid, [
            Item(
                entry.performance.id, get_id('tariff', item),
                get_quantity(item))
            for item in get_items('items', data)],
        get_payments(data), 'counter', Person(
            entry.holder, entry.party.id if entry.party else None,
            entry.email))
    return {
        'uuid': uuid,
        'sale': say(order.sale) if order.sale else None,
        'tickets': ticket_key.get_printed(uuid),
        }


@app.route(f'{PREFIX}/waiting/refuse', methods=['POST'])
@api(device=['terminal'])
def refuse(request, pool, device):
    "Give an offer back, or leave the list"
    Waiting = pool.get('tibillet.waiting')
    entry = find(pool, device, body(request, entry=int))
    if entry.state == 'waiting':
        Waiting.withdraw([entry])
    elif entry.state not in {'refused', 'withdrawn'}:
        Waiting.refuse([entry])
    return show(Waiting(entry.id))


def find(pool, device, data):
    "Return an entry of the company of the till"
    Waiting = pool.get('tibillet.waiting')
    entries = Waiting.search([
            ('id', '=', get_id('entry', data)),
            ('company', '=', get_point(device).company.id),
            ('person', '!=', None),
            ])
    if not entries:
        raise WaitingUnknownError(
            gettext('tibillet_event.msg_waiting_unknown'))
    return entries[0]


def find_same(Waiting, values):
    "Return the open entry of the person, refuse if it asks something else"
    person = waiting_person.get_key(
        None, values['email'], values['phone']
        if waiting_person.get_phone(values['phone']) else None)
    for entry in Waiting.search([
                ('performance', '=', values['performance']),
                ('person', '=', person),
                ('turn', '!=', None),
                ]):
        if entry.state in {'waiting', 'offered'}:
            tariff = entry.tariff.id if entry.tariff else None
            if (entry.company.id != values['company']
                    or [entry.quantity, entry.partial, tariff]
                    != [values[name] for name in ASKED]):
                raise WaitingTwiceError(
                    gettext('tibillet_event.msg_waiting_twice'))
            return entry


def show(entry):
    until = entry.offered_until if entry.state == 'offered' else None
    return {
        'entry': entry.id,
        'state': entry.state,
        'quantity': entry.quantity,
        'offered': entry.offered if until else None,
        'offered_until': until,
        }
