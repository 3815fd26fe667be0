"""What the closures of tills put in the books of what cards have moved."""
from trytond.model import ModelView, fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction, without_check_access

from . import wallet_posting_sql


class WalletPosting(metaclass=PoolMeta):
    __name__ = 'tibillet.wallet.posting'

    closure = fields.Many2One(
        'tibillet.till.closure', "Closure", readonly=True,
        ondelete='RESTRICT',
        help="Of the till that has posted it.")

    @classmethod
    def get_till(cls, operation):
        pool = Pool()
        Link = pool.get('tibillet.wallet.operation-sale.point.sale')
        Sale = pool.get('sale.point.sale')
        link, sale = Link.__table__(), Sale.__table__()
        return link.join(sale, condition=sale.id == link.sale).select(
            sale.point, where=link.operation == operation.id)

    @classmethod
    def adopt(cls, company):
        super().adopt(company)
        cls.link_closures(company)

    @classmethod
    @without_check_access
    def link_closures(cls, company):
        "Link the operations of closures that are in the books"
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        closures = Closure.browse(wallet_posting_sql.closures(company))
        postings = cls.create([{
                    'company': company.id,
                    'date': closure.date,
                    'move': closure.move.id if closure.move else None,
                    'closure': closure.id,
                    } for closure in closures])
        for posting in postings:
            wallet_posting_sql.link_closure(
                company, posting.id, posting.closure.id)


class Closure(metaclass=PoolMeta):
    __name__ = 'tibillet.till.closure'

    @classmethod
    @ModelView.button
    def post(cls, closures):
        pool = Pool()
        Posting = pool.get('tibillet.wallet.posting')
        super().post(closures)
        for company in {c.company for c in closures}:
            with Transaction().set_context(company=company.id):
                Posting.link_closures(company)
