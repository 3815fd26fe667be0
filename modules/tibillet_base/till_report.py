import datetime as dt

from trytond.i18n import gettext
from trytond.pool import Pool
from trytond.rpc import RPC
from trytond.tools import file_open, timezone

from . import till_chain
from .exceptions import TillReceiptError
from .whole_report import WholeReport


class _TillReport(WholeReport):
    "What is printed on the roll of a till"

    @classmethod
    def get_context(cls, records, header, data):
        context = super().get_context(records, header, data)
        record = cls._get_printed(records[0])
        zone = record.company.timezone
        tzinfo = timezone.get_tzinfo(zone) if zone else dt.UTC

        def local(at):
            return at and at.replace(tzinfo=dt.UTC).astimezone(tzinfo)

        with file_open('tibillet_base/till.css') as style:
            context['style'] = style.read()
        context.update(
            local=local, signature=till_chain.mark, zone=zone or 'UTC',
            copy=cls._get_copy(record))
        context[cls._printed] = record
        return context

    @classmethod
    def _get_printed(cls, record):
        "Return the record that is printed"
        pool = Pool()
        return pool.get(cls._model)(int(record))

    @classmethod
    def _get_copy(cls, record):
        "Return how often it was printed again, 0 if it is the first time"
        return 0


class _LoggedReport(_TillReport):
    "Each printing is written in the log of the till"

    @classmethod
    def __setup__(cls):
        super().__setup__()
        cls.__rpc__['execute'] = RPC(readonly=False)

    @classmethod
    def _get_copy(cls, record):
        pool = Pool()
        Log = pool.get('tibillet.till.log')
        subject = record.rec_name
        if not Log.count(record.point, 'print', subject):
            Log.record(record.point, 'print', subject=subject)
            return 0
        Log.record(record.point, 'reprint', subject=subject)
        return Log.count(record.point, 'reprint', subject)


class ClosureReport(_LoggedReport):
    __name__ = 'tibillet.till.closure'
    _printed = 'closure'
    _model = 'tibillet.till.closure'


class PeriodReport(_LoggedReport):
    __name__ = 'tibillet.till.period'
    _printed = 'period'
    _model = 'tibillet.till.period'


class ReceiptReport(_LoggedReport):
    __name__ = 'tibillet.till.receipt'
    _printed = 'sale'
    _model = 'sale.point.sale'

    @classmethod
    def get_context(cls, records, header, data):
        context = super().get_context(records, header, data)
        context['notes'] = cls._get_notes(context['sale'], context['copy'])
        return context

    @classmethod
    def _get_notes(cls, sale, copy):
        "Return the sentences below what was paid"
        return []

    @classmethod
    def _get_printed(cls, record):
        sale = super()._get_printed(record)
        if not sale.signature:
            raise TillReceiptError(gettext('tibillet_base.msg_till_receipt'))
        return sale


class ReadingReport(_TillReport):
    __name__ = 'tibillet.till.reading'
    _printed = 'closure'
    _model = 'sale.point'

    @classmethod
    def _get_printed(cls, record):
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        return Closure.get_reading(super()._get_printed(record))
