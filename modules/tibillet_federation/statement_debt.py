"""Who owes what to whom by a statement, and what of it is due today."""
from collections import defaultdict
from decimal import Decimal

from trytond.pool import Pool

ZERO = Decimal(0)


class Debt:
    "What a party has to pay to another"

    def __init__(self, payer, beneficiary):
        self.payer = payer
        self.beneficiary = beneficiary
        self.amount = ZERO
        self.due = ZERO
        self.by_kind = defaultdict(Decimal)
        self.known = False
        self.invoiced = ZERO
        self.paid = ZERO

    @property
    def waits(self):
        "Return if the customers have still to pay before all of it is due"
        return self.due != self.amount

    def read(self, found, statement):
        "Read what books here show: what is Paid of the statement"
        self.known = (self.payer, self.beneficiary) in found.known
        for line in statement.lines:
            for allocation in line.allocations:
                if (allocation.payer, allocation.beneficiary) == (
                        self.payer, self.beneficiary):
                    self.invoiced += found.invoiced[allocation.id]
                    self.paid += found.paid[allocation.id]

    @property
    def is_paid(self):
        return self.known and self.paid == self.amount == self.invoiced

    @property
    def kept(self):
        "What is paid, and not to be given back"
        return self.paid - self.back

    @property
    def back(self):
        "What was paid of an invoice that was credited since"
        if not self.known or abs(self.paid) <= abs(self.invoiced):
            return ZERO
        return self.paid - self.invoiced


def get_debts(statement):
    "Return the Debts of a statement, in the order of its lines"
    pool = Pool()
    Line = pool.get('tibillet.convention.statement.line')
    Party = pool.get('party.party')
    payments = Line.get_payments(statement.lines)
    debts = {}
    for line in statement.lines:
        payer = line.service.operator
        parts = [p for p in line.parts if p.mode == 'pay']
        dues = line.divide_due([p.amount for p in parts], payments)
        for part, due in zip(parts, dues, strict=True):
            key = payer.id, part.beneficiary
            if key not in debts:
                debts[key] = Debt(payer, Party(part.beneficiary))
            debt = debts[key]
            debt.amount += part.amount
            debt.by_kind[part.kind] += part.amount
            debt.due += due
    return list(debts.values())


def get_due_parts(statement):
    "Return what is due of each allocation to pay, by its id"
    pool = Pool()
    Line = pool.get('tibillet.convention.statement.line')
    payments = Line.get_payments(statement.lines)
    dues = {}
    for line in statement.lines:
        paid = [a for a in line.allocations if a.mode == 'pay']
        divided = line.divide_due([a.amount for a in paid], payments)
        dues.update(
            (a.id, due) for a, due in zip(paid, divided, strict=True))
    return dues
