"""What a promotional code takes off, of what, where and when.

Pure, without database. Amounts are Decimals in the currency, tax included;
instants are in UTC.
"""
import datetime as dt
import unicodedata
from dataclasses import dataclass
from decimal import Decimal

NOTHING = frozenset()


def normal(code):
    """Return a code as it is kept and compared

    Neither case nor spaces tell two codes apart, nor the way a keyboard
    writes an accent.
    """
    return ''.join(unicodedata.normalize('NFKC', code or '').upper().split())


@dataclass(frozen=True)
class PromotionRule:
    """What a promotion says of an order

    kind, value: see tariff_price.discounted.
    events, performances: where it is valid, everywhere when both are empty.
    tariffs: of which it takes off, all of them when empty.
    """
    id: int
    code: str
    kind: str
    value: Decimal
    channels: frozenset
    events: frozenset = NOTHING
    performances: frozenset = NOTHING
    tariffs: frozenset = NOTHING
    start: dt.datetime = None
    end: dt.datetime = None

    def get_refusal(
            self, event, performance, tariff, channel, now, free_price=False):
        """Return why it is refused, None if it is not

        free_price: whether the buyer chooses what to pay, and needs no code.
        """
        if self.events or self.performances:
            if (event not in self.events
                    and performance not in self.performances):
                return 'performance'
        if self.tariffs and tariff not in self.tariffs or free_price:
            return 'tariff'
        if channel not in self.channels:
            return 'channel'
        if self.start and now < self.start:
            return 'soon'
        if self.end and now >= self.end:
            return 'over'
        return None
