"""Which lots are consumed: the oldest first.

Whole numbers of smallest units, without a database.
"""
from collections import namedtuple

# left: units not consumed yet.
Lot = namedtuple('Lot', ['id', 'date', 'left'])


class LotsMissing(ValueError):
    """There is less in the lots than is asked

    missing: units.
    """

    def __init__(self, missing):
        super().__init__(f"{missing} units are missing")
        self.missing = missing


def consume(lots, units):
    """Return (id, units taken) of the lots that give so many units.

    lots: Lot, in any order; the oldest date first, then the smallest id.
    units: positive.
    Raise LotsMissing if they hold less.
    """
    if units <= 0:
        raise ValueError(f"{units} is not positive")
    taken, missing = [], units
    for lot in sorted(lots, key=lambda lot: (lot.date, lot.id)):
        part = min(lot.left, missing)
        if part > 0:
            taken.append((lot.id, part))
            missing -= part
        if not missing:
            return taken
    raise LotsMissing(missing)
