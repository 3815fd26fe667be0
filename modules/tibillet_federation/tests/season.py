"""The season of five services, declared as a venue manager does.

Turnover excluding tax and human cost of each; the co-operative has 15 560.00
to recoup, at 35 then 12 %, within 500 to 15 000 then 150 to 6 000, at most
60 % of the base. By hand:

    base      before     after   share     remaining
      700.00     420.00                 420.00    15 140.00   60 % of the base
    8 100.00   2 835.00               2 835.00    12 305.00   35 %
    8 400.00   2 940.00               2 940.00     9 365.00   35 %
  145 500.00   9 365.00  2 254.00    11 619.00         0.00   crossing
    8 100.00                972.00      972.00         0.00   12 %

The fourth gives 15 000.00 (cap) before recoupment: 9 365 / 15 000 of it is
enough, the rest, 0.375667 of it, gives its part of 6 000.00 (cap).
"""
import contextlib
import datetime as dt
from decimal import Decimal

from sql import Column, Table
from tibillet_base.tests.clock import acting_on
from tibillet_base.tests.mails import mailbox, queued

from proteus import Model
from proteus.config import get_config
from trytond.modules.account.tests.tools import (
    create_chart, create_fiscalyear, create_tax, get_accounts)
from trytond.modules.account_invoice.tests.tools import (
    set_fiscalyear_invoice_sequences)
from trytond.transaction import Transaction

from .tools import create_party

SEASON = [
    (dt.date(2026, 3, 14), "Spring Ball", '1000', '300'),
    (dt.date(2026, 5, 23), "Park Festival", '9000', '900'),
    (dt.date(2026, 6, 20), "Midsummer", '9000', '600'),
    (dt.date(2026, 7, 4), "Great Festival", '150000', '4500'),
    (dt.date(2026, 9, 12), "Harvest Fair", '9000', '900'),
    ]
ORGANISER = "Outside Organiser"
SHARES = ['420.00', '2835.00', '2940.00', '11619.00', '972.00']


def find_organiser(config=None):
    "Return the outside organiser of the services that name no other"
    Party = Model.get('party.party', config=config)
    found = Party.find([('name', '=', ORGANISER)], limit=1)
    return found[0] if found else create_party(ORGANISER, config=config)


def create_service(
        convention, operator, date, event, turnover, human_cost,
        config=None, **values):
    "Return a draft service with one turnover line and one human cost"
    Service = Model.get('tibillet.convention.service', config=config)
    service = Service()
    service.convention = convention
    service.operator = operator
    service.date = date
    service.event_name = event
    if values.get('scope') != 'own' and 'customer' not in values:
        service.customer = find_organiser(config)
    for name, value in values.items():
        setattr(service, name, value)
    if human_cost is not None:
        cost = service.human_costs.new()
        cost.role = "Cashless technician"
        cost.payer = operator
        cost.amount = Decimal(human_cost)
        cost.evidence_reference = f"Payslip {date} {event}"
    # Last: what is shared of it is computed at each change from there on.
    if turnover is not None:
        line = service.turnovers.new()
        line.description = f"Cashless of {event}"
        line.amount = Decimal(turnover)
    service.save()
    return service


def declare(service):
    "Confirm the service, and declare it the day it ends"
    with acting_on(service.end_date or service.date):
        for button in ['confirm', 'perform', 'declare']:
            service.click(button)
    return service


def declare_season(convention, operator, config=None):
    "Return the five services, declared"
    return [
        declare(create_service(
                convention, operator, *values, config=config))
        for values in SEASON]


def create_statement(convention, start, end, config=None):
    Statement = Model.get('tibillet.convention.statement', config=config)
    statement = Statement()
    statement.convention = convention
    statement.start_date = start
    statement.end_date = end
    statement.date = end
    statement.save()
    return statement


def approve(statement):
    "Record the approval of all the parties"
    for approval in statement.approvals:
        approval.note = "By e-mail"
        approval.save()
        approval.click('approve')
    statement.reload()
    return statement


def send(statement):
    """Send a computed statement the day it is issued

    Its mail waits for a worker, as in production: its PDF takes longer than
    most stories.
    """
    with acting_on(statement.date), queued():
        statement.click('send')


def mail(statement):
    "Send a computed statement, return the messages"
    with acting_on(statement.date), mailbox() as messages:
        statement.click('send')
    return messages


def lock(statement):
    "Compute, send, have approved and lock a statement"
    statement.click('compute')
    send(statement)
    approve(statement).click('lock_content')
    return statement


