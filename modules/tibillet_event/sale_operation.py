"""Operations on tickets that a sale has sold and that are invoiced."""
from sql.conditionals import Coalesce
from tibillet_base.tools import cursor, forget, sliced, table

from trytond.model import Index, fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval


class TicketOperation(metaclass=PoolMeta):
    __name__ = 'tibillet.ticket.operation'

    order_line = fields.Many2One(
        'sale.line', "Line of the Invoiced Sale", readonly=True,
        ondelete='RESTRICT',
        states={
            'invisible': ~Eval('order_line'),
            })

    @classmethod
    def __setup__(cls):
        super().__setup__()
        table = cls.__table__()
        cls._sql_indexes.add(
            Index(table, (table.order_line, Index.Equality())))

    @classmethod
    def _get_frozen(cls):
        return [*super()._get_frozen(), 'order_line']

    @property
    def is_invoiced(self):
        return bool(self.order_line)

    @classmethod
    def read_invoiced(cls, ids):
        operation = cls.__table__()
        first = cls.__table__()
        line = table('sale.line')
        statement, found = cursor(), super().read_invoiced(ids)
        for some in sliced(list(ids)):
            statement.execute(*operation
                .join(first, 'LEFT',
                    condition=first.id == operation.cancelled)
                .join(line, condition=line.id == Coalesce(
                        operation.order_line, first.order_line))
                .select(
                    operation.id, line.id, line.product, line.place_account,
                    operation.vat_rate,
                    where=fields.SQL_OPERATORS['in'](
                        operation.id, list(some))))
            found.update((id_, values) for id_, *values in statement)
        return found

    @classmethod
    def get_not_invoiced(cls, lines):
        pool = Pool()
        Line = pool.get('sale.line')
        numbers = super().get_not_invoiced(lines)
        for line in Line.browse(sorted(lines)):
            if line.get_sold() != line.get_posted():
                numbers.append(line.sale.rec_name)
        return list(dict.fromkeys(numbers))

    @classmethod
    def credit(cls, operations):
        pool = Pool()
        Line = pool.get('sale.line')
        Sale = pool.get('sale.sale')
        super().credit(operations)
        lines = dict.fromkeys(o.order_line for o in operations)
        sales = {line.sale.id for line in lines}
        forget(Line, [line.id for line in lines])
        Sale.__queue__.process(Sale.browse(sorted(sales)))
