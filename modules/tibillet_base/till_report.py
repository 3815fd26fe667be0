import datetime as dt

from trytond.pool import Pool
from trytond.report import Report
from trytond.rpc import RPC
from trytond.tools import timezone
from trytond.transaction import without_check_access


class _TillReport(Report):
    "A closure, or what it would say now, on the roll of a till"

    @classmethod
    def _execute(cls, records, header, data, action):
        # The till or the closure was checked to be read; what it is made of
        # is printed with it.
        with without_check_access():
            return super()._execute(records, header, data, action)

    @classmethod
    def get_context(cls, records, header, data):
        context = super().get_context(records, header, data)
        closure = cls._get_closure(records[0])
        zone = closure.company.timezone
        tzinfo = timezone.get_tzinfo(zone) if zone else dt.UTC

        def local(at):
            return at and at.replace(tzinfo=dt.UTC).astimezone(tzinfo)

        def signature(text):
            "The four characters that the law asks to print"
            return ''.join(text[i] for i in [2, 6, 12, 18])

        context.update(
            closure=closure, local=local, signature=signature,
            zone=zone or 'UTC', copy=0)
        return context

    @classmethod
    def _get_closure(cls, record):
        return record


class ClosureReport(_TillReport):
    __name__ = 'tibillet.till.closure'

    @classmethod
    def __setup__(cls):
        super().__setup__()
        # Each printing is written in the log of the till.
        cls.__rpc__['execute'] = RPC(readonly=False)

    @classmethod
    def get_context(cls, records, header, data):
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        Log = pool.get('tibillet.till.log')
        context = super().get_context(records, header, data)
        closure = Closure(int(records[0]))
        subject = closure.rec_name
        printed = Log.count(closure.point, 'print', subject)
        again = Log.count(closure.point, 'reprint', subject)
        Log.record(
            closure.point, 'reprint' if printed else 'print', subject=subject)
        if printed:
            context['copy'] = again + 1
        return context


class ReadingReport(_TillReport):
    __name__ = 'tibillet.till.reading'

    @classmethod
    def _get_closure(cls, record):
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        Point = pool.get('sale.point')
        return Closure.get_reading(Point(record.id))
