"""Cancel tickets and give back what they have cost, seen before it is done."""
import uuid
from decimal import Decimal

from trytond.model import ModelView, fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool
from trytond.pyson import Eval, PYSONEncoder
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateAction, StateView, Wizard

from . import event_refund, refund, ticket_cancel
from .ticket_journal import get_made

ZERO = Decimal(0)
# What was invoiced is credited, not given back at a till.
_AT_TILL = {
    'invisible': Eval('invoiced', False),
    'required': ~Eval('invoiced', False),
    }


class RefundStart(ModelView):
    __name__ = 'tibillet.ticket.refund.start'
    __string__ = "Ticket Refund Start"

    uuid = fields.Char("Identifier")
    company = fields.Many2One('company.company', "Company")
    currency = fields.Many2One('currency.currency', "Currency")
    tickets = fields.Many2Many(
        'tibillet.ticket', None, None, "Tickets", required=True,
        domain=[
            ('company', '=', Eval('company', -1)),
            ('state', '=', 'valid'),
            ])
    point = fields.Many2One(
        'sale.point', "Till",
        domain=[
            ('company', '=', Eval('company', -1)),
            ('state', '=', 'open'),
            ],
        states=_AT_TILL)
    method = fields.Many2One(
        'sale.point.payment.method', "Given Back by",
        domain=[
            ('company', '=', Eval('company', -1)),
            ],
        states=_AT_TILL)
    invoiced = fields.Function(
        fields.Boolean("Invoiced"), 'on_change_with_invoiced')
    with_fee = fields.Boolean(
        "With the Service Fee",
        help="Check to give the service fee back too.")
    fixed = Monetary(
        "Kept", currency='currency', digits='currency',
        help="Once for all the tickets.")
    per_ticket = Monetary(
        "Kept per Ticket", currency='currency', digits='currency')
    rate = fields.Numeric(
        "Part Kept", digits=(16, 4),
        domain=['OR',
            ('rate', '=', None),
            [
                ('rate', '>=', 0),
                ('rate', '<=', 1),
                ],
            ],
        help="Of what each ticket has cost.")
    worth = fields.Function(Monetary(
            "Worth", currency='currency', digits='currency'),
        'on_change_with_worth')
    kept = fields.Function(Monetary(
            "Kept in All", currency='currency', digits='currency'),
        'on_change_with_kept')
    given = fields.Function(Monetary(
            "To Give Back", currency='currency', digits='currency'),
        'on_change_with_given')

    @fields.depends('tickets')
    def on_change_with_invoiced(self, name=None):
        if not self.tickets:
            return False
        with without_check_access():
            return all(
                o.is_invoiced for o in get_made([t.id for t in self.tickets]))

    def get_terms(self):
        return refund.Terms(
            self.fixed or ZERO, self.per_ticket or ZERO, self.rate or ZERO,
            bool(self.with_fee))

    @fields.depends(
        'tickets', 'company', 'fixed', 'per_ticket', 'rate', 'with_fee')
    def _get_quote(self):
        if not self.tickets or not self.company:
            return refund.Quote(ZERO, ZERO)
        with without_check_access():
            return ticket_cancel.simulate(
                self.company, self.tickets, self.get_terms())

    @fields.depends(methods=['_get_quote'])
    def on_change_with_worth(self, name=None):
        return self._get_quote().worth

    @fields.depends(methods=['_get_quote'])
    def on_change_with_kept(self, name=None):
        return self._get_quote().kept

    @fields.depends(methods=['_get_quote'])
    def on_change_with_given(self, name=None):
        return self._get_quote().given


class TicketRefund(Wizard):
    __name__ = 'tibillet.ticket.refund'

    start = StateView(
        'tibillet.ticket.refund.start',
        'tibillet_event.ticket_refund_start_view_form', [
            Button("Keep the Tickets", 'end', 'tryton-cancel'),
            Button("Cancel and Give Back", 'cancel', 'tryton-ok',
                default=True),
            ])
    cancel = StateAction('tibillet_event.act_ticket_operation_refund')

    def default_start(self, fields):
        pool = Pool()
        Method = pool.get('sale.point.payment.method')
        Point = pool.get('sale.point')
        company = self.record.company
        point = Point.get_opened(company)
        cash = Method.get_by_tender(company, 'cash')
        tickets = [
            t for t in self.records
            if t.state == 'valid' and t.company == company]
        terms = event_refund.get_terms(tickets)
        return {
            'uuid': str(uuid.uuid4()),
            'company': company.id,
            'currency': company.currency.id,
            'tickets': [t.id for t in tickets],
            'fixed': terms.fixed or None,
            'per_ticket': terms.per_ticket or None,
            'rate': terms.rate or None,
            'with_fee': terms.with_fee,
            'point': point.id if point else None,
            'method': cash.id if cash else None,
            }

    def do_cancel(self, action):
        start = self.start
        # What was invoiced needs none: each has the series of its own.
        point = start.point or self.record.operations[-1].point
        ticket_cancel.cancel(
            point, start.uuid, start.tickets, start.method, start.get_terms())
        action['pyson_domain'] = PYSONEncoder().encode(
            [('request', '=', start.uuid)])
        return action, {}
