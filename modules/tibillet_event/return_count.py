"""What a return counts of the operations on tickets. Pure, without database.

Amounts are Decimals in the currency, tax included unless they are said to be
a base. Nothing is rounded but by shares.split, so that the parts of a whole
always sum to it.
"""
from collections import defaultdict
from dataclasses import dataclass
from decimal import Decimal

from tibillet.shares import split

ZERO = Decimal(0)
# How each kind of operation counts: the part of the return, and the tickets.
SOLD, FREE, CANCELLED = 'sold', 'free', 'cancelled'
_COUNTS = {
    'sale': (SOLD, 1),
    'exchange_in': (SOLD, 1),
    'free': (FREE, 1),
    'cancellation': (CANCELLED, -1),
    'exchange_out': (CANCELLED, -1),
    }
_TARIFFS = ['full', 'reduced', 'pass', 'free']


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the journal

    admission: negative when it is taken back, as base, vat and fee are.
    made: the kind of the operation that is cancelled.
    sale: of the till, None if nothing was paid.
    """
    kind: str
    number: str
    till: object
    tariff: str
    tariff_kind: str
    admission: Decimal = ZERO
    rate: Decimal = ZERO
    base: Decimal = ZERO
    vat: Decimal = ZERO
    fee: Decimal = ZERO
    sale: object = None
    made: str = None

    @property
    def paid(self):
        return self.admission + self.fee

    @property
    def part(self):
        if self.kind == 'exchange_in' and not self.paid:
            return FREE
        return _COUNTS.get(self.kind, (None, 0))[0]

    @property
    def tickets(self):
        "Return how many valid tickets it adds"
        return _COUNTS.get(self.kind, (None, 0))[1]

    @property
    def free_tickets(self):
        if 'free' in {self.kind, self.made} or (
                'exchange_in' in {self.kind, self.made} and not self.paid):
            return self.tickets
        return 0


@dataclass(slots=True)
class Line:
    """A line of a return

    kind: sold, free, cancelled, rate or till.
    quantity: of tickets, never negative but for rates and tills, where what
        is cancelled is taken off.
    first, last: numbers of operations.
    """
    kind: str
    label: str = None
    till: object = None
    tariff_kind: str = None
    price: Decimal = None
    rate: Decimal = None
    first: str = None
    last: str = None
    quantity: int = 0
    amount: Decimal = ZERO
    base: Decimal = ZERO
    vat: Decimal = ZERO
    fee: Decimal = ZERO

    def add(self, operation, quantity):
        self.quantity += quantity
        self.amount += operation.admission
        self.base += operation.base
        self.vat += operation.vat
        self.fee += operation.fee


def by_tariff(operations):
    "Return what was sold, what was free, and what was cancelled"
    lines = {}
    for operation in operations:
        if not operation.part:
            continue
        key = (
            operation.part, operation.tariff, operation.tariff_kind,
            abs(operation.admission), operation.rate)
        line = lines.get(key)
        if not line:
            part, label, kind, price, rate = key
            line = lines[key] = Line(
                part, label, tariff_kind=kind, price=price, rate=rate)
        line.add(operation, abs(operation.tickets))
    return sorted(lines.values(), key=_order)


def _order(line):
    return (
        [SOLD, FREE, CANCELLED].index(line.kind),
        _TARIFFS.index(line.tariff_kind or 'full'), -line.price, line.label,
        line.rate)


def by_rate(operations):
    "Return the admissions by VAT rate, what is cancelled taken off"
    lines = {}
    for operation in operations:
        if operation.part in {None, FREE} or not operation.admission:
            continue
        line = lines.setdefault(
            operation.rate, Line('rate', rate=operation.rate))
        line.add(operation, operation.tickets)
    return [lines[rate] for rate in sorted(lines)]


def by_till(operations):
    """Return the admissions and the fees by till, first and last number

    operations: in the order of their numbers at each till.
    """
    lines = {}
    for operation in operations:
        line = lines.setdefault(
            operation.till,
            Line('till', till=operation.till, first=operation.number))
        line.last = operation.number
        line.add(operation, operation.tickets)
    return list(lines.values())


def share(parts, payments, quantum):
    """Share the payments of a sale between what it has paid

    parts, payments: amounts of any sign, with the same sum.
    Return for each part its share of each payment, and the rest of the part,
    which was exchanged with the others: these rests sum to zero.
    The shares of a part with its rest sum to it, those of a payment to it.
    Raise ValueError if the sums differ or if there is nothing to share with.
    """
    total = sum(payments, ZERO)
    if sum(parts, ZERO) != total:
        raise ValueError("the payments are not worth the parts")
    sign = -1 if total < 0 else 1
    weights = [max(sign * part, ZERO) for part in parts]
    if not any(weights):
        weights = [1] * len(parts)
    left = split(total, weights, quantum)
    rests = [part - own for part, own in zip(parts, left, strict=True)]
    rows = [[] for _ in parts]
    for payment in payments[:-1]:
        weights = [max(sign * own, ZERO) for own in left]
        if not any(weights):
            weights = [1] * len(parts)
        found = split(payment, weights, quantum)
        for row, own in zip(rows, found, strict=True):
            row.append(own)
        left = [a - b for a, b in zip(left, found, strict=True)]
    if payments:
        for row, own in zip(rows, left, strict=True):
            row.append(own)
    return rows, rests


def by_tender(sales, quantum):
    """Return what was paid by each tender for one part of each sale

    sales: (own, others, payments): the part that is ours, those that are
        not, and the payments by tender, a dictionary.
    What was exchanged between parts has the tender None.
    """
    amounts = defaultdict(Decimal)
    for own, others, payments in sales:
        tenders = sorted(payments)
        rows, rests = share(
            [own, *others], [payments[t] for t in tenders], quantum)
        for tender, amount in zip(tenders, rows[0], strict=True):
            amounts[tender] += amount
        amounts[None] += rests[0]
    return {tender: amount for tender, amount in amounts.items() if amount}


@dataclass(frozen=True)
class Attendance:
    """Who came

    entered: tickets that have entered at least once; missing: those that
    never did; peak: the most tickets inside at once.
    """
    entered: int
    missing: int
    peak: int


def attendance(passages, valid):
    """Return the Attendance, None if the doors were not used

    passages: (instant, ticket, kind) of who was let in or out.
    valid: the tickets that are counted as entered or missing; the peak is of
        all tickets.
    """
    if not passages:
        return None
    inside, entered, peak = set(), set(), 0
    for _, ticket, kind in sorted(passages, key=lambda p: p[0]):
        if kind == 'entry':
            inside.add(ticket)
            entered.add(ticket)
        else:
            inside.discard(ticket)
        peak = max(peak, len(inside))
    came = len(entered & set(valid))
    return Attendance(came, len(valid) - came, peak)
