"""The return of a performance on paper, and as a table."""
import datetime as dt

from tibillet_base import spreadsheet
from tibillet_base.whole_report import WholeReport

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.report import Report
from trytond.tools import timezone
from trytond.transaction import without_check_access

from .return_making import LINE
from .schedule import to_local

# The columns of the table, by the field that names them.
HEAD = [
    'number', 'corrects_number', 'made_at', 'made_by', 'company_name',
    'organiser_name', 'event_name', 'performance_name', 'venue_name',
    'capacity', 'sold', 'free', 'cancelled', 'valid', 'free_valid',
    'duplicates', 'admission', 'base', 'vat', 'fee', 'retained', 'received',
    'owed', 'doors_used', 'entered', 'missing', 'peak']
DUE = ['party', 'sold', 'refunded', 'amount']


class ReturnReport(WholeReport):
    __name__ = 'tibillet.boxoffice.return'

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Return = pool.get('tibillet.boxoffice.return')
        context = super().get_context(records, header, data)
        returns = Return.browse([int(r) for r in records])

        def local(boxoffice_return, at):
            zone = boxoffice_return.performance.venue.timezone
            return at.replace(tzinfo=dt.UTC).astimezone(
                timezone.get_tzinfo(zone))

        def percent(rate):
            return context['format_number'](rate * 100, None, digits=2)

        context.update(returns=returns, local=local, percent=percent)
        return context


class ReturnCSV(Report):
    __name__ = 'tibillet.boxoffice.return.csv'

    @classmethod
    def _execute(cls, records, header, data, action):
        pool = Pool()
        Return = pool.get('tibillet.boxoffice.return')
        # What is printed was checked to be read.
        with without_check_access():
            return 'csv', get_csv(Return(int(records[0])))


def get_csv(boxoffice_return):
    "Return a block for the return, one for its lines, one for what is owed"
    rows = [[gettext(
                'tibillet_event.msg_boxoffice_return_title',
                number=boxoffice_return.number)]]
    values = spreadsheet.values(boxoffice_return, HEAD)
    values[HEAD.index('made_at')] = to_local(
        boxoffice_return.made_at,
        boxoffice_return.performance.venue.timezone).isoformat(' ', 'minutes')
    rows += zip(spreadsheet.names(boxoffice_return, HEAD), values, strict=True)
    for records, columns in [
            (boxoffice_return.lines, LINE), (boxoffice_return.dues, DUE)]:
        if records:
            rows += [[], spreadsheet.names(records[0], columns)]
            rows += [spreadsheet.values(record, columns) for record in records]
    return spreadsheet.write(rows)
