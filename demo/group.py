"""Three schools: one has said that fewer come, another gives its names, the
last has paid a deposit."""
import datetime as dt
from decimal import Decimal

from tibillet_base.tests import tills

from proteus import Model

from . import books, counters

# Name, places that are asked for, places that are kept, names, deposit
SCHOOLS = [
    ("École des Tilleuls", 30, 26, None, None),
    ("Collège des Acacias", 12, 12, ["Inès Aubépine", "Malo Sureau"], None),
    ("Lycée des Érables", 20, 20, None, Decimal('60.00')),
    ]


def build(room, performance, today):
    Configuration = Model.get('tibillet.ticket.configuration')
    Tariff = Model.get('tibillet.tariff')
    configuration = Configuration(1)
    configuration.sales_point = counters.make("Bureau", 'BUREAU')
    configuration.save()
    tariff = Tariff(
        name="Scolaires", kind='reduced', event=performance.event,
        product=room.product, price=Decimal('7.00'))
    tariff.channels = ['quotation']
    tariff.save()
    for school, asked, kept, names, deposit in SCHOOLS:
        sale = _quote(
            room, performance, tariff, school, asked, today, deposit)
        with tills.logged_in(room.caisse):
            if kept < asked:
                wizard = sale.click('reduce_places')
                wizard.form.lines[0].quantity = kept
                wizard.execute('reduce')
            if names:
                sale.click('confirm')
                wizard = sale.click('name_people')
                wizard.form.names = '\n'.join(names)
                wizard.execute('write_')
        if deposit:
            _receive(room, sale, deposit)


def _receive(room, sale, amount):
    "Record a deposit that the bank has brought"
    Journal = Model.get('account.journal')
    with tills.logged_in(room.caisse):
        wizard = sale.click('deposit_wizard')
        wizard.form.kind = 'received'
        wizard.form.amount = amount
        wizard.form.way = 'bank'
        wizard.form.journal, = Journal.find([('type', '=', 'cash')], limit=1)
        wizard.form.account = books.account(room.company, '5121')
        wizard.execute('register')


def _quote(room, performance, tariff, school, quantity, today, deposit):
    Sale = Model.get('sale.sale')
    sale = Sale(party=books.party(school))
    sale.quotation_validity = dt.timedelta(days=10)
    sale.fewer_until = today + dt.timedelta(days=5)
    sale.names_until = performance.date - dt.timedelta(days=2)
    if deposit:
        sale.deposit_asked = deposit
        sale.deposit_until = today + dt.timedelta(days=7)
        sale.deposit_rule = 'back'
    line = sale.lines.new()
    line.performance = performance
    line.tariff = tariff
    line.quantity = quantity
    sale.save()
    with tills.logged_in(room.caisse):
        sale.click('quote')
    return sale
