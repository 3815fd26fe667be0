"""How tickets are paid and printed at the counter, whatever is sold."""
from tibillet_base.counter import (
    TO_PAY, CounterDoneMixin, CounterMixin, CounterPaymentLineMixin,
    CounterPaymentMixin, SeveralPaymentsMixin)

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.wizard import Button, StateReport, StateView

from . import ticket_writer
from .exceptions import (
    BoxOfficeClosedError, BoxOfficeMethodError, BoxOfficeSeatsError)
from .ticket_writer import Person


class BoxOfficePayment(CounterPaymentMixin, ModelView):
    __name__ = 'tibillet.boxoffice.payment'
    __string__ = "Box Office Payment"

    lines = fields.One2Many(
        'tibillet.boxoffice.payment.line', None, "Payments")


class BoxOfficePaymentLine(CounterPaymentLineMixin, ModelView):
    __name__ = 'tibillet.boxoffice.payment.line'
    __string__ = "Box Office Payment Line"


class BoxOfficeDone(CounterDoneMixin, ModelView):
    __name__ = 'tibillet.boxoffice.done'
    __string__ = "Box Office Done"


FREE = {'invisible': Eval('total', 0) > 0}


def get_start(model, view):
    "Return the first step of a wizard that sells"
    return StateView(model, view, [
            Button("Close", 'end', 'tryton-cancel'),
            Button("Free Entry", 'free', 'tryton-ok', states=FREE),
            Button("Several Payments", 'payment', 'tryton-list',
                states=TO_PAY),
            Button("Cheque", 'cheque', 'tryton-ok', states=TO_PAY),
            Button("Card", 'card', 'tryton-ok', states=TO_PAY),
            Button("Cash", 'cash', 'tryton-ok', default=True,
                states=TO_PAY),
            ])


class SellMixin(SeveralPaymentsMixin, CounterMixin):
    """A wizard that sells what its first step says, and prints the tickets

    Its get_items returns what is sold.
    """
    __slots__ = ()
    _closed = (
        BoxOfficeClosedError, 'tibillet_event.msg_box_office_closed')
    _no_method = (
        BoxOfficeMethodError, 'tibillet_event.msg_box_office_method_')

    payment = StateView(
        'tibillet.boxoffice.payment',
        'tibillet_event.boxoffice_payment_view_form', [
            Button("Back", 'start', 'tryton-back'),
            Button("Sell", 'several', 'tryton-ok', default=True),
            ])
    done = StateView(
        'tibillet.boxoffice.done',
        'tibillet_event.boxoffice_done_view_form', [
            Button("Print the Tickets", 'print_', 'tryton-print',
                default=True),
            ])
    print_ = StateReport('tibillet.ticket.roll')

    def sell(self, payments):
        start = self.start
        sale = self.make_order(
            start.point, start.uuid, list(self.get_items()), payments,
            'counter', self.get_person()).sale
        if not sale or not sale.change:
            return 'print_'
        self._tell(sale)
        return 'done'

    def get_person(self):
        start, party = self.start, self.start.party
        return Person(
            start.holder or (party.rec_name if party else None),
            party.id if party else None)

    def make_order(self, *args):
        "Sell, see ticket_writer.sell"
        return ticket_writer.sell(*args)

    def do_print_(self, action):
        pool = Pool()
        Operation = pool.get('tibillet.ticket.operation')
        ids = [o.ticket.id for o in Operation.search([
                    ('request', '=', self.start.uuid),
                    ], order=[('rank', 'ASC')])]
        return action, {'id': ids[0], 'ids': ids}

    def transition_print_(self):
        return 'end'


def choose_seats(performance, quantity):
    """Return the ids of the best seats side by side

    None where there are enough places without a number.
    """
    if not performance.is_seated:
        return None
    known = performance.get_unnumbered()
    if known['quantity'] - known['taken'] >= quantity:
        return None
    seats = [p.id for p in performance.propose_seats(quantity)]
    check_seats(seats, quantity)
    return seats


def check_seats(seats, quantity):
    "Refuse more or fewer seats than tickets"
    if len(seats) != quantity:
        raise BoxOfficeSeatsError(gettext(
                'tibillet_event.msg_box_office_seats',
                chosen=len(seats), quantity=quantity))
