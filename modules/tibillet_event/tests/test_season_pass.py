"""Season passes: tickets, sums, exchange and refund."""
import datetime as dt
from unittest.mock import patch

from tibillet_base import tools
from tibillet_event import ticket_cancel, ticket_exchange
from tibillet_event.exceptions import (
    PassBegunError, PassChannelError, PassDateError, PassExchangeError,
    PassPastError, PassRefundError, PassSoldOutError, PassValidationError,
    PlaceQuantityError, SoldOutError, TicketStateError, TicketUUIDError)
from tibillet_event.pass_lot import PassItem
from tibillet_event.refund import Terms

from trytond.model.exceptions import AccessError
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .ticket_records import D, Person, TicketMixin

HOUR = dt.timedelta(hours=1)
LEA = Person("Léa")


class SeasonPassTestCase(TicketMixin, TestCase):

    def open_season(self, price='50.00', count=3, capacity=10, **values):
        "Open a box office and a pass for as many evenings, a week apart"
        pool = Pool()
        Pass = pool.get('tibillet.pass')
        Performance = pool.get('tibillet.performance')
        self.open_box_office(capacity)
        self.tariff = self.make_tariff(
            "Pass", '15.00', kind='pass', channels=[])
        self.dates = [self.performance]
        with set_company(self.company):
            while len(self.dates) < count:
                last = self.dates[-1]
                date, = Performance.copy([last], default={
                        'date': last.date + dt.timedelta(days=7),
                        'end_date': last.end_date + dt.timedelta(days=7)})
                Performance.set_capacity([date], capacity)
                Performance.put_on_sale([date])
                self.dates.append(Performance(date.id))
            self.season, = Pass.create([{
                        'name': "Season", 'company': self.company.id,
                        'price': D(price),
                        'dates': [('create', [{
                                        'performance': date.id,
                                        'tariff': self.tariff.id,
                                        'value': D('15.00'),
                                        } for date in self.dates])],
                        **values}])

    def buy(self, uuid, quantity=1, paid='50.00', **values):
        values.setdefault('person', LEA)
        return self.sell(
            uuid, PassItem(self.season.id, quantity), paid=paid, **values)

    def tickets(self, order):
        Ticket = Pool().get('tibillet.ticket')
        return Ticket.browse([t.id for t in order.tickets])

    def at(self, instant):
        return patch.object(tools, 'now', return_value=instant)

    def exchange(self, uuid, ticket, performance):
        return ticket_exchange.exchange(
            self.till, uuid, ticket, performance)

    def cancel(self, uuid, tickets):
        return ticket_cancel.cancel(
            self.till, uuid, tickets, self.cash.id, Terms())

    @with_transaction()
    def test_sell(self):
        "A real ticket for each date, the price to the cent"
        self.open_season()
        order = self.buy('two', 2, '100.00')
        tickets = self.tickets(order)
        self.assertEqual(len(tickets), 6)
        PassSale = Pool().get('tibillet.pass.sale')
        sales = PassSale.search([], order=[('id', 'ASC')])
        for sale in sales:
            self.assertEqual(
                [(t.performance, t.paid, t.holder) for t in sale.tickets],
                list(zip(
                        self.dates, [D('16.67'), D('16.67'), D('16.66')],
                        ["Léa"] * 3, strict=True)))
            self.assertEqual(
                (sale.price, sale.worth, sale.dates_left, sale.holder),
                (D('50.00'), D('50.00'), 3, "Léa"))
            self.assertIn(
                sale.number, [t.number for t in sale.tickets])
        self.assertEqual(order.sale.total, D('100.00'))
        self.assertEqual(
            [d.places_sold for d in self.dates], [2, 2, 2])
        operations = self.operations()
        self.assertEqual({o.tariff_kind for o in operations}, {'pass'})
        self.assertEqual(
            sum(o.vat for o in operations),
            sum(line.vat_amount for line in operations[0].sale.lines))
        self.assertEqual(self.season.used, 2)
        again = self.buy('two', 2, '100.00')
        self.assertEqual(again.tickets, order.tickets)
        self.assertEqual(PassSale.search([], count=True), 2)
        with self.assertRaises(AccessError):
            PassSale.write(sales, {'price': D('1.00')})

    @with_transaction()
    def test_all_or_nothing(self):
        "A date that is sold out: no ticket at all"
        self.open_season(capacity=2)
        self.sell('full', self.item(2, performance=self.dates[1]), paid='40')
        PassSale = Pool().get('tibillet.pass.sale')
        with self.assertRaises(SoldOutError):
            self.buy('none')
        self.assertEqual(PassSale.search([], count=True), 0)

    @with_transaction()
    def test_with_tickets(self):
        "A pass and tickets in one sale"
        self.open_season()
        order = self.sell(
            'both', self.item(1), PassItem(self.season.id, 1),
            paid='70.00')
        self.assertEqual(
            [t.paid for t in self.tickets(order)],
            [D('20.00'), D('16.67'), D('16.67'), D('16.66')])
        self.assertEqual(
            [bool(t.pass_sale) for t in self.tickets(order)],
            [False, True, True, True])

    @with_transaction()
    def test_late(self):
        "What has passed is not paid"
        self.open_season(price='40.00', count=4)
        after = self.dates[0].start + HOUR
        with self.at(after):
            self.assertEqual(self.season.price_now, D('30.00'))
        for late, paid, parts in [
                ('prorata', '30.00', ['10.00'] * 3),
                ('full', '40.00', ['13.34', '13.33', '13.33'])]:
            self.season.late = late
            self.season.save()
            Pass = self.season.__class__
            rule = Pass(self.season.id).get_rule()
            with self.subTest(late=late):
                self.assertEqual(
                    rule.get_parts(after), [None, *map(D, parts)])
        self.season.late = 'closed'
        self.season.save()
        Pass = self.season.__class__
        self.assertEqual(
            Pass(self.season.id).get_rule().get_refusal('counter', after),
            'begun')
        for refusal, error in [
                ('begun', PassBegunError), ('past', PassPastError),
                ('channel', PassChannelError)]:
            with self.assertRaises(error):
                self.season.refuse(refusal)

    @with_transaction()
    def test_refused(self):
        self.open_season(number=2)
        with self.assertRaises(PassChannelError):
            self.buy('online', channel='online')
        with self.assertRaises(PlaceQuantityError):
            self.buy('none', 0)
        with self.assertRaises(PassSoldOutError):
            self.buy('three', 3, '150.00')

    @with_transaction()
    def test_number(self):
        "A pass that is given back may be sold again"
        self.open_season(number=2, refund='whole')
        order = self.buy('two', 2, '100.00')
        one = self.tickets(order)[0].pass_sale
        self.cancel('back', one.tickets)
        self.assertEqual(self.season.used, 1)
        self.buy('again')
        with self.assertRaises(PassSoldOutError):
            self.buy('over')

    @with_transaction()
    def test_wrong(self):
        self.open_season()
        Pass = self.season.__class__
        Date = Pool().get('tibillet.pass.performance')
        with self.assertRaises(PassValidationError):
            Pass.create([{
                        'name': "Wrong", 'company': self.company.id,
                        'price': D('-1.00')}])
        date = self.season.dates[0]
        with self.assertRaises(PassDateError):
            Date.write([date], {'value': D('-1.00')})
        free = self.make_tariff(
            "Free price", '15.00', kind='pass', free_price=True,
            minimum=D('1.00'))
        other = self.make_tariff(
            "Other date", '15.00', kind='pass',
            performances=[('add', [self.dates[1].id])])
        for tariff in [free, other]:
            with self.assertRaises(PassDateError):
                Date.write([date], {'tariff': tariff.id})

    @with_transaction()
    def test_exchange(self):
        "Out and in: the part goes with the date, nothing is paid"
        self.open_season(exchange='event')
        season = self.season.dates
        Date = Pool().get('tibillet.pass.performance')
        Date.delete([season[2]])
        order = self.buy('pass')
        first, second = self.tickets(order)
        found = self.exchange('move', first, self.dates[2])
        Ticket = Pool().get('tibillet.ticket')
        new = Ticket(found.ticket)
        self.assertEqual(
            (Ticket(first.id).state, new.state, new.performance, new.paid,
                new.pass_sale, new.holder),
            ('exchanged', 'valid', self.dates[2], D('25.00'),
                first.pass_sale, "Léa"))
        self.assertEqual(
            [d.places_sold for d in self.dates], [0, 1, 1])
        self.assertEqual(found.sale.total, D(0))
        out, in_ = self.operations(request='move')
        self.assertEqual(
            [(o.kind, o.rank, o.paid, o.base + o.vat, o.ticket)
                for o in [out, in_]],
            [('exchange_out', 3, D('-25.00'), D('-25.00'), first),
                ('exchange_in', 4, D('25.00'), D('25.00'), new)])
        self.assertEqual(out.cancelled.ticket, first)
        self.assertEqual((out.vat, in_.vat), (D('-1.30'), D('1.30')))
        self.assertEqual(first.pass_sale.worth, D('50.00'))
        # Once, and the same again is the same.
        self.assertEqual(self.exchange('move', first, self.dates[2]), found)
        with self.assertRaises(TicketUUIDError):
            self.exchange('move', first, self.dates[1])
        with self.assertRaises(TicketStateError):
            self.exchange('other', first, self.dates[2])
        # What has come in goes out again.
        back = self.exchange('back', new, self.dates[0])
        self.assertEqual(Ticket(back.ticket).paid, D('25.00'))

    @with_transaction()
    def test_exchange_refused(self):
        self.open_season(exchange='event', exchange_number=1)
        Date = Pool().get('tibillet.pass.performance')
        Date.delete([self.season.dates[2]])
        order = self.buy('pass')
        first, second = self.tickets(order)
        alone, = self.tickets(self.sell('one', self.item(1), paid='20.00'))
        with self.assertRaises(PassExchangeError):
            self.exchange('alone', alone, self.dates[2])
        with self.assertRaises(PassExchangeError):
            self.exchange('same', first, self.dates[0])
        before = len(self.operations())
        self.season.exchange_hours = 24 * 365 * 1000
        self.season.save()
        with self.assertRaises(PassExchangeError):
            self.exchange('late', first, self.dates[2])
        self.season.exchange_hours = None
        self.season.save()
        self.assertEqual(len(self.operations()), before)
        self.exchange('once', first, self.dates[2])
        with self.assertRaises(PassExchangeError):
            self.exchange('twice', second, self.dates[2])

    @with_transaction()
    def test_refund(self):
        "By the rule of the pass: not, as a whole, by dates"
        self.open_season()
        first, second, third = self.tickets(self.buy('pass'))
        with self.assertRaises(PassRefundError):
            self.cancel('no', [first, second, third])
        self.season.refund = 'whole'
        self.season.save()
        with self.assertRaises(PassRefundError):
            self.cancel('part', [first])
        self.season.refund = 'date'
        self.season.save()
        refund = self.cancel('one', [second])
        self.assertEqual(refund.quote.given, D('16.67'))
        self.season.refund = 'whole'
        self.season.save()
        refund = self.cancel('rest', [first, third])
        self.assertEqual(refund.quote.given, D('33.33'))
        self.assertEqual(self.season.used, 0)

    @with_transaction()
    def test_called_off(self):
        "A date that is called off is given back whatever the pass says"
        self.open_season()
        first, second, third = self.tickets(self.buy('pass'))
        Performance = Pool().get('tibillet.performance')
        Performance.call_off([self.dates[1]])
        refund = self.cancel('off', [second])
        self.assertEqual(refund.quote.given, D('16.67'))
        with self.assertRaises(PassRefundError):
            self.cancel('other', [first])
        self.assertEqual(self.season.price_now, D('33.33'))

    @with_transaction()
    def test_free(self):
        "A pass for nothing gives free tickets, exchanged as free ones"
        self.open_season(price='0.00', exchange='event')
        Date = Pool().get('tibillet.pass.performance')
        Date.delete([self.season.dates[2]])
        first, _ = self.tickets(self.buy('free', paid=None))
        self.assertEqual(self.operations()[0].kind, 'free')
        found = self.exchange('move', first, self.dates[2])
        self.assertIsNone(found.sale)
        self.assertEqual(
            [o.paid for o in self.operations(request='move')], [D(0)] * 2)
