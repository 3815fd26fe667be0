"""Two schools: one has said that fewer come, the other gives its names."""
import datetime as dt
from decimal import Decimal

from tibillet_base.tests import tills

from proteus import Model

from . import books, counters

# Name, places that are asked for, places that are kept, names
SCHOOLS = [
    ("École des Tilleuls", 30, 26, None),
    ("Collège des Acacias", 12, 12, ["Inès Aubépine", "Malo Sureau"]),
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
    for school, asked, kept, names in SCHOOLS:
        sale = _quote(room, performance, tariff, school, asked, today)
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


def _quote(room, performance, tariff, school, quantity, today):
    Sale = Model.get('sale.sale')
    sale = Sale(party=books.party(school))
    sale.quotation_validity = dt.timedelta(days=10)
    sale.fewer_until = today + dt.timedelta(days=5)
    sale.names_until = performance.date - dt.timedelta(days=2)
    line = sale.lines.new()
    line.performance = performance
    line.tariff = tariff
    line.quantity = quantity
    sale.save()
    with tills.logged_in(room.caisse):
        sale.click('quote')
    return sale
