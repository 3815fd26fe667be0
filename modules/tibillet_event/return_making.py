"""Make the return of a performance: read, count, check, number and sign."""
from collections import Counter, defaultdict
from decimal import Decimal
from functools import cached_property

from tibillet_base import till_finish, tools

from trytond.i18n import gettext
from trytond.pool import Pool

from tibillet import chain
from tibillet.shares import split

from . import return_count, return_post, return_reading, return_series
from .exceptions import (
    ReturnBalanceError, ReturnClosureError, ReturnNothingError,
    ReturnOverError, ReturnTillError)
from .return_count import Operation
from .sale_exceptions import ReturnInvoiceError
from .schedule import to_local

ZERO = Decimal(0)
# What was not paid at a till.
INVOICE = 'invoice'
# What the chain holds of a return, by names that no other database needs.
CHAINED = [
    'corrects_number', 'made_at', 'made_by', 'date', 'company_name',
    'organiser_name', 'event_name', 'performance_name', 'performance_uuid',
    'starts_at', 'venue_name', 'venue_address', 'capacity', 'sold', 'free',
    'cancelled', 'valid', 'free_valid', 'duplicates', 'admission', 'base',
    'vat', 'fee', 'retained', 'received', 'owed', 'doors_used', 'entered',
    'missing', 'peak', 'operations_link']
LINE = [
    'kind', 'label', 'tariff_kind', 'tender', 'price', 'rate', 'first',
    'last', 'quantity', 'amount', 'base', 'vat']
OWED = ['name', 'sold', 'refunded', 'amount']


def chained(values, lines, dues):
    "Return what the chain holds of a return"
    return {
        **{name: values[name] for name in CHAINED},
        'lines': [[line.get(name) for name in LINE] for line in lines],
        'dues': [[due[name] for name in OWED] for due in dues],
        }


def get_operations_link(rows):
    "Return the fingerprint of operations, in their order"
    return chain.link(
        chain.genesis(['boxoffice', 'operations']),
        [row.link for row in rows])


def make(performance, company):
    "Return the new return of a performance at the tills of a company"
    pool = Pool()
    Link = pool.get('tibillet.boxoffice.return-tibillet.ticket.operation')
    Return = pool.get('tibillet.boxoffice.return')
    series = return_series.lock(company.id)
    making = Making(performance, company)
    making.check()
    values, lines, dues = making.get_values()
    boxoffice_return, = Return.create([{
                **values,
                **series.take(chained(values, lines, dues)),
                'lines': [('create', lines)],
                'dues': [('create', dues)],
                }])
    Link.link(boxoffice_return, [row.id for row in making.rows])
    return_post.post(boxoffice_return, making)
    return boxoffice_return


def _fee_key(service):
    return service.product, service.rate, service.account


