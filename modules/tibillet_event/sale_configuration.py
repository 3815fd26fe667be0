from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval


def _series(company):
    return fields.Many2One(
        'sale.point', "Series of Sales", ondelete='RESTRICT',
        domain=[
            ('company', '=', company),
            ('tax_included', '=', True),
            ],
        help="The till that numbers the tickets of sales that are invoiced: "
        "make one for them, that nobody sells at.")


class TicketConfiguration(metaclass=PoolMeta):
    __name__ = 'tibillet.ticket.configuration'

    sales_point = fields.MultiValue(
        _series(Eval('context', {}).get('company', -1)))

    @classmethod
    def multivalue_model(cls, field):
        pool = Pool()
        if field == 'sales_point':
            return pool.get('tibillet.ticket.configuration.account')
        return super().multivalue_model(field)


class TicketConfigurationAccount(metaclass=PoolMeta):
    __name__ = 'tibillet.ticket.configuration.account'

    sales_point = _series(Eval('company', -1))
