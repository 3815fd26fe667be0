"""Places of a line of a sale: held by its quotation, sold by its order."""
from dataclasses import dataclass
from decimal import Decimal

from tibillet_base import till_vat

from trytond.i18n import gettext
from trytond.pool import Pool

from . import place_writer
from .exceptions import HoldExpiredError
from .sale_exceptions import SaleChangedError
from .tariff_price import Price
from .ticket_lot import Item, Lot

CHANNEL = 'quotation'


@dataclass(frozen=True)
class SaleItem(Item):
    """The places of a line, as its quotation has them

    line: of the sale; number: of the sale; hold: the uuid of the places.
    agreed: the price of each place; vat: that of all of them, zero for what
    is sold for another organiser.
    """
    line: int = None
    number: str = None
    hold: str = None
    agreed: Decimal = None
    vat: Decimal = None


class SaleLot(Lot):
    "The places of one line, at the price that was agreed"

    def __init__(self, till, item, uuid, channel, now):
        self.uuid, self.channel = uuid, channel
        super().__init__(till, item, uuid, channel, now)
        self.set_line(None, item.vat)

    def get_price(self, channel, now):
        # What is quoted is sold so, as long as its places are held.
        pool = Pool()
        Promotion = pool.get('tibillet.promotion')
        if self.item.code:
            self.promotion = Promotion.find(
                self.item.code, self.offer.organiser)
        return Price(self.item.agreed, self.item.agreed)

    def take_places(self, now):
        try:
            self.hold = place_writer.sell(self.item.hold, now=now)
        except HoldExpiredError:
            self._check_again(now)
            super().take_places(now)

    def _check_again(self, now):
        "Refuse what would not be quoted any more as it was"
        lot = Lot(self.till, self.item, self.uuid, self.channel, now)
        if lot.price != self.price or (
                self.offer.is_own and self.item.vat != get_vat(lot)):
            raise SaleChangedError(gettext(
                    'tibillet_event.msg_sale_changed',
                    sale=self.item.number,
                    performance=self.offer.performance_name))

    def operations(self, sale, user, uuid, now):
        for operation, place in super().operations(None, user, uuid, now):
            operation.update({
                    'sale_number': self.item.number,
                    'order_line': self.item.line,
                    })
            yield operation, place


def get_vat(lot):
    "Return the VAT that the company invoices for the places of a lot"
    if not lot.offer.is_own:
        return Decimal(0)
    return till_vat.of_amount(
        lot.price.admission * lot.item.quantity, lot.offer.rate, True,
        lot.till.quantum)
