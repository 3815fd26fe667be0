"""A show whose receipts are taxed, for tests on the server."""
from trytond.modules.company.tests import set_company
from trytond.pool import Pool

from .records import utc
from .return_records import ReturnMixin

# The first quarter is over.
APRIL = utc('2026-04-02 10:00')
JULY = utc('2026-07-02 10:00')


class ShowTaxMixin(ReturnMixin):
    __slots__ = ()

    def open_show(self, **values):
        "A concert of variety, two thousand euros of places at 20 euros"
        self.open_evening(1000, **values)
        event = self.performance.event
        event.kind, event.sibil_domain = 'concert', 'music_popular'
        event.save()

    def worksheet(self, period='1', body='cnm', year=2026):
        Worksheet = Pool().get('tibillet.show.tax')
        worksheet, = Worksheet.create([{
                    'company': self.company.id,
                    'body': body,
                    'year': year,
                    'period': period,
                    }])
        return worksheet

    def freeze(self, worksheet, at=APRIL):
        self.at(at)
        with set_company(self.company):
            worksheet.__class__.freeze([worksheet])
        return worksheet.__class__(worksheet.id)
