from collections import defaultdict
from decimal import Decimal
from fractions import Fraction

from tibillet_base.tools import sliced

from trytond.i18n import gettext
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction

from tibillet.money import half_up

from .exceptions import StatementInvoiceError
from .statement_debt import get_due_rate

# The product that invoices each kind of allocation.
PRODUCTS = {
    'recoupment': 'recoupment_product',
    'reimbursement': 'reimbursement_product',
    }


class Invoice(metaclass=PoolMeta):
    __name__ = 'account.invoice'

    @property
    def convention_statements(self):
        "The convention statements the invoice comes from"
        return {a.line.statement for a in self._convention_allocations}

    @property
    def _convention_allocations(self):
        pool = Pool()
        Allocation = pool.get('tibillet.convention.allocation')
        return [
            l.origin for l in self.lines if isinstance(l.origin, Allocation)]

    @classmethod
    def validate_invoice(cls, invoices):
        cls._check_statements(invoices)
        super().validate_invoice(invoices)

    @classmethod
    def post(cls, invoices):
        cls._check_statements(invoices)
        super().post(invoices)

    @classmethod
    def _check_statements(cls, invoices):
        "Refuse to invoice another amount than the statement says"
        invoiced = {}
        for invoice in invoices:
            for allocation in invoice._convention_allocations:
                statement = allocation.line.statement
                if statement not in invoiced:
                    invoiced[statement] = _get_invoiced(statement)
                amount = invoiced[statement][allocation.id, invoice.type]
                if amount != allocation.amount:
                    raise StatementInvoiceError(gettext(
                            'tibillet_federation.msg_statement_invoice_amount',
                            invoice=invoice.rec_name,
                            statement=statement.rec_name,
                            allocation=allocation.rec_name,
                            amount=statement.convention.format_amount(
                                allocation.amount)))

    def get_move(self):
        """Return the move, where only what is due has a day to be paid

        By the clauses the rest waits for what the customers pay.
        """
        known = self.move
        move = super().get_move()
        allocations = self._convention_allocations
        if known or not allocations:
            return move
        statement = allocations[0].line.statement
        rate = get_due_rate(
            statement, allocations[0].payer, allocations[0].beneficiary)
        if rate != 1:
            due = half_up(
                Fraction(self.total_amount) * rate, self.currency.rounding)
            whole = [l for l in move.lines if l.account == self.account]
            move.lines = [
                l for l in move.lines if l.account != self.account
                ] + self._divide_to_pay(
                    whole, self.payment_term_date or statement.due_date, due)
        return move

    def _divide_to_pay(self, whole, date, due):
        "Return what is to be paid that day, and what waits, of whole lines"
        amounts = [(date, due), (None, self.total_amount - due)]
        lines = [self._get_move_line(d, a) for d, a in amounts if a]
        # Each is converted by itself, and they make what was converted once.
        missing = sum(l.debit - l.credit for l in whole) - sum(
            l.debit - l.credit for l in lines)
        if missing:
            last = lines[-1]
            amount = last.debit - last.credit + missing
            last.debit, last.credit = max(amount, 0), max(-amount, 0)
        return lines

    @classmethod
    def process(cls, invoices):
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        super().process(invoices)
        statements = {s for i in invoices for s in i.convention_statements}
        Statement.follow_payments(Statement.browse(statements))


class InvoiceLine(metaclass=PoolMeta):
    __name__ = 'account.invoice.line'

    @classmethod
    def _get_origin(cls):
        return super()._get_origin() + ['tibillet.convention.allocation']


def get_invoices(statement):
    """Return the draft invoices of what has to be paid, not saved

    Who receives and keeps its books here sends an invoice; who pays and
    keeps its books here receives one.
    """
    invoiced = _get_invoiced(statement)
    invoices = []
    for type_, company, party, allocations in get_flows(statement):
        todo = [a for a in allocations if not invoiced[a.id, type_]]
        if todo:
            with Transaction().set_context(company=company.id):
                invoices.append(
                    _get_invoice(statement, type_, company, party, todo))
    # Each strict sequence is taken in the same order by everyone.
    return sorted(invoices, key=lambda i: i.company.id)


def get_tax(statement, type_, company, party, allocations):
    """Return the tax of the invoice to come, as of the end of the period

    In the context of the company.
    """
    invoice = _get_invoice(statement, type_, company, party, allocations)
    invoice.accounting_date = statement.end_date
    return sum(
        (t.amount for t in invoice._get_taxes().values()), Decimal(0))


def is_invoiced(statement):
    "Return if all that has to be paid is invoiced, to the cent"
    return not get_not_invoiced(statement)


def get_not_invoiced(statement):
    "Return (payer, beneficiary) of what is not invoiced yet, to the cent"
    invoiced = _get_invoiced(statement)
    return {
        (allocation.payer, allocation.beneficiary)
        for type_, _, _, allocations in get_flows(statement)
        for allocation in allocations
        if invoiced[allocation.id, type_] != allocation.amount}


def get_without_books(statement):
    """Return (payer, beneficiary) of what no invoice is made of here

    Neither keeps its books here: people say that it is paid.
    """
    companies, pairs = _get_pairs(statement)
    return [pair for pair in pairs if not set(pair) & set(companies)]


