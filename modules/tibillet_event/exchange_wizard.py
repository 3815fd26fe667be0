"""Exchange a date of a season pass at the counter."""
import uuid

from tibillet_base import tools
from tibillet_base.tools import SHOWN

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval
from trytond.transaction import Transaction
from trytond.wizard import (
    Button, StateReport, StateTransition, StateView, Wizard)

from . import pass_terms, ticket_exchange
from .box_office_payment import choose_seats
from .exceptions import BoxOfficeClosedError


class ExchangeStart(ModelView):
    __name__ = 'tibillet.ticket.exchange.start'
    __string__ = "Ticket Exchange Start"

    uuid = fields.Char("Identifier", states=SHOWN)
    company = fields.Many2One('company.company', "Company", states=SHOWN)
    currency = fields.Many2One('currency.currency', "Currency", states=SHOWN)
    ticket = fields.Many2One('tibillet.ticket', "Ticket", states=SHOWN)
    holder = fields.Char("Holder", states=SHOWN)
    old = fields.Many2One(
        'tibillet.performance', "Instead Of", states=SHOWN)
    paid = Monetary(
        "Paid", currency='currency', digits='currency', states=SHOWN,
        help="It goes with the date: nothing is paid nor given back.")
    performances = fields.Many2Many(
        'tibillet.performance', None, None, "Performances", states=SHOWN)
    performance = fields.Many2One(
        'tibillet.performance', "New Date", required=True,
        domain=[
            ('id', 'in', Eval('performances', [])),
            ])
    places_free = fields.Function(
        fields.Integer("Free Places"), 'on_change_with_places_free')
    point = fields.Many2One(
        'sale.point', "Till",
        domain=[
            ('company', '=', Eval('company', -1)),
            ('state', '=', 'open'),
            ],
        help="It keeps the exchange in its journal.")

    @fields.depends('performance', '_parent_performance.places_free')
    def on_change_with_places_free(self, name=None):
        return self.performance.places_free if self.performance else None


class Exchange(Wizard):
    __name__ = 'tibillet.ticket.exchange'

    start = StateView(
        'tibillet.ticket.exchange.start',
        'tibillet_event.ticket_exchange_start_view_form', [
            Button("Keep the Date", 'end', 'tryton-cancel'),
            Button("Exchange", 'exchange', 'tryton-ok', default=True),
            ])
    exchange = StateTransition()
    print_ = StateReport('tibillet.ticket.roll')

    def default_start(self, fields):
        pool = Pool()
        Company = pool.get('company.company')
        Point = pool.get('sale.point')
        ticket = self.record
        pass_terms.check_exchange(ticket)
        company = Company(Transaction().context['company'])
        point = Point.get_opened(company)
        performances = [p.id for p in self._get_performances(ticket)]
        return {
            'uuid': str(uuid.uuid4()),
            'company': company.id,
            'currency': company.currency.id,
            'ticket': ticket.id,
            'holder': ticket.holder,
            'old': ticket.performance.id,
            'paid': ticket.paid,
            'performances': performances,
            'performance': (
                performances[0] if len(performances) == 1 else None),
            'point': point.id if point else None,
            }

    def _get_performances(self, ticket):
        "Return for which ones the ticket is exchanged"
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        domain = [
            ('state', '=', 'on_sale'),
            ('start', '>', tools.now()),
            ('event.company', '=', ticket.performance.event.company.id),
            ]
        if ticket.pass_sale.season_pass.exchange == 'event':
            domain.append(('event', '=', ticket.performance.event.id))
        else:
            domain.append(('event.tariffs.kind', '=', 'pass'))
        return [
            p for p in Performance.search(domain, order=[('start', 'ASC')])
            if pass_terms.get_tariff(ticket, p)]

    def transition_exchange(self):
        start = self.start
        if not start.point:
            raise BoxOfficeClosedError(
                gettext('tibillet_event.msg_box_office_closed'))
        ticket_exchange.exchange(
            start.point, start.uuid, start.ticket, start.performance,
            choose_seats(start.performance, 1))
        return 'print_'

    def do_print_(self, action):
        pool = Pool()
        Operation = pool.get('tibillet.ticket.operation')
        operation, = Operation.search([
                ('request', '=', self.start.uuid),
                ('kind', '=', 'exchange_in'),
                ])
        return action, {
            'id': operation.ticket.id, 'ids': [operation.ticket.id]}

    def transition_print_(self):
        return 'end'
