from trytond.model import fields
from trytond.pool import PoolMeta

from .admission_vat import admission_category, admission_rate

CATEGORIES = [
    ('first', "First Performances"),
    ('show', "Show"),
    ('reduced', "Reduced"),
    ('standard', "Standard"),
    ('none', "No VAT"),
    ]


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    vat_category = fields.Function(
        fields.Selection(
            CATEGORIES, "VAT", sort=False,
            help="The VAT of its tickets, by the show, the venue and the "
            "rank of the performance."),
        'on_change_with_vat_category')
    vat_category_string = vat_category.translated('vat_category')
    vat_rate = fields.Function(
        fields.Numeric(
            "VAT Rate", digits=(16, 4),
            help="Empty when the venue is abroad."),
        'on_change_with_vat_rate')

    @fields.depends(
        'event', '_parent_event.kind', '_parent_event.new_work',
        '_parent_event.played_before', '_parent_event.vat_exempt', 'rank',
        'venue')
    def on_change_with_vat_category(self, name=None):
        if not self.event or not self.event.kind or not self.venue:
            return None
        rank = self.rank
        if rank is not None:
            rank += self.event.played_before or 0
        return admission_category(
            self.event.kind, rank, self.event.new_work,
            self.venue.drinks_customary, self.venue.territory,
            self.event.vat_exempt)

    @fields.depends('venue', methods=['on_change_with_vat_category'])
    def on_change_with_vat_rate(self, name=None):
        category = self.on_change_with_vat_category()
        if category:
            return admission_rate(category, self.venue.territory)
