"""Places that are sold out of an offer of a waiting list."""
from dataclasses import dataclass, replace

from trytond.i18n import gettext

from . import place_part
from .exceptions import WrongPerformanceError
from .ticket_lot import Item, Lot


@dataclass(frozen=True)
class OfferedItem(Item):
    "Places at a tariff, out of those that a hold of an offer has"
    hold: str = None


class OfferedLot(Lot):
    "The places of one item, which are held already"

    def take_places(self, now):
        self.hold = place_part.sell(
            self.item.hold, self.item.quantity, self.hold_uuid, now=now)
        if self.hold.performance != self.offer.performance:
            raise WrongPerformanceError(
                gettext('tibillet_event.msg_place_performance'))
        # Tickets say the seats.
        self.item = replace(self.item, seats=self.hold.places)
