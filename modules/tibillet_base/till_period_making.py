"""Close the months and the years of a till: sum its closures, chain, sign."""
from decimal import Decimal

from trytond.pool import Pool

from . import (
    till_calendar, till_chain, till_closing, till_finish, till_sql, tools)

# What the chain of months and years holds.
CHAINED = [
    'number', 'kind', 'start_date', 'end_date', 'made_at', 'made_by',
    'first_closure', 'last_closure', 'closures', 'count', 'total', 'sold',
    'returned', 'perpetual_total', 'perpetual_sold', 'perpetual_returned',
    'closure_link']
PERPETUAL = ['perpetual_total', 'perpetual_sold', 'perpetual_returned']
ZERO = Decimal(0)
_SUMS = ['quantity', 'base', 'vat', 'amount']
# What a line of a closure is of, in the order of the lines.
_KINDS = {
    'tender': ['method', 'tender'],
    'vat': ['rate', 'tax'],
    'category': ['category'],
    'outside': ['category'],
    'discount': ['label'],
    'deposit': ['label'],
    'cash': ['label'],
    }


def chained(values, lines):
    "Return what the chain holds of a month or a year"
    return {
        **{name: values[name] for name in CHAINED},
        **({'outside': values['outside']} if values['outside'] else {}),
        'lines': [
            [line[name] for name in till_closing.LINE] for line in lines],
        }


class Periods:
    """The months and the years of a locked till

    What a month sums is counted by the numbers of closures, from the one
    after those of the month before: where a clock was set back nothing is
    counted twice nor left out.
    """

    def __init__(self, row):
        pool = Pool()
        Period = pool.get('tibillet.till.period')
        self.row = row
        self.at = tools.now()
        self.last = {}
        self.previous = None
        for kind in till_calendar.KINDS:
            if found := Period.search([
                        ('point', '=', row.id),
                        ('kind', '=', kind),
                        ], order=[('number', 'DESC')], limit=1):
                self.last[kind], = found
                if (not self.previous
                        or found[0].number > self.previous.number):
                    self.previous, = found

    def close(self):
        "Close all that have ended, and return them"
        due = self.get_due()
        closures = self._get_closures() if due else []
        return [self._close(closures, *period) for period in due]

    def _get_closures(self):
        "Return the closures that some month or year does not sum yet"
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        after = min(
            get_last(self.last.get(kind)) for kind in till_calendar.KINDS)
        return Closure.search([
                ('point', '=', self.row.id),
                ('number', '>', after),
                ], order=[('number', 'ASC')])

    def get_due(self):
        """Return what has ended and is not closed yet

        A month waits for the sales of a till that was opened in it.
        """
        since = self._get_since()
        if not since:
            return []
        due = [
            (kind, start, end)
            for kind, start, end in till_calendar.get_ended(
                since, till_finish.local_date(self.at, self.row.company))
            if kind not in self.last or start > self.last[kind].end_date]
        opened = self.get_opened()
        return [p for p in due if not opened or p[2] < opened]

    def get_opened(self):
        "Return the day on which the till was opened, None if it is closed"
        pool = Pool()
        Session = pool.get('sale.point.cash.session')
        sessions = Session.search([
                ('point', '=', self.row.id),
                ('state', '=', 'open'),
                ], limit=1)
        if sessions and sessions[0].opened_at:
            return till_finish.local_date(
                sessions[0].opened_at, self.row.company)

    def _get_since(self):
        "Return the day of the first closure, None if there is none"
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        closures = Closure.search([
                ('point', '=', self.row.id),
                ], order=[('number', 'ASC')], limit=1)
        return closures[0].date if closures else None

    def _close(self, closures, kind, start, end):
        pool = Pool()
        Log = pool.get('tibillet.till.log')
        Period = pool.get('tibillet.till.period')
        values, lines = self._get_values(closures, kind, start, end)
        signer = till_sql.signer(self.row)
        link = till_chain.follow(
            values['previous_link'], chained(values, lines))
        period, = Period.create([{
                    **values,
                    'lines': [('create', lines)],
                    'link': link,
                    'key': signer.id,
                    'signature': signer.sign(link),
                    }])
        Log.append(
            self.row, 'period', subject=str(period.number),
            detail=str(period.total), key=signer)
        self.last[kind] = self.previous = period
        return period

    def _get_values(self, closures, kind, start, end):
        "Return the values of a month or a year and those of its lines"
        row, before, previous = self.row, self.last.get(kind), self.previous
        closures = get_summed(closures, before, end)
        # Where nothing was closed the totals stay what they were: the first
        # period has the first closure.
        last = closures[-1] if closures else before
        return {
            'point': row.id,
            'number': previous.number + 1 if previous else 1,
            'kind': kind,
            'start_date': start,
            'end_date': end,
            'made_at': self.at,
            'made_by': tools.who(),
            'first_closure': closures[0].number if closures else None,
            'last_closure': last.number if closures else last.last_closure,
            **sum_closures(closures),
            **{name: getattr(last, name) for name in PERPETUAL},
            'closure_link': last.link if closures else last.closure_link,
            'previous': previous.id if previous else None,
            'previous_link': (
                previous.link if previous
                else till_chain.start('period', row.uuid)),
            }, sum_lines(l for c in closures for l in c.lines)


def get_last(period):
    "Return the number of the last closure that a period knows, or 0"
    return (period.last_closure or 0) if period else 0


def get_summed(closures, before, end):
    """Return those of the closures, in order, that a period sums

    before: the period of the same kind that precedes it, None if none does.
    end: its last day.
    """
    after = get_last(before)
    last = max((c.number for c in closures if c.date <= end), default=0)
    return [c for c in closures if after < c.number <= last]


def sum_closures(closures):
    "Return what a period sums of its closures"
    return {
        'closures': len(closures),
        'count': sum(c.count for c in closures),
        **{
            name: sum((getattr(c, name) or ZERO for c in closures), ZERO)
            for name in ['total', 'sold', 'returned', 'outside']},
        }


def sum_lines(lines):
    "Return the sums of lines of closures, each called as it was last"
    found = {}
    for line in lines:
        if line.kind not in _KINDS:
            # What a closure says of its hour only.
            continue
        # The tender is part of the method, whatever it is by now.
        names = _KINDS[line.kind]
        sums = found.setdefault(
            (line.kind, *(getattr(line, name) for name in names)),
            {name: None for name in till_closing.LINE})
        for name in till_closing.LINE:
            value = getattr(line, name)
            if name not in _SUMS:
                sums[name] = getattr(value, 'id', value)
            elif value is not None:
                sums[name] = (sums[name] or ZERO) + value
    order = list(_KINDS)
    return [
        {**sums, 'sequence': sequence}
        for sequence, sums in enumerate(sorted(
                found.values(), key=lambda l: (
                    order.index(l['kind']), -(l['rate'] or ZERO),
                    l['tender'] or '', l['label'])), 1)]
