from trytond.model import fields
from trytond.pool import PoolMeta


class InvoiceLine(metaclass=PoolMeta):
    __name__ = 'account.invoice.line'

    @fields.depends('asset', 'account')
    def on_change_asset(self):
        super().on_change_asset()
        if self.asset:
            account = self.asset.product.account_disposal_income_used
            if account:
                self.account = account