def settle(statement):
    "Lock a statement of parties that keep no books here, and settle it"
    lock(statement)
    with going_on():
        statement.click('invoice')
    statement.click('settle')
    return statement


@contextlib.contextmanager
def going_on():
    "Answer all questions by going on meanwhile"
    config = get_config()
    before, config.skip_warning = config.skip_warning, True
    try:
        yield
    finally:
        config.skip_warning = before


@contextlib.contextmanager
def change_below(table, id, column, value):
    "Change a row in the database meanwhile, as no button does"
    def write(value):
        with Transaction().start(config.database_name, 0) as transaction:
            row = Table(table)
            cursor = transaction.connection.cursor()
            cursor.execute(*row.select(
                    Column(row, column), where=row.id == id))
            before, = cursor.fetchone()
            cursor.execute(*row.update(
                    [Column(row, column)], [value], where=row.id == id))
            return before

    config = get_config()
    before = write(value)
    try:
        yield
    finally:
        write(before)


def add_email(party, address):
    party.contact_mechanisms.new(type='email', value=address)
    party.save()


def log_in(user):
    "Act as the user from now on"
    config = get_config()
    config.user = user.id
    # Partners may not ask what fields a user has: take the known model.
    config._context = user.__class__.get_preferences(True, {})


@contextlib.contextmanager
def working_for(company):
    "Act as a user of the company, as the company menu of the client does"
    User = Model.get('res.user')
    Company = Model.get('company.company')
    config = get_config()
    user = User(config.user)
    before = user.company

    def choose(chosen):
        user = User(config.user)
        if chosen.id not in {c.id for c in user.companies}:
            user.companies.append(Company(chosen.id))
        user.company = Company(chosen.id)
        user.company_filter = 'all'
        user.save()
        config._context = User.get_preferences(True, {})

    choose(company)
    try:
        yield
    finally:
        choose(before)


def open_books(company, year=2026, config=None):
    "Return the accounts of a company that is ready to invoice"
    create_chart(company, config=config)
    fiscalyear = set_fiscalyear_invoice_sequences(
        create_fiscalyear(
            company, today=dt.date(year, 6, 1), config=config),
        config=config)
    fiscalyear.click('create_period')
    return get_accounts(company, config=config)


def set_products(company, accounts, config=None):
    "Set the products that invoice statements, at 20 % VAT"
    Category = Model.get('product.category', config=config)
    Configuration = Model.get(
        'tibillet.convention.configuration', config=config)
    tax = create_tax(Decimal('0.20'), company, config=config)
    tax.save()
    category = Category(name="Shares", accounting=True)
    category.account_revenue = accounts['revenue']
    category.account_expense = accounts['expense']
    category.customer_taxes.append(tax)
    category.supplier_taxes.append(tax.__class__(tax.id))
    category.save()
    configuration = Configuration(1)
    configuration.recoupment_product = _create_product(
        "Use of the equipment", category, config)
    configuration.post_product = _create_product(
        "Development", category, config)
    configuration.reimbursement_product = _create_product(
        "Common costs", category, config)
    configuration.save()


def _create_product(name, category, config):
    Template = Model.get('product.template', config=config)
    Unit = Model.get('product.uom', config=config)
    unit, = Unit.find([('name', '=', "Unit")])
    template = Template(
        name=name, type='service', default_uom=unit,
        list_price=Decimal(0), account_category=category)
    template.save()
    return template.products[0]


def pay(invoice, accounts, date, amount=None, config=None):
    "Post the invoice if it is not, and pay it, whole by default"
    Journal = Model.get('account.journal', config=config)
    Method = Model.get('account.invoice.payment.method', config=config)
    methods = Method.find([('company', '=', invoice.company.id)])
    if not methods:
        journal, = Journal.find([('type', '=', 'cash')], limit=1)
        method = Method(name="Transfer", journal=journal)
        method.company = invoice.company
        method.credit_account = accounts['cash']
        method.debit_account = accounts['cash']
        method.save()
        methods = [method]
    if invoice.state == 'draft':
        invoice.invoice_date = date
        invoice.click('post')
    wizard = invoice.click('pay')
    wizard.form.payment_method = methods[0]
    wizard.form.date = date
    if amount:
        wizard.form.amount = amount
    wizard.execute('choice')
    if amount:
        wizard.form.type = 'partial'
        wizard.execute('pay')
    invoice.reload()
    return invoice
