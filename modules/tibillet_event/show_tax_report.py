"""The worksheet of the tax on shows on paper, and as a table."""
from tibillet_base import spreadsheet
from tibillet_base.whole_report import WholeReport

from trytond.pool import Pool
from trytond.report import Report
from trytond.transaction import without_check_access

from .show_tax_making import LINE

HEAD = [
    'company', 'body', 'start_date', 'end_date', 'base', 'amount',
    'account_amount', 'year_before', 'year_amount', 'threshold', 'to_collect',
    'due_date', 'state', 'frozen_at', 'frozen_by', 'source']


class ShowTaxReport(WholeReport):
    __name__ = 'tibillet.show.tax'

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Worksheet = pool.get('tibillet.show.tax')
        context = super().get_context(records, header, data)

        def percent(rate):
            return context['format_number'](rate * 100, None, digits=2)

        context.update(
            worksheets=Worksheet.browse([int(r) for r in records]),
            percent=percent)
        return context


class ShowTaxCSV(Report):
    __name__ = 'tibillet.show.tax.csv'

    @classmethod
    def _execute(cls, records, header, data, action):
        pool = Pool()
        Worksheet = pool.get('tibillet.show.tax')
        # What is printed was checked to be read.
        with without_check_access():
            return 'csv', get_csv(Worksheet(int(records[0])))


def get_csv(worksheet):
    "Return a block for the worksheet, one for its performances"
    rows = list(zip(
            spreadsheet.names(worksheet, HEAD),
            spreadsheet.values(worksheet, HEAD), strict=True))
    if worksheet.lines:
        rows += [[], spreadsheet.names(worksheet.lines[0], LINE)]
        rows += [spreadsheet.values(line, LINE) for line in worksheet.lines]
    return spreadsheet.write(rows)
