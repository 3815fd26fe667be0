"""Places of season passes: one lot for each date that is left."""
from dataclasses import dataclass

from tibillet_base import till_sql

from trytond.pool import Pool

from . import season_pass
from .tariff_price import ZERO, Price
from .ticket_lot import Item, Lot


@dataclass(frozen=True)
class PassItem:
    """Season passes, all for one person

    seats: (performance, the places) of the dates where they are chosen.
    """
    season_pass: int
    quantity: int
    seats: tuple = ()


class PassLot(Lot):
    "The places of one date"

    def __init__(self, till, item, uuid, order, part):
        self.order = order
        self.part = part
        super().__init__(till, item, uuid, None, None)

    def get_price(self, channel, now):
        # The pass decides where, when and for how much.
        return Price(self.part, self.part)


class PassOrder:
    "What is sold of one item: so many passes, with their lots"

    def __init__(self, till, item, uuid, channel, now):
        pool = Pool()
        Pass = pool.get('tibillet.pass')
        self.item, self.till = item, till
        record = Pass(int(item.season_pass))
        rule = record.get_rule()
        refusal = rule.get_refusal(channel, now)
        if refusal:
            record.refuse(refusal)
        seats = dict(item.seats)
        self.lots = [
            PassLot(
                till, Item(
                    date.performance.id, date.tariff.id, item.quantity,
                    seats=seats.get(date.performance.id)),
                f'{uuid}/{date.performance.id}', self, part)
            for date, part in zip(
                record.dates, rule.get_parts(now), strict=True)
            if part is not None]
        self.sales = None

    @property
    def price(self):
        "Of one pass"
        return sum((lot.part for lot in self.lots), ZERO)

    def make_sales(self, numbers, stamps):
        "Write the passes that are sold, by the numbers of their tickets"
        self.sales = till_sql.insert('tibillet.pass.sale', [{
                    'number': number,
                    'season_pass': int(self.item.season_pass),
                    'company': self.till.company,
                    'at': stamps['create_date'],
                    'price': self.price,
                    **stamps,
                    } for number in numbers])


def take(orders):
    "Count the passes, after the places and always in one order"
    for order in sorted(orders, key=lambda o: int(o.item.season_pass)):
        season_pass.take(int(order.item.season_pass), order.item.quantity)
