"""Who of a waiting list is offered which of the places that are free.

Pure, without database.
"""
from dataclasses import dataclass

OFFER_HOURS = 24
STOP_HOURS = 48


@dataclass(frozen=True)
class Wanted:
    """What an entry of the list waits for

    allotment: of the places; None for those that are in none.
    partial: whether fewer places will do.
    """
    entry: int
    allotment: int
    quantity: int
    partial: bool

    def is_for(self, allotments):
        if self.allotment is None:
            return not allotments
        return self.allotment in allotments

    def get_quantity(self, free):
        "Return how many of so many free places it is offered"
        if self.partial:
            return min(self.quantity, free)
        return self.quantity if self.quantity <= free else 0


def first(places, quantity):
    return places[:quantity]


def share(free, wanted, choose=first):
    """Return the places that each entry is offered, entries in their order

    free: the allotments of each free place, the best places first.
    wanted: the entries, in the order of their arrival. Who wants all or
        nothing is passed over while too few places are free, and keeps his
        turn.
    choose: which of some places are best for so many people.
    """
    left, offers = dict(free), {}
    for each in wanted:
        own = [p for p, allotments in left.items() if each.is_for(allotments)]
        quantity = each.get_quantity(len(own))
        if quantity:
            offers[each.entry] = tuple(choose(own, quantity))
            for place in offers[each.entry]:
                del left[place]
    return offers
