"""The receipts of a performance, as societies of authors ask for them.

Who plays works of others says to the SACEM (music) or the SACD (drama,
dance, circus) what was received and spent, and what was played. The SACEM
wants it within ten days of the last performance; the SACD when its contract
says, so that ten days do for both.
"""
import datetime as dt
from decimal import Decimal

from tibillet_base import spreadsheet
from tibillet_base.whole_report import WholeReport

from trytond.i18n import gettext
from trytond.model import fields
from trytond.modules.currency.fields import Monetary
from trytond.pool import Pool, PoolMeta
from trytond.report import Report
from trytond.transaction import without_check_access

from .declaration_exceptions import RightsCostError, RightsReturnError

ZERO = Decimal(0)
# How long after the last performance the receipts are sent.
DAYS = 10
SUMS = ['sold', 'valid', 'free_valid', 'admission', 'base', 'vat', 'fee']


class Event(metaclass=PoolMeta):
    __name__ = 'tibillet.event'

    works = fields.Text(
        "Works",
        help="A line for each: its title, its authors and composers, how "
        "long it lasts. It is printed with the receipts for the societies of "
        "authors.")


class Performance(metaclass=PoolMeta):
    __name__ = 'tibillet.performance'

    show_cost = Monetary(
        "Cost of the Show", currency='rights_currency',
        digits='rights_currency',
        # Not everybody who reads a performance may read it.
        loading='lazy',
        help="Without VAT: the price of the show or the wages of artists and "
        "technicians with their charges, travel, hire of the stage. Societies "
        "of authors ask for it; empty to write it by hand.")
    rights_currency = fields.Function(fields.Many2One(
            'currency.currency', "Currency"),
        'on_change_with_rights_currency')

    @fields.depends('event', '_parent_event.company')
    def on_change_with_rights_currency(self, name=None):
        if self.event and self.event.company:
            return self.event.company.currency

    @classmethod
    def validate_fields(cls, performances, field_names):
        super().validate_fields(performances, field_names)
        if 'show_cost' in field_names:
            for performance in performances:
                if (performance.show_cost or 0) < 0:
                    raise RightsCostError(gettext(
                            'tibillet_event.msg_rights_cost',
                            performance=performance.rec_name))


@without_check_access
def get_values(performance):
    """Return what is said of a closed performance

    Raise RightsReturnError if it has no return yet.
    """
    returns = performance.returns
    if not returns:
        raise RightsReturnError(gettext(
                'tibillet_event.msg_rights_return',
                performance=performance.rec_name))
    lines = {}
    for made in returns:
        for line in made.lines:
            if line.kind in {'sold', 'free', 'cancelled'}:
                key = (line.label, line.price or ZERO, line.rate or ZERO)
                found = lines.setdefault(key, [0, ZERO, ZERO, ZERO])
                # What was cancelled has its amounts negative already.
                sign = -1 if line.kind == 'cancelled' else 1
                found[0] += sign * (line.quantity or 0)
                for index, name in enumerate(['amount', 'base', 'vat'], 1):
                    found[index] += getattr(line, name) or ZERO
    return {
        'performance': performance,
        'event': performance.event,
        'company': performance.event.company,
        'currency': performance.event.company.currency,
        'venue': performance.venue,
        'due_date': performance.date + dt.timedelta(days=DAYS),
        'lines': [
            (*key, *found) for key, found in lines.items() if any(found)],
        **{name: sum(getattr(made, name) or 0 for made in returns)
            for name in SUMS},
        }


class _RightsReport(WholeReport):

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        context = super().get_context(records, header, data)

        def percent(rate):
            return context['format_number'](rate * 100, None, digits=2)

        context.update(
            sheets=[
                get_values(p) for p in Performance.browse(
                    [int(r) for r in records])],
            percent=percent,
            society=cls._society)
        return context


class SACEMReport(_RightsReport):
    __name__ = 'tibillet.performance.sacem'
    _society = 'SACEM'


class SACDReport(_RightsReport):
    __name__ = 'tibillet.performance.sacd'
    _society = 'SACD'


class RightsCSV(Report):
    "A block for each performance, with its tariffs"
    __name__ = 'tibillet.performance.rights.csv'

    @classmethod
    def _execute(cls, records, header, data, action):
        pool = Pool()
        Performance = pool.get('tibillet.performance')
        Line = pool.get('tibillet.boxoffice.return.line')
        Return = pool.get('tibillet.boxoffice.return')
        columns = _strings(
            Line, ['label', 'price', 'rate', 'quantity', 'amount', 'base',
                'vat'])
        rows = []
        # What is printed was checked to be read.
        with without_check_access():
            for performance in Performance.browse([int(r) for r in records]):
                sheet = get_values(performance)
                rows += [
                    *zip(_strings(Performance, [
                                'event', 'venue', 'date', 'capacity',
                                'show_cost']), [
                            sheet['event'].rec_name, sheet['venue'].rec_name,
                            performance.date, performance.capacity,
                            performance.show_cost], strict=True),
                    *zip(_strings(Return, SUMS),
                        [sheet[name] for name in SUMS], strict=True),
                    *zip(
                        _strings(performance.event.__class__, ['works']),
                        [sheet['event'].works], strict=True),
                    [], columns, *sheet['lines'], []]
            return 'csv', spreadsheet.write(rows)


def _strings(Model, names):
    definitions = Model.fields_get(names)
    return [definitions[name]['string'] for name in names]
