"""What is sold and may not be paid by what is given."""
from tibillet_base.tools import cursor, table

from trytond.model import fields
from trytond.pool import PoolMeta


class Template(metaclass=PoolMeta):
    __name__ = 'product.template'

    without_gifts = fields.Boolean(
        "Never Given",
        help="Check for what gifts, points and hours may not pay, such as a "
        "deposit on a cup or a ticket of somebody else.")


class Product(metaclass=PoolMeta):
    __name__ = 'product.product'

    @classmethod
    def get_never_given(cls, ids):
        "Return those of the ids of products that are never given"
        product, template = table('product.product'), table('product.template')
        statement = cursor()
        statement.execute(*product.join(
                template, condition=template.id == product.template).select(
                product.id,
                where=fields.SQL_OPERATORS['in'](product.id, list(ids))
                & (template.without_gifts | template.deposit)))
        return {id_ for id_, in statement}
