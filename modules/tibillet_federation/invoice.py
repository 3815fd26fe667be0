from collections import defaultdict
from decimal import Decimal
from itertools import chain, count

from tibillet_base.tools import sliced, today

from trytond.i18n import gettext
from trytond.model import fields
from trytond.pool import Pool, PoolMeta
from trytond.transaction import Transaction, without_check_access

from .due import to_invoice
from .exceptions import StatementInvoiceError, StatementInvoiceWarning
from .statement_debt import get_due_parts

ZERO = Decimal(0)
# The states of an invoice that is in the books.
POSTED = {'posted', 'paid'}
# The product that invoices each kind of allocation.
PRODUCTS = {
    'recoupment': 'recoupment_product',
    'reimbursement': 'reimbursement_product',
    }


class Invoice(metaclass=PoolMeta):
    __name__ = 'account.invoice'

    credited_invoices = fields.Function(
        fields.Char(
            "Credits", help="The invoices that a credit note credits."),
        'get_credited_invoices')

    @classmethod
    @without_check_access
    def get_credited_invoices(cls, invoices, name):
        pool = Pool()
        Line = pool.get('account.invoice.line')
        origins = {
            i.id: [
                l.origin.id for l in i.lines if isinstance(l.origin, Line)]
            for i in cls.browse(invoices)}
        credited = {
            l.id: l.invoice for l in Line.browse(
                [id for ids in origins.values() for id in ids])}
        return {
            id: ', '.join(dict.fromkeys(
                    credited[o].number or credited[o].reference or '–'
                    for o in ids if credited[o]))
            for id, ids in origins.items()}

    @property
    def convention_statements(self):
        "The convention statements the invoice comes from, or credits"
        allocations = (get_allocation(l) for l in self.lines)
        # In their order: sets of records are read one by one.
        return list(dict.fromkeys(a.line.statement for a in allocations if a))

    @property
    def _convention_lines(self):
        "The lines that invoice an allocation, which no credit does"
        pool = Pool()
        Allocation = pool.get('tibillet.convention.allocation')
        return [l for l in self.lines if isinstance(l.origin, Allocation)]

    @classmethod
    def copy(cls, invoices, default=None):
        cls._warn_copied(invoices)
        return super().copy(invoices, default=default)

    @classmethod
    @without_check_access
    def _warn_copied(cls, invoices):
        "Ask about copies of what a statement invoices, which it ignores"
        pool = Pool()
        Warning = pool.get('res.user.warning')
        for invoice in invoices:
            statements = invoice.convention_statements
            key = Warning.format('statement_invoice_copied', [invoice])
            if statements and Warning.check(key):
                raise StatementInvoiceWarning(key, gettext(
                        'tibillet_federation.msg_statement_invoice_copied',
                        invoice=invoice.rec_name,
                        statement=', '.join(
                            sorted(s.rec_name for s in statements))))

    @classmethod
    def validate_invoice(cls, invoices):
        cls._check_statements(invoices)
        super().validate_invoice(invoices)

    @classmethod
    def post(cls, invoices):
        cls._check_statements(invoices)
        super().post(invoices)
        # A credit note takes off what a settled statement has invoiced.
        cls._follow_statements(invoices)

    @classmethod
    def _check_statements(cls, invoices):
        "Refuse to invoice another amount than what is due of a statement"
        known = {}
        for invoice in invoices:
            for line in invoice._convention_lines:
                allocation = line.origin
                statement = allocation.line.statement
                if statement not in known:
                    known[statement] = (
                        get_invoiced(statement), get_due_parts(statement))
                invoiced, dues = known[statement]
                amount = invoiced[allocation.id, invoice.type]
                due = dues.get(allocation.id, ZERO)
                if amount == due:
                    continue
                convention = statement.convention
                raise StatementInvoiceError(gettext(
                        'tibillet_federation.msg_statement_invoice_due'
                        if due != allocation.amount else
                        'tibillet_federation.msg_statement_invoice_amount',
                        invoice=invoice.rec_name,
                        statement=statement.rec_name,
                        allocation=allocation.rec_name,
                        invoiced=convention.format_amount(amount),
                        due=convention.format_amount(due),
                        amount=convention.format_amount(allocation.amount)))

    @classmethod
    def process(cls, invoices):
        super().process(invoices)
        cls._follow_statements(invoices)

    @classmethod
    @without_check_access
    def _follow_statements(cls, invoices):
        pool = Pool()
        Statement = pool.get('tibillet.convention.statement')
        statements = dict.fromkeys(
            s for i in invoices for s in i.convention_statements)
        Statement.follow_payments(Statement.browse(statements))


