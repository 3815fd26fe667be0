"""Read a till again from its first sale and say what is broken."""
from decimal import Decimal

from sql import Null

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateView, Wizard

from tibillet import verify
from tibillet.verify import SHOWN, Problem

from . import (
    till_chain, till_period_making, till_reading, till_sql, till_totals)


@without_check_access
def check(point):
    "Return how many facts of the till were read, and the problems"
    keys = get_keys(point)
    row = till_sql.lock(point)
    count, problems = 0, []
    for chain in till_reading.chains(row):
        seen, found = verify.follow(
            chain.name, (0, till_chain.start(chain.name, row.uuid)),
            chain.read(1, chain.last), (chain.last, chain.head), keys)
        count += seen
        problems += found
    return count, problems + check_beside(row)


def check_beside(row):
    "Return what is broken of a locked till beside its chains"
    pool = Pool()
    Closure = pool.get('tibillet.till.closure')
    closures = Closure.search([
            ('point', '=', row.id),
            ], order=[('number', 'ASC')])
    return [
        *_totals(row, closures),
        *_period_totals(row, closures),
        *(Problem('unchained', 'sale', str(id_)) for id_ in _unchained(row)),
        ]


def get_keys(point):
    "Return the public keys of the till by id"
    pool = Pool()
    Key = pool.get('tibillet.till.key')
    return {
        key.id: key.public for key in Key.search([
                ('point', '=', point.id)], order=[])}


def say(problem):
    "Return the sentence of a problem"
    return gettext(
        f'tibillet_base.msg_till_check_{problem.kind}',
        chain=gettext(f'tibillet_base.msg_till_chain_{problem.where}'),
        where=problem.number)


def _totals(row, closures):
    "Yield the closures that do not say what their sales say"
    perpetual, after = Decimal(0), 0
    for closure in closures:
        totals = till_totals.totals(
            row.id, after, closure.last_operation,
            closure.currency.rounding)
        perpetual += totals.total
        after = closure.last_operation
        if (closure.total, closure.outside or 0, closure.perpetual_total) != (
                totals.total, totals.outside, perpetual):
            yield Problem('total', 'closure', str(closure.number))


def _period_totals(row, closures):
    "Yield the months and years that do not say what their closures say"
    pool = Pool()
    Period = pool.get('tibillet.till.period')
    before = {}
    for period in Period.search([
                ('point', '=', row.id),
                ], order=[('number', 'ASC')]):
        summed = till_period_making.get_summed(
            closures, before.get(period.kind), period.end_date)
        before[period.kind] = period
        found = till_period_making.sum_closures(summed)
        lines = till_period_making.sum_lines(
            l for c in summed for l in c.lines)
        if (any(getattr(period, name) != value
                    for name, value in found.items())
                or [l.amount for l in period.lines]
                != [l['amount'] for l in lines]):
            yield Problem('total', 'period', str(period.number))


def _unchained(row):
    "Return the sales that were finished around the till"
    sale = till_sql.table('sale.point.sale')
    cursor = till_sql.cursor()
    cursor.execute(*sale.select(
            sale.id,
            where=(sale.point == row.id)
            & ~sale.state.in_(['open', 'cancelled'])
            & ((sale.operation == Null) | (sale.link == Null))))
    return [id_ for id_, in cursor]


class CheckResult(ModelView):
    __name__ = 'tibillet.till.check.result'
    __string__ = "Till Check Result"

    point = fields.Many2One('sale.point', "Till", readonly=True)
    count = fields.Integer(
        "Facts Read", readonly=True,
        help="Sales, closures, months, years and log entries.")
    result = fields.Text("Result", readonly=True)


class Check(Wizard):
    __name__ = 'tibillet.till.check'
    start_state = 'result'

    result = StateView(
        'tibillet.till.check.result',
        'tibillet_base.till_check_result_view_form', [
            Button("Close", 'end', 'tryton-close', default=True),
            ])

    def default_result(self, fields):
        count, problems = self.model.check_chain(self.record)
        texts = [say(problem) for problem in problems[:SHOWN]]
        return {
            'point': self.record.id,
            'count': count,
            'result': '\n'.join(texts) or gettext(
                'tibillet_base.msg_till_check_ok'),
            }
