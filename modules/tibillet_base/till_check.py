"""Read a till again from its first sale and say what is broken."""
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from sql import Null

from trytond.i18n import gettext
from trytond.model import ModelView, fields
from trytond.pool import Pool
from trytond.transaction import without_check_access
from trytond.wizard import Button, StateView, Wizard

from . import (
    till_chain, till_closing, till_finish, till_sql, till_totals, tools)
from .till_log import CHAINED

# How many problems are shown: after the first ones more say nothing new.
SHOWN = 20


@dataclass(frozen=True)
class Problem:
    """What is broken in a chain

    kind: hole, link, signature, key, end, total or unchained.
    chain: sale, closure, log, or another one of the till.
    where: the number of the record.
    """
    kind: str
    chain: str
    where: str

    def __str__(self):
        return gettext(
            f'tibillet_base.msg_till_check_{self.kind}',
            chain=gettext(f'tibillet_base.msg_till_chain_{self.chain}'),
            where=self.where)


@without_check_access
def check(point):
    "Return how many facts of the till were read, and the problems"
    pool = Pool()
    Key = pool.get('tibillet.till.key')
    Point = pool.get('sale.point')
    keys = {
        key.id: key.public for key in Key.search([
                ('point', '=', point.id)], order=[])}
    row = till_sql.lock(point)
    count, problems = 0, []
    for name, facts, last, head in [
            ('sale', _sales(row), row.counter, row.head),
            ('log', _entries(row), row.log_counter, row.log_head),
            *Point.get_other_chains(row),
            ]:
        seen, found = _check_chain(name, row.uuid, facts, last, head, keys)
        count += seen
        problems += found
    closures = list(_closures(row))
    last = closures[-1] if closures else None
    seen, found = _check_chain(
        'closure', row.uuid, closures, last[0] if last else 0,
        last[3] if last else till_chain.start('closure', row.uuid), keys)
    count += seen
    problems += found
    problems += _totals(row)
    problems += [
        Problem('unchained', 'sale', str(id_)) for id_ in _unchained(row)]
    return count, problems


def _check_chain(name, till, facts, last, head, keys):
    """Follow a chain

    facts: (rank, number, data, link, key, signature), in order of rank.
    last, head: rank and link of the last fact as the till has kept them.
    """
    problems = []
    previous, rank = till_chain.start(name, till), 0
    for rank_, number, data, link, key, signature in facts:
        if rank_ != rank + 1:
            problems.append(Problem('hole', name, str(rank + 1)))
        rank = rank_
        if till_chain.follow(previous, data) != link:
            problems.append(Problem('link', name, number))
        if key not in keys:
            problems.append(Problem('key', name, number))
        elif not till_chain.is_signed(keys[key], link, signature):
            problems.append(Problem('signature', name, number))
        # One fault is said once: what follows is judged from what is there.
        previous = link or previous
    if rank != last or previous != head:
        problems.append(Problem('end', name, str(last)))
    return rank, problems


def _sales(row):
    for start in range(1, row.counter + 1, tools.SLICE):
        yield from _slice(row, start, start + tools.SLICE - 1)


def _slice(row, first, last):
    sale = till_sql.table('sale.point.sale')
    cursor = till_sql.cursor()
    cursor.execute(*sale.select(
            sale.id, sale.link, sale.key, sale.signature,
            *(getattr(sale, name) for name in till_chain.SALE),
            where=(sale.point == row.id)
            & (sale.operation >= first) & (sale.operation <= last),
            order_by=sale.operation.asc))
    sales = cursor.fetchall()
    ids = [s[0] for s in sales]
    lines = _children(
        'sale.point.sale.line', ids,
        ['product', 'quantity', 'unit_list_price', 'unit_gross_price',
            *till_finish.FROZEN], till_finish.Line)
    taxes = _children(
        'tibillet.till.sale.tax', ids, ['tax', 'rate', 'base', 'amount'],
        till_finish.Tax)
    payments = _children(
        'sale.point.payment', ids, ['method', 'tender', 'amount'],
        till_finish.Payment)
    for id_, link, key, signature, *values in sales:
        head = dict(zip(till_chain.SALE, values, strict=True))
        data = till_finish.chained(
            head, lines[id_], taxes[id_], payments[id_], row.tax_included)
        yield head['operation'], head['number'], data, link, key, signature


def _children(name, parents, columns, Record, parent='sale'):
    "Return the rows of each parent in order, as records"
    child = till_sql.table(name)
    found = defaultdict(list)
    cursor = till_sql.cursor()
    if not parents:
        return found
    cursor.execute(*child.select(
            getattr(child, parent),
            *(getattr(child, column) for column in columns),
            where=fields.SQL_OPERATORS['in'](getattr(child, parent), parents),
            order_by=child.id.asc))
    for id_, *values in cursor:
        row = dict(zip(columns, values, strict=True))
        if isinstance(row.get('quantity'), float):
            row['quantity'] = Decimal(str(row['quantity']))
        found[id_].append(Record(**row))
    return found


def _entries(row):
    entry = till_sql.table('tibillet.till.log')
    cursor = till_sql.cursor()
    cursor.execute(*entry.select(
            entry.link, entry.key, entry.signature,
            *(getattr(entry, name) for name in CHAINED),
            where=entry.point == row.id, order_by=entry.number.asc))
    for link, key, signature, *values in cursor.fetchall():
        data = dict(zip(CHAINED, values, strict=True))
        yield data['number'], str(data['number']), data, link, key, signature


def _closures(row):
    closure = till_sql.table('tibillet.till.closure')
    cursor = till_sql.cursor()
    cursor.execute(*closure.select(
            closure.id, closure.link, closure.key, closure.signature,
            *(getattr(closure, name) for name in till_closing.CHAINED),
            where=closure.point == row.id, order_by=closure.number.asc))
    rows = cursor.fetchall()
    ids = [r[0] for r in rows]
    lines = _children(
        'tibillet.till.closure.line', ids, till_closing.LINE, dict,
        parent='closure')
    counts = _children(
        'tibillet.till.closure.count', ids, ['value', 'quantity'], dict,
        parent='closure')
    for id_, link, key, signature, *values in rows:
        head = dict(zip(till_closing.CHAINED, values, strict=True))
        data = till_closing.chained(head, lines[id_], counts[id_])
        yield head['number'], str(head['number']), data, link, key, signature


def _totals(row):
    "Yield the closures that do not say what their sales say"
    pool = Pool()
    Closure = pool.get('tibillet.till.closure')
    perpetual, after = Decimal(0), 0
    for closure in Closure.search([
                ('point', '=', row.id),
                ], order=[('number', 'ASC')]):
        totals = till_totals.totals(
            row.id, after, closure.last_operation,
            closure.currency.rounding)
        perpetual += totals.total
        after = closure.last_operation
        if (closure.total, closure.perpetual_total) != (
                totals.total, perpetual):
            yield Problem('total', 'closure', str(closure.number))


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

    point = fields.Many2One('sale.point', "Till", readonly=True)
    count = fields.Integer(
        "Facts Read", readonly=True,
        help="Sales, closures and log entries.")
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
        texts = [str(problem) for problem in problems[:SHOWN]]
        return {
            'point': self.record.id,
            'count': count,
            'result': '\n'.join(texts) or gettext(
                'tibillet_base.msg_till_check_ok'),
            }
