"""Read again what the chains of a till hold, in slices, from its rows."""
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from trytond.model import fields
from trytond.pool import Pool

from . import (
    till_chain, till_closing, till_finish, till_period_making, till_sql, tools)
from .till_log import CHAINED


@dataclass(frozen=True)
class Chain:
    """A chain of a locked till

    read: gives the facts of the ranks from first to last, as rank, number,
        data, link, id of the key, signature.
    last, head: rank and link of the last fact, as the till has kept them.
    columns: what the lists of the data of a fact hold, by their key.
    """
    name: str
    read: Callable
    last: int
    head: str
    columns: dict = field(default_factory=dict)


def chains(row):
    "Return the chains of a locked till"
    pool = Pool()
    Point = pool.get('sale.point')

    def reading(read):
        return lambda first, last: read(row, first, last)

    return [
        Chain('sale', reading(_sales), row.counter, row.head, {
                'lines': till_chain.LINE,
                'discounts': till_chain.DISCOUNT,
                'taxes': till_chain.TAX,
                'payments': till_chain.PAYMENT,
                }),
        Chain('log', reading(_entries), row.log_counter, row.log_head),
        *Point.get_other_chains(row),
        Chain(
            'closure', reading(_closures),
            *_last(row, 'tibillet.till.closure', 'closure'), {
                'lines': till_closing.LINE,
                'counts': ['value', 'quantity'],
                }),
        Chain(
            'period', reading(_periods),
            *_last(row, 'tibillet.till.period', 'period'), {
                'lines': till_closing.LINE,
                }),
        ]


def sliced(read, row, first, last):
    "Yield what read gives of ranks first to last, some at a time"
    for start in range(first, last + 1, tools.SLICE):
        yield from read(row, start, min(start + tools.SLICE - 1, last))


def _sales(row, first, last):
    return sliced(_some_sales, row, first, last)


def _entries(row, first, last):
    return sliced(_some_entries, row, first, last)


def _some_sales(row, first, last):
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
        [*till_finish.ASKED, *till_finish.FROZEN], till_finish.Line)
    taxes = _children(
        'tibillet.till.sale.tax', ids, ['tax', 'rate', 'base', 'amount'],
        till_finish.Tax)
    payments = _children(
        'sale.point.payment', ids, ['method', 'tender', 'amount'],
        till_finish.Payment)
    for id_, link, key, signature, *values in sales:
        head = dict(zip(till_chain.SALE, values, strict=True))
        data = till_finish.chained(
            head, lines[id_], taxes[id_], payments[id_], row.tax_included,
            row.practice)
        yield head['operation'], head['number'], data, link, key, signature


def _some_entries(row, first, last):
    entry = till_sql.table('tibillet.till.log')
    cursor = till_sql.cursor()
    cursor.execute(*entry.select(
            entry.link, entry.key, entry.signature,
            *(getattr(entry, name) for name in CHAINED),
            where=(entry.point == row.id)
            & (entry.number >= first) & (entry.number <= last),
            order_by=entry.number.asc))
    for link, key, signature, *values in cursor.fetchall():
        data = dict(zip(CHAINED, values, strict=True))
        yield data['number'], str(data['number']), data, link, key, signature


def _last(row, name, kind):
    "Return number and link of the last closure, month or year of the till"
    fact = till_sql.table(name)
    cursor = till_sql.cursor()
    cursor.execute(*fact.select(
            fact.number, fact.link,
            where=fact.point == row.id,
            order_by=fact.number.desc, limit=1))
    return cursor.fetchone() or (0, till_chain.start(kind, row.uuid))


def _numbered(name, columns, row, first, last):
    "Return rows of the till by number: id, link, key, signature, columns"
    fact = till_sql.table(name)
    cursor = till_sql.cursor()
    cursor.execute(*fact.select(
            fact.id, fact.link, fact.key, fact.signature,
            *(getattr(fact, column) for column in columns),
            where=(fact.point == row.id)
            & (fact.number >= first) & (fact.number <= last),
            order_by=fact.number.asc))
    return cursor.fetchall()


def _periods(row, first, last):
    columns = [*till_period_making.CHAINED, 'outside']
    rows = _numbered('tibillet.till.period', columns, row, first, last)
    lines = _children(
        'tibillet.till.period.line', [r[0] for r in rows],
        till_closing.LINE, dict, parent='period')
    for id_, link, key, signature, *values in rows:
        head = dict(zip(columns, values, strict=True))
        data = till_period_making.chained(head, lines[id_])
        yield head['number'], str(head['number']), data, link, key, signature


def _closures(row, first, last):
    columns = [*till_closing.CHAINED, 'outside']
    rows = _numbered('tibillet.till.closure', columns, row, first, last)
    ids = [r[0] for r in rows]
    lines = _children(
        'tibillet.till.closure.line', ids, till_closing.LINE, dict,
        parent='closure')
    counts = _children(
        'tibillet.till.closure.count', ids, ['value', 'quantity'], dict,
        parent='closure')
    for id_, link, key, signature, *values in rows:
        head = dict(zip(columns, values, strict=True))
        data = till_closing.chained(head, lines[id_], counts[id_])
        yield head['number'], str(head['number']), data, link, key, signature


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
