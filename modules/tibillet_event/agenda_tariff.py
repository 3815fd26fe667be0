"""Tariffs that have sold as many places as they may."""
from sql.aggregate import Count
from tibillet_base import tools

from trytond.model import fields
from trytond.pool import PoolMeta


class Tariff(metaclass=PoolMeta):
    __name__ = 'tibillet.tariff'

    @classmethod
    def get_full(cls, tariffs):
        full = super().get_full(tariffs)
        performance = tools.table('tibillet.performance')
        ticket = tools.table('tibillet.ticket')
        is_in = fields.SQL_OPERATORS['in']
        limited = {t.id: t for t in tariffs if t.number}
        statement = tools.cursor()
        for some in map(list, tools.sliced(list(limited.values()))):
            statement.execute(*ticket.select(
                    ticket.tariff, ticket.performance, Count(ticket.id),
                    where=is_in(ticket.tariff, [t.id for t in some])
                    & ticket.performance.in_(performance.select(
                            performance.id,
                            where=is_in(
                                performance.event,
                                [t.event.id for t in some])))
                    & (ticket.state == 'valid'),
                    group_by=[ticket.tariff, ticket.performance]))
            full.update(
                (tariff, performance)
                for tariff, performance, count in statement
                if count >= limited[tariff].number)
        return full
