"""Print tickets: the first time, and again as a duplicate that is recorded.

The ticket says what the law asks for (CGI, annexe IV, 50 sexies B): who
exploits, the show and its date, the category, the price or that it is free,
the number of its operation, where and when it was sold; and the licences of
who exploits, whatever the layout.
"""
import datetime as dt

import qrcode
from markupsafe import Markup
from qrcode.image.svg import SvgPathImage
from tibillet_base import till_sql, tools
from tibillet_base.tools import cursor, forget, table
from tibillet_base.whole_report import WholeReport

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool
from trytond.rpc import RPC
from trytond.tools import file_open, timezone
from trytond.transaction import without_check_access

from . import ticket_journal, ticket_series
from .exceptions import TicketPrintError
from .ticket_journal import get_made


@without_check_access
def record(tickets):
    """Count that the tickets are printed now

    Return how often each was printed before, by id: a duplicate, beside the
    first time, is an operation of the till that has sold it.
    """
    pool = Pool()
    Ticket = pool.get('tibillet.ticket')
    ids = sorted({int(t) for t in tickets})
    ticket = table('tibillet.ticket')
    statement = cursor()
    statement.execute(*ticket.select(
            ticket.id, ticket.state, ticket.prints,
            where=fields.SQL_OPERATORS['in'](ticket.id, ids),
            order_by=ticket.id.asc, for_=till_sql.for_update()))
    rows = statement.fetchall()
    invalid = [id_ for id_, state, _ in rows if state != 'valid']
    if invalid:
        raise TicketPrintError(gettext(
                'tibillet_event.msg_ticket_print',
                tickets=', '.join(t.number for t in Ticket.browse(invalid))))
    before = {id_: prints for id_, _, prints in rows}
    _record_duplicates([id_ for id_, prints in before.items() if prints])
    statement.execute(*ticket.update(
            [ticket.prints], [ticket.prints + 1],
            where=fields.SQL_OPERATORS['in'](ticket.id, ids)))
    forget(Ticket, ids)
    return before


def _record_duplicates(ids):
    by_point = {}
    for operation in get_made(ids) if ids else []:
        by_point.setdefault(operation.point, []).append(operation)
    for point in sorted(by_point, key=lambda p: p.id):
        ticket_journal.write(
            point, ticket_series.lock(point), 'duplicate', {
                first: {
                    'request': f'{first.ticket_uuid}/{first.ticket.prints}',
                    } for first in by_point[point]}, tools.now())


class _TicketReport(WholeReport):
    "A page for each ticket"

    # Width and height of the page.
    _size = None

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__rpc__['execute'] = RPC(readonly=False)

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Licence = pool.get('tibillet.licence')
        Ticket = pool.get('tibillet.ticket')
        context = super().get_context(records, header, data)
        tickets = Ticket.browse([int(r) for r in records])
        copies = record(tickets)
        first = {o.ticket: o for o in get_made([t.id for t in tickets])}

        def local(ticket, at):
            zone = timezone.get_tzinfo(ticket.performance.venue.timezone)
            return at.replace(tzinfo=dt.UTC).astimezone(zone)

        licences = Licence.get_valid({
                (first[t].organiser, local(t, first[t].at).date())
                for t in tickets})

        def numbers(ticket):
            "What must be said of the organiser on the day of the sale"
            day = local(ticket, first[ticket].at).date()
            return ', '.join(
                l.number for l in licences[first[ticket].organiser, day])

        def qr(ticket):
            code = qrcode.QRCode(
                image_factory=SvgPathImage, border=2,
                error_correction=qrcode.ERROR_CORRECT_M)
            code.add_data(ticket.code)
            return Markup(code.make_image().to_string(encoding='unicode'))

        with file_open('tibillet_event/ticket.css') as style:
            context['style'] = style.read()
        context.update(
            tickets=tickets, copies=copies, first=first, local=local,
            numbers=numbers, qr=qr,
            size=cls._size, layout=cls._layout)
        return context


class TicketReport(_TicketReport):
    __name__ = 'tibillet.ticket.page'
    _size = '210mm 99mm'
    _layout = 'page'


class TicketRollReport(_TicketReport):
    __name__ = 'tibillet.ticket.roll'
    _size = '80mm 150mm'
    _layout = 'roll'
