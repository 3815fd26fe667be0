"""What the rules of a season pass allow of its tickets."""
from tibillet_base import tools

from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta

from .exceptions import PassExchangeError, PassRefundError

# Performances of which a date may be given back whatever the pass says.
CALLED_OFF = {'cancelled'}


def check_refund(tickets):
    "Refuse to give back what the pass of a ticket does not"
    now = tools.now()
    by_sale = {}
    for ticket in tickets:
        if ticket.pass_sale and ticket.performance.state not in CALLED_OFF:
            by_sale.setdefault(ticket.pass_sale, set()).add(ticket)
    for sale, some in by_sale.items():
        valid = {
            t for t in sale.valid_tickets
            if t.performance.state not in CALLED_OFF}
        refusal = sale.season_pass.refund_rule.get_refusal(
            [t.performance.start for t in some], now, some == valid)
        if refusal:
            raise PassRefundError(gettext(
                    f'tibillet_event.msg_pass_refund_{refusal}',
                    season_pass=sale.rec_name,
                    hours=sale.season_pass.refund_hours or 0,
                    tickets=', '.join(sorted(t.number for t in some))))


def check_exchange(ticket, performance=None):
    """Refuse to exchange a ticket that its pass does not

    performance: for which one, None to tell whether any is possible.
    """
    sale = ticket.pass_sale
    values = {'ticket': ticket.number}
    if not sale:
        raise PassExchangeError(gettext(
                'tibillet_event.msg_pass_exchange_ticket', **values))
    season_pass = sale.season_pass
    refusal = season_pass.exchange_rule.get_refusal(
        ticket.performance.start, tools.now(),
        not performance or performance.event == ticket.performance.event,
        sum(t.state == 'exchanged' for t in sale.tickets))
    if refusal:
        raise PassExchangeError(gettext(
                f'tibillet_event.msg_pass_exchange_{refusal}',
                season_pass=sale.rec_name,
                hours=season_pass.exchange_hours or 0,
                number=season_pass.exchange_number, **values))
    if performance and not get_tariff(ticket, performance):
        raise PassExchangeError(gettext(
                'tibillet_event.msg_pass_exchange_tariff',
                performance=performance.rec_name, **values))


def get_tariff(ticket, performance):
    "Return the tariff of passes that a date is exchanged at, None if none is"
    if (performance == ticket.performance
            or performance.event.company != ticket.performance.event.company):
        return None
    if ticket.tariff.is_of(performance):
        return ticket.tariff
    return performance.get_pass_tariff()


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    def get_pass_tariff(self):
        "Return its tariff of passes, None if it has none"
        pool = Pool()
        Tariff = pool.get('tibillet.tariff')
        tariffs = Tariff.search([
                ('event', '=', self.event.id),
                ('kind', '=', 'pass'),
                ['OR',
                    ('performances', '=', None),
                    ('performances', '=', self.id),
                    ],
                ], limit=1)
        return tariffs[0] if tariffs else None
