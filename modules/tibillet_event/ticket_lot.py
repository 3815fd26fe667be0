"""Places that an order asks for: what they cost and where they come from."""
import datetime as dt
import uuid as uuids
from collections import Counter
from dataclasses import dataclass, replace
from decimal import Decimal

from tibillet_base import till_vat
from tibillet_base.till_writer import Sold
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool

from tibillet.shares import split

from . import place_writer, promotion, ticket_offer
from .exceptions import PlaceQuantityError, TicketTillError

# The places are sold in the transaction that takes them.
HOLD = dt.timedelta(minutes=5)
ZERO = Decimal(0)


@dataclass(frozen=True)
class Item:
    """Places at a tariff

    price: of each, for a free price.
    allotment: they are taken from; seats: these very places.
    code: of a promotion.
    """
    performance: int
    tariff: int
    quantity: int
    price: Decimal = None
    allotment: int = None
    seats: tuple = None
    code: str = None


class Till:
    "What is known of a till that sells tickets"

    def __init__(self, point):
        pool = Pool()
        Point = pool.get('sale.point')
        self.id = int(point)
        self.company, tax_included = Point.get_identity(point)
        self.quantum, _ = Point.get_till_settings(self.company)
        if not tax_included:
            raise TicketTillError(gettext(
                    'tibillet_event.msg_ticket_till_tax',
                    till=Point(self.id).rec_name))