def get_forgotten(statement):
    """Return the companies whose books would not show what they pay or get

    They keep their books here, and the convention does not tell: nobody
    chose them among its parties.
    """
    pool = Pool()
    FiscalYear = pool.get('account.fiscalyear')
    companies, pairs = _get_pairs(statement)
    parties = {p for pair in pairs for p in pair} - set(companies)
    return {
        y.company for y in FiscalYear.search([
                ('company.party', 'in', [p.id for p in parties]),
                ], order=[])}


def get_flows(statement):
    """Return (type, company, other party, allocations) of what is paid

    Once for the company that receives, once for the one that pays, when they
    keep their books here. What is retained is not there: nobody sends an
    invoice to itself.
    """
    companies, pairs = _get_pairs(statement)
    for (payer, beneficiary), allocations in pairs.items():
        if beneficiary in companies:
            yield 'out', companies[beneficiary], payer, allocations
        if payer in companies:
            yield 'in', companies[payer], beneficiary, allocations


def _get_pairs(statement):
    "Return the companies by party, what is paid by (payer, beneficiary)"
    companies = {
        p.party: p.company for p in statement.convention.parties
        if p.company}
    pairs = defaultdict(list)
    for line in statement.lines:
        for allocation in line.allocations:
            if allocation.mode == 'pay':
                pairs[allocation.payer, allocation.beneficiary].append(
                    allocation)
    return companies, pairs


def _get_invoiced(statement):
    """Return what is invoiced by (allocation id, invoice type)

    Less what was credited since; what is cancelled does not count.
    """
    amounts = defaultdict(Decimal)
    origins = {}
    for line in statement.lines:
        for allocation in line.allocations:
            for invoice_line in allocation.invoice_lines:
                invoice = invoice_line.invoice
                if _counts(invoice, statement):
                    key = allocation.id, invoice.type
                    amounts[key] += _get_price(invoice_line)
                    origins[str(invoice_line)] = key
    for line in get_credits(list(origins)):
        if (line.invoice.state in {'posted', 'paid'}
                and _counts(line.invoice, statement)):
            amounts[origins[str(line.origin)]] += _get_price(line)
    return amounts


def _counts(invoice, statement):
    return (
        invoice and invoice.state != 'cancelled'
        and invoice.currency == statement.currency)


def _get_price(line):
    # The amount of a supplier's line holds the tax that is not recovered.
    return line.invoice.currency.round(
        Decimal(str(line.quantity or 0)) * (line.unit_price or 0))


def get_credits(origins):
    "Return the lines that credit invoice lines"
    pool = Pool()
    Line = pool.get('account.invoice.line')
    return [
        line for sub_origins in sliced(origins)
        for line in Line.search([('origin', 'in', list(sub_origins))])
        if line.invoice]


def _get_invoice(statement, type_, company, party, allocations):
    pool = Pool()
    Company = pool.get('company.company')
    Invoice = pool.get('account.invoice')
    Party = pool.get('party.party')
    invoice = Invoice(
        company=Company(company.id),
        type=type_,
        party=Party(party.id),
        currency=statement.currency,
        description=gettext(
            'tibillet_federation.msg_invoice_description',
            statement=statement.rec_name,
            convention=statement.convention.rec_name))
    invoice.on_change_type()
    invoice.on_change_party()
    invoice.payment_term = None
    # What is not due has no day yet.
    if get_due_rate(
            statement, allocations[0].payer, allocations[0].beneficiary):
        invoice.payment_term_date = statement.due_date
    if type_ == 'in':
        invoice.reference = statement.number
    beneficiary = allocations[0].beneficiary
    taxed = any(
        p.party == beneficiary and p.vat_regime == 'subject'
        for p in statement.convention.parties)
    invoice.lines = [
        _get_invoice_line(invoice, a, taxed) for a in allocations]
    return invoice


def _get_invoice_line(invoice, allocation, taxed):
    pool = Pool()
    Line = pool.get('account.invoice.line')
    line = Line(
        invoice=invoice,
        company=invoice.company,
        currency=invoice.currency,
        type='line',
        product=get_product(allocation, invoice.company),
        description=allocation.rec_name,
        quantity=1 if allocation.amount > 0 else -1,
        origin=allocation)
    line.on_change_product()
    line.unit_price = abs(allocation.amount)
    if not taxed:
        line.taxes = []
    return line


def get_product(allocation, company):
    pool = Pool()
    Configuration = pool.get('tibillet.convention.configuration')
    Product = pool.get('product.product')
    configuration = Configuration(1)
    name = PRODUCTS.get(allocation.kind, 'post_product')
    product = configuration.get_multivalue(name, company=company.id)
    if not product:
        label = Configuration.fields_get([name])[name]['string']
        raise StatementInvoiceError(gettext(
                'tibillet_federation.msg_statement_product_missing',
                statement=allocation.line.statement.rec_name,
                product=label,
                company=company.rec_name))
    # Its accounts are those of the company of the context.
    return Product(product.id)
