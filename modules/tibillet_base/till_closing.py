"""Close a till: count, compare, total, chain and sign, once."""
import datetime as dt
from decimal import Decimal

from sql.aggregate import Sum

from trytond.i18n import gettext
from trytond.pool import Pool

from tibillet.money import half_up

from . import (
    till_chain, till_deposit, till_finish, till_sql, till_totals, tools)
from .exceptions import TillClosureError, TillConfigurationError

# What the chain of closures holds.
CHAINED = [
    'number', 'date', 'opened_at', 'closed_at', 'closed_by',
    'first_operation', 'last_operation', 'count', 'total', 'sold',
    'returned', 'month_total', 'year_total', 'perpetual_total',
    'perpetual_sold', 'perpetual_returned', 'cash_start', 'cash_sales',
    'cash_moved', 'cash_expected', 'cash_counted', 'cash_difference',
    'reason', 'sales_link', 'log_link']
LINE = [
    'kind', 'label', 'method', 'tender', 'tax', 'rate', 'category',
    'quantity', 'base', 'vat', 'amount']
ZERO = Decimal(0)


def chained(values, lines, counts):
    "Return what the chain holds of a closure"
    return {
        'kind': 'closure',
        **{name: values[name] for name in CHAINED},
        # As it was chained when there was nothing outside of the turnover.
        **({'outside': values['outside']} if values['outside'] else {}),
        'lines': [[line[name] for name in LINE] for line in lines],
        'counts': [
            [count['value'], count['quantity']] for count in counts],
        }


