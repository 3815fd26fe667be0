"""A concert that is cancelled or postponed, for tests on the server."""
import datetime as dt

from tibillet_event.change_making import Asked
from tibillet_event.ticket_writer import Person

from trytond.modules.company.tests import set_company
from trytond.pool import Pool

from .return_records import ReturnMixin

DEADLINE = dt.date(2026, 4, 5)
NEW = {
    'date': dt.date(2026, 4, 10),
    'time': dt.time(20, 30),
    'end_date': dt.date(2026, 4, 10),
    'end_time': dt.time(22, 30),
    }


class ChangeMixin(ReturnMixin):
    "A concert on sale for the sixth of March 2026, and its accounts"
    __slots__ = ()

    def open_concert(self, **values):
        pool = Pool()
        Account = pool.get('account.account')
        Configuration = pool.get('tibillet.ticket.configuration')
        self.open_evening(**values)
        with set_company(self.company):
            self.owed, self.gifts = Account.copy(
                [self.deferred, self.deferred], default={
                    'code': lambda d: None})
            Configuration(
                1, refunds_account=self.owed, gifts_account=self.gifts,
                ).save()

    def sell_to(self, name, quantity=1, tariff=None, email=None, paid=None):
        tariff = tariff or self.full
        order = self.sell(
            f'sale-{name}', self.item(quantity, tariff),
            paid=paid or tariff.get_price().paid * quantity,
            person=Person(name, email=email))
        return [t.id for t in order.tickets]

    def ask(self, kind, uuid='change', **values):
        offers = ['refund', 'give']
        if kind == 'postponed':
            offers = ['keep', 'refund', 'give']
        return Asked(uuid, kind, **{
                'offers': tuple(offers), 'deadline': DEADLINE, **values})

    def change(self, kind='cancelled', uuid='change', performance=None,
            **values):
        pool = Pool()
        Change = pool.get('tibillet.performance.change')
        Performance = pool.get('tibillet.performance')
        performance = Performance((performance or self.performance).id)
        with set_company(self.company):
            return Change.make(performance, self.ask(kind, uuid, **values))

    def choice(self, **values):
        Choice = Pool().get('tibillet.performance.choice')
        choice, = Choice.search(
            [(name, '=', value) for name, value in values.items()])
        return choice

    def choose(self, choice, answer, uuid=None, **values):
        Choice = Pool().get('tibillet.performance.choice')
        return Choice.choose(
            choice, answer, uuid or f'{answer}-{choice.id}',
            **{'point': self.till, 'method': self.cash, **values})
