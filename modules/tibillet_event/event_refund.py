"""What an event gives back of its tickets: until when, and what is kept.

A ticket for a day is bought for good (Code de la consommation, L221-28, 12°),
unless the organiser says otherwise before the sale. Tickets of a pass have
the rules of the pass; what is cancelled or postponed is asked of each holder.
"""
from decimal import Decimal

from tibillet_base import tools

from trytond.i18n import gettext
from trytond.model import fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import PoolMeta
from trytond.pyson import Eval

from .pass_rule import RefundRule
from .refund import Terms
from .season_pass import hours_before
from .tariff import RATE_DIGITS
from .ticket_exceptions import TicketRefundError

ZERO = Decimal(0)
# Performances of which tickets may be given back whatever the event says.
CALLED_OFF = {'cancelled', 'postponed'}
_given_back = {
    'invisible': Eval('refund') == 'none',
    }


def _kept(label, name, help):
    return Monetary(
        label, currency='refund_currency', digits='refund_currency',
        domain=['OR',
            (name, '=', None),
            (name, '>=', 0),
            ],
        states=_given_back, help=help)


class Event(metaclass=PoolMeta):
    __name__ = 'tibillet.event'

    refund = fields.Selection([
            ('agreed', "When the Venue Agrees"),
            ('until', "Until a Deadline"),
            ('none', "No"),
            ], "Tickets Given Back", required=True, sort=False,
        help="What is cancelled or postponed is always given back.")
    refund_hours = hours_before(
        "Given Back Until", 'refund_hours',
        invisible=Eval('refund') != 'until')
    refund_fixed = _kept(
        "Kept", 'refund_fixed', "Once for all the tickets given back.")
    refund_per_ticket = _kept(
        "Kept per Ticket", 'refund_per_ticket', "Of each ticket.")
    refund_rate = fields.Numeric(
        "Part Kept", digits=RATE_DIGITS,
        domain=['OR',
            ('refund_rate', '=', None),
            [
                ('refund_rate', '>=', 0),
                ('refund_rate', '<=', 1),
                ],
            ],
        states=_given_back, help="Of what each ticket has cost.")
    refund_with_fee = fields.Boolean(
        "With the Service Fee", states=_given_back,
        help="Check to give the service fee back too.")
    refund_currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_refund_currency')

    @classmethod
    def default_refund(cls):
        return 'agreed'

    @fields.depends('company')
    def on_change_with_refund_currency(self, name=None):
        return self.company.currency if self.company else None

    @property
    def refund_rule(self):
        "Return the RefundRule of its tickets, None if it has none"
        kinds = {'none': 'none', 'until': 'date'}
        if kind := kinds.get(self.refund):
            return RefundRule(kind, self.refund_hours or 0)

    @property
    def refund_terms(self):
        "Return the Terms that are proposed for its tickets"
        return Terms(
            self.refund_fixed or ZERO, self.refund_per_ticket or ZERO,
            self.refund_rate or ZERO, bool(self.refund_with_fee))


def check_refund(tickets):
    "Refuse to give back what the event of a ticket does not"
    now = tools.now()
    by_event = {}
    for ticket in tickets:
        if (not ticket.pass_sale
                and ticket.performance.state not in CALLED_OFF):
            by_event.setdefault(ticket.performance.event, []).append(ticket)
    for event, some in by_event.items():
        rule = event.refund_rule
        refusal = rule and rule.get_refusal(
            [t.performance.start for t in some], now, True)
        if refusal:
            raise TicketRefundError(gettext(
                    f'tibillet_event.msg_event_refund_{refusal}',
                    event=event.rec_name,
                    hours=event.refund_hours or 0,
                    tickets=', '.join(sorted(t.number for t in some))))


def get_terms(tickets):
    "Return the Terms that all the events of tickets propose, or the default"
    found = {t.performance.event.refund_terms for t in tickets}
    return found.pop() if len(found) == 1 else Terms()
