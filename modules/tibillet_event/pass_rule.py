"""What a season pass says: its price, its dates, what may be given back.

Pure, without database. Amounts are Decimals in the currency, tax included;
instants are in UTC.
"""
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from tibillet.money import CENT

from .tariff_price import pass_parts

HOUR = dt.timedelta(hours=1)


@dataclass(frozen=True)
class PassDate:
    """A performance of a pass

    value: its usual price, which its part of the price follows.
    called_off: it does not take place, and is of no pass any more.
    """
    performance: int
    start: dt.datetime
    value: Decimal
    called_off: bool = False


@dataclass(frozen=True)
class PassRule:
    """What a pass says of an order

    price: for all its dates.
    late: when dates have passed, prorata, full or closed.
    """
    price: Decimal
    dates: tuple
    channels: frozenset
    late: str = 'prorata'
    start: dt.datetime = None
    end: dt.datetime = None
    quantum: Decimal = CENT

    def get_left(self, now):
        "Tell of each date whether who buys now is there"
        return [
            date.start > now and not date.called_off for date in self.dates]

    def get_refusal(self, channel, now):
        "Return why it is not sold there and then, None if it is"
        if channel not in self.channels:
            return 'channel'
        if self.start and now < self.start:
            return 'soon'
        if self.end and now >= self.end:
            return 'over'
        if not any(self.get_left(now)):
            return 'past'
        if self.late == 'closed' and any(
                date.start <= now and not date.called_off
                for date in self.dates):
            return 'begun'
        return None

    def get_parts(self, now):
        """Return what each date gets of what is paid now, None if it is not
        in the pass any more

        A date that was called off is always taken off the price; one that
        has passed too, unless the pass costs the same all the season.
        """
        values = [date.value for date in self.dates]
        left = self.get_left(now)
        if self.late == 'full':
            kept = [not date.called_off for date in self.dates]
        else:
            kept = left
        due = sum(pass_parts(self.price, values, kept, self.quantum))
        parts = iter(pass_parts(
                due, [v for v, still in zip(values, left, strict=True)
                    if still], quantum=self.quantum))
        return [next(parts) if still else None for still in left]


@dataclass(frozen=True)
class ExchangeRule:
    """Whether a date of a pass is exchanged for another one

    kind: none, event for another date of the same show, or any.
    hours: before the start of the one that is given back.
    number: how often for a pass, None for no limit.
    """
    kind: str = 'none'
    hours: int = 0
    number: int = None

    def get_refusal(self, start, now, same_event=True, done=0):
        """Return why it is refused, None if it is not

        start: of the date that is given back; done: how often before.
        """
        if self.kind == 'none':
            return 'none'
        if now + (self.hours or 0) * HOUR >= start:
            return 'late'
        if self.number is not None and done >= self.number:
            return 'number'
        if self.kind == 'event' and not same_event:
            return 'event'
        return None


@dataclass(frozen=True)
class RefundRule:
    """Whether what was paid for a pass is given back

    kind: none, whole for the pass before its first date, or date for each
    date by itself.
    hours: before the start.
    """
    kind: str = 'none'
    hours: int = 0

    def get_refusal(self, starts, now, whole):
        """Return why it is refused, None if it is not

        starts: of the dates that are given back; whole: whether they are all
        that is valid of the pass.
        """
        if self.kind == 'none':
            return 'none'
        if self.kind == 'whole' and not whole:
            return 'whole'
        if now + (self.hours or 0) * HOUR >= min(starts):
            return 'late'
        return None
