"""Groups: fewer places before a day, and the names of who comes later."""
import uuid

from sql.conditionals import Case
from tibillet_base import till_vat, tools
from tibillet_base.tools import SHOWN, cursor, forget, table

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Bool, Eval
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateTransition, StateView, Wizard

from . import group_names, place_part, place_writer, ticket_offer
from .change_mail import format_date
from .sale_exceptions import (
    GroupDeadlineError, GroupNamesError, GroupQuantityError, GroupStateError)
from .sale_line import get_unit_price


class Sale(metaclass=PoolMeta):
    __name__ = 'sale.sale'

    fewer_until = fields.Date(
        "Fewer Places Until",
        states={
            'readonly': Eval('state') != 'draft',
            },
        help="This day included, the group may say that fewer come; leave "
        "empty for as long as the places are held.")
    names_until = fields.Date(
        "Names Until",
        states={
            'readonly': ~Eval('state').in_(['draft', 'quotation']),
            },
        help="This day included, the names of who comes may be given; leave "
        "empty for until the start.")

    has_tickets = fields.Function(
        fields.Boolean("Has Tickets"), 'get_has_tickets')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls._buttons.update({
                'reduce_places': {
                    'invisible': (
                        (Eval('state') != 'quotation')
                        | ~Bool(Eval('places_until'))),
                    'depends': ['state', 'places_until'],
                    },
                'name_people': {
                    'invisible': ~Eval('has_tickets'),
                    'depends': ['has_tickets'],
                    },
                })

    def get_has_tickets(self, name):
        return any(line.ticket_operations for line in self.place_lines)

    @classmethod
    @ModelView.button_action('tibillet_event.wizard_sale_reduce')
    def reduce_places(cls, sales):
        pass

    @classmethod
    @ModelView.button_action('tibillet_event.wizard_sale_names')
    def name_people(cls, sales):
        pass

    @classmethod
    def check_modification(cls, mode, sales, values=None, external=False):
        super().check_modification(
            mode, sales, values=values, external=external)
        if mode == 'write' and external and 'fewer_until' in values:
            for sale in sales:
                # It was agreed with the group.
                if sale.state != 'draft':
                    sale._refuse_state()

    def _refuse_state(self):
        raise GroupStateError(gettext(
                'tibillet_event.msg_group_state', sale=self.rec_name))

    def _check_day(self, last):
        if last and tools.today(self.company) > last:
            raise GroupDeadlineError(gettext(
                    'tibillet_event.msg_group_deadline',
                    sale=self.rec_name, date=format_date(last)))

    @without_check_access
    def keep_places(self, quantities):
        """Hold fewer places, at the price that was agreed

        quantities: how many are kept, by line. All of it or nothing.
        """
        pool = Pool()
        Line = pool.get('sale.line')
        tools.take_turn(self.__class__, [self.id])
        if self.state != 'quotation':
            self._refuse_state()
        self._check_day(self.fewer_until)
        changed = []
        # In one order, so that nobody waits for who waits for him.
        for line in sorted(quantities, key=int):
            if line.sale != self or not line.hold:
                self._refuse_state()
            if line.keep_places(quantities[line]):
                changed.append(line)
        Line.save(changed)

    @without_check_access
    def set_names(self, line, names):
        "Write the names on the tickets of a line, the first ones first"
        pool = Pool()
        Ticket = pool.get('tibillet.ticket')
        if line.sale != self:
            self._refuse_state()
        self._check_day(self.names_until)
        if tools.now() >= line.performance.start:
            raise GroupDeadlineError(gettext(
                    'tibillet_event.msg_group_started',
                    performance=line.performance.rec_name))
        tickets = line.get_valid_tickets()
        long = group_names.get_long(names)
        if not names or len(names) > len(tickets) or long:
            raise GroupNamesError(gettext(
                    'tibillet_event.msg_group_long' if long
                    else 'tibillet_event.msg_group_names',
                    name=long, most=group_names.LENGTH_MAX,
                    names=len(names), tickets=len(tickets)))
        ticket = table('tibillet.ticket')
        named = dict(zip([t.id for t in tickets], names, strict=False))
        cursor().execute(*ticket.update(
                [ticket.holder, ticket.write_date],
                [Case(*[(ticket.id == id_, name)
                        for id_, name in named.items()],
                        else_=ticket.holder),
                    tools.now()],
                where=fields.SQL_OPERATORS['in'](ticket.id, list(named))
                & (ticket.state == 'valid')))
        forget(Ticket, list(named))


