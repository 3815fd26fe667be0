"Records made in the database of a test, without a client"
import datetime as dt
from contextlib import contextmanager
from decimal import Decimal

from trytond.pool import Pool
from trytond.transaction import Transaction, check_access


def utc(text):
    return dt.datetime.fromisoformat(text)


def create_party(name):
    pool = Pool()
    Party = pool.get('party.party')
    party = Party(name=name)
    party.save()
    return party


def create_product(**values):
    pool = Pool()
    ModelData = pool.get('ir.model.data')
    Template = pool.get('product.template')
    template, = Template.create([{
                'name': "Terminal",
                'type': 'assets',
                'default_uom': ModelData.get_id('product', 'uom_unit'),
                'depreciable': True,
                'depreciation_duration': 36,
                'object_of_activity': True,
                'products': [('create', [{}])],
                **values,
                }])
    product, = template.products
    return product


def create_units(product, number, owners=None, **values):
    pool = Pool()
    Equipment = pool.get('tibillet.equipment')
    vlist = {
        'product': product.id,
        'unit_cost': Decimal('250.00'),
        'acquisition_date': dt.date(2025, 1, 1),
        'in_service_date': dt.date(2025, 1, 1),
        **values}
    if owners:
        vlist['owners'] = [('create', [
                    {'party': p.id, 'quota': Decimal(q)}
                    for p, q in owners.items()])]
    units = Equipment.create([vlist.copy() for _ in range(number)])
    Equipment.put_in_service(units)
    return units


def create_booking(party, product, quantity, from_date, to_date, **line):
    pool = Pool()
    Booking = pool.get('tibillet.equipment.booking')
    # The days of a test are soon past.
    with Transaction().set_context(_skip_warnings=True):
        booking, = Booking.create([{
                    'party': party.id,
                    'from_date': from_date,
                    'to_date': to_date,
                    'lines': [('create', [{
                                    'product': product.id,
                                    'quantity': quantity,
                                    **line}])],
                    }])
    return Booking(booking.id)


def move(direction, units, party, date, **values):
    pool = Pool()
    Custody = pool.get('tibillet.equipment.custody')
    keeper = units[0].company.party
    custody, = Custody.create([{
                'direction': direction,
                'from_party': (keeper if direction == 'out' else party).id,
                'to_party': (party if direction == 'out' else keeper).id,
                'date': date,
                'lines': [('create', [{'equipment': u.id} for u in units])],
                **values,
                }])
    Custody.do([custody])
    return custody


def create_user(company, *groups, parties=()):
    pool = Pool()
    ModelData = pool.get('ir.model.data')
    User = pool.get('res.user')
    user, = User.create([{
                'name': "User",
                'login': '-'.join(groups),
                'companies': [('add', [company.id])],
                'company': company.id,
                'groups': [('add', [
                            ModelData.get_id('tibillet_base', g)
                            for g in groups])],
                'partner_parties': [('add', [p.id for p in parties])],
                }])
    return user


@contextmanager
def acting(user):
    "Act as the client of the user does"
    pool = Pool()
    User = pool.get('res.user')
    with Transaction().set_user(user.id):
        with Transaction().set_context(
                User.get_preferences(context_only=True)), \
                check_access():
            yield


def click_as_client(record, button):
    "Click on a button of a record, as a client does"
    Model = record.__class__
    context = dict(Transaction().context)
    args, kwargs, context, _ = Model.__rpc__[button].convert(
        Model, [record.id], context)
    with Transaction().set_context(context):
        return getattr(Model, button)(*args, **kwargs)


def read_as_client(Model, records):
    "Read all that the views of the model show"
    for type_ in ['tree', 'form']:
        view = Model.fields_view_get(view_type=type_)
        names = []
        for name, field in view['fields'].items():
            names.append(name)
            if field['type'] == 'many2one':
                names.append(f'{name}.rec_name')
        values = Model.read([r.id for r in records], names)
    return values
