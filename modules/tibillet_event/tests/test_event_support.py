"""Six events a year may support an association without VAT."""
import datetime as dt

from tibillet_event.exceptions import EventSupportError, EventSupportWarning

from trytond.model.exceptions import ValidationError
from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .records import create_sale
from .ticket_records import TicketMixin


class EventSupportTestCase(TicketMixin, TestCase):

    def make(self, day, state='draft'):
        "Return an event that supports the organiser, on a day"
        pool = Pool()
        Event = pool.get('tibillet.event')
        Performance = pool.get('tibillet.performance')
        first = create_sale()
        event, = Event.copy([first.event])
        Event.write([event], {'vat_exempt': True, 'support': True})
        Performance.create([{
                    'event': event.id, 'venue': first.venue.id, 'date': day,
                    'time': dt.time(20), 'end_time': dt.time(22),
                    'state': state}])
        return event

    @with_transaction()
    def test_rank(self):
        "By the year of the first date; what is cancelled does not count"
        Event = Pool().get('tibillet.event')
        with set_company(self.get_company()):
            second = self.make(dt.date(2098, 6, 1))
            first = self.make(dt.date(2098, 1, 31))
            cancelled = self.make(dt.date(2098, 2, 1), state='cancelled')
            next_year = self.make(dt.date(2099, 1, 1))
            taxed = self.make(dt.date(2098, 3, 1))
            Event.write([taxed], {'support': False})
            self.assertEqual(
                [Event(e.id).support_rank
                    for e in [first, second, cancelled, next_year, taxed]],
                [1, 2, None, 1, None])

    @with_transaction()
    def test_seventh(self):
        "The sixth is said to be the last, the seventh to be too much"
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        Warning = pool.get('res.user.warning')
        with set_company(self.get_company()):
            # January is put on sale last.
            events = [
                self.make(dt.date(2098, month, 1))
                for month in [2, 3, 4, 5, 6]]
            Performance.put_on_sale([e.performances[0] for e in events])
            for month, words in [
                    (7, "no other one may be exempt"),
                    (1, "only 6 are exempt"),
                    ]:
                event = self.make(dt.date(2098, month, 1))
                performance = event.performances[0]
                with self.assertRaises(EventSupportWarning) as asked:
                    Performance.put_on_sale([performance])
                self.assertIn(words, asked.exception.message)
                self.assertEqual(Performance(performance.id).state, 'draft')
                Warning.create([{
                            'user': 1, 'name': asked.exception.name,
                            'always': True}])
                Performance.put_on_sale([performance])
                self.assertEqual(performance.state, 'on_sale')

    @with_transaction()
    def test_taxed(self):
        "What is taxed is none of the six"
        Event = Pool().get('tibillet.event')
        self.assertTrue(issubclass(EventSupportError, ValidationError))
        with set_company(self.get_company()):
            event = self.make(dt.date(2098, 1, 1))
            with self.assertRaises(EventSupportError):
                Event.write([event], {'vat_exempt': False})
            event = Event(vat_exempt=False, support=True)
            event.on_change_vat_exempt()
            self.assertFalse(event.support)
