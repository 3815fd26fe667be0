"""Sell at the counter what somebody of a waiting list was offered."""
from dataclasses import replace

from tibillet_base import tools
from tibillet_base.tools import SHOWN

from trytond.model import ModelView, fields
from trytond.pool import PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import without_check_access

from . import place_writer, ticket_writer
from .box_office import BoxOffice
from .offered_lot import OfferedItem


class Waiting(metaclass=PoolMeta):
    __name__ = 'tibillet.waiting'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons['sell'] = {
            'invisible': Eval('state') != 'offered',
            'icon': 'tryton-sale',
            'depends': ['state'],
            }

    @classmethod
    @ModelView.button_action('tibillet_event.wizard_waiting_sell')
    def sell(cls, entries):
        pass

    @without_check_access
    def take(self, point, uuid, items, payments, channel, person):
        """Sell places of the open offer at a till, and return the Order

        items: Item, what they cost; they may be fewer than was offered, the
        others are given back. The rest is as for ticket_writer.sell.
        """
        items = [
            OfferedItem(**{**vars(item), 'hold': self.hold.uuid})
            for item in items] if self.hold else []
        if self.request != uuid:
            self.claim(taken_at=tools.now(), request=uuid)
        order = ticket_writer.sell(
            point, uuid, items, payments, channel, person)
        place_writer.release(self.hold.uuid)
        return order


class BoxOfficeStart(metaclass=PoolMeta):
    __name__ = 'tibillet.boxoffice.start'

    offer = fields.Many2One(
        'tibillet.waiting', "Offered to",
        states={
            **SHOWN,
            'invisible': ~Eval('offer'),
            })
    offered = fields.Function(
        fields.Integer(
            "Places Offered",
            states={
                'invisible': ~Eval('offer'),
                }),
        'on_change_with_offered')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.performance.states = {'readonly': Bool(Eval('offer'))}

    @fields.depends('offer', '_parent_offer.offered')
    def on_change_with_offered(self, name=None):
        return self.offer.offered if self.offer else None

    @fields.depends('offer', '_parent_offer.offered', '_parent_offer.tariff')
    def _set_performance(self):
        super()._set_performance()
        if self.offer:
            # Its places are held already.
            self.seated = False
            for line in self.lines:
                if line.tariff == self.offer.tariff:
                    line.quantity = self.offer.offered
                    line.amount = line.on_change_with_amount()
            self.lines = self.lines


class WaitingSell(BoxOffice):
    __name__ = 'tibillet.waiting.sell'

    def default_start(self, fields):
        entry = self.record
        values = super().default_start(fields)
        values['seated'] = False
        values['offer'] = entry.id
        values['holder'] = entry.holder
        values['party'] = entry.party.id if entry.party else None
        return values

    def _get_performance(self):
        return self.record.performance

    def get_person(self):
        return replace(super().get_person(), email=self.record.email)

    def make_order(self, *args):
        return self.record.take(*args)