class SaleLine(metaclass=PoolMeta):
    __name__ = 'sale.line'

    def get_valid_tickets(self):
        "Return the tickets that were sold, in the order of their numbers"
        return sorted(
            {o.ticket for o in self.ticket_operations
                if o.ticket and o.ticket.state == 'valid'},
            key=lambda ticket: ticket.id)

    def keep_places(self, quantity):
        "Hold so many of the places, return whether they are fewer"
        before = int(self.quantity)
        if not isinstance(quantity, int) or not 1 <= quantity <= before:
            raise GroupQuantityError(gettext(
                    'tibillet_event.msg_group_quantity',
                    quantity=quantity, before=before,
                    performance=self.performance.rec_name))
        if quantity == before:
            return False
        offer = ticket_offer.get(
            self.performance.id, self.tariff.id, self.sale.company.id)
        if quantity < (offer.rule.order_min or 1):
            self.tariff.refuse('order_min', self.performance)
        own = uuid.uuid5(
            uuid.NAMESPACE_URL, f'{self.hold.uuid}/{quantity}')
        hold = place_part.keep(
            self.hold.uuid, quantity, str(own), now=tools.now())
        place_writer.release(self.hold.uuid)
        self.hold = hold.id
        if self.seats:
            self.seats = hold.places
        self.quantity = quantity
        amount = self.place_price * quantity
        self.place_vat = till_vat.of_amount(
            amount, offer.rate, True, self.sale.currency.rounding
            ) if offer.is_own else amount * 0
        self.unit_price = get_unit_price(amount - self.place_vat, quantity)
        return True


class ReduceStart(ModelView):
    __name__ = 'tibillet.sale.reduce.start'
    __string__ = "Sale Reduce Start"

    lines = fields.One2Many('tibillet.sale.reduce.line', None, "Places")


class ReduceLine(ModelView):
    __name__ = 'tibillet.sale.reduce.line'
    __string__ = "Sale Reduce Line"

    line = fields.Many2One('sale.line', "Line", states=SHOWN)
    performance = fields.Many2One(
        'tibillet.performance', "Performance", states=SHOWN)
    tariff = fields.Many2One('tibillet.tariff', "Tariff", states=SHOWN)
    held = fields.Integer("Held", states=SHOWN)
    quantity = fields.Integer("Who Come", required=True)


class Reduce(Wizard):
    __name__ = 'tibillet.sale.reduce'

    start = StateView(
        'tibillet.sale.reduce.start',
        'tibillet_event.sale_reduce_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Hold Fewer", 'reduce', 'tryton-ok', default=True),
            ])
    reduce = StateTransition()

    def default_start(self, fields):
        return {
            'lines': [{
                    'line': line.id,
                    'performance': line.performance.id,
                    'tariff': line.tariff.id,
                    'held': int(line.quantity),
                    'quantity': int(line.quantity),
                    } for line in self.record.place_lines],
            }

    def transition_reduce(self):
        self.record.keep_places({
                line.line: line.quantity for line in self.start.lines})
        return 'end'

    def end(self):
        return 'reload'


class NamesStart(ModelView):
    __name__ = 'tibillet.sale.names.start'
    __string__ = "Sale Names Start"

    sale = fields.Many2One('sale.sale', "Sale", states=SHOWN)
    line = fields.Many2One(
        'sale.line', "Places", required=True,
        domain=[
            ('sale', '=', Eval('sale', -1)),
            ('performance', '!=', None),
            ])
    tickets = fields.Function(
        fields.Integer("Tickets"), 'on_change_with_tickets')
    names = fields.Text(
        "Names", required=True,
        help="One on each line, in the order of the tickets; what has no "
        "name yet keeps that of the group.")

    @fields.depends('line')
    def on_change_with_tickets(self, name=None):
        return len(self.line.get_valid_tickets()) if self.line else None


class Names(Wizard):
    __name__ = 'tibillet.sale.names'

    start = StateView(
        'tibillet.sale.names.start',
        'tibillet_event.sale_names_start_view_form', [
            Button("Cancel", 'end', 'tryton-cancel'),
            Button("Write on the Tickets", 'write_', 'tryton-ok',
                default=True),
            ])
    write_ = StateTransition()

    def default_start(self, fields):
        lines = self.record.place_lines
        return {
            'sale': self.record.id,
            'line': lines[0].id if lines else None,
            }

    def transition_write_(self):
        self.record.set_names(
            self.start.line, group_names.read(self.start.names))
        return 'end'
