"""A performance that is closed: its return, its number and its move."""
from dataclasses import replace
from unittest.mock import patch

from tibillet_base import tools
from tibillet_base.exceptions import FactError
from tibillet_base.till_writer import Paid
from tibillet_event import (
    return_check, return_reading, scan_writer, ticket_writer)
from tibillet_event.exceptions import (
    ReturnBalanceError, ReturnClosureError, ReturnNothingError,
    ReturnOverError, ReturnTillError, TariffEarnerError)

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction

from tibillet import chain

from .door_records import DoorMixin
from .records import create_sale, give_to, utc
from .return_records import NEXT_DAY, OVER, ReturnMixin
from .ticket_records import D


class BoxOfficeReturnTestCase(ReturnMixin, DoorMixin, TestCase):

    def check_books(self, made):
        "Everything that was sold in advance has become revenue"
        self.assertEqual(self.balance(self.deferred), 0)
        total = sum((line.amount for line in made.accounts), D(0))
        self.assertEqual(total, made.base)

    @with_transaction()
    def test_evening(self):
        self.open_evening()
        student = self.make_tariff("Student", '12.00', kind='reduced')
        guest = self.make_tariff("Guest", '0', kind='free')
        self.sell('a', self.item(2), self.item(1, student), paid='52')
        self.sell('b', self.item(3, guest))
        order = self.sell('c', self.item(), paid='20', method=self.card)
        self.cancel('back', order.tickets)
        self.close_till()
        self.assertEqual(self.balance(self.deferred), D('49.29'))
        made = self.close()
        self.assertEqual(self.performance.state, 'closed')
        self.assertEqual(
            (made.number, made.sold, made.free, made.cancelled, made.valid,
                made.free_valid, made.corrects),
            (1, 4, 3, 1, 6, 3, None))
        self.assertEqual(
            (made.admission, made.base, made.vat, made.received),
            (D('52.00'), D('49.29'), D('2.71'), D('52.00')))
        self.assertEqual(
            self.lines(
                made, 'sold', 'label', 'price', 'quantity', 'amount'),
            [("Full", D('20'), 3, D('60')), ("Student", D('12'), 1, D('12'))])
        self.assertEqual(
            self.lines(made, 'free', 'label', 'quantity', 'amount'),
            [("Guest", 3, 0)])
        self.assertEqual(
            self.lines(made, 'cancelled', 'label', 'quantity', 'amount'),
            [("Full", 1, D('-20'))])
        self.assertEqual(
            self.lines(made, 'rate', 'rate', 'amount', 'base', 'vat'),
            [(D('0.055'), D('52.00'), D('49.29'), D('2.71'))])
        # The ticket bought by card was given back in cash.
        self.assertEqual(
            self.lines(made, 'tender', 'tender', 'amount'),
            [('card', D('20')), ('cash', D('32'))])
        self.assertEqual(
            self.lines(made, 'till', 'first', 'last', 'quantity', 'amount'),
            [('BAR-T000001', 'BAR-T000008', 6, D('52.00'))])
        self.assertFalse(made.doors_used)
        self.assertIsNone(made.missing)
        self.check_books(made)
        self.assertEqual(
            {(line.account, line.debit, line.credit)
                for line in made.move.lines},
            {(self.deferred, D('49.29'), 0), (self.revenue(), 0, D('49.29'))})
        self.assertEqual(
            (made.move.state, made.move.origin, str(made.move.date)),
            ('posted', made, '2026-03-06'))

    @with_transaction()
    def test_result(self):
        "The performance sums what its returns say"
        self.open_evening(60)
        guest = self.make_tariff("Guest", '0', kind='free')
        order = self.sell('a', self.item(3), self.item(2, guest), paid='60')
        self.close_till()
        self.close()
        self.at(NEXT_DAY)
        self.reopen_till()
        self.cancel('back', order.tickets[:1])
        self.close_till()
        self.make_return()
        performance = Pool().get('tibillet.performance')(self.performance.id)
        self.assertEqual(
            (performance.tickets, performance.tickets_free,
                performance.fill_rate, performance.receipts,
                performance.receipts_base, performance.mean_price),
            (4, 2, D('0.0667'), D('40.00'), D('37.91'), D('20.00')))

    @with_transaction()
    def test_nothing_sold(self):
        self.open_evening()
        made = self.close()
        performance = Pool().get('tibillet.performance')(self.performance.id)
        self.assertEqual(
            (performance.fill_rate, performance.mean_price), (0, 0))
        self.assertEqual((made.number, made.valid, made.received), (1, 0, 0))
        self.assertEqual(list(made.lines), [])
        self.assertIsNone(made.move)

    @with_transaction()
    def test_all_free(self):
        "Free tickets wait for no till"
        self.open_evening()
        guest = self.make_tariff("Guest", '0', kind='free')
        self.sell('a', self.item(3, guest))
        made = self.close()
        self.assertEqual(
            (made.valid, made.free_valid, made.received), (3, 3, 0))
        self.assertIsNone(made.move)

    @with_transaction()
    def test_all_refunded(self):
        "What the VAT of three lines and of one differ by leaves nothing"
        self.open_evening()
        order = self.sell('a', self.item(3), paid='60')
        for number, ticket in enumerate(order.tickets):
            self.cancel(f'back-{number}', [ticket])
        self.close_till()
        self.assertEqual(self.balance(self.deferred), D('-0.01'))
        made = self.close()
        self.assertEqual(
            (made.valid, made.admission, made.base, made.vat),
            (0, 0, D('-0.01'), D('0.01')))
        self.assertEqual(made.tenders, ())
        self.check_books(made)

    @with_transaction()
    def test_free_price_and_rates(self):
        self.open_evening()
        chosen = self.make_tariff(
            "Chosen", '10.00', free_price=True, minimum=D('5.00'))
        self.sell('a', self.item(2, chosen, price=D('7.50')), paid='15')
        event = self.performance.event
        event.vat_exempt = True
        event.save()
        self.sell('b', self.item(1, chosen), paid='10')
        self.close_till()
        made = self.close()
        self.assertEqual(
            self.lines(made, 'sold', 'price', 'rate', 'quantity'),
            [(D('10'), 0, 1), (D('7.5'), D('0.055'), 2)])
        self.assertEqual(
            self.lines(made, 'rate', 'rate', 'amount', 'base', 'vat'), [
                (0, D('10'), D('10'), 0),
                (D('0.055'), D('15'), D('14.22'), D('0.78')),
                ])
        self.check_books(made)
        self.assertEqual(
            sorted(line.credit for line in made.move.lines if line.credit),
            [D('10.00'), D('14.22')])

    @with_transaction()
    def test_fees(self):
        "The fee has the VAT of its product, and is revenue at once"
        self.open_evening()
        Configuration = Pool().get('tibillet.ticket.configuration')
        Configuration(1, retained_product=self.product).save()
        fee = self.make_tariff(
            "With fee", '20.00', fee_mode='added', fee_fixed=D('1.20'),
            fee_product=self.product.id)
        order = self.sell('a', self.item(3, fee), paid='63.60')
        self.cancel('back', order.tickets[:1], with_fee=True)
        self.cancel('kept', order.tickets[1:2], per_ticket=D('2.00'))
        self.close_till()
        made = self.close()
        self.assertEqual(
            (made.valid, made.admission, made.fee, made.retained,
                made.received),
            (1, D('20.00'), D('2.40'), D('2.00'), D('24.40')))
        self.assertEqual(
            self.lines(
                made, 'fee', 'rate', 'quantity', 'amount', 'base', 'vat'),
            [(D('0.2'), 2, D('2.40'), D('2.00'), D('0.40'))])
        self.assertEqual(
            self.lines(made, 'tender', 'tender', 'amount'),
            [('cash', D('24.40'))])
        self.check_books(made)

    @with_transaction()
    def test_two_performances_in_a_sale(self):
        "What was paid for two is shared to the cent"
        self.open_evening()
        other = create_sale(10)
        self.set_evening(other)
        late = self.make_tariff("Late", '9.99', event=other.event.id)
        ticket_writer.sell(
            self.till, 'both', [self.item(), self.item(1, late, other)],
            [Paid(self.card.id, D('10.00')), Paid(self.cash.id, D('19.99'))],
            'counter')
        self.close_till()
        first, second = self.close(), self.close(other)
        self.assertEqual((first.number, second.number), (1, 2))
        self.assertEqual(
            self.lines(first, 'tender', 'tender', 'amount'),
            [('card', D('6.67')), ('cash', D('13.33'))])
        self.assertEqual(
            self.lines(second, 'tender', 'tender', 'amount'),
            [('card', D('3.33')), ('cash', D('6.66'))])
        self.assertEqual(self.balance(self.deferred), 0)

    @with_transaction()
    def test_waits_for_its_end_and_its_tills(self):
        self.open_evening()
        Performance = Pool().get('tibillet.performance')
        self.sell('a', self.item(), paid='20')
        with self.assertRaises(ReturnOverError) as caught:
            Performance.close([self.performance])
        self.assertIn("22:30", str(caught.exception))
        with self.assertRaises(ReturnTillError) as caught:
            self.close()
        self.assertIn("Till BAR", str(caught.exception))
        closure = self.close_till(post=False)
        with self.assertRaises(ReturnClosureError) as caught:
            self.close()
        self.assertIn(closure.rec_name, str(caught.exception))
        self.assertEqual(self.performance.state, 'on_sale')
        Pool().get('tibillet.till.closure').post([closure])
        self.assertEqual(self.close().number, 1)

    @with_transaction()
    def test_refund_after(self):
        "What comes after the return is in another one, that corrects it"
        self.open_evening()
        order = self.sell('a', self.item(2), paid='40')
        self.close_till()
        first = self.close()
        self.assertFalse(self.performance.to_return)
        with self.assertRaises(ReturnNothingError):
            self.make_return()
        self.at(NEXT_DAY)
        self.reopen_till()
        self.cancel('back', order.tickets[:1])
        self.assertTrue(self.performance.to_return)
        with self.assertRaises(ReturnTillError):
            self.make_return()
        self.close_till()
        second = self.make_return()
        self.assertEqual(
            (second.number, second.corrects, second.corrects_number,
                second.valid, second.admission, second.base),
            (2, first, 1, -1, D('-20.00'), D('-18.96')))
        self.assertEqual(first.valid, 2)
        self.assertEqual(str(second.move.date), '2026-03-07')
        self.assertEqual(self.balance(self.deferred), 0)
        self.assertFalse(self.performance.to_return)
        Performance = Pool().get('tibillet.performance')
        self.assertEqual(Performance.search([('to_return', '=', True)]), [])

    @with_transaction()
    def test_other_organiser(self):
        "What is sold for another organiser stays owed to it"
        self.open_evening()
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        party, = pool.get('party.party').create([{'name': "La Coop"}])
        other = create_company("Mamasound")
        give_to(other, self.performance.event)
        fee = self.make_tariff(
            "With fee", '20.00', fee_mode='added', fee_fixed=D('1.20'),
            fee_product=self.product.id, fee_party=party.id)
        order = self.sell('a', self.item(3, fee), paid='63.60')
        self.cancel('back', order.tickets[:1], with_fee=True)
        with self.assertRaises(TariffEarnerError):
            fee.fee_party = None
            fee.save()
        self.close_till()
        self.assertEqual(self.balance(self.organisers), D('42.40'))
        self.at(OVER)
        with set_company(self.company):
            performance = Performance(self.performance.id)
        self.assertTrue(performance.to_return)
        made = self.make_return()
        self.assertEqual(
            (made.company, made.organiser, made.valid, made.admission,
                made.fee, made.owed),
            (self.company, other, 2, D('40.00'), D('2.40'), D('42.40')))
        self.assertEqual(
            {(due.party, due.account, due.sold, due.refunded, due.amount)
                for due in made.dues},
            {(other.party, self.organisers, D('60'), D('20'), D('40')),
                (party, self.organisers, D('3.60'), D('1.20'), D('2.40'))})
        self.assertIsNone(made.move)
        self.assertEqual(self.balance(self.organisers), D('42.40'))
        # The organiser closes its own performance, of which it sold nothing.
        self.assertEqual(performance.state, 'on_sale')

    @with_transaction()
    def test_doors(self):
        "Who was scanned, who was not, and the most people at once"
        self.open_evening()
        north = self.make_gate("North")
        lea, tom, ana, _ = self.sell_tickets(4)
        for instant, ticket, kind in [
                ('19:00', lea, 'entry'), ('19:10', tom, 'entry'),
                ('19:20', lea, 'exit'), ('19:30', lea, 'entry'),
                ('19:40', lea, 'entry'), ('19:50', tom, 'exit'),
                ('20:00', ana, 'entry')]:
            self.at(utc(f'2026-03-06 {instant}'))
            scan_writer.scan(north, self.ask(ticket, kind))
        self.close_till()
        made = self.close()
        self.assertTrue(made.doors_used)
        self.assertEqual((made.entered, made.missing, made.peak), (3, 1, 2))

    @with_transaction()
    def test_chain(self):
        "Returns follow each other, signed, without holes"
        self.open_evening()
        other = create_sale(10)
        self.set_evening(other)
        first, second = self.close(), self.close(other)
        self.assertEqual([first.number, second.number], [1, 2])
        self.assertEqual(second.previous_link, first.link)
        self.assertTrue(chain.is_signed(
                bytes.fromhex(second.public), bytes.fromhex(second.link),
                bytes.fromhex(second.signature)))

    @with_transaction()
    def test_check(self):
        "What was changed around the server is found"
        self.open_evening()
        self.sell('a', self.item(2), self.item(1, self.make_tariff(
                    "Guest", '0', kind='free')), paid='40')
        self.close_till()
        first = self.close()
        other = create_sale(10)
        self.set_evening(other)
        self.close(other)
        self.assertEqual(return_check.check(self.company), (2, []))
        for model, column, value, problems in [
                ('tibillet.boxoffice.return', 'sold', 9, [('link', 1)]),
                ('tibillet.boxoffice.return', 'vat', 0,
                    [('link', 1), ('operations', 1)]),
                ('tibillet.boxoffice.return.line', 'quantity', 9,
                    [('link', 1)]),
                ('tibillet.boxoffice.return', 'signature', 'ab' * 64,
                    [('signature', 1)]),
                ('tibillet.ticket.operation', 'link', 'cd' * 32,
                    [('operations', 1)]),
                ]:
            with self.subTest(model=model, column=column):
                Model = Pool().get(model)
                table = Model.__table__()
                record = Model.search([], order=[('id', 'ASC')], limit=1)[0]
                before = getattr(record, column)
                for new, found in [(value, problems), (before, [])]:
                    tools.cursor().execute(*table.update(
                            [getattr(table, column)],
                            [Model._fields[column].sql_format(new)],
                            where=table.id == record.id))
                    tools.forget(Model, [record.id])
                    Transaction().cache.clear()
                    self.assertEqual(
                        return_check.check(self.company), (2, found))
        self.assertEqual(first.number, 1)
        series = tools.table('tibillet.boxoffice.series')
        tools.cursor().execute(*series.update([series.counter], [3]))
        self.assertEqual(
            return_check.check(self.company), (2, [('end', 3)]))

    @with_transaction()
    def test_nobody_changes_a_return(self):
        self.open_evening()
        self.sell('a', self.item(), paid='20')
        self.close_till()
        made = self.close()
        for record, values in [
                (made, {'sold': 2}), (made.lines[0], {'quantity': 2})]:
            with self.assertRaises(FactError):
                record.__class__.write([record], values)
            with self.assertRaises(FactError):
                record.__class__.delete([record])

    @with_transaction()
    def test_balance(self):
        "A journal that is not worth what the till has posted is refused"
        self.open_evening()
        self.sell('a', self.item(2), paid='40')
        self.close_till()
        read = return_reading.read_rows

        def wrong(where):
            return [
                replace(row, base=row.base + D('0.01')) for row in read(where)]

        with patch.object(return_reading, 'read_rows', wrong):
            with self.assertRaises(ReturnBalanceError) as caught:
                self.close()
        self.assertIn('BAR-T000001', str(caught.exception))

    @with_transaction()
    def test_closed_period(self):
        "Where the month is closed already, the move is of the day"
        self.open_evening()
        self.sell('a', self.item(), paid='20')
        self.close_till()
        Period = Pool().get('account.period')
        period = Period.find(self.company, date=self.performance.date)
        Period.close([period])
        self.at(utc('2026-04-02 10:00'))
        Performance = Pool().get('tibillet.performance')
        with set_company(self.company):
            Performance.close([self.performance])
        self.assertEqual(str(self.last_return().move.date), '2026-04-02')