class Making:
    "What there is to return of a performance, at the tills of a company"

    def __init__(self, performance, company):
        pool = Pool()
        Return = pool.get('tibillet.boxoffice.return')
        self.performance, self.company = performance, company
        self.quantum = company.currency.rounding
        self.now = tools.now()
        found = Return.search([
                ('performance', '=', performance.id),
                ('company', '=', company.id),
                ], order=[('number', 'DESC')], limit=1)
        self.corrects = found[0] if found else None
        self.rows = return_reading.read_new(performance.id, company.id)
        self.sales = return_reading.read_sales(
            {row.sale for row in self.rows} - {None})

    @property
    def is_cancelled(self):
        return self.performance.state == 'cancelled'

    def check(self):
        "Refuse what cannot be closed yet, before anything is written"
        names = {'performance': self.performance.rec_name}
        if self.performance.end > self.now and not self.is_cancelled:
            raise ReturnOverError(gettext(
                    'tibillet_event.msg_boxoffice_return_over',
                    end=self._on_clock(self.performance.end), **names))
        if not self.rows and (
                self.corrects
                or self.performance.event.company != self.company):
            raise ReturnNothingError(gettext(
                    'tibillet_event.msg_boxoffice_return_nothing', **names))
        points, closures = return_reading.read_not_posted(self.sales)
        if points:
            raise ReturnTillError(gettext(
                    'tibillet_event.msg_boxoffice_return_till',
                    tills=', '.join(p.rec_name for p in points), **names))
        if closures:
            raise ReturnClosureError(gettext(
                    'tibillet_event.msg_boxoffice_return_closure',
                    closures=', '.join(c.rec_name for c in closures),
                    **names))
        self._check_invoices(names)
        self._check_balance()

    def _check_invoices(self, names):
        "Refuse what was sold and is not invoiced, or not as it was sold"
        pool = Pool()
        Operation = pool.get('tibillet.ticket.operation')
        orders = {row.order for row in self.rows} - {None}
        if numbers := Operation.get_not_invoiced(orders):
            raise ReturnInvoiceError(gettext(
                    'tibillet_event.msg_boxoffice_return_invoice',
                    sales=', '.join(numbers), **names))

    def _on_clock(self, instant):
        "Return an instant as the people of the venue read it"
        pool = Pool()
        Lang = pool.get('ir.lang')
        local = to_local(instant, self.performance.venue.timezone)
        return f'{Lang.get().strftime(local.date())} {local:%H:%M}'

    def _check_balance(self):
        "Refuse operations that are not worth what their tills have posted"
        accounts = {row.place.account for row in self.rows if row.place}
        for sale in self.sales.values():
            expected = Counter()
            for row in sale.rows:
                for account, amount in self.get_credits(row):
                    expected[account] += amount
            if sale.gift:
                account, amount = sale.gift
                expected[account] += amount
            found = Counter()
            for _, account, _, _, base, _ in sale.lines:
                found[account] += base
            for account in accounts & expected.keys():
                if found[account] != expected[account]:
                    raise ReturnBalanceError(gettext(
                            'tibillet_event.msg_boxoffice_return_balance',
                            operations=expected[account],
                            sales=found[account],
                            numbers=', '.join(r.number for r in sale.rows)))

    def get_credits(self, row):
        "Yield (account, amount) of what the till posts of an operation"
        if row.place:
            is_own = row.organiser == self.company.id
            yield row.place.account, row.base if is_own else row.admission
        if row.service and row.fee and self.earner(row):
            yield row.service.account, row.fee

    def earner(self, row):
        "Return who earns the fee of an operation, None if it is the company"
        pool = Pool()
        Company = pool.get('company.company')
        Tariff = pool.get('tibillet.tariff')
        party = Tariff(row.tariff).fee_party or Company(row.organiser).party
        if party != self.company.party:
            return party

    @cached_property
    def operations(self):
        return [Operation(
                row.kind, row.number, row.point, row.tariff_name,
                row.tariff_kind, row.admission, row.vat_rate, row.base,
                row.vat, row.fee, row.sale, row.made) for row in self.rows]

    def get_values(self):
        "Return the values of the return, of its lines, of what is owed"
        dues = self._get_dues()
        lines = [
            *self._get_categories(), *self._get_gifts(), *self._get_left(),
            *self._get_fees(), *self._get_rates(), *self.get_tenders(),
            *self._get_tills(), *self._get_accounts()]
        for sequence, line in enumerate(lines, 1):
            line['sequence'] = sequence
        performance = self.performance
        event, venue = performance.event, performance.venue
        corrects = self.corrects
        return {
            'company': self.company.id,
            'performance': performance.id,
            'corrects': corrects.id if corrects else None,
            'corrects_number': corrects.number if corrects else None,
            'made_at': self.now,
            'made_by': tools.who(),
            'date': self._get_date(),
            'organiser': event.company.id,
            'company_name': self.company.party.full_name,
            'organiser_name': event.company.party.full_name,
            'event_name': event.name,
            'performance_name': performance.date_name,
            'performance_uuid': performance.uuid,
            'starts_at': performance.start,
            'venue_name': venue.name,
            'venue_address': (
                venue.address.full_address if venue.address else None),
            'capacity': performance.capacity,
            **self._get_counts(),
            **self._get_amounts(),
            'owed': sum((due['amount'] for due in dues), ZERO),
            **self._get_attendance(),
            'operations_link': get_operations_link(self.rows),
            }, lines, dues

    def _get_date(self):
        """Return the date of the move

        That of the performance, as long as its period is open; the day on
        which it is made, if the performance was cancelled.
        """
        today = till_finish.local_date(self.now, self.company.id)
        if self.corrects or self.is_cancelled:
            return today
        return return_post.get_open_date(
            self.company, self.performance.date, today)

    def _get_counts(self):
        parts = Counter(o.part for o in self.operations)
        return {
            **{name: parts[name] for name in ['sold', 'free', 'cancelled']},
            'valid': sum(o.tickets for o in self.operations),
            'free_valid': sum(o.free_tickets for o in self.operations),
            'duplicates': sum(o.kind == 'duplicate' for o in self.operations),
            }

    def _get_amounts(self):
        amounts = {
            name: sum((getattr(o, name) for o in self.operations), ZERO)
            for name in ['admission', 'base', 'vat', 'fee']}
        retained = sum((
                sale.get_parts(self.quantum)[1].get(self.performance.id, ZERO)
                for sale in self.sales.values()), ZERO)
        return {
            **amounts,
            'retained': retained,
            'received': amounts['admission'] + amounts['fee'] + retained,
            }

    def _get_attendance(self):
        valid = set()
        for row, operation in zip(self.rows, self.operations, strict=True):
            if operation.tickets > 0:
                valid.add(row.ticket)
            elif operation.tickets < 0:
                valid.discard(row.ticket)
        found = None
        if not self.corrects:
            found = return_count.attendance(
                return_reading.read_passages(self.performance.id), valid)
        return {
            'doors_used': bool(found),
            **{name: getattr(found, name, None)
                for name in ['entered', 'missing', 'peak']},
            }

    def _get_categories(self):
        for line in return_count.by_tariff(self.operations):
            yield {
                name: getattr(line, name) for name in [
                    'kind', 'label', 'tariff_kind', 'price', 'rate',
                    'quantity', 'amount', 'base', 'vat']}

    def _get_gifts(self):
        "Yield what holders have left instead of being paid back"
        given = [s for s in self.sales.values() if s.gift]
        if given:
            yield {
                'kind': 'given',
                'label': gettext('tibillet_event.msg_boxoffice_return_given'),
                'quantity': sum(len(sale.rows) for sale in given),
                'amount': sum((sale.gift[1] for sale in given), ZERO),
                }

    def _get_left(self):
        "Yield what holders of tickets that were called off have still paid"
        amount = sum((row.paid for row in self.rows), ZERO)
        if self.is_cancelled and amount:
            yield {
                'kind': 'left',
                'label': gettext('tibillet_event.msg_boxoffice_return_left'),
                'quantity': sum(o.tickets for o in self.operations),
                'amount': amount,
                }

    @cached_property
    def fees(self):
        """Return the fees by product, account and rate

        [number, amount, VAT that is posted]
        """
        fees = defaultdict(lambda: [0, ZERO, ZERO])
        for sale in self.sales.values():
            groups = defaultdict(Counter)
            for row in sale.rows:
                if row.service and row.fee:
                    groups[row.service, row.is_back][row.performance] += (
                        abs(row.fee))
            for (service, is_back), weights in groups.items():
                _, vat = sale.get_amounts(service, is_back)
                shares = dict(zip(weights, split(
                            vat, list(weights.values()), self.quantum),
                        strict=True))
                fees[_fee_key(service)][2] += shares.get(
                    self.performance.id, ZERO)
        for row, operation in zip(self.rows, self.operations, strict=True):
            if row.service and row.fee:
                fee = fees[_fee_key(row.service)]
                fee[0] += operation.tickets
                fee[1] += row.fee
        return fees

    def _get_fees(self):
        pool = Pool()
        Product = pool.get('product.product')
        for (product, rate, _), (quantity, amount, vat) in sorted(
                self.fees.items()):
            if quantity or amount or vat:
                yield {
                    'kind': 'fee', 'label': Product(product).rec_name,
                    'rate': rate, 'quantity': quantity, 'amount': amount,
                    'base': amount - vat, 'vat': vat,
                    }

    def _get_rates(self):
        for line in return_count.by_rate(self.operations):
            yield {
                name: getattr(line, name) for name in [
                    'kind', 'rate', 'quantity', 'amount', 'base', 'vat']}

    def get_tenders(self):
        sales, own = [], self.performance.id
        for sale in self.sales.values():
            paid, retained = sale.get_parts(self.quantum)
            parts = {
                id_: amount + retained.get(id_, ZERO)
                for id_, amount in paid.items()}
            mine = parts.pop(own)
            others = list(parts.values())
            if not retained and sale.rest:
                others.append(sale.rest)
            sales.append((mine, others, sale.payments))
        amounts = return_count.by_tender(sales, self.quantum)
        if invoiced := sum(row.paid for row in self.rows if row.order):
            amounts[INVOICE] = invoiced
        for tender in sorted(amounts, key=lambda t: t or ''):
            yield {
                'kind': 'tender', 'tender': tender,
                'amount': amounts[tender],
                }

    def _get_tills(self):
        pool = Pool()
        Point = pool.get('sale.point')
        for line in return_count.by_till(self.operations):
            yield {
                'kind': 'till', 'label': Point(line.till).rec_name,
                'first': line.first, 'last': line.last,
                'quantity': line.quantity, 'amount': line.amount + line.fee,
                }

    def _get_accounts(self):
        "Yield what the closures of the tills have posted, by account"
        pool = Pool()
        Account = pool.get('account.account')
        accounts = Counter()
        for row in self.rows:
            for account, amount in self.get_credits(row):
                accounts[account] += amount
        for sale in self.sales.values():
            if sale.gift:
                account, amount = sale.gift
                accounts[account] += amount
        for account in Account.browse(sorted(accounts)):
            yield {
                'kind': 'account', 'label': account.rec_name,
                'account': account.id, 'amount': accounts[account.id],
                }

    def _get_dues(self):
        "Return what is owed to the organiser and to who earns the fees"
        pool = Pool()
        Company = pool.get('company.company')
        dues = {}

        def add(party, account, amount):
            due = dues.setdefault((party, account), {
                    'party': party.id, 'name': party.full_name,
                    'account': account, 'sold': ZERO, 'refunded': ZERO})
            due['sold'] += max(amount, ZERO)
            due['refunded'] += max(-amount, ZERO)

        organiser = self.performance.event.company
        for sale in self.sales.values():
            if sale.gift and organiser != self.company:
                add(organiser.party, *sale.gift)
        for row in self.rows:
            if self.is_cancelled:
                # Owed to the holders.
                break
            if row.place and row.organiser != self.company.id:
                add(Company(row.organiser).party, row.place.account,
                    row.admission)
            earner = row.service and row.fee and self.earner(row)
            if earner:
                add(earner, row.service.account, row.fee)
        return [
            {**due, 'amount': due['sold'] - due['refunded']}
            for due in dues.values()]
