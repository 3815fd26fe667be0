from trytond.model import fields
from trytond.pool import PoolMeta


class InvoiceLine(metaclass=PoolMeta):
    __name__ = 'account.invoice.line'

    @classmethod
    def _get_origin(cls):
        return super()._get_origin() + ['tibillet.equipment']

    @fields.depends('asset', 'account')
    def on_change_asset(self):
        super().on_change_asset()
        if self.asset:
            account = self.asset.product.account_disposal_income_used
            if account:
                self.account = account

    def get_move_lines(self):
        if self.asset:
            self.asset.check_sale()
        return super().get_move_lines()

    def get_rec_name(self, name):
        rec_name = super().get_rec_name(name)
        if self.description and self.invoice:
            title = self.description.splitlines()[0]
            rec_name = f'{title} ({self.invoice.rec_name})'
        return rec_name

    @classmethod
    def search_rec_name(cls, name, clause):
        _, operator, _ = clause
        if operator.startswith('!') or operator.startswith('not '):
            bool_op = 'AND'
        else:
            bool_op = 'OR'
        return [bool_op,
            super().search_rec_name(name, clause),
            ('description', *clause[1:]),
            ]
