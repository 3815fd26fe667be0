from trytond.pool import Pool
from trytond.tests.test_tryton import TestCase, with_transaction

from .ticket_records import TicketMixin


class AgendaTariffTestCase(TicketMixin, TestCase):
    "Test tariffs that have sold as many places as they may"

    @with_transaction()
    def test_full(self):
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        Tariff = pool.get('tibillet.tariff')
        self.open_box_office()
        early = self.make_tariff("Early", '10', number=2)

        def told():
            performance, = Performance.get_agenda(offers=True).performances
            return {o.name: o.is_full for o in performance.offers}

        self.assertEqual(told(), {"Full": False, "Early": False})
        self.sell('one', self.item(1, early), paid='10')
        self.assertEqual(told(), {"Full": False, "Early": False})
        self.sell('two', self.item(1, early), self.item(3), paid='70')
        self.assertEqual(told(), {"Full": False, "Early": True})
        Tariff.write([early], {'number': 3})
        self.assertEqual(told(), {"Full": False, "Early": False})
