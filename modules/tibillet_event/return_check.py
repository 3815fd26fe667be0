"""Read the returns of a company again from the first one, say what is broken.

Each follows from the one before, is signed with the key of the series, and
says what its operations say.
"""
from decimal import Decimal

from tibillet_base import keys

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateView, Wizard

from tibillet import chain
from tibillet.verify import SHOWN

from . import return_making, return_reading, return_series

SUMS = ['admission', 'base', 'vat', 'fee']


@without_check_access
def check(company):
    """Return how many returns of the company were read, and the problems

    problems: (kind, number), by kind: hole, link, key, signature, operations
        or end.
    """
    pool = Pool()
    Return = pool.get('tibillet.boxoffice.return')
    series = return_series.read(company.id)
    if not series:
        return 0, []
    problems, count = [], 0
    previous = return_series.start(series.uuid)
    for made in Return.search([
                ('company', '=', company.id),
                ], order=[('number', 'ASC')]):
        if made.number != count + 1:
            problems.append(('hole', count + 1))
        count = made.number
        problems += [
            (kind, made.number)
            for kind in _get_problems(made, previous, series.uuid)]
        # One fault is said once: what follows is judged from what is there.
        previous = made.link
    if (series.counter, series.head) != (count, previous):
        problems.append(('end', series.counter))
    return count, problems


def _get_problems(made, previous, series):
    data = return_series.chained(made.number, made.public, _get_data(made))
    if made.link != chain.link(previous, data):
        yield 'link'
    private = keys.derive(made.key_version, return_series.KIND, series)
    public = chain.public_key(private)
    if made.public != public.hex():
        yield 'key'
    if not chain.is_signed(
            public, bytes.fromhex(made.link), bytes.fromhex(made.signature)):
        yield 'signature'
    rows = return_reading.read_rows(
        lambda operation, linked: linked.boxoffice_return == made.id)
    sums = {
        name: sum((getattr(row, name) for row in rows), Decimal(0))
        for name in SUMS}
    if (made.operations_link != return_making.get_operations_link(rows)
            or any(getattr(made, name) != sums[name] for name in SUMS)):
        yield 'operations'


def _get_data(made):
    "Return what the chain holds of a return that is read again"
    values = {
        name: getattr(made, name) for name in return_making.CHAINED}
    values['doors_used'] = bool(made.doors_used)
    lines, dues = (
        [{name: getattr(record, name) for name in names}
            for record in sorted(records, key=lambda record: record.id)]
        for records, names in [
            (made.lines, return_making.LINE),
            (made.dues, return_making.OWED)])
    return return_making.chained(values, lines, dues)


class CheckResult(ModelView):
    __name__ = 'tibillet.boxoffice.return.check.result'
    __string__ = "Box Office Return Check Result"

    company = fields.Many2One('company.company', "Company", readonly=True)
    count = fields.Integer("Returns Read", readonly=True)
    result = fields.Text("Result", readonly=True)


class Check(Wizard):
    __name__ = 'tibillet.boxoffice.return.check'
    start_state = 'result'

    result = StateView(
        'tibillet.boxoffice.return.check.result',
        'tibillet_event.boxoffice_return_check_result_view_form', [
            Button("Close", 'end', 'tryton-close', default=True),
            ])

    def default_result(self, fields):
        company = self.record.company
        count, problems = check(company)
        texts = [
            gettext(
                f'tibillet_event.msg_boxoffice_return_check_{kind}',
                number=number)
            for kind, number in problems[:SHOWN]]
        return {
            'company': company.id,
            'count': count,
            'result': '\n'.join(texts) or gettext(
                'tibillet_event.msg_boxoffice_return_check_ok'),
            }