class Closing:
    "What there is to close at a till"

    def __init__(self, point, lock=True):
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        Session = pool.get('sale.point.cash.session')
        self.row = till_sql.lock(point) if lock else till_sql.read(point)
        self.point = point
        self.session = Session(till_finish.get_session(point))
        # Before that of the difference, which has its own figure.
        self.transfers = list(self.session.transfers)
        self.at = tools.now()
        self.quantum, _ = point.get_till_settings(self.row.company)
        last = Closure.search([
                ('point', '=', point.id),
                ], order=[('number', 'DESC')], limit=1)
        self.previous = last[0] if last else None

    @property
    def after(self):
        return self.previous.last_operation if self.previous else 0

    def close(self, counted, reason):
        "Return the new closure"
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        ClosureSale = pool.get('tibillet.till.closure-sale.point.sale')
        Log = pool.get('tibillet.till.log')
        self._check_open_sales()
        counts = self._get_counts(counted)
        cash = self.get_cash(half_up(sum(
                    (c['value'] * c['quantity'] for c in counts), ZERO),
                self.quantum))
        reason = (reason or '').strip() or None
        if cash['cash_difference']:
            self._move_difference(cash['cash_difference'], reason)
        else:
            reason = None
        signer = till_sql.signer(self.row)
        number = self._get_number()
        Log.append(
            self.row, 'closing', subject=str(number), key=signer,
            detail=str(cash['cash_counted']))
        values, lines = self._get_values(cash, reason)
        link = till_chain.follow(
            values['previous_link'], chained(values, lines, counts))
        closure, = Closure.create([{
                    **values,
                    'lines': [('create', lines)],
                    'counts': [('create', counts)],
                    'link': link,
                    'key': signer.id,
                    'signature': signer.sign(link),
                    }])
        ClosureSale.link(closure, self.after)
        self._close_session(closure)
        till_sql.advance(self.row)
        return closure

    def read(self):
        "Return a closure that is not saved"
        pool = Pool()
        Closure = pool.get('tibillet.till.closure')
        Line = pool.get('tibillet.till.closure.line')
        values, lines = self._get_values(self.get_cash(None), None)
        records = [Line(**line) for line in lines]
        return Closure(
            lines=records,
            tenders=[r for r in records if r.kind == 'tender'],
            taxes=[r for r in records if r.kind == 'vat'],
            categories=[r for r in records if r.kind == 'category'],
            outsides=[r for r in records if r.kind == 'outside'],
            discounts=[r for r in records if r.kind == 'discount'],
            deposits=[
                r for r in records if r.kind in {'deposit', 'outstanding'}],
            cash_moves=[r for r in records if r.kind == 'cash'],
            counts=[],
            **values)

    def _get_number(self):
        return self.previous.number + 1 if self.previous else 1

    def _check_open_sales(self):
        "Refuse to leave money in a sale that is not finished"
        pool = Pool()
        Payment = pool.get('sale.point.payment')
        payments = Payment.search([
                ('sale.point', '=', self.point.id),
                ('sale.state', '=', 'open'),
                ], limit=1)
        if payments:
            raise TillClosureError(gettext(
                    'tibillet_base.msg_till_closure_open_sale',
                    till=self.point.rec_name,
                    sale=payments[0].sale.rec_name,
                    amount=till_finish.say(
                        payments[0].amount, self.row.company)))

    def _get_counts(self, counted):
        counts = []
        for value in sorted(counted, reverse=True):
            quantity = counted[value]
            if quantity < 0:
                raise TillClosureError(gettext(
                        'tibillet_base.msg_till_closure_count'))
            if quantity:
                counts.append({'value': value, 'quantity': quantity})
        return counts

    def get_cash(self, counted):
        "Return the cash of the session beside what was counted"
        session = self.session
        moved = sum((t.amount for t in session.transfers), ZERO)
        start = session.start_amount or ZERO
        sold = session.balance - moved
        expected = start + sold + moved
        if counted is None:
            counted = expected
        return {
            'cash_start': start,
            'cash_sales': sold,
            'cash_moved': moved,
            'cash_expected': expected,
            'cash_counted': counted,
            'cash_difference': counted - expected,
            }

    def _move_difference(self, difference, reason):
        "Name the difference in the cash of the till"
        pool = Pool()
        Configuration = pool.get('tibillet.till.configuration')
        Transfer = pool.get('sale.point.cash.transfer')
        if not reason:
            raise TillClosureError(gettext(
                    'tibillet_base.msg_till_closure_reason',
                    difference=till_finish.say(
                        difference, self.row.company)))
        type_ = Configuration(1).get_multivalue(
            'shortage_type' if difference < 0 else 'surplus_type',
            company=self.row.company)
        if not type_:
            raise TillConfigurationError(gettext(
                    'tibillet_base.msg_till_closure_type'))
        Transfer.create([{
                    'point': self.point.id,
                    'session': self.session.id,
                    'type': type_.id,
                    'amount': difference,
                    'date': self._get_date(),
                    }])

    def _get_date(self):
        return till_finish.local_date(
            self.session.opened_at or self.at, self.row.company)

    def _get_values(self, cash, reason):
        "Return the values of the closure and those of its lines"
        row, previous = self.row, self.previous
        date = self._get_date()
        totals = till_totals.totals(
            row.id, self.after, row.counter, self.quantum)
        totals.lines += till_deposit.get_parts(
            row, self.after, row.counter, self.quantum)
        totals.lines += self._get_cash_moves()
        month, year = self._get_periods(date)
        return {
            'company': row.company,
            'point': row.id,
            'number': self._get_number(),
            'date': date,
            'opened_at': self.session.opened_at,
            'closed_at': self.at,
            'closed_by': tools.who(),
            'first_operation': self.after + 1 if totals.count else None,
            'last_operation': row.counter,
            'count': totals.count,
            'total': totals.total,
            'sold': totals.sales,
            'returned': totals.returns,
            'outside': totals.outside,
            'month_total': month + totals.total,
            'year_total': year + totals.total,
            'perpetual_total': totals.total + (
                previous.perpetual_total if previous else ZERO),
            'perpetual_sold': totals.sales + (
                previous.perpetual_sold if previous else ZERO),
            'perpetual_returned': totals.returns + (
                previous.perpetual_returned if previous else ZERO),
            **cash,
            'reason': reason,
            'sales_link': row.head,
            'log_link': row.log_head,
            'previous': previous.id if previous else None,
            'previous_link': (
                previous.link if previous
                else till_chain.start('closure', row.uuid)),
            }, self._get_lines(totals)

    def _get_cash_moves(self):
        "Return what was put in and taken out, by its kind and reason"
        moves = {}
        for transfer in self.transfers:
            part = moves.setdefault(transfer.rec_name, till_totals.Part(
                    'cash', label=transfer.rec_name, quantity=ZERO))
            part.quantity += 1
            part.amount += transfer.amount or ZERO
        return list(moves.values())

    def _get_periods(self, date):
        "Return the totals of the closures before in the month, in the year"
        closure = till_sql.table('tibillet.till.closure')
        found = []
        month, year = date.replace(day=1), date.replace(month=1, day=1)
        for start, end in [
                (month, (month + dt.timedelta(days=31)).replace(day=1)),
                (year, year.replace(year=year.year + 1)),
                ]:
            rows = till_totals.query(closure.select(
                    Sum(closure.total).as_('total'),
                    where=(closure.point == self.row.id)
                    & (closure.date >= start) & (closure.date < end)),
                ['NUMERIC'], self.quantum)
            found.append(rows[0][0])
        return found

    def _get_lines(self, totals):
        pool = Pool()
        Category = pool.get('product.category')
        Method = pool.get('sale.point.payment.method')
        Tax = pool.get('account.tax')
        names = {}
        for Model, field in [
                (Method, 'method'), (Tax, 'tax'), (Category, 'category')]:
            ids = {getattr(p, field) for p in totals.lines} - {None}
            for record in Model.browse(ids):
                names[field, record.id] = record.rec_name
        lines = []
        for sequence, part in enumerate(totals.lines, 1):
            field = 'tax' if part.kind == 'vat' else (
                'method' if part.kind == 'tender' else 'category')
            line = {name: getattr(part, name, None) for name in LINE}
            line['label'] = part.label or names.get(
                (field, getattr(part, field)),
                gettext(f'tibillet_base.msg_till_closure_no_{field}'))
            line['sequence'] = sequence
            lines.append(line)
        return lines

    def _close_session(self, closure):
        pool = Pool()
        Session = pool.get('sale.point.cash.session')
        session = Session(self.session.id)
        session.end_amount = closure.cash_counted
        session.closure = closure
        session.save()
        Session.close([session])
