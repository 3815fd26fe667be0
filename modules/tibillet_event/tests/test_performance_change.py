"""A performance that is cancelled or postponed: who had a ticket, what each
chose, and the books."""
import datetime as dt
from unittest.mock import patch

from tibillet_base.exceptions import FactError
from tibillet_event import change_making, ticket_cancel
from tibillet_event.exceptions import (
    ChangeDateError, ChangeDeadlineError, ChangeFieldError, ChangeOfferError,
    ChangeReturnError, ChangeStateError, ChangeUUIDError, ChoiceDeadlineError,
    ChoiceMadeError, ChoiceOfferError, ChoicePastError, ChoiceTicketError,
    ChoiceUUIDError, PerformanceSaleError, TariffPersonError, TicketTillError)
from tibillet_event.refund import Terms

from trytond.modules.company.tests import create_company, set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction
from trytond.transaction import Transaction

from .change_records import NEW, ChangeMixin
from .records import give_to, utc
from .return_records import NEXT_DAY, NOW
from .ticket_records import D, Person


class PerformanceChangeTestCase(ChangeMixin, TestCase):

    def holders(self):
        "Léa has two tickets, Paul one, and two people whom nobody knows"
        self.lea = self.sell_to("Léa", 2, email='lea@example.org')
        self.paul = self.sell_to("Paul", email='paul@example.org')
        self.sell('nobody', self.item(), paid='20', method=self.card)
        guest = self.make_tariff("Guest", '0', kind='free')
        self.sell('guest', self.item(1, guest))

    def performance_now(self):
        return Pool().get('tibillet.performance')(self.performance.id)

    @with_transaction()
    def test_cancelled(self):
        "Two are paid back, one gives, one is owed: nothing stays in advance"
        self.open_concert()
        self.holders()
        change = self.change()
        self.assertEqual(self.performance_now().state, 'cancelled')
        self.assertEqual(
            (change.tickets, change.amount, change.waiting, change.refunded,
                change.given),
            (5, D('80.00'), D('80.00'), 0, 0))
        self.assertEqual(
            sorted((c.holder or '', c.email or '', c.quantity, c.amount)
                for c in change.choices),
            [('', '', 1, D('0')), ('', '', 1, D('20.00')),
                ('Léa', 'lea@example.org', 2, D('40.00')),
                ('Paul', 'paul@example.org', 1, D('20.00'))])
        refund = self.choose(self.choice(holder="Léa"), 'refund')
        self.assertEqual(
            (refund.choice, refund.chosen_at is not None,
                [o.paid for o in refund.operations]),
            ('refund', True, [D('-20.00'), D('-20.00')]))
        self.choose(self.choice(holder="Paul"), 'give', method=None)
        self.close_till()
        self.assertEqual(self.balance(self.deferred), D('18.96'))
        self.assertEqual(self.balance(self.gifts), D('20.00'))
        made = self.make_return()
        self.assertEqual(self.balance(self.deferred), 0)
        self.assertEqual(self.balance(self.owed), D('18.96'))
        self.assertEqual(self.balance(self.revenue()), 0)
        self.assertEqual(
            (made.valid, made.admission, made.retained, made.received),
            (2, D('20.00'), D('20.00'), D('40.00')))
        self.assertEqual(
            self.lines(made, 'given', 'quantity', 'amount')
            + self.lines(made, 'left', 'quantity', 'amount'),
            [(1, D('20.00')), (2, D('20.00'))])
        self.assertEqual(
            self.lines(made, 'account', 'account', 'amount'),
            [(self.deferred, D('18.96')), (self.gifts, D('20.00'))])
        self.assertEqual(
            self.lines(made, 'tender', 'tender', 'amount'),
            [('card', D('20.00')), ('cash', D('20.00'))])
        # Nothing is declared of a show that has not taken place.
        Declaration = Pool().get('tibillet.declaration')
        self.assertEqual(Declaration.search([]), [])
        # Who comes later is paid all the same, and the debt is gone.
        self.at(NEXT_DAY)
        self.reopen_till()
        self.choose(
            self.choice(amount=D('20.00'), choice='waiting'), 'refund')
        self.close_till()
        made = self.make_return()
        self.assertEqual(self.balance(self.owed), 0)
        self.assertEqual(self.balance(self.deferred), 0)
        self.assertEqual(
            self.lines(made, 'left', 'quantity', 'amount'),
            [(-1, D('-20.00'))])

    @with_transaction()
    def test_paid_back_from_the_list(self):
        "Who is paid back from the list of tickets waits no more"
        self.open_concert()
        self.holders()
        change = self.change('postponed', hours=NEW)
        ticket_cancel.cancel(
            self.till, 'list', [self.lea[0], *self.paul], self.cash.id,
            Terms())
        self.assertEqual(
            sorted(
                (c.holder, c.choice, c.quantity, c.amount,
                    [o.paid for o in c.operations])
                for c in change.choices if c.holder),
            [('Léa', 'refund', 1, D('20.00'), [D('-20.00')]),
                ('Léa', 'waiting', 1, D('20.00'), []),
                ('Paul', 'refund', 1, D('20.00'), [D('-20.00')])])
        self.assertEqual(change.refunded, D('40.00'))
        with self.assertRaises(ChoiceMadeError):
            self.choose(self.choice(holder="Paul"), 'refund')
        # What is left of hers is chosen as before.
        self.choose(self.choice(holder="Léa", choice='waiting'), 'keep')
        self.assertEqual(
            self.choice(holder="Léa", choice='keep').quantity, 1)

    @with_transaction()
    def test_fee(self):
        "The fee is given back, owed or given with the price"
        self.open_concert()
        tariff = self.make_tariff(
            "Fee", '20.00', fee_mode='added', fee_fixed=D('1.20'),
            fee_product=self.product.id)
        for name in ["Léa", "Paul", "Zoé"]:
            self.sell_to(name, tariff=tariff)
        self.change()
        refund = self.choose(self.choice(holder="Léa"), 'refund')
        self.assertEqual([o.paid for o in refund.operations], [D('-21.20')])
        self.choose(self.choice(holder="Paul"), 'give')
        self.close_till()
        self.make_return()
        self.assertEqual(self.balance(self.gifts), D('21.20'))
        # 20.00 at 5.5 % and 1.20 at 20 %, without VAT.
        self.assertEqual(self.balance(self.owed), D('18.96') + D('1.00'))
        self.assertEqual(self.balance(self.revenue()), 0)
        self.assertEqual(self.balance(self.deferred), 0)

    @with_transaction()
    def test_once(self):
        "The same request changes once, another one is refused"
        self.open_concert()
        self.holders()
        change = self.change()
        self.assertEqual(self.change(), change)
        self.assertEqual(len(change.choices), 4)
        with self.assertRaises(ChangeStateError):
            self.change(uuid='again')
        with self.assertRaises(ChangeUUIDError):
            self.change('postponed')

    @with_transaction()
    def test_refused(self):
        "What cannot be is refused before anything is written"
        self.open_concert()
        self.holders()
        Lang = Pool().get('ir.lang')
        english, = Lang.search([('code', '=', 'en')])
        for error, kind, values in [
                (ChangeOfferError, 'cancelled', {'offers': ('give',)}),
                (ChangeOfferError, 'postponed', {'offers': ('refund',)}),
                (ChangeDeadlineError, 'cancelled', {
                        'deadline': dt.date(2026, 3, 5)}),
                (ChangeDeadlineError, 'postponed', {
                        'deadline': dt.date(2026, 4, 11), 'hours': NEW}),
                (ChangeFieldError, 'cancelled', {
                        'messages': ((english.id, "Sorry", "{password}"),)}),
                ]:
            with self.subTest(error=error), self.assertRaises(error):
                self.change(kind, **values)
        self.assertEqual(self.performance_now().state, 'on_sale')
        today = dt.date(2026, 3, 6)
        with self.assertRaises(ChangeDateError):
            self.change('postponed', deadline=today, hours={
                    'date': today, 'time': dt.time(10, 0),
                    'end_date': today, 'end_time': dt.time(12, 0)})

    @with_transaction()
    def test_gifts_without_account(self):
        "Nobody gives before the account of gifts is chosen"
        self.open_concert()
        self.holders()
        Configuration = Pool().get('tibillet.ticket.configuration')
        with set_company(self.company):
            Configuration(1, gifts_account=None).save()
        with self.assertRaises(TicketTillError):
            self.change()
        self.assertEqual(self.performance_now().state, 'on_sale')
        self.assertEqual(len(self.change(offers=('refund',)).choices), 4)

    @with_transaction()
    def test_closed(self):
        "What has a return is not cancelled any more"
        self.open_concert()
        self.holders()
        self.close_till()
        self.close()
        with self.assertRaises(ChangeStateError):
            self.change()
        with patch.dict(
                change_making.STATES, cancelled={'closed'}), \
                self.assertRaises(ChangeReturnError):
            self.change()

    @with_transaction()
    def test_choose_once(self):
        "A choice is made once, of what is offered"
        self.open_concert()
        self.holders()
        self.change(offers=('refund',))
        choice = self.choice(holder="Léa")
        with self.assertRaises(ChoiceOfferError):
            self.choose(choice, 'give')
        first = self.choose(choice, 'refund', 'uuid')
        self.assertEqual(self.choose(choice, 'refund', 'uuid'), first)
        with self.assertRaises(ChoiceUUIDError):
            self.choose(choice, 'give', 'uuid')
        with self.assertRaises(ChoiceMadeError):
            self.choose(choice, 'refund', 'other')
        self.assertEqual(len(self.operations(kind='cancellation')), 2)
        Choice = Pool().get('tibillet.performance.choice')
        with self.assertRaises(FactError):
            Choice.write([first], {'choice': 'waiting'})
        with self.assertRaises(FactError):
            Choice.delete([first])

    @with_transaction()
    def test_some_tickets(self):
        "Who has two tickets may be paid back one"
        self.open_concert()
        self.holders()
        change = self.change('postponed', hours=NEW)
        choice = self.choice(holder="Léa")
        with self.assertRaises(ChoiceTicketError):
            self.choose(choice, 'refund', tickets=self.paul)
        with self.assertRaises(ChoiceTicketError):
            self.choose(choice, 'refund', tickets=[])
        part = self.choose(choice, 'refund', tickets=self.lea[:1])
        self.assertEqual(
            (part.quantity, part.amount, [t.id for t in part.tickets]),
            (1, D('20.00'), self.lea[:1]))
        left = self.choice(holder="Léa", choice='waiting')
        self.assertEqual(
            (left.quantity, left.amount, [t.id for t in left.tickets]),
            (1, D('20.00'), self.lea[1:]))
        change = change.__class__(change.id)
        self.assertEqual(
            (change.tickets, change.refunded, change.waiting),
            (5, D('20.00'), D('60.00')))

    @with_transaction()
    def test_postponed(self):
        "Tickets stay valid on the new date, until the last day one may ask"
        self.open_concert()
        self.holders()
        change = self.change('postponed', hours=NEW)
        performance = self.performance_now()
        self.assertEqual(
            (performance.state, performance.start,
                performance.postponed_from, change.new_start),
            ('on_sale', utc('2026-04-10 18:30'),
                utc('2026-03-06 19:30'),
                utc('2026-04-10 18:30')))
        self.choose(self.choice(holder="Paul"), 'keep')
        self.choose(self.choice(holder="Léa"), 'refund')
        Ticket = Pool().get('tibillet.ticket')
        self.assertEqual(
            {t.state for t in Ticket.browse(self.paul)}, {'valid'})
        self.assertEqual(
            {t.state for t in Ticket.browse(self.lea)}, {'cancelled'})
        # The place is for sale again, on the new date.
        self.sell_to("Zoé")
        # The last day is that of the venue, in Paris.
        last = self.choice(amount=D('20.00'), choice='waiting')
        self.at(utc('2026-04-05 22:00'))
        with self.assertRaises(ChoiceDeadlineError):
            self.choose(last, 'refund')
        self.at(utc('2026-04-05 21:59'))
        self.close_till()
        self.reopen_till()
        self.choose(last, 'refund')

    @with_transaction()
    def test_unknown_date(self):
        "A date that is not known yet is told later"
        self.open_concert()
        self.holders()
        first = self.change('postponed')
        self.assertEqual(
            (self.performance_now().state, first.new_start),
            ('postponed', None))
        with self.assertRaises(PerformanceSaleError):
            self.sell_to("Zoé")
        old = self.choice(holder="Léa")
        second = self.change('postponed', uuid='second', hours=NEW)
        self.assertEqual(self.performance_now().state, 'on_sale')
        self.assertEqual(len(second.choices), 4)
        with self.assertRaises(ChoicePastError):
            self.choose(old, 'refund')
        # It is cancelled in the end: who was paid back is not asked again.
        self.choose(self.choice(holder="Léa", change=second.id), 'refund')
        third = self.change(uuid='third')
        self.assertEqual(
            {c.holder for c in third.choices}, {"Paul", None})

    @with_transaction()
    def test_nothing_sold(self):
        "Without a ticket the button is enough"
        self.open_concert()
        Performance = Pool().get('tibillet.performance')
        self.assertIsNone(Performance.cancel([self.performance]))
        self.assertEqual(self.performance_now().state, 'cancelled')

    @with_transaction()
    def test_sold(self):
        "With tickets the button asks first"
        self.open_concert()
        self.holders()
        Performance = Pool().get('tibillet.performance')
        for button in [Performance.cancel, Performance.postpone]:
            self.assertIsNotNone(button([self.performance]))
        self.assertEqual(self.performance_now().state, 'on_sale')

    @with_transaction()
    def test_other_organiser(self):
        "Tickets of another are owed to who has paid, gifts to the organiser"
        self.open_concert()
        event = self.performance.event
        other = create_company("Mamasound")
        venue = self.performance.venue
        venue.__class__.write([venue], {'company': None})
        give_to(other, event)
        for name in ["Léa", "Paul", "Zoé"]:
            self.sell_to(name)
        change = self.change()
        self.assertEqual(
            (change.company, {c.company for c in change.choices}),
            (other, {self.company}))
        self.choose(self.choice(holder="Léa"), 'refund')
        self.choose(self.choice(holder="Paul"), 'give')
        self.close_till()
        self.assertEqual(self.balance(self.organisers), D('40.00'))
        made = self.make_return()
        due, = made.dues
        self.assertEqual(
            (due.party, due.amount, made.owed),
            (other.party, D('20.00'), D('20.00')))
        self.assertEqual(self.balance(self.organisers), D('20.00'))
        self.assertEqual(self.balance(self.owed), D('20.00'))

    @with_transaction()
    def test_message(self):
        "Each address gets one message, in its language"
        self.open_concert()
        pool = Pool()
        Choice = pool.get('tibillet.performance.choice')
        Lang = pool.get('ir.lang')
        english, = Lang.search([('code', '=', 'en')])
        self.holders()
        self.sell_to("Léa too", email='LEA@example.org')
        change = self.change(messages=((
                    english.id, "Cancelled: {event}",
                    "Hello {holder}, {tickets} tickets of {date} at {venue}: "
                    "{amount} until {deadline}.\n{choices}"),))
        told = [c for c in change.choices if c.email]
        self.assertEqual(
            {(c.email, c.quantity) for c in told},
            {('lea@example.org', 3), ('paul@example.org', 1)})
        sent = []
        with patch('tibillet_base.mail.send_message_transactional',
                sent.append):
            for _ in range(2):
                Choice.send_message(Choice.browse(told))
        self.assertEqual(len(sent), 2)
        message, = [m for m in sent if 'paul' in m['To']]
        self.assertEqual(message['Subject'], "Cancelled: Nuit blanche")
        text = message.get_body(('plain',)).get_content()
        self.assertIn("Hello Paul, 1 tickets of 03/06/2026 20:30", text)
        self.assertIn("until 04/05/2026", text)
        self.assertNotIn("{", text)
        self.assertTrue(Choice(told[0].id).mailed_at)

    @with_transaction()
    def test_interrupted(self):
        "Who was inside is paid back, or enters again on the new date"
        self.open_concert()
        self.holders()
        Ticket = Pool().get('tibillet.ticket')
        table = Ticket.__table__()
        Transaction().connection.cursor().execute(*table.update(
                [table.entered_at], [NOW]))
        self.change('postponed', hours=NEW)
        self.assertTrue(all(t.left_at for t in Ticket.search([])))
        self.choose(self.choice(holder="Léa"), 'refund')

    @with_transaction()
    def test_merged(self):
        "Two parties that are one person: one holder, one count"
        pool = Pool()
        Party = pool.get('party.party')
        Replace = pool.get('party.replace', type='wizard')
        Ticket = pool.get('tibillet.ticket')
        self.open_concert()
        member = self.make_tariff("Member", '10.00', person_max=3)
        lea, twin = Party.create([{'name': "Léa"}, {'name': "Léa"}])
        for party, quantity in [(lea, 1), (twin, 2)]:
            self.sell(
                f'sale-{party.id}', self.item(quantity, member),
                paid=10 * quantity, person=Person("Léa", party=party.id))
        change = self.change('postponed')
        self.assertEqual(len(change.choices), 2)
        session, _, _ = Replace.create()
        replace = Replace(session)
        replace.ask.source, replace.ask.destination = twin, lea
        replace.transition_replace()
        Choice = pool.get('tibillet.performance.choice')
        for Model in [Choice, Ticket]:
            self.assertEqual({r.party for r in Model.search([])}, {lea})
        second = self.change('postponed', uuid='second', hours=NEW)
        self.assertEqual([c.quantity for c in second.choices], [3])
        with self.assertRaises(TariffPersonError):
            self.sell(
                'more', self.item(1, member), paid=10,
                person=Person("Léa", party=lea.id))
