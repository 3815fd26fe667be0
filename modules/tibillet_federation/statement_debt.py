"""Who owes what to whom by a statement, and what of it is due today."""
from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

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

    @property
    def waits(self):
        "Return if the customers have still to pay before all of it is due"
        return self.due != self.amount


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


def get_due_rate(statement, payer, beneficiary):
    "Return the part of what one owes to the other that is due, from 0 to 1"
    for debt in get_debts(statement):
        if (debt.payer, debt.beneficiary) == (payer, beneficiary):
            return Fraction(debt.due) / Fraction(debt.amount or 1)
    return Fraction(1)
