"""What follows the operation that made a ticket, in the journal."""
from tibillet_base import tools

from trytond.pool import Pool

# What makes a ticket.
MADE = ['sale', 'free', 'exchange_in']
AMOUNTS = ['admission', 'base', 'vat', 'fee', 'paid']
# What an operation repeats of another on the same ticket.
REPEATED = [
    'ticket_uuid', 'performance_uuid', 'organiser_name', 'event_name',
    'performance_name', 'starts_at', 'venue_name', 'place_name',
    'tariff_name', 'tariff_kind', 'vat_rate']
REPEATED_IDS = ['company', 'ticket', 'performance', 'tariff', 'organiser']


def get_made(ids):
    "Return the operation that made each ticket"
    pool = Pool()
    Operation = pool.get('tibillet.ticket.operation')
    return Operation.search([
            ('ticket', 'in', ids),
            ('kind', 'in', MADE),
            ], order=[('ticket', 'ASC')])


def write(point, series, kind, changes, now):
    """Write an operation of a kind after each that made a ticket

    changes: by operation, the columns that it does not have in common.
    """
    user = tools.who()
    operations = []
    for first, changed in changes.items():
        operation = {
            **{name: getattr(first, name) for name in REPEATED},
            **{name: getattr(first, name).id for name in REPEATED_IDS},
            **dict.fromkeys(AMOUNTS, 0 * first.paid),
            **dict.fromkeys([
                    'cancelled', 'cancelled_number', 'sale', 'sale_number',
                    'sale_line', 'fee_line']),
            'point': point.id,
            'at': now,
            'kind': kind,
            'user': user,
            **changed,
            }
        series.take(operation)
        operations.append(operation)
    series.write(operations, now)
