"""What is paid of a statement, as the books here show it.

Who receives knows what it got: its books tell. Those of who pays do when it
keeps none here. Payments are of invoices with their tax; what they pay of an
allocation is told excluding tax, at the rate of its invoice.
"""
from collections import defaultdict
from decimal import Decimal

from .invoice import get_flows, get_lines, get_price

ZERO = Decimal(0)


class Paid:
    """What is invoiced and paid of allocations, by their ids

    known: the (payer, beneficiary) of which books here tell.
    """

    def __init__(self, statement):
        self.statement = statement
        # Who receives comes first.
        self._types = {}
        for type_, company, other, _ in get_flows(statement):
            pair = (
                (other, company.party) if type_ == 'out'
                else (company.party, other))
            self._types.setdefault(pair, type_)
        self.known = set(self._types)
        self.invoiced = defaultdict(Decimal)
        self.paid = defaultdict(Decimal)
        exact = defaultdict(Decimal)
        rates = {}
        for allocation, line in get_lines(statement):
            invoice = line.invoice
            pair = allocation.payer, allocation.beneficiary
            if invoice.type != self._types.get(pair):
                continue
            if invoice not in rates:
                rates[invoice] = get_paid_rate(invoice)
            if invoice.state in {'posted', 'paid'}:
                self.invoiced[allocation.id] += get_price(line)
            exact[allocation.id] += get_price(line) * rates[invoice]
        round = statement.currency.round
        for id, amount in exact.items():
            self.paid[id] = round(amount)

    def get_paid(self, allocation):
        """Return what is paid of an allocation, that people have said too

        What is to be given back, since it is credited, is paid no more.
        """
        if (allocation.payer, allocation.beneficiary) in self.known:
            return min(
                self.paid[allocation.id], self.invoiced[allocation.id],
                key=abs)
        if allocation.mode == 'pay' and self.statement.state == 'settled':
            return allocation.amount
        return ZERO


def get_paid_rate(invoice):
    "Return the part of an invoice that is paid, from 0 to 1"
    if invoice.state == 'paid':
        return Decimal(1)
    if invoice.state != 'posted' or not invoice.total_amount:
        return ZERO
    return 1 - invoice.amount_to_pay / invoice.total_amount
