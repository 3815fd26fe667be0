"""What a performance has brought in, from its returns."""
from decimal import Decimal

from trytond.model import fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.pyson import Eval

from tibillet.money import half_up

ZERO = Decimal(0)
RATE_DIGITS = (16, 4)
_RETURNED = {
    'invisible': ~Eval('returns', []),
    }


def _amount(name, help):
    return fields.Function(Monetary(
            name, currency='currency', digits='currency', states=_RETURNED,
            help=help), 'get_result')


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"), 'on_change_with_currency')
    tickets = fields.Function(fields.Integer(
            "Tickets", states=_RETURNED,
            help="Of the returns, what is cancelled taken off."),
        'get_result')
    tickets_free = fields.Function(fields.Integer(
            "Free Tickets", states=_RETURNED), 'get_result')
    fill_rate = fields.Function(fields.Numeric(
            "Filled", digits=RATE_DIGITS, states=_RETURNED,
            help="The tickets, as a part of the capacity."),
        'get_result')
    receipts = _amount("Receipts", "Tax included, without the service fees.")
    receipts_base = _amount("Receipts without VAT", "Without service fees.")
    mean_price = _amount(
        "Mean Price", "Of the tickets that are not free, tax included.")

    @fields.depends('event', '_parent_event.company')
    def on_change_with_currency(self, name=None):
        if self.event and self.event.company:
            return self.event.company.currency

    @classmethod
    def get_result(cls, performances, names):
        pool = Pool()
        ModelAccess = pool.get('ir.model.access')
        values = {
            column: dict.fromkeys([p.id for p in performances])
            for column in names}
        # Who does not read the returns does not read what they sum to.
        name = 'tibillet.boxoffice.return'
        if not ModelAccess.get_access([name])[name]['read']:
            return values
        for performance in performances:
            found = performance._get_result()
            for column in names:
                values[column][performance.id] = found[column]
        return values

    def _get_result(self):
        def total(name, start=0):
            return sum((getattr(r, name) for r in self.returns), start)

        tickets, free = total('valid'), total('free_valid')
        receipts = total('admission', ZERO)
        paying, fill_rate, mean = tickets - free, None, ZERO
        if self.capacity:
            fill_rate = half_up(
                Decimal(tickets) / self.capacity,
                Decimal(1).scaleb(-RATE_DIGITS[1]))
        if paying > 0:
            mean = half_up(receipts / paying, self.currency.rounding)
        return {
            'tickets': tickets,
            'tickets_free': free,
            'fill_rate': fill_rate,
            'receipts': receipts,
            'receipts_base': total('base', ZERO),
            'mean_price': mean,
            }
