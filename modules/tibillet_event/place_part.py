"""Let a part of the places of a hold go to another hold.

    place_part.sell(uuid, 2, own, now)      # two of those that were offered
    place_part.keep(uuid, 20, own, now)     # a group of thirty is only twenty

What a hold was given stays written in it: the places that are kept go to a
hold of their own, and who calls releases the first one.
"""
from tibillet_base.tools import cursor

from trytond.i18n import gettext
from trytond.model import fields

from .place_asked import Asked
from .place_locked import Locked
from .place_rows import Hold, give, open_, replay
from .place_sql import for_update, forget, table
from .place_writer import check_on_sale
from .waiting_exceptions import PlacePartError


def sell(uuid, quantity, own, now=None):
    "Sell some of the places of an open hold, and return the Hold of them"
    return _move(uuid, quantity, own, True, now)


def keep(uuid, quantity, own, now=None):
    "Hold some of the places of an open hold by another one, as long"
    return _move(uuid, quantity, own, False, now)


def _move(uuid, quantity, own, sell_now, now):
    locked = Locked(uuid, now)
    asked = Asked(
        locked.performance, locked.allotment, quantity, None, own,
        locked.until, locked.reference, sell_now)
    id_ = open_(asked, now)
    if id_ is None:
        return replay(asked)
    locked.check_open()
    if sell_now:
        check_on_sale(locked.performance, locked.now)
    place = table('tibillet.place')
    statement = cursor()
    statement.execute(*place.select(
            place.id, where=(place.hold == locked.id) & ~place.sold,
            order_by=place.id.asc, limit=quantity, for_=for_update()))
    ids = [place_id for place_id, in statement]
    if len(ids) < quantity:
        raise PlacePartError(gettext(
                'tibillet_event.msg_place_part',
                quantity=quantity, left=len(ids)))
    give(
        asked, id_, locked.until, ids, place,
        fields.SQL_OPERATORS['in'](place.id, ids))
    forget(asked.performance, ids, [id_])
    return Hold(id_, own, asked.performance, tuple(ids), locked.until)
