"""Tickets that are cancelled: place, money and journal go back together."""
from unittest.mock import patch

from tibillet_base import tools
from tibillet_event import tariff_count, ticket_cancel
from tibillet_event.exceptions import (
    TicketEmptyError, TicketRetainedError, TicketStateError, TicketUUIDError)
from tibillet_event.refund import Terms

from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .ticket_records import D, Person, TicketMixin


class TicketCancelTestCase(TicketMixin, TestCase):

    def cancel(self, uuid, tickets, method=None, **terms):
        return ticket_cancel.cancel(
            self.till, uuid, tickets, method or self.cash, Terms(**terms))

    @with_transaction()
    def test_one_of_four(self):
        "Cancelling one of four tickets refunds one"
        self.open_box_office()
        order = self.sell('four', self.item(4), paid='80')
        one = order.tickets[1]
        refund = self.cancel('back', [one.id])
        self.assertEqual(refund.quote.given, D('20.00'))
        self.assertEqual(refund.sale.total, D('-20.00'))
        self.assertEqual(self.performance.places_sold, 3)
        Ticket = Pool().get('tibillet.ticket')
        self.assertEqual(
            [t.state for t in Ticket.search([], order=[('id', 'ASC')])],
            ['valid', 'cancelled', 'valid', 'valid'])
        operation = self.operations()[-1]
        self.assertEqual(
            (operation.kind, operation.rank, operation.paid,
                operation.cancelled.number),
            ('cancellation', 5, D('-20.00'), one.number))
        line, = operation.sale.lines
        self.assertEqual(
            (line.quantity, line.revenue_account, line.vat_tax),
            (-1, self.deferred, self.show_tax))
        payment, = operation.sale.payments
        self.assertEqual(payment.amount, D('-20.00'))
        # The place is for sale again, the ticket is not valid twice.
        again = self.sell('again', self.item(97), paid='1940')
        self.assertEqual(len(again.tickets), 97)

    @with_transaction()
    def test_order(self):
        "What is limited is given back in the order in which it is taken"
        self.open_box_office()
        tariffs = [
            self.make_tariff(name, '10.00', number=9, person_max=9)
            for name in ["First", "Second", "Third"]]
        rows = []

        class Cursor:
            def __init__(self):
                self.cursor = tools.cursor()

            def execute(self, query, params):
                if query.startswith('UPDATE'):
                    _, *row = params[:4]
                    rows.append(row)
                self.cursor.execute(query, params)

            @property
            def rowcount(self):
                return self.cursor.rowcount

        with patch.object(tariff_count, 'cursor', Cursor):
            order = self.sell(
                'a', *(self.item(1, t) for t in reversed(tariffs)),
                paid='30.00', person=Person("Léa", email='lea@example.org'))
            # A row that is not there yet is raised again once it is made.
            taken = rows[1::2]
            rows.clear()
            self.cancel('b', [t.id for t in order.tickets])
        self.assertEqual(len(taken), 6)
        self.assertEqual(rows, taken)

    @with_transaction()
    def test_replay(self):
        "The same request gives back once"
        self.open_box_office()
        order = self.sell('two', self.item(2), paid='40')
        ids = [t.id for t in order.tickets]
        first = self.cancel('back', ids)
        self.assertEqual(self.cancel('back', ids), first)
        self.assertEqual(len(self.operations(kind='cancellation')), 2)
        with self.assertRaises(TicketUUIDError):
            self.cancel('back', ids[:1])
        with self.assertRaises(TicketStateError) as caught:
            self.cancel('other', ids)
        self.assertEqual(caught.exception.api_code, 'not_valid')

    @with_transaction()
    def test_kept(self):
        "A part may be kept, which is a sale of its own"
        self.open_box_office()
        order = self.sell('two', self.item(2), paid='40')
        ids = [t.id for t in order.tickets]
        terms = {'per_ticket': D('1.50')}
        with self.assertRaises(TicketRetainedError):
            self.cancel('back', ids, **terms)

    @with_transaction()
    def test_kept_product(self):
        "What is kept has the VAT of its product"
        self.open_box_office()
        Configuration = Pool().get('tibillet.ticket.configuration')
        Configuration(1, retained_product=self.product).save()
        order = self.sell('two', self.item(2), paid='40')
        ids = [t.id for t in order.tickets]
        terms = {'per_ticket': D('1.50')}
        self.assertEqual(
            ticket_cancel.simulate(
                self.company, ids, Terms(**terms)).given,
            D('37.00'))
        refund = self.cancel('back', ids, **terms)
        self.assertEqual(refund.sale.total, D('-37.00'))
        back, kept = self.operations()[-1].sale.lines
        self.assertEqual(back.quantity, -2)
        self.assertEqual(kept.vat_rate, D('0.2'))
        self.assertEqual(kept.vat_base + kept.vat_amount, D('3.00'))

    @with_transaction()
    def test_fee(self):
        "The fee stays with who earned it, unless it is given back too"
        self.open_box_office()
        tariff = self.make_tariff(
            "Fee", '20.00', fee_mode='added', fee_fixed=D('1.20'),
            fee_product=self.product.id)
        order = self.sell('two', self.item(2, tariff), paid='42.40')
        first, second = [t.id for t in order.tickets]
        self.assertEqual(
            self.cancel('a', [first]).quote.given, D('20.00'))
        self.assertEqual(
            self.cancel('b', [second], with_fee=True).quote.given,
            D('21.20'))
        self.assertEqual(
            [(o.fee, o.paid) for o in self.operations(kind='cancellation')],
            [(D('0'), D('-20.00')), (D('-1.20'), D('-21.20'))])

    @with_transaction()
    def test_free(self):
        "A free entry is cancelled without a sale"
        self.open_box_office()
        free = self.make_tariff("Guest", '0', kind='free')
        order = self.sell('guest', self.item(1, free))
        refund = self.cancel('back', [t.id for t in order.tickets])
        self.assertIsNone(refund.sale)
        self.assertEqual(
            [o.kind for o in self.operations()], ['free', 'cancellation'])
        self.assertEqual(self.performance.places_sold, 0)

    @with_transaction()
    def test_limits(self):
        "What is cancelled may be sold again within the limits"
        self.open_box_office()
        member = self.make_tariff("Member", '10', person_max=2, number=2)
        lea = Person("Léa", email='lea@example.org')
        order = self.sell(
            'a', self.item(2, member), paid='20', person=lea)
        self.cancel('back', [order.tickets[0].id])
        again = self.sell(
            'b', self.item(1, member), paid='10', person=lea)
        self.assertEqual(len(again.tickets), 1)

    @with_transaction()
    def test_refused(self):
        self.open_box_office()
        with self.assertRaises(TicketEmptyError):
            self.cancel('nothing', [])

    @with_transaction()
    def test_balance(self):
        "What is sold and all given back is nothing, to the cent"
        self.open_box_office()
        order = self.sell('three', self.item(3), paid='60')
        for number, ticket in enumerate(order.tickets):
            self.cancel(f'back-{number}', [ticket.id])
        operations = self.operations()
        for name in ['admission', 'fee', 'paid']:
            self.assertEqual(
                sum(getattr(o, name) for o in operations), 0, name)
        # 60.00 hold 3.13 of VAT, three times 20.00 hold 1.04: as the till.
        Tax = Pool().get('tibillet.till.sale.tax')
        self.assertEqual(sum(o.vat for o in operations), D('0.01'))
        self.assertEqual(sum(t.amount for t in Tax.search([])), D('0.01'))
