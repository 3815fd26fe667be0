"To whom a unit was sold, and by which invoices"
from collections import defaultdict

from tibillet_base.tools import sliced

from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval
from trytond.transaction import without_check_access


class Equipment(metaclass=PoolMeta):
    __name__ = 'tibillet.equipment'

    buyer = fields.Function(
        fields.Char(
            "Buyer",
            states={
                'invisible': ~Eval('buyer'),
                },
            help="To whom the companies that you act for have sold it."),
        'get_sale')
    sale_invoices = fields.Function(
        fields.Char(
            "Sold by Invoice",
            states={
                'invisible': ~Eval('sale_invoices'),
                }),
        'get_sale')

    @classmethod
    @without_check_access
    def get_sale(cls, units, names):
        "Return the buyers and the invoices of what the user's companies sold"
        buyers, invoices = defaultdict(dict), defaultdict(dict)
        for line in cls._get_sale_lines(units):
            unit = line.asset.equipment if line.asset else line.origin
            buyers[unit.id][line.invoice.party.rec_name] = None
            invoices[unit.id][line.invoice.rec_name] = None
        found = {'buyer': buyers, 'sale_invoices': invoices}
        return {
            name: {u.id: ', '.join(found[name][u.id]) for u in units}
            for name in names}

    @classmethod
    def _get_sale_lines(cls, units):
        pool = Pool()
        InvoiceLine = pool.get('account.invoice.line')
        User = pool.get('res.user')
        ids = [u.id for u in units if u.state == 'retired']
        for sub_ids in map(list, sliced(ids)):
            # Who bought it is told to the company that has sold it.
            yield from InvoiceLine.search([
                    ('invoice.company', 'in', User.get_companies()),
                    ('invoice.type', '=', 'out'),
                    ('invoice.state', 'in', ['posted', 'paid']),
                    ['OR',
                        ('origin', 'in',
                            [f'{cls.__name__},{id}' for id in sub_ids]),
                        ('asset.equipment', 'in', sub_ids),
                        ],
                    ], order=[('invoice', 'ASC'), ('id', 'ASC')])
