"""Two evenings of the quarter before, counted, closed and declared.

By hand, the one that the co-operative organises, 40 tickets at 14.00:

    paid                                         560.00
    without VAT of 5.5 %                         530.81
    tax on shows, 3.5 % of it                     18.58

and the one that it sells for the association, 10 tickets at 12.00 of which
it keeps 1.00 each:

    paid                                         120.00
    owed to the association                      110.00
"""
import datetime as dt
from decimal import Decimal

from tibillet_base.tests import tills

from proteus import Model, Wizard

from . import books, counters

D = Decimal
OWN, OWED = "Fête des moissons", "Nuit des voisins"
SOLD, PRICE = 40, D('14.00')
TAX = D('18.58')
SOLD_FOR, PRICE_FOR, FEE = 10, D('12.00'), D('1.00')
DUE = D('110.00')


def get_date(today):
    "Return a day of the quarter before that of today"
    month = (today.month - 1) // 3 * 3 + 1
    before = dt.date(today.year, month, 1) - dt.timedelta(days=1)
    return before.replace(month=before.month - 2, day=11)


def build(house, room, today, announce):
    """Sell, count, close and declare

    announce: what makes a performance of an event on a day, on sale.
    """
    date = get_date(today)
    own = announce(room, OWN, date, tariffs=[_full(room)])
    own.event.sibil_domain = 'music_popular'
    own.event.save()
    owed = announce(
        room, OWED, date + dt.timedelta(days=1), company=house.association,
        tariffs=[_owed(house, room)])
    till, drawer = counters.make("Guichet d'été", 'ETE'), 0
    for performance, quantity, price in [
            (own, SOLD, PRICE), (owed, SOLD_FOR, PRICE_FOR)]:
        # What is in the drawer stays there.
        drawer += quantity * price
        _play(room, till, performance, quantity, drawer)
    _declare(room, own)
    _collect(room, own.date)
    _check_owed()


def _full(room):
    return {
        'name': "Plein tarif", 'kind': 'full', 'price': PRICE,
        'product': room.product}


def _owed(house, room):
    fee = books.service_product(
        house.cooperative, "Frais de billetterie", revenue='706')
    return {
        'name': "Plein tarif", 'kind': 'full', 'price': PRICE_FOR,
        'product': room.product, 'fee_mode': 'absorbed', 'fee_fixed': FEE,
        'fee_product': fee,
        'fee_party': Model.get('party.party')(house.cooperative.party.id)}


def _play(room, till, performance, quantity, drawer):
    "Sell for cash on the evening, count the drawer, close the performance"
    date = performance.date

    def at(hour):
        return tills.clock(dt.datetime.combine(date, dt.time(hour)))

    with books.on(date), tills.logged_in(room.lieu):
        with at(16):
            till.click('open_till')
        with at(18):
            wizard = Wizard('tibillet.boxoffice', [performance])
            wizard.form.lines[0].quantity = quantity
            wizard.execute('cash')
        with at(22):
            tills.close(till, {'20.00': int(drawer) // 20})
        with at(23):
            if performance.event.company == room.company:
                performance.click('close')
            else:
                performance.click('make_return')


def _declare(room, performance):
    "Mark what the ministry asks for as sent"
    Declaration = Model.get('tibillet.declaration')
    with tills.logged_in(room.lieu):
        declaration, = Declaration.find(
            [('performance', '=', performance.id)])
        declaration.click('send')


def _collect(room, date):
    "Freeze the worksheet of the tax on shows of the quarter"
    Worksheet = Model.get('tibillet.show.tax')
    with tills.logged_in(room.compta):
        worksheet = Worksheet(
            body='cnm', year=date.year, period=str((date.month + 2) // 3))
        worksheet.save()
        worksheet.click('compute')
        found = [line.amount for line in worksheet.lines]
        if found != [TAX]:
            raise ValueError(f"the tax on shows is {found}, not {TAX}")
        worksheet.click('freeze')


def _check_owed():
    Owed = Model.get('tibillet.boxoffice.owed')
    found = [owed.to_pay for owed in Owed.find([('to_pay', '!=', 0)])]
    if found != [DUE]:
        raise ValueError(f"the association is owed {found}, not {DUE}")
