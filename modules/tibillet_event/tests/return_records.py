"""An evening that is over, for tests on the server."""
import datetime as dt

from tibillet_base import tools
from tibillet_event import ticket_cancel
from tibillet_event.refund import Terms

from trytond.modules.company.tests import set_company
from trytond.pool import Pool

from .records import utc
from .ticket_records import NOW, TicketMixin

# The performance starts at 19:30 and ends at 21:30 in UTC.
OVER = utc('2026-03-06 22:00')
NEXT_DAY = utc('2026-03-07 10:00')


class ReturnMixin(TicketMixin):
    "A concert of the sixth of March 2026, sold at a till"
    __slots__ = ()

    def open_evening(self, quantity=100, **values):
        # A transaction that locks what it has read starts again.
        self.at(NOW)
        self.open_box_office(quantity, **values)
        self.set_evening(self.performance)

    def set_evening(self, performance):
        performance.date = performance.end_date = dt.date(2026, 3, 6)
        performance.save()

    def at(self, instant):
        "Let it be another time from now on"
        tools.now.return_value = instant

    def close_till(self, till=None, post=True):
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        Point = pool.get('sale.point')
        till = Point((till or self.till).id)
        cash = till.session.balance + (till.session.start_amount or 0)
        closure = Closure.close_till(till, {cash: 1} if cash else {})
        if post:
            Closure.post([closure])
        return Closure(closure.id)

    def reopen_till(self, till=None):
        Point = Pool().get('sale.point')
        Point.open_till([Point((till or self.till).id)])

    def cancel(self, uuid, tickets, **terms):
        return ticket_cancel.cancel(
            self.till, uuid, [t.id for t in tickets], self.cash,
            Terms(**terms))

    def close(self, performance=None):
        "Close the performance once it is over, return its return"
        Performance = Pool().get('tibillet.performance')
        performance = performance or self.performance
        self.at(OVER)
        with set_company(self.company):
            Performance.close([Performance(performance.id)])
        return self.last_return()

    def make_return(self, performance=None):
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        performance = performance or self.performance
        with set_company(self.company):
            Performance.make_return([Performance(performance.id)])
        return self.last_return()

    def last_return(self):
        Return = Pool().get('tibillet.boxoffice.return')
        return Return.search([], order=[('id', 'DESC')], limit=1)[0]

    def balance(self, account):
        "Return what the account owes in the books"
        Line = Pool().get('account.move.line')
        return sum(
            line.credit - line.debit for line in Line.search([
                    ('account', '=', account.id),
                    ('move.state', '=', 'posted'),
                    ]))

    def revenue(self):
        return self.product.account_revenue_used

    def lines(self, made, kind, *names):
        return [
            tuple(getattr(line, name) for name in names)
            for line in made.lines if line.kind == kind]
