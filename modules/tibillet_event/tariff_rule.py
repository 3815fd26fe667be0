"""What a tariff sells, where, when, how many and for how much.

Pure, without database. Amounts are Decimals in the currency, tax included;
instants are in UTC.
"""
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from tibillet.money import CENT, half_up

from .tariff_price import ZERO, Price, discounted, with_fee


@dataclass(frozen=True)
class Rule:
    """What a tariff says of an order

    channels: where it is sold, nowhere when it is not active.
    price: of a place; minimum: when the buyer chooses.
    fee_mode: none, added or absorbed, see tariff_price.
    """
    channels: frozenset
    price: Decimal
    free_price: bool = False
    minimum: Decimal = ZERO
    sale_start: dt.datetime = None
    sale_end: dt.datetime = None
    order_min: int = None
    order_max: int = None
    fee_mode: str = 'none'
    fee_fixed: Decimal = ZERO
    fee_rate: Decimal = ZERO
    quantum: Decimal = CENT

    def get_closed(self, channel, now):
        "Return why nothing is sold there and then, None if it is open"
        if channel not in self.channels:
            return 'channel'
        if self.sale_start and now < self.sale_start:
            return 'soon'
        if self.sale_end and now >= self.sale_end:
            return 'over'
        return None

    def get_refusal(self, quantity, channel, now, price=None):
        """Return why an order is refused, None if it is not

        price: the one that the buyer chooses, None for that of the tariff.
        """
        closed = self.get_closed(channel, now)
        if closed:
            return closed
        if quantity < (self.order_min or 1):
            return 'order_min'
        if self.order_max and quantity > self.order_max:
            return 'order_max'
        if price is not None and price != self.price:
            if not self.free_price:
                return 'price'
            if price < self.minimum:
                return 'minimum'
        return None

    @property
    def has_fee(self):
        return self.fee_mode in {'added', 'absorbed'}

    def get_price(self, price=None, promotion=None):
        """Return the Price of a place with its fee

        price: what the buyer chooses, that of the tariff by default.
        promotion: a PromotionRule, which takes off the price, and so off a
        fee that is a part of it.
        """
        if price is None:
            price = self.price
        else:
            price = half_up(price, self.quantum)
        if promotion:
            price = discounted(
                price, promotion.kind, promotion.value, self.quantum)
        if not self.has_fee:
            return Price(price, price)
        return with_fee(
            price, self.fee_mode, self.fee_fixed, self.fee_rate,
            self.quantum)
