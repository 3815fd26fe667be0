"""What is paid of a statement, as the books here show it.

Who receives knows what it got: its books tell. Those of who pays do when it
keeps none here. Payments are of invoices with their tax; what they pay of an
allocation is told excluding tax, at the rate of its invoice.
"""
from collections import defaultdict
from decimal import Decimal

from .due import due_by_part, paid_rates
from .invoice import (
    POSTED, get_credited_line, get_credits, get_flows, get_lines, get_price)

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
        left, credited = (
            defaultdict(lambda: defaultdict(Decimal)) for _ in range(2))
        for allocation, line in get_lines(statement):
            invoice = line.invoice
            pair = allocation.payer, allocation.beneficiary
            if invoice.type != self._types.get(pair):
                continue
            price = get_price(line)
            if invoice.state in POSTED:
                self.invoiced[allocation.id] += price
            paid = get_credited_line(line).invoice
            left[paid][allocation.id] += price
            if paid != invoice:
                credited[paid][allocation.id] -= price
        rates = get_paid_rates(list(left))
        for invoice in left:
            for found, rate in zip(
                    [left, credited], rates[invoice.id], strict=True):
                self._divide(rate, found[invoice])

    def _divide(self, rate, prices):
        """Give what is paid of an invoice to its allocations

        rate: the part that is paid; prices: by the id of an allocation. They
        sum to what is paid.
        """
        paid = due_by_part(
            list(prices.values()), 1, rate, self.statement.currency.rounding)
        for id, amount in zip(prices, paid, strict=True):
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


def get_paid_rates(invoices):
    """Return what due.paid_rates does of invoices, by id

    Whether the books have brought a credit note together with what it
    credits or not.
    """
    notes = _get_notes(invoices)
    return {
        i.id: paid_rates(i.total_amount, i.amount_to_pay, [
                (-note.total_amount * part, -_get_settled(note, i) * part)
                for note, part in notes[i.id].items()])
        if i.state in POSTED else (ZERO, ZERO)
        for i in invoices}


def _get_notes(invoices):
    """Return {credit note: part of it} by the id of the invoice it credits

    A note may credit several invoices; what credits a note is there too, as
    less than nothing.
    """
    credited = {
        str(line): invoice.id for invoice in invoices
        if invoice.state in POSTED for line in invoice.lines}
    prices = defaultdict(lambda: defaultdict(Decimal))
    for id, line in get_credits(credited):
        if line.invoice.untaxed_amount:
            prices[id][line.invoice] += get_price(line)
    return defaultdict(dict, {
            id: {n: price / n.untaxed_amount for n, price in found.items()}
            for id, found in prices.items()})


def _get_settled(note, invoice):
    """Return what the books have settled of a credit note, less than nothing

    They take it off what is left to pay of the invoice or of another one,
    or somebody has given it back.
    """
    joined = {
        l.reconciliation for l in invoice.lines_to_pay if l.reconciliation}
    if any(
            line in invoice.payment_lines or line.reconciliation in joined
            for line in note.lines_to_pay):
        return note.total_amount
    return note.total_amount - note.amount_to_pay
