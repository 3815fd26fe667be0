"""What is paid of a statement, as the books here show it.

Who receives knows what it got: its books tell. Those of who pays do when it
keeps none here. Payments are of invoices with their tax; what they pay of an
allocation is told excluding tax, at the rate of its invoice.
"""
from collections import defaultdict
from decimal import Decimal

from .due import due_by_part
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
        prices = defaultdict(list)
        for allocation, line in get_lines(statement):
            invoice = line.invoice
            pair = allocation.payer, allocation.beneficiary
            if invoice.type != self._types.get(pair):
                continue
            if invoice.state in {'posted', 'paid'}:
                self.invoiced[allocation.id] += get_price(line)
            prices[invoice].append((allocation.id, get_price(line)))
        for invoice, found in prices.items():
            self._divide(invoice, found)

    def _divide(self, invoice, found):
        """Give what is paid of an invoice to its allocations

        found: (id of an allocation, price). They sum to what is paid.
        """
        rate = get_paid_rate(invoice)
        paid = due_by_part(
            [price for _, price in found], 1, rate,
            self.statement.currency.rounding)
        for (id, _), amount in zip(found, paid, strict=True):
            self.paid[id] += amount

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
