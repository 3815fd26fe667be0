"""A hold that one transaction changes."""
from tibillet_base.tools import cursor

from trytond.i18n import gettext
from trytond.model import fields

from .exceptions import (
    HoldExpiredError, HoldReleasedError, HoldSoldError, HoldUnknownError)
from .place_rows import Hold, places_of
from .place_sql import clock, for_update, forget, instant, table


class Locked:
    "A hold that no other transaction changes until this one ends"

    def __init__(self, uuid, now):
        hold = table('tibillet.place.hold')
        statement = cursor()
        statement.execute(*hold.select(
                hold.id, hold.performance, hold.until, hold.sold_at,
                hold.released_at, hold.allotment, hold.reference,
                clock().as_('now'),
                where=hold.uuid == uuid, for_=for_update()))
        row = statement.fetchone()
        if row is None:
            raise HoldUnknownError(
                gettext('tibillet_event.msg_hold_unknown', uuid=uuid))
        (self.id, self.performance, self.until, self.sold_at,
            self.released_at, self.allotment, self.reference,
            clock_time) = row
        self.uuid = uuid
        self.now = now or instant(clock_time)
        self.places = places_of(self.id)

    def answer(self):
        return Hold(
            self.id, self.uuid, self.performance, self.places, self.until)

    def check_open(self):
        if self.sold_at:
            raise HoldSoldError(gettext('tibillet_event.msg_hold_sold'))
        if self.released_at:
            raise HoldReleasedError(
                gettext('tibillet_event.msg_hold_released'))
        if self.until <= self.now:
            raise HoldExpiredError(gettext('tibillet_event.msg_hold_expired'))

    def check_places(self):
        "Refuse if another has taken one of its places"
        statement = cursor()
        statement.execute(*self._lock(self.places))
        if len(statement.fetchall()) < len(self.places):
            raise HoldExpiredError(gettext('tibillet_event.msg_hold_expired'))

    def _lock(self, ids):
        "Return the select that locks the places still its own, in one order"
        place = table('tibillet.place')
        return place.select(
            place.id,
            where=fields.SQL_OPERATORS['in'](place.id, ids)
            & (place.hold == self.id),
            order_by=place.id.asc, for_=for_update())

    def update_places(self, ids, was_sold=False, **values):
        "Change the places that are still its own"
        place = table('tibillet.place')
        cursor().execute(*place.update(
                [getattr(place, name) for name in values],
                list(values.values()),
                where=place.id.in_(self._lock(ids))
                & (place.hold == self.id)
                & (place.sold if was_sold else ~place.sold)))
        forget(self.performance, ids)

    def update(self, **values):
        hold = table('tibillet.place.hold')
        cursor().execute(*hold.update(
                [getattr(hold, name) for name in values],
                list(values.values()),
                where=hold.id == self.id))
        vars(self).update(values)
        forget(self.performance, holds=[self.id])