class InvoiceLine(metaclass=PoolMeta):
    __name__ = 'account.invoice.line'

    @classmethod
    def _get_origin(cls):
        return super()._get_origin() + ['tibillet.convention.allocation']


def get_allocation(line):
    """Return the allocation that an invoice line invoices, or nothing

    What credits a line is of the same allocation.
    """
    pool = Pool()
    Allocation = pool.get('tibillet.convention.allocation')
    origin = get_credited_line(line).origin
    return origin if isinstance(origin, Allocation) else None


def get_credited_line(line):
    "Return the invoice line that an invoice line credits, or itself"
    pool = Pool()
    InvoiceLine = pool.get('account.invoice.line')
    while isinstance(line.origin, InvoiceLine):
        line = line.origin
    return line


def get_invoices(statement):
    """Return the draft invoices of what is due and not invoiced, not saved

    Who receives and keeps its books here sends an invoice; who pays and
    keeps its books here receives one.
    """
    invoices, made = [], _get_references(statement)
    for type_, company, party, amounts, is_part in get_to_invoice(statement):
        with Transaction().set_context(company=company.id):
            invoice = _get_invoice(statement, type_, company, party, amounts)
            if type_ == 'in':
                invoice.reference = _get_reference(
                    statement, made[company, party])
            if is_part and statement.due_date:
                # It has become due after the statement: the days to pay run
                # from its own day.
                invoice.payment_term_date = max(
                    statement.due_date,
                    statement._get_due_date(today(company)))
            invoices.append(invoice)
    # Each strict sequence is taken in the same order by everyone.
    return sorted(invoices, key=lambda i: i.company.id)


def get_to_invoice(statement):
    """Return (type, company, other party, amounts, is part) to invoice

    amounts: what is due and not invoiced yet, by allocation.
    is part: the rest waits for the customers, or has waited.
    """
    invoiced, dues = get_invoiced(statement), get_due_parts(statement)
    for type_, company, party, allocations in get_flows(statement):
        amounts = {}
        for allocation in allocations:
            left = to_invoice(
                allocation.amount, dues[allocation.id],
                invoiced[allocation.id, type_])
            if left:
                amounts[allocation] = left
        if amounts:
            yield type_, company, party, amounts, any(
                amounts.get(a, ZERO) != a.amount for a in allocations)


def get_open(allocations, type_, lines, date):
    """Return what is not invoiced at the end of a day, by allocation

    lines: what get_lines returns.
    """
    left = {a.id: a.amount for a in allocations}
    for allocation, line in lines:
        invoice = line.invoice
        day = invoice.accounting_date or invoice.invoice_date
        if (allocation.id in left and invoice.type == type_
                and invoice.state in POSTED and day <= date):
            left[allocation.id] -= get_price(line)
    return {a: left[a.id] for a in allocations if left[a.id]}


def get_tax(statement, type_, company, party, amounts, date):
    """Return the tax of the invoice to come of amounts, as of a day

    In the context of the company.
    """
    invoice = _get_invoice(statement, type_, company, party, amounts)
    invoice.accounting_date = date
    return sum(
        (t.amount for t in invoice._get_taxes().values()), ZERO)


def is_invoiced(statement):
    "Return if all that has to be paid is invoiced, to the cent"
    return not get_not_invoiced(statement)


def get_not_invoiced(statement):
    "Return (payer, beneficiary) of what is not invoiced yet, to the cent"
    invoiced = get_invoiced(statement)
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