class Lot:
    """Places of one item, at one price each

    promotion: the PromotionRule of the code.
    order: what they are sold with, see pass_lot.PassOrder.
    """
    promotion = order = None

    def __init__(self, till, item, uuid, channel, now):
        self.till = till
        self.item = item
        if item.seats is not None and len({*item.seats}) != item.quantity:
            raise PlaceQuantityError(gettext(
                    'tibillet_event.msg_box_office_seats',
                    chosen=len({*item.seats}), quantity=item.quantity))
        self.offer = ticket_offer.get(
            int(item.performance), int(item.tariff), till.company)
        self.price = self.get_price(channel, now)
        self.hold_uuid = str(uuids.uuid5(uuids.NAMESPACE_URL, uuid))
        self.hold = None
        self.line = self.fee_line = self.base = self.vat = None

    def get_price(self, channel, now):
        "Return the Price of each, refuse what the tariff or the code does not"
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        Tariff = pool.get('tibillet.tariff')
        rule, item = self.offer.rule, self.item
        refusal = rule.get_refusal(item.quantity, channel, now, item.price)
        if refusal:
            Tariff(self.offer.tariff).refuse(
                refusal, Performance(self.offer.performance))
        self.promotion = self._get_promotion(channel, now)
        return rule.get_price(item.price, self.promotion)

    def _get_promotion(self, channel, now):
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        Promotion = pool.get('tibillet.promotion')
        Tariff = pool.get('tibillet.tariff')
        if not self.item.code:
            return None
        offer = self.offer
        promotion = Promotion.find(self.item.code, offer.organiser)
        refusal = promotion.get_refusal(
            offer.event, offer.performance, offer.tariff, channel, now,
            offer.rule.free_price)
        if refusal:
            Promotion(promotion.id).refuse(
                refusal, Performance(offer.performance),
                Tariff(offer.tariff))
        return promotion

    @property
    def price_before(self):
        "What each would have cost without the code, None if there is none"
        if self.promotion:
            return self.offer.rule.get_price(self.item.price).paid

    @property
    def rank(self):
        "What lots are taken in the order of, so that nobody waits for another"
        return (self.offer.performance, self.offer.tariff, self.hold_uuid)

    def take_places(self, now):
        self.hold = self.hold_places(now + HOLD, now, sell_now=True)

    def hold_places(self, until, now, reference=None, sell_now=False):
        item = self.item
        hold, wanted = place_writer.hold, item.quantity
        if item.seats is not None:
            hold, wanted = place_writer.hold_seats, item.seats
        return hold(
            self.offer.performance, item.allotment, wanted, self.hold_uuid,
            until, reference, now=now, sell_now=sell_now)

    def sold(self):
        "Return what the till sells, the admission first"
        offer, quantity = self.offer, Decimal(self.item.quantity)
        if self.price.admission:
            facts = offer.facts
            if self.promotion:
                facts = replace(
                    facts, label=f'{facts.label}, {self.promotion.code}')
            yield Sold(
                offer.product, quantity, self.price.admission, facts)
        if self.price.fee:
            yield Sold(
                offer.fee_product, quantity, self.price.fee, offer.fee_facts)

    def set_line(self, line, vat):
        "Share the VAT of the line of the till between its tickets"
        quantity = self.item.quantity
        if not self.offer.is_own:
            # Of the organiser, who declares it.
            vat = till_vat.of_amount(
                self.price.admission * quantity, self.offer.rate, True,
                self.till.quantum)
        self.line = line
        self.vat = split(vat, [1] * quantity, self.till.quantum)
        self.base = [self.price.admission - v for v in self.vat]

    def operations(self, sale, user, uuid, now):
        "Return the operation of each ticket, not numbered yet"
        offer = self.offer
        names = _get_place_names(self.hold.places, self.item.seats)
        free = not self.price.paid
        for index, place in enumerate(self.hold.places):
            yield {
                'company': self.till.company,
                'point': self.till.id,
                'at': now,
                'kind': 'free' if free else 'sale',
                'user': user,
                'request': uuid,
                'ticket_uuid': str(uuids.uuid4()),
                'cancelled': None,
                'cancelled_number': None,
                'performance': offer.performance,
                'tariff': offer.tariff,
                'organiser': offer.organiser,
                **offer.names,
                'starts_at': offer.starts_at,
                'place_name': names[place],
                'admission': self.price.admission,
                'vat_rate': offer.rate,
                'base': self.base[index] if self.base else ZERO,
                'vat': self.vat[index] if self.vat else ZERO,
                'fee': self.price.fee,
                'paid': self.price.paid,
                'sale': sale.id if sale and not free else None,
                'sale_number': sale.number if sale and not free else None,
                'sale_line': self.line,
                'fee_line': self.fee_line,
                }, place

    def ticket(self, operation, place, person, **values):
        "Return the ticket of an operation"
        return {
            'number': operation['number'],
            'uuid': operation['ticket_uuid'],
            'company': self.till.company,
            'performance': self.offer.performance,
            'place': place,
            'tariff': self.offer.tariff,
            'hold': self.hold.id,
            'paid': operation['paid'],
            'promotion': self.promotion.id if self.promotion else None,
            'price_before': self.price_before,
            'pass_sale': None,
            'state': 'valid',
            'prints': 0,
            'holder': person.name,
            'party': person.party,
            'email': person.address,
            **values,
            }


def _get_place_names(ids, seats):
    """Return what tickets say of places, by id

    seats: those that were chosen, None if any place was good.
    """
    unreserved = gettext('tibillet_event.msg_place_unreserved')
    if seats is None:
        return dict.fromkeys(ids, unreserved)
    place = table('tibillet.place')
    statement = cursor()
    statement.execute(*place.select(
            place.id, place.zone, place.row, place.seat,
            where=fields.SQL_OPERATORS['in'](place.id, list(ids))))
    return {
        id_: ' '.join([zone, row, seat]) if seat else unreserved
        for id_, zone, row, seat in statement}


def set_sale(lots, sale):
    "Give each lot its lines of the sale of the till"
    lines = iter(sale.lines)
    for lot in lots:
        if lot.price.admission:
            lot.set_line(*next(lines))
        if lot.price.fee:
            lot.fee_line, _ = next(lines)


def take_promotions(lots):
    "Count the uses of codes, after the places and always in one order"
    uses = Counter()
    for lot in lots:
        if lot.promotion:
            uses[lot.promotion.id] += lot.item.quantity
    for id_, quantity in sorted(uses.items()):
        promotion.take(id_, quantity)
