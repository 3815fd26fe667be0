"""Doors of the box office of ticket_records, for tests on the server."""
import datetime as dt
import uuid
from itertools import count

from tibillet_base import pairing, tools
from tibillet_event import scan_writer
from tibillet_event.scan_writer import Asked

from trytond.modules.company.tests import set_company
from trytond.pool import Pool
from trytond.tests.test_tryton import DB_NAME
from trytond.transaction import Transaction, TransactionError

from .records import create_sale, utc
from .ticket_records import D, TicketMixin

# The performance of records.create_sale starts at 18:30 in UTC.
DOORS = utc('2099-07-10 16:30')
MATINEE = utc('2099-07-10 12:30')
SHOW = utc('2099-07-10 18:00')
END = utc('2099-07-10 20:30')


class DoorMixin(TicketMixin):
    "A box office that has sold, and gates at its venue"
    __slots__ = ()

    def setUp(self):
        super().setUp()
        self.nonces = count(1)

    def open_doors(self, quantity=100, **values):
        self.open_box_office(quantity, **values)
        self.north = self.make_gate("North")
        self.south = self.make_gate("South")

    def make_gate(self, name, venue=None, **values):
        "Return a device that stands at a new gate"
        pool = Pool()
        Device = pool.get('tibillet.device')
        Gate = pool.get('tibillet.gate')
        with set_company(self.company):
            gate, = Gate.create([{
                        'name': name,
                        'venue': (venue or self.performance.venue).id,
                        'devices': [('create', [{
                                        'name': f'Door {name}',
                                        'kind': 'door',
                                        }])],
                        **values,
                        }])
        return Device(gate.devices[0].id)

    def open_matinee(self):
        "Return a ticket for another performance at the same venue"
        pool = Pool()
        Ticket = pool.get('tibillet.ticket')
        matinee = create_sale(10)
        matinee.venue = self.performance.venue
        matinee.name = "Matinée"
        matinee.time, matinee.end_time = dt.time(14), dt.time(16)
        matinee.save()
        tariff = self.make_tariff("Matinée", '20', event=matinee.event.id)
        order = self.sell(
            'matinee', self.item(1, tariff, matinee), paid='20')
        return Ticket(order.tickets[0].id)

    def commit(self, act, context=None):
        "Do what makes the records in a transaction of its own, return it"
        extras = {}
        while True:
            with Transaction().start(
                    DB_NAME, 0, context=context or {}, **extras,
                    ) as transaction:
                try:
                    result = act()
                    transaction.commit()
                    return result
                except TransactionError as error:
                    transaction.rollback()
                    error.fix(extras)

    def pair(self, device):
        "Return the key of a device"
        Device = Pool().get('tibillet.device')
        Device.start_pairing([device])
        code, = Device.start_pairing([device]).values()
        _, key = Device.claim(pairing.read_code(code))
        return key

    def sell_tickets(self, quantity=1, tariff=None, **values):
        tariff = tariff or self.full
        order = self.sell(
            str(uuid.uuid4()), self.item(quantity, tariff),
            paid=D(tariff.price or 0) * quantity or None, **values)
        return Pool().get('tibillet.ticket').browse(
            [t.id for t in order.tickets])

    def at(self, instant):
        "Let it be another time from now on"
        tools.now.return_value = instant

    def ask(self, read, kind='entry', nonce=None, performance=None, **values):
        "Return what a device asks about a ticket, or a text"
        return Asked(
            nonce or f'nonce-{next(self.nonces)}', kind,
            (performance or self.performance).uuid,
            **{'at': tools.now(),
                'code': read if isinstance(read, str) else read.code,
                **values})

    def scan(self, device, *args, **kwargs):
        return scan_writer.scan(device, self.ask(*args, **kwargs))

    def people(self):
        Performance = Pool().get('tibillet.performance')
        performance = Performance(self.performance.id)
        return performance.people_inside, performance.people_entered


__all__ = ['DOORS', 'END', 'MATINEE', 'SHOW', 'D', 'DoorMixin']
