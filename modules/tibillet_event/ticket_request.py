from sql import Conflict
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import ModelSQL, Unique, fields

from tibillet import chain

from .exceptions import TicketUUIDError, TicketUUIDMissingError


class TicketRequest(ModelSQL):
    __name__ = 'tibillet.ticket.request'
    __string__ = "Ticket Request"

    uuid = fields.Char("Identifier", required=True, strip=False)
    digest = fields.Char("Fingerprint", required=True, strip=False)

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('uuid_unique', Unique(table, table.uuid),
                'tibillet_event.msg_uuid_unique'),
            ]


def is_new(uuid, asked):
    """Tell whether the request is made for the first time

    asked: plain data, all that is asked.
    The same request sent twice waits for itself; the same uuid with other
    content is refused.
    """
    if not uuid:
        raise TicketUUIDMissingError(
            gettext('tibillet_event.msg_ticket_uuid'))
    digest = chain.link(chain.genesis(['ticket', 'request']), asked)
    request = table('tibillet.ticket.request')
    statement = cursor()
    statement.execute(*request.insert(
            [request.uuid, request.digest], [[uuid, digest]],
            on_conflict=Conflict(request, indexed_columns=[request.uuid])))
    if statement.rowcount:
        return True
    statement.execute(*request.select(
            request.digest, where=request.uuid == uuid))
    if statement.fetchone() != (digest,):
        raise TicketUUIDError(gettext(
                'tibillet_event.msg_ticket_uuid_reused', uuid=uuid))
    return False
