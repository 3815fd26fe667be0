"""The report of a run: who, how much, since when, and what came back."""
import datetime as dt

from tibillet_base.spreadsheet import write
from tibillet_base.whole_report import WholeReport

from trytond.pool import Pool
from trytond.report import Report
from trytond.tools import timezone
from trytond.transaction import without_check_access


class MeltRunReport(WholeReport):
    __name__ = 'tibillet.melt.run.report'

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Run = pool.get('tibillet.melt.run')
        context = super().get_context(records, header, data)
        runs = Run.browse([int(r) for r in records])
        context['runs'] = runs
        context['local'] = _local
        context['lots'] = {
            line.id: _get_lots(line) for run in runs for line in run.lines}
        return context


class MeltRunCSV(Report):
    __name__ = 'tibillet.melt.run.csv'

    @classmethod
    def _execute(cls, records, header, data, action):
        pool = Pool()
        Run = pool.get('tibillet.melt.run')
        run = Run(int(records[0]))
        with without_check_access():
            return 'csv', write(cls.get_rows(run))

    @classmethod
    def get_rows(cls, run):
        "Yield the header, then what was melted lot by lot"
        pool = Pool()
        Line = pool.get('tibillet.melt.run.line')
        Lot = pool.get('tibillet.wallet.lot')
        yield [
            *(Line.__names__(name)['field'] for name in [
                    'wallet', 'money', 'since', 'noticed']),
            Lot.__names__('date')['field'],
            *(Line.__names__(name)['field'] for name in [
                    'amount', 'restored', 'operation']),
            ]
        for line in run.lines:
            for date, amount in _get_lots(line):
                yield [
                    line.wallet.rec_name, line.money.code, line.since,
                    line.noticed, date, amount,
                    amount if line.restored else 0, line.operation.uuid]


def _local(company, at):
    "Return an instant at the clock of a company"
    zone = company.timezone
    return at.replace(tzinfo=dt.UTC).astimezone(
        timezone.get_tzinfo(zone) if zone else dt.UTC)


def _get_lots(line):
    "Return the day and the amount of each lot of which something has melted"
    uses = [
        use for move in line.operation.moves for use in move.uses]
    return sorted((use.date, use.amount) for use in uses)
