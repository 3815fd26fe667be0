"""What a record takes from its convention: its currency, its partners."""
from trytond.model import fields


class CurrencyMixin:
    __slots__ = ()

    currency = fields.Function(
        fields.Many2One('currency.currency', "Currency"),
        'on_change_with_currency')

    @fields.depends('convention', '_parent_convention.currency')
    def on_change_with_currency(self, name=None):
        return self.convention.currency if self.convention else None


class PartnersMixin(CurrencyMixin):
    __slots__ = ()

    partners = fields.Function(
        fields.Many2Many('party.party', None, None, "Partners"),
        'on_change_with_partners')

    @fields.depends('convention', '_parent_convention.parties')
    def on_change_with_partners(self, name=None):
        if not self.convention:
            return []
        return [p.party for p in self.convention.parties]
