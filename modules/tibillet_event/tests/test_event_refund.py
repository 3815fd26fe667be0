"""What an event says of giving its tickets back."""
import datetime as dt
import uuid
from decimal import Decimal
from unittest.mock import Mock, patch

from tibillet_event import event_refund, ticket_cancel
from tibillet_event.refund import Terms
from tibillet_event.ticket_exceptions import TicketRefundError

from trytond.model.exceptions import DomainValidationError
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction

from .records import create_sale, utc
from .ticket_records import D, TicketMixin

# The concert begins at half past eight in Paris, in summer.
START = utc('2099-07-10T18:30')


class EventRefundTestCase(TicketMixin, TestCase):

    def say(self, event=None, **values):
        Event = Pool().get('tibillet.event')
        Event.write([event or self.performance.event], values)

    def buy(self, quantity, *item):
        Ticket = Pool().get('tibillet.ticket')
        order = self.sell(
            f'buy {item}', self.item(quantity, *item), paid=20 * quantity)
        return Ticket.browse([t.id for t in order.tickets])

    def give_back(self, ticket, called_off=False):
        # What is refused is rolled back with its identifier.
        return ticket_cancel.cancel(
            self.till, str(uuid.uuid4()), [ticket], self.cash, Terms(),
            called_off)

    def at(self, now):
        "Let the event, and not the till, think it is another time"
        return patch.object(event_refund, 'tools', Mock(now=lambda: now))

    @with_transaction()
    def test_deadline(self):
        "Two days before the start is the last moment"
        self.open_box_office()
        self.say(refund='until', refund_hours=48)
        early, late = self.buy(2)
        for before, ticket in [
                (dt.timedelta(hours=48), late),
                (dt.timedelta(minutes=1), late),
                (-dt.timedelta(days=1), late)]:
            with self.subTest(before=before), self.at(START - before):
                with self.assertRaisesRegex(
                        TicketRefundError, "until 48 hours.*too late for"
                        ) as caught:
                    self.give_back(ticket)
                self.assertEqual(caught.exception.api_code, 'refund')
        self.assertEqual(late.state, 'valid')
        last = START - dt.timedelta(hours=48, seconds=1)
        with self.at(last):
            self.assertEqual(
                self.give_back(early).quote.given, D('20.00'))

    @with_transaction()
    def test_none(self):
        "Nothing is given back, but what is cancelled or postponed"
        self.open_box_office()
        self.say(refund='none')
        first, second, third = self.buy(3)
        with self.assertRaisesRegex(TicketRefundError, "not given back"):
            self.give_back(first)
        self.assertEqual(
            self.give_back(first, called_off=True).quote.given, D('20.00'))
        for state, ticket in [('cancelled', second), ('postponed', third)]:
            with self.subTest(state=state), patch.object(
                    type(self.performance), 'state', state):
                event_refund.check_refund([ticket])

    @with_transaction()
    def test_agreed(self):
        "An event that says nothing leaves it to who runs the venue"
        self.open_box_office()
        ticket, = self.buy(1)
        with self.at(START):
            self.assertEqual(
                self.give_back(ticket).quote.given, D('20.00'))

    @with_transaction()
    def test_terms(self):
        "What is kept is proposed, when the events agree"
        self.open_box_office()
        ticket, = self.buy(1)
        self.assertEqual(event_refund.get_terms([ticket]), Terms())
        self.say(
            refund_fixed=D('1.00'), refund_per_ticket=D('0.50'),
            refund_rate=D('0.1'), refund_with_fee=True)
        expected = Terms(D('1.00'), D('0.50'), D('0.1'), True)
        self.assertEqual(event_refund.get_terms([ticket]), expected)

        Wizard = Pool().get('tibillet.ticket.refund', type='wizard')
        Ticket = Pool().get('tibillet.ticket')
        session, state, _ = Wizard.create()
        with Transaction().set_context(
                active_model='tibillet.ticket', active_id=ticket.id,
                active_ids=[ticket.id]):
            found = Wizard.execute(session, {}, state)
        values = found['view']['defaults']
        self.assertEqual(
            [values[n] for n in ['fixed', 'per_ticket', 'rate', 'with_fee']],
            [D('1.00'), D('0.50'), D('0.1'), True])

        other = create_sale(10)
        self.say(other.event, refund_fixed=D('2.00'))
        tariff, = Pool().get('tibillet.tariff').copy(
            [self.full], default={'event': other.event.id})
        strange, = self.buy(1, tariff, other)
        self.assertEqual(
            event_refund.get_terms(Ticket.browse([ticket, strange])),
            Terms())

    @with_transaction()
    def test_bounds(self):
        "No event keeps less than nothing, nor more than all"
        self.open_box_office()
        for values in [
                {'refund_fixed': D('-1.00')}, {'refund_rate': D('1.01')},
                {'refund_per_ticket': D('-0.01')},
                {'refund': 'until', 'refund_hours': -1},
                {'refund_rate': Decimal('-0.1')}]:
            with self.subTest(values), \
                    self.assertRaises(DomainValidationError):
                self.say(**values)
