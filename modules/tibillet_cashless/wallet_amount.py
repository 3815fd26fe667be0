from trytond.model import fields

from .units import from_units


class Units(fields.Integer):
    "A whole number of smallest units, of which there may be many"
    _sql_type = 'BIGINT'


class WalletAmountMixin:
    "A whole number of the smallest units of a money, shown as an amount"
    __slots__ = ()

    money = fields.Many2One(
        'tibillet.money', "Money", required=True, readonly=True,
        ondelete='RESTRICT')
    units = Units(
        "Smallest Units", required=True, readonly=True,
        help="The amount as a whole number of the smallest unit.")
    amount = fields.Function(
        fields.Numeric("Amount", digits='money'), 'get_amount')

    @classmethod
    def get_amount(cls, records, names):
        units = {'amount': 'units'}
        return {
            name: {
                r.id: None if (
                    value := getattr(r, units.get(name, f'{name}_units'))
                    ) is None else from_units(value, r.money.scale)
                for r in records}
            for name in names}

    def get_rec_name(self, name):
        return self.money.say(self.units)
