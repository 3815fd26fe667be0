from decimal import ROUND_HALF_UP

from trytond.pool import PoolMeta


class Currency(metaclass=PoolMeta):
    __name__ = 'currency.currency'

    # Half up as tax forms, invoices and people do: half to even, the default
    # of the standard, makes 0.02 of 0.025 and 0.04 of 0.035.
    def round(self, amount, rounding=ROUND_HALF_UP, opposite=False):
        return super().round(amount, rounding=rounding, opposite=opposite)
