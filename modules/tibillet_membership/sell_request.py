from sql import Conflict
from tibillet_base.exceptions import TillUUIDError
from tibillet_base.tools import cursor, table

from trytond.i18n import gettext
from trytond.model import ModelSQL, Unique, fields


class SellRequest(ModelSQL):
    __name__ = 'tibillet.membership.sell.request'
    __string__ = "Membership Sell Request"

    uuid = fields.Char("Identifier", required=True, strip=False)
    point = fields.Many2One(
        'sale.point', "Till", required=True, ondelete='RESTRICT')

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_constraints += [
            ('uuid_unique', Unique(table, table.uuid),
                'tibillet_membership.msg_sell_request_unique'),
            ]


def is_new(uuid, point):
    """Tell whether a request is made for the first time

    The same one sent twice waits for itself; at another till it is refused.
    """
    request = table('tibillet.membership.sell.request')
    statement = cursor()
    statement.execute(*request.insert(
            [request.uuid, request.point], [[uuid, int(point)]],
            on_conflict=Conflict(request, indexed_columns=[request.uuid])))
    if statement.rowcount:
        return True
    statement.execute(*request.select(
            request.point, where=request.uuid == uuid))
    if statement.fetchone() != (int(point),):
        refuse(uuid)
    return False


def refuse(uuid):
    raise TillUUIDError(gettext(
            'tibillet_base.msg_till_uuid_reused', uuid=uuid))