def get_invoiced(statement):
    """Return what is invoiced by (allocation id, invoice type)

    Less what was credited since; what is cancelled does not count.
    """
    amounts = defaultdict(Decimal)
    for allocation, line in get_lines(statement):
        amounts[allocation.id, line.invoice.type] += get_price(line)
    return amounts


def get_lines(statement):
    """Return (allocation, invoice line) of what is invoiced and credited

    A draft invoice counts, a credit note once it is posted.
    """
    found = [
        (allocation, invoice_line) for line in statement.lines
        for allocation in line.allocations
        for invoice_line in allocation.invoice_lines
        if _counts(invoice_line.invoice, statement)]
    origins = {str(line): allocation for allocation, line in found}
    return found + [
        (allocation, line) for allocation, line in get_credits(origins)
        if _counts(line.invoice, statement)]


def _counts(invoice, statement):
    return (
        invoice and invoice.state != 'cancelled'
        and invoice.currency == statement.currency)


def get_price(line):
    # The amount of a supplier's line holds the tax that is not recovered.
    return line.invoice.currency.round(
        Decimal(str(line.quantity or 0)) * (line.unit_price or 0))


def get_credits(origins):
    """Return (root, line) of what credits invoice lines, in the books

    origins: the root that each line stands for, by the line as a text.
    A credit note may be credited in its turn: it is followed to the end, and
    what credits it has the sign of an invoice.
    """
    return list(follow(origins, lambda l: l.invoice.state in POSTED))


def follow(origins, counts=None):
    """Yield (root, line) of the lines that come from origins, to the end

    origins: the root that each one stands for, by the record as a text.
    counts: function of a line, whether it and what comes from it count.
    """
    pool = Pool()
    Line = pool.get('account.invoice.line')
    while origins:
        found = {}
        for sub_origins in sliced(list(origins)):
            for line in Line.search([('origin', 'in', list(sub_origins))]):
                if line.invoice and (counts is None or counts(line)):
                    root = found[str(line)] = origins[str(line.origin)]
                    yield root, line
        origins = found


def _get_invoice(statement, type_, company, party, amounts):
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
    invoice.payment_term_date = statement.due_date
    beneficiary = next(iter(amounts)).beneficiary
    taxed = any(
        p.party == beneficiary and p.vat_regime == 'subject'
        for p in statement.convention.parties)
    invoice.lines = [
        _get_invoice_line(invoice, allocation, amount, taxed)
        for allocation, amount in amounts.items()]
    return invoice


def _get_references(statement):
    "Return what the invoices to receive are called, by (company, party)"
    made = defaultdict(set)
    for line in statement.lines:
        for allocation in line.allocations:
            for invoice_line in allocation.invoice_lines:
                invoice = invoice_line.invoice
                if invoice and invoice.type == 'in':
                    made[invoice.company, invoice.party].add(
                        invoice.reference)
    return made


def _get_reference(statement, made):
    """Return the reference of an invoice to receive, once in the statement

    Its instalments would else be taken for the same invoice, twice.
    made: the references of those that are there.
    """
    references = chain(
        [statement.number],
        (f'{statement.number}-{instalment}' for instalment in count(2)))
    return next(r for r in references if r not in made)


def _get_invoice_line(invoice, allocation, amount, taxed):
    pool = Pool()
    Line = pool.get('account.invoice.line')
    line = Line(
        invoice=invoice,
        company=invoice.company,
        currency=invoice.currency,
        type='line',
        product=get_product(allocation, invoice.company),
        description=_describe(allocation, amount),
        quantity=1 if amount > 0 else -1,
        origin=allocation)
    line.on_change_product()
    line.unit_price = abs(amount)
    if not taxed:
        line.taxes = []
    return line


def _describe(allocation, amount):
    "Return what an invoice line says, and whether it is a part"
    if amount == allocation.amount:
        return allocation.rec_name
    convention = allocation.line.statement.convention
    return gettext(
        'tibillet_federation.msg_invoice_line_part',
        allocation=allocation.rec_name,
        amount=convention.format_amount(amount),
        whole=convention.format_amount(allocation.amount))


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
