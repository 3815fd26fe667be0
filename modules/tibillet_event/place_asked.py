"""What is asked of a hold of places, by whoever wants them."""
from trytond.i18n import gettext

from .exceptions import HoldUUIDMissingError, PlaceQuantityError


class Asked:
    "What is asked of a hold"

    def __init__(
            self, performance, allotment, quantity, seats, uuid, until,
            reference, sell_now, listed=False):
        self.performance = int(performance)
        self.allotment = int(allotment) if allotment is not None else None
        self.quantity = quantity
        self.seats = seats
        if seats is not None:
            self.seats = sorted({int(s) for s in seats})
        self.uuid = uuid
        self.until = until
        self.reference = reference
        self.sell_now = sell_now
        self.listed = listed
        if not uuid:
            raise HoldUUIDMissingError(
                gettext('tibillet_event.msg_hold_uuid'))
        if (not isinstance(quantity, int) or quantity < 1
                or seats is not None and len(self.seats) != quantity):
            raise PlaceQuantityError(gettext(
                    'tibillet_event.msg_place_quantity', quantity=quantity))

    def is_same(self, performance, allotment, quantity, named, places):
        return (
            performance == self.performance
            and allotment == self.allotment
            and quantity == self.quantity
            and bool(named) == (self.seats is not None)
            and (self.seats is None or sorted(places) == self.seats))
